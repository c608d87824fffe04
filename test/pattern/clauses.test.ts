import { describe, expect, test } from 'vitest';
import { removals } from '../../core/pattern/clauses.ts';
import { compilePattern } from '../../core/pattern/compile.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import { match } from '../../core/pattern/match.ts';

/** A pattern, and what is left of it without each of its clauses. */
const rows: readonly { readonly pattern: object; readonly without: { readonly [clause: string]: object } }[] = [
  { pattern: { a: ['x', 'y'], b: ['z'] }, without: { a: { b: ['z'] }, b: { a: ['x', 'y'] } } },
  {
    pattern: { a: { b: ['x'], c: { d: ['y'], e: ['z'] } }, f: ['w'] },
    without: {
      'a.b': { a: { c: { d: ['y'], e: ['z'] } }, f: ['w'] },
      'a.c.d': { a: { b: ['x'], c: { e: ['z'] } }, f: ['w'] },
      'a.c.e': { a: { b: ['x'], c: { d: ['y'] } }, f: ['w'] },
      f: { a: { b: ['x'], c: { d: ['y'], e: ['z'] } } },
    },
  },
  {
    pattern: { a: ['x'], $or: [{ b: ['y'] }, { c: ['z'], d: ['w'] }, { e: ['v'] }] },
    without: {
      a: { $or: [{ b: ['y'] }, { c: ['z'], d: ['w'] }, { e: ['v'] }] },
      '$or[0]': { a: ['x'], $or: [{ c: ['z'], d: ['w'] }, { e: ['v'] }] },
      '$or[1]': { a: ['x'], $or: [{ b: ['y'] }, { e: ['v'] }] },
      '$or[1].c': { a: ['x'], $or: [{ b: ['y'] }, { d: ['w'] }, { e: ['v'] }] },
      '$or[1].d': { a: ['x'], $or: [{ b: ['y'] }, { c: ['z'] }, { e: ['v'] }] },
      '$or[2]': { a: ['x'], $or: [{ b: ['y'] }, { c: ['z'], d: ['w'] }] },
    },
  },
];

describe('a pattern without one of its clauses', () => {
  test.each(rows)('$pattern', ({ pattern, without }) => {
    const removed = new Map(removals(loadPattern(pattern)).map(one => [one.clause, one.without]));
    for (const [clause, rest] of Object.entries(without))
      expect(removed.get(clause), clause).toEqual(loadPattern(rest));
    // A branch with one field is a clause, and so is that field.
    const alone = [...removed.keys()].filter(clause => !Object.hasOwn(without, clause));
    expect(alone.map(clause => removed.get(clause)?.or.filter(({ fields }) => fields.length === 0).length)).toEqual(
      alone.map(() => 1),
    );
  });

  test.each([
    [{ $x_1: ['a'] }, '$x_1'],
    [{ 'a.b': ['x'] }, '["a.b"]'],
    [{ '1a': ['x'] }, '["1a"]'],
    [{ '': ['x'] }, '[""]'],
    [{ a: { 'x-y': { b: ['x'] } } }, 'a["x-y"].b'],
    [{ fact: { 'call.outcome': ['x'] } }, 'fact["call.outcome"]'],
  ])('names it as it is written in code: %j', (pattern, clause) => {
    expect(removals(loadPattern(pattern)).map(one => one.clause)).toEqual([clause]);
  });

  test('holds for everything where that was its only one', () => {
    const [only] = removals(loadPattern({ a: ['x'] }));
    expect(only === undefined ? undefined : compilePattern(only.without)({ record: {} })).toBe(true);
    expect(only === undefined ? undefined : match(only.without, {})).toBe(true);
  });

  test('names the clauses of an `$or` inside a field by both', () => {
    const pattern = loadPattern({ a: { $or: [{ b: ['x'] }, { c: ['y'] }] } });
    expect(removals(pattern).map(({ clause }) => clause)).toEqual(['a.$or[0]', 'a.$or[0].b', 'a.$or[1]', 'a.$or[1].c']);
  });
});
