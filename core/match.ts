import type { Key, Severity, Verdict } from './detection.ts';
import type { Context, Source } from './event.ts';
import type { Evidence } from './evidence/record.ts';
import type { Due } from './state/agenda.ts';
import type { Answer, Observation } from './state/observation.ts';

/** Whether a detection is announced, only stored, or not judged at all. */
export type Status = 'alerting' | 'watching' | 'off';

/** A detection × an event × one key: what fold joins into a finding. Everything in it is redacted and capped. */
export interface Match extends Context {
  readonly detection: string;
  /** Hash of the detection's data: which rule said so. */
  readonly version: string;
  readonly source: Source;
  readonly eventId: string;
  /** Milliseconds since 1970, of the event. */
  readonly time: number;
  readonly key: Key;
  /** Milliseconds: how long matches fold into one window of the finding. */
  readonly window: number;
  readonly severity: Severity;
  readonly status: Exclude<Status, 'off'>;
  readonly title: string;
  readonly principals: readonly string[];
  readonly resources: readonly string[];
  /** Source addresses (or the calling service's name). */
  readonly addresses: readonly string[];
  /** Where it happened; absent: in its region. None for a call of a global service, which is recorded in one region wherever it is made. */
  readonly regions?: readonly string[];
  /** What lowers its confidence or force, in words: "controllers are guessed by well-known names: set `controllers`". */
  readonly notes: readonly string[];
  /** The record, redacted and capped at 32 KB; null where it is not the match's own, or there is none. */
  readonly evidence: Evidence | null;
  /** Present on a stateful detection's match and on knowledge: not a finding until `decide` has seen the store's answers. */
  readonly observations?: readonly Observation[];
  /** Pure: turns the answers to `observations` into the matches that are findings (none, its own event's, earlier events'). */
  readonly decide?: (answers: readonly Answer[], unsaid?: Unsaid) => readonly Match[];
  /** Pure: what is to be judged again, given the same answers. */
  readonly again?: (answers: readonly Answer[]) => readonly Due[];
}

/**
 * Leaves out of what one event decides what the events of its batch said before, so that no matches are made of it.
 * @param match as the event makes it, before any verdict
 */
export type Unsaid = (match: Match, verdicts: readonly Verdict[]) => readonly Verdict[];
