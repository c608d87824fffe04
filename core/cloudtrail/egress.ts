import { nameLearned, revoked, revokedScope } from '../state/learned.ts';
import type { Item, Observation } from '../state/observation.ts';

/**
 * Public addresses through which instances leave, learned where the settings name none. An address is learned when three instances
 * used it over an hour; instances that made calls from it that nodes do not make teach nothing. Never is the first address that an
 * instance is seen at taken for its own, and what is learned clears nothing by itself: it tells where an instance belongs.
 */
export type Standing = 'learned' | 'pending' | 'lone';

const hour = 3_600_000;
const day = 24 * hour;
const enough = 3;

/** Names what an account learned; one item a day. */
export const egressScope = (account: string): string => `egress#${account}`;

/** Names one address, for revoking. */
export const addressScopeOf = (account: string, address: string): string => `${egressScope(account)}#${address}`;

const dayOf = (time: number): number => Math.floor(time / day) * day;

/** A call of an instance's session from an address. */
export interface Sighted {
  readonly account: string;
  readonly address: string;
  readonly instance: string;
  readonly time: number;
  /** The call is one that nodes do not make. */
  readonly flagged: boolean;
}

/** The items of a day and those beside it. */
export const egressDays = (account: string, time: number): readonly [string, string, string] => {
  const today = dayOf(time);
  const scope = (at: number): string => `${egressScope(account)}#${at}`;
  return [scope(today), scope(today - day), scope(today + day)];
};

/** Remembers who used an address and when, and reads the sightings of the days around. */
export const sight = ({ account, address, instance, time, flagged }: Sighted): readonly Observation[] => {
  const [scope, ...also] = egressDays(account, time);
  const at = new Date(Math.floor(time / hour) * hour).toISOString();
  return [
    {
      scope,
      add: flagged ? { flagged: [instance] } : { seen: [`${address} ${instance}`], hours: [`${address} ${at}`] },
      cap: 1_000,
      quiet: true,
      expires: dayOf(time) + 31 * day,
      also: [...also, revokedScope(egressScope(account))],
    },
    nameLearned(account, { kind: 'egress', subject: address, scope: addressScopeOf(account, address) }, time),
  ];
};

/** What is known of one address. */
export interface Egress {
  readonly standing: Standing;
  /** Who taught it: instances that made ordinary calls only. */
  readonly instances: readonly string[];
  /** Milliseconds since 1970: the hours in which it was used, oldest first. */
  readonly hours: readonly number[];
}

/** What an account taught of addresses: the items of the days around, and that of revocations. */
export interface Taught {
  readonly items: readonly Item[];
  readonly taken: Item | undefined;
}

/** Addresses by what is known of them. @param only these; absent: all. Each member is looked at once, of which an item has up to 2,000. */
export const egressOf = ({ items, taken }: Taught, only?: ReadonlySet<string>): ReadonlyMap<string, Egress> => {
  const flagged = new Set(items.flatMap(item => item['flagged'] ?? []));
  const gone = revoked(taken);
  const used = byAddress(items, 'hours', only);
  return new Map(
    [...byAddress(items, 'seen', only)].map(([address, seen]) => {
      const instances = [...seen].filter(one => !flagged.has(one)).sort();
      const hours = [...(used.get(address) ?? [])].map(at => Date.parse(at)).sort((a, b) => a - b);
      return [address, { standing: gone.has(address) ? 'lone' : standingOf(instances, hours), instances, hours }];
    }),
  );
};

const standingOf = (instances: readonly string[], hours: readonly number[]): Standing => {
  if (instances.length < 2) return 'lone';
  const lasted = (hours.at(-1) ?? 0) - (hours[0] ?? 0) >= hour;
  return instances.length >= enough && lasted ? 'learned' : 'pending';
};

/** What stands behind each address in a set of some items. */
const byAddress = (
  items: readonly Item[],
  set: string,
  only: ReadonlySet<string> | undefined,
): ReadonlyMap<string, ReadonlySet<string>> => {
  const found = new Map<string, Set<string>>();
  for (const item of items)
    for (const one of item[set] ?? []) {
      const end = one.indexOf(' ');
      const address = one.slice(0, end);
      if (only !== undefined && !only.has(address)) continue;
      const known = found.get(address);
      if (known === undefined) found.set(address, new Set([one.slice(end + 1)]));
      else known.add(one.slice(end + 1));
    }
  return found;
};

/** Another address that was learned and that the instance is seen at: where it belongs. Most are seen at one alone. */
export const homeOf = (taught: Taught, instance: string, address: string): string | undefined => {
  const others = new Set<string>();
  for (const { seen = [] } of taught.items)
    for (const one of seen) {
      const end = one.length - instance.length - 1;
      if (one.endsWith(instance) && one.indexOf(' ') === end) others.add(one.slice(0, end));
    }
  others.delete(address);
  if (others.size === 0) return undefined;
  const known = egressOf(taught, new Set([...others, address]));
  const here = known.get(address)?.standing;
  if (here === 'learned' || here === 'pending') return undefined;
  return [...others]
    .filter(other => {
      const { standing, instances = [] } = known.get(other) ?? {};
      return standing === 'learned' && instances.includes(instance);
    })
    .sort()[0];
};
