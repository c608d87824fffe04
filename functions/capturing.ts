import { EC2Client, type Instance } from '@aws-sdk/client-ec2';
import type { Context } from 'aws-lambda';
import {
  clusterOf,
  findInstance,
  launchTemplateOf,
  Missing,
  nodeClaimOf,
  securityGroupsOf,
  userDataOf,
} from '../adapters/ec2-evidence.ts';
import { hurried } from '../adapters/hurried.ts';
import { KubeError, pathOf } from '../adapters/kube-api.ts';
import type { Message } from '../core/announce/message.ts';
import { plain } from '../core/escape.ts';
import type { Kept, Machine } from '../core/evidence/bundle.ts';
import { awsShape, nodeClaimShape, nodeShape, podsShape } from '../core/evidence/shape.ts';
import { mostSubjects, type Subject, subjectsOf } from '../core/evidence/subject.ts';
import { type Json, list, text } from '../core/json.ts';
import { clusters } from './clusters.ts';
import { deps } from './deps.ts';

/** Milliseconds that one machine may take: with less left none is begun, and what there is is kept. */
const reserve = 60_000;

/** Pods of a node that are looked at: more than a node holds by default (Kubernetes documentation, "Considerations for large clusters"). */
const mostPods = 250;

/** Why a part is missing, in words that hold nothing of an answer but an error's name. */
const reasonOf = (error: unknown): string => {
  if (error instanceof Missing) return error.message;
  if (error instanceof KubeError) return error.message;
  return error instanceof Error ? plain(error.name, 60) : 'something that is no error';
};

const part = async (take: () => Promise<Json>): Promise<Kept> => {
  try {
    return { value: await take() };
  } catch (error) {
    return { missing: reasonOf(error) };
  }
};

/** A value that several parts need, or why there is none. */
type Found<T> = { readonly value: T } | { readonly missing: string };
const find = async <T>(take: () => Promise<T>): Promise<Found<T>> => {
  try {
    return { value: await take() };
  } catch (error) {
    return { missing: reasonOf(error) };
  }
};
const from = async <T>(found: Found<T>, take: (value: T) => Promise<Json>): Promise<Kept> =>
  'value' in found ? part(() => take(found.value)) : found;

const claimOfNode = (node: Json): string | undefined =>
  list(node, 'metadata', 'ownerReferences')
    .filter(one => text(one, 'kind') === 'NodeClaim')
    .flatMap(one => text(one, 'name') ?? [])[0];

/** Everything that will be gone when the machine is; a part that can't be had is missing with its reason, and stops no other. */
const capture = async (subject: Subject, region: string, finding: Message['finding']): Promise<Machine> => {
  const ec2 = new EC2Client({ region, ...hurried });
  const kube = clusters();
  const known = async (name: string): Promise<Json> =>
    kube.fetch(finding.cluster, pathOf({ group: '', version: 'v1', resource: 'nodes', name }));
  // A node says which instance it is; otherwise its name is the instance's own.
  const named = subject.node;
  const early = named === undefined ? undefined : await find(() => known(named));
  const id =
    subject.instance ??
    (early !== undefined && 'value' in early
      ? /\/(i-[0-9a-f]+)$/.exec(text(early.value, 'spec', 'providerID') ?? '')?.[1]
      : undefined);
  const instance = await find<Instance>(() =>
    findInstance(
      ec2,
      id === undefined ? { name: 'private-dns-name', value: named ?? '' } : { name: 'instance-id', value: id },
    ),
  );
  const described = 'value' in instance ? instance.value : undefined;
  const cluster = finding.cluster || (described === undefined ? undefined : clusterOf(described)) || '';
  const nodeName = named ?? described?.PrivateDnsName ?? '';
  const node =
    early ??
    (nodeName === ''
      ? { missing: 'its node has no name that is known' }
      : await find(() => kube.fetch(cluster, pathOf({ group: '', version: 'v1', resource: 'nodes', name: nodeName }))));
  const claim =
    ('value' in node ? claimOfNode(node.value) : undefined) ??
    (described === undefined ? undefined : nodeClaimOf(described));
  const pods = `/api/v1/pods?limit=${mostPods}&fieldSelector=${encodeURIComponent(`spec.nodeName=${nodeName}`)}`;
  const [userData, template, groups, nodeClaim, running] = await Promise.all([
    from(instance, ({ InstanceId = '' }) => userDataOf(ec2, InstanceId)),
    from(instance, one => launchTemplateOf(ec2, one)),
    from(instance, one => securityGroupsOf(ec2, one)),
    claim === undefined
      ? { missing: 'neither node nor instance says which NodeClaim it is' }
      : part(async () =>
          nodeClaimShape(
            await kube.fetch(
              cluster,
              pathOf({ group: 'karpenter.sh', version: 'v1', resource: 'nodeclaims', name: claim }),
            ),
          ),
        ),
    nodeName === ''
      ? { missing: 'its node has no name that is known' }
      : part(async () => podsShape(await kube.fetch(cluster, pods))),
  ]);
  const machine = id ?? described?.InstanceId;
  return {
    ...subject,
    ...(machine === undefined ? {} : { instance: machine }),
    ...(nodeName === '' ? {} : { node: nodeName }),
    parts: {
      instance: await from(instance, async one => awsShape(one)),
      'user-data': userData,
      'launch-template': template,
      'security-groups': groups,
      node: await from(node, async one => nodeShape(one)),
      'node-claim': nodeClaim,
      pods: running,
    },
  };
};

/** The machines of a finding, one after the other while there is time; a node that an instance turned out to be is not taken twice. */
export const captureAll = async (
  message: Message,
  context: Context,
): Promise<{ readonly machines: readonly Machine[]; readonly left: readonly Subject[] }> => {
  const { settings } = deps();
  const { finding } = message;
  const cluster = settings.clusters.find(({ name }) => name === finding.cluster);
  const region = cluster?.region ?? (finding.region || finding.regions[0] || settings.home);
  const machines: Machine[] = [];
  const left: Subject[] = [];
  for (const subject of subjectsOf(message)) {
    if (machines.some(({ instance, node }) => (subject.node ?? '') === node || (subject.instance ?? '') === instance))
      continue;
    const hasTime = (context.getRemainingTimeInMillis?.() ?? reserve) >= reserve;
    if (machines.length >= mostSubjects || !hasTime) left.push(subject);
    else machines.push(await capture(subject, region, finding));
  }
  return { machines, left };
};
