import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { call } from '../../core/cloudtrail/example.ts';
import type { StateRule, Verdict } from '../../core/detection.ts';
import type { View } from '../../core/fact.ts';
import { between, firstAt, perBurst, stretchOf } from '../../core/state/burst.ts';
import { distinct } from '../../core/state/distinct.ts';
import type { Item } from '../../core/state/observation.ts';
import { sequence } from '../../core/state/sequence.ts';
import { sum } from '../../core/state/sum.ts';
import { threshold } from '../../core/state/threshold.ts';

const verdicts = (...times: readonly number[]): readonly Verdict[] =>
  times.map((time, at) => ({ eventId: `e${at}`, time }));

describe('a part of the verdicts on a burst', () => {
  const all = verdicts(1, 3, 3, 5);
  it.each<[number, number, number, number]>([
    [0, 9, 0, 4],
    [1, 5, 0, 3],
    [2, 3, 1, 1],
    [3, 4, 1, 3],
    [5, 6, 3, 4],
    [6, 9, 4, 4],
  ])('from %i until %i is known by its place', (start, end, from, to) => {
    const some = between(all, start, end);
    expect(some).toEqual(all.slice(from, to));
    expect(stretchOf(some)).toEqual({ all, from, to });
  });

  it('is no part any more once something was done to it', () => {
    expect(stretchOf(between(all, 0, 9).filter(() => true))).toBeUndefined();
  });

  it('begins where a time does', () => {
    expect([0, 1, 2, 3, 4, 5, 6].map(time => firstAt(all, time))).toEqual([0, 0, 1, 1, 3, 3, 4]);
  });
});

describe('verdicts on the items of a burst', () => {
  it('are found once for the same items and limit, whatever is asked in between', () => {
    let asked = 0;
    const found = perBurst((_, limit) => verdicts(++asked, limit));
    const [a, b, c]: readonly Item[] = [{}, {}, {}];
    const first = found([a ?? {}, b ?? {}], 1);
    expect(found([c ?? {}, b ?? {}], 1)).not.toBe(first);
    expect(found([a ?? {}, b ?? {}], 1)).toBe(first);
    expect(found([a ?? {}, b ?? {}], 2)).not.toBe(first);
    expect(found([a ?? {}, c ?? {}], 2)).not.toBe(first);
    expect(asked).toBe(4);
  });
});

const within = 1_000;
const view = (time: number, id = 'own'): View<'cloudtrail'> => {
  const event = { ...call('ec2', 'X'), id, time };
  return { event, record: event.record, fact: () => 'none' };
};
/** What a rule finds with these items, asked by an event at a time. */
const found = (rule: StateRule<'cloudtrail'>, items: readonly Item[], time: number): readonly string[] => {
  const [item = {}, ...also] = items;
  return rule.decide(view(time), {}, [{ item, also, full: false }]).map(({ eventId, time: at }) => `${at} ${eventId}`);
};

/** Members of up to three neighbouring items. */
const stored = (member: fc.Arbitrary<string>): fc.Arbitrary<readonly (readonly string[])[]> =>
  fc.array(fc.uniqueArray(member, { maxLength: 12 }), { minLength: 1, maxLength: 3 });
const time = fc.nat({ max: 40 }).map(tenth => tenth * 100);

/** A sighting that names nobody, as it is stored. */
const written = ({ at, id, value }: { readonly at: number; readonly id: string; readonly value: string }): string =>
  JSON.stringify([at, id, value, [], '']);

describe('what fires, asked of each event for itself', () => {
  /**
   * Events of bursts around an asking one: those that lie in the window of one that fires.
   * @param fires whether what lies in a window is a burst
   */
  const expected = <T extends { readonly at: number; readonly id: string }>(
    all: readonly T[],
    fires: (inWindow: readonly T[]) => boolean,
    asking: number,
  ): readonly string[] => {
    const windows = all.map(({ at }) => all.filter(one => one.at > at - within && one.at <= at)).filter(fires);
    const lines = windows
      .flat()
      .filter(({ at }) => at >= asking - within && at < asking + within)
      .map(({ at, id }) => `${at} ${id}`);
    return [...new Set(lines)].sort();
  };
  const asked = (rule: StateRule<'cloudtrail'>, lists: readonly (readonly string[])[], asking: number) =>
    [
      ...found(
        rule,
        lists.map((members): Item => ({ sighted: members })),
        asking,
      ),
    ].sort();

  it('is what a sum finds', () => {
    const rule = sum<'cloudtrail'>({
      ...{ id: 'x/sum', doc: '', within, moreThan: 9, value: () => 0, note: () => '' },
    });
    const part = fc
      .tuple(time, fc.nat({ max: 9 }), fc.nat({ max: 5 }))
      .map(([at, value, id]) => written({ at, id: `e${at}-${id}`, value: String(value) }));
    fc.assert(
      fc.property(stored(part), time, (lists, asking) => {
        const parts = lists.flat().map(one => {
          const [at, id, value] = JSON.parse(one);
          return { at, id, value: Number(value) };
        });
        // Each event once, though it was told with other values.
        const isOver = (some: readonly (typeof parts)[number][]) =>
          [...Map.groupBy(some, ({ id }) => id).values()]
            .map(told => Math.max(...told.map(({ value }) => value)))
            .reduce((total, value) => total + value, 0) > 9;
        expect(asked(rule, lists, asking)).toEqual(expected(parts, isOver, asking));
      }),
      { numRuns: 500 },
    );
  });

  it('is what a number of events finds, each once', () => {
    const rule = threshold<'cloudtrail'>({ ...{ id: 'x/threshold', doc: '', within, count: 3, note: () => '' } });
    const sighting = fc
      .tuple(time, fc.nat({ max: 5 }))
      .map(([at, told]) => written({ at, id: `e${at}-${told % 2}`, value: `${told}` }));
    fc.assert(
      fc.property(stored(sighting), time, (lists, asking) => {
        const seen = lists.flat().map(one => {
          const [at, id] = JSON.parse(one);
          return { at, id };
        });
        const isOver = (some: readonly (typeof seen)[number][]) => new Set(some.map(({ id }) => id)).size >= 3;
        expect(asked(rule, lists, asking)).toEqual(expected(seen, isOver, asking));
      }),
      { numRuns: 500 },
    );
  });

  it('is what a number of distinct values finds', () => {
    const rule = distinct<'cloudtrail'>({
      ...{ id: 'x/distinct', doc: '', within, moreThan: 2, values: () => [], note: () => '' },
    });
    const sighting = fc
      .tuple(time, fc.nat({ max: 5 }))
      .map(([at, value]) => written({ at, id: `e${at}-${value % 2}`, value: String(value) }));
    fc.assert(
      fc.property(stored(sighting), time, (lists, asking) => {
        const seen = lists.flat().map(one => {
          const [at, id, value] = JSON.parse(one);
          return { at, id, value };
        });
        const isOver = (some: readonly (typeof seen)[number][]) => new Set(some.map(({ value }) => value)).size > 2;
        expect(asked(rule, lists, asking)).toEqual(expected(seen, isOver, asking));
      }),
      { numRuns: 500 },
    );
  });

  it.each([true, false])('is what a sequence finds (ordered: %s)', ordered => {
    const steps = ['a', 'b', 'c'];
    const rule = sequence<'cloudtrail'>({
      ...{ id: 'x/sequence', doc: '', within, steps, ordered, of: 'b', alone: false, severity: 'high', note: '' },
      step: () => undefined,
    });
    const moment = fc.tuple(time, fc.nat({ max: 3 })).map(([at, id]) => `${at}#e${id}`);
    const item = fc.record({
      a: fc.uniqueArray(moment, { maxLength: 4 }),
      b: fc.uniqueArray(moment, { maxLength: 4 }),
      c: fc.uniqueArray(moment, { maxLength: 4 }),
    });
    const timesOf = (items: readonly Item[], step: string) =>
      items.flatMap(one => one[step] ?? []).map(member => Number(member.split('#')[0]));
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 3 }), time, (items, asking) => {
        const [a, b, c] = steps.map(step => timesOf(items, step));
        // Some choice of one of each step that lies within the span, in their order where that counts.
        const holdsAt = (at: number): boolean =>
          (a ?? []).some(before =>
            (c ?? []).some(after => {
              const all = [before, at, after];
              const isOrdered = !ordered || (before <= at && at <= after);
              return isOrdered && Math.max(...all) - Math.min(...all) <= within;
            }),
          );
        const expected = items
          .flatMap(one => one['b'] ?? [])
          .map(member => member.split('#'))
          .filter(([at]) => holdsAt(Number(at)))
          .map(([at, id]) => `${at} ${id}`);
        expect(b).toBeDefined();
        expect([...found(rule, items, asking)].sort()).toEqual(expected.sort());
      }),
      { numRuns: 500 },
    );
  });
});
