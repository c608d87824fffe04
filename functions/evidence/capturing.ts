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
} from '../../adapters/ec2-evidence.ts';
import { hurried } from '../../adapters/hurried.ts';
import { KubeError, pathOf } from '../../adapters/kube-api.ts';
import type { Message } from '../../core/announce/message.ts';
import { plain } from '../../core/escape.ts';
import type { Kept, Machine } from '../../core/evidence/bundle.ts';
import { awsShape, nodeClaimShape, nodeShape, podsShape } from '../../core/evidence/shape.ts';
import { mostSubjects, type Subject, subjectsOf } from '../../core/evidence/subject.ts';
import { regionsOf } from '../../core/inventory/tasks.ts';
import { type Json, list, text } from '../../core/json.ts';
import type { Settings } from '../../core/settings.ts';
import { clusters } from '../deps/clusters.ts';
import { deps } from '../deps/deps.ts';
import { hasTime } from '../invocation/time.ts';

/** Milliseconds that one machine may take: with less left none is begun, and what there is is kept. */
const reserve = 60_000;

/** Pods of a node that are looked at: more than a node holds by default (Kubernetes documentation, "Considerations for large clusters"). */
const mostPods = 250;

/** Why a part is missing, in words that hold nothing of an answer but an error's name. */
const reasonOf = (error: unknown): string => {
  if (error instanceof Missing) return error.message;
  if (error instanceof KubeError) return error.message;
  return error instanceof Error ? plain(error.name, 60) : 'something that is not an error';
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

/** Regions in which an instance is looked for. */
const mostRegions = 6;

/** Where the record itself says that its credentials were issued: CloudTrail's own word (`inScopeOf.credentialsIssuedTo`). */
const issuedIn = ({ evidence }: Message): readonly string[] =>
  (evidence.chain ?? []).flatMap(
    ({ label, value }) =>
      (label === 'issued to' ? /^arn:[\w-]+:ec2:([a-z0-9-]+):\d{12}:instance\//.exec(value)?.[1] : undefined) ?? [],
  );

/**
 * Where a finding's machines may be, the likeliest first. A cluster's are in its region; an instance whose credentials were stolen
 * is where they were issued, and seldom where they are used: IAM's calls alone are all recorded in one region.
 */
const regionsFor = (message: Message, settings: Settings): readonly string[] => {
  const { finding } = message;
  const cluster = settings.clusters.find(({ name }) => name === finding.cluster);
  const all = [
    cluster?.region ?? '',
    ...issuedIn(message),
    finding.region,
    ...finding.regions,
    ...regionsOf(settings),
  ].filter(region => region !== '');
  return [...new Set(all)].slice(0, mostRegions);
};

/** An instance in the first of the regions that knows it, with that region's client; where none does, why the first did not. */
const lookFor = async (
  id: string | undefined,
  node: string | undefined,
  regions: readonly string[],
): Promise<{ readonly ec2: EC2Client; readonly instance: Found<Instance> }> => {
  const [first = ''] = regions;
  const looked = async (region: string) => {
    const ec2 = new EC2Client({ region, ...hurried });
    const filter =
      id === undefined
        ? ({ name: 'private-dns-name', value: node ?? '' } as const)
        : ({ name: 'instance-id', value: id } as const);
    const instance = await find<Instance>(() => findInstance(ec2, filter));
    return { ec2, instance };
  };
  const best = await looked(first);
  // A node's name may stand in several regions, each time for another instance.
  if ('value' in best.instance || id === undefined) return best;
  for (const region of regions.slice(1)) {
    const next = await looked(region);
    if ('value' in next.instance) return next;
  }
  return best;
};

/** Everything that will be gone when the machine is; a part that can't be had is missing with its reason, and stops no other. */
const capture = async (subject: Subject, regions: readonly string[], finding: Message['finding']): Promise<Machine> => {
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
  const { ec2, instance } = await lookFor(id, named, regions);
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
  const regions = regionsFor(message, deps().settings);
  const machines: Machine[] = [];
  const left: Subject[] = [];
  for (const subject of subjectsOf(message)) {
    if (machines.some(({ instance, node }) => (subject.node ?? '') === node || (subject.instance ?? '') === instance))
      continue;
    if (machines.length >= mostSubjects || !hasTime(context, reserve)) left.push(subject);
    else machines.push(await capture(subject, regions, message.finding));
  }
  return { machines, left };
};
