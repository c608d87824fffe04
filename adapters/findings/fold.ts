import { type DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import type { Findings } from '../../core/finding.ts';
import { type Attributes, text } from '../../core/findings/attribute.ts';
import type { Matches } from '../../core/findings/best.ts';
import { joinCase, type StoredCase } from '../../core/findings/case.ts';
import { caseKey, contentItem, lifeItem, parseCase } from '../../core/findings/case-item.ts';
import { byFinding } from '../../core/findings/memory.ts';
import { revisionOf } from '../../core/findings/revision.ts';
import { joinWindow, type StoredWindow } from '../../core/findings/window.ts';
import { entityItem, parseWindow, windowItem, windowKey } from '../../core/findings/window-item.ts';
import { assign, getAll, pause, putAll, toItem, tries } from '../dynamodb.ts';
import { readCase } from './read.ts';
import { differing, goneNames, namesOf, removing, write } from './write.ts';

/**
 * Folding into the findings table: windows first, then the case, each by a write that holds only while the item is as it was read.
 * @throws the first I/O error, or where an item changed under every try: fold again, which counts nothing twice
 */
export const folding = (client: DynamoDBClient, table: string): Findings => {
  /** Joins until what is stored holds everything that was to be joined. A lost race means that a rival got on: read again. */
  const settle = async <T>(what: string, join: (attempt: number) => Promise<T | undefined>): Promise<T> => {
    for (let attempt = 0; attempt < tries; attempt++) {
      if (attempt > 0) await pause(attempt);
      const joined = await join(attempt);
      if (joined !== undefined) return joined;
    }
    throw new Error(`table ${table}: ${what} changed under ${tries} tries to write it: fold it again`);
  };

  const readWindow = async (id: string, bucket: number): Promise<ReadWindow | undefined> =>
    windowsIn(await getAll(client, table, [windowKey(id, bucket)]))[0];

  const foldWindow = (
    id: string,
    bucket: number,
    matches: Matches,
    before: ReadWindow | undefined,
  ): Promise<StoredWindow> =>
    settle(`window ${bucket} of finding ${id}`, async attempt => {
      const { stored, revision } = (attempt === 0 ? before : await readWindow(id, bucket)) ?? {};
      const joined = joinWindow(stored, id, bucket, matches);
      if (stored !== undefined && revisionOf(stored) === revisionOf(joined)) return joined;
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
      // Who speaks has a record of its own now.
      const gone = stored?.witness !== undefined && joined.witness === undefined ? ['witness'] : [];
      const written = await write(
        client,
        new UpdateItemCommand({
          TableName: table,
          Key: toItem(windowKey(id, bucket)),
          UpdateExpression: `SET ${expression}${removing(gone)}`,
          ConditionExpression: revision === undefined ? 'attribute_not_exists(pk)' : '#revision = :was',
          ExpressionAttributeNames: { ...names, ...namesOf(gone) },
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
      const stored = attempt === 0 ? before : await readCase(client, table, id);
      const joined = joinCase(stored, id, matches, windows, now);
      const changes = { ...contentItem(joined.content), ...lifeChanges(stored, joined) };
      if (stored?.life === joined.life && revisionOf(stored.content) === revisionOf(joined.content)) return joined;
      const { expression, names, values } = assign(changes);
      const due = stored?.life.due;
      const gone = stored === undefined ? [] : goneNames(lifeItem(stored.life), lifeItem(joined.life));
      const written = await write(
        client,
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
                  ':was': { S: stored.revision ?? '' },
                  ':wasStatus': { S: stored.life.status },
                  ...(due === undefined ? {} : { ':wasDue': { N: String(due) } }),
                },
        }),
      );
      return written ? joined : undefined;
    });

  return {
    fold: async (matches, now) => {
      for (const { id, buckets } of byFinding(matches)) {
        // Windows and case are read at once. Every write asks whether what it changes is still as it was read, however long ago:
        // where it is not, that alone is read again.
        const items = await getAll(client, table, [...buckets.map(([bucket]) => windowKey(id, bucket)), caseKey(id)]);
        const before = windowsIn(items);
        const windows: StoredWindow[] = [];
        for (const [bucket, some] of buckets) {
          const known = before.find(({ stored }) => stored.bucket === bucket);
          windows.push(await foldWindow(id, bucket, some, known));
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
    },
  };
};

/** A window and the revision it was stored with: by that a write asks, for another version may hash what this one can't read. */
interface ReadWindow {
  readonly stored: StoredWindow;
  readonly revision: string;
}

const windowsIn = (items: readonly Attributes[]): readonly ReadWindow[] =>
  items.flatMap(item => {
    const stored = parseWindow(item);
    return stored === undefined ? [] : [{ stored, revision: text(item, 'revision') }];
  });

/** Of a case's life only what the join changed: people and the announcer write the rest at the same time. */
const lifeChanges = (stored: StoredCase | undefined, joined: StoredCase): Attributes => {
  const after = lifeItem(joined.life);
  return stored === undefined ? after : differing(lifeItem(stored.life), after);
};
