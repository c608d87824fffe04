import type { Window } from '../finding.ts';
import { redactLine } from '../redact.ts';
import { merged, placeIn } from '../sorted.ts';
import { type Best, bestOf, compareBest, evidenceOf, foremost, type Matches, parseEvidence } from './best.ts';
import { entitiesOf } from './entity.ts';
import { boundedTime, eventHash } from './identity.ts';
import { join, joinSeen, none, type Ranked } from './ranked.ts';

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
  /** Whose record the evidence is, where the best match is known by its event's id alone; absent where it is the best's own. */
  readonly witness?: Best;
  /** JSON of the redacted record of the best match that has one; '' where none has. */
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
  const { seen, more } = counting(stored, new Set(matches.map(({ eventId }) => eventId)));
  return {
    finding,
    bucket,
    first: times.reduce((a, b) => Math.min(a, b), stored?.first ?? Number.POSITIVE_INFINITY),
    last: times.reduce((a, b) => Math.max(a, b), stored?.last ?? 0),
    seen,
    more,
    ...speaking(stored, matches),
    eventIds: joinSeen(
      stored?.eventIds ?? none,
      matches,
      ({ eventId }) => [eventId],
      id => redactLine(id, 128),
      shownIds,
    ),
    entities: join(stored?.entities ?? none, entitiesOf(matches), entitiesPerWindow),
  };
};

/** Joins the hashes of events into those of a window; the list itself where none comes in. */
const counting = (
  stored: StoredWindow | undefined,
  events: ReadonlySet<string>,
): Pick<StoredWindow, 'seen' | 'more'> => {
  const { seen: before = [], more = false } = stored ?? {};
  // Past the cap what is greater than the last kept never comes in.
  const last = before.length === exactEvents ? before.at(-1) : undefined;
  const added = new Set<string>();
  let isMore = more;
  for (const event of events) {
    const hash = eventHash(event);
    if (last !== undefined && hash > last) isMore = true;
    else if (before[placeIn(before, hash)] !== hash) added.add(hash);
  }
  if (added.size === 0) return { seen: before, more: isMore };
  const seen = merged(before, [...added].sort());
  return { seen: seen.slice(0, exactEvents), more: isMore || seen.length > exactEvents };
};

/**
 * Who speaks, and the evidence: the record of the best match that has one. A graver verdict on an earlier event, of which only the id is
 * stored, speaks for the window, and takes no record from it. Redacted only for a match that wins, so that a flood costs little.
 */
const speaking = (
  stored: StoredWindow | undefined,
  matches: Matches,
): Pick<StoredWindow, 'best' | 'witness' | 'evidence'> => {
  let best = stored?.best;
  for (const match of foremost(matches)) {
    const other = bestOf(match);
    if (best === undefined || compareBest(other, best) < 0) best = other;
  }
  let witness = stored?.best.shown === true ? stored.best : stored?.witness;
  let evidence = stored?.evidence ?? '';
  const [head, ...rest] = matches.filter(match => match.evidence !== null);
  for (const match of head === undefined ? [] : foremost([head, ...rest])) {
    const other = bestOf(match);
    const order = witness === undefined ? -1 : compareBest(other, witness);
    if (order > 0) continue;
    const written = evidenceOf(match);
    if (order === 0 && written >= evidence) continue;
    witness = other;
    evidence = written;
  }
  best ??= bestOf(matches[0]);
  return { best, evidence, ...(best.shown || witness === undefined ? {} : { witness }) };
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
