/**
 * A month in the life of a deployed stage: `npm run month -- [--days N] [--seed S] [--from DATE] [--nodes N] [--share N] [--launches N] [--tick MINUTES] [--bare] [--json]`.
 * The deployed handlers on their schedules, under a clock of their own, on DynamoDB's protocol (dynalite), with channels on loopback; people
 * answer, items expire. Prints what each day came to, what lies in the tables, and what breaks a law; `--bare` runs without settings.
 */
import { asked, atMost, whole } from '../../bench/asked.ts';
import { prices } from '../../bench/price.ts';
import { UsageError } from '../../cli/io.ts';
import { progressOn } from '../../cli/progress.ts';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { runMonth } from './month.ts';
import type { DayReport } from './report.ts';

const day = (text: string): number => {
  const time = Date.parse(`${text}T00:00:00Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || Number.isNaN(time)) throw new UsageError(`--from takes a day, not '${text}'`);
  return time;
};

const { json, bare, ...month } = asked(
  'usage: npm run month -- [--days N] [--seed S] [--from DATE] [--nodes N] [--share N] [--launches N] [--tick MINUTES] [--bare] [--json]',
  {
    days: { type: 'string', default: '30' },
    seed: { type: 'string', default: '1' },
    from: { type: 'string', default: '2026-10-05' },
    nodes: { type: 'string', default: '8' },
    share: { type: 'string', default: '10' },
    launches: { type: 'string', default: '4' },
    tick: { type: 'string', default: '5' },
    bare: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
  ({ values, positionals }) => {
    atMost(0, positionals);
    const { days, seed, from, nodes, share, launches, tick, bare, json } = values;
    return {
      ...{ bare, json, from: day(from) },
      ...{ days: whole('--days', days), seed: whole('--seed', seed), nodes: whole('--nodes', nodes) },
      share: whole('--share', share),
      launches: whole('--launches', launches),
      tick: whole('--tick', tick),
    };
  },
);

const dollars = ({ invocations, readUnits, writeUnits }: DayReport): number =>
  invocations * prices.lambdaRequest + readUnits * prices.dynamodbRead + writeUnits * prices.dynamodbWrite;

const columns: readonly (readonly [name: string, of: (day: DayReport) => string | number])[] = [
  ['day', one => one.day],
  ['events', one => one.events],
  ['incidents', one => one.stories.length],
  ['cases', one => one.cases],
  ['new', one => one.newCases],
  ['open', one => one.open],
  ['said', one => one.announcements.length],
  ['acts', one => one.acts],
  ['invoked', one => one.invocations],
  ['requests', one => one.requests],
  ['read', one => Math.round(one.readUnits)],
  ['written', one => Math.round(one.writeUnits)],
  ['$', one => dollars(one).toFixed(4)],
  ['items', one => [...one.left.kinds.values()].reduce((sum, { count }) => sum + count, 0)],
  ['kB', one => Math.round([...one.left.kinds.values()].reduce((sum, { bytes }) => sum + bytes, 0) / 1e3)],
  ['expired', one => one.expired],
  ['wrong', one => one.wrong.length],
];

const line = (cells: readonly (string | number)[]): string =>
  `${cells.map((cell, at) => (at === 0 ? String(cell).padEnd(10) : String(cell).padStart(9))).join('')}\n`;

/** Items by kind after the first day, the seventh and the last: count, kilobytes, the largest. */
const kindsTable = (days: readonly DayReport[]): string => {
  const shown = [...new Set([0, 6, days.length - 1])].flatMap(at => days[at] ?? []);
  const kinds = [...new Set(days.flatMap(({ left }) => [...left.kinds.keys()]))].sort();
  return [
    line(['kind', ...shown.map(one => one.day.slice(5)), 'kB', 'largest']),
    ...kinds.map(kind => {
      const last = shown.at(-1)?.left.kinds.get(kind);
      return `${kind.padEnd(22)}${[...shown.map(one => one.left.kinds.get(kind)?.count ?? 0), ((last?.bytes ?? 0) / 1e3).toFixed(1), last?.largest ?? 0].map(cell => String(cell).padStart(9)).join('')}  ${last?.name ?? ''}\n`;
    }),
  ].join('');
};

const progress = progressOn(process);
const began = performance.now();
if (!json) process.stdout.write(line(columns.map(([name]) => name)));
const days = await runMonth({
  ...month,
  deployed: { settings: bare ? defineConfig({}) : exampleSettings },
  ...{ filtered: true, answered: true },
  report: one => {
    progress.end();
    if (!json) process.stdout.write(line(columns.map(([, of]) => of(one))));
    for (const said of one.wrong.slice(0, 5)) process.stderr.write(`WRONG on ${one.day}: ${said}\n`);
    progress.say(`after ${one.day}`);
  },
});
progress.end();
const failed = days.some(({ wrong }) => wrong.length > 0);
if (json)
  process.stdout.write(
    `${JSON.stringify(
      days.map(({ left, ...one }) => ({
        ...one,
        dollars: dollars({ left, ...one }),
        kinds: Object.fromEntries(left.kinds),
      })),
    )}\n`,
  );
else {
  const warnings = days.flatMap(one => one.warnings);
  process.stdout.write(
    [
      `\n${kindsTable(days)}\n`,
      `${days.length} days in ${((performance.now() - began) / 1_000).toFixed(0)} s of clock, ${(process.cpuUsage().user / 1e6).toFixed(0)} s of processor; ${warnings.length} warnings\n`,
    ].join(''),
  );
}
process.exitCode = failed ? 1 : 0;
