/**
 * Cases by the million: `npm run fuzz -- [--cases N] [--seed S] [--law NAME]`. A failing case is told with its seed; `--cases 1`
 * with that seed and law runs it alone.
 */
import { parseArgs } from 'node:util';
import { grouped, progressOn } from '../../cli/progress.ts';
import { random } from '../faults/random.ts';
import { judge, laws } from './laws.ts';

const { values } = parseArgs({
  options: {
    cases: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
    law: { type: 'string' },
  },
});
const chosen = laws.filter(({ name }) => values.law === undefined || name === values.law);
if (chosen.length === 0) {
  process.stderr.write(`fuzz: --law ${values.law}: one of ${laws.map(({ name }) => name).join(', ')}\n`);
  process.exit(2);
}
const shares = chosen.reduce((sum, { share }) => sum + share, 0);
const progress = progressOn(process);
const mostShown = 10;
let failed = 0;
let done = 0;
for (const law of chosen) {
  const cases = Math.max(1, Math.round((Number(values.cases) * law.share) / shares));
  const began = performance.now();
  let mine = 0;
  for (let at = 0; at < cases; at++, done++) {
    const seed = Number(values.seed) + at;
    if (at % 500 === 0)
      progress.say(`${law.name}: ${grouped(at)} of ${grouped(cases)}, ${grouped(done)} in all, ${failed} wrong`);
    const wrong = judge(law, seed, random);
    if (wrong === undefined) continue;
    failed++;
    if (++mine > mostShown) continue;
    progress.end();
    process.stdout.write(`${law.name}, --seed ${seed}: ${wrong}\n`);
  }
  progress.end();
  const seconds = (performance.now() - began) / 1_000;
  process.stdout.write(
    `${law.name.padEnd(16)} ${grouped(cases).padStart(10)} cases, ${mine} wrong, ${seconds.toFixed(1)} s\n`,
  );
}
process.stdout.write(`${grouped(done)} cases from seed ${values.seed}, ${failed} wrong\n`);
process.exitCode = failed > 0 ? 1 : 0;
