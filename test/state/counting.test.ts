import { describe, expect, it } from 'vitest';
import { call } from '../../core/cloudtrail/example.ts';
import type { Key, Named } from '../../core/detection.ts';
import type { View } from '../../core/fact.ts';
import type { Json } from '../../core/json.ts';
import { type Distinct, distinct } from '../../core/state/distinct.ts';
import { type FirstSeen, firstSeen } from '../../core/state/first-seen.ts';
import type { Answer, Item } from '../../core/state/observation.ts';
import { remembering } from '../../core/state/remembering.ts';
import { type Sequence, sequence } from '../../core/state/sequence.ts';
import { sum } from '../../core/state/sum.ts';
import { threshold } from '../../core/state/threshold.ts';

/** What the rules that count write, where, how long it is kept, and what they make of what stands there. */

const minute = 60_000;
const day = 86_400_000;
const within = 10 * minute;
const start = Date.parse('2026-09-01T10:00:00Z');
const key: Key = { who: 'alice' };
const scope = (id: string, bucket: number): string => `${id}#111122223333#prod#alice#${bucket}`;

const viewAt = (time: number, facts: { readonly [name: string]: Json } = {}, limit?: number): View<'cloudtrail'> => {
  const event = { ...call('ec2', 'X'), id: 'e', time, cluster: 'prod' };
  return {
    event,
    record: event.record,
    fact: name => facts[name] ?? 'unknown',
    ...(limit === undefined ? {} : { threshold: limit }),
  };
};
const answered = (item: Item, ...also: readonly Item[]): readonly Answer[] => [{ item, also, full: false }];

const nobody: Named = { principals: [], resources: [], addresses: [] };

/** A sighting as it is stored, of `time#id#value`: the value may hold more of these signs. */
const sighting = (told: string): string => {
  const [time, id, ...value] = told.split('#');
  return JSON.stringify([Number(time), id, value.join('#'), [], '']);
};
const seen = (...told: readonly string[]): Item => ({ sighted: told.map(one => sighting(one)), named: [] });

/** The item of an event's own time, and its neighbours, kept until records can come no more. */
const own = (id: string, add: object, cap: object = { cap: 1_000 }) => ({
  scope: scope(id, start + within),
  add,
  ...cap,
  expires: start + 2 * within + day,
  also: [scope(id, start), scope(id, start + 2 * within)],
});

describe('distinct values', () => {
  const rule = (over: Partial<Distinct<'cloudtrail'>> = {}) =>
    distinct<'cloudtrail'>({
      id: 'x/distinct',
      doc: 'd',
      values: view => view.fact('values') as readonly string[], // as told below
      within,
      moreThan: 1,
      note: limit => `more than ${limit}`,
      ...over,
    });
  const time = start + 12 * minute;

  it('are written once each, into the bucket of their time', () => {
    expect(rule()).toMatchObject({ kind: 'distinct', doc: 'd' });
    expect(rule().observe(viewAt(time, { values: ['a', 'b', 'a'] }), key)).toEqual([
      own('x/distinct', seen(`${time}#e#a`, `${time}#e#b`)),
    ]);
    expect(rule().observe(viewAt(time, { values: [] }), key)).toEqual([]);
  });

  it('hold no secret, and stay apart from others that look alike without it', () => {
    const written = (value: string): string => {
      const [member = '[]'] = rule().observe(viewAt(time, { values: [value] }), key)[0]?.add?.['sighted'] ?? [];
      return String(JSON.parse(member)[2]);
    };
    expect(written('password=hunter2')).toMatch(/^password=\[redacted: password\]~[0-9a-f]{8}$/);
    expect(written('password=hunter2')).not.toBe(written('password=hunter3'));
    expect(written('x'.repeat(1_024))).toBe('x'.repeat(1_024));
    expect(written('x'.repeat(1_025))).toMatch(/…~[0-9a-f]{8}$/);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['one value', [`${time}#e#a`], []],
    ['two', [`${time - 1}#f#a`, `${time}#e#b`], ['e', 'f']],
    ['the same twice', [`${time - 1}#f#a`, `${time}#e#a`], []],
    ['one of another window', [`${time - within}#f#a`, `${time}#e#b`], []],
    ['one at the edge of the window', [`${time - within + 1}#f#a`, `${time}#e#b`], ['e', 'f']],
    [
      'one that left the window, and came again',
      [`${time - within}#f#a`, `${time - 1}#g#a`, `${time}#e#b`],
      ['e', 'g'],
    ],
    ['one that left it, twice there before', [`${time - within}#f#a`, `${time - within}#h#a`, `${time}#e#b`], []],
    ['one that stays where it was twice', [`${time - within}#f#a`, `${time - 1}#g#a`, `${time}#e#a`], []],
    ['later events, too', [`${time}#e#a`, `${time + 1}#f#b`, `${time + 2}#g#b`], ['e', 'f', 'g']],
    ['and none after the window', [`${time}#e#a`, `${time + 1}#f#b`, `${time + 1 + within}#g#b`], ['e', 'f']],
    ['a burst after a burst', [`${time - 2}#f#a`, `${time - 1}#g#b`, `${time + within - 2}#e#c`], ['e', 'f', 'g']],
    ['two at once', [`${time}#e#a`, `${time}#f#b`], ['e', 'f']],
    ['a burst that the event comes behind', [`${time - 2}#f#a`, `${time - 1}#g#b`], ['f', 'g']],
    ['not what lies more than a span before', [`${time - within - 1}#f#a`, `${time - within - 1}#g#b`], []],
    ['not what lies a span later', [`${time + within}#f#a`, `${time + within}#g#b`], []],
    ['up to a span later', [`${time + within - 1}#f#a`, `${time + within - 1}#g#b`], ['f', 'g']],
    ['values with signs of their own', [`${time}#e#a#b`, `${time}#e#a#c`], ['e']],
  ])('are counted: %s', (_, members, ids) => {
    const found = rule().decide(viewAt(time), key, answered(seen(...members)));
    expect(found.map(({ eventId }) => eventId).sort()).toEqual(ids);
    for (const one of found) expect(one.note).toBe('more than 1');
    const apart = members.map(member => seen(member));
    expect(rule().decide(viewAt(time), key, answered({}, ...apart))).toEqual(found);
  });

  it('tell an event whose id stands at two times, which no source writes, by the later', () => {
    const twice = answered(seen(`${time}#e#a`, `${time}#f#b`, `${time + 1}#e#c`));
    expect(rule().decide(viewAt(time), key, twice)).toEqual([
      { eventId: 'f', time, note: 'more than 1', named: nobody },
      { eventId: 'e', time: time + 1, note: 'more than 1', named: nobody },
    ]);
  });

  it('tell when each event was', () => {
    expect(rule().decide(viewAt(time), key, answered(seen(`${time + 5}#f#b`, `${time}#e#a`)))).toEqual([
      { eventId: 'e', time, note: 'more than 1', named: nobody },
      { eventId: 'f', time: time + 5, note: 'more than 1', named: nobody },
    ]);
    expect(rule().decide(viewAt(time), key, [])).toEqual([]);
    expect(rule().decide(viewAt(time), key, answered({}))).toEqual([]);
  });

  it('of several kinds must each exceed the limit', () => {
    const both = rule({ kinds: ['ip', 'role'] });
    const four = [`${time}#e#ip:1`, `${time}#e#ip:2`, `${time}#e#role:1`, `${time}#e#role:2`];
    expect(both.decide(viewAt(time), key, answered(seen(...four)))).toHaveLength(1);
    expect(both.decide(viewAt(time), key, answered(seen(...four.slice(1))))).toEqual([]);
    expect(both.decide(viewAt(time), key, answered(seen(...four.slice(0, 3))))).toEqual([]);
    expect(both.decide(viewAt(time), key, answered(seen(...four.slice(0, 3), `${time}#e#roles`)))).toEqual([]);
  });

  it('are limited by the settings where they say so', () => {
    const three = seen(`${time}#e#a`, `${time}#e#b`, `${time}#e#c`);
    expect(rule().decide(viewAt(time, {}, 3), key, answered(three))).toEqual([]);
    expect(rule().decide(viewAt(time, {}, 2), key, answered(three))).toMatchObject([{ note: 'more than 2' }]);
  });
});

describe('a threshold', () => {
  it('counts events, and what is told apart by itself', () => {
    const rule = (over: object = {}) =>
      threshold<'cloudtrail'>({
        id: 'x/threshold',
        doc: 'd',
        count: 2,
        within,
        note: count => `${count} times`,
        ...over,
      });
    const time = start + 12 * minute;
    expect(rule()).toMatchObject({ kind: 'threshold', doc: 'd' });
    expect(rule().observe(viewAt(time), key)).toEqual([own('x/threshold', seen(`${time}#e#`))]);
    expect(rule({ apart: () => 'here' }).observe(viewAt(time), key)[0]?.scope).toBe(
      `x/threshold#111122223333#prod#alice#here#${start + within}`,
    );
    const two = answered(seen(`${time}#e#`, `${time}#f#`));
    expect(rule().decide(viewAt(time), key, two)).toMatchObject([{ note: '2 times' }, { note: '2 times' }]);
    expect(rule().decide(viewAt(time, {}, 3), key, two)).toEqual([]);
    expect(rule().decide(viewAt(time, {}, 1), key, answered(seen(`${time}#e#`)))).toMatchObject([{ note: '1 times' }]);
    // Told again, it stands there twice: it counts once, and once no more.
    const twice = [`${time - within}#d#`, `${time - within}#d#told again`];
    expect(rule().decide(viewAt(time), key, answered(seen(...twice)))).toEqual([]);
    const after = answered(seen(...twice, `${time}#e#`, `${time}#f#`));
    expect(
      rule()
        .decide(viewAt(time), key, after)
        .map(({ eventId }) => eventId),
    ).toEqual(['e', 'f']);
  });
});

describe('a sum', () => {
  const rule = sum<'cloudtrail'>({
    id: 'x/sum',
    doc: 'd',
    value: view => Number(view.fact('much')),
    within,
    moreThan: 100,
    note: limit => `more than ${limit}`,
  });
  const time = start + 12 * minute;
  it('is written in parts', () => {
    expect(rule).toMatchObject({ kind: 'sum', doc: 'd' });
    expect(rule.observe(viewAt(time, { much: 1.5 }), key)).toEqual([own('x/sum', seen(`${time}#e#1.5`))]);
    for (const much of [0, -1, 'x']) expect(rule.observe(viewAt(time, { much }), key)).toEqual([]);
  });
  it.each<[readonly string[], number | undefined, readonly string[]]>([
    [[`${time}#e#101`], undefined, ['e']],
    [[`${time}#e#100`], undefined, []],
    [[`${time - within + 1}#f#60`, `${time}#e#60`], undefined, ['f', 'e']],
    [[`${time - within}#f#60`, `${time}#e#60`], undefined, []],
    [[`${time}#e#60`, `${time + 1}#f#60`], undefined, ['e', 'f']],
    [[`${time + within - 1}#f#101`], undefined, ['f']],
    [[`${time + within}#f#101`], undefined, []],
    [[`${time - within - 1}#f#101`], undefined, []],
    [[`${time + 1}#g#101`, `${time}#e#101`], undefined, ['e', 'g']],
    [[`${time}#e#101`], 101, []],
    [[`${time}#e#102`], 101, ['e']],
    // Told again with another number, the greater counts, once, and all of it leaves at once.
    [[`${time}#e#60`, `${time}#e#59`], undefined, []],
    [[`${time}#e#60`, `${time}#e#101`], undefined, ['e']],
    [[`${time}#e#101`, `${time}#e#60`], undefined, ['e']],
    [[`${time - within}#f#60`, `${time - within}#f#59`, `${time}#e#60`], undefined, []],
    [[`${time - within}#f#60`, `${time - within}#f#59`, `${time}#e#101`], undefined, ['e']],
  ])('of %j over %j is found at %j', (parts, limit, ids) => {
    const found = rule.decide(viewAt(time, {}, limit), key, answered({}, seen(...parts)));
    expect(found.map(({ eventId }) => eventId)).toEqual(ids);
    for (const one of found) expect(one.note).toBe(`more than ${limit ?? 100}`);
    expect(rule.decide(viewAt(time, {}, limit), key, [])).toEqual([]);
  });
});

describe('a sequence', () => {
  const rule = (over: Partial<Sequence<'cloudtrail'>> = {}) =>
    sequence<'cloudtrail'>({
      id: 'x/sequence',
      doc: 'd',
      within,
      steps: ['a', 'b', 'c'],
      step: view => (view.fact('step') === 'unknown' ? undefined : String(view.fact('step'))),
      of: 'b',
      alone: false,
      severity: 'critical',
      note: 'all of it',
      ...over,
    });
  const time = start + 12 * minute;
  const whole = (eventId: string, at: number) => ({ eventId, time: at, severity: 'critical', note: 'all of it' });

  it('is written a step at a time', () => {
    expect(rule()).toMatchObject({ kind: 'sequence', doc: 'd' });
    expect(rule().observe(viewAt(time, { step: 'b' }), key)).toEqual([own('x/sequence', { b: [`${time}#e`] }, {})]);
    expect(rule().observe(viewAt(time), key)).toEqual([]);
  });

  it.each<[string, Item, readonly string[], readonly string[]]>([
    ['in order', { a: [`${time - 1}#1`], b: [`${time}#e`], c: [`${time + 1}#3`] }, ['e'], ['e']],
    ['all at once', { a: [`${time}#1`], b: [`${time}#e`], c: [`${time}#3`] }, ['e'], ['e']],
    ['out of order', { a: [`${time + 1}#1`], b: [`${time}#e`], c: [`${time + 2}#3`] }, [], ['e']],
    ['backwards', { a: [`${time + 1}#1`], b: [`${time}#e`], c: [`${time - 1}#3`] }, [], ['e']],
    ['as long as the span', { a: [`${time - within}#1`], b: [`${time}#e`], c: [`${time}#3`] }, ['e'], ['e']],
    ['longer than the span', { a: [`${time - within}#1`], b: [`${time}#e`], c: [`${time + 1}#3`] }, [], []],
    ['without the first', { b: [`${time}#e`], c: [`${time}#3`] }, [], []],
    ['without the last', { a: [`${time}#1`], b: [`${time}#e`] }, [], []],
    ['without the found one', { a: [`${time}#1`], c: [`${time}#3`] }, [], []],
    [
      'of the nearest steps',
      {
        a: [`${time - 1}#1`, `${time - within - 5}#0`],
        b: [`${time}#e`],
        c: [`${time + 2 * within}#9`, `${time + 1}#3`],
      },
      ['e'],
      ['e'],
    ],
    [
      'twice',
      { a: [`${time}#1`], b: [`${time + 2}#f#g`, `${time + 1}#e`, `${time + 4}#h`], c: [`${time + 3}#3`] },
      ['f#g', 'e'],
      ['f#g', 'e', 'h'],
    ],
  ])('%s', (_, item, ordered, unordered) => {
    const ids = (one: ReturnType<typeof rule>) =>
      one
        .decide(viewAt(time, { step: 'b' }), key, answered({}, item))
        .map(({ eventId }) => eventId)
        .sort();
    expect(ids(rule())).toEqual([...ordered].sort());
    expect(ids(rule({ ordered: true }))).toEqual([...ordered].sort());
    expect(ids(rule({ ordered: false }))).toEqual([...unordered].sort());
  });

  it('in any order holds only what lies in its span', () => {
    const told = { a: [`${time + 5}#1`], b: [`${time}#e`, `${time + 6}#f`], c: [`${time + 4 + within}#3`] };
    const found = rule({ ordered: false }).decide(viewAt(time), key, answered(told));
    expect(found.map(({ eventId }) => eventId)).toEqual(['f']);
  });

  it('of several steps before and after the found one', () => {
    const four = rule({ steps: ['a', 'b', 'c', 'd'], of: 'b' });
    const item = { a: [`${time}#1`], b: [`${time + 1}#e`], c: [`${time + 2}#3`], d: [`${time + 3}#4`] };
    expect(four.decide(viewAt(time), key, answered(item))).toEqual([whole('e', time + 1)]);
    expect(four.decide(viewAt(time), key, answered({ ...item, c: [`${time + 4}#3`] }))).toEqual([]);
    const first = rule({ of: 'a' });
    expect(first.decide(viewAt(time), key, answered({ a: [`${time}#e`], c: [`${time + 2}#3`] }))).toEqual([]);
    const last = rule({ steps: ['a', 'b', 'c'], of: 'c' });
    expect(last.decide(viewAt(time), key, answered({ c: [`${time + 2}#e`] }))).toEqual([]);
    const three = { a: [`${time}#1`], b: [`${time + 1}#2`], c: [`${time + 2}#e`] };
    expect(last.decide(viewAt(time), key, answered(three))).toEqual([whole('e', time + 2)]);
    expect(last.decide(viewAt(time), key, answered({ ...three, a: [`${time + 2}#1`] }))).toEqual([]);
    expect(last.decide(viewAt(time), key, answered({ ...three, b: [`${time - 1}#2`] }))).toEqual([]);
  });

  it('raises what is a finding alone', () => {
    const alone = rule({ alone: true });
    const item = { a: [`${time}#1`], b: [`${time}#e`], c: [`${time}#3`] };
    expect(alone.decide(viewAt(time, { step: 'b' }), key, answered(item))).toEqual([whole('e', time)]);
    expect(alone.decide(viewAt(time, { step: 'b' }), key, answered({ b: [`${time}#e`] }))).toEqual([
      { eventId: 'e', time },
    ]);
    expect(alone.decide(viewAt(time), key, [])).toEqual([{ eventId: 'e', time }]);
    expect(alone.decide(viewAt(time, { step: 'a' }), key, answered({}))).toEqual([]);
    const both = { ...item, b: [`${time}#d`, `${time}#e`] };
    expect(alone.decide(viewAt(time, { step: 'b' }), key, answered(both))).toEqual([
      whole('d', time),
      whole('e', time),
    ]);
    const other = { ...item, b: [`${time}#f`] };
    expect(alone.decide(viewAt(time, { step: 'b' }), key, answered(other))).toEqual([
      whole('f', time),
      { eventId: 'e', time },
    ]);
    expect(rule().decide(viewAt(time, { step: 'b' }), key, [])).toEqual([]);
  });
});

describe('what is seen first', () => {
  const rule = (over: Partial<FirstSeen<'cloudtrail'>> = {}) =>
    firstSeen<'cloudtrail'>({
      id: 'x/first',
      doc: 'd',
      of: () => 'r',
      traits: view => view.fact('traits') as readonly string[], // as told below
      atOnce: () => undefined,
      note: traits => `new: ${traits.join(', ')}`,
      ...over,
    });
  const week = 7 * day;
  const number = Math.floor(start / week);
  const later = (weeks: number, ms = 0): number => (number + weeks) * week + ms;
  const decide = (time: number, traits: readonly string[], item: Item, revoked: Item = {}, over = {}) =>
    rule(over).decide(viewAt(time, { traits: [...traits] }), key, answered(item, revoked));
  const hours = 3_600_000;

  it('is written by week, with what was taken back, and named', () => {
    const long = 'y'.repeat(300);
    expect(rule()).toMatchObject({ kind: 'first-seen', doc: 'd' });
    const [item, name, ...more] = rule().observe(viewAt(start, { traits: ['a', long, 'a'] }), key);
    expect(item).toEqual({
      scope: 'x/first#111122223333#prod#r',
      also: ['revoked#x/first#111122223333#prod#r'],
      add: { seen: [`${number}#a`, `${number}#${'y'.repeat(200)}`] },
      cap: 1_000,
      expires: start + 90 * day,
    });
    expect(name?.add).toEqual({ names: ['["controller","r","x/first#111122223333#prod#r"]'] });
    expect(more).toEqual([]);
    expect(rule().observe(viewAt(start, { traits: [] }), key)).toEqual([]);
  });

  it('fires once the first week and the one after it are over, and their last records in', () => {
    const known = { seen: [`${number}#a`, `${number + 1}#b`, `${number + 2}#c`] };
    const fired = (time: number, ...traits: readonly string[]) => decide(time, traits, known);
    expect(fired(later(2, 2 * hours), 'c')).toEqual([{ eventId: 'e', time: later(2, 2 * hours), note: 'new: c' }]);
    expect(fired(later(2, 2 * hours - 1), 'c')).toEqual([]);
    expect(fired(later(3), 'a')).toEqual([]);
    expect(fired(later(3), 'b')).toEqual([]);
    expect(fired(later(3), 'c', 'd', 'c')).toMatchObject([{ note: 'new: c, d' }]);
    expect(decide(later(3), ['z'.repeat(300)], { seen: [`${number}#${'z'.repeat(200)}`] })).toEqual([]);
  });

  it('knows again what was taken back, and nothing of what is no trait', () => {
    const known = { seen: [`${number}#a`, `${number}#b`] };
    const taken = { revoked: [`${new Date(start).toISOString()} a`] };
    expect(decide(later(3), ['a', 'b'], known, taken)).toMatchObject([{ note: 'new: a' }]);
    const broken = { seen: [`${number}#a`, '#b', 'x#c', 'd', '1.5#e'] };
    expect(decide(later(3), ['a', 'b', 'c', 'd', 'e'], broken)).toMatchObject([{ note: 'new: b, c, d, e' }]);
    expect(decide(later(3), ['a'], {})).toEqual([]);
    expect(rule().decide(viewAt(later(3), { traits: ['a'] }), key, [])).toEqual([]);
  });

  it('fires at once where nothing has to be learned', () => {
    const over = { atOnce: () => 'a thief' };
    expect(decide(start, ['a'], { seen: [`${number}#a`] }, {}, over)).toMatchObject([{ note: 'a thief' }]);
    expect(decide(later(3), ['b'], { seen: [`${number}#a`] }, {}, over)).toMatchObject([{ note: 'a thief; new: b' }]);
  });
});

describe('a memory of what was stored', () => {
  const counting = (full = false) => {
    let calls = 0;
    let asked = 0;
    let now = 0;
    const store = {
      observe: async (all: readonly unknown[]) => {
        asked += all.length;
        calls++;
        return all.map(() => ({ item: { s: ['1'] }, also: [{ t: ['2'] }], full }));
      },
      postpone: async () => undefined,
      due: async () => [],
      done: async () => undefined,
    };
    return {
      store: remembering(store, () => now),
      calls: () => calls,
      asked: () => asked,
      pass: (ms: number) => (now += ms),
    };
  };
  const teach = (at: number) => ({ scope: `a${at}`, add: { s: ['1'] }, expires: 1_000, read: false }) as const;

  it('tells additions apart by scope, set and members, in whatever order they stand', async () => {
    const { store, calls } = counting();
    await store.observe([{ scope: 'a', add: { s: ['1', '2'] }, expires: 0, read: false }]);
    await store.observe([{ scope: 'a', add: { s: ['2', '1'] }, expires: 3_600_000, read: false }]);
    expect(calls()).toBe(1);
    await store.observe([{ scope: 'a', add: { s: ['2', '1'] }, expires: 3_600_001, read: false }]);
    expect(calls()).toBe(2);
    await store.observe([{ scope: 'a', add: { t: ['1', '2'] }, expires: 0, read: false }]);
    await store.observe([{ scope: 'b', add: { s: ['1', '2'] }, expires: 0, read: false }]);
    await store.observe([{ scope: 'a', add: { s: ['1'] }, expires: 0, read: false }]);
    expect(calls()).toBe(5);
    await store.observe([]);
    expect(calls()).toBe(5);
  });

  it('answers what it knows without a call, as empty as it was asked to be, each in its place', async () => {
    const { store } = counting();
    const one = { ...teach(0), also: ['x', 'y'] };
    await store.observe([one]);
    expect(await store.observe([teach(1), one, teach(2)])).toEqual([
      { item: { s: ['1'] }, also: [{ t: ['2'] }], full: false },
      { item: {}, also: [{}, {}], full: false },
      { item: { s: ['1'] }, also: [{ t: ['2'] }], full: false },
    ]);
  });

  it('forgets the oldest of 20,000 additions', async () => {
    const { store, asked } = counting();
    await store.observe(Array.from({ length: 20_000 }, (_, at) => teach(at)));
    await store.observe([teach(0), teach(19_999)]);
    expect(asked()).toBe(20_000);
    await store.observe([teach(20_000)]);
    await store.observe([teach(1)]);
    expect(asked()).toBe(20_001);
    await store.observe([teach(0)]);
    expect(asked()).toBe(20_002);
  });

  it('keeps no reading of what has to be written, is full, or has no time to be stale', async () => {
    const { store, calls, pass } = counting(true);
    const asking = { scope: 'a', also: ['b'], expires: 0, stale: 10 };
    await store.observe([asking]);
    pass(10);
    expect(await store.observe([asking])).toEqual([{ item: { s: ['1'] }, also: [{ t: ['2'] }], full: false }]);
    expect(calls()).toBe(1);
    await store.observe([{ ...asking, add: { s: ['1'] } }]);
    await store.observe([{ scope: 'a', also: ['b'], expires: 0 }]);
    await store.observe([{ ...asking, also: ['b', 'c'] }]);
    expect(await store.observe([{ scope: 'c', expires: 0, stale: 10 }])).toMatchObject([{ item: { s: ['1'] } }]);
    await store.observe([teach(0)]);
    await store.observe([teach(0)]);
    expect(calls()).toBe(7);
  });
});
