import fc from 'fast-check';
import { expect, test } from 'vitest';
import { merged, placeIn } from '../core/sorted.ts';

test.each([
  [[], 'b', 0],
  [['b'], 'a', 0],
  [['b'], 'b', 0],
  [['b'], 'c', 1],
  [['a', 'c', 'e', 'g'], 'a', 0],
  [['a', 'c', 'e', 'g'], 'd', 2],
  [['a', 'c', 'e', 'g'], 'g', 3],
  [['a', 'c', 'e', 'g'], 'h', 4],
])('in %j the text %s is, or belongs, at %i', (list, text, place) => {
  expect(placeIn(list, text)).toBe(place);
});

test.each([
  [[], [], []],
  [['a'], [], ['a']],
  [[], ['a'], ['a']],
  [
    ['a', 'c', 'd'],
    ['b', 'e'],
    ['a', 'b', 'c', 'd', 'e'],
  ],
  [['b'], ['a', 'c'], ['a', 'b', 'c']],
  [
    ['a', 'b'],
    ['b', 'c'],
    ['a', 'b', 'b', 'c'],
  ],
])('%j and %j are %j together', (one, other, all) => {
  expect(merged(one, other)).toEqual(all);
});

test('two sorted lists are as one that was sorted whole', () => {
  const sorted = fc.array(fc.string({ maxLength: 2 })).map(all => all.toSorted());
  fc.assert(
    fc.property(sorted, sorted, (one, other) => {
      expect(merged(one, other)).toEqual([...one, ...other].toSorted());
    }),
  );
});
