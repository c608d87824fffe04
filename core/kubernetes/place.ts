import type { Event } from '../event.ts';
import { type Address, contains, parseAddress, parseNetwork } from '../pattern/address.ts';
import type { Settings } from '../settings.ts';
import { lastAddress } from './call.ts';

/** Where a call came from. `unknown`: no address, or settings give no ranges for the cluster. */
export type Place = 'inside' | 'outside' | 'unknown';

/** Ranges a cluster's nodes and pods may call from: its VPC and pods, further ranges of ours, NAT and proxies, private lines. */
const rangesOf = (
  event: Event<'kubernetes'>,
  settings: Settings,
): { readonly own: readonly string[]; readonly all: readonly string[] } => {
  const here = settings.clusters.filter(({ name }) => name === event.cluster);
  const clusters = here.length > 0 ? here : settings.clusters;
  const own = [
    ...clusters.flatMap(({ vpcRanges = [], podRanges = [] }) => [...vpcRanges, ...podRanges]),
    ...settings.network.ranges,
  ];
  return { own, all: [...own, ...settings.network.egress, ...settings.network.onPrem] };
};

const holds = (range: string, address: Address): boolean => {
  const network = parseNetwork(range);
  if (network !== undefined) return contains(network, address);
  const one = parseAddress(range);
  return one !== undefined && one.family === address.family && one.value === address.value;
};

/** The API server's own calls, and those of components on its machine. */
const local = ['127.0.0.0/8', '::1'];

/** Says whether the last source address lies in the cluster's known ranges. */
export const placeOf = (event: Event<'kubernetes'>, settings: Settings): Place => {
  const address = parseAddress(lastAddress(event));
  const { own, all } = rangesOf(event, settings);
  if (address === undefined || own.length === 0) return 'unknown';
  return [...local, ...all].some(range => holds(range, address)) ? 'inside' : 'outside';
};
