import { describe, expect, test } from 'vitest';
import { dispatchLater, first } from '../../core/pattern/asking.ts';
import { type Dispatched, placesOf } from '../../core/pattern/dispatch.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import type { Requirement } from '../../core/pattern/requirement.ts';

const one = (name: string, value: string): Requirement => {
  const [field] = loadPattern({ [name]: [value] }).fields;
  if (field?.node.is !== 'leaf') throw new Error('a pattern of one field');
  return [{ path: field.path, tests: field.node.tests }];
};

/** Items, each asking of `a` or of `b`, and how often what they require was read. */
const counted = (): { readonly all: readonly Dispatched<number>[]; readonly reads: () => number } => {
  let reads = 0;
  const all = ['v', 'w', 'x', 'y', 'z'].map((value, item) => ({
    item,
    get requirements() {
      reads++;
      return [one('a', value), one('b', value)];
    },
  }));
  return { all, reads: () => reads };
};

const asked = (ask: ReturnType<typeof dispatchLater>, subject: Parameters<ReturnType<typeof dispatchLater>>[0]) => {
  const found: number[] = [];
  ask(subject, found);
  return found.toSorted((a, b) => a - b);
};

describe('items that are asked about few subjects', () => {
  test('are asked one after the other: the tree over them is built for the 51st subject, and says the same', () => {
    const { all, reads } = counted();
    const ask = dispatchLater(all, placesOf(all), new Map());
    for (let subject = 0; subject < first; subject++)
      expect(asked(ask, { record: { a: 'w', b: 'z' } })).toEqual([1, 4]);
    expect(reads()).toBe(all.length);
    expect(asked(ask, { record: { a: 'w', b: 'z' } })).toEqual([1, 4]);
    expect(reads()).toBe(2 * all.length);
  });

  test('need all that one of their requirements says, where a tree asks only what tells many apart', () => {
    const all = [{ item: 0, requirements: [[...one('a', 'v'), ...one('b', 'w')]] }];
    const ask = dispatchLater(all, placesOf(all), new Map());
    const half = { record: { a: 'v', b: 'x' } };
    expect(asked(ask, { record: { a: 'v', b: 'w' } })).toEqual([0]);
    for (let subject = 1; subject < first; subject++) expect(asked(ask, half)).toEqual([]);
    expect(asked(ask, half)).toEqual([0]);
  });

  test('are among the candidates where a fact throws', () => {
    const all = [{ item: 0, requirements: [[{ path: ['fact', 'broken'], tests: one('a', 'x')[0]?.tests ?? [] }]] }];
    const fact = () => {
      throw new Error('a fact that fails');
    };
    expect(asked(dispatchLater(all, placesOf(all), new Map()), { record: {}, fact })).toEqual([0]);
  });
});
