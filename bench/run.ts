/**
 * What Tripline costs, measured on this machine.
 *
 *     node bench/run.ts [--json] [--only PART,…] [--rounds N] [--memory MEGABYTES,…]
 *
 * Parts: logs, payloads, memory, cold, requests, latency. Ratios are between runs in turn: of logs each in a process of its own.
 */
import { availableParallelism, cpus, totalmem } from 'node:os';
import { progressOn } from '../cli/progress.ts';
import type { Matcher } from '../core/compile.ts';
import type { AnyEvent } from '../core/event.ts';
import { detections } from '../detections/index.ts';
import { asked, atMost, some, whole } from './asked.ts';
import { coldStarts } from './cold-start.ts';
import { type Contestant, type CorpusName, contest, corpora } from './contest.ts';
import { readLog, ruleSet } from './end-to-end.ts';
import { latency } from './latency.ts';
import { type Log, parseAll, seededDay } from './logs.ts';
import { compete, type Measured, measured, processorSeconds } from './measure.ts';
import { peaks } from './memory.ts';
import { naive } from './naive.ts';
import {
  judgeMessages,
  judgePayloads,
  messagesOf,
  parseMessages,
  parsePayloads,
  payloadsOf,
  unpackedOf,
} from './payload.ts';
import { costOfMillion, formula } from './price.ts';
import { requests } from './requests.ts';

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

interface Row {
  readonly what: string;
  readonly figures: { readonly [column: string]: Measured | number | string };
}
interface Table {
  readonly title: string;
  readonly rows: readonly Row[];
}

const sizes = [...new Set([10, '1000 of 10', detections.length, 100, 400, 1_000, 4_000] as const)];

const logsTable = async (name: CorpusName): Promise<Table> => {
  const corpus = corpora[name]();
  const title = `gzip to findings, ${corpus.name}`;
  if ('skipped' in corpus) return { title, rows: [{ what: 'skipped', figures: { reason: corpus.skipped } }] };
  const { logs } = corpus;
  const events = parseAll(logs);
  const size = logs.reduce((sum, { text }) => sum + text.length, 0);
  const results = await contest(name, ['parse', 'read', ...sizes], rounds, say);
  return {
    title: `${title} (${events.toLocaleString('en-US')} records, ${(size / 1e6).toFixed(1)} MB of text)`,
    rows: results.map(({ contestant, seconds, ratio, ratioTo }) => ({
      what: titleOf(contestant),
      figures: {
        'µs a record': scaled(seconds, 1e6),
        'MB/s': size / 1e6 / (seconds.median * events),
        'times JSON.parse': ratio,
        'times 10 rules': ratioTo(10),
      },
    })),
  };
};

const titleOf = (contestant: Contestant): string => {
  if (contestant === 'parse') return 'JSON.parse alone';
  if (contestant === 'read') return 'reading alone';
  if (typeof contestant === 'string') return contestant.replace(' of ', ' rules of the shapes of the ');
  return `${contestant} rules${contestant === detections.length ? ' (the catalogue)' : ''}`;
};

const scaled = ({ median, least, most, runs }: Measured, by: number): Measured => ({
  median: median * by,
  least: least * by,
  most: most * by,
  runs,
});

/** Every rule asked plainly, on a sample: it is what the matcher is held against. */
const naiveTable = async (logs: readonly Log[]): Promise<Table> => {
  const sample: AnyEvent[] = [];
  for (const log of logs)
    for await (const reads of readLog(log))
      for (const [at, read] of reads.entries()) if (read.kind === 'event' && at % 40 === 0) sample.push(read.event);
  const rows: Row[] = [];
  for (const count of [detections.length, 400]) {
    const match = ruleSet(count).match;
    const plainly = naive(sample, count);
    const matching = (): void => {
      for (const event of sample) match({ ...event });
    };
    const [compiled, oracle] = await compete(
      [
        { name: 'matcher', run: matching },
        { name: 'oracle', run: plainly },
      ],
      Math.min(rounds, 3),
      line => say(`naive, ${count} rules: ${line}`),
    );
    if (compiled === undefined || oracle === undefined) continue;
    rows.push({
      what: `${count} rules`,
      figures: {
        'matcher, µs an event': scaled(compiled.seconds, 1e6 / sample.length),
        'every rule, µs an event': scaled(oracle.seconds, 1e6 / sample.length),
        'times the matcher': oracle.ratio,
      },
    });
  }
  return { title: `matching alone against asking every rule (${sample.length} events of the seeded day)`, rows };
};

/** What functions are handed, until findings: by the catalogue and by 400 rules, against the JSON in it alone. */
const handedTable = async (
  what: string,
  records: number,
  parse: { readonly name: string; readonly run: () => unknown },
  judge: (match: Matcher) => Promise<void>,
): Promise<{ readonly table: Table; readonly seconds: number }> => {
  const results = await compete(
    [
      parse,
      ...[detections.length, 400].map(count => {
        const { match } = ruleSet(count);
        return { name: titleOf(count), run: () => judge(match) };
      }),
    ],
    rounds,
    line => say(`payloads: ${line}`),
  );
  return {
    table: {
      title: what,
      rows: results.map(({ name, seconds, ratio }) => ({
        what: name,
        figures: { 'µs a record': scaled(seconds, 1e6 / records), 'times JSON.parse': ratio },
      })),
    },
    seconds: (results[1]?.seconds.median ?? Number.NaN) / records,
  };
};

const payloadTable = (logs: readonly Log[]): ReturnType<typeof handedTable> => {
  const payloads = payloadsOf(logs);
  const unpacked = unpackedOf(payloads);
  const records = parsePayloads(unpacked);
  return handedTable(
    `Logs subscription payloads, base64 to findings (${records.toLocaleString('en-US')} records in ${payloads.length} payloads)`,
    records,
    { name: 'JSON.parse of payloads and records', run: () => parsePayloads(unpacked) },
    match => judgePayloads(payloads, match),
  );
};

const messageTable = (logs: readonly Log[]): ReturnType<typeof handedTable> => {
  const batches = messagesOf(logs);
  const records = parseMessages(batches);
  return handedTable(
    `CloudTrail's calls from the queue, messages to findings (${records.toLocaleString('en-US')} messages in ${batches.length} batches)`,
    records,
    { name: 'JSON.parse of messages', run: () => parseMessages(batches) },
    match => judgeMessages(batches, match),
  );
};

const tables: Table[] = [];
const day = seededDay(1);
const logs = 'logs' in day ? day.logs : [];
let secondsAnEvent = Number.NaN;

if (chosen.has('logs')) {
  for (const name of Object.keys(corpora) as CorpusName[]) tables.push(await logsTable(name));
  tables.push(await naiveTable(logs));
}
if (chosen.has('payloads') || chosen.has('requests')) {
  const { table, seconds } = await payloadTable(logs);
  secondsAnEvent = seconds;
  tables.push(table, (await messageTable(logs)).table);
}
if (chosen.has('memory')) {
  const found = await peaks(megabytes, say);
  tables.push({
    title: 'peak resident memory over an empty Node, in a process of its own',
    rows: found.map(({ megabytes, reading, scanning, bundled }) => ({
      what: `${megabytes} MB of text`,
      figures: { 'reading, MB': reading, '`scan`, MB': scanning, '`scan`, bundled, MB': bundled },
    })),
  });
}
if (chosen.has('cold')) {
  const found = await coldStarts(rounds, say);
  tables.push({
    title: 'cold start of the bundles, process start to end',
    rows: found.map(({ name, bytes, clock, processor, ratio, clockRatio }) => ({
      what: name,
      figures: {
        'bytes at the start': bytes?.start.toLocaleString('en') ?? '',
        'bytes in all': bytes?.all.toLocaleString('en') ?? '',
        'ms of clock': clock,
        'ms of processor': processor,
        'times node -e 0, processor': ratio,
        'times node -e 0, clock': clockRatio,
      },
    })),
  });
}
if (chosen.has('requests')) {
  const { events, invocations, operations } = await requests(8_000, say);
  const per1000 = 1_000 / events;
  const isRead = (name: string): boolean => /^(?:Get|BatchGet|Query)/.test(name);
  const sum = (wanted: (name: string) => boolean): number =>
    Object.entries(operations).reduce((total, [name, { items }]) => total + (wanted(name) ? items : 0), 0);
  tables.push({
    title: `DynamoDB requests per 1,000 events of the seeded day (first ${events.toLocaleString('en-US')}, ${invocations} invocations)`,
    rows: [
      ...Object.entries(operations).map(([what, { requests, items }]) => ({
        what,
        figures: { requests: requests * per1000, 'items named': items * per1000 },
      })),
      {
        what: 'all',
        figures: {
          requests: Object.values(operations).reduce((total, one) => total + one.requests, 0) * per1000,
          'items named': sum(() => true) * per1000,
        },
      },
    ],
  });
  const cost = costOfMillion({
    seconds: secondsAnEvent,
    invocations: invocations / events,
    writes: sum(name => !isRead(name)) / events,
    reads: sum(isRead) / events,
  });
  tables.push({
    title: `dollars per million events: ${formula}`,
    rows: Object.entries(cost).map(([what, dollars]) => ({ what, figures: { dollars } })),
  });
}
if (chosen.has('latency')) {
  const ms = await latency(50, say);
  tables.push({
    title: 'one event handed to its handler until its announcement, all local',
    rows: [{ what: 'event to announcement', figures: { ms } }],
  });
}
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

const number = (value: number): string =>
  Math.abs(value) >= 1_000
    ? value.toLocaleString('en-US', { maximumFractionDigits: 0 })
    : String(Number(value.toPrecision(3)));
const cell = (value: Measured | number | string | undefined): string => {
  if (value === undefined || typeof value === 'string') return value ?? '';
  if (typeof value === 'number') return number(value);
  return `${number(value.median)} (${number(value.least)} to ${number(value.most)})`;
};

if (json) process.stdout.write(`${JSON.stringify({ machine, rounds, tables }, null, 2)}\n`);
else {
  process.stdout.write(
    `${machine.processor}, ${machine.processors} processors, ${machine.memory}, Node ${machine.node} (V8 ${machine.v8}); processor time of all threads, median (least to most) of ${rounds} runs\n`,
  );
  for (const { title, rows } of tables) {
    const columns = [...new Set(rows.flatMap(({ figures }) => Object.keys(figures)))];
    process.stdout.write(
      `\n### ${title}\n\n| | ${columns.join(' | ')} |\n|---|${columns.map(() => '--:|').join('')}\n`,
    );
    for (const { what, figures } of rows)
      process.stdout.write(`| ${what} | ${columns.map(column => cell(figures[column])).join(' | ')} |\n`);
  }
}
