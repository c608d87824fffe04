import type { Event } from '../event.ts';
import { type Address, contains, type Network, parseAddress, parseNetwork } from '../pattern/address.ts';
import { itself, remembered, rememberedOf } from '../remembered.ts';
import type { Settings } from '../settings.ts';
import { lastAddress } from './call.ts';

/** Where a call came from. `unknown`: no address, or settings give no ranges for the cluster. */
export type Place = 'inside' | 'outside' | 'unknown';

/** The API server's own calls, and those of components on its machine. */
const local = ['127.0.0.0/8', '::1'];

interface Ranges {
  readonly known: boolean;
  readonly all: readonly (Network | Address)[];
}

const rangesIn = ({ vpcRanges = [], podRanges = [] }: Settings['clusters'][number]): readonly string[] => [
  ...vpcRanges,
  ...podRanges,
];

/** Ranges a cluster's nodes and pods may call from: its VPC and pods, further ranges of ours, NAT and proxies, private lines. */
const rangesOf = remembered((cluster: string, settings): Ranges => {
  const here = settings.clusters.filter(({ name }) => name === cluster);
  const clusters = here.length > 0 ? here : settings.clusters;
  const own = [...clusters.flatMap(rangesIn), ...settings.network.ranges];
  const all = [...local, ...own, ...settings.network.egress, ...settings.network.onPrem];
  return { known: own.length > 0, all: all.flatMap(range => parseNetwork(range) ?? parseAddress(range) ?? []) };
}, itself);

const holds = (range: Network | Address, address: Address): boolean =>
  'bits' in range ? contains(range, address) : range.family === address.family && range.value === address.value;

/** Says whether the last source address lies in the cluster's known ranges. */
export const placeOf = rememberedOf(
  (event: Event<'kubernetes'>, settings): Place => {
    const address = parseAddress(lastAddress(event));
    const { known, all } = rangesOf(event.cluster, settings);
    if (address === undefined || !known) return 'unknown';
    return all.some(range => holds(range, address)) ? 'inside' : 'outside';
  },
  event => [lastAddress(event), event.cluster],
);

/** Beginnings of all IPv4 addresses of a range, where its bounds lie between octets; none: it is said otherwise. */
const beginningOf = (range: string): string | undefined => {
  const [address = '', bits] = range.split('/');
  const octets = Number(bits) / 8;
  if (!/^\d+(\.\d+){3}$/.test(address) || ![1, 2, 3].includes(octets)) return undefined;
  return `${address.split('.').slice(0, octets).join('.')}.`;
};

/**
 * How addresses begin that lie inside, in whichever of some clusters: a call from nowhere else is not from outside of one.
 * @param clusters names; a range counts that is known in all of them
 */
export const insideBeginnings = (clusters: readonly string[], settings: Settings): readonly string[] => {
  const own = settings.clusters.filter(({ name }) => clusters.includes(name));
  const common = (own[0] === undefined ? [] : rangesIn(own[0])).filter(range =>
    own.every(cluster => rangesIn(cluster).includes(range)),
  );
  const { ranges, egress, onPrem } = settings.network;
  const all = [...local, ...common, ...ranges, ...egress, ...onPrem].flatMap(range => beginningOf(range) ?? []);
  return [...new Set(all)];
};

/** The clusters that a call may be of: all, where it is not known. */
export const clustersOf = ({ clusters }: Settings, cluster: string | undefined): Settings['clusters'] =>
  cluster === undefined ? clusters : clusters.filter(({ name }) => name === cluster);

/** What a call shows that came from outside of some clusters: an address that begins like none inside. */
export const outside = (clusters: readonly string[], settings: Settings) => ({
  sourceIPs: [{ 'anything-but': { prefix: insideBeginnings(clusters, settings) } }],
});

/**
 * What shows where a call came from: only that it was inside, or can't be told, is shown by nothing.
 * @param cluster whose event it is, where that is known
 */
export const placeSigns = (settings: Settings, may: (place: Place) => boolean, cluster?: string) => {
  if (may('inside') || may('unknown')) return [{}];
  return may('outside')
    ? [
        outside(
          clustersOf(settings, cluster).map(({ name }) => name),
          settings,
        ),
      ]
    : [];
};
