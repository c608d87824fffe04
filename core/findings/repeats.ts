import type { Key } from '../detection.ts';
import type { Match } from '../match.ts';
import { bucketOf, findingId } from './identity.ts';

/**
 * Drops, of what stateful detections say of one batch, what changes no finding. Each event of a flood finds every event around it
 * that fires, a thousand times a thousand matches; what counts is each of those once, with its own record, and of each asking
 * event the earliest in a window, which carries whom and what that event names.
 * @returns called with what one asking event decided, in turn; gives what is left of it
 */
export const unrepeated = (): ((decided: readonly Match[]) => readonly Match[]) => {
  const told = new Set<string>();
  return decided => {
    const ids = new Map<Key, Map<string, string>>();
    const idOf = (match: Match): string => {
      const known = ids.get(match.key) ?? new Map<string, string>();
      ids.set(match.key, known);
      const id = known.get(match.detection) ?? findingId(match);
      known.set(match.detection, id);
      return id;
    };
    const earliest = new Map<string, Match>();
    const placed = decided.map(match => {
      const id = idOf(match);
      const place = `${id} ${bucketOf(match.time, match.window)}`;
      const before = earliest.get(place);
      if (before === undefined || match.time < before.time) earliest.set(place, match);
      return { match, id, place };
    });
    return placed.flatMap(({ match, id, place }) => {
      const { eventId, time, severity, title, region, version, source } = match;
      const said = JSON.stringify([id, eventId, time, severity, title, region, version, source]);
      const isNew = !told.has(said);
      told.add(said);
      return isNew || match.evidence !== null || earliest.get(place) === match ? [match] : [];
    });
  };
};
