import { expect, it } from 'vitest';
import { granted } from '../grants.ts';
import { grantsOf, synthesised } from './grants.ts';

it("test/grants.json is what the stack's functions may do: `node test/stack/grants.ts` writes it anew", () => {
  expect(granted()).toEqual(grantsOf(synthesised('full')));
});
