import { describe, expect, test } from 'vitest';
import type { Json } from '../../core/json.ts';
import { explainPattern } from '../../core/pattern/explain.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import { conditionOf } from '../../core/pattern/print.ts';

const explain = (pattern: unknown, record: { readonly [key: string]: Json }) =>
  explainPattern(loadPattern(pattern), { record }, false);

describe('an explanation', () => {
  test('tells of each field whether it holds, what it asks and what stands there', () => {
    expect(explain({ a: { b: ['x', { prefix: 'y' }] }, c: [{ exists: false }] }, { a: { b: 'z' } })).toEqual({
      held: false,
      elsewhere: false,
      clauses: [
        { clause: 'field', path: ['a', 'b'], held: false, asks: ['x', { prefix: 'y' }], found: ['z'] },
        { clause: 'field', path: ['c'], held: true, asks: [{ exists: false }], found: [] },
      ],
    });
  });

  test('says that all clauses hold, but not for the same element', () => {
    const pattern = { a: { b: ['x'], c: ['y'] } };
    expect(explain(pattern, { a: [{ b: 'x' }, { c: 'y' }] })).toMatchObject({ held: false, elsewhere: true });
    expect(explain(pattern, { a: [{ b: 'x' }, { c: 'z' }] })).toMatchObject({ held: false, elsewhere: false });
    expect(explain(pattern, { a: [{ b: 'x', c: 'y' }] })).toMatchObject({ held: true, elsewhere: false });
  });

  test('tells of each branch of an `$or` by itself', () => {
    const field = (path: readonly string[], held: boolean, asks: string, ...found: readonly Json[]) => ({
      clause: 'field',
      path,
      held,
      asks: [asks],
      found,
    });
    const $or = [{ b: ['x'], c: ['y'] }, { b: ['z'] }];
    expect(explain({ a: { $or } }, { a: [{ b: 'x' }, { c: 'y' }] }).clauses).toEqual([
      {
        clause: '$or',
        held: false,
        branches: [
          {
            held: false,
            elsewhere: true,
            clauses: [field(['a', 'b'], true, 'x', 'x'), field(['a', 'c'], true, 'y', 'y')],
          },
          { held: false, elsewhere: false, clauses: [field(['a', 'b'], false, 'z', 'x')] },
        ],
      },
    ]);
    expect(explain({ a: { $or } }, { a: { b: 'x', c: 'w' } }).clauses).toMatchObject([
      { held: false, branches: [{ held: false, elsewhere: false }, { held: false }] },
    ]);
    expect(explain({ a: { $or } }, { a: { b: 'z' } }).clauses).toMatchObject([
      {
        held: true,
        branches: [
          { held: false, elsewhere: false },
          { held: true, elsewhere: false },
        ],
      },
    ]);
  });

  test('shows five of the scalars at a path, lists transparent, objects left out', () => {
    const shown = (a: Json) => explain({ a: ['none'] }, { a }).clauses[0];
    expect(shown([1, [2, [3]], { b: 4 }, null, 'five', true, 7])).toMatchObject({ found: [1, 2, 3, null, 'five'] });
    expect(explain({ a: { b: ['none'] } }, { a: [{ b: 1 }, [{ b: [2] }], 'b', { c: 3 }] }).clauses).toMatchObject([
      { found: [1, 2] },
    ]);
    let deep: Json = 'x';
    for (let level = 0; level < 40; level++) deep = [deep];
    expect(shown(deep)).toMatchObject({ found: [] });
    expect(explain({ constructor: ['x'] }, {}).clauses).toMatchObject([{ found: [] }]);
  });

  test('reads a fact through the subject, and a member `fact` of the record where it is told so', () => {
    const pattern = loadPattern({ fact: { kind: ['person'], at: { place: ['x'] } } });
    const record = { fact: { kind: 'record', at: { place: 'y' } } };
    const fact = (name: string): Json => (name === 'kind' ? 'person' : { place: ['x'] });
    expect(explainPattern(pattern, { record, fact }, true)).toMatchObject({
      held: true,
      clauses: [
        { held: true, found: ['person'] },
        { held: true, found: ['x'] },
      ],
    });
    const choice = loadPattern({ $or: [{ fact: { kind: ['person'] } }, { a: { kind: ['person'] } }] });
    expect(explainPattern(choice, { record: { ...record, a: { kind: 'none' } }, fact }, true).clauses).toMatchObject([
      { branches: [{ held: true }, { held: false, clauses: [{ found: ['none'] }] }] },
    ]);
    expect(explainPattern(pattern, { record, fact }, false)).toMatchObject({
      held: false,
      clauses: [{ found: ['record'] }, { found: ['y'] }],
    });
    expect(explainPattern(pattern, { record }, true).clauses).toMatchObject([{ found: [null] }, { found: [] }]);
  });
});

test.each<[Json, Json?]>([
  ['x'],
  [null],
  [403],
  [{ prefix: 'a' }],
  [{ prefix: { 'equals-ignore-case': 'a' } }],
  [{ suffix: 'a' }],
  [{ suffix: { 'equals-ignore-case': 'a' } }],
  [{ 'equals-ignore-case': 'a' }],
  [{ wildcard: 'a*\\*b\\\\*' }],
  [{ 'anything-but': ['x', 'y'] }],
  [{ 'anything-but': 1 }, { 'anything-but': [1] }],
  [{ 'anything-but': { prefix: ['a', 'b'] } }],
  [{ 'anything-but': { suffix: 'a' } }, { 'anything-but': { suffix: ['a'] } }],
  [{ 'anything-but': { 'equals-ignore-case': ['a', 'b'] } }],
  [{ 'anything-but': { wildcard: ['a*', '*\\*b'] } }],
  [{ numeric: ['>', 1] }],
  [{ numeric: ['>=', 1] }],
  [{ numeric: ['<', 1] }],
  [{ numeric: ['<=', 1] }],
  [{ numeric: ['=', 1] }],
  [{ numeric: ['>', 0, '<=', 5] }],
  [{ numeric: ['>=', 0, '<', 5] }],
  [{ cidr: '10.1.2.3/16' }],
  [{ exists: true }],
  [{ exists: false }],
  [{ matches: '^i-[0-9a-f]+$' }],
  [{ equalsField: ['b', 'c'] }],
])('%j is printed as it was written', (written, printed = written) => {
  const [field] = loadPattern({ a: [written] }).fields;
  if (field?.node.is !== 'leaf') throw new Error('no leaf');
  expect(field.node.tests.map(conditionOf)).toEqual([printed]);
});
