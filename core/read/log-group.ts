import type { Cluster } from '../settings.ts';
import type { Place } from './contract.ts';

/** What a transport says of records on their way: where they belong, or why none of them is one of ours. */
export type Belonging = { readonly place: Place } | { readonly skip: string };

/** EKS User Guide, "Send control plane logs to CloudWatch Logs". `kube-apiserver-<hash>` is the server's own log, no audit. */
const eksGroup = /^\/aws\/eks\/([^/]+)\/cluster$/;
const auditStream = 'kube-apiserver-audit-';
const otherStreams =
  /^(?:authenticator|kube-scheduler|kube-controller-manager|cloud-controller-manager|kube-apiserver)-[0-9a-f]{32}$/;

/** Why the records of such streams are skipped. */
export const otherStream = 'log streams that hold no audit events';

/** Whether a stream, of which no group is known, is one of an EKS control plane's other logs: what `filter-log-events` prints beside. */
export const isOtherStream = (stream: string): boolean => otherStreams.test(stream);

/** CloudTrail User Guide, "CloudWatch log group and log stream naming". */
const trailStream = /^(?:o-[a-z0-9]+_)?(\d{12})_CloudTrail_([a-z0-9-]+?)(?:_\d+)?$/;

/**
 * Where the records of a log stream belong. A configured cluster's own group comes first, then EKS's naming; in any other group
 * records are told by their shape, and CloudTrail's stream names give account and region.
 * @param place what is known of the records: the group's owner, the region
 */
export const placeOfStream = (
  group: string,
  stream: string,
  place: Place,
  clusters: readonly Cluster[] = [],
): Belonging => {
  const own = clusters.filter(({ audit }) => audit !== undefined && 'logGroup' in audit && audit.logGroup === group);
  const eks = eksGroup.exec(group)?.[1];
  if (own.length > 0) {
    const match = own
      .map(cluster => ({ cluster, prefix: streamPrefix(cluster) ?? (eks === undefined ? '' : auditStream) }))
      .filter(({ prefix }) => stream.startsWith(prefix))
      .sort((a, b) => b.prefix.length - a.prefix.length)[0];
    return match === undefined ? { skip: otherStream } : { place: placeIn(match.cluster, place) };
  }
  if (eks !== undefined) {
    if (!stream.startsWith(auditStream)) return { skip: otherStream };
    const known = clusters.find(cluster => cluster.name === eks);
    return { place: known ? placeIn(known, place) : { ...place, cluster: eks, source: 'kubernetes' } };
  }
  const trail = trailStream.exec(stream);
  if (trail === null) return { place };
  const [, account = place.account, region = place.region] = trail;
  return { place: { ...place, account, region, source: 'cloudtrail' } };
};

const streamPrefix = (cluster: Cluster): string | undefined =>
  cluster.audit !== undefined && 'logGroup' in cluster.audit ? cluster.audit.streamPrefix : undefined;

/** A configured cluster's place: what its settings say wins over what the transport guesses. */
export const placeIn = (cluster: Cluster, place: Place): Place => ({
  account: cluster.account ?? place.account,
  region: cluster.region ?? place.region,
  cluster: cluster.name,
  source: 'kubernetes',
});
