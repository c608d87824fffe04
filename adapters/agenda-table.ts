import { gunzipSync, gzipSync } from 'node:zlib';
import { BatchWriteItemCommand, type DynamoDBClient, QueryCommand, type WriteRequest } from '@aws-sdk/client-dynamodb';
import type { Attributes } from '../core/findings/attribute.ts';
import { isObject, member, parseJson, text } from '../core/json.ts';
import { type Agenda, type Due, patience } from '../core/state/agenda.ts';
import { fromItem, pause, putAll, tries } from './dynamodb.ts';

/** What an item is called, apart from items of sets. */
const keyOf = (id: string): string => `due#${id}`;

/** An item that stays due although nobody sweeps is forgotten after a week. */
const forgotten = 7 * 86_400_000;

/**
 * What is due, in the state table: one item each, found by the sparse index `due`, forgotten by deleting it. The index is read
 * eventually: an item seen after it was done is judged again, which changes nothing; one not seen yet is seen by the next sweep.
 * What can't be read, of another version, is passed over, and thrown where nothing else is due: that fails the sweep, until a
 * version comes that can read it, or its week is over.
 */
export const dynamoAgenda = (client: DynamoDBClient, table: string): Agenda => ({
  postpone: items =>
    putAll(
      client,
      table,
      [...new Map(items.map(one => [one.id, one])).values()].map(one => ({
        pk: { S: keyOf(one.id) },
        owed: { S: 'due' },
        due: { N: String(one.at) },
        memo: { B: gzipSync(JSON.stringify(one)) },
        expires: { N: String(Math.ceil((one.at + patience + forgotten) / 1_000)) },
      })),
    ),
  due: async (before, limit) => {
    const found: Due[] = [];
    let unread: unknown;
    let from: Record<string, never> | undefined;
    do {
      const { Items: items = [], LastEvaluatedKey: next } = await client.send(
        new QueryCommand({
          TableName: table,
          IndexName: 'due',
          KeyConditionExpression: 'owed = :due AND due <= :before',
          ExpressionAttributeValues: { ':due': { S: 'due' }, ':before': { N: String(before) } },
          Limit: limit - found.length,
          ...(from === undefined ? {} : { ExclusiveStartKey: from }),
        }),
      );
      for (const item of items) {
        try {
          found.push(dueIn(fromItem(item)));
        } catch (cause) {
          unread ??= new Error(`table ${table}: what is to be judged again can’t be read: ${item['pk']?.S}`, { cause });
        }
      }
      from = next as typeof from; // handed back as it came
    } while (from !== undefined && found.length < limit);
    if (found.length === 0 && unread !== undefined) throw unread;
    return found;
  },
  done: async items => {
    const ids = [...new Set(items.map(({ id }) => id))];
    for (let start = 0; start < ids.length; start += 25) {
      let asked: Record<string, WriteRequest[]> = {
        [table]: ids.slice(start, start + 25).map(id => ({ DeleteRequest: { Key: { pk: { S: keyOf(id) } } } })),
      };
      for (let attempt = 0; Object.keys(asked).length > 0; attempt++) {
        if (attempt === tries) throw new Error(`table ${table}: items stay due after ${tries} tries: it is throttled`);
        if (attempt > 0) await pause(attempt);
        asked = (await client.send(new BatchWriteItemCommand({ RequestItems: asked }))).UnprocessedItems ?? {};
      }
    }
  },
});

/** @throws where it is not as {@link dynamoAgenda} writes it */
const dueIn = (item: Attributes): Due => {
  const { memo } = item;
  if (memo === undefined || !('B' in memo)) throw new Error('it has no memo');
  const due = parseJson(gunzipSync(memo.B).toString(), 'its memo');
  const isDue =
    text(due, 'id') !== undefined &&
    text(due, 'detection') !== undefined &&
    text(due, 'event', 'source') !== undefined &&
    isObject(member(member(due, 'event'), 'record')) &&
    Array.isArray(member(due, 'streams')) &&
    typeof member(due, 'after') === 'number';
  if (!isDue) throw new Error('its memo is of another form');
  return due as unknown as Due; // as we wrote it, and just looked at
};
