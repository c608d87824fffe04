import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../core/json.ts';
import { dispatch } from '../../core/pattern/dispatch.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import type { Group } from '../../core/pattern/node.ts';
import type { Requirement } from '../../core/pattern/requirement.ts';
import { entryOf, type Tree, treeOf } from '../../core/pattern/tree.ts';

/** Law 8: an event asks the rules that its own values name, and no others. `dispatch.fuzz.ts` has it that none is left out. */

const leaves = ({ fields }: Group): Requirement =>
  fields.flatMap(({ path, node }) => (node.is === 'leaf' ? [{ path, tests: node.tests }] : leaves(node)));
const requirement = (pattern: object): Requirement => leaves(loadPattern(pattern));

/** Which of the patterns are asked about an event. */
const asked = (patterns: readonly object[], record: JsonObject, fact?: (name: string) => Json): readonly number[] =>
  dispatch(patterns.map((pattern, item) => ({ item, requirements: [requirement(pattern)] })))(
    fact === undefined ? { record } : { record, fact },
  );

/** Patterns that ask one thing each of the member `a`. */
const each = (...conditions: readonly unknown[]): readonly object[] => conditions.map(one => ({ a: [one] }));

/** Patterns that ask of another member; up to two that are left are asked without a look. */
const others: readonly { readonly b: readonly string[] }[] = ['w', 'x', 'y'].map(value => ({ b: [value] }));

const rows: readonly (readonly [string, readonly object[], JsonObject, readonly number[]])[] = [
  ['an equal value', each('w', 'x', 'y', 'z'), { a: 'x' }, [1]],
  ['no equal value', each('w', 'x', 'y', 'z'), { a: 'v' }, []],
  ['no value at all', each('w', 'x', 'y', 'z'), { b: 'x' }, []],
  ['one of several values', [{ a: ['w', 'x'] }, { a: ['x', 'y'] }, { a: ['y', 'z'] }], { a: 'x' }, [0, 1]],
  ['null, numbers and true', each(null, 0, true, ''), { a: 0 }, [1]],
  ['null', each(null, 0, true, ''), { a: null }, [0]],
  ['a beginning', each({ prefix: 'ab' }, { prefix: 'b' }, { prefix: 'abc' }, { prefix: 'c' }), { a: 'abx' }, [0]],
  ['beginnings of several lengths', each({ prefix: 'ab' }, { prefix: 'a' }, { prefix: 'abc' }), { a: 'ab' }, [0, 1]],
  ['an end', each({ suffix: 'ba' }, { suffix: 'b' }, { suffix: 'cba' }, { suffix: 'c' }), { a: 'xba' }, [0]],
  ['ends of several lengths', each({ suffix: 'ba' }, { suffix: 'a' }, { suffix: 'cba' }), { a: 'ba' }, [0, 1]],
  ['no beginning of a number', each({ prefix: '4' }, { prefix: '5' }, { suffix: '3' }), { a: 403 }, []],
  [
    'the longer of a wildcard’s two ends',
    each({ wildcard: 'ab*c' }, { wildcard: 'c*ab' }, { wildcard: 'x*y*z' }, { wildcard: '*ab' }),
    { a: 'c-' },
    [],
  ],
  [
    'the end of a wildcard, where that is longer',
    each({ wildcard: 'ab*c' }, { wildcard: 'c*ab' }, { wildcard: 'x*y*z' }, { wildcard: '*ab' }),
    { a: 'c-ab' },
    [1, 3],
  ],
  ['an end piece of a wildcard as long as its first', each({ wildcard: 'a*z' }, 'b', 'c'), { a: 'abc' }, [0]],
  [
    'a value where nothing can be looked up',
    each({ wildcard: '*x*' }, { prefix: '' }, { prefix: { 'equals-ignore-case': 'q' } }, { numeric: ['>', 1] }),
    { a: 'v' },
    [0, 1, 2, 3],
  ],
  ['a value: without one they are not', each({ wildcard: '*x*' }, { 'anything-but': 'x' }, { exists: true }), {}, []],
  [
    'absence or a value',
    [{ a: ['x', { exists: false }] }, { a: [{ exists: false }] }, ...each('w', 'x', 'y')],
    {},
    [0, 1],
  ],
  ['no text where a number stands', each({ prefix: '' }, { wildcard: '*x*' }, { suffix: '' }), { a: 5 }, []],
  ['nothing below null', ['w', 'x', 'y'].map(a => ({ l: { a: [a] } })), { l: null }, []],
  [
    'nothing of listed objects without the member',
    Array.from({ length: 3 }, () => ({ l: { a: [{ exists: true }] } })),
    { l: [{ b: 1 }] },
    [],
  ],
  ['one value of a list', each('w', 'x', 'y'), { a: ['y', 'v', 'w'] }, [0, 2]],
  ['no value of an empty list', each({ exists: true }, { 'anything-but': 'x' }, { numeric: ['>', 1] }), { a: [] }, []],
  [
    'members of listed objects',
    [{ l: { a: ['w'] } }, { l: { a: ['x'] } }, { l: { a: ['y'] } }],
    { l: [{ a: 'x' }, 'w'] },
    [1],
  ],
  [
    'lists in listed objects',
    [{ l: { a: ['w'] } }, { l: { a: ['x'] } }, { l: { a: ['y'] } }],
    { l: [{ a: ['x'] }, { b: 'w' }, { a: [{ c: 'y' }] }] },
    [1],
  ],
  ['everything where lists lie in lists', each('w', 'x', 'y'), { a: [['v']] }, [0, 1, 2]],
  ['the absent', [...each('w', 'x', 'y'), { a: [{ exists: false }] }, ...others], { a: 'x' }, [1, 3]],
  [
    'both values of two',
    ['1', '2', '3'].flatMap(a => ['x', 'y', 'z'].map(b => ({ a: [a], b: [b] }))),
    { a: '2', b: 'y' },
    [4],
  ],
  [
    'names that every object inherits',
    [{ constructor: ['w'] }, { constructor: ['x'] }, { constructor: ['y'] }],
    {},
    [],
  ],
];

describe('an event asks by', () => {
  test.each(rows)('%s', (_, patterns, record, expected) => {
    expect(asked(patterns, record)).toEqual(expected);
  });

  test('64 values of a list one by one, and beyond them everything below', () => {
    const listed = (count: number): JsonObject => ({ a: Array.from({ length: count }, (_, at) => `v${at}`) });
    const patterns = [...each('v0', 'v63', 'x', { prefix: 'p' }, { suffix: 's' }, { exists: true }), ...others];
    expect(asked(patterns, listed(64))).toEqual([0, 1, 5]);
    expect(asked(patterns, listed(65))).toEqual([0, 1, 2, 3, 4, 5]);
    // A list is not walked further than it is looked up.
    expect(asked(patterns, { a: [...Array.from({ length: 64 }, () => 'v0'), {}] })).toEqual([0, 1, 2, 3, 4, 5]);
    expect(asked(patterns, { a: [...Array.from({ length: 63 }, () => 'v0'), {}] })).toEqual([0, 5]);
    const within = { l: [{ a: listed(65)['a'] ?? null }] };
    expect(asked([{ l: { a: ['v0'] } }, { l: { a: ['x'] } }, { l: { a: ['y'] } }], within)).toEqual([0, 1, 2]);
    const inner = { l: [{ a: listed(40)['a'] ?? null }, { a: listed(40)['a'] ?? null }] };
    expect(asked([{ l: { a: ['v0'] } }, { l: { a: ['x'] } }, { l: { a: ['y'] } }], inner)).toEqual([0, 1, 2]);
  });

  test('facts through the subject; one that throws asks everybody who asks it', () => {
    const patterns = [...['w', 'x', 'y'].map(kind => ({ fact: { kind: [kind] } })), ...others];
    const record = { fact: { kind: 'w' } };
    expect(asked(patterns, record)).toEqual([0]);
    expect(asked(patterns, record, () => 'x')).toEqual([1]);
    expect(asked(patterns, record, name => (name === 'kind' ? ['x', 'y'] : 'w'))).toEqual([1, 2]);
    const broken = (): Json => {
      throw new Error('no such fact');
    };
    expect(asked(patterns, record, broken)).toEqual([0, 1, 2]);
    expect(
      asked(
        ['w', 'x', 'y'].map(b => ({ a: { b: [b] } })),
        { a: { b: 'x' } },
        () => 'y',
      ),
    ).toEqual([1]);
    expect(
      asked(
        [{ fact: ['w'] }, { fact: ['x'] }, { fact: ['y'] }].map(({ fact }) => ({ fact: { a: fact } })),
        {},
      ),
    ).toEqual([]);
  });

  test('any requirement of an item, once; an item without one is never asked, one that asks nothing always', () => {
    const find = dispatch([
      { item: 'never', requirements: [] },
      { item: 'always', requirements: [[]] },
      { item: 'either', requirements: [requirement({ a: ['x'] }), requirement({ b: ['z'] })] },
      { item: 'other', requirements: [requirement({ a: ['z'] })] },
      ...others.map(pattern => ({ item: 'no', requirements: [requirement(pattern), requirement({ a: ['w'] })] })),
    ]);
    expect(find({ record: { a: 'x', b: 'z' } })).toEqual(['always', 'either']);
    expect(find({ record: { b: 'z' } })).toEqual(['always', 'either']);
    expect(find({ record: { a: 'z' } })).toEqual(['always', 'other']);
    expect(dispatch([])({ record: {} })).toEqual([]);
    const hundred = Array.from({ length: 100 }, (_, item) => ({
      item,
      requirements: [requirement({ a: [item % 2 === 0 ? 'x' : 'y'] }), requirement({ b: ['z'] })],
    }));
    const all = hundred.map(({ item }) => item);
    expect(dispatch(hundred)({ record: { a: ['y', 'x'], b: 'z' } })).toEqual(all);
    expect(dispatch(hundred)({ record: { a: ['y', 'x'] } })).toEqual(all);
    expect(dispatch(hundred.slice(0, 16))({ record: { a: ['y', 'x'], b: 'z' } })).toEqual(all.slice(0, 16));
  });
});

describe('a tree looks up first', () => {
  const first = (patterns: readonly object[]): readonly string[] | undefined =>
    treeOf(patterns.map((pattern, index) => entryOf(index, requirement(pattern)))).split?.path;
  const eight = (pattern: (index: number) => object): readonly object[] =>
    Array.from({ length: 8 }, (_, index) => pattern(index));

  test.each<[string, readonly object[], readonly string[] | undefined]>([
    ['nothing, where two are left', each('x', 'y'), undefined],
    ['a path, where three are left', each('x', 'y', 'z'), ['a']],
    ['the path with more values', eight(i => ({ a: [`${i % 2}`], b: [`${i % 3}`] })), ['b']],
    ['the path with more values, wherever it stands', eight(i => ({ a: [`${i}`], b: [`${i % 3}`] })), ['a']],
    ['the first of two alike', eight(i => ({ a: [`${i}`], b: [`${i}`] })), ['a']],
    ['the path with more beginnings', eight(i => ({ a: [`${i % 2}`], b: [{ prefix: `${i}` }] })), ['b']],
    ['the path with more ends', eight(i => ({ a: [`${i % 2}`], b: [{ suffix: `${i}` }] })), ['b']],
    // Of eight, 8/2 are left by two values everywhere; 4 + 4/4 by four values of half of them.
    ['a path that all ask', eight(i => ({ a: [`${i % 2}`], ...(i < 4 ? { b: [`${i}`] } : {}) })), ['a']],
    // 2 + 6/6 are left by six values of six.
    ['a path that most ask', eight(i => ({ a: [`${i % 2}`], ...(i < 6 ? { b: [`${i}`] } : {}) })), ['b']],
    // Presence alone leaves half of those that ask for it, however they say so.
    ['values before presence', eight(i => ({ a: [{ 'anything-but': `${i}` }], b: [`${i % 3}`] })), ['b']],
    [
      'presence before a path that few ask',
      eight(i => ({ ...(i < 3 ? { b: [`${i}`] } : {}), a: [{ 'anything-but': `${i}` }] })),
      ['a'],
    ],
    // Reading a fact costs as much as a quarter of the entries: 8/8 + 8/4 against 8/4, and against 8/2.
    ['a member before a fact', eight(i => ({ fact: { x: [`${i}`] }, a: [`${i % 4}`] })), ['a']],
    ['a member before a fact, wherever it stands', eight(i => ({ a: [`${i % 4}`], fact: { x: [`${i}`] } })), ['a']],
    ['a fact before a poor member', eight(i => ({ fact: { x: [`${i}`] }, a: [`${i % 2}`] })), ['fact', 'x']],
  ])('%s', (_, patterns, path) => {
    expect(first(patterns)).toEqual(path);
  });

  test.each<[string, readonly object[], readonly string[] | undefined]>([
    ['what all share', eight(i => ({ a: ['x'], b: [`${i % 4}`] })), ['a']],
    ['what most share', eight(i => ({ a: [i < 6 ? { exists: true } : `${i}`], b: [`${i % 3}`] })), ['a']],
    ['the same of several values', eight(i => ({ a: [{ wildcard: '*x*' }, 'y'], b: [`${i % 4}`] })), ['a']],
    ['nothing, where each asks something else', eight(i => ({ a: [`${i}`] })), undefined],
    ['nothing that absence meets', eight(i => ({ a: [{ exists: false }], b: [`${i}`] })), undefined],
    ['a member before a fact', eight(i => ({ fact: { x: ['y'] }, a: [i < 7 ? 'x' : 'y'] })), ['a']],
    ['a fact', eight(i => ({ fact: { x: ['y'] }, a: [`${i % 2}`] })), ['fact', 'x']],
  ])('and asks before that %s', (_, patterns, path) => {
    expect(treeOf(patterns.map((pattern, index) => entryOf(index, requirement(pattern)))).ask?.path).toEqual(path);
  });

  test('what several share is asked once for all of them, and a fact that throws leaves them in', () => {
    const patterns = eight(i => ({ fact: { x: ['y'] }, a: [`${i % 2}`] }));
    let reads = 0;
    const fact = (answer: string) => () => {
      reads++;
      return answer;
    };
    expect(asked(patterns, { a: '1' }, fact('z'))).toEqual([]);
    expect(reads).toBe(1);
    expect(asked(patterns, { a: '1' }, fact('y'))).toEqual([1, 3, 5, 7]);
    const broken = (): never => {
      throw new Error('broken');
    };
    expect(asked(patterns, { a: '1' }, broken)).toEqual([1, 3, 5, 7]);
  });

  test('those that do not share it are looked up whether it holds or not', () => {
    const sharing = eight(i => ({ a: ['x'], b: [`${i % 2}`] }));
    const patterns = [...sharing, { b: ['1'] }, { c: ['2'] }, { a: ['y'], b: ['1'] }, { a: ['x', 'y'], b: ['1'] }];
    expect(treeOf(patterns.map((pattern, index) => entryOf(index, requirement(pattern)))).ask?.path).toEqual(['a']);
    // Of two that are left each is asked: 9, where nothing is known of the other.
    expect(asked(patterns, { a: 'x', b: '1' })).toEqual([1, 3, 5, 7, 8, 9, 11]);
    expect(asked(patterns, { a: 'y', b: '1' })).toEqual([8, 9, 10, 11]);
    expect(asked(patterns, { b: '1', c: '2' })).toEqual([8, 9]);
    expect(asked(patterns, { a: 'x', b: '0', c: '2' })).toEqual([0, 2, 4, 6, 9]);
  });

  test('nothing is asked below a list of too many values: everything there is given', () => {
    const patterns = ['p', 'q', 'r'].flatMap(k => ['0', '1', '2'].map(b => ({ k: [k], a: [k], b: [b] })));
    const tree = treeOf(patterns.map((pattern, index) => entryOf(index, requirement(pattern))));
    expect([tree.split?.path, tree.split?.values.get('p')?.ask?.path]).toEqual([['k'], ['a']]);
    const many = Array.from({ length: 65 }, (_, at) => `v${at}`);
    expect(asked(patterns, { k: many, a: 'none', b: 'none' })).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(asked(patterns, { k: 'p', a: 'none', b: '0' })).toEqual([]);
  });

  test('each path once', () => {
    const paths = ({ split }: Tree, above: readonly string[] = []): readonly (readonly string[])[] => {
      if (split === undefined) return [above];
      const here = [...above, split.path.join('.')];
      const below = [split.present, split.rest, ...split.values.values()];
      return below.flatMap(tree => paths(tree, here));
    };
    const cube = Array.from({ length: 27 }, (_, i) => ({
      a: [`${i % 3}`],
      b: [`${Math.floor(i / 3) % 3}`],
      c: [`${Math.floor(i / 9)}`],
    }));
    const all = paths(treeOf(cube.map((pattern, index) => entryOf(index, requirement(pattern)))));
    expect(all.filter(path => new Set(path).size < path.length)).toEqual([]);
    expect(Math.max(...all.map(path => path.length))).toBe(3);
    expect(asked(cube, { a: '1', b: '2', c: '0' })).toEqual([7]);
    const many = Array.from({ length: 65 }, (_, at) => `v${at}`);
    expect(asked(cube, { a: many, b: '2', c: '0' })).toHaveLength(27);
    expect(asked([...cube, ...others.map(({ b }) => ({ d: b }))], { a: many, b: many, c: many })).toHaveLength(27);
  });
});
