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

export const none: Ranked = { members: [], times: [], full: false };

/** Joins members seen at times into the set; gives the set itself where nothing changes. Commutative and idempotent. */
export const join = (set: Ranked, added: readonly (readonly [string, number])[], cap: number): Ranked => {
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
