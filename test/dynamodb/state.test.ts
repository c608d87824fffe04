import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalDynamoDB, localDynamoDB } from '../../adapters/local-dynamodb.ts';
import { dynamoStore } from '../../adapters/state-table.ts';
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
