import {
  type AttributeValue,
  BatchGetItemCommand,
  BatchWriteItemCommand,
  type DynamoDBClient,
  type KeysAndAttributes,
  ResourceNotFoundException,
  type WriteRequest,
} from '@aws-sdk/client-dynamodb';
import type { Attributes } from '../core/findings/attribute.ts';

/** What findings and state share of DynamoDB: batches with what was left unprocessed, and how long to wait between tries. */

type Item = Record<string, AttributeValue>;

/** How often a batch's rest, or a write that lost a race, is tried again before the record goes back to its queue. */
export const tries = 12;

/** Waits before the next try: 10, 20, 40 … up to 400 ms, of which a random part, so that rivals part ways. */
export const pause = (attempt: number): Promise<void> =>
  new Promise(resolve => setTimeout(resolve, Math.min(400, 10 * 2 ** attempt) * (0.5 + Math.random() / 2)));

/** An error with the tables of its request where one of them is not there: DynamoDB's own words do not say which. */
export const naming = (error: unknown, input: object): unknown => {
  if (!(error instanceof ResourceNotFoundException)) return error;
  const { TableName, RequestItems = {} } = input as { readonly TableName?: string; readonly RequestItems?: object }; // as the SDK types them
  error.message = `table ${TableName ?? Object.keys(RequestItems).join(', ')}: ${error.message}`;
  return error;
};

/** Our attributes are the SDK's: it only asks for mutable objects, which it does not change. */
export const toItem = (attributes: Attributes): Item => attributes as unknown as Item;
/** What we stored ourselves holds no other attribute types than ours. */
export const fromItem = (item: Item): Attributes => item as unknown as Attributes;

/** Reads items consistently, in any order. @throws where DynamoDB still leaves some unread after {@link tries} */
export const getAll = async (
  client: DynamoDBClient,
  table: string,
  keys: readonly Attributes[],
): Promise<Attributes[]> => {
  const found: Attributes[] = [];
  for (let start = 0; start < keys.length; start += 100) {
    let asked: Record<string, KeysAndAttributes> = {
      [table]: { Keys: keys.slice(start, start + 100).map(toItem), ConsistentRead: true },
    };
    for (let attempt = 0; Object.keys(asked).length > 0; attempt++) {
      if (attempt === tries) throw new Error(`table ${table}: items stay unread after ${tries} tries: it is throttled`);
      if (attempt > 0) await pause(attempt);
      const answer = await client.send(new BatchGetItemCommand({ RequestItems: asked }));
      found.push(...(answer.Responses?.[table] ?? []).map(fromItem));
      asked = answer.UnprocessedKeys ?? {};
    }
  }
  return found;
};

/** Puts items, whatever was there before. @throws where DynamoDB still leaves some unwritten after {@link tries} */
export const putAll = async (client: DynamoDBClient, table: string, items: readonly Attributes[]): Promise<void> => {
  for (let start = 0; start < items.length; start += 25) {
    let asked: Record<string, WriteRequest[]> = {
      [table]: items.slice(start, start + 25).map(item => ({ PutRequest: { Item: toItem(item) } })),
    };
    for (let attempt = 0; Object.keys(asked).length > 0; attempt++) {
      if (attempt === tries)
        throw new Error(`table ${table}: items stay unwritten after ${tries} tries: it is throttled`);
      if (attempt > 0) await pause(attempt);
      asked = (await client.send(new BatchWriteItemCommand({ RequestItems: asked }))).UnprocessedItems ?? {};
    }
  }
};

/** Names and values of an expression, written as templates are: `set({a: …})` gives `SET #a = :a`. */
export const assign = (
  attributes: Attributes,
): { readonly expression: string; readonly names: Record<string, string>; readonly values: Item } => ({
  expression: Object.keys(attributes)
    .map(name => `#${name} = :${name}`)
    .join(', '),
  names: Object.fromEntries(Object.keys(attributes).map(name => [`#${name}`, name])),
  values: toItem(Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`:${name}`, value]))),
});
