import { describe, expect, it } from 'vitest';
import { call } from '../../core/cloudtrail/example.ts';
import type { Due } from '../../core/state/agenda.ts';
import { memoryStore } from '../../core/state/memory.ts';

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
    const store = memoryStore({ bytes: 100_000, now: () => now });
    for (let i = 0; i < 90; i++) await store.observe([remember(`old#${i}`, 1_000)]);
    now = 2_000;
    for (let i = 0; i < 60; i++) expect((await store.observe([remember(`new#${i}`)]))[0]?.full).toBe(false);
    const [old] = await store.observe([{ scope: 'old#0', expires: 0 }]);
    const [fresh] = await store.observe([{ scope: 'new#0', expires: 0 }]);
    expect(old?.item).toEqual({});
    expect(fresh?.item).toEqual({ seen: ['x'.repeat(100)] });
  });

  it('says that it is full where it forgets what nobody asked for longest, and keeps what is asked for', async () => {
    const store = memoryStore({ bytes: 100_000 });
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
    const store = memoryStore({ bytes: 500_000 });
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
});
