import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalDynamoDB, localDynamoDB } from '../../adapters/local-dynamodb.ts';
import { dynamoStore } from '../../adapters/state-table.ts';
import { call } from '../../core/cloudtrail/example.ts';
import type { Due } from '../../core/state/agenda.ts';
import { memoryStore } from '../../core/state/memory.ts';
import type { Observation, Store } from '../../core/state/observation.ts';

let database: LocalDynamoDB;
beforeAll(async () => {
  database = await localDynamoDB();
});
afterAll(() => database.close());

/** A store with nothing in it, as far as scopes under a name of its own go. */
const stores: { readonly [name: string]: () => Store } = {
  memory: memoryStore,
  DynamoDB: () => dynamoStore(database.client, database.tables.state),
};

let used = 0;
const later = 2_000_000_000_000;

describe.each(Object.entries(stores))('a store in %s', (_, open) => {
  const fresh = () => {
    const mine = `test-${used++}`;
    const store = open();
    const one = async (observation: Omit<Observation, 'expires' | 'scope'> & { scope?: string; expires?: number }) => {
      const [answer] = await store.observe([
        { expires: later, ...observation, scope: `${mine}#${observation.scope ?? 'a'}` },
      ]);
      if (answer === undefined) throw new Error('an observation without an answer');
      return answer;
    };
    return { store, mine, one };
  };

  it('answers nothing where nothing is stored', async () => {
    expect(await fresh().one({})).toEqual({ item: {}, also: [], full: false });
  });
  it('answers no observations with no answers', async () => {
    expect(await fresh().store.observe([])).toEqual([]);
  });
  it('reads its own addition, sorted', async () => {
    expect((await fresh().one({ add: { seen: ['b', 'a', 'b'] } })).item).toEqual({ seen: ['a', 'b'] });
  });
  it('keeps sets apart, and their names from its own', async () => {
    const { one } = fresh();
    await one({ add: { pk: ['1'], expires: ['2'] } });
    const { item } = await one({ add: { 's:x': ['3'], 'a b': ['5'] } });
    expect(item).toEqual({ pk: ['1'], expires: ['2'], 's:x': ['3'], 'a b': ['5'] });
    expect(Object.keys(item)).toEqual(['a b', 'expires', 'pk', 's:x']);
    const another = await one({ scope: 'b', add: { c: ['1'], a: ['1'], b: ['1'] } });
    expect(Object.keys(another.item)).toEqual(['a', 'b', 'c']);
  });
  it('adds the same again without a trace', async () => {
    const { one } = fresh();
    const first = await one({ add: { seen: ['a'] } });
    expect(await one({ add: { seen: ['a'] } })).toEqual(first);
  });
  it('drops what a cap has no room for, says so, and keeps what was there', async () => {
    const { one } = fresh();
    expect(await one({ add: { seen: ['a', 'b'] }, cap: 3 })).toMatchObject({ full: false });
    expect(await one({ add: { seen: ['c', 'd'] }, cap: 3 })).toEqual({
      item: { seen: ['a', 'b', 'c'] },
      also: [],
      full: true,
    });
    expect(await one({ add: { seen: ['b', 'c'] }, cap: 3 })).toMatchObject({ full: false });
    expect(await one({ add: { other: ['x'] }, cap: 3 })).toMatchObject({ full: false, item: { other: ['x'] } });
  });
  it('caps at 256 members unless told, and at 1,000 whatever it is told', async () => {
    const { one } = fresh();
    const members = Array.from({ length: 1_100 }, (_, at) => `m${at}`);
    expect((await one({ add: { seen: members } })).item['seen']).toHaveLength(256);
    const answer = await one({ scope: 'b', add: { seen: members }, cap: 5_000 });
    expect(answer.item['seen']).toHaveLength(1_000);
    expect(answer.full).toBe(true);
  });
  it('adds a cap full at once and then not one more', async () => {
    const { one } = fresh();
    expect(await one({ add: { seen: ['a', 'b'] }, cap: 2 })).toMatchObject({ full: false });
    expect(await one({ add: { seen: ['c'] }, cap: 2 })).toEqual({ item: { seen: ['a', 'b'] }, also: [], full: true });
  });
  it('takes no item past what DynamoDB holds', async () => {
    const { one } = fresh();
    const members = Array.from({ length: 500 }, (_, at) => `${at}`.padEnd(2_000, 'x'));
    const answer = await one({ add: { seen: members }, cap: 1_000 });
    expect(answer.full).toBe(true);
    expect(answer.item['seen']?.length).toBe(174);
    expect(await one({ add: { more: ['y'.repeat(2_000)] } })).toMatchObject({ full: true });
    expect((await one({ add: { more: ['z'] } })).item['more']).toEqual(['z']);
  });
  it('ignores empty members', async () => {
    expect(await fresh().one({ add: { seen: ['', 'a'], none: [], blank: [''] } })).toEqual({
      item: { seen: ['a'] },
      also: [],
      full: false,
    });
  });
  it('adds everything of a call before it reads anything', async () => {
    const { store, mine } = fresh();
    const answers = await store.observe([
      { scope: `${mine}#a`, add: { seen: ['1'] }, also: [`${mine}#b`, `${mine}#none`], expires: later },
      { scope: `${mine}#b`, add: { seen: ['2'] }, expires: later },
      { scope: `${mine}#b`, add: { seen: ['3'], other: ['4'] }, expires: later },
      { scope: `${mine}#a`, expires: later },
    ]);
    expect(answers).toEqual([
      { item: { seen: ['1'] }, also: [{ seen: ['2', '3'], other: ['4'] }, {}], full: false },
      { item: { seen: ['2', '3'], other: ['4'] }, also: [], full: false },
      { item: { seen: ['2', '3'], other: ['4'] }, also: [], full: false },
      { item: { seen: ['1'] }, also: [], full: false },
    ]);
  });
  it('tells only those observations that something of theirs was dropped', async () => {
    const { store, mine } = fresh();
    const scope = `${mine}#a`;
    const answers = await store.observe([
      { scope, add: { seen: ['1', '2'] }, cap: 2, expires: later },
      { scope, add: { seen: ['3'] }, cap: 2, expires: later },
      { scope, expires: later },
    ]);
    expect(answers.map(({ full }) => full)).toEqual([false, true, false]);
  });
  it('reads nothing for what is only taught, and says what was dropped all the same', async () => {
    const { one, mine } = fresh();
    await one({ scope: 'b', add: { seen: ['c'] } });
    expect(await one({ add: { seen: ['a', 'b'] }, cap: 1, also: [`${mine}#b`], read: false })).toEqual({
      item: {},
      also: [{}],
      full: true,
    });
    expect((await one({})).item).toEqual({ seen: ['a'] });
  });
  it('answers hundreds of observations at once', async () => {
    const { store, mine } = fresh();
    const observations = Array.from({ length: 250 }, (_, at) => ({
      scope: `${mine}#${at}`,
      add: { seen: [`${at}`] },
      expires: later,
    }));
    expect(await store.observe(observations)).toEqual(
      observations.map(({ add }) => ({ item: add, also: [], full: false })),
    );
  });
});

describe.each(Object.entries(stores))('an agenda in %s', (_, open) => {
  const event = call('ec2', 'RunInstances');
  const item = (id: string, at: number): Due => ({ id, at, detection: 'x/y', event, streams: ['s'], after: at - 1 });
  const drained = async (): Promise<Store> => {
    const store = open();
    await store.done(await store.due(later, 1_000));
    return store;
  };
  const ids = async (store: Store, before: number, limit = 100) => (await store.due(before, limit)).map(({ id }) => id);

  it('gives what is due, whole, the longest due first', async () => {
    const store = await drained();
    await store.postpone([item('b', 2_000), item('a', 1_000), item('c', 3_000)]);
    expect(await store.due(2_000, 100)).toEqual([item('a', 1_000), item('b', 2_000)]);
    expect(await ids(store, 5_000, 2)).toEqual(['a', 'b']);
    expect(await ids(store, 999)).toEqual([]);
  });
  it('keeps an item once, at the time it was last put to', async () => {
    const store = await drained();
    await store.postpone([item('a', 1_000), item('a', 1_000)]);
    await store.postpone([item('a', 4_000)]);
    expect(await ids(store, 3_000)).toEqual([]);
    expect(await ids(store, 4_000)).toEqual(['a']);
  });
  it('forgets what is done, and bears that it is done twice', async () => {
    const store = await drained();
    await store.postpone([item('a', 1_000), item('b', 1_000)]);
    await store.done([{ id: 'a' }, { id: 'a' }]);
    await store.done([{ id: 'a' }]);
    expect(await ids(store, 1_000)).toEqual(['b']);
  });
  it('holds hundreds of large events', async () => {
    const store = await drained();
    const large = call('ec2', 'RunInstances', { requestParameters: { text: 'x'.repeat(200_000) } });
    await store.postpone(Array.from({ length: 60 }, (__, at) => ({ ...item(`i${at}`, 1_000 + at), event: large })));
    expect(await ids(store, 2_000)).toEqual(Array.from({ length: 60 }, (__, at) => `i${at}`));
    await store.postpone([]);
    await store.done(await store.due(2_000, 100));
    expect(await ids(store, 2_000)).toEqual([]);
  });
});

describe('the table of state', () => {
  const expiry = async (scope: string): Promise<number> => {
    const { GetItemCommand } = await import('@aws-sdk/client-dynamodb');
    const { Item: item } = await database.client.send(
      new GetItemCommand({ TableName: database.tables.state, Key: { pk: { S: scope } }, ConsistentRead: true }),
    );
    return Number(item?.['expires']?.N);
  };
  it('only ever raises when an item may be forgotten', async () => {
    const store = dynamoStore(database.client, database.tables.state);
    const scope = `expiry-${used++}`;
    await store.observe([{ scope, add: { seen: ['a'] }, expires: 5_000_001 }]);
    expect(await expiry(scope)).toBe(5_001);
    await store.observe([{ scope, add: { seen: ['b'] }, expires: 4_000_000 }]);
    expect(await expiry(scope)).toBe(5_001);
    const [answer] = await store.observe([{ scope, add: { seen: ['b'] }, expires: 9_000_000 }]);
    expect(await expiry(scope)).toBe(9_000);
    expect(answer?.item).toEqual({ seen: ['a', 'b'] });
  });
  it('writes nothing for what is only read', async () => {
    const store = dynamoStore(database.client, database.tables.state);
    const scope = `read-${used++}`;
    await store.observe([{ scope, expires: later }]);
    expect(await expiry(scope)).toBeNaN();
  });
  it('holds what two workers add at the same time, and one of them sees both', async () => {
    for (let round = 0; round < 10; round++) {
      const scope = `race-${used++}`;
      const worker = (name: string) =>
        dynamoStore(database.client, database.tables.state).observe([
          { scope, add: { seen: [name, `${name}2`] }, cap: 4, expires: later + round },
        ]);
      const [[a], [b]] = await Promise.all([worker('a'), worker('b')]);
      expect([a?.item['seen'], b?.item['seen']]).toContainEqual(['a', 'a2', 'b', 'b2']);
    }
  });
});

describe('memory and DynamoDB', () => {
  it('answer any calls alike', async () => {
    const member = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
    const observation = fc.record({
      scope: fc.constantFrom('x', 'y'),
      add: fc.dictionary(fc.constantFrom('s', 't'), fc.array(member, { maxLength: 4 }), { maxKeys: 2 }),
      expires: fc.integer({ min: 1_000, max: 100_000 }),
      also: fc.array(fc.constantFrom('x', 'y', 'z'), { maxLength: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(observation, { maxLength: 3 }), { maxLength: 4 }), async calls => {
        const memory = memoryStore();
        const dynamo = dynamoStore(database.client, database.tables.state);
        const name = `any-${used++}#`;
        for (const call of calls) {
          const asked = call.map(({ scope, also, ...rest }) => ({
            ...rest,
            scope: name + scope,
            also: also.map(other => name + other),
            cap: 3,
          }));
          expect(await dynamo.observe(asked)).toEqual(await memory.observe(asked));
        }
      }),
      { numRuns: 40 },
    );
  });
});
