import type { AnyEvent } from '../event.ts';

/** One event that a detection judges again at a time of its own: when what may still come late has come, or failed to come. */
export interface Due {
  /** Names it: one detection, event and time always have the same name, so that keeping it twice is keeping it once. */
  readonly id: string;
  /** Milliseconds since 1970 from which it may be judged. */
  readonly at: number;
  readonly detection: string;
  /** The event, redacted. */
  readonly event: AnyEvent;
  /**
   * Streams (see `core/state/heard.ts`) that must have been heard past `after` before it is judged: silence of a stream that
   * is down, or was down around it, is no absence.
   */
  readonly streams: readonly string[];
  /** Milliseconds since 1970: the moment whose past is complete once the streams were heard beyond it. */
  readonly after: number;
}

/**
 * What is due, in order of time. Implementations: memory and DynamoDB; one conformance suite. Every method is idempotent and
 * throws on I/O errors, so that the record, or the sweep, is tried again.
 */
export interface Agenda {
  /** Keeps items; one that is kept already is replaced. */
  postpone(items: readonly Due[]): Promise<void>;
  /** Items whose time has come, the longest due first, at most `limit`. */
  due(before: number, limit: number): Promise<readonly Due[]>;
  /** Forgets items. */
  done(items: readonly Pick<Due, 'id'>[]): Promise<void>;
}

/** After so long an item whose streams stay silent is dropped: what the silence means is a finding of its own. */
export const patience = 86_400_000;
