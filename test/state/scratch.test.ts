import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scratchFile } from '../../adapters/scratch.ts';
import { call } from '../../core/cloudtrail/example.ts';
import type { Scratch } from '../../core/scratch.ts';
import type { Due } from '../../core/state/agenda.ts';
import { awayBytes } from '../../core/state/items.ts';
import { memoryStore } from '../../core/state/memory.ts';
import type { Observation } from '../../core/state/observation.ts';

const later = 2_000_000_000_000;
const long = 'x'.repeat(300);
const remember = (scope: string, expires = later): Observation => ({
  scope,
  add: { seen: [`${scope}${long}`] },
  expires,
});
const ask = (scope: string): Observation => ({ scope, expires: 0 });
const due = (id: string, at: number): Due => ({
  ...{ id, at, after: at, detection: 'cloudtrail/test', streams: [] },
  event: call('ec2', 'RunInstances'),
});

/** A scratch in memory that knows which texts lie in it. */
const watched = (): Scratch & { readonly lying: ReadonlyMap<number, string> } => {
  const lying = new Map<number, string>();
  let next = 0;
  return {
    lying,
    write: text => {
      lying.set(++next, text);
      return next;
    },
    read: place => {
      const text = lying.get(place);
      if (text === undefined) throw new Error(`nothing lies at ${place}`);
      return text;
    },
    free: place => {
      if (!lying.delete(place)) throw new Error(`nothing lies at ${place}`);
    },
  };
};

describe('a store whose memory is full puts items into scratch', () => {
  const scopes = Array.from({ length: 60 }, (_, at) => `scope-${at}`);
  /** Room for some thirty items in memory, and for the names of all that do not fit. */
  const bytes = 2 * scopes.length * (awayBytes + 'scope-00'.length);

  it('and forgets nothing, though it held but a third of them', async () => {
    const scratch = watched();
    const store = memoryStore({ bytes, scratch });
    for (const scope of scopes) expect((await store.observe([remember(scope)]))[0]?.full).toBe(false);
    expect(scratch.lying.size).toBeGreaterThan(20);
    for (const scope of scopes)
      expect(await store.observe([ask(scope)])).toEqual([
        { item: { seen: [`${scope}${long}`] }, also: [], full: false },
      ]);
    // Those that came back sent others there.
    expect(scratch.lying.size).toBeGreaterThan(20);
  });

  it('and answers whatever it is asked as one without a bound does', async () => {
    const step = fc.record({
      scope: fc.constantFrom(...scopes),
      members: fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 2 }),
      set: fc.constantFrom('seen', '__proto__', 'hours'),
      also: fc.array(fc.constantFrom(...scopes), { maxLength: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { minLength: 40, maxLength: 80 }),
        async batches => {
          const [bounded, whole] = [memoryStore({ bytes, scratch: watched() }), memoryStore()];
          for (const steps of batches) {
            const observations = steps.map(({ scope, members, set, also }) => ({
              ...{ scope, also, expires: later },
              add: Object.fromEntries([[set, members.map(one => `${one}${long}`)]]),
            }));
            expect(await bounded.observe(observations)).toEqual(await whole.observe(observations));
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('until their names take half as much memory again: then what has expired goes, then what went there first', async () => {
    let now = 0;
    const scratch = watched();
    const store = memoryStore({ bytes, scratch, now: () => now });
    const full: boolean[] = [];
    for (let at = 0; at < 80; at++) {
      const [answer] = await store.observe([remember(`early-${at}`, 1_000)]);
      full.push(answer?.full ?? false);
    }
    expect(full).not.toContain(true);
    now = 2_000;
    for (let at = 0; at < 200; at++) {
      const [answer] = await store.observe([remember(`later-${at}`)]);
      full.push(answer?.full ?? false);
    }
    const first = full.indexOf(true);
    expect(first).toBeGreaterThan(80 + 60);
    expect((await store.observe([ask('later-0')]))[0]?.item).toEqual({});
    expect((await store.observe([ask('later-199')]))[0]?.item).not.toEqual({});
    expect(scratch.lying.size).toBeLessThanOrEqual(60);
  });

  it('to the byte: with three names at most the fourth takes two with it, so that three quarters are left', async () => {
    const scratch = watched();
    const store = memoryStore({ bytes: 2 * 3 * (awayBytes + 'a'.length), scratch });
    const full = async (scope: string) => (await store.observe([remember(scope)]))[0]?.full;
    // One of these lies in memory, the others in scratch.
    expect([await full('a'), await full('b'), await full('c'), await full('d')]).toEqual([false, false, false, false]);
    expect(scratch.lying.size).toBe(3);
    expect(await full('e')).toBe(true);
    expect(scratch.lying.size).toBe(2);
    const there = [];
    for (const scope of 'abcde') {
      const [answer] = await store.observe([ask(scope)]);
      if (answer?.item['seen'] !== undefined) there.push(scope);
    }
    expect(there).toEqual(['c', 'd', 'e']);
  });

  it('and gives room back that is not needed', async () => {
    const scratch = watched();
    const store = memoryStore({ bytes, scratch });
    for (let round = 0; round < 30; round++)
      for (const scope of scopes) expect((await store.observe([ask(scope), remember(scope)]))[1]?.full).toBe(false);
    expect(scratch.lying.size).toBeLessThan(scopes.length);
  });
});

describe('what waits lies in scratch', () => {
  it('and comes back in order of time, as it was', async () => {
    const scratch = scratchFile();
    const store = memoryStore({ scratch });
    const some = [30, 10, 20].map(at => due(`é-${at}`, at));
    await store.postpone(some);
    expect(await store.due(25, 10)).toEqual([some[1], some[2]]);
    await store.postpone([due('é-10', 40)]);
    expect((await store.due(later, 10)).map(({ id }) => id)).toEqual(['é-20', 'é-30', 'é-10']);
    expect(await store.due(later, 1)).toEqual([some[2]]);
    scratch.close();
  });

  it('also what comes when others were looked through: it goes between them', async () => {
    const store = memoryStore({ scratch: watched() });
    const times = async () => (await store.due(later, 100)).map(({ at }) => at);
    await store.postpone([30, 10, 50].map(at => due(`${at}`, at)));
    expect(await times()).toEqual([10, 30, 50]);
    await store.postpone([60, 20, 5, 40, 30].map(at => due(`${at}`, at)));
    expect(await times()).toEqual([5, 10, 20, 30, 40, 50, 60]);
    await store.done([{ id: '10' }, { id: '60' }]);
    await store.postpone([due('20', 45)]);
    expect(await times()).toEqual([5, 30, 40, 45, 50]);
    expect((await store.due(45, 100)).map(({ at }) => at)).toEqual([5, 30, 40, 45]);
  });

  it('until it was judged or replaced', async () => {
    const scratch = watched();
    const store = memoryStore({ scratch });
    await store.postpone([due('a', 1), due('b', 2)]);
    await store.postpone([due('a', 3)]);
    expect(scratch.lying.size).toBe(2);
    await store.done([{ id: 'a' }, { id: 'b' }, { id: 'c' }]);
    expect(scratch.lying.size).toBe(0);
    expect(await store.due(later, 10)).toEqual([]);
  });

  it('of which memory holds 500 bytes each, whatever their size', async () => {
    const store = memoryStore({ bytes: 2 * 10 * 500, scratch: watched() });
    await store.postpone(Array.from({ length: 10 }, (_, at) => due(`${at}`, at)));
    expect(await store.observe([])).toEqual([]);
    expect((await store.observe([ask('x')]))[0]?.full).toBe(false);
    await store.postpone([due('one more', 11)]);
    expect((await store.observe([ask('x')]))[0]?.full).toBe(true);
    expect(await store.due(later, 100)).toHaveLength(10);
  });
});
