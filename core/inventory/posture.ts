import { nodeCall } from '../cloudtrail/node-baseline.ts';
import { grantOf, isAdminPolicy, isPermitted, type Statement, statementsOf, trustRisks } from '../cloudtrail/policy.ts';
import { lastSegment, roleByArn } from '../cloudtrail/roles.ts';
import type { Key, Severity } from '../detection.ts';
import { list, member } from '../json.ts';
import { judgeMetadata } from '../posture/metadata.ts';
import type { Settings } from '../settings.ts';
import { matchesAny } from '../wildcard.ts';
import {
  type Cluster,
  clusterOf,
  type Found,
  type Image,
  type Instance,
  isKarpenters,
  type Maybe,
  type MetadataOptions,
  type Network,
  type Part,
  type Role,
  type Tag,
  type TemplateVersion,
  type Trail,
  tagOf,
} from './aws.ts';
import { steering, taggersOf } from './taggers.ts';
import type { Violation } from './violation.ts';

/** What a part shows that a row of the catalogue would alert on if it were done now. */
export const postureOf = (part: Part, found: Found, settings: Settings): readonly Violation[] => {
  switch (part.kind) {
    case 'instances':
      return instances(part.instances, part.images, found, settings);
    case 'templates':
      return part.versions.flatMap(one => template(one, found));
    case 'network':
      return network(part.network, found, settings);
    case 'roles':
      return part.roles.flatMap(one => role(one, found, settings));
    case 'clusters':
      return part.clusters.flatMap(one => cluster(one, found, settings));
    case 'taggers':
      return steering(taggersOf(part.holders, settings));
    case 'trails':
      return trails(part.trails);
  }
};

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

const instances = (
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
  const note = (one: Instance, code: string, severity: Severity, says: string): void => {
    const [origin, cluster] = [originOf(one), clusterOf(one.Tags) ?? ''];
    const key = JSON.stringify([code, cluster, origin]);
    const group = grouped.get(key) ?? { code, severity, says, origin, cluster, ids: [] };
    grouped.set(key, group);
    group.ids.push(one.InstanceId ?? '');
  };
  for (const one of all) {
    if (clusterOf(one.Tags) === undefined) continue; // what is no node is not ours to judge
    for (const { code, severity, message } of judged(one.MetadataOptions)) note(one, code, severity, message);
    if (one.PublicIpAddress !== undefined) note(one, 'public-address', 'medium', 'The node has a public address.');
    const { ids, owners: approved } = settings.approvedImages;
    const owner = owners.get(one.ImageId) ?? [];
    const isApproved =
      ids.includes(one.ImageId ?? '') || owner.some(name => name !== undefined && approved.includes(name));
    if (ids.length + approved.length > 0 && !isApproved)
      note(
        one,
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
    ...(cluster === '' || cluster === 'unnamed' ? {} : { cluster }),
  }));
};

const template = (
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

const anywhere = ['0.0.0.0/0', '::/0'];

const network = (
  { groups, subnets, encryptsByDefault }: Network,
  { region }: Found,
  settings: Settings,
): readonly Violation[] => {
  const steeringTags = ['karpenter.sh/discovery', ...settings.selectorTags];
  const isSelected = (tags: Maybe<readonly Tag[]>): boolean =>
    tags?.some(({ Key }) => matchesAny(steeringTags, Key ?? '')) ?? false;
  const exposed = subnets
    .filter(one => one.MapPublicIpOnLaunch === true && isSelected(one.Tags))
    .map(
      ({ SubnetId: subnet = '' }): Violation => ({
        code: 'subnet-public',
        severity: 'medium',
        key: { subnet, region },
        title: `The subnet ${subnet}, which Karpenter selects, gives every node started there a public address`,
        resources: [subnet],
      }),
    );
  const open = groups.flatMap((group): readonly Violation[] => {
    const steers = isSelected(group.Tags) || clusterOf(group.Tags) !== undefined;
    const doors = (group.IpPermissions ?? []).filter(one =>
      [
        ...(one.IpRanges ?? []).map(({ CidrIp }) => CidrIp),
        ...(one.Ipv6Ranges ?? []).map(({ CidrIpv6 }) => CidrIpv6),
      ].some(range => anywhere.includes(range ?? '')),
    );
    if (!steers || doors.length === 0) return [];
    const ports = doors.map(one => (one.IpProtocol === '-1' ? 'every port' : `${one.FromPort}-${one.ToPort}`));
    return [
      {
        code: 'security-group-open',
        severity: 'high',
        key: { group: group.GroupId ?? '', region },
        title: `The security group ${group.GroupId} of nodes lets everyone in on ${[...new Set(ports)].join(', ')}`,
        resources: [group.GroupId ?? ''],
      },
    ];
  });
  const seen = [...open, ...exposed];
  if (encryptsByDefault) return seen;
  return [
    ...seen,
    {
      code: 'ebs-encryption-off',
      severity: 'medium',
      key: { region },
      title: `Volumes are not encrypted by default in ${region}`,
      resources: [],
    },
  ];
};

const role = (one: Role, { account }: Found, settings: Settings): readonly Violation[] => {
  const { kind } = roleByArn(one.arn, settings);
  const what = kind === 'node' ? 'node role' : 'controller role';
  const violation = (code: string, severity: Severity, key: Key, says: string): Violation => ({
    code,
    severity,
    key: { role: one.name, ...key },
    title: `The ${what} ${one.name} ${says}`,
    resources: [one.arn, ...Object.values(key)],
  });
  const trust = trustRisks(one.trust, [account, ...settings.accounts]).map(risk =>
    violation('trust-too-wide', risk === 'anyone' ? 'critical' : 'high', { risk }, `may be assumed by ${trusts[risk]}`),
  );
  const policies = [
    ...one.attached.map(({ arn, document }) => ({ policy: arn, document })),
    ...one.inline.map(({ name, document }) => ({ policy: name, document })),
  ];
  if (kind !== 'node')
    return [
      ...trust,
      ...policies
        .filter(({ document }) => (statementsOf(document) ?? []).some(tagsAnything))
        .map(({ policy }) =>
          violation(
            'controller-tags-anything',
            'high',
            { policy },
            `may tag anything by ${lastSegment(policy)}: what a tag steers, its holder steers`,
          ),
        ),
    ];
  return [
    ...trust,
    ...policies.flatMap(({ policy, document }): readonly Violation[] => {
      if (policy.startsWith('arn:') && isPermitted(policy, settings.nodePolicies)) return [];
      const grant =
        document === undefined ? (isAdminPolicy(policy) ? 'admin' : 'unknown') : grantOf(statementsOf(document));
      const beyond = document === undefined ? [] : beyondOf(statementsOf(document) ?? [], one.name);
      const says =
        grant === 'admin'
          ? 'which makes every pod on its nodes an administrator'
          : beyond.length > 0
            ? `which grants what nodes do not need: ${beyond.slice(0, 5).join(', ')}${beyond.length > 5 ? ` and ${beyond.length - 5} more` : ''}`
            : grant === 'broad'
              ? 'which grants a whole service'
              : undefined;
      // An inline policy within the baseline is as good as a permitted one; a foreign managed one is not known to be.
      if (says === undefined && document !== undefined && grant === 'narrow') return [];
      return [
        violation(
          'node-role-policy',
          grant === 'admin' ? 'critical' : 'high',
          { policy },
          `carries ${lastSegment(policy)}, ${says ?? 'which is not among the permitted node policies'}`,
        ),
      ];
    }),
  ];
};

const trusts = {
  anyone: 'anyone',
  'other-account': 'another account',
  'open-web-identity': 'every workload of an identity provider',
  unreadable: 'whom its trust policy names, which could not be read',
} as const;

const actionsOf = (statement: Statement): readonly string[] =>
  statement['Effect'] === 'Allow' ? list(statement, 'Action').filter(one => typeof one === 'string') : [];

/** Allowed actions that are not part of being a node; wildcards are, where they are no plain name. */
export const beyondOf = (statements: readonly Statement[], name: string): readonly string[] => [
  ...new Set(
    statements.flatMap(actionsOf).filter(action => {
      const [service = '', api = ''] = action.split(':');
      if (action.includes('*')) return true;
      const eventSource = `${service === 'cloudwatch' ? 'monitoring' : service}.amazonaws.com`;
      return nodeCall({ eventSource, eventName: api, eventTime: '', eventID: '' }, name) !== 'baseline';
    }),
  ),
];

const tagsAnything = (statement: Statement): boolean =>
  list(statement, 'Resource').includes('*') &&
  member(statement, 'Condition') === undefined &&
  actionsOf(statement).some(action => matchesAny([action.toLowerCase()], 'ec2:createtags'));

const cluster = (one: Cluster, { region }: Found, settings: Settings): readonly Violation[] => {
  const { name } = one;
  const violation = (code: string, severity: Severity, key: Key, says: string): Violation => ({
    code,
    severity,
    key: { cluster: name, region, ...key },
    title: `The cluster ${name} ${says}`,
    resources: [one.arn, ...Object.values(key)],
    cluster: name,
  });
  const open = one.publicCidrs.some(range => anywhere.includes(range));
  const isOurs = (principal: string): boolean => matchesAny(settings.platform.arns ?? [], principal);
  return [
    ...(one.auditLogging
      ? []
      : [violation('audit-logging-off', 'high', {}, 'writes no audit log: nothing of Kubernetes is seen there')]),
    ...(one.publicEndpoint
      ? [
          violation(
            'public-endpoint',
            open ? 'high' : 'low',
            {},
            open ? 'answers the whole internet' : `answers from the internet to ${one.publicCidrs.join(', ')}`,
          ),
        ]
      : []),
    ...(one.authenticationMode === 'API'
      ? []
      : [
          violation(
            'authentication-config-map',
            'low',
            {},
            'still lets the config map aws-auth decide who its users are',
          ),
        ]),
    ...one.entries
      .filter(
        entry => entry.policies.some(arn => /\/AmazonEKS(Cluster)?AdminPolicy$/.test(arn)) && !isOurs(entry.principal),
      )
      .map(({ principal }) =>
        violation(
          'admin-access-entry',
          'high',
          { principal },
          `makes ${lastSegment(principal)} an administrator, which the settings do not name as platform`,
        ),
      ),
    ...one.pods
      .filter(pod => roleByArn(pod.role, settings).kind === 'node')
      .map(({ namespace, serviceAccount, role: arn }) =>
        violation(
          'pod-has-node-role',
          'high',
          { subject: `${namespace}/${serviceAccount}` },
          `gives the node role ${lastSegment(arn)} to the pods of ${namespace}/${serviceAccount}`,
        ),
      ),
  ];
};

const trails = (all: readonly Trail[]): readonly Violation[] => {
  const good = all.filter(({ logging, multiRegion, management }) => logging && multiRegion && management === 'all');
  const unvalidated = good.filter(({ validated }) => !validated);
  if (good.length === 0)
    return [
      {
        code: 'trail-missing',
        severity: 'high',
        key: {},
        title:
          all.length === 0
            ? 'The account has no trail'
            : `No trail logs every management event of all regions: ${all.map(one => one.name).join(', ')}`,
        resources: all.map(({ name }) => name),
      },
    ];
  return unvalidated.length < good.length
    ? []
    : [
        {
          code: 'trail-not-validated',
          severity: 'low',
          key: {},
          title: `Log files of ${unvalidated.map(({ name }) => name).join(', ')} can be changed unnoticed: file validation is off`,
          resources: unvalidated.map(({ name }) => name),
        },
      ];
};
