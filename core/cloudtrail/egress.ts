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

/** Addresses by what is known of them. @param taken the item of revocations */
export const egressOf = (items: readonly Item[], taken: Item | undefined): ReadonlyMap<string, Egress> => {
  const flagged = new Set(items.flatMap(item => item['flagged'] ?? []));
  const gone = revoked(taken);
  const pairs = (set: string): readonly (readonly [string, string])[] =>
    items
      .flatMap(item => item[set] ?? [])
      .map(one => [one.slice(0, one.indexOf(' ')), one.slice(one.indexOf(' ') + 1)]);
  const found = new Map<string, Egress>();
  for (const [address, seen] of Map.groupBy(pairs('seen'), ([one]) => one)) {
    const instances = [...new Set(seen.map(([, instance]) => instance))].filter(one => !flagged.has(one)).sort();
    const hours = [
      ...new Set(
        pairs('hours')
          .filter(([one]) => one === address)
          .map(([, at]) => Date.parse(at)),
      ),
    ].sort((a, b) => a - b);
    const lasted = (hours.at(-1) ?? 0) - (hours[0] ?? 0) >= hour;
    const standing =
      gone.has(address) || instances.length < 2 ? 'lone' : instances.length >= enough && lasted ? 'learned' : 'pending';
    found.set(address, { standing, instances, hours });
  }
  return found;
};

/** Another address that was learned and that the instance is seen at: where it belongs. */
export const homeOf = (known: ReadonlyMap<string, Egress>, instance: string, address: string): string | undefined =>
  known.get(address)?.standing === 'learned' || known.get(address)?.standing === 'pending'
    ? undefined
    : [...known]
        .filter(
          ([other, { standing, instances }]) =>
            other !== address && standing === 'learned' && instances.includes(instance),
        )
        .map(([other]) => other)
        .sort()[0];
