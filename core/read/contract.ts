import type { AnyEvent, Context, Source } from '../event.ts';

/** Why a record could not be read. The batch goes on. */
export type Reason =
  | 'not-json'
  | 'not-utf8'
  | 'wrong-shape'
  | 'truncated'
  | 'too-large'
  | 'too-deep'
  | 'bad-gzip'
  | 'inflates-too-far'
  | 'no-records'
  | 'unread';

/** A record that was set aside, with its reason and its bytes (capped at 256 KB, told by `cut`). */
export interface Rejected {
  readonly reason: Reason;
  /** What was wrong and what to do, in one sentence. No bytes of the record in it. */
  readonly detail: string;
  /** Where: transport, file or queue message, offset in bytes or index. */
  readonly where: string;
  readonly bytes: Uint8Array;
  readonly cut: boolean;
  /** Of how many records it tells; absent: of one. */
  readonly count?: number;
}

/** Of how many records some tell that were set aside. */
export const recordsIn = (some: readonly Pick<Rejected, 'count'>[]): number =>
  some.reduce((sum, { count = 1 }) => sum + count, 0);

/** Why a value is no event of the source it was read as. One sentence, with no bytes of the record in it. */
export interface Problem {
  readonly problem: string;
}

/** What is known of any record: which stream it is of, and when. */
export type Heard = Pick<AnyEvent, 'source' | 'account' | 'cluster' | 'time'>;

/**
 * What a transport gives: events, rejected records, and how many it skipped on purpose (control messages, other streams, digests,
 * a server's own log).
 * Quiet: so many records in a row, of one stream and quarter of an hour, that no rule can be about; `heard` is the latest.
 */
export type Read =
  | { readonly kind: 'event'; readonly event: AnyEvent }
  | { readonly kind: 'rejected'; readonly rejected: Rejected }
  | { readonly kind: 'quiet'; readonly count: number; readonly heard: Heard }
  | { readonly kind: 'skipped'; readonly why: string; readonly count: number };

/** How to place records of a source when they don't say it themselves. */
export interface Place extends Context {
  /** Absent: told from each record's shape. */
  readonly source?: Source;
}

/** Keeps rejected records: an encrypted bucket, a directory, memory. */
export interface Quarantine {
  keep(rejected: readonly Rejected[]): Promise<void>;
}
