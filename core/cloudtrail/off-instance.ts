import { isIP } from 'node:net';
import { type Severity, severities } from '../detection.ts';
import type { KnownNetwork } from '../state/network.ts';
import type { Item } from '../state/observation.ts';
import { listOf, type Place } from './place.ts';

/** One call by an instance session, and what is known of the instance. */
export interface Sighting {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly address: string;
  readonly place: Place;
  /** Clusters whose ranges hold the address. */
  readonly clusters: readonly string[];
  /** The record says itself that it is an instance session; otherwise only the key map can. */
  readonly stated: boolean;
  readonly instance: string;
  /** Members of the record name different instances. */
  readonly mismatch: boolean;
  /** The settings say through which addresses instances leave. */
  readonly egressKnown: boolean;
  /** Where they do not: the learned address through which this instance leaves otherwise. */
  readonly home?: string | undefined;
  /** The call is one that a thief makes and a node does not: see {@link Signal}. */
  readonly signals: readonly Signal[];
  readonly delivery: string;
  /** The item of the instance, {} where its launch was not seen. */
  readonly known: Item;
  /** The item of the access key, {} where its issue was not seen. */
  readonly key: Item;
}

/** What raises a sighting one level, whatever its place. */
export type Signal = 'sensitive-call' | 'who-am-i' | 'other-region';

/** How grave a sighting is, and why. */
export interface Suspicion {
  readonly severity: Severity;
  readonly note: string;
}

/**
 * The credentials of an instance outlive it a little. As long as the record of its end may be late (`latenessMinutes`, unless set longer):
 * a call that is judged by its end must not come before that is known.
 */
const graceAfterTermination = 15 * 60_000;

const has = (item: Item, set: string, member: string): boolean => item[set]?.includes(member) ?? false;

/**
 * A place with what the inventory found: its own NAT gateways and Elastic IPs explain a public address, its VPCs a private one by an
 * endpoint of its own. It never makes unlisted egress suspect: it cannot know of addresses that subnets hand out.
 * @param endpoint `vpcEndpointId` of the record
 */
export const explained = (
  place: Place,
  address: string,
  endpoint: string | undefined,
  { egress, ranges, endpoints }: KnownNetwork,
): Place => {
  if (place === 'public') return egress.has(address) ? 'ours' : place;
  const known = place === 'endpoint' || (place === 'unclear' && endpoint !== undefined && endpoints.has(endpoint));
  if (!known || ranges.length === 0) return place;
  return owns(ranges, address) ? 'ours' : 'endpoint';
};

/** Whether an address is one of the instance's, or in a prefix that its network plugin took for its pods (`10.0.3.16/28`). */
const owns = (own: readonly string[], address: string): boolean => {
  if (own.length === 0 || isIP(address) === 0) return false;
  if (own.includes(address)) return true;
  // An IPv6 address can be written in several ways, and hold an IPv4 address, which itself is written in one.
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  const others = own.filter(one => family === 'ipv6' || one.includes('/') || one.includes(':'));
  return others.length > 0 && listOf(others).check(address, family);
};

const raise = (severity: Severity, by: number): Severity =>
  severities[Math.max(0, Math.min(severities.length - 1, severities.indexOf(severity) + by))] ?? severity;

/** Milliseconds since 1970 of a stored time: a number of milliseconds or ISO text. */
const timeOf = (stored: string): number => (/^\d+$/.test(stored) ? Number(stored) : Date.parse(stored));

/**
 * Decides whether an instance's credentials are used off the instance; undefined where nothing says so. What is not known never
 * counts as known: without the instance's own addresses the verdict is a step lower and says so. It never takes the first
 * address it meets for the right one.
 */
export const judge = (sighting: Sighting): Suspicion | undefined => {
  const { key, known, instance } = sighting;
  const owner = key['instance'];
  if (!sighting.stated && !has(key, 'instance', instance)) return undefined;

  const strongest = strongestOf(sighting, owner);
  if (strongest === undefined) return undefined;
  const stolenWhileHardened =
    sighting.delivery === '1.0' && (known['httpTokens']?.every(tokens => tokens === 'required') ?? false);
  const raised = sighting.signals.length > 0 || stolenWhileHardened;
  const reasons = [
    strongest.note,
    ...sighting.signals.map(signal => signalWords[signal]),
    stolenWhileHardened ? 'an IMDSv1 credential set of an instance that requires IMDSv2' : '',
  ];
  return { severity: raise(strongest.severity, raised ? 1 : 0), note: reasons.filter(Boolean).join('; ') };
};

const signalWords: { readonly [signal in Signal]: string } = {
  'sensitive-call': 'the call is one that nodes do not make',
  'who-am-i': 'it asked whose credentials they are',
  'other-region': "in another region than the instance's",
};

/**
 * Whether the verdict hangs on a launch whose record may still come: then nothing is said before it must have come. What speaks for
 * itself (a contradiction, another account's endpoint, an instance that has ended) never waits.
 */
export const awaitsLaunch = (sighting: Sighting): boolean =>
  sighting.known['privateIp'] === undefined &&
  (sighting.place === 'public' || sighting.place === 'endpoint') &&
  judge(sighting) !== undefined &&
  judge({ ...sighting, place: 'ours' }) === undefined;

/** Whether the verdict hangs on whose the access key is, whose record may still come. */
const awaitsKey = (sighting: Sighting): boolean =>
  !sighting.stated && sighting.key['instance'] === undefined && judge({ ...sighting, stated: true }) !== undefined;

/** Whether records that may still come can make another verdict of it. */
export const awaitsRecords = (sighting: Sighting): boolean => awaitsLaunch(sighting) || awaitsKey(sighting);

const strongestOf = (sighting: Sighting, owner: readonly string[] | undefined): Suspicion | undefined => {
  const { instance, known } = sighting;
  if (sighting.mismatch || (owner !== undefined && !owner.includes(instance)))
    return { severity: 'high', note: 'the record names one instance and its credentials another' };
  const terminated = Math.min(...(known['terminated'] ?? []).map(timeOf));
  if (terminated + graceAfterTermination < sighting.time)
    return { severity: 'critical', note: `the instance was terminated at ${new Date(terminated).toISOString()}` };
  return misplaced(sighting);
};

const misplaced = ({
  place,
  address,
  clusters,
  known,
  egressKnown,
  home,
  signals,
}: Sighting): Suspicion | undefined => {
  if (owns(known['privateIp'] ?? [], address) || owns(known['publicIp'] ?? [], address)) return undefined;
  const seen = known['privateIp'] !== undefined;
  const unseen = 'its launch was not seen, so that its own addresses are not known';
  const step = (severity: Severity, note: string): Suspicion =>
    seen ? { severity, note } : { severity: raise(severity, -1), note: `${note}; ${unseen}` };

  if (place === 'foreign') return { severity: 'high', note: "through another account's VPC endpoint" };
  if (place === 'endpoint') return step('medium', 'through a known endpoint, from outside every configured range');
  if (place === 'cluster') {
    const own = known['cluster']?.filter(name => name !== 'unnamed') ?? [];
    const elsewhere = own.length > 0 && !own.some(name => clusters.includes(name));
    return elsewhere ? { severity: 'medium', note: `from the network of ${clusters.join(', ')}` } : undefined;
  }
  if (place !== 'public') return undefined;
  if (egressKnown || known['publicIp'] !== undefined)
    return step('high', 'from an address that is neither its own nor configured egress');
  if (home !== undefined)
    return step('high', `from an address of its own only, where it leaves through ${home} otherwise`);
  // Any node behind an unlisted NAT gateway looks like this: only what a thief does besides makes it worth a word.
  if (signals.length === 0) return undefined;
  return {
    severity: 'low',
    note: 'from an address that nothing explains; `network.egress` is not set, so that it may be a NAT gateway or its own',
  };
};
