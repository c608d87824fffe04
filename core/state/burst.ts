import type { Named, Verdict } from '../detection.ts';
import type { Item } from './observation.ts';
import type { Sighting } from './sighting.ts';

/** Counts what lies in a window that slides over sightings. */
export interface Tally {
  readonly enter: (sighting: Sighting) => void;
  readonly leave: (sighting: Sighting) => void;
  /** Whether what is in it makes a burst. */
  readonly isOver: () => boolean;
}

/** How often each text stands in a window. */
export const occurrences = () => {
  const times = new Map<string, number>();
  return {
    /** Whether it is there for the first time. */
    enter: (text: string): boolean => {
      const before = times.get(text) ?? 0;
      times.set(text, before + 1);
      return before === 0;
    },
    /** Whether it is there no more. */
    leave: (text: string): boolean => {
      const left = (times.get(text) ?? 1) - 1;
      times.set(text, left);
      return left === 0;
    },
  };
};

/**
 * The events of bursts, in order of time: all that lie in some window, ending at a sighting, that is over the limit. Linear.
 * @param seen in order of time
 * @param within milliseconds: a window ends at a time and begins behind that much before
 */
export const burstsOf = (seen: readonly Sighting[], within: number, tally: Tally, note: string): readonly Verdict[] => {
  const found = new Map<string, Verdict & { readonly named: Gathered }>();
  let oldest = 0;
  let told = 0;
  for (let end = 0; end < seen.length; ) {
    const now = seen[end]?.time ?? 0;
    let next = end;
    for (let one = seen[next]; one?.time === now; one = seen[++next]) tally.enter(one);
    for (let one = seen[oldest]; one !== undefined && one.time <= now - within; one = seen[++oldest]) tally.leave(one);
    if (tally.isOver()) {
      for (const { time, eventId, named } of seen.slice(Math.max(oldest, told), next)) {
        const all = found.get(eventId)?.named ?? { principals: [], resources: [], addresses: [] };
        all.principals.push(...named.principals);
        all.resources.push(...named.resources);
        all.addresses.push(...named.addresses);
        found.delete(eventId); // one id at two times, which no source writes, stands at the later
        found.set(eventId, { time, eventId, note, named: all });
      }
      told = next;
    }
    end = next;
  }
  return [...found.values()];
};

/** Each value of an event stands by itself, and names something. */
type Gathered = { readonly [kind in keyof Named]: string[] };

/** The item of an event's own time, then its neighbours. */
export type Items = readonly [Item, ...Item[]];

/**
 * The same pure function, worked out once for all events of a batch that are answered with the same items, as those of a flood are:
 * items are never changed.
 * @param find verdicts in order of time, by the items and the limit
 */
export const perBurst = (
  find: (items: Items, limit: number) => readonly Verdict[],
): ((items: Items, limit: number) => readonly Verdict[]) => {
  interface Found {
    readonly items: Items;
    readonly limit: number;
    readonly verdicts: readonly Verdict[];
  }
  /** By the item of the events' own time: a batch may hold several floods, one event of each in turn. */
  const known = new WeakMap<Item, Found>();
  return (items, limit) => {
    const before = known.get(items[0]);
    if (before?.limit === limit && before.items.every((item, at) => item === items[at])) return before.verdicts;
    const verdicts = find(items, limit);
    known.set(items[0], { items, limit, verdicts });
    return verdicts;
  };
};

/** Part of the verdicts on a burst. */
export interface Stretch {
  /** In order of time; each event of the burst is answered with a part of the same list. */
  readonly all: readonly Verdict[];
  readonly from: number;
  /** The first behind it. */
  readonly to: number;
}

const stretches = new WeakMap<readonly Verdict[], Stretch>();

/**
 * The verdicts from one time on and before another. Which part they are is remembered, so that what each of a thousand events says
 * of the other thousand need not be gone through (`core/findings/repeats.ts`).
 * @param all in order of time
 */
export const between = (all: readonly Verdict[], start: number, end: number): readonly Verdict[] => {
  const from = firstAt(all, start);
  const to = firstAt(all, end);
  const some = all.slice(from, to);
  stretches.set(some, { all, from, to });
  return some;
};

/** Which part of a burst's verdicts they are; undefined where they are none, or something was done to them since. */
export const stretchOf = (verdicts: readonly Verdict[]): Stretch | undefined => stretches.get(verdicts);

/** Where the first of that time or later stands. @param all in order of time */
export const firstAt = (all: readonly { readonly time: number }[], time: number): number => {
  let from = 0;
  let to = all.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((all[middle]?.time ?? time) < time) from = middle + 1;
    else to = middle;
  }
  return from;
};
