import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dispatchLater } from '../../core/pattern/asking.ts';
import { compilePattern } from '../../core/pattern/compile.ts';
import { dispatch, inOrder, placesOf } from '../../core/pattern/dispatch.ts';
import { pathOf } from '../../core/targets/clause.ts';
import { clausesOf } from '../../core/targets/derive.ts';
import { eventFor, patterns } from './arbitraries.ts';

const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env['FUZZ_RUNS'] ?? 8_000) / 4;

const cases = fc.array(
  patterns.chain(pattern => fc.record({ pattern: fc.constant(pattern), event: eventFor(pattern.data) })),
  { minLength: 1, maxLength: 12 },
);

const isRising = (items: readonly number[]): boolean =>
  items.every((item, at) => at === 0 || item > Number(items[at - 1]));

/** `expect` is asked where it fails: tens of thousands of times it takes longer than what is tested. */
const holds = (all: readonly number[], some: readonly number[]): void => {
  if (!some.every(one => all.includes(one))) expect(all).toEqual(expect.arrayContaining([...some]));
};

test(`a rule that matches is always among the candidates, each once and in order (seed ${seed})`, () => {
  fc.assert(
    fc.property(cases, many => {
      const all = many.map(({ pattern }, item) => ({
        item,
        requirements: clausesOf(pattern.loaded, () => undefined).map(clause =>
          [...clause].map(([key, tests]) => ({ path: pathOf(key), tests })),
        ),
      }));
      const find = dispatch(all);
      const early = dispatchLater(all, placesOf(all), new Map());
      const checks = many.map(({ pattern }) => compilePattern(pattern.loaded));
      for (const { event } of many) {
        const subject = { record: event };
        const found = find(subject);
        if (!isRising(found)) expect(found).toEqual([...new Set(found)].sort((a, b) => a - b));
        const holding = checks.flatMap((check, item) => (check(subject) ? [item] : []));
        holds(found, holding);
        const places: number[] = [];
        early(subject, places);
        const asked = inOrder(
          all.map(({ item }) => item),
          places,
        );
        holds(asked, holding);
        holds(found, asked);
      }
    }),
    { seed, numRuns },
  );
});
