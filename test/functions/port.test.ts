import { expect, it } from 'vitest';
import { port } from '../../functions/deps/port.ts';

interface Counter {
  add(by: number): Promise<number>;
}

/** A port that counts how often it was loaded, and fails to as often as told. */
const counting = (failures = 0) => {
  let loads = 0;
  let sum = 0;
  const counter = port(async (): Promise<Counter> => {
    loads++;
    if (loads <= failures) throw new Error('no such module');
    return {
      add: async by => {
        sum += by;
        return sum;
      },
    };
  });
  return { counter, loads: () => loads };
};

it('a port is loaded by its first call, and once', async () => {
  const { counter, loads } = counting();
  expect(loads()).toBe(0);
  const { add } = counter;
  expect(loads()).toBe(0);
  expect(await Promise.all([add(1), counter.add(2)])).toEqual([1, 3]);
  expect(loads()).toBe(1);
});

it('a port that could not be loaded fails its call, and is tried again by the next', async () => {
  const { counter, loads } = counting(1);
  await expect(counter.add(1)).rejects.toThrow('no such module');
  expect(await counter.add(1)).toBe(1);
  expect(loads()).toBe(2);
});

it('a port can be given on by a promise', async () => {
  const { counter } = counting();
  const given = await Promise.resolve(counter);
  expect(await given.add(2)).toBe(2);
});
