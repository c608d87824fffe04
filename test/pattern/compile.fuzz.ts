import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type JsonObject, member } from '../../core/json.ts';
import { compilePattern } from '../../core/pattern/compile.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import { match } from '../../core/pattern/match.ts';
import { eventFor, patterns } from './arbitraries.ts';

/** Printed where a run fails, and settable: `FUZZ_SEED=1 FUZZ_RUNS=200000 vitest run test/pattern/compile.fuzz.ts`. */
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const numRuns = Number(process.env['FUZZ_RUNS'] ?? 12_000);

const cases = patterns.chain(pattern => fc.record({ pattern: fc.constant(pattern), event: eventFor(pattern.data) }));

test(`law 5: the compiled matcher equals the oracle (seed ${seed})`, () => {
  let held = 0;
  fc.assert(
    fc.property(cases, ({ pattern, event }) => {
      const expected = match(pattern.loaded, event);
      held += expected ? 1 : 0;
      expect(compilePattern(pattern.loaded)({ record: event })).toBe(expected);
    }),
    { seed, numRuns },
  );
  expect(held / numRuns).toBeGreaterThan(0.15); // the generators hit: both verdicts are tried often
  expect(held / numRuns).toBeLessThan(0.85);
});

test(`the same holds for patterns over facts, and for what patterns share (seed ${seed})`, () => {
  const shared = new Map();
  fc.assert(
    fc.property(fc.array(cases, { minLength: 1, maxLength: 3 }), many => {
      const loaded = many.map(({ pattern }) => underFact(pattern.data));
      const checks = loaded.map(pattern => compilePattern(pattern, { facts: true, shared }));
      for (const { event } of many) {
        const subject = {
          record: { fact: 'not read' },
          fact: (name: string) => (Object.hasOwn(event, name) ? (member(event, name) ?? null) : []),
        };
        expect(checks.map(check => check(subject))).toEqual(loaded.map(pattern => match(pattern, { fact: event })));
      }
    }),
    { seed, numRuns: numRuns / 4 },
  );
});

const underFact = (data: JsonObject) => loadPattern({ fact: data });
