import type { Key, Severity } from './detection.ts';
import type { Context, Source } from './event.ts';
import type { Json } from './json.ts';
import type { Match, Status } from './match.ts';

/** Where the work on a finding stands. */
export type FindingStatus = 'open' | 'acknowledged' | 'resolved' | 'suppressed';
/** What people find of a finding. */
export type Verdict = 'true-positive' | 'benign' | 'false-positive';
/** What the inventory finds when it looks again: the thing is as it should be, or no longer there. */
export type Remedy = 'mended' | 'gone';
/** What a finding turned out to be, by somebody’s verdict, or how it was mended. */
export type Disposition = Verdict | Remedy;

/** Whether a disposition is the inventory's: no verdict on the rule, and over as soon as the thing is found again. */
export const isRemedy = (disposition: Disposition | undefined): disposition is Remedy =>
  disposition === 'mended' || disposition === 'gone';

/** One thing that somebody did to a finding: an entry of its trail. */
export interface Act {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly who: string;
  readonly act: 'acknowledge' | 'resolve' | 'suppress' | 'reopen' | 'assign' | 'judge' | 'note';
  /** Of a suppression its end, of an assignment to whom, of a verdict the disposition. */
  readonly detail?: string;
  readonly note?: string;
}

/** Who gave a finding its status, and when. */
export interface Worked {
  readonly status: FindingStatus;
  readonly who: string;
  readonly at: number;
}

/** The case of a finding: `pk` = hash(detection, account, cluster, key values), `sk` = `case`. */
export interface Finding extends Context {
  /** 16 hex characters: `pk`. */
  readonly id: string;
  readonly detection: string;
  readonly version: string;
  readonly source: Source;
  readonly key: Key;
  /** Of the match of highest severity, the earliest of those (by time, then event id): the same whatever the order. */
  readonly title: string;
  /** The highest ever seen. */
  readonly severity: Severity;
  readonly status: FindingStatus;
  /** Of the detection: a `watching` finding is stored, not announced. */
  readonly ruleStatus: Exclude<Status, 'off'>;
  /** Milliseconds since 1970, of events. */
  readonly first: number;
  readonly last: number;
  /** Distinct events over all windows; exact while every window is (see {@link Window.exact}). */
  readonly count: number;
  /** False where the count reads "or more"; absent: exact. */
  readonly exact?: boolean;
  /** Capped sets: of too many the first seen stay. */
  readonly principals: readonly string[];
  readonly resources: readonly string[];
  readonly addresses: readonly string[];
  readonly regions: readonly string[];
  readonly notes: readonly string[];
  readonly assignee?: string;
  readonly disposition?: Disposition;
  /** Who gave the disposition, and when. */
  readonly judged?: { readonly who: string; readonly at: number };
  /** Who last changed the status; absent while nobody has. */
  readonly worked?: Worked;
  /** When the suppression of this one finding ends, in milliseconds; the sweep opens it again. */
  readonly suppressedUntil?: number;
  /** What people did, oldest first, the newest hundred; absent: nothing. */
  readonly trail?: readonly Act[];
  /** How many acts there were in all. */
  readonly acts?: number;
  /** How many of its marks of what was said were dropped since. */
  readonly dropped?: number;
  /** Where evidence of it is kept (`s3://…`), sorted; absent: nowhere. */
  readonly captures?: readonly string[];
  /** Event times up to here don't reopen it. */
  readonly resolvedAt?: number;
  /** Milliseconds since 1970 when the announcer should look; absent: nothing to say. */
  readonly due?: number;
  /** Transition ids recorded so far (each recorded once, conditionally). */
  readonly transitions: readonly string[];
  /** Names the content as it was read: what fold joined, without status, marks and `due`. */
  readonly revision?: string;
}

/** One window of a finding: `sk` = `w#<bucket start, ISO>`. */
export interface Window {
  readonly finding: string;
  /** Start of the bucket in event time, milliseconds. */
  readonly bucket: number;
  readonly first: number;
  readonly last: number;
  readonly count: number;
  /** False past 1,000 distinct events: read "1,000+". */
  readonly exact: boolean;
  readonly severity: Severity;
  readonly title: string;
  /** Redacted record of the match that gave the title. */
  readonly evidence: Json;
  readonly eventIds: readonly string[];
}

/** Where matches are joined into findings. Idempotent and commutative; throws on I/O errors so that the record is redelivered. */
export interface Findings {
  /**
   * Joins matches of one finding (see `findingId`). When it returns, all of them are stored; where it throws, some may be,
   * and folding them again completes the work.
   * @param now milliseconds since 1970: sets `due` only for events younger than 24 h at `now`
   */
  fold(matches: readonly Match[], now: number): Promise<void>;
}
