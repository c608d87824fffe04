import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Test } from '../../core/pattern/node.ts';
import { type Clause, implies } from '../../core/targets/clause.ts';
import { type Cost, widenToFit } from '../../core/targets/fit.ts';

const equal = (...values: readonly string[]): readonly Test[] => values.map(value => ({ is: 'equal', value }));
const clause = (conditions: Readonly<Record<string, readonly string[]>>): Clause =>
  new Map(Object.entries(conditions).map(([path, values]) => [path, equal(...values)]));

/** What each value is taken to admit. */
const shares: Readonly<Record<string, number>> = { tenth: 0.1, half: 0.5, nearly: 0.9, all: 1 };

const cost: Cost = {
  size: one => JSON.stringify([...one]).length,
  volume: one =>
    [...one.values()].reduce(
      (product, tests) =>
        product *
        Math.min(
          1,
          tests.reduce((sum, test) => sum + (test.is === 'equal' ? (shares[String(test.value)] ?? 0.1) : 1), 0),
        ),
      1,
    ),
  allowed: to => to.size > 0,
};

const sizeOf = (clauses: readonly Clause[]): number => clauses.reduce((sum, one) => sum + cost.size(one), 0);
/** Widened until so many characters are saved at least. */
const saving = (clauses: readonly Clause[], characters: number, how: Cost = cost) =>
  widenToFit(clauses, how, kept => characters - (sizeOf(clauses) - sizeOf(kept)));

describe('widening until it fits', () => {
  const first = clause({ name: ['half'], by: ['nearly'] });
  const second = clause({ name: ['tenth'], by: ['tenth'] });

  it('leaves all as it was where it fits', () => {
    expect(saving([first, second], 0)).toEqual({ kept: [first, second], fits: true });
  });

  it('gives up the condition that keeps out the fewest events', () => {
    const kept = [second, clause({ name: ['half'] })];
    expect(saving([first, second], 1)).toEqual({ kept, fits: true });
    expect(saving([second, first], 1)).toEqual({ kept, fits: true });
  });

  it('goes on with what was widened, and says where nothing more may be given up', () => {
    const named: Cost = { ...cost, allowed: to => to.has('name') };
    expect(saving([first, second], 1_000, named)).toEqual({ kept: [clause({ name: ['half', 'tenth'] })], fits: false });
  });

  it('takes no step that is not allowed', () => {
    const by: Cost = { ...cost, allowed: to => to.has('by') };
    expect(saving([first], 1, by)).toEqual({ kept: [clause({ by: ['nearly'] })], fits: true });
    expect(saving([first], 1, { ...cost, allowed: () => false })).toEqual({ kept: [first], fits: false });
  });

  it('says what a step came from: one clause, or two', () => {
    const froms: (readonly Clause[])[] = [];
    saving([first, second], 1, { ...cost, allowed: (_, ...from) => froms.push(from) > 0 });
    expect(froms).toContainEqual([first]);
    expect(froms).toContainEqual([second, first]);
  });

  it('takes what adds nothing first, of that what saves most', () => {
    const overlapping = [clause({ x: ['nearly'] }), clause({ x: ['half'] })];
    const longer = [clause({ [`y${'y'.repeat(40)}`]: ['nearly'] }), clause({ [`y${'y'.repeat(40)}`]: ['half'] })];
    const joined = clause({ [`y${'y'.repeat(40)}`]: ['half', 'nearly'] });
    expect(saving([...overlapping, ...longer, second], 1).kept).toEqual([...overlapping, second, joined]);
    const idle = clause({ name: ['half'], [`z${'z'.repeat(90)}`]: ['all'] });
    expect(saving([idle, ...overlapping], 1).kept).toEqual([...overlapping, clause({ name: ['half'] })]);
  });

  it('counts only the characters that are too many: a dear step is no bargain for saving far more', () => {
    const dear = clause({ name: ['tenth'], [`by${'x'.repeat(200)}`]: ['tenth'] });
    expect(saving([dear, first], 1).kept).toEqual([dear, clause({ name: ['half'] })]);
    expect(saving([first, dear], 1).kept).toEqual([dear, clause({ name: ['half'] })]);
  });

  it('takes the dearer step where it saves so much more of what is too much', () => {
    const dear = clause({ name: ['tenth'], [`by${'x'.repeat(200)}`]: ['tenth'] });
    expect(saving([dear, first], 150).kept).toEqual([first, clause({ name: ['tenth'] })]);
  });

  it('drops what the widened clause admits too', () => {
    const single: Cost = { ...cost, allowed: (to, ...from) => to.size > 0 && from.length === 1 };
    const other = clause({ name: ['half'], by: ['tenth'] });
    expect(saving([first, other], 1, single).kept).toEqual([clause({ name: ['half'] })]);
  });

  it('keeps one clause where the widened one is held by another', () => {
    const holder = clause({ name: ['half', 'tenth'] });
    const held = clause({ other: ['all'], by: ['all'], name: ['tenth'] });
    const onlyBy: Cost = {
      ...cost,
      allowed: (to, ...from) => from.length === 1 && from[0] === held && !to.has('by'),
    };
    expect(saving([held, holder], 1, onlyBy).kept).toEqual([holder]);
  });

  it('admits whatever was admitted, whatever has to go', () => {
    const some = (...values: readonly string[]) => fc.subarray([...values], { minLength: 1 });
    const clauses = fc.array(
      fc
        .record(
          { name: some('tenth', 'half', 'x'), by: some('x', 'nearly'), other: some('all', 'y') },
          { requiredKeys: [] },
        )
        .map(conditions =>
          clause(
            Object.fromEntries(
              Object.entries(conditions).flatMap(([path, values]) => (values ? [[path, values]] : [])),
            ),
          ),
        ),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(clauses, fc.nat(200), (before, characters) => {
        const { kept, fits } = saving(before, characters);
        for (const one of before) expect(kept.some(other => implies(one, other))).toBe(true);
        expect(fits).toBe(sizeOf(before) - sizeOf(kept) >= characters);
      }),
    );
  });
});
