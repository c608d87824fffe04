import { gunzipSync, gzipSync } from 'node:zlib';
import { BatchWriteItemCommand, type DynamoDBClient, QueryCommand, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { type Agenda, type Due, patience } from '../core/state/agenda.ts';
import { fromItem, pause, putAll, tries } from './dynamodb.ts';

/** What an item is called, apart from items of sets. */
const keyOf = (id: string): string => `due#${id}`;

/** An item that stays due although nobody sweeps is forgotten after a week. */
const forgotten = 7 * 86_400_000;

/**
 * What is due, in the state table: one item each, found by the sparse index `due`, forgotten by deleting it. The index is read
 * eventually: an item seen after it was done is judged again, which changes nothing; one not seen yet is seen by the next sweep.
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
        const memo = fromItem(item)['memo'];
        if (memo !== undefined && 'B' in memo) found.push(JSON.parse(gunzipSync(memo.B).toString()) as Due); // as we wrote it
      }
      from = next as typeof from; // handed back as it came
    } while (from !== undefined && found.length < limit);
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
