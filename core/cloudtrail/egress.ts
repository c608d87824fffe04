import { placeIn } from '../sorted.ts';
import { nameLearned, revoked, revokedScope } from '../state/learned.ts';
import type { Item, Observation } from '../state/observation.ts';

/**
 * Public addresses through which instances leave, learned where the settings name none. An address is learned when three instances
 * used it over an hour; instances that made calls from it that nodes do not make teach nothing, unless ten had used it. Never is the
 * first address that an instance is seen at taken for its own, and what is learned clears nothing by itself: it tells where an
 * instance belongs.
 */
export type Standing = 'learned' | 'pending' | 'lone';

const hour = 3_600_000;
const day = 24 * hour;
const enough = 3;
/** So many instances settle an address. */
const many = 10;

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

/** What stands behind an address in a set of some items, at most so many of each: their lists are sorted. */
const behind = (items: readonly Item[], set: string, address: string, most?: number): ReadonlySet<string> => {
  const found = new Set<string>();
  for (const { [set]: list = [] } of items) {
    const from = placeIn(list, `${address} `);
    const to = placeIn(list, `${address}!`); // what follows a space
    for (const one of list.slice(from, Math.min(to, from + (most ?? to)))) found.add(one.slice(address.length + 1));
  }
  return found;
};

/** Whether an hour lies between the first use of an address and the last. */
const hasLasted = (items: readonly Item[], address: string): boolean => {
  const times: number[] = [];
  for (const { hours = [] } of items) {
    const ends = [placeIn(hours, `${address} `), placeIn(hours, `${address}!`) - 1] as const;
    if (ends[0] <= ends[1]) times.push(...ends.map(at => Date.parse((hours[at] ?? '').slice(address.length + 1))));
  }
  return Math.max(...times) - Math.min(...times) >= hour;
};

/**
 * Whether an address stays learned whatever else is taught of addresses: many instances used it for an hour. Only to revoke it makes
 * it foreign. What is yet to be known of an instance is another matter: docs/decisions/051-learned-egress.md.
 */
export const isSettled = ({ items, taken }: Taught, address: string): boolean =>
  behind(items, 'seen', address, many).size >= many && hasLasted(items, address) && !revoked(taken).has(address);

/** Instances that made calls which nodes do not make. */
const flaggedIn = ({ items }: Taught): ReadonlySet<string> => new Set(items.flatMap(item => item['flagged'] ?? []));

/** What is known of an address; undefined where no instance taught it. */
const knownOf = (taught: Taught, flagged: ReadonlySet<string>, address: string): Egress | undefined => {
  const { items, taken } = taught;
  const seen = behind(items, 'seen', address);
  if (seen.size === 0) return undefined;
  const instances = [...seen].filter(one => !flagged.has(one)).sort();
  const standing = (): Standing => {
    if (isSettled(taught, address)) return 'learned';
    if (revoked(taken).has(address) || instances.length < 2) return 'lone';
    return instances.length >= enough && hasLasted(items, address) ? 'learned' : 'pending';
  };
  const hours = [...behind(items, 'hours', address)].sort().map(at => Date.parse(at));
  return { standing: standing(), instances, hours };
};

/** Addresses by what is known of them. */
export const egressOf = (taught: Taught): ReadonlyMap<string, Egress> => {
  const seen = taught.items.flatMap(item => item['seen'] ?? []);
  const addresses = new Set(seen.map(one => one.slice(0, one.indexOf(' '))));
  const flagged = flaggedIn(taught);
  return new Map(
    [...addresses].flatMap(address => {
      const known = knownOf(taught, flagged, address);
      return known === undefined ? [] : [[address, known] as const];
    }),
  );
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
  const flagged = flaggedIn(taught);
  const here = knownOf(taught, flagged, address)?.standing;
  if (here === 'learned' || here === 'pending') return undefined;
  return [...others]
    .filter(other => {
      const { standing, instances = [] } = knownOf(taught, flagged, other) ?? {};
      return standing === 'learned' && instances.includes(instance);
    })
    .sort()[0];
};
