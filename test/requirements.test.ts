import { describe, expect, test } from 'vitest';
import { exampleSettings } from '../core/example-settings.ts';
import type { JsonObject } from '../core/json.ts';
import { compilePattern } from '../core/pattern/compile.ts';
import { loadPattern } from '../core/pattern/load.ts';
import { alone, type Requirement } from '../core/pattern/requirement.ts';
import { admissionOf, requirementsOf } from '../core/requirements.ts';
import { sources } from '../core/sources.ts';

const facts = Object.keys(sources.cloudtrail.facts);
const group = (pattern: unknown) => loadPattern(pattern, { facts });
const holds = (requirements: readonly Requirement[], record: JsonObject): boolean =>
  requirements.some(one => one.every(condition => compilePattern(alone(condition))({ record })));

describe('of a record nothing is asked that a rule does not ask, and what it excepts is turned away:', () => {
  const admits = admissionOf('cloudtrail', exampleSettings);
  const a = { eventName: 'A' };

  test.each<[string, object, readonly JsonObject[], readonly JsonObject[]]>([
    ['a text', { r: ['x'] }, [{ r: 'y' }, {}, { r: ['x', 'y'] }], [{ r: 'x' }]],
    ['one of two texts', { r: ['x', 'y'] }, [{ r: 'z' }, {}], [{ r: 'x' }, { r: 'y' }]],
    ['a beginning', { r: [{ prefix: 'x' }] }, [{ r: 'yx' }, {}], [{ r: 'xy' }]],
    ['an end', { r: [{ suffix: 'x' }] }, [{ r: 'xy' }, {}], [{ r: 'yx' }]],
    ['a wildcard', { r: [{ wildcard: 'x*z' }] }, [{ r: 'xzy' }, {}], [{ r: 'xyz' }]],
    ['that there is none', { r: [{ exists: false }] }, [{ r: 'x' }], [{}]],
    ['that there is none, or this', { r: [{ exists: false }, 'x'] }, [{ r: 'y' }], [{}, { r: 'x' }]],
    ['a member of a member', { r: { s: ['x'] } }, [{ r: { s: 'y' } }, { r: {} }, {}], [{ r: { s: 'x' } }]],
    [
      'two members, both of them',
      { r: ['x'], s: ['y'] },
      [{ r: 'x' }, { s: 'y' }, { r: 'x', s: 'x' }, {}],
      [{ r: 'x', s: 'y' }],
    ],
    ['two facts of one source', { r: ['x'], fact: { 'principal.kind': ['person'] } }, [{ r: 'x' }, { r: 'y' }], []],
  ])('%s', (_, except, kept, turnedAway) => {
    const asked = admits({ when: group({ eventName: ['A'] }), unless: [group(except)] });
    for (const record of kept) expect([record, holds(asked, { ...a, ...record })]).toEqual([record, true]);
    for (const record of turnedAway) expect([record, holds(asked, { ...a, ...record })]).toEqual([record, false]);
    expect(holds(asked, { eventName: 'B', r: 'other', s: 'other' })).toBe(false);
  });

  test.each<[string, object]>([
    ['with alternatives', { $or: [{ r: ['x'] }, { s: ['x'] }] }],
    ['with alternatives beside a condition', { r: ['x'], $or: [{ s: ['x'] }, { t: ['x'] }] }],
    [
      'with alternatives beside a condition below',
      { q: { s: ['x'] }, r: { s: ['x'], $or: [{ t: ['x'] }, { u: ['x'] }] } },
    ],
    ['a text, or a number', { r: ['x', { numeric: ['>', 6] }] }],
    ['with alternatives below', { r: { $or: [{ s: ['x'] }, { t: ['x'] }] } }],
    // Where it is a list, each may hold, and yet not both of one element.
    ['with two conditions on one member', { r: { s: ['x'], t: ['x'] } }],
    ['that there is one', { r: [{ exists: true }] }],
    ['what is anything but a text', { r: [{ 'anything-but': ['y'] }] }],
    ['a number', { r: [{ numeric: ['>', 1] }] }],
    ['an expression', { r: [{ matches: 'x' }] }],
    ['one of which cannot be turned round, and one that can', { r: [{ numeric: ['>', 1] }], s: ['x'] }],
  ])('but of an exception %s nothing is said', (_, except) => {
    const asked = admits({ when: group({ eventName: ['A'] }), unless: [group(except)] });
    const every = [
      {},
      { r: 'x' },
      { r: 5 },
      { s: 'x' },
      { r: { s: 'x', t: 'x' } },
      { r: 'x', s: 'x' },
      { q: { s: 'x' }, r: { s: 'x' } },
    ];
    for (const record of every) expect([record, holds(asked, { ...a, ...record })]).toEqual([record, true]);
  });

  test('two exceptions are both turned away', () => {
    const asked = admits({ when: group({ eventName: ['A'] }), unless: [group({ r: ['x'] }), group({ s: ['x'] })] });
    const records = [{}, { r: 'x' }, { s: 'x' }, { r: 'y', s: 'y' }];
    expect(records.map(record => holds(asked, { ...a, ...record }))).toEqual([true, false, false, true]);
  });
});

test('a rule that asks facts outright requires them beside what they need', () => {
  const asked = requirementsOf(
    group({ eventName: ['RunInstances'], fact: { 'principal.kind': ['person'], 'launch.types': ['p5.48xlarge'] } }),
    'cloudtrail',
    exampleSettings,
  );
  expect(asked.length).toBeGreaterThan(0);
  for (const one of asked)
    expect(one.filter(({ path }) => path[0] === 'fact').map(({ path }) => path.join('.'))).toEqual([
      'fact.principal.kind',
      'fact.launch.types',
    ]);
  const [plain] = requirementsOf(group({ eventName: ['A'] }), 'cloudtrail', exampleSettings);
  expect(plain?.map(({ path }) => path)).toEqual([['eventName']]);
});
