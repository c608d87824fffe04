/**
 * Seeded schedules of faults by the thousand: `npm run faults -- [--runs N] [--seed S] [--without GUARD]`. A failing seed is run
 * again with fewer faults and events until it fails no more, and the shortest schedule that fails is printed.
 * `--without condition|marker|report|quarantine` leaves a guard out: some seed must notice.
 */
import { parseArgs } from 'node:util';
import { grouped, progressOn } from '../../cli/progress.ts';
import { type Guard, guards, runSchedule } from './world.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    seed: { type: 'string' },
    without: { type: 'string' },
  },
});
const without = guards.find(one => one === values.without);
if (values.without !== undefined && without === undefined) {
  process.stderr.write(`faults: --without ${values.without}: one of ${guards.join(', ')}\n`);
  process.exit(2);
}
const from = Number(values.seed ?? 1);
const runs = Number(values.runs ?? (values.seed === undefined ? 10_000 : 1));
const over: { readonly without?: Guard } = without === undefined ? {} : { without };

/** A schedule whose events match no rule tests nothing: it is counted apart, neither as passed nor as failed. */
const isVacuous = (wrong: readonly string[]): boolean => wrong.every(line => line.startsWith('nothing matched'));

/** The fewest faults with which a seed fails, then the fewest events: each tried from none upwards. */
const shortest = async (seed: number): Promise<readonly string[]> => {
  for (let most = 0; most <= 40; most++) {
    const { wrong: whole } = await runSchedule(seed, { ...over, most });
    if (whole.length === 0 || isVacuous(whole)) continue;
    for (let events = 1; events <= 14; events++) {
      const { wrong, trace } = await runSchedule(seed, { ...over, most, events });
      if (wrong.length > 0 && !isVacuous(wrong))
        return [`with ${events} events and at most ${most} faults:`, ...trace, ...wrong.map(line => `WRONG: ${line}`)];
    }
  }
  return ['it fails no more when it is run again: a race of this machine'];
};

const progress = progressOn(process);
const began = performance.now();
let failed = 0;
let vacuous = 0;
for (let at = 0; at < runs; at++) {
  const seed = from + at;
  progress.say(`${grouped(at)} of ${grouped(runs)} schedules, seed ${seed}, ${failed} failed`);
  const { wrong } = await runSchedule(seed, over);
  if (wrong.length === 0) continue;
  if (isVacuous(wrong)) {
    vacuous++;
    continue;
  }
  failed++;
  progress.end();
  process.stdout.write(`seed ${seed} fails: ${wrong[0]}\n`);
  if (failed > 1 && without === undefined) continue;
  process.stdout.write(`${(await shortest(seed)).join('\n')}\n`);
  if (without !== undefined) break; // one is enough
}
progress.end();
const seconds = (performance.now() - began) / 1_000;
process.stdout.write(
  `${grouped(runs)} schedules from seed ${from}${without === undefined ? '' : ` without the ${without}`}: ${failed} failed, ${vacuous} matched nothing, ${seconds.toFixed(0)} s\n`,
);
process.exitCode = failed > 0 ? 1 : 0;
