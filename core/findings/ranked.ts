import { boundedTime } from './identity.ts';

/**
 * A capped set that is the same whatever the order of its joins: each member with the earliest time it was seen at, and of
 * too many the earliest stay, so that a later flood pushes nothing out.
 */
export interface Ranked {
  /** Ordered by time, then by member. */
  readonly members: readonly string[];
  readonly times: readonly number[];
  /** More members were seen than fit. */
  readonly full: boolean;
}

/** The empty set. */
export const none: Ranked = { members: [], times: [], full: false };

/** Joins members seen at times into the set; gives the set itself where nothing changes. Commutative and idempotent. */
export const join = (set: Ranked, added: readonly (readonly [string, number])[], cap: number): Ranked => {
  if (added.every(([member, time]) => (set.times[set.members.indexOf(member)] ?? Number.POSITIVE_INFINITY) <= time))
    return set;
  const times = new Map(set.members.map((member, at) => [member, set.times[at] ?? 0]));
  let changed = false;
  for (const [member, time] of added) {
    if (member === '' || (times.get(member) ?? Number.POSITIVE_INFINITY) <= time) continue;
    times.set(member, time);
    changed = true;
  }
  if (!changed) return set;
  const all = [...times].sort(([a, at], [b, bt]) => at - bt || (a < b ? -1 : 1));
  const kept = all.slice(0, cap);
  return {
    members: kept.map(([member]) => member),
    times: kept.map(([, time]) => time),
    full: set.full || all.length > cap,
  };
};

/**
 * Joins what is seen in something, each member with the earliest time it was seen at.
 * @param clean what a member is stored as; asked once for each, as the members of a flood are few
 */
export const joinSeen = <T extends { readonly time: number }>(
  set: Ranked,
  all: readonly T[],
  of: (one: T) => readonly string[],
  clean: (member: string) => string,
  cap: number,
): Ranked => {
  // A set that is full takes no member that is later than its last, and keeps the time of each that it has.
  const latest = set.full ? (set.times.at(-1) ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
  const times = new Map<string, number>();
  for (const one of all) {
    const time = boundedTime(one.time);
    if (time > latest) continue;
    for (const member of of(one)) if ((times.get(member) ?? Number.POSITIVE_INFINITY) > time) times.set(member, time);
  }
  return join(
    set,
    [...times].map(([member, time]) => [clean(member), time]),
    cap,
  );
};
