import { describe, expect, test } from 'vitest';
import { PatternError } from '../../core/pattern/fault.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import { match } from '../../core/pattern/match.ts';
import { refused, rows } from './operators.ts';

describe('the meaning of the language', () => {
  test.each(rows)('$name', ({ pattern, goods, bads }) => {
    const loaded = loadPattern(pattern);
    expect(goods.filter(event => !match(loaded, event))).toEqual([]);
    expect(bads.filter(event => match(loaded, event))).toEqual([]);
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
