import type { Agenda } from './agenda.ts';

/**
 * State, reduced to one primitive: items of named, capped sets of strings, addressed by a scope.
 * Adding is idempotent and commutative, so redelivery and order never show; minimum, maximum, count, latest and distinct are
 * read off the sets by pure decisions.
 */
export interface Observation {
  /** Names the item, e.g. `instance#111122223333#i-0aaa` or `cloudtrail/launch-burst#<key>#<bucket>`. At most 1,024 bytes. */
  readonly scope: string;
  /** What to add to which named set of the item before it is read. Absent: only read. */
  readonly add?: { readonly [set: string]: readonly string[] };
  /** How many members one set of the item may hold (default 256, at most 1,000). What does not fit is dropped and `full` is said. */
  readonly cap?: number;
  /** Reaching the cap is expected and no finding: what it keeps out would change nothing. */
  readonly quiet?: true;
  /** Milliseconds since 1970 after which the item may be forgotten (written as the item's TTL, only ever raised). */
  readonly expires: number;
  /** Other items to read consistently, after every add of the same call. */
  readonly also?: readonly string[];
  /**
   * Milliseconds: what is only read, and held something when it was read that long ago, may be answered as it was then. For items
   * of which what matters never changes once it is known.
   */
  readonly stale?: number;
  /** False: nothing is asked, and the answer's items are empty. What only teaches saves the reading. */
  readonly read?: false;
}

/** The sets of one stored item; members sorted, sets without members absent. Never changed: what is added makes another item. */
export type Item = { readonly [set: string]: readonly string[] };

export interface Answer {
  /** The observation's own item as read after the add; `{}` where nothing is stored. */
  readonly item: Item;
  /** The items of `also`, in its order. */
  readonly also: readonly Item[];
  /** Whether a cap kept something from being added: becomes `pipeline/limit-reached`. */
  readonly full: boolean;
}

/**
 * Answers observations: first every add, then every read, all reads consistent. Keeps what is to be judged again.
 * Implementations: memory and DynamoDB; one conformance suite. Throws on I/O errors: the record goes back to its queue.
 */
export interface Store extends Agenda {
  observe(observations: readonly Observation[]): Promise<readonly Answer[]>;
}
