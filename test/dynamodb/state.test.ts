import { gzipSync } from 'node:zlib';
import { type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalDynamoDB, localDynamoDB } from '../../adapters/local-dynamodb.ts';
import { dynamoStore } from '../../adapters/state-table.ts';
import { call } from '../../core/cloudtrail/example.ts';
import type { Due } from '../../core/state/agenda.ts';
import { itemBytes } from '../../core/state/memory.ts';
import type { Observation } from '../../core/state/observation.ts';

let database: LocalDynamoDB;
beforeAll(async () => {
  database = await localDynamoDB();
});
afterAll(() => database.close());

/** What is sent for an observation. */
const sent = async (observation: Pick<Observation, 'scope' | 'add' | 'cap'>): Promise<readonly string[]> => {
  const names: string[] = [];
  const client: Pick<DynamoDBClient, 'send'> = {
    send: (command: Parameters<DynamoDBClient['send']>[0]) => {
      names.push(command.constructor.name);
      return database.client.send(command);
    },
  };
  const store = dynamoStore(client as DynamoDBClient, database.tables.state); // of a client it uses `send` alone
  await store.observe([{ ...observation, expires: 2_000_000_000_000, read: false }]);
  return names;
};

/** As `core/state/learned.ts` puts a name into its index. */
const name = (length: number): string => 'n'.repeat(length);

describe('what is to be judged again and can’t be read', () => {
  const foreign = (id: string, memo: unknown) =>
    database.client.send(
      new PutItemCommand({
        TableName: database.tables.state,
        Item: {
          pk: { S: `due#${id}` },
          owed: { S: 'due' },
          due: { N: '1' },
          memo: { B: gzipSync(JSON.stringify(memo)) },
        },
      }),
    );
  const due: Due = { id: 'mine', at: 2, detection: 'a/b', event: call('ec2', 'RunInstances'), streams: [], after: 1 };

  it('holds up nothing else, and is thrown where it alone is due', async () => {
    const store = dynamoStore(database.client, database.tables.state);
    await foreign('theirs', { form: 2 });
    await foreign('also theirs', { ...due, streams: undefined });
    await store.postpone([due]);
    expect(await store.due(3, 1)).toEqual([due]);
    await store.done([due]);
    await expect(store.due(3, 1)).rejects.toThrow('what is to be judged again can’t be read');
    await store.done([{ id: 'theirs' }, { id: 'also theirs' }]);
    expect(await store.due(3, 1)).toEqual([]);
  });
});

describe('an addition to an item of state', () => {
  it('is one request where an item full of the like would stay below its bound, however long the member', async () => {
    expect(await sent({ scope: 'a', add: { names: [name(165)] }, cap: 1_000 })).toEqual(['UpdateItemCommand']);
    expect(await sent({ scope: 'b', add: { names: [name(1_000)] }, cap: 256 })).toEqual(['UpdateItemCommand']);
  });

  it.each([
    ['its members', { names: [name(itemBytes / 1_000)] }, 1_000],
    ['all its sets', { one: [name(200)], other: [name(200)] }, 1_000],
    ['the longest of its members', { names: [name(1), name(400)] }, 1_000],
  ] as const)('looks at the item first where that would grow past it by %s', async (what, add, cap) => {
    expect(await sent({ scope: what, add, cap })).toEqual(['BatchGetItemCommand', 'UpdateItemCommand']);
  });
});
