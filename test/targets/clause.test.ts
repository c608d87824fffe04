import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../core/json.ts';
import type { Condition } from '../../core/pattern/language.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import { match } from '../../core/pattern/match.ts';
import type { Group, Test } from '../../core/pattern/node.ts';
import { alone } from '../../core/pattern/requirement.ts';
import {
  type Clause,
  implies,
  pathKey,
  pathOf,
  product,
  reduce,
  trim,
  unite,
  widen,
} from '../../core/targets/clause.ts';
import { clausesOf } from '../../core/targets/derive.ts';

type Conditions = { readonly [path: string]: readonly Condition[] };

/** A clause of conditions by path, a path's members joined by a dot. */
const clause = (conditions: Conditions): Clause => {
  const pattern = Object.entries(conditions).map(([path, tests]) =>
    path.split('.').reduceRight<Json>((inner, name) => ({ [name]: inner }), tests as Json),
  );
  const clauses = pattern.map(one => clausesOf(loadPattern(one), () => undefined)[0] ?? new Map());
  return new Map(clauses.flatMap(one => [...one]));
};
/** Its conditions as they were written, of exact values. */
const valuesOf = (one: Clause) =>
  Object.fromEntries(
    [...one].map(([path, tests]) => [
      pathOf(path).join('.'),
      tests.map(test => (test.is === 'equal' ? test.value : test.is)),
    ]),
  );

const loaded = new WeakMap<readonly Test[], Group>();
const groupOf = (key: string, tests: readonly Test[]): Group => {
  const group = loaded.get(tests) ?? alone({ path: pathOf(key), tests });
  loaded.set(tests, group);
  return group;
};
const admits = (one: Clause, record: JsonObject): boolean =>
  [...one].every(([key, tests]) => match(groupOf(key, tests), record));
const anyAdmits = (all: readonly Clause[], record: JsonObject): boolean => all.some(one => admits(one, record));

/** What may be asked of one member, and what may stand there. */
const asked: readonly (readonly Condition[])[] = [
  ...[['a'], ['b'], ['a', 'b'], ['ab', 'b'], ['ab', { prefix: 'b' }], [{ prefix: 'a' }], [{ suffix: 'b' }], [1, 'a']],
  ...[[{ exists: true }], [{ exists: false }], ['b', { exists: false }], [{ 'anything-but': 'a' }]],
  ...[[{ wildcard: 'a*b' }], [{ 'equals-ignore-case': 'AB' }], [{ prefix: 'a' }, { exists: true }]],
] as const;
const values: readonly (Json | undefined)[] = [undefined, 'a', 'b', 'ab', 'c', 1];

const pairs = asked.flatMap(one => asked.map(other => [one, other] as const));
/** Records with each value at a member. */
const recordsOf = (name: string, some = values): readonly JsonObject[] =>
  some.map(value => (value === undefined ? {} : { [name]: value }));

/** Clauses over two members, one of them or none. */
const few: typeof asked = [
  ...[
    ['a', 'b'],
    ['ab', { prefix: 'b' }],
  ],
  ...[[{ exists: true }], ['b', { exists: false }]],
];
const clauses = [undefined, ...few].flatMap(name =>
  [undefined, ...few].map(by => clause({ ...(name && { name }), ...(by && { by }) })),
);
const records = recordsOf('name').flatMap(one => recordsOf('by').map(other => ({ ...one, ...other })));

describe('of any two conditions', () => {
  test('one implies the other only where whatever passes it passes the other', () => {
    for (const [one, other] of pairs) {
      const [a, b] = [clause({ name: one }), clause({ name: other })];
      const holds = recordsOf('name').every(record => !admits(a, record) || admits(b, record));
      if (implies(a, b)) expect([one, other, holds]).toEqual([one, other, true]);
    }
  });

  test.each<[readonly Condition[], readonly Condition[], boolean]>([
    [['a'], ['a', 'b'], true],
    [['a', 'b'], ['a'], false],
    [['ab'], [{ prefix: 'a' }], true],
    [['b'], [{ prefix: 'a' }], false],
    [['a', { prefix: 'x' }], [{ exists: true }], true],
    [[{ exists: false }], [{ exists: true }], false],
    [['a', { exists: false }], [{ exists: true }], false],
    [[{ exists: false }], ['a', { exists: false }], true],
    [[{ prefix: 'ab' }], [{ prefix: 'ab' }, 'c'], true],
  ])('%j implies %j: %s', (one, other, expected) => {
    expect(implies(clause({ name: one }), clause({ name: other }))).toBe(expected);
  });

  test('united they admit what either does, and of single values no more', () => {
    for (const [one, other] of pairs) {
      const [a, b] = [clause({ name: one }), clause({ name: other })];
      const [path] = [...a.keys()];
      const united = new Map([[path ?? '', unite(a.get(path ?? '') ?? [], b.get(path ?? '') ?? [])]]);
      for (const record of recordsOf('name'))
        expect([one, other, record, admits(united, record)]).toEqual([
          ...[one, other, record],
          admits(a, record) || admits(b, record),
        ]);
    }
  });

  test('united they say nothing twice, whatever their order', () => {
    const tests = (some: readonly Condition[]) => clause({ name: some }).get(pathKey(['name'])) ?? [];
    for (const [one, other] of pairs) {
      const [a, b] = [tests(one), tests(other)];
      expect(unite(a, b)).toEqual(unite(b, a));
      expect(unite(unite(a, b), b)).toEqual(unite(a, b));
    }
    const said = (some: readonly Condition[], other: readonly Condition[]) =>
      unite(tests(some), tests(other)).map(({ is }) => is);
    expect(said(['b', 'ab'], ['a', { prefix: 'a' }])).toEqual(['equal', 'prefix']);
    expect(said(['a'], [{ exists: true }])).toEqual(['exists']);
  });
});

describe('of any two clauses', () => {
  const all = clauses.flatMap(one => clauses.map(other => [one, other] as const));

  test('reduced and trimmed they admit exactly what they did', () => {
    for (const some of all) {
      const made = { reduced: reduce(some), trimmed: trim(reduce(some)) };
      const wrong = records.filter(
        record =>
          anyAdmits(made.reduced, record) !== anyAdmits(some, record) ||
          anyAdmits(made.trimmed, record) !== anyAdmits(some, record),
      );
      expect([some.map(valuesOf), wrong]).toEqual([some.map(valuesOf), []]);
    }
  });

  test('the product admits whatever both do', () => {
    for (const [one, other] of all) {
      const both = product([one], [other]);
      const lost = records.filter(record => admits(one, record) && admits(other, record) && !anyAdmits(both, record));
      expect([valuesOf(one), valuesOf(other), lost]).toEqual([valuesOf(one), valuesOf(other), []]);
    }
  });

  test('widened they admit whatever either does, and ask only what both ask', () => {
    for (const [one, other] of all) {
      const wide = widen(one, other);
      const lost = records.filter(record => (admits(one, record) || admits(other, record)) && !admits(wide, record));
      expect([valuesOf(one), valuesOf(other), lost]).toEqual([valuesOf(one), valuesOf(other), []]);
      expect([...wide.keys()]).toEqual([...one.keys()].filter(path => other.has(path)));
    }
  });
});

describe('what is asked twice of a member', () => {
  const twice = (path: string, one: readonly Condition[], other: readonly Condition[]) =>
    product([clause({ [path]: one })], [clause({ [path]: other })]).map(valuesOf);

  test.each([
    ...['eventSource', 'eventName', 'readOnly', 'errorCode', 'userIdentity.type', 'verb', 'stage'],
    ...['objectRef.resource', 'objectRef.apiGroup', 'objectRef.subresource', 'user.username', 'responseStatus.code'],
  ])('must be said of the same value where there is one alone: %s', path => {
    expect(twice(path, ['a', 'b'], ['b', 'c'])).toEqual([{ [path]: ['b'] }]);
    expect(twice(path, ['a', 'xb'], [{ prefix: 'x' }, 'c'])).toEqual([{ [path]: ['xb'] }]);
    expect(twice(path, [{ prefix: 'x' }, 'c'], ['a', 'xb'])).toEqual([{ [path]: ['xb'] }]);
    expect(twice(path, ['a'], ['b'])).toEqual([]);
  });

  test.each([
    'requestParameters.name',
    'user.groups',
    'objectRef.name',
    'userIdentity.arn',
  ])('may be said of two of a list: %s', path => {
    const [kept] = product([clause({ [path]: ['a'] })], [clause({ [path]: ['b'] })]);
    const record = path.split('.').reduceRight<Json>((inner, name) => ({ [name]: inner }), ['a', 'b']) as JsonObject; // never empty
    expect(kept !== undefined && admits(kept, record)).toBe(true);
  });

  test('is the narrower of the two where one holds the other', () => {
    expect(twice('user.groups', ['a'], ['a', 'b'])).toEqual([{ 'user.groups': ['a'] }]);
    expect(twice('user.groups', ['a', 'b'], ['b'])).toEqual([{ 'user.groups': ['b'] }]);
    expect(twice('user.groups', [{ exists: true }], ['b'])).toEqual([{ 'user.groups': ['b'] }]);
    expect(twice('user.groups', [{ prefix: 'a' }], [{ exists: true }])).toEqual([{ 'user.groups': ['prefix'] }]);
  });
});

describe('some clauses', () => {
  const reduced = (...all: readonly Conditions[]) => reduce(all.map(clause)).map(valuesOf);
  const trimmed = (...all: readonly Conditions[]) => trim(all.map(clause)).map(valuesOf);

  test('that differ in one member’s values become one, until nothing does', () => {
    expect(reduced({ name: ['a'], by: ['x'] }, { name: ['b'], by: ['x'] })).toEqual([{ name: ['a', 'b'], by: ['x'] }]);
    expect(reduced(...['x', 'y'].flatMap(by => ['a', 'b'].map(name => ({ name: [name], by: [by] }))))).toEqual([
      { name: ['a', 'b'], by: ['x', 'y'] },
    ]);
  });

  test('stay apart where they differ in two, or ask of different members', () => {
    const two = [
      { name: ['a'], by: ['x'] },
      { name: ['b'], by: ['y'] },
    ];
    expect(reduced(...two)).toEqual(two);
    const other = [
      { name: ['a'], by: ['x'] },
      { name: ['a'], of: ['x'] },
    ];
    expect(reduced(...other)).toEqual(other);
  });

  test('that another holds are gone', () => {
    expect(reduced({ name: ['a'], by: ['x'] }, { name: ['a', 'b'] })).toEqual([{ name: ['a', 'b'] }]);
    expect(reduced({ name: ['a', 'b'] }, { name: ['a'], by: ['x'] })).toEqual([{ name: ['a', 'b'] }]);
    expect(reduced({ name: ['a'] }, {})).toEqual([{}]);
  });

  test('leave out of their lists what another says by that member alone', () => {
    expect(trimmed({ name: ['a', 'b'], by: ['x'] }, { name: ['b', 'c'] })).toEqual([
      { name: ['a'], by: ['x'] },
      { name: ['b', 'c'] },
    ]);
    expect(trimmed({ name: ['b'], by: ['x'] }, { name: ['b'] })).toEqual([{ name: ['b'] }]);
    expect(trimmed({ name: ['a', 'b'], by: ['x'] }, { name: ['b'], by: ['y'] })).toEqual([
      { name: ['a', 'b'], by: ['x'] },
      { name: ['b'], by: ['y'] },
    ]);
    expect(trimmed({ name: ['a'] }, { name: ['a', 'b'] })).toEqual([{ name: ['a'] }, { name: ['a', 'b'] }]);
  });

  test('are multiplied out as far as 256 go, else the fewer of them are kept', () => {
    const many = (name: string, count: number) =>
      Array.from({ length: count }, (_, at) => clause({ [`${name}.${at}`]: [at] }));
    expect(product(many('a', 16), many('b', 16))).toHaveLength(256);
    expect(product(many('a', 16), many('b', 17)).map(valuesOf)).toEqual(many('a', 16).map(valuesOf));
    expect(product(many('a', 17), many('b', 16)).map(valuesOf)).toEqual(many('b', 16).map(valuesOf));
  });
});
