/**
 * Contestants of one corpus, each in a process of its own: in one process each pays for what the others keep alive, as full
 * collections of garbage walk it (`JSON.parse` took twice as long in rounds that one fell into). As a command, one of them:
 * `node bench/contest.ts CORPUS parse|read|RULES`.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { keepYoung } from '../adapters/young.ts';
import { endToEnd, readLog, ruleSet } from './end-to-end.ts';
import { type Corpus, type Log, ordinaryAudits, ordinaryCalls, parseAll, recordedLogs, seededDay } from './logs.ts';
import { type Measured, measured, processorSeconds } from './measure.ts';

export const corpora = {
  day: () => seededDay(1),
  'ordinary-calls': () => ordinaryCalls(20_000),
  'ordinary-audit': () => ordinaryAudits(20_000),
  cloudtrail: () => recordedLogs('recorded CloudTrail', 'stratus-detonation-logs/cloudtrail*.jsonl', 2e6),
  audit: () => recordedLogs('recorded audit logs', '{audit2rbac-demo,rbac-tool-auditgen}/*.jsonl', 3e5),
} as const satisfies { readonly [name: string]: () => Corpus };

export type CorpusName = keyof typeof corpora;

/** `JSON.parse` of the text, reading alone, or gzip to findings by so many rules, of as few shapes as so many have. */
export type Contestant = 'parse' | 'read' | number | `${number} of ${number}`;

export interface Outcome {
  readonly contestant: Contestant;
  /** For a record. */
  readonly seconds: Measured;
  /** To the first contestant, in the same round. */
  readonly ratio: Measured;
  /** The same to another. */
  readonly ratioTo: (other: Contestant) => Measured;
}

/** Each run takes at least so many records, so that a small corpus is not lost in the noise. */
const recordsARun = 20_000;

/** Runs before the first that counts: V8 is not done with compiling what an eighth of the records need after two. */
const warmUp = 10;

const work = (contestant: Contestant, logs: readonly Log[]): (() => unknown) => {
  if (contestant === 'parse') return () => parseAll(logs);
  if (contestant === 'read')
    return async () => {
      for (const log of logs) for await (const _ of readLog(log));
    };
  const [count = 0, shapes] = String(contestant).split(' of ').map(Number);
  const set = ruleSet(count, shapes);
  return () => endToEnd(logs, set);
};

/**
 * Lets contestants run in turn, round after round, so that whatever slows the machine slows all of them. Each has warmed up.
 * @returns in the order of the contestants, of which the first is what the others are held against
 */
export const contest = async (
  corpus: CorpusName,
  contestants: readonly Contestant[],
  rounds: number,
  say: (line: string) => void,
): Promise<readonly Outcome[]> => {
  say(`${corpus}: starting`);
  const processes = contestants.map(one =>
    spawn(process.execPath, [import.meta.filename, corpus, String(one)], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const answers = processes.map(({ stdout }) => createInterface({ input: stdout })[Symbol.asyncIterator]());
  const answer = async (at: number): Promise<number> => {
    const next = await answers[at]?.next();
    if (next === undefined || next.done === true) throw new Error(`the contestant ${contestants[at]} ended`);
    return Number(next.value);
  };
  try {
    for (const at of contestants.keys()) await answer(at);
    const times = contestants.map((): number[] => []);
    for (let round = 1; round <= rounds; round++)
      for (const [at, one] of contestants.entries()) {
        say(`${corpus}: ${one}, run ${round} of ${rounds}`);
        processes[at]?.stdin.write('run\n');
        times[at]?.push(await answer(at));
      }
    return contestants.map((contestant, at) => {
      const mine = times[at] ?? [];
      const against = (other: number): Measured =>
        measured(mine.map((seconds, round) => seconds / (times[other]?.[round] ?? Number.NaN)));
      return {
        contestant,
        seconds: measured(mine),
        ratio: against(0),
        ratioTo: other => against(contestants.indexOf(other)),
      };
    });
  } finally {
    for (const one of processes) one.stdin.end();
  }
};

const child = async (name: string, which: string): Promise<void> => {
  const corpus = corpora[name as CorpusName](); // as `contest` named it
  if ('skipped' in corpus) return;
  const { logs } = corpus;
  const records = parseAll(logs);
  const times = Math.ceil(recordsARun / records);
  if (which !== 'parse') keepYoung(); // as the functions do
  const run = work(which as Contestant, logs); // as `contest` named it
  const once = async (): Promise<number> =>
    (await processorSeconds(async () => {
      for (let time = 0; time < times; time++) await run();
    })) /
    (times * records);
  for (let turn = 0; turn < warmUp; turn++) await once();
  process.stdout.write('ready\n');
  for await (const _ of createInterface({ input: process.stdin })) process.stdout.write(`${await once()}\n`);
};

if (import.meta.main) await child(process.argv[2] ?? '', process.argv[3] ?? '');
