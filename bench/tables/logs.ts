import type { AnyEvent } from '../../core/event.ts';
import { detections } from '../../detections/index.ts';
import { type CorpusName, contest, corpora } from '../contest.ts';
import { readLog, ruleSet } from '../end-to-end.ts';
import { type Log, parseAll } from '../logs.ts';
import { compete } from '../measure.ts';
import { naive } from '../naive.ts';
import { type Row, scaled, type Table, titleOf } from './table.ts';

const sizes = [...new Set([10, '1000 of 10', detections.length, 100, 400, 1_000, 4_000] as const)];

/** A log of each kind, from gzip to findings, by rule sets of several sizes. @param say hears how far it is */
export const logsTable = async (name: CorpusName, rounds: number, say: (line: string) => void): Promise<Table> => {
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

/** Every rule asked plainly, on a sample: it is what the matcher is held against. */
export const naiveTable = async (logs: readonly Log[], rounds: number, say: (line: string) => void): Promise<Table> => {
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
