import type { Verdict } from '../detection.ts';
import type { Match, Unsaid } from '../match.ts';
import { firstAt, stretchOf } from '../state/burst.ts';
import { bucketEnd, bucketOf, findingId } from './identity.ts';

/** One finding in some words, whatever event they are said of. */
interface Saying {
  /** By event, the times it was said of. */
  readonly told: Map<string, Set<number>>;
  /** By window of the finding, the earliest match that the event that is asking decided. */
  readonly earliest: Map<number, Match>;
}

/** What the events of one batch say, in turn. */
export interface Sayings {
  /**
   * Drops, of what stateful detections say of one batch, what changes no finding. Each event of a flood finds every event around it
   * that fires, a thousand times a thousand matches; what counts is each of those once, with its own record, and of each asking
   * event the earliest in a window, which carries whom and what that event names.
   * @param decided what one event decided
   */
  fresh(decided: readonly Match[]): readonly Match[];
  /** Drops the same, of parts of a burst's verdicts, before matches are made of them: in time that does not grow with the burst. */
  readonly unsaid: Unsaid;
}

export const sayings = (): Sayings => {
  const told = new Map<string, Saying['told']>();
  return {
    unsaid: unsaidOf(),
    fresh: decided => {
      const earliest = new Map<string, Saying['earliest']>();
      const sayingOf = (match: Match): Saying => ({
        told: entry(told, wordsOf(match)),
        earliest: entry(earliest, findingId(match)),
      });
      let before: { readonly match: Match; readonly saying: Saying } | undefined;
      const said = decided.map(match => {
        const saying = before !== undefined && saysAlike(match, before.match) ? before.saying : sayingOf(match);
        before = { match, saying };
        const window = bucketOf(match.time, match.window);
        const first = saying.earliest.get(window);
        if (first === undefined || match.time < first.time) saying.earliest.set(window, match);
        return { match, saying, window };
      });
      return said
        .filter(({ match, saying, window }) => {
          const isNew = note(saying.told, match);
          return isNew || match.evidence !== null || saying.earliest.get(window) === match;
        })
        .map(({ match }) => match);
    },
  };
};

/** What a finding says of an event, whichever it is. */
const wordsOf = (match: Match): string => {
  const { severity, title, region, version, source } = match;
  return JSON.stringify([findingId(match), severity, title, region, version, source]);
};

const unsaidOf = (): Unsaid => {
  interface Burst {
    /** By event, where it stands. */
    readonly places: ReadonlyMap<string, number>;
    /** By words: for each verdict the next that was not said, itself if it was not. */
    readonly said: Map<string, Int32Array>;
  }
  const bursts = new Map<readonly Verdict[], Burst>();
  return (match, verdicts) => {
    const stretch = stretchOf(verdicts);
    if (stretch === undefined) return verdicts;
    const { all, from, to } = stretch;
    const { places, said } = bursts.get(all) ?? {
      places: new Map(all.map(({ eventId }, at) => [eventId, at])),
      said: new Map<string, Int32Array>(),
    };
    bursts.set(all, { places, said });
    // The verdicts of a burst share a note, which is all that they add to the words.
    const words = wordsOf(match);
    const next = said.get(words) ?? Int32Array.from({ length: all.length + 1 }, (_, at) => at);
    said.set(words, next);
    const kept = new Set<number>();
    for (let at = following(next, from); at < to; at = following(next, at)) {
      kept.add(at);
      next[at] = at + 1;
    }
    // What `fresh` keeps though it was said: the event itself, for its record, and the first of each window, which carries whom and
    // what it names where each verdict does not say that of its own event.
    const own = places.get(match.eventId);
    if (own !== undefined && own >= from && own < to) kept.add(own);
    if (all[from]?.named !== undefined) return inOrder(kept, all);
    for (let at = from; at < to; at = Math.max(at + 1, firstAt(all, bucketEnd(all[at]?.time ?? 0, match.window))))
      kept.add(at);
    return inOrder(kept, all);
  };
};

const inOrder = (places: ReadonlySet<number>, all: readonly Verdict[]): readonly Verdict[] =>
  [...places].sort((a, b) => a - b).flatMap(at => all[at] ?? []);

/** Follows what was said to the next that was not; shortens the way for those that come after. */
const following = (next: Int32Array, from: number): number => {
  let at = from;
  for (let to = next[at] ?? at; to !== at; to = next[at] ?? at) {
    next[at] = next[to] ?? to;
    at = to;
  }
  return at;
};

/** Verdicts of one event share their key, and most of them all else but event and time. */
const saysAlike = (one: Match, other: Match): boolean =>
  one.key === other.key &&
  one.title === other.title &&
  one.severity === other.severity &&
  one.detection === other.detection &&
  one.version === other.version &&
  one.source === other.source &&
  one.region === other.region &&
  one.account === other.account &&
  one.cluster === other.cluster;

/** Notes that it was said of the match's event and time; whether for the first time. */
const note = (told: Saying['told'], { eventId, time }: Match): boolean => {
  const times = told.get(eventId);
  if (times === undefined) told.set(eventId, new Set([time]));
  else if (times.has(time)) return false;
  else times.add(time);
  return true;
};

/** The map of a name, made where there is none. */
const entry = <K, V>(maps: Map<string, Map<K, V>>, name: string): Map<K, V> => {
  const known = maps.get(name);
  if (known !== undefined) return known;
  const made = new Map<K, V>();
  maps.set(name, made);
  return made;
};
