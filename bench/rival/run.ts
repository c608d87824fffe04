/**
 * Tripline beside rsigma (https://github.com/timescale/rsigma), where it is installed, and beside TrailAlerts' analyzer
 * (https://github.com/adanalvarez/terraform-aws-trailalerts), where there is a checkout of it, python3 and PyYAML:
 *
 *     cargo install rsigma --version 0.23.0 --locked
 *     node bench/rival/run.ts RSIGMA [--trailalerts CHECKOUT] [--events N] [--rounds N] [--json]
 *
 * RSIGMA is its binary. The same stateless rules, each in its own language, over the same JSON lines; then what each ships: the
 * catalogue, and SigmaHQ's rules, over the same lines and over recorded attacks. Each run is a process of its own over the whole file, and
 * over its first hundredth; what it takes for a record is their difference, so that starting and compiling rules count for nobody,
 * and a just-in-time compiler's warming up for us. Ends with 1 where the same rules find another number of matches.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '../../cli/io.ts';
import { progressOn } from '../../cli/progress.ts';
import type { Source } from '../../core/event.ts';
import { asked, atMost, whole } from '../asked.ts';
import { type Measured, measured } from '../measure.ts';
import { ordinaryAudit, ordinaryTrail } from '../ordinary-log.ts';
import { type Attack, areThere, attacks, published } from './attacks.ts';
import { observed, type Times, timed } from './processes.ts';
import { plainRules, sigma } from './rules.ts';

const { rsigma, trailalerts, events, rounds, json } = asked(
  'usage: node bench/rival/run.ts RSIGMA [--trailalerts CHECKOUT] [--events N] [--rounds N] [--json]',
  {
    events: { type: 'string', default: '100000' },
    rounds: { type: 'string', default: '5' },
    trailalerts: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
  ({ values, positionals }) => {
    const [rsigma] = atMost(1, positionals);
    if (rsigma === undefined) throw new UsageError('say where the binary of rsigma is');
    return {
      rsigma,
      trailalerts: values.trailalerts,
      events: whole('--events', values.events, 1_000),
      rounds: whole('--rounds', values.rounds),
      json: values.json,
    };
  },
);
const ruleSets = [
  ...[10, 100, 400, 1_000].map(count => ({ count, isBusy: false, name: `${count} rules` })),
  { count: 400, isBusy: true, name: '400 rules and one that most records match' },
];
const progress = progressOn(process);
const folder = mkdtempSync(join(tmpdir(), 'tripline-rival-'));
const ours = join(import.meta.dirname, 'ours.ts');

interface Contestant {
  readonly name: string;
  command(file: string): readonly string[];
  /** How many matches it says. */
  matches(output: string): number;
}

interface Row {
  readonly name: string;
  readonly matches: number;
  /** MB. */
  readonly peak: number;
  /** Seconds for a record. */
  readonly processor: Measured;
  readonly clock: Measured;
  /** Processor time to that of the first contestant, in the same round. */
  readonly ratio: Measured;
}

const ourContestant = (name: string, source: Source, rules: string): Contestant => ({
  name,
  command: file => [process.execPath, ours, file, source, rules],
  matches: Number,
});

const theirContestant = (name: string, rules: string): Contestant => ({
  name,
  command: file => [rsigma, 'engine', 'eval', '-r', rules, '-e', `@${file}`, '--output-format', 'ndjson', '-q'],
  matches: output => output.split('\n').length - 1,
});

/** It knows CloudTrail alone. */
const trailAlertsContestants = (name: string, source: Source, rules: string): readonly Contestant[] =>
  trailalerts === undefined || source !== 'cloudtrail'
    ? []
    : [
        {
          name,
          command: file => ['python3', join(import.meta.dirname, 'trailalerts.py'), trailalerts, rules, file],
          matches: Number,
        },
      ];

/** One file a rule, as Sigma's rules are kept. */
const rulesFolder = (source: Source, count: number, isBusy: boolean): string => {
  const path = join(folder, `${source}-${count}${isBusy ? 'busy' : ''}`);
  mkdirSync(path);
  for (const rule of plainRules(source, count, isBusy)) writeFileSync(join(path, `${rule.id}.yml`), sigma(rule));
  return path;
};

const contestants = (source: Source): readonly Contestant[] => [
  ourContestant('JSON.parse alone', source, 'parse'),
  ...ruleSets.flatMap(({ count, isBusy, name }) => {
    const rules = rulesFolder(source, count, isBusy);
    return [
      ourContestant(`Tripline, ${name}`, source, `${count}${isBusy ? 'busy' : ''}`),
      theirContestant(`rsigma, ${name}`, rules),
      ...trailAlertsContestants(`TrailAlerts, ${name}`, source, rules),
    ];
  }),
  ourContestant('Tripline, its catalogue (findings)', source, 'catalogue'),
  ...(areThere()
    ? [theirContestant("rsigma, SigmaHQ's rules", join(published, source === 'cloudtrail' ? 'cloud' : 'application'))]
    : []),
];

const compared = async (source: Source, name: string, lines: readonly string[]): Promise<readonly Row[]> => {
  const few = Math.floor(lines.length / 100);
  const [whole, part] = [join(folder, `${source}.jsonl`), join(folder, `${source}-part.jsonl`)];
  writeFileSync(whole, lines.join(''));
  writeFileSync(part, lines.slice(0, few).join(''));
  const all = contestants(source).map(one => ({
    ...one,
    times: [] as Times[],
    matches: 0,
    peak: 0,
    said: one.matches,
  }));
  for (const one of all) {
    progress.say(`${name}: ${one.name}, what it finds`);
    const { output, peak } = await observed(one.command(whole));
    Object.assign(one, { matches: one.said(output), peak });
  }
  for (let round = 1; round <= rounds; round++)
    for (const one of all) {
      progress.say(`${name}: ${one.name}, run ${round} of ${rounds}`);
      const [little, much] = [await timed(one.command(part)), await timed(one.command(whole))];
      const each = (of: keyof Times): number => (much[of] - little[of]) / (lines.length - few);
      one.times.push({ processor: each('processor'), clock: each('clock') });
    }
  return all.map(({ name: which, matches, peak, times }) => ({
    name: which,
    matches,
    peak,
    processor: measured(times.map(one => one.processor)),
    clock: measured(times.map(one => one.clock)),
    ratio: measured(times.map((one, round) => one.processor / (all[0]?.times[round]?.processor ?? Number.NaN))),
  }));
};

const spread = ({ median, least, most }: Measured, scale: number): string =>
  `${(median * scale).toFixed(1)} (${(least * scale).toFixed(1)} to ${(most * scale).toFixed(1)})`;

const speedTable = (name: string, lines: readonly string[], rows: readonly Row[]): string =>
  [
    `### ${name} (${lines.length} records, ${(lines.reduce((sum, one) => sum + one.length, 0) / 1e6).toFixed(1)} MB of text)`,
    '',
    '| | matches | processor, µs a record | clock, µs a record | times JSON.parse, processor | peak memory, MB |',
    '|---|--:|--:|--:|--:|--:|',
    ...rows.map(({ name: which, matches, processor, clock, ratio, peak }, at) =>
      [
        ...['', which, at === 0 ? '' : matches, spread(processor, 1e6), spread(clock, 1e6), spread(ratio, 1)],
        ...[peak.toFixed(0), ''],
      ]
        .join(' | ')
        .trim(),
    ),
    '',
  ].join('\n');

const attackTable = (all: readonly Attack[]): string => {
  const said = (some: readonly Attack[], whose: 'ours' | 'theirs'): string =>
    `${some.filter(one => one[whose].length > 0).length} of ${some.length}`;
  const onPlane = all.filter(one => one.isOnPlane);
  const outside = all.filter(one => !one.isOnPlane);
  return [
    '### Recorded attacks, said at medium or above',
    '',
    "| | Tripline, its catalogue | rsigma, SigmaHQ's rules |",
    '|---|--:|--:|',
    `| techniques on this plane | ${said(onPlane, 'ours')} | ${said(onPlane, 'theirs')} |`,
    `| techniques outside it | ${said(outside, 'ours')} | ${said(outside, 'theirs')} |`,
    ...all
      .filter(one => one.ours.length + one.theirs.length > 0)
      .map(one => `| ${one.technique} | ${one.ours.join('<br>') || '–'} | ${one.theirs.join('<br>') || '–'} |`),
    '',
  ].join('\n');
};

/** Of the same rules the same must be said, and something. */
const disagreements = (rows: readonly Row[]): readonly string[] =>
  ruleSets.flatMap(set => {
    const same = rows.filter(({ name }) => name.endsWith(`, ${set.name}`));
    return new Set(same.map(({ matches }) => matches)).size === 1 && (same[0]?.matches ?? 0) > 0
      ? []
      : [same.map(({ name, matches }) => `${name}: ${matches} matches`).join('; ')];
  });

try {
  const results: unknown[] = [];
  for (const [source, name, records] of [
    ['cloudtrail', 'CloudTrail of an ordinary account', ordinaryTrail(events)],
    ['kubernetes', 'audit log of an ordinary cluster', ordinaryAudit(events)],
  ] as const) {
    const lines = records.map(record => `${JSON.stringify(record)}\n`);
    const rows = await compared(source, name, lines);
    progress.end();
    results.push({ name, records: lines.length, rows });
    if (!json) process.stdout.write(`${speedTable(name, lines, rows)}\n`);
    for (const line of disagreements(rows)) {
      process.stderr.write(`${name}: ${line}\n`);
      process.exitCode = 1;
    }
  }
  if (areThere()) {
    const all = await attacks(rsigma);
    results.push({ name: 'recorded attacks', attacks: all });
    if (!json) process.stdout.write(attackTable(all));
  } else process.stderr.write('no SigmaHQ rules or recorded attacks beside the project (../shared/data): left out\n');
  if (json) process.stdout.write(`${JSON.stringify(results, undefined, 2)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
