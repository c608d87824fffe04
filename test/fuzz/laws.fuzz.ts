import { expect, test } from 'vitest';
import { random } from '../faults/random.ts';
import { judge, type Law, laws } from './laws.ts';

/** The first thousands; `npm run fuzz` runs as many as asked. */
const cases = 4_000;

test.each(laws)('$name: nothing throws, hangs, changes a prototype or comes out wrong', law => {
  for (let seed = 1; seed <= Math.max(20, cases * law.share); seed++)
    expect(judge(law, seed, random), `npm run fuzz -- --cases 1 --law '${law.name}' --seed ${seed}`).toBeUndefined();
});

test.each([['channels', 581]])('what was wrong once is wrong no more: %s, seed %i', (name, seed) => {
  const law = laws.find(one => one.name === name);
  expect(law && judge(law, seed, random)).toBeUndefined();
});

test('a law that is broken is told, with what it threw', () => {
  const broken: Law = {
    name: 'broken',
    share: 1,
    holds: () => {
      throw new TypeError('undefined is no object');
    },
  };
  expect(judge(broken, 1, random)).toMatch(/^threw TypeError: undefined is no object/);
});
