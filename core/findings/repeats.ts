import type { Match } from '../match.ts';
import { bucketOf, findingId } from './identity.ts';

/** One finding in some words, whatever event they are said of. */
interface Saying {
  /** By event, the times it was said of. */
  readonly told: Map<string, Set<number>>;
  /** By window of the finding, the earliest match that the event that is asking decided. */
  readonly earliest: Map<number, Match>;
}

/**
 * Drops, of what stateful detections say of one batch, what changes no finding. Each event of a flood finds every event around it
 * that fires, a thousand times a thousand matches; what counts is each of those once, with its own record, and of each asking
 * event the earliest in a window, which carries whom and what that event names.
 * @returns called with what one asking event decided, in turn; gives what is left of it
 */
export const unrepeated = (): ((decided: readonly Match[]) => readonly Match[]) => {
  const told = new Map<string, Saying['told']>();
  return decided => {
    const earliest = new Map<string, Saying['earliest']>();
    const sayingOf = (match: Match): Saying => {
      const { severity, title, region, version, source } = match;
      const id = findingId(match);
      const words = JSON.stringify([id, severity, title, region, version, source]);
      return { told: entry(told, words), earliest: entry(earliest, id) };
    };
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
  };
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
