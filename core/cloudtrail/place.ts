import { BlockList, isIP } from 'node:net';
import { once } from '../once.ts';
import type { Condition } from '../pattern/language.ts';
import { privateRanges } from '../private-ranges.ts';
import { itself, remembered } from '../remembered.ts';
import type { Settings } from '../settings.ts';
import { sourceKind } from './principal.ts';
import type { CloudTrailRecord } from './record.ts';

/**
 * Where a call came from, as far as record and settings tell:
 * - `nowhere`: no address (a service, "AWS Internal");
 * - `ours`: configured egress, on-premises or other ranges;
 * - `cluster`: in the VPC or pod ranges of clusters, by no endpoint or one that the settings know;
 * - `endpoint`: a private address outside every configured range, by an endpoint that the settings know;
 * - `foreign`: by a VPC endpoint that another account owns;
 * - `unclear`: a private address that nothing places (an endpoint that the settings don't know);
 * - `public`: a public address that nothing explains.
 */
export type Place = 'nowhere' | 'ours' | 'cluster' | 'endpoint' | 'foreign' | 'unclear' | 'public';

/** Of what is an address. Node's own answer tries a regular expression for IPv6 that takes milliseconds to compile. */
const familyOf = (address: string): 'ipv4' | 'ipv6' => (address.includes(':') ? 'ipv6' : 'ipv4');

/** Addresses and ranges as a list that can be asked; what is neither is left out. */
export const listOf = (ranges: readonly string[]): BlockList => {
  const listed = new BlockList();
  for (const range of ranges) {
    const [address = '', bits] = range.split('/');
    if (isIP(address) === 0) continue;
    if (bits === undefined) listed.addAddress(address, familyOf(address));
    else if (/^\d{1,3}$/.test(bits) && Number(bits) <= (familyOf(address) === 'ipv6' ? 128 : 32))
      listed.addSubnet(address, Number(bits), familyOf(address));
  }
  return listed;
};

interface Ranges {
  readonly ours: BlockList;
  readonly clusters: readonly { readonly name: string; readonly all: BlockList; readonly pods: BlockList }[];
}

const notPublic = once(() => {
  const listed = new BlockList();
  for (const range of privateRanges) {
    const [address = '', bits] = range.split('/');
    listed.addSubnet(address, Number(bits), familyOf(address));
  }
  return listed;
});
const rangesOf = new WeakMap<Settings, Ranges>();

/** The settings' ranges, prepared once: looking up an address is what every call of a node costs. */
const ranges = (settings: Settings): Ranges => {
  const known = rangesOf.get(settings);
  if (known !== undefined) return known;
  const { egress, ranges: own, onPrem } = settings.network;
  const made: Ranges = {
    ours: listOf([...egress, ...own, ...onPrem]),
    clusters: settings.clusters.map(({ name, vpcRanges = [], podRanges = [] }) => ({
      name,
      all: listOf([...vpcRanges, ...podRanges]),
      pods: listOf(podRanges),
    })),
  };
  rangesOf.set(settings, made);
  return made;
};

const addressOf = (record: CloudTrailRecord): string =>
  sourceKind(record) === 'address' ? (record.sourceIPAddress ?? '') : '';

const inside = (listed: BlockList, address: string): boolean => listed.check(address, familyOf(address));

/** In which of the settings' ranges an address lies. */
const seatOf = remembered((address: string, settings) => {
  const { ours, clusters } = ranges(settings);
  return {
    ours: inside(ours, address),
    clusters: clusters.flatMap(({ name, all }) => (inside(all, address) ? [name] : [])),
    pods: clusters.some(({ pods }) => inside(pods, address)),
    isPublic: !inside(notPublic(), address),
  };
}, itself);

/** Where a call came from. */
export const placeOf = (record: CloudTrailRecord, settings: Settings): Place => {
  const address = addressOf(record);
  if (address === '') return 'nowhere';
  const { ours, clusters, isPublic } = seatOf(address, settings);
  const endpoint = record.vpcEndpointId;
  const known = typeof endpoint === 'string' && Object.hasOwn(settings.network.endpoints, endpoint);
  // An endpoint of AWS's own is "AWS Internal" (recorded beside calls that a service makes for its caller): nobody's account.
  const owner = /^\d{12}$/.exec(String(record.vpcEndpointAccountId))?.[0];
  if (!known && owner !== undefined && settings.accounts.length > 0 && !settings.accounts.includes(owner))
    return 'foreign';
  if (ours) return 'ours';
  // Everybody's VPC may be 10.0.0.0/16: a private address says something only beside an endpoint of ours, or none at all.
  const placed = known || endpoint === undefined;
  if (clusters.length > 0 && (placed || isPublic)) return 'cluster';
  if (isPublic) return 'public';
  return known ? 'endpoint' : 'unclear';
};

/** Names of the clusters whose VPC or pod ranges hold the caller's address. */
export const clustersOf = (record: CloudTrailRecord, settings: Settings): readonly string[] => {
  const address = addressOf(record);
  return address === '' ? [] : seatOf(address, settings).clusters;
};

/** Whether the caller's address is in a cluster's pod ranges. */
export const fromPods = (record: CloudTrailRecord, settings: Settings): boolean => {
  const address = addressOf(record);
  return address !== '' && seatOf(address, settings).pods;
};

/**
 * What every address in a cluster's pod ranges is written like: an IPv4 address begins with the whole numbers of its range, and any
 * IPv6 address may be in one, or be an IPv4 address.
 */
export const podAddresses = (settings: Settings): readonly Condition[] => {
  const pods = settings.clusters.flatMap(({ podRanges = [] }) => podRanges);
  return pods.length === 0 ? [] : [...pods.flatMap(beginningOf), { wildcard: '*:*' }];
};

const beginningOf = (range: string): readonly Condition[] => {
  const [address = '', bits = '32'] = range.split('/');
  if (isIP(address) !== 4) return [];
  const whole = address.split('.').slice(0, Math.floor(Number(bits) / 8));
  if (whole.length === 0) return [{ exists: true }];
  return [{ prefix: whole.length < 4 ? `${whole.join('.')}.` : address }];
};

/** The network a caller's address belongs to, /24 or /48: what a pod's address changes within. `none` without an address. */
export const networkOf = (record: CloudTrailRecord): string => {
  const address = addressOf(record);
  if (address === '') return 'none';
  if (isIP(address) === 4) return `${address.split('.').slice(0, 3).join('.')}.0/24`;
  const [head = '', tail] = address.toLowerCase().split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - groups.length - after.length)).fill('0');
  const [a = '0', b = '0', c = '0'] = [...groups, ...zeros, ...after];
  return `${[a, b, c].map(group => Number.parseInt(group, 16).toString(16)).join(':')}::/48`;
};

/**
 * The family of a user agent: its product without versions and platform, the same for all releases of one client. It is the
 * caller's own word: a rule may raise on it, never clear.
 */
export const agentFamily = (record: CloudTrailRecord, settings: Settings): string =>
  familyOfAgent(typeof record.userAgent === 'string' ? record.userAgent : '', settings);

const familyOfAgent = remembered((agent: string) => {
  const known =
    /karpenter\.sh|cluster\.x-k8s\.io|amazon-ssm-agent|amazon-vpc-cni|kubelet|eks-pod-identity|amazon-ecr-credential|ecr-credential-provider|containerd|aws-ebs-csi|ebs-csi-driver|amazon-cloudwatch-agent|amazon-guardduty|Boto3|Botocore|aws-cli|aws-sdk-[a-z0-9-]+|aws-internal|console\.amazonaws\.com|S3Console|Terraform|Pulumi|Go-http-client|python-requests|curl|HashiCorp/i.exec(
      agent,
    )?.[0];
  return (known ?? (/^\[?[A-Za-z][\w.-]*/.exec(agent)?.[0] || 'none')).toLowerCase();
}, itself);
