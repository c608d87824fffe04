import { afterAll, beforeAll, expect, test } from 'vitest';
import { deliver, leaseMs } from '../../core/announce/deliver.ts';
import { startTables, type Tables } from './tables.ts';

let tables: Tables;
beforeAll(async () => {
  tables = await startTables();
});
afterAll(() => tables.stop());

const now = 1_788_256_800_000;

test('a row is one sender’s until its lease ends', async () => {
  expect(await tables.ledger.claim('a', ['first'], now)).toEqual({ state: 'ours' });
  expect(await tables.ledger.claim('a', ['first'], now + leaseMs)).toEqual({ state: 'busy' });
  expect(await tables.ledger.claim('a', ['first'], now + leaseMs + 1)).toEqual({ state: 'ours' });
});

test('what was said stays said, with what it covered', async () => {
  await tables.ledger.claim('b', ['first', 'severity#high'], now);
  await tables.ledger.said('b');
  await tables.ledger.release('b');
  expect(await tables.ledger.claim('b', ['other'], now + 10 * leaseMs)).toEqual({
    state: 'said',
    covers: ['first', 'severity#high'],
  });
});

test('a row that was given back is free at once', async () => {
  await tables.ledger.claim('c', [], now);
  await tables.ledger.release('c');
  expect(await tables.ledger.claim('c', [], now)).toEqual({ state: 'ours' });
});

test('of fifty claims at once one gets the row', async () => {
  const claims = await Promise.all(Array.from({ length: 50 }, () => tables.ledger.claim('d', [], now)));
  expect(claims.filter(({ state }) => state === 'ours')).toHaveLength(1);
});

test('a channel that fails twice hears the message the third time, once', async () => {
  let calls = 0;
  const send = async () => {
    if (++calls < 3) throw new Error('away');
  };
  const attempt = () => deliver(tables.ledger, 'e', ['first'], now, send);
  await expect(attempt()).rejects.toThrow('away');
  await expect(attempt()).rejects.toThrow('away');
  expect(await attempt()).toEqual(['first']);
  expect(await attempt()).toEqual(['first']);
  expect(calls).toBe(3);
});
