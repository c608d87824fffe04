/**
 * Mutation testing with Stryker: `npm run mutation -- [AREA …] [--mutate PATH …] [--every K] [--not-static] [--concurrency N]`.
 * Without an area all of them, one after the other; `--mutate` narrows one to files or lines (`core/pattern/keys.ts:30-40`),
 * `--every` to every K-th mutant, `--not-static` to what runs after modules were loaded: each of the others loads all of them anew,
 * which takes seconds. Prints the mutants that no test told apart and the score of each file; `reports/mutation/AREA.json` holds
 * every mutant, those outside of the sample as errors.
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { MutantResult } from '@stryker-mutator/api/core';
import { Stryker } from '@stryker-mutator/core';
import { asked, some, whole } from '../../bench/asked.ts';
import { type Area, areas } from './areas.ts';
import { isDrawn } from './sample.ts';

const { names, mutated, every, isStaticToo, concurrency } = asked(
  'usage: npm run mutation -- [AREA …] [--mutate PATH …] [--every K] [--not-static] [--concurrency N]',
  {
    mutate: { type: 'string', multiple: true },
    every: { type: 'string', default: '1' },
    'not-static': { type: 'boolean', default: false },
    concurrency: { type: 'string', default: '2' },
  },
  ({ values, positionals }) => ({
    names: positionals.length === 0 ? Object.keys(areas) : some('AREA', positionals.join(), Object.keys(areas)),
    mutated: values.mutate,
    every: whole('--every', values.every),
    isStaticToo: !values['not-static'],
    concurrency: whole('--concurrency', values.concurrency),
  }),
);
process.env['MUTATION_EVERY'] = String(every);

const everyFile = (path: string): string => (/\.ts(?::|$)/.test(path) ? path : `${path}/**/*.ts`);

const judge = (name: string, { mutate, tests, without }: Area): Promise<readonly MutantResult[]> => {
  Object.assign(process.env, {
    MUTATION_TESTS: tests.join(','),
    MUTATION_WITHOUT: without?.source ?? '',
    // Those of the fuzz tests that draw by themselves draw little, and the same for every mutant.
    FUZZ_SEED: '1',
    RUNS: '5',
  });
  return new Stryker({
    plugins: ['./test/mutation/runner.ts'],
    testRunner: 'in-process',
    mutate: (mutated ?? mutate).map(everyFile),
    concurrency: concurrency,
    coverageAnalysis: 'perTest',
    ignoreStatic: !isStaticToo,
    reporters: ['json', 'progress-append-only'],
    jsonReporter: { fileName: `reports/mutation/${name}.json` },
    // Types are erased, not checked: every mutant runs.
    disableTypeChecks: false,
    tsconfigFile: 'none',
    tempDirName: `.stryker-tmp/${name}`,
    ignorePatterns: ['.stryker-tmp', '.sst', 'examples/logs'],
    // A busy machine loads modules in seconds: what runs on is told by how often it passes the mutant.
    timeoutMS: 60_000,
    timeoutFactor: 1.5,
    warnings: false,
    allowConsoleColors: false,
  }).runMutationTest();
};

/** What was put in a mutant's place, on one line. */
const said = ({ fileName, location: { start, end }, status, replacement = '' }: MutantResult): string => {
  const path = relative(process.cwd(), fileName);
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .slice(start.line - 1, end.line);
  const last = lines.length - 1;
  const before = lines
    .map((line, at) => line.slice(at === 0 ? start.column - 1 : 0, at === last ? end.column - 1 : undefined))
    .join('\n');
  const short = (text: string): string => text.replace(/\s+/g, ' ').slice(0, 100);
  return `${status}: ${path}:${start.line}:${start.column}: ${short(before)} → ${short(replacement)}`;
};

const detected = new Set(['Killed', 'Timeout']);
const missed = new Set(['Survived', 'NoCoverage']);

const scoreOf = (results: readonly MutantResult[]): string => {
  const [found, lost] = [detected, missed].map(set => results.filter(({ status }) => set.has(status)).length);
  const timeouts = results.filter(({ status }) => status === 'Timeout').length;
  const all = (found ?? 0) + (lost ?? 0);
  return `${(((found ?? 0) / all) * 100).toFixed(1).padStart(5)} %  ${found} of ${all}, ${timeouts} by time-out`;
};

for (const name of names) {
  const area = areas[name];
  if (area === undefined) throw new Error(`${name} is no area`); // it was asked for by its name
  const all = await judge(name, area);
  const results = all.filter(isDrawn);
  for (const result of results) if (missed.has(result.status)) process.stdout.write(`${said(result)}\n`);
  const files = Map.groupBy(results, ({ fileName }) => relative(process.cwd(), fileName));
  for (const [path, some] of [...files].sort()) process.stdout.write(`${scoreOf(some)}  ${path}\n`);
  const drawn = results.length === all.length ? '' : `: every ${every}th of ${all.length} mutants`;
  process.stdout.write(`${scoreOf(results)}  ${name}${drawn}\n`);
}
