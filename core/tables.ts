/**
 * The two tables as data: the stack creates them from it, and so does the local database. Items are described in
 * `core/findings/case-item.ts`, `core/findings/window-item.ts` and `adapters/state-table.ts`, access patterns in `docs/table.md`.
 */
export interface Table {
  /** The name's last part; a stage puts its own prefix before it. */
  readonly name: string;
  /** Key attributes and those of indexes, with DynamoDB's type letters. */
  readonly attributes: { readonly [name: string]: 'S' | 'N' | 'B' };
  readonly key: { readonly hash: string; readonly range?: string };
  readonly indexes: readonly Index[];
  /** Epoch seconds after which DynamoDB may delete the item. */
  readonly ttl: string;
  readonly stream?: 'NEW_IMAGE';
}

/** A sparse index: only items that have both attributes are in it. */
export interface Index {
  readonly name: string;
  readonly hash: string;
  readonly range: string;
  readonly projection: 'ALL' | 'KEYS_ONLY';
}

export const findingsTable = {
  name: 'findings',
  attributes: { pk: 'S', sk: 'S', open: 'S', priority: 'S', month: 'S', last: 'N', owed: 'S', due: 'N' },
  key: { hash: 'pk', range: 'sk' },
  indexes: [
    // Cases that are not resolved, by status; the most severe and then the newest have the greatest `priority`.
    { name: 'open', hash: 'open', range: 'priority', projection: 'ALL' },
    // Every case under the month of its newest event.
    { name: 'recent', hash: 'month', range: 'last', projection: 'ALL' },
    // Cases of which something may have to be said: what the sweep reads.
    { name: 'due', hash: 'owed', range: 'due', projection: 'KEYS_ONLY' },
  ],
  ttl: 'expires',
  stream: 'NEW_IMAGE',
} as const satisfies Table;

/**
 * Of the table's stream what the announcer wakes for: cases of which something has to be said; windows and entity rows wake nobody. A
 * pattern of Lambda's event filtering (Lambda Developer Guide, "Control which events Lambda sends to your function").
 */
export const owedCases = { dynamodb: { NewImage: { sk: { S: ['case'] }, due: { N: [{ exists: true }] } } } } as const;

export const stateTable = {
  name: 'state',
  attributes: { pk: 'S', owed: 'S', due: 'N' },
  key: { hash: 'pk' },
  indexes: [
    // Events to be judged again, by the time from which they may be.
    { name: 'due', hash: 'owed', range: 'due', projection: 'ALL' },
  ],
  ttl: 'expires',
} as const satisfies Table;

/** Findings of many accounts, where a stage gathers them: `pk` = the account that reported, `sk` = finding and its stage's region. */
export const hubTable = {
  name: 'hub',
  attributes: { pk: 'S', sk: 'S', open: 'S', priority: 'S', month: 'S', last: 'N' },
  key: { hash: 'pk', range: 'sk' },
  indexes: [
    // As in the findings table, over all accounts.
    { name: 'open', hash: 'open', range: 'priority', projection: 'ALL' },
    { name: 'recent', hash: 'month', range: 'last', projection: 'ALL' },
  ],
  ttl: 'expires',
} as const satisfies Table;

/** How partition keys of the state table begin that some functions alone need: their policies name them, and nothing else there. */
export const rows = {
  /** What a channel has said: `adapters/ledger.ts`. */
  said: 'said#',
  /** Which message of Slack's a finding's thread hangs on: `adapters/threads.ts`. */
  thread: 'thread#',
  /** Objects as the posture reader saw them: `adapters/versions.ts`. */
  object: 'object#',
  /** What is counted to tell a storm: `core/announce/storm.ts`. */
  storm: 'storm#',
  /** Rounds of one canary: `core/state/canary.ts`. */
  canary: 'canary#',
} as const;

/** The partition key of all suppressions, in the findings table. */
export const suppressionsKey = 'suppressions';

/** What every stage has; the hub's is made only where a stage gathers. */
export const tables: readonly Table[] = [findingsTable, stateTable];

/** Findings are kept 400 days after their newest event: thirteen months, so that last year's same month can be looked at. */
export const retentionDays = 400;
