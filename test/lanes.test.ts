import { expect, test } from 'vitest';
import { inLanes } from '../core/lanes.ts';

/** Work that ends when it is told to, and what became of it. */
const work = () => {
  const begun: string[] = [];
  const ends = new Map<string, { readonly done: () => void; readonly fail: (cause: Error) => void }>();
  const run = (item: string): Promise<void> => {
    begun.push(item);
    return new Promise((done, fail) => ends.set(item, { done, fail }));
  };
  /** Ends some, and lets what follows from it begin. */
  const end = async (...items: readonly string[]): Promise<void> => {
    for (const item of items) ends.get(item)?.done();
    await new Promise(setImmediate);
  };
  const fail = async (item: string, message = item): Promise<void> => {
    ends.get(item)?.fail(new Error(message));
    await new Promise(setImmediate);
  };
  return { begun, run, end, fail };
};

test('so many are done at a time, the next when one of them ends, in order', async () => {
  const { begun, run, end } = work();
  const all = inLanes(['a', 'b', 'c', 'd'], 2, run);
  expect(begun).toEqual(['a', 'b']);
  await end('b');
  expect(begun).toEqual(['a', 'b', 'c']);
  await end('a', 'c');
  expect(begun).toEqual(['a', 'b', 'c', 'd']);
  await end('d');
  await expect(all).resolves.toBeUndefined();
});

test('of few nothing is done twice, and of none nothing', async () => {
  const { begun, run, end } = work();
  const all = inLanes(['a', 'b'], 8, run);
  await end('a', 'b');
  await all;
  await inLanes([], 8, run);
  expect(begun).toEqual(['a', 'b']);
});

test('one that fails ends its own lane; all others are done, and then the first error is thrown', async () => {
  const { begun, run, end, fail } = work();
  let ended = false;
  const all = inLanes(['a', 'b', 'c', 'd'], 2, run).finally(() => {
    ended = true;
  });
  const thrown = expect(all).rejects.toThrow('lost a');
  await fail('a', 'lost a');
  expect([begun, ended]).toEqual([['a', 'b'], false]);
  await end('b');
  await end('c');
  expect([begun, ended]).toEqual([['a', 'b', 'c', 'd'], false]);
  await fail('d');
  await thrown;
});

test('a lasting outage is met once a lane', async () => {
  const asked: number[] = [];
  const all = inLanes([1, 2, 3, 4, 5, 6], 3, async item => {
    asked.push(item);
    throw new Error('down');
  });
  await expect(all).rejects.toThrow('down');
  expect(asked).toEqual([1, 2, 3]);
});
