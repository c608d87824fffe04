/**
 * Seeded schedules of faults by the thousand: `npm run faults -- [--runs N] [--seed S] [--jobs N] [--without GUARD] [--wire]`, 10,000 where
 * nothing is said. A failing seed is run again with fewer faults and events, and the shortest schedule that fails is printed;
 * `--seed S` alone runs one and prints all that happened in it. `--without GUARD` leaves a guard out: some seed must notice.
 * `--wire` reaches dynalite through a socket, which changes nothing but the time it takes.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { asked, atMost, whole } from '../../bench/asked.ts';
import { oneOf } from '../../cli/io.ts';
import { grouped, progressOn } from '../../cli/progress.ts';
import { type Guard, guards } from './process.ts';
import { shortest } from './shortest.ts';
import { type Played, startGround } from './world.ts';

const { from, runs, jobs, without, wire, isWorker } = asked(
  'usage: npm run faults -- [--runs N] [--seed S] [--jobs N] [--without GUARD] [--wire]',
  {
    runs: { type: 'string' },
    seed: { type: 'string' },
    jobs: { type: 'string', default: String(Math.min(2, availableParallelism())) },
    without: { type: 'string' },
    wire: { type: 'boolean', default: false },
    worker: { type: 'boolean', default: false },
  },
  ({ values, positionals }) => {
    atMost(0, positionals);
    return {
      from: whole('--seed', values.seed ?? '1'),
      runs: whole('--runs', values.runs ?? (values.seed === undefined ? '10000' : '1')),
      jobs: whole('--jobs', values.jobs),
      without: oneOf('without', values.without, guards),
      wire: values.wire,
      isWorker: values.worker,
    };
  },
);
const over: { readonly without?: Guard; readonly wire: boolean } = {
  wire,
  ...(without === undefined ? {} : { without }),
};

/** What a worker says of one schedule. */
type Answer = Omit<Played, 'trace'>;

/** A process of its own that plays the schedules it is asked to, one after the other. */
const work = async (): Promise<void> => {
  // A terminal interrupts workers, too: they end when they are let go.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
  const ground = await startGround();
  process.on('message', async (seed: number) => {
    const { trace: _, ...answer } = await ground.play(seed, over);
    process.send?.(answer);
  });
  process.on('disconnect', () => process.exit());
  process.send?.('ready');
};

/** One schedule, with all that happened in it. */
const alone = async (): Promise<boolean> => {
  const ground = await startGround();
  const { wrong, trace, events, faults, calls } = await ground.play(from, over);
  process.stdout.write(`${trace.join('\n')}\n`);
  for (const line of wrong) process.stdout.write(`WRONG: ${line}\n`);
  process.stdout.write(`seed ${from}: ${events} events, ${faults} faults at ${calls} calls, ${wrong.length} wrong\n`);
  await ground.stop();
  return wrong.length === 0;
};

/** All of them, each by whichever worker is free. */
const many = async (): Promise<boolean> => {
  const progress = progressOn(process);
  const began = performance.now();
  const sum = { done: 0, calls: 0, faults: 0, starts: 0, said: 0 };
  const failed: number[] = [];
  let next = from;
  let isStopped = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      isStopped = true;
    });

  const lane = async (): Promise<void> => {
    const args = ['--worker', ...(wire ? ['--wire'] : []), ...(without === undefined ? [] : ['--without', without])];
    const worker = fork(import.meta.filename, args, { execArgv: ['--max-semi-space-size=64'] });
    await answerOf(worker);
    while (next < from + runs && !isStopped) {
      const seed = next++;
      worker.send(seed);
      const { wrong, calls, faults, starts, said } = (await answerOf(worker)) as Answer; // as `work` sent it
      sum.done++;
      sum.calls += calls;
      sum.faults += faults;
      sum.starts += starts;
      sum.said += said;
      progress.say(
        `${grouped(sum.done)} of ${grouped(runs)} schedules, ${grouped(sum.faults)} faults, ${failed.length} failed`,
      );
      if (wrong.length === 0) continue;
      failed.push(seed);
      progress.end();
      process.stdout.write(`seed ${seed} fails: ${wrong[0]?.slice(0, 400)}\n`);
      if (without !== undefined) isStopped = true; // one is enough
    }
    worker.disconnect();
  };
  await Promise.all(Array.from({ length: Math.min(jobs, runs) }, lane));
  progress.end();
  const [first] = failed.toSorted((a, b) => a - b);
  if (first !== undefined) await tell(first);
  const seconds = (performance.now() - began) / 1_000;
  process.stdout.write(
    [
      `${grouped(sum.done)} schedules, seeds ${from} to ${next - 1}${without === undefined ? '' : `, without the ${without}`}: ${failed.length} failed`,
      `${grouped(sum.faults)} faults at ${grouped(sum.calls)} calls in ${grouped(sum.starts)} processes, ${grouped(sum.said)} announcements taken; ${seconds.toFixed(0)} s`,
      ...(isStopped && without === undefined ? ['stopped before the end'] : []),
      '',
    ].join('\n'),
  );
  return failed.length === 0;
};

const answerOf = (worker: ChildProcess): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const died = (code: number | null) => reject(new Error(`a worker ended with ${code}`));
    worker.once('exit', died);
    worker.once('message', answer => {
      worker.off('exit', died);
      resolve(answer);
    });
  });

/** Prints the shortest schedule with which a seed fails. */
const tell = async (seed: number): Promise<void> => {
  const ground = await startGround();
  const least = await shortest(ground, seed, over);
  const lines =
    least === undefined
      ? [`seed ${seed} fails no more when it is run again: a race of this machine`]
      : [
          `seed ${seed} with ${least.events} events and ${least.faults} faults:`,
          ...least.trace,
          ...least.wrong.map(line => `WRONG: ${line}`),
        ];
  process.stdout.write(`${lines.join('\n')}\n`);
  await ground.stop();
};

if (isWorker) await work();
else process.exitCode = (await (runs === 1 && without === undefined ? alone() : many())) ? 0 : 1;
