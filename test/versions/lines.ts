import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AttributeValue, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { createTables, type LocalDynamoDB, localDynamoDB } from '../../adapters/local-dynamodb.ts';
import { type Json, text } from '../../core/json.ts';
import { hubTable } from '../../core/tables.ts';

type Item = Record<string, AttributeValue>;

/** Where something of a version lies: in a table, or as a message in the queues of channels, of the posture reader, of the hub. */
export type Place = 'findings' | 'state' | 'hub' | 'said' | 'reading' | 'gathered';
/** One thing that a version wrote: an item in DynamoDB's JSON (bytes are base64), or a message's body. */
export interface Line {
  readonly in: Place;
  readonly is: Json;
}

const tables = ['findings', 'state', 'hub'] as const;

/** A database of every table there may be. */
export const allTables = async (): Promise<LocalDynamoDB> => {
  const database = await localDynamoDB();
  await createTables(database.client, '', [hubTable]);
  return database;
};

/** All items of a database's tables. */
export const itemsOf = async ({ client }: LocalDynamoDB): Promise<readonly Line[]> => {
  const all: Line[] = [];
  for (const table of tables) {
    const { Items: items = [] } = await client.send(new ScanCommand({ TableName: table })); // far below a page of 1 MB
    const lines = items.map(item => JSON.stringify(item, inBase64)).toSorted();
    all.push(...lines.map(line => ({ in: table, is: JSON.parse(line) as Json })));
  }
  return all;
};

const inBase64 = (_: string, value: unknown): unknown =>
  value instanceof Uint8Array ? Buffer.from(value).toString('base64') : sorted(value);

const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
    : value;

/** Puts what a version left into the tables. */
export const restore = async ({ client }: LocalDynamoDB, lines: readonly Line[]): Promise<void> => {
  for (const { in: table, is } of lines.filter(line => tables.some(name => name === line.in)))
    await client.send(new PutItemCommand({ TableName: table, Item: fromBase64(is) }));
};

const fromBase64 = (item: Json): Item =>
  Object.fromEntries(
    Object.entries(item as unknown as Item).map(([name, value]) => {
      const bytes = text(value, 'B');
      return [name, bytes === undefined ? value : { B: Buffer.from(bytes, 'base64') }];
    }),
  );

const folder = join(import.meta.dirname, 'written');

/** Names of what versions wrote, the oldest first: when the commit was made whose code wrote it, and that commit. */
export const versions: readonly string[] = readdirSync(folder)
  .filter(name => name.endsWith('.jsonl'))
  .toSorted();

/** The file of a version. */
export const fileOf = (version: string): string => join(folder, version);

/** What a version wrote. */
export const linesOf = (version: string): readonly Line[] =>
  readFileSync(fileOf(version), 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Line); // our own file
