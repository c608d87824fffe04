import type { Window } from '../finding.ts';
import { redactLine } from '../redact.ts';
import { type Best, bestOf, compareBest, evidenceOf, foremost, type Matches, parseEvidence } from './best.ts';
import { entitiesOf } from './entity.ts';
import { boundedTime, eventHash } from './identity.ts';
import { join, none, type Ranked, seenIn } from './ranked.ts';

/** Distinct events a window counts exactly; past it the count reads "1,000+". */
const exactEvents = 1_000;
const shownIds = 20;
const entitiesPerWindow = 60;

/** A window as it is stored. */
export interface StoredWindow {
  readonly finding: string;
  readonly bucket: number;
  readonly first: number;
  readonly last: number;
  /** Hashes of the events counted, sorted; of more than {@link exactEvents} the least stay. */
  readonly seen: readonly string[];
  readonly more: boolean;
  readonly best: Best;
  /** JSON of the best match's redacted record. */
  readonly evidence: string;
  readonly eventIds: Ranked;
  /** What has an entity row for this window: the rows' partition keys. */
  readonly entities: Ranked;
}

/**
 * Joins matches of one finding and one bucket into its window. Pure, commutative, associative and idempotent: any order,
 * any grouping and any repetition of the same matches give the same window.
 */
export const joinWindow = (
  stored: StoredWindow | undefined,
  finding: string,
  bucket: number,
  matches: Matches,
): StoredWindow => {
  const times = matches.map(match => boundedTime(match.time));
  const events = [...new Set(matches.map(({ eventId }) => eventId))];
  const seen = [...new Set([...(stored?.seen ?? []), ...events.map(eventHash)])].sort();
  return {
    finding,
    bucket,
    first: times.reduce((a, b) => Math.min(a, b), stored?.first ?? Number.POSITIVE_INFINITY),
    last: times.reduce((a, b) => Math.max(a, b), stored?.last ?? 0),
    seen: seen.slice(0, exactEvents),
    more: stored?.more === true || seen.length > exactEvents,
    ...speaking(stored, matches),
    eventIds: join(
      stored?.eventIds ?? none,
      seenIn(
        matches,
        ({ eventId }) => [eventId],
        id => redactLine(id, 128),
      ),
      shownIds,
    ),
    entities: join(stored?.entities ?? none, entitiesOf(matches), entitiesPerWindow),
  };
};

/** Who speaks, with its evidence: redacted only for a match that wins, so that a flood costs little. */
const speaking = (stored: StoredWindow | undefined, matches: Matches): Pick<StoredWindow, 'best' | 'evidence'> => {
  const [head, ...rest] = foremost(matches);
  const start = stored ?? { best: bestOf(head), evidence: evidenceOf(head) };
  let { best, evidence } = start;
  for (const match of stored === undefined ? rest : [head, ...rest]) {
    const other = bestOf(match);
    const order = compareBest(other, best);
    if (order > 0) continue;
    const written = evidenceOf(match);
    if (order === 0 && written >= evidence) continue;
    best = other;
    evidence = written;
  }
  return { best, evidence };
};

/** The window as it is shown. */
export const windowOf = (stored: StoredWindow): Window => ({
  finding: stored.finding,
  bucket: stored.bucket,
  first: stored.first,
  last: stored.last,
  count: stored.seen.length,
  exact: !stored.more,
  severity: stored.best.severity,
  title: stored.best.title,
  evidence: parseEvidence(stored.evidence),
  eventIds: stored.eventIds.members,
});
