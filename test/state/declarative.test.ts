import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { call } from '../../core/cloudtrail/example.ts';
import type { Key, StateRule } from '../../core/detection.ts';
import type { View } from '../../core/fact.ts';
import { askThrough, daysHeard, heardThrough, marksOf, streamOf } from '../../core/state/heard.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { sequence } from '../../core/state/sequence.ts';
import { sum } from '../../core/state/sum.ts';
import { leaveTrace, traceScopes, tracesIn, whoIn } from '../../core/state/trace.ts';

const minute = 60_000;
const start = Date.parse('2026-09-01T10:00:00Z');

/** An event so many minutes after ten: what it is, and how much. */
interface Told {
  readonly at: number;
  readonly what?: string;
  readonly much?: number;
}

const viewOf = ({ at, what = '', much = 0 }: Told, index: number): View<'cloudtrail'> => {
  const event = { ...call('ec2', 'X'), id: `e${index}`, time: start + at * minute };
  const facts: { readonly [name: string]: string | number } = { what, much };
  return { event, record: event.record, fact: name => facts[name] ?? 'unknown' };
};

/** Ids of the events that a rule finds, whatever the order in which they are told. */
const found = async (rule: StateRule<'cloudtrail'>, told: readonly Told[], order = told.map((_, index) => index)) => {
  const store = memoryStore();
  const key: Key = { who: 'alice' };
  const ids = new Set<string>();
  for (const index of order) {
    const one = told[index];
    if (one === undefined) continue;
    const view = viewOf(one, index);
    const answers = await store.observe(rule.observe(view, key));
    for (const { eventId } of rule.decide(view, key, answers)) ids.add(eventId);
  }
  return [...ids].sort();
};

const inAnyOrder = async (rule: StateRule<'cloudtrail'>, told: readonly Told[], expected: readonly string[]) => {
  expect(await found(rule, told)).toEqual(expected);
  const indices = told.map((_, index) => index);
  await fc.assert(
    fc.asyncProperty(
      fc.shuffledSubarray([...indices, ...indices], { minLength: 2 * told.length, maxLength: 2 * told.length }),
      async order => {
        expect(await found(rule, told, order)).toEqual(expected);
      },
    ),
    { numRuns: 100 },
  );
};

describe('a sum', () => {
  const rule = sum<'cloudtrail'>({
    id: 'x/sum',
    doc: 'test',
    value: view => Number(view.fact('much')),
    within: 10 * minute,
    moreThan: 100,
    note: limit => `more than ${limit}`,
  });
  const cases: readonly (readonly [string, readonly Told[], readonly string[]])[] = [
    ['of one event', [{ at: 0, much: 101 }], ['e0']],
    [
      'up to the limit is none',
      [
        { at: 0, much: 60 },
        { at: 1, much: 40 },
      ],
      [],
    ],
    [
      'over the limit',
      [
        { at: 0, much: 60 },
        { at: 1, much: 41 },
      ],
      ['e0', 'e1'],
    ],
    [
      'across the edge of a bucket',
      [
        { at: 8, much: 60 },
        { at: 12, much: 41 },
      ],
      ['e0', 'e1'],
    ],
    [
      'ten minutes apart is none',
      [
        { at: 0, much: 60 },
        { at: 10, much: 60 },
      ],
      [],
    ],
    [
      'that goes on',
      [
        { at: 0, much: 60 },
        { at: 5, much: 60 },
        { at: 9, much: 1 },
        { at: 14, much: 41 },
      ],
      ['e0', 'e1', 'e2', 'e3'],
    ],
    [
      'leaves the span part by part',
      [
        { at: 0, much: 60 },
        { at: 1, much: 30 },
        { at: 12, much: 60 },
        { at: 13, much: 30 },
      ],
      [],
    ],
    [
      'begins where its first part still lies in the span',
      [
        { at: 0, much: 60 },
        { at: 9, much: 30 },
        { at: 12, much: 60 },
        { at: 13, much: 30 },
      ],
      ['e1', 'e2', 'e3'],
    ],
    [
      'of nothing and less is none',
      [
        { at: 0, much: 0 },
        { at: 1, much: -500 },
        { at: 2, much: 101 },
      ],
      ['e2'],
    ],
    [
      'of the same value twice counts twice',
      [
        { at: 0, much: 51 },
        { at: 0, much: 51 },
      ],
      ['e0', 'e1'],
    ],
  ];
  it.each(cases)('%s', async (_, told, expected) => inAnyOrder(rule, told, expected));
});

describe('steps in any order', () => {
  const rule = sequence<'cloudtrail'>({
    id: 'x/temporal',
    doc: 'test',
    within: 10 * minute,
    steps: ['a', 'b', 'c'],
    ordered: false,
    step: view => String(view.fact('what')),
    of: 'b',
    alone: false,
    severity: 'high',
    note: 'all',
  });
  const steps = (...told: readonly (readonly [string, number])[]): readonly Told[] =>
    told.map(([what, at]) => ({ what, at }));
  const cases: readonly (readonly [string, readonly Told[], readonly string[]])[] = [
    ['in order', steps(['a', 0], ['b', 1], ['c', 2]), ['e1']],
    ['the other way round', steps(['c', 0], ['b', 1], ['a', 2]), ['e1']],
    ['the found one first', steps(['b', 0], ['a', 9], ['c', 10]), ['e0']],
    ['the found one last, across a bucket’s edge', steps(['a', 9], ['c', 12], ['b', 19]), ['e2']],
    ['one is missing', steps(['a', 0], ['b', 1]), []],
    ['a minute too long', steps(['a', 0], ['b', 5], ['c', 11]), []],
    [
      'one span begins with the found one',
      steps(['b', 5], ['a', 6], ['c', 7], ['a', 17], ['b', 18], ['c', 19]),
      ['e0', 'e4'],
    ],
    ['two of the found one', steps(['a', 0], ['b', 1], ['c', 2], ['b', 9], ['b', 11]), ['e1', 'e3']],
  ];
  it.each(cases)('%s', async (_, told, expected) => inAnyOrder(rule, told, expected));
});

describe('a trace', () => {
  const within = 30 * minute;
  const look = async (left: readonly (readonly [number, string])[], at: number) => {
    const store = memoryStore();
    await store.observe(left.map(([time, by]) => leaveTrace('name', { time: start + time * minute, by }, within)));
    const [scope = '', ...also] = traceScopes('name', start + at * minute, within);
    const [answer] = await store.observe([{ scope, also, expires: 0 }]);
    return whoIn(tracesIn([answer?.item ?? {}, ...(answer?.also ?? [])], start + at * minute, within));
  };
  it('is seen for as long as it may be looked for, and by nobody before it was left', async () => {
    expect(await look([[0, 'alice']], 0)).toEqual(['alice']);
    expect(await look([[0, 'alice']], 30)).toEqual(['alice']);
    expect(await look([[0, 'alice']], 31)).toEqual([]);
    expect(await look([[1, 'alice']], 0)).toEqual([]);
    expect(
      await look(
        [
          [29, 'bob'],
          [10, 'alice'],
          [11, 'alice'],
        ],
        31,
      ),
    ).toEqual(['alice', 'bob']);
  });
});

describe('a stream', () => {
  it('was heard past a moment only by a later mark', () => {
    const marks = ['2026-09-01T10:15:00.000Z'];
    expect(heardThrough([{ marks }], start + 14 * minute)).toBe(true);
    expect(heardThrough([{ marks }], start + 15 * minute)).toBe(false);
    expect(heardThrough([{}, { marks }], start)).toBe(true);
    expect(heardThrough([], start)).toBe(false);
  });
  it('was not heard through a moment around which it was silent: for an hour, and twice as long as at other times', () => {
    const heard = (...clocks: readonly string[]) => ({ marks: clocks.map(clock => `2026-09-01T${clock}:00.000Z`) });
    const often = ['07:00', '08:30', '09:50', '10:00'];
    expect(heardThrough([heard(...often, '10:45')], start)).toBe(true);
    expect(heardThrough([heard(...often, '12:45')], start)).toBe(true); // not yet twice its pause before
    expect(heardThrough([heard(...often, '13:00')], start)).toBe(false);
    expect(heardThrough([heard('09:30', '09:45', '10:00', '11:00')], start)).toBe(false);
    expect(heardThrough([heard('10:00', '23:00')], start)).toBe(true); // heard twice, it has no usual pause
  });
  it('that was heard on the evening before was not silent at midnight', async () => {
    const store = memoryStore();
    const heard = ['2026-08-31T23:30:00Z', '2026-08-31T23:45:00Z', '2026-09-01T00:15:00Z'].map(time => ({
      ...{ source: 'cloudtrail' as const, account: '111122223333', cluster: '', time: Date.parse(time) },
    }));
    await store.observe(marksOf(heard));
    const midnight = Date.parse('2026-09-01T00:05:00Z');
    const [answer] = await store.observe([askThrough(streamOf('cloudtrail', '111122223333', ''), midnight)]);
    expect(heardThrough(answer === undefined ? [] : [answer.item, ...answer.also], midnight)).toBe(true);
  });
  it('was not heard through a moment just after a silence, in which the other half may have been said', () => {
    const marks = ['07:30', '07:45', '09:50', '10:00', '10:15'].map(clock => `2026-09-01T${clock}:00.000Z`);
    expect(heardThrough([{ marks }], start)).toBe(false);
    expect(heardThrough([{ marks }], start + 5 * minute)).toBe(true);
  });
  it('was not heard through a moment of a silence that began days before', () => {
    const marks = ['2026-09-01T10:15:00.000Z'];
    expect(heardThrough([{ marks }, { days: ['2026-09-01'] }], start)).toBe(true);
    expect(heardThrough([{ marks }, { days: ['2026-08-25', '2026-09-01'] }], start)).toBe(false);
  });
  it('nor just after such a silence', () => {
    const marks = ['09:50', '10:00', '10:15'].map(clock => `2026-09-01T${clock}:00.000Z`);
    expect(heardThrough([{ marks }, { days: ['2026-09-01'] }], start)).toBe(true);
    expect(heardThrough([{ marks }, { days: ['2026-08-25', '2026-09-01'] }], start)).toBe(false);
    expect(heardThrough([{ marks }, { days: ['2026-08-25', '2026-09-01'] }], start + 5 * minute)).toBe(true);
  });
  it('has been heard for whole days since its first, 60 at most', () => {
    expect(daysHeard([{ days: ['2026-08-31'] }], start)).toBe(1);
    expect(daysHeard([{ days: ['2026-09-01'] }, { days: ['2026-08-02'] }], start)).toBe(30);
    expect(daysHeard([{ days: ['2020-01-01'] }], start)).toBe(60);
    expect([daysHeard([{ days: ['2026-09-02'] }], start), daysHeard([], start)]).toEqual([0, 0]);
  });
});
