import { expect, test } from 'vitest';
import { nearTo } from '../core/near.ts';

test.each([
  ['home', ['home', 'homes'], ['home', 'homes']],
  ['homee', ['accounts', 'home'], ['home']],
  ['hoem', ['home'], ['home']],
  ['abcd', ['ab'], ['ab']],
  ['abcd', ['a'], []],
  ['abcd', ['abxy'], ['abxy']],
  ['abcd', ['axyz'], []],
  // As long, but three letters are others.
  ['status', ['sxxxus', 'stxxus'], ['stxxus']],
  ['', ['ab', 'abc'], ['ab']],
  ['ab', ['xycd'], []],
  ['role', [], []],
  // A letter before it is as far as another in it.
  ['role', ['rolx', 'xrole'], ['rolx', 'xrole']],
])('near to %j, of %j, is %j', (word, known, near) => {
  expect(nearTo(word, known)).toEqual(near);
});

test('the nearest come first, three at most', () => {
  expect(nearTo('region', ['regoin', 'xegion', 'region', 'regions', 'regionxx'])).toEqual([
    'region',
    'xegion',
    'regions',
  ]);
});
