import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Finding, Findings, Window } from '../core/finding.ts';
import type { Attributes } from '../core/findings/attribute.ts';
import type { Matches } from '../core/findings/best.ts';
import { type CaseLife, findingOf, joinCase, type StoredCase } from '../core/findings/case.ts';
import { caseKey, contentItem, lifeItem, lifeNames, parseCase } from '../core/findings/case-item.ts';
import type { EntityKind, EntityRow } from '../core/findings/entity.ts';
import { type By, type Change, changed, settled } from '../core/findings/life.ts';
import { byFinding } from '../core/findings/memory.ts';
import { revisionOf } from '../core/findings/revision.ts';
import { joinWindow, type StoredWindow, windowOf } from '../core/findings/window.ts';
import { entityItem, parseWindow, windowItem, windowKey } from '../core/findings/window-item.ts';
import { assign, fromItem, getAll, pause, putAll, toItem, tries } from './dynamodb.ts';
import { type Filter, type Page, type PageRequest, queries } from './findings-queries.ts';

/**
 * Findings in DynamoDB: the table of `core/tables.ts`, access patterns in `docs/table.md`. Nothing scans, nothing needs
 * transactions. All methods throw on I/O errors; every write is conditional and may be repeated.
 */
export interface FindingsTable extends Findings {
  /** A finding with its newest windows (48 unless told, newest first), read consistently; undefined where there is none. */
  read(id: string, windows?: number): Promise<{ finding: Finding; windows: readonly Window[] } | undefined>;
  /** Findings by id, without windows, those that exist. */
  cases(ids: readonly string[]): Promise<readonly Finding[]>;
  /** By status (unresolved: most severe first, then newest) or over time (newest first). */
  list(filter: Filter, page?: PageRequest): Promise<Page<Finding>>;
  /** In which findings a principal, resource or address took part, newest first. */
  about(kind: EntityKind, name: string, page?: PageRequest): Promise<Page<EntityRow>>;
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

/** Captures that a case is linked to. */
const mostCaptures = 50;

export const findingsTable = (client: DynamoDBClient, table: string): FindingsTable => {
  const readCase = async (id: string): Promise<StoredCase | undefined> =>
    (await getAll(client, table, [caseKey(id)])).map(parseCase).find(found => found !== undefined);

  /** Makes a conditional write; false where the condition does not hold (any more). */
  const write = async (command: UpdateItemCommand): Promise<boolean> => {
    try {
      await client.send(command);
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };

  /** Joins until what is stored holds everything that was to be joined. A lost race means that a rival got on: read again. */
  const settle = async <T>(what: string, join: (attempt: number) => Promise<T | undefined>): Promise<T> => {
    for (let attempt = 0; attempt < tries; attempt++) {
      if (attempt > 0) await pause(attempt);
      const joined = await join(attempt);
      if (joined !== undefined) return joined;
    }
    throw new Error(`table ${table}: ${what} changed under ${tries} tries to write it: fold it again`);
  };

  const readWindow = async (id: string, bucket: number): Promise<StoredWindow | undefined> =>
    (await getAll(client, table, [windowKey(id, bucket)])).map(parseWindow).find(found => found !== undefined);

  const foldWindow = (
    id: string,
    bucket: number,
    matches: Matches,
    before: StoredWindow | undefined,
  ): Promise<StoredWindow> =>
    settle(`window ${bucket} of finding ${id}`, async attempt => {
      const stored = attempt === 0 ? before : await readWindow(id, bucket);
      const joined = joinWindow(stored, id, bucket, matches);
      const revision = stored && revisionOf(stored);
      if (revision === revisionOf(joined)) return joined;
      const [{ detection, account, cluster }] = matches;
      // Before the window says that they are there, so that a crash between the two is mended by folding again.
      const known = new Set(stored?.entities.members);
      const rows = joined.entities.members.filter(entity => !known.has(entity));
      await putAll(
        client,
        table,
        rows.map(entity => entityItem({ entity, finding: id, detection, account, cluster, bucket })),
      );
      const { pk: _pk, sk: _sk, ...attributes } = windowItem(joined);
      const { expression, names, values } = assign(attributes);
      const written = await write(
        new UpdateItemCommand({
          TableName: table,
          Key: toItem(windowKey(id, bucket)),
          UpdateExpression: `SET ${expression}`,
          ConditionExpression: revision === undefined ? 'attribute_not_exists(pk)' : '#revision = :was',
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: revision === undefined ? values : { ...values, ':was': { S: revision } },
        }),
      );
      return written ? joined : undefined;
    });

  const foldCase = (
    id: string,
    matches: Matches,
    windows: readonly StoredWindow[],
    now: number,
    before: StoredCase | undefined,
  ): Promise<StoredCase> =>
    settle(`finding ${id}`, async attempt => {
      const stored = attempt === 0 ? before : await readCase(id);
      const joined = joinCase(stored, id, matches, windows, now);
      const revision = stored && revisionOf(stored.content);
      const changes = { ...contentItem(joined.content), ...lifeChanges(stored, joined) };
      if (revision === revisionOf(joined.content) && stored?.life === joined.life) return joined;
      const { expression, names, values } = assign(changes);
      const due = stored?.life.due;
      const gone = stored === undefined ? [] : goneNames(lifeItem(stored.life), lifeItem(joined.life));
      const written = await write(
        new UpdateItemCommand({
          TableName: table,
          Key: toItem(caseKey(id)),
          UpdateExpression: `SET ${expression}${removing(gone)}`,
          // The status too: a case resolved meanwhile must be looked at again, for this event may reopen it. And that it is due,
          // where it was: the announcer may have said what was there before, and taken `due` off, and this is news to it.
          ConditionExpression:
            stored === undefined
              ? 'attribute_not_exists(pk)'
              : `#revision = :was AND #status = :wasStatus${due === undefined ? '' : ' AND #due = :wasDue'}`,
          ExpressionAttributeNames:
            stored === undefined
              ? names
              : { ...names, ...namesOf(gone), '#status': 'status', ...(due === undefined ? {} : { '#due': 'due' }) },
          ExpressionAttributeValues:
            stored === undefined
              ? values
              : {
                  ...values,
                  ':was': { S: revision ?? '' },
                  ':wasStatus': { S: stored.life.status },
                  ...(due === undefined ? {} : { ':wasDue': { N: String(due) } }),
                },
        }),
      );
      return written ? joined : undefined;
    });

  /** Changes a case's life while it is as it was read. @param whole whether its events must be those that were read, too */
  const rewrite = async (
    finding: Finding,
    change: (life: CaseLife) => CaseLife,
    whole: boolean,
  ): Promise<'set' | 'changed'> => {
    const stored = await readCase(finding.id);
    if (stored === undefined) return 'changed';
    const { life } = stored;
    if (life.status !== finding.status || life.acts !== (finding.acts ?? 0)) return 'changed';
    const after = lifeItem(change(life));
    const before = lifeItem(life);
    const { expression, names, values } = assign(differing(before, after));
    const gone = goneNames(before, after);
    const conditions = [
      '#status = :wasStatus',
      life.acts === 0 ? 'attribute_not_exists(#acts)' : '#acts = :wasActs',
      ...(whole ? ['#revision = :was'] : []),
    ];
    const set = await write(
      new UpdateItemCommand({
        TableName: table,
        Key: toItem(caseKey(finding.id)),
        UpdateExpression: `SET ${expression}${removing(gone)}`,
        ConditionExpression: conditions.join(' AND '),
        ExpressionAttributeNames: {
          ...names,
          ...namesOf(gone),
          '#status': 'status',
          '#acts': 'acts',
          ...(whole ? { '#revision': 'revision' } : {}),
        },
        ExpressionAttributeValues: {
          ...values,
          ':wasStatus': { S: life.status },
          ...(life.acts === 0 ? {} : { ':wasActs': { N: String(life.acts) } }),
          ...(whole ? { ':was': { S: finding.revision ?? '' } } : {}),
        },
      }),
    );
    return set ? 'set' : 'changed';
  };

  const fold: Findings['fold'] = async (matches, now) => {
    for (const { id, buckets } of byFinding(matches)) {
      // Windows and case are read at once. Every write asks whether what it changes is still as it was read, however long ago:
      // where it is not, that alone is read again.
      const items = await getAll(client, table, [...buckets.map(([bucket]) => windowKey(id, bucket)), caseKey(id)]);
      const before = items.flatMap(item => parseWindow(item) ?? []);
      const windows: StoredWindow[] = [];
      for (const [bucket, some] of buckets) {
        const stored = before.find(one => one.bucket === bucket);
        windows.push(await foldWindow(id, bucket, some, stored));
      }
      const all = buckets.flatMap(([, some]) => some) as unknown as Matches; // a finding's buckets are never empty
      await foldCase(
        id,
        all,
        windows,
        now,
        items.map(parseCase).find(found => found !== undefined),
      );
    }
  };

  return {
    fold,
    ...queries(client, table),
    read: async (id, limit = 48) => {
      const stored = await readCase(id);
      if (stored === undefined) return undefined;
      const windows: Window[] = [];
      let from: Record<string, AttributeValue> | undefined;
      do {
        const answer = await client.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: 'pk = :id AND begins_with(sk, :window)',
            ExpressionAttributeValues: { ':id': { S: id }, ':window': { S: 'w#' } },
            ScanIndexForward: false,
            ConsistentRead: true,
            Limit: limit - windows.length,
            ...(from === undefined ? {} : { ExclusiveStartKey: from }),
          }),
        );
        windows.push(...(answer.Items ?? []).flatMap(item => parseWindow(fromItem(item)) ?? []).map(windowOf));
        from = answer.LastEvaluatedKey;
      } while (from !== undefined && windows.length < limit);
      return { finding: findingOf(stored), windows };
    },
    cases: async ids =>
      (await getAll(client, table, [...new Set(ids)].map(caseKey)))
        .flatMap(item => parseCase(item) ?? [])
        .map(findingOf)
        .sort((a, b) => b.last - a.last || (a.id < b.id ? -1 : 1)),

    recordTransition: async (id, transition, covers = []) => {
      const recorded = await write(
        new UpdateItemCommand({
          TableName: table,
          Key: toItem(caseKey(id)),
          UpdateExpression: 'ADD transitions :marks',
          ConditionExpression: 'attribute_exists(pk) AND NOT contains(transitions, :transition)',
          ExpressionAttributeValues: {
            ':marks': { SS: [...new Set([transition, ...covers])] },
            ':transition': { S: transition },
          },
        }),
      );
      return recorded ? 'recorded' : 'already';
    },

    clearDue: async finding => {
      if (finding.due === undefined) return 'cleared';
      const cleared = await write(
        new UpdateItemCommand({
          TableName: table,
          Key: toItem(caseKey(finding.id)),
          UpdateExpression: 'REMOVE due, owed',
          ConditionExpression: 'due = :due AND revision = :was AND #status = :status',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: {
            ':due': { N: String(finding.due) },
            ':was': { S: finding.revision ?? '' },
            ':status': { S: finding.status },
          },
        }),
      );
      return cleared ? 'cleared' : 'changed';
    },

    work: async (finding, change, by) =>
      rewrite(finding, life => changed(life, finding, change, by), change.act === 'resolve'),

    settle: async (finding, by) => rewrite(finding, life => settled(life, finding, by), true),

    addCapture: async (id, address) => {
      await write(
        new UpdateItemCommand({
          TableName: table,
          Key: toItem(caseKey(id)),
          UpdateExpression: 'ADD captures :address',
          ConditionExpression: 'attribute_exists(pk) AND (attribute_not_exists(captures) OR size(captures) < :most)',
          ExpressionAttributeValues: { ':address': { SS: [address] }, ':most': { N: String(mostCaptures) } },
        }),
      );
    },

    wake: async (id, now) => {
      await write(
        new UpdateItemCommand({
          TableName: table,
          Key: toItem(caseKey(id)),
          UpdateExpression: 'SET due = :now, owed = :due',
          ConditionExpression: 'attribute_not_exists(due) AND #status = :open',
          ExpressionAttributeNames: { '#status': 'status' },
          ExpressionAttributeValues: { ':now': { N: String(now) }, ':due': { S: 'due' }, ':open': { S: 'open' } },
        }),
      );
    },
  };
};

/** Of a case's life only what the join changed: people and the announcer write the rest at the same time. */
const lifeChanges = (stored: StoredCase | undefined, joined: StoredCase): Attributes => {
  const after = lifeItem(joined.life);
  return stored === undefined ? after : differing(lifeItem(stored.life), after);
};

const differing = (before: Attributes, after: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries(after).filter(([name, value]) => JSON.stringify(before[name]) !== JSON.stringify(value)),
  );

/** Attributes of a life that a change takes away. */
const goneNames = (before: Attributes, after: Attributes): readonly string[] =>
  lifeNames.filter(name => name in before && !(name in after));
const removing = (names: readonly string[]): string =>
  names.length === 0 ? '' : ` REMOVE ${names.map(name => `#${name}`).join(', ')}`;
const namesOf = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map(name => [`#${name}`, name]));
