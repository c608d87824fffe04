import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../core/json.ts';
import { compilePattern } from '../../core/pattern/compile.ts';
import { PatternError } from '../../core/pattern/fault.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import { match } from '../../core/pattern/match.ts';
import { refused, rows } from './operators.ts';

/** Every implementation of the language answers the same table. */
const implementations: readonly (readonly [string, (pattern: unknown) => (event: JsonObject) => boolean])[] = [
  [
    'the oracle',
    pattern => {
      const loaded = loadPattern(pattern);
      return event => match(loaded, event);
    },
  ],
  [
    'the compiled matcher',
    pattern => {
      const check = compilePattern(loadPattern(pattern));
      return event => check({ record: event });
    },
  ],
];

describe.each(implementations)('the meaning of the language, by %s', (_name, implementation) => {
  test.each(rows)('$name', ({ pattern, goods, bads }) => {
    const matches = implementation(pattern);
    expect(goods.filter(event => !matches(event))).toEqual([]);
    expect(bads.filter(matches)).toEqual([]);
  });
});

describe('a bad pattern is refused with its place and what is allowed there', () => {
  test.each(refused)('$pattern', ({ pattern, path, says }) => {
    const fault = faultOf(pattern);
    expect(fault?.path).toBe(path);
    expect(fault?.message).toMatch(says);
  });

  test('when its $or multiply beyond 1,000 combinations', () => {
    const either = (name: string) => ({ $or: Array.from({ length: 11 }, () => ({ [name]: ['x'] })) });
    expect(faultOf({ a: either('x'), b: either('x'), c: either('x') })?.message).toMatch(
      /1331 combinations.*at most 1000/,
    );
    expect(faultOf({ a: either('x'), b: either('x') })).toBeUndefined();
  });

  test('when it is nested beyond 64 levels', () => {
    const deep = (levels: number): object => (levels === 0 ? { a: ['x'] } : { a: deep(levels - 1) });
    expect(faultOf(deep(100))?.message).toMatch(/nested too deeply/);
  });

  test('when its $or are nested beyond 64 levels', () => {
    let deep: object = { b: ['x'] };
    for (let level = 0; level < 20_000; level++) deep = { $or: [{ a: ['x'] }, deep] };
    expect(faultOf(deep)?.message).toMatch(/nested too deeply/);
  });
});

const faultOf = (pattern: unknown): PatternError | undefined => {
  try {
    loadPattern(pattern, { facts: ['principal.kind'] });
    return undefined;
  } catch (fault) {
    if (fault instanceof PatternError) return fault;
    throw fault;
  }
};
