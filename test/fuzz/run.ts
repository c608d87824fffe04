/**
 * Cases by the million: `npm run fuzz -- [--cases N] [--seed S] [--law NAME]`. A failing case is told with its seed; `--cases 1`
 * with that seed and law runs it alone.
 */
import { asked, atMost, whole } from '../../bench/asked.ts';
import { oneOf } from '../../cli/io.ts';
import { grouped, progressOn } from '../../cli/progress.ts';
import { random } from '../faults/random.ts';
import { judge, laws } from './laws.ts';

const {
  cases: all,
  seed,
  chosen,
} = asked(
  'usage: npm run fuzz -- [--cases N] [--seed S] [--law NAME]',
  {
    cases: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    law: { type: 'string' },
  },
  ({ values, positionals }) => {
    atMost(0, positionals);
    const law = oneOf(
      'law',
      values.law,
      laws.map(({ name }) => name),
    );
    return {
      cases: whole('--cases', values.cases),
      seed: whole('--seed', values.seed),
      chosen: laws.filter(({ name }) => law === undefined || name === law),
    };
  },
);
const shares = chosen.reduce((sum, { share }) => sum + share, 0);
const progress = progressOn(process);
const mostShown = 10;
let failed = 0;
let done = 0;
for (const law of chosen) {
  const cases = Math.max(1, Math.round((all * law.share) / shares));
  const began = performance.now();
  let mine = 0;
  for (let at = 0; at < cases; at++, done++) {
    const mySeed = seed + at;
    if (at % 500 === 0)
      progress.say(`${law.name}: ${grouped(at)} of ${grouped(cases)}, ${grouped(done)} in all, ${failed} wrong`);
    const wrong = judge(law, mySeed, random);
    if (wrong === undefined) continue;
    failed++;
    if (++mine > mostShown) continue;
    progress.end();
    process.stdout.write(`${law.name}, --seed ${mySeed}: ${wrong}\n`);
  }
  progress.end();
  const seconds = (performance.now() - began) / 1_000;
  process.stdout.write(
    `${law.name.padEnd(16)} ${grouped(cases).padStart(10)} cases, ${mine} wrong, ${seconds.toFixed(1)} s\n`,
  );
}
process.stdout.write(`${grouped(done)} cases from seed ${seed}, ${failed} wrong\n`);
process.exitCode = failed > 0 ? 1 : 0;
