import type { Item } from './observation.ts';

/**
 * What the inventory found of an account's network, one item a day: public addresses of NAT gateways and Elastic IPs, VPC ranges,
 * endpoints; and Elastic IPs that were allocated or released that day. By the day, because an address that was given back may be
 * anybody's tomorrow.
 */
const networkScope = (account: string, day: string): string => `network#${account}#${day}`;

const day = 86_400_000;
/** Many events ask for the same two days: they are written once. */
const dayOf = (time: number): string => {
  const number = Math.floor(time / day);
  const known = days.get(number);
  if (known !== undefined) return known;
  const written = new Date(number * day).toISOString().slice(0, 10);
  if (days.size >= 16) days.clear();
  days.set(number, written);
  return written;
};
const days = new Map<number, string>();

/** Milliseconds that an item is kept: a day's events, late ones and those judged again, look at that day and the one before. */
export const networkKept = 4 * day;

/** The items to be asked about a moment: that of its day, and of the day before, for the hours until a day's inventory has run. */
export const networkScopes = (account: string, time: number): readonly [today: string, before: string] => [
  networkScope(account, dayOf(time)),
  networkScope(account, dayOf(time - day)),
];

/** An allocation as it is kept: whose address it is. */
export const allocationOf = (id: string, address: string): string => `${id} ${address}`;

/** Addresses that were allocated and not given back. */
const allocatedIn = (allocated: readonly string[], released: ReadonlySet<string>): readonly string[] =>
  allocated.flatMap(one => {
    const [id = '', address = ''] = one.split(' ');
    return released.has(id) ? [] : [address];
  });

/** What is known of an account's network; all of it empty where no inventory ran and no address was allocated. */
export interface KnownNetwork {
  readonly egress: ReadonlySet<string>;
  readonly ranges: readonly string[];
  readonly endpoints: ReadonlySet<string>;
}

/** An account's network, in what was answered. */
export const networkIn = (items: readonly Item[]): KnownNetwork => {
  if (items.every(isEmpty)) return unknown;
  const members = (set: string): readonly string[] => items.flatMap(item => item[set] ?? []);
  return {
    egress: new Set([...members('egress'), ...allocatedIn(members('allocated'), new Set(members('released')))]),
    ranges: [...new Set(members('range'))],
    endpoints: new Set(members('endpoint')),
  };
};

const unknown: KnownNetwork = { egress: new Set(), ranges: [], endpoints: new Set() };
const isEmpty = (item: Item): boolean => {
  for (const _ in item) return false;
  return true;
};
