import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Finding, Findings, Window } from '../../core/finding.ts';
import type { EntityKind, EntityRow } from '../../core/findings/entity.ts';
import type { By, Change } from '../../core/findings/life.ts';
import { changing } from './changes.ts';
import { folding } from './fold.ts';
import { type Around, type Filter, type Page, type PageRequest, queries } from './queries.ts';
import { reading } from './read.ts';

/**
 * Findings in DynamoDB: the table of `core/tables.ts`, access patterns in `docs/table.md`. Nothing scans, nothing needs
 * transactions. All methods throw on I/O errors; every write is conditional and may be repeated.
 */
export interface FindingsTable extends Findings {
  /** A finding with its newest windows (48 unless told, one of a canary's, newest first), read consistently; undefined where there is none. */
  read(id: string, windows?: number): Promise<{ finding: Finding; windows: readonly Window[] } | undefined>;
  /** Findings by id, without windows, those that exist. */
  cases(ids: readonly string[]): Promise<readonly Finding[]>;
  /** By status (unresolved: most severe first, then newest) or over time (newest first). */
  list(filter: Filter, page?: PageRequest): Promise<Page<Finding>>;
  /** In which findings a principal, resource or address took part, newest first. */
  about(kind: EntityKind, name: string, page?: PageRequest): Promise<Page<EntityRow>>;
  /** The same of the windows nearest to a time, up to `limit` before it and `limit` since. */
  around(kind: EntityKind, name: string, time: number, limit: number): Promise<Around>;
  /** Ids of cases that are due since `before` or longer, the longest first: what the sweep looks at. */
  due(before: number, page?: PageRequest): Promise<Page<string>>;
  /**
   * Marks on a case that a transition was said, and what it said along the way; only the first to do so is told 'recorded'.
   * Read the finding, send, record, then {@link clearDue}: a process that dies between leaves the case due.
   */
  recordTransition(id: string, transition: string, covers?: readonly string[]): Promise<'recorded' | 'already'>;
  /** Takes `due` off a case unless it changed since `finding` was read; then it stays due and 'changed' is said. */
  clearDue(finding: Finding): Promise<'cleared' | 'changed'>;
  /**
   * Changes a finding as somebody wants it: status, assignee, verdict, note; see `core/findings/life.ts`.
   * @returns 'changed' where it is no longer as it was read (who resolves must have seen its newest event): read it again
   */
  work(finding: Finding, change: Change, by: By): Promise<'set' | 'changed'>;
  /**
   * Resolves a canary's finding up to the newest event that was read; see `settled` in `core/findings/life.ts`.
   * @returns 'changed' where it is no longer as it was read
   */
  settle(finding: Finding, by: By): Promise<'set' | 'changed'>;
  /** Links a case to evidence that is kept of it; of more than fifty the first stay. Linking again changes nothing. */
  addCapture(id: string, address: string): Promise<void>;
  /** Makes a case due at `now` that waits for an answer; one that is due already, or was taken up meanwhile, is left as it is. */
  wake(id: string, now: number): Promise<void>;
}

/** The findings of a table. @param table its name */
export const findingsTable = (client: DynamoDBClient, table: string): FindingsTable => ({
  ...folding(client, table),
  ...reading(client, table),
  ...queries(client, table),
  ...changing(client, table),
});
