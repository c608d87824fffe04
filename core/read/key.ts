import { notCalls } from '../cloudtrail/read.ts';
import type { Cluster } from '../settings.ts';
import type { Place } from './contract.ts';
import { type Belonging, placeIn, placeOfStream } from './log-group.ts';

/** CloudTrail User Guide, "Finding your CloudTrail log files": `…/AWSLogs/[o-…/]<account>/<service>/<region>/…`. */
const delivered = /(?:^|\/)AWSLogs\/(?:o-[a-z0-9]+\/)?(\d{12})\/([\w-]+)\/(?:([a-z]{2}[a-z0-9-]*-\d)\/)?/;
/** The file's own name says the same, for copies out of their folder. */
const named = /(?:^|\/)(\d{12})_(CloudTrail[\w-]*?)_([a-z0-9-]+)_\d{8}T\d{4}Z_/;
/** Vector and Firehose keep the group's name in the key; CloudWatch's export the stream's. */
const eksGroup = /(?:^|\/)aws\/eks\/([^/]+)\/cluster(?:\/|$)/;
const eksStream =
  /(?:^|\/)((?:kube-apiserver(?:-audit)?|authenticator|kube-controller-manager|kube-scheduler|cloud-controller-manager)-[0-9a-f]{32})(?:\/|\.|$)/;

/**
 * Where the records of an object or file belong, by its key or path; `skip` for CloudTrail's digests and what is no call, other
 * services' logs and other streams. What the path says wins over `place`, what a record says wins over both.
 */
export const placeOfKey = (
  key: string,
  place: Place,
  clusters: readonly Cluster[] = [],
  bucket?: string,
): Belonging => {
  const configured = clusters
    .filter(
      ({ audit }) =>
        audit !== undefined && 'bucket' in audit && audit.bucket === bucket && key.startsWith(audit.prefix),
    )
    .sort((a, b) => prefixLength(b) - prefixLength(a))[0];
  if (configured !== undefined) return { place: placeIn(configured, place) };
  const [, account, service, region] = delivered.exec(key) ?? named.exec(key) ?? [];
  if (account !== undefined && service !== undefined) {
    if (service === 'CloudTrail')
      return { place: { ...place, account, region: region ?? place.region, source: 'cloudtrail' } };
    if (service === 'CloudTrail-Digest') return { skip: 'CloudTrail digest files, which hold no records' };
    return { skip: notCalls.find(({ folder }) => folder === service)?.says ?? "other services' log files" };
  }
  const group = eksGroup.exec(key)?.[1];
  const stream = eksStream.exec(key)?.[1];
  if (stream !== undefined) {
    const found = placeOfStream(`/aws/eks/${group ?? '?'}/cluster`, stream, place, clusters);
    if ('skip' in found) return found;
    return { place: { ...found.place, cluster: group === undefined ? place.cluster : found.place.cluster } };
  }
  if (group === undefined) {
    const owner = clusters.find(
      ({ audit }) => audit !== undefined && 'logGroup' in audit && under(key, audit.logGroup),
    );
    return { place: owner === undefined ? place : placeIn(owner, place) };
  }
  // the path names the cluster; it doesn't say that everything below it is audit, so the source stays open
  const known = clusters.find(cluster => cluster.name === group);
  const seat = known === undefined ? place : placeIn(known, place);
  return { place: { ...place, account: seat.account, region: seat.region, cluster: group } };
};

/** Whether a path keeps a log group's name as folders: `…/fleet/audit/…` of `/fleet/audit`. */
const under = (key: string, logGroup: string): boolean => `/${key}`.includes(`${logGroup.replace(/^\/?/, '/')}/`);

const prefixLength = ({ audit }: Cluster): number =>
  audit !== undefined && 'prefix' in audit ? audit.prefix.length : 0;
