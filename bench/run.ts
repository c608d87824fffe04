/**
 * What Tripline costs, measured on this machine.
 *
 *     node bench/run.ts [--json] [--only PART,…] [--rounds N] [--memory MEGABYTES,…]
 *
 * Parts: logs, payloads, memory, cold, requests, latency. Ratios are between runs in turn: of logs each in a process of its own.
 */
import { availableParallelism, cpus, totalmem } from 'node:os';
import { progressOn } from '../cli/progress.ts';
import { asked, atMost, some, whole } from './asked.ts';
import { type CorpusName, corpora } from './contest.ts';
import { parseAll, seededDay } from './logs.ts';
import { measured, processorSeconds } from './measure.ts';
import { messageTable, payloadTable } from './tables/handed.ts';
import { logsTable, naiveTable } from './tables/logs.ts';
import { coldTable, latencyTable, memoryTable } from './tables/process.ts';
import { requestsTables } from './tables/requests.ts';
import { markdown, type Table } from './tables/table.ts';

const parts = ['logs', 'payloads', 'memory', 'cold', 'requests', 'latency'] as const;
const { chosen, rounds, megabytes, json } = asked(
  'usage: npm run bench -- [--json] [--only PART,…] [--rounds N] [--memory MEGABYTES,…]',
  {
    json: { type: 'boolean', default: false },
    only: { type: 'string', default: parts.join(',') },
    rounds: { type: 'string', default: '5' },
    memory: { type: 'string', default: '10,100,1000' },
  },
  ({ values, positionals }) => {
    atMost(0, positionals);
    return {
      chosen: new Set(some('--only', values.only, parts)),
      rounds: whole('--rounds', values.rounds),
      megabytes: values.memory.split(',').map(size => whole('--memory', size)),
      json: values.json,
    };
  },
);
const progress = progressOn(process);
const say = (line: string): void => progress.say(line);

const tables: Table[] = [];
const day = seededDay(1);
const logs = 'logs' in day ? day.logs : [];
let secondsAnEvent = Number.NaN;

if (chosen.has('logs')) {
  for (const name of Object.keys(corpora) as CorpusName[]) tables.push(await logsTable(name, rounds, say));
  tables.push(await naiveTable(logs, rounds, say));
}
if (chosen.has('payloads') || chosen.has('requests')) {
  const { table, seconds } = await payloadTable(logs, rounds, say);
  secondsAnEvent = seconds;
  tables.push(table, (await messageTable(logs, rounds, say)).table);
}
if (chosen.has('memory')) tables.push(await memoryTable(megabytes, say));
if (chosen.has('cold')) tables.push(await coldTable(rounds, say));
if (chosen.has('requests')) tables.push(...(await requestsTables(secondsAnEvent, say)));
if (chosen.has('latency')) tables.push(await latencyTable(say));
progress.end();

const idle = measured(await Promise.all([processorSeconds(() => parseAll(logs))]));
const machine = {
  processor: cpus()[0]?.model ?? 'unknown',
  processors: availableParallelism(),
  memory: `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
  node: process.version,
  v8: process.versions.v8,
  parseMegabytesPerSecond: logs.reduce((sum, { text }) => sum + text.length, 0) / 1e6 / idle.median,
};

if (json) process.stdout.write(`${JSON.stringify({ machine, rounds, tables }, null, 2)}\n`);
else {
  process.stdout.write(
    `${machine.processor}, ${machine.processors} processors, ${machine.memory}, Node ${machine.node} (V8 ${machine.v8}); processor time of all threads, median (least to most) of ${rounds} runs\n`,
  );
  for (const table of tables) process.stdout.write(`\n${markdown(table)}`);
}
