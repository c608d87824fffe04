import type { AnyEvent } from './event.ts';
import type { Findings } from './finding.ts';
import { findingId } from './findings/identity.ts';
import { sayings } from './findings/repeats.ts';
import { bounded } from './flood.ts';
import { inLanes } from './lanes.ts';
import type { Match } from './match.ts';
import { type Heard, type Quarantine, type Read, type Rejected, recordsIn } from './read/contract.ts';
import type { Due } from './state/agenda.ts';
import { marksOf } from './state/heard.ts';
import type { Observation, Store } from './state/observation.ts';

/** What judging and folding needs. */
export interface DetectDeps {
  /** The compiled matcher. */
  readonly match: (event: AnyEvent) => readonly Match[];
  readonly store: Store;
  readonly findings: Findings;
  readonly quarantine: Quarantine;
  /** What is kept of events whatever they match: additions alone, that bear repetition and any order. */
  readonly keep?: (events: readonly AnyEvent[]) => Promise<readonly Observation[]>;
  /** Milliseconds since 1970, from which freshness is judged. Absent: the newest event's time so far (`scan`). */
  readonly now?: number;
  /** Reads judged together; default 1,000. */
  readonly batch?: number;
}

/** What became of what was read. */
export interface Counts {
  /** Events judged. */
  readonly read: number;
  /** Events of which at least one finding came. */
  readonly matched: number;
  readonly rejected: number;
  readonly skipped: number;
  /** Rules that threw, each time. */
  readonly ruleErrors: number;
  /** Distinct findings that were made or grew. */
  readonly findings: number;
  /** Matches that went into no finding of their own, because a bound was reached. */
  readonly overLimit: number;
}

/** Findings folded at a time: each takes about four requests, one after the other. */
const foldsAtOnce = 8;

/**
 * Judges what was read and folds what matched. A batch's knowledge is stored before anything recalls it: stateful detections are
 * answered when all of it was added; then all matches of one finding are folded together, so that a flood of one finding is few writes.
 * When it returns, every match is stored and every rejected record is in the quarantine.
 * @param reads one batch or an endless stream of them; a stream is judged in batches as it arrives
 * @throws the first I/O error, after everything else of the batch was tried: deliver the batch again, which counts nothing twice
 */
export const detect = async (
  reads: Iterable<Read> | AsyncIterable<Read | readonly Read[]>,
  deps: DetectDeps,
): Promise<Counts> => {
  const counts = { read: 0, rejected: 0, skipped: 0, matched: 0, ruleErrors: 0, overLimit: 0 };
  const findings = new Set<string>();
  let newest = 0;
  for await (const batch of batches(reads, deps.batch ?? 1_000)) {
    const matches: Match[] = [];
    const rejected: Rejected[] = [];
    const events: AnyEvent[] = [];
    const heard: Heard[] = [];
    for (const read of batch) {
      if (read.kind === 'event') {
        counts.read++;
        events.push(read.event);
        if (read.event.time > newest) newest = read.event.time;
        for (const match of deps.match(read.event)) matches.push(match);
      } else if (read.kind === 'quiet') {
        counts.read += read.count;
        heard.push(read.heard);
        if (read.heard.time > newest) newest = read.heard.time;
      } else if (read.kind === 'rejected') rejected.push(read.rejected);
      else counts.skipped += read.count;
    }
    counts.rejected += recordsIn(rejected);
    const [kept, folded] = await Promise.allSettled([
      rejected.length === 0 ? undefined : deps.quarantine.keep(rejected),
      matches.length === 0 ? [] : settle(matches, deps, deps.now ?? newest),
    ]);
    if (folded.status === 'rejected') throw folded.reason;
    if (kept.status === 'rejected') throw kept.reason;
    // Last: a stream counts as heard only when all that was heard is stored.
    const marks = marksOf(heard.length === 0 ? events : [...heard, ...events]);
    await deps.store.observe([...((await deps.keep?.(events)) ?? []), ...marks]);
    counts.matched += new Set(folded.value.map(({ source, eventId }) => `${source}#${eventId}`)).size;
    counts.ruleErrors += folded.value.filter(({ detection }) => detection === 'pipeline/rule-failed').length;
    counts.overLimit += folded.value.filter(({ detection }) => detection === 'pipeline/limit-reached').length;
    for (const match of folded.value) findings.add(findingId(match));
  }
  return { ...counts, findings: findings.size };
};

/**
 * Asks the store what stateful matches need to know, keeps what is to be judged again, and folds what is a finding. Where the
 * store fails, what needs no state is folded all the same.
 * @returns the matches folded
 */
export const settle = async (
  matches: readonly Match[],
  deps: Pick<DetectDeps, 'store' | 'findings'>,
  now: number,
): Promise<readonly Match[]> => {
  const final = matches.filter(match => match.observations === undefined);
  let failed: { readonly cause: unknown } | undefined;
  try {
    for (const match of await decide(matches.filter(isAsking), deps.store)) final.push(match);
  } catch (cause) {
    failed = { cause };
  }
  const folded = await bounded(final, deps.store).catch((cause: unknown) => {
    failed ??= { cause };
    return final;
  });
  const byFinding = [...Map.groupBy(folded, findingId).values()];
  await inLanes(byFinding, foldsAtOnce, some => deps.findings.fold(some, now));
  if (failed !== undefined) throw failed.cause;
  return folded;
};

/** A stateful detection's match, or knowledge. */
const isAsking = (match: Match): boolean => match.observations !== undefined;

/**
 * All observations go out in one call, all adds before all reads, so that what a batch teaches is there when it is recalled; then each
 * match decides on its own answers.
 */
const decide = async (asking: readonly Match[], store: Store): Promise<readonly Match[]> => {
  if (asking.length === 0) return [];
  const observations: Observation[] = [];
  for (const match of asking) for (const observation of match.observations ?? []) observations.push(observation);
  const answers = await store.observe(observations);
  let from = 0;
  const again: Due[] = [];
  const { fresh, unsaid } = sayings();
  const decided: Match[] = [];
  for (const match of asking) {
    const own = answers.slice(from, from + (match.observations?.length ?? 0));
    from += own.length;
    if (match.again !== undefined) again.push(...match.again(own));
    const made = match.decide?.(own, unsaid) ?? [];
    if (made.length > 0) decided.push(...fresh(made));
  }
  if (again.length > 0) await store.postpone(again);
  return decided;
};

/** Bytes of rejected records that wait for more at most. */
const mostRejected = 1024 * 1024;

/**
 * What comes in pieces is gathered until there is enough to judge together: what is judged together shares marks, questions to the
 * state and folds.
 * @param size reads, or fewer where rejected records among them are large
 */
export async function* batches(
  reads: Iterable<Read> | AsyncIterable<Read | readonly Read[]>,
  size: number,
): AsyncGenerator<readonly Read[]> {
  let batch: Read[] = [];
  let bytes = 0;
  for await (const some of reads) {
    for (const read of 'kind' in some ? [some] : some) {
      batch.push(read);
      if (read.kind === 'rejected') bytes += read.rejected.bytes.length;
    }
    if (batch.length < size && bytes < mostRejected) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}
