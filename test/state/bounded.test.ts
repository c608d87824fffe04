import { describe, expect, it } from 'vitest';
import { call } from '../../core/cloudtrail/example.ts';
import type { Due } from '../../core/state/agenda.ts';
import { memoryStore } from '../../core/state/memory.ts';
import type { Store } from '../../core/state/observation.ts';

const later = 2_000_000_000_000;
const remember = (scope: string, expires = later) => ({ scope, add: { seen: ['x'.repeat(100)] }, expires });
const due = (at: number): Due => ({
  id: `due-${at}`,
  at,
  detection: 'cloudtrail/test',
  event: call('ec2', 'RunInstances'),
  streams: [],
  after: at,
});

describe('a store of bounded memory', () => {
  it('forgets what has expired before anything else, and that is no limit reached', async () => {
    let now = 0;
    const store = memoryStore({ bytes: 45_000, now: () => now });
    for (let i = 0; i < 90; i++) await store.observe([remember(`old#${i}`, 1_000)]);
    now = 2_000;
    for (let i = 0; i < 60; i++) expect((await store.observe([remember(`new#${i}`)]))[0]?.full).toBe(false);
    const [old] = await store.observe([{ scope: 'old#0', expires: 0 }]);
    const [fresh] = await store.observe([{ scope: 'new#0', expires: 0 }]);
    expect(old?.item).toEqual({});
    expect(fresh?.item).toEqual({ seen: ['x'.repeat(100)] });
  });

  it('keeps nothing longer because it is asked for, as the table does', async () => {
    let now = 0;
    const store = memoryStore({ bytes: 45_000, now: () => now });
    await store.observe([remember('old', 1_000)]);
    now = 2_000;
    for (let i = 0; i < 150; i++) {
      await store.observe([{ scope: 'old', expires: later }]);
      await store.observe([remember(`new#${i}`)]);
    }
    const [old] = await store.observe([{ scope: 'old', expires: 0 }]);
    expect(old?.item).toEqual({});
  });

  it('says that it is full where it forgets what nobody asked for longest, and keeps what is asked for', async () => {
    const store = memoryStore({ bytes: 45_000 });
    const full: boolean[] = [];
    for (let i = 0; i < 1_000; i++) {
      const [answer] = await store.observe([remember(`item#${i}`)]);
      await store.observe([{ scope: 'item#0', expires: 0 }]);
      full.push(answer?.full ?? false);
    }
    expect(full.slice(0, 50)).not.toContain(true);
    expect(full.filter(Boolean).length).toBeGreaterThan(5);
    const [[asked], [idle]] = [
      await store.observe([{ scope: 'item#0', expires: 0 }]),
      await store.observe([{ scope: 'item#1', expires: 0 }]),
    ];
    expect(asked?.item).not.toEqual({});
    expect(idle?.item).toEqual({});
  });

  it('takes no more memory for twenty thousand items than for a thousand', async () => {
    const store = memoryStore({ bytes: 200_000 });
    const held = async (items: number): Promise<number> => {
      for (let i = 0; i < items; i += 100)
        await store.observe(Array.from({ length: 100 }, (_, at) => remember(`flood#${items}#${i + at}`)));
      let found = 0;
      for (let i = 0; i < items; i++) {
        const [answer] = await store.observe([{ scope: `flood#${items}#${i}`, expires: 0 }]);
        if (answer?.item['seen'] !== undefined) found++;
      }
      return found;
    };
    expect(await held(1_000)).toBeLessThan(700);
    expect(await held(20_000)).toBeLessThan(700);
  });

  it('drops what waits beyond its bound, says so with the next answers, and gives the rest in order of time', async () => {
    const store = memoryStore({ bytes: 40_000 });
    expect(store.isPressing()).toBe(false);
    await store.postpone(Array.from({ length: 50 }, (_, at) => due(1_000 - at)));
    expect(store.isPressing()).toBe(true);
    expect((await store.observe([remember('a')]))[0]?.full).toBe(true);
    expect((await store.observe([remember('b')]))[0]?.full).toBe(false);
    const found = await store.due(later, 100);
    expect(found.length).toBeGreaterThan(5);
    expect(found.length).toBeLessThan(50);
    expect(found.map(({ at }) => at)).toEqual(found.map(({ at }) => at).toSorted((a, b) => a - b));
    await store.done(found);
    expect(store.isPressing()).toBe(false);
    expect(await store.due(later, 100)).toEqual([]);
  });

  it('gives what was put off at its new time only', async () => {
    const store = memoryStore();
    await store.postpone([due(10), due(20)]);
    await store.postpone([{ ...due(10), at: 30 }]);
    expect((await store.due(25, 10)).map(({ id }) => id)).toEqual(['due-20']);
    expect((await store.due(35, 10)).map(({ id }) => id)).toEqual(['due-20', 'due-10']);
    expect((await store.due(35, 1)).map(({ id }) => id)).toEqual(['due-20']);
  });

  it('has put off nothing to begin with', async () => {
    expect(await memoryStore().due(later, 10)).toEqual([]);
  });

  it('gives on what waits before and behind a thousand that are done', async () => {
    const store = memoryStore();
    await store.postpone(Array.from({ length: 1_500 }, (_, at) => due(at)));
    expect(await store.due(later, 1)).toEqual([due(0)]);
    await store.done(Array.from({ length: 1_498 }, (_, at) => due(1 + at)));
    for (const _ of [1, 2]) expect((await store.due(later, 10)).map(({ at }) => at)).toEqual([0, 1_499]);
    await store.done([due(0)]);
    for (const _ of [1, 2]) expect((await store.due(later, 10)).map(({ at }) => at)).toEqual([1_499]);
  });
});

describe('what a bound counts', () => {
  // 250 bytes an item, 70 a set, 40 a member, besides the texts of scope and member.
  const one = (scope: string, ...members: readonly string[]) => ({ scope, add: { seen: members }, expires: later });
  const text = 'x'.repeat(99);
  const size = 250 + 1 + 70 + 40 + 100;
  const kept = async (store: Store, scopes: string): Promise<string> => {
    const answers = await store.observe([...scopes].map(scope => ({ scope, expires: 0 })));
    return [...scopes].filter((_, at) => answers[at]?.item['seen'] !== undefined).join('');
  };

  it.each([
    ['an item', [[one('a', `1${text}`)]], size],
    ['two items', [[one('a', `1${text}`)], [one('b', `1${text}`)]], 2 * size],
    ['a member more of a set', [[one('a', `1${text}`)], [one('a', `2${text}`)]], size + 140],
    ['two members at once', [[one('a', `1${text}`, `2${text}`)]], size + 140],
  ])('%s, to the byte', async (_, calls, bytes) => {
    const full = async (most: number) => {
      const store = memoryStore({ bytes: most });
      const answers = [];
      for (const observations of calls) answers.push(...(await store.observe(observations)));
      return answers.map(answer => answer.full);
    };
    expect(await full(bytes)).not.toContain(true);
    expect((await full(bytes - 1)).at(-1)).toBe(true);
  });

  it('is not what was asked for and is not there', async () => {
    const store = memoryStore({ bytes: size });
    await store.observe([...'bcdefgh'].map(scope => ({ scope, expires: later })));
    expect((await store.observe([one('a', `1${text}`)]))[0]?.full).toBe(false);
  });

  it('takes 350,000 bytes of members in an item, and not one more', async () => {
    const store = memoryStore();
    const members = Array.from({ length: 350 }, (_, at) => `${at}`.padEnd(996, 'x'));
    const [exact] = await store.observe([{ ...one('a', ...members), cap: 1_000 }]);
    expect([exact?.full, exact?.item['seen']?.length]).toEqual([false, 350]);
    const [more] = await store.observe([{ ...one('a', 'y'), cap: 1_000 }]);
    expect([more?.full, more?.item['seen']?.length]).toEqual([true, 350]);
  });

  it('forgets nothing of the call that goes over it', async () => {
    const store = memoryStore({ bytes: size });
    const answers = await store.observe([one('a', `1${text}`), one('b', `1${text}`)]);
    expect(answers.map(({ full }) => full)).toEqual([true, true]);
    expect(await kept(store, 'ab')).toBe('ab');
  });

  it('forgets down to three quarters of it', async () => {
    const store = memoryStore({ bytes: 4 * size });
    for (const scope of 'abcde') await store.observe([one(scope, `1${text}`)]);
    expect(await kept(store, 'abcde')).toBe('cde');
  });

  it.each([
    [1_000, 3_000],
    [3_000, 1_000],
    [1_000, 2_000],
  ])('keeps an item as long as the later of %d and %d says', async (first, second) => {
    let now = 0;
    const store = memoryStore({ bytes: 2 * size + 140, now: () => now });
    await store.observe([{ ...one('a', `1${text}`), expires: first }]);
    await store.observe([{ ...one('a', `2${text}`), expires: second }]);
    await store.observe([{ ...one('b', `1${text}`), expires: 1_999 }]);
    now = 2_000;
    await store.observe([one('c', `1${text}`)]);
    expect(await kept(store, 'abc')).toBe('ac');
  });

  it('holds half as much again of what waits, and presses from half of that', async () => {
    const waits = 500 + JSON.stringify(due(1)).length;
    const store = memoryStore({ bytes: 8 * waits });
    for (const at of [1, 2, 1, 2, 1, 2]) await store.postpone([due(at)]);
    expect(store.isPressing()).toBe(false);
    await store.postpone([due(3)]);
    expect(store.isPressing()).toBe(true);
    await store.postpone([due(4)]);
    expect(await store.observe([])).toEqual([]);
    expect((await store.observe([one('a', '1')]))[0]?.full).toBe(false);
    await store.postpone([due(5)]);
    expect((await store.observe([one('a', '1')]))[0]?.full).toBe(true);
    expect((await store.due(later, 10)).map(({ at }) => at)).toEqual([1, 2, 3, 4]);
  });
});
