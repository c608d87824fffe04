import { lastSegment } from '../../cloudtrail/roles.ts';
import type { Severity } from '../../detection.ts';
import { judgeMetadata } from '../../posture/metadata.ts';
import type { Settings } from '../../settings.ts';
import {
  clusterOf,
  type Found,
  type Image,
  type Instance,
  isKarpenters,
  type MetadataOptions,
  type TemplateVersion,
  tagOf,
} from '../aws.ts';
import type { Violation } from '../violation.ts';

const judged = (options: MetadataOptions | undefined) =>
  options === undefined
    ? []
    : judgeMetadata(
        {
          tokens: options.HttpTokens,
          hops: options.HttpPutResponseHopLimit,
          ipv6: options.HttpProtocolIpv6,
          endpoint: options.HttpEndpoint,
        },
        'MetadataOptions',
      );

/** Instances of one origin share its faults: one finding for a launch template or profile, not one a node. */
export const originOf = ({ Tags, IamInstanceProfile }: Instance): string =>
  tagOf(Tags, 'karpenter.sh/nodepool') ??
  tagOf(Tags, 'eks:nodegroup-name') ??
  tagOf(Tags, 'aws:autoscaling:groupName') ??
  tagOf(Tags, 'aws:ec2launchtemplate:id') ??
  (IamInstanceProfile?.Arn === undefined ? 'no profile' : lastSegment(IamInstanceProfile.Arn));

/** Whether any of its interfaces has a public address: EC2 tells the first one's of the instance. */
const isPublic = ({ PublicIpAddress, NetworkInterfaces = [] }: Instance): boolean =>
  PublicIpAddress !== undefined || NetworkInterfaces.some(({ Association }) => Association?.PublicIp !== undefined);

/** Nodes whose metadata service is weak, that have a public address, or run an image that is not approved. */
export const instancePosture = (
  all: readonly Instance[],
  images: readonly Image[],
  { region }: Found,
  settings: Settings,
): readonly Violation[] => {
  const owners = new Map(images.map(one => [one.ImageId, [one.OwnerId, one.ImageOwnerAlias]]));
  const grouped = new Map<
    string,
    { code: string; severity: Severity; says: string; origin: string; cluster: string; ids: string[] }
  >();
  const note = (one: Instance, cluster: string, code: string, severity: Severity, says: string): void => {
    const origin = originOf(one);
    const key = JSON.stringify([code, cluster, origin]);
    const group = grouped.get(key) ?? { code, severity, says, origin, cluster, ids: [] };
    grouped.set(key, group);
    group.ids.push(one.InstanceId ?? '');
  };
  for (const one of all) {
    const cluster = clusterOf(one.Tags);
    if (cluster === undefined) continue; // what is no node is not ours to judge
    for (const { code, severity, message } of judged(one.MetadataOptions)) note(one, cluster, code, severity, message);
    if (isPublic(one)) note(one, cluster, 'public-address', 'medium', 'The node has a public address.');
    const { ids, owners: approved } = settings.approvedImages;
    const owner = owners.get(one.ImageId) ?? [];
    const isApproved =
      ids.includes(one.ImageId ?? '') || owner.some(name => name !== undefined && approved.includes(name));
    if (ids.length + approved.length > 0 && !isApproved)
      note(
        one,
        cluster,
        'unapproved-image',
        'high',
        `It runs the image ${one.ImageId} of ${owner[0] ?? 'an owner that is not known'}, which is not approved.`,
      );
  }
  return [...grouped.values()].map(({ code, severity, says, origin, cluster, ids }) => ({
    code,
    severity,
    key: { origin, region },
    title: `${ids.length} ${ids.length === 1 ? 'node' : 'nodes'} of ${origin}: ${says}`,
    resources: ids.sort(),
    ...(cluster === 'unnamed' ? {} : { cluster }),
  }));
};

/** A launch template for nodes whose metadata service is weak. */
export const templatePosture = (
  { LaunchTemplateName: name = '', LaunchTemplateId: id = '', LaunchTemplateData }: TemplateVersion,
  { region }: Found,
): readonly Violation[] => {
  const tags = LaunchTemplateData?.TagSpecifications?.flatMap(one => one.Tags ?? []);
  const forNodes =
    /^(karpenter\.k8s\.aws\/|Karpenter-|eks-)/.test(name) || clusterOf(tags) !== undefined || isKarpenters(tags);
  if (!forNodes) return [];
  const options = LaunchTemplateData?.MetadataOptions;
  // What a template leaves open, account and image decide: the same fault as a launch template that is made so, one step lower.
  const open =
    options?.HttpTokens === undefined && options?.HttpEndpoint !== 'disabled'
      ? [
          {
            code: 'imds-tokens-unset',
            severity: 'medium' as const,
            message: 'It leaves to account and image whether instance metadata needs a session token.',
          },
        ]
      : [];
  return [...judged(options), ...open].map(({ code, severity, message }) => ({
    code: `template-${code}`,
    severity,
    key: { template: name || id, region },
    title: `The launch template ${name || id}: ${message}`,
    resources: [id],
  }));
};
