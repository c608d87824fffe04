import { expect, test } from 'vitest';
import { once } from '../core/once.ts';

test('something is made when it is first asked for, and kept, though it be undefined', () => {
  let made = 0;
  const asked = once(() => {
    made++;
  });
  expect(made).toBe(0);
  expect([asked(), asked(), made]).toEqual([undefined, undefined, 1]);
});

test('where making it throws, the next one to ask tries again', () => {
  let tries = 0;
  const asked = once(() => {
    if (++tries === 1) throw new Error('not yet');
    return tries;
  });
  expect(asked).toThrow('not yet');
  expect([asked(), asked()]).toEqual([2, 2]);
});
