import { writeFileSync } from 'node:fs';
import { type DayKpi, kpiScopes, kpisIn } from '../core/inventory/kpi.ts';
import { reportHtml } from '../core/report/html.ts';
import { ages, type Report, reportOf, shareText, spanText } from '../core/report/report.ts';
import type { Store } from '../core/state/observation.ts';
import { databaseOptions, openDatabase } from './database.ts';
import { durationOf, timeOf } from './duration.ts';
import { findAll } from './findings/filter.ts';
import { type Command, flags, UsageError } from './io.ts';
import { settingsOf } from './places.ts';
import { counted } from './progress.ts';
import { jsonLine } from './shown.ts';
import { type Column, table } from './table.ts';

export const usage: Command['usage'] = `usage: tripline report [--html FILE | --json] [--for 30d] [--until TIME]

Reports on findings and how they were handled: open ones by severity and age, time to acknowledge and to resolve, repeat offenders, the
noisiest detections with their share of false positives, node roles as the daily inventory found them (share that is fully compliant,
high-risk permissions, time to remediate), new and resolved findings by day.
  --html FILE      one self-contained page, for a phone, an e-mail or a printer
  --json           the numbers
  --for 30d        how far back (default 30d)
  --until TIME     the end of the report (default now)
  --settings FILE  the settings that name the node roles (default tripline.config.ts)
  --database DIR, --stage NAME, --table NAME    as for 'tripline findings'`;

const most = 20_000;

const section = <R>(name: string, rows: readonly R[], columns: readonly Column<R>[]): string =>
  rows.length === 0 ? '' : `\n${name}\n${table(rows, columns)}\n`;

const n = <R>(head: string, cell: (row: R) => string | number): Column<R> => ({
  head,
  align: 'right',
  cell: row => String(cell(row)),
});

/** Lines of a terminal's table: of more days every so many, and always the newest. */
const mostDays = 12;

const thinned = <T>(all: readonly T[]): readonly T[] => {
  const every = Math.max(1, Math.ceil(all.length / mostDays));
  return all.filter((_, at) => (all.length - 1 - at) % every === 0);
};

const rolesText = ({ days, remediated }: Report['nodeRoles']): string =>
  [
    section('node roles, by the daily inventory', thinned(days), [
      { head: 'DAY', cell: row => row.day },
      n('ROLES', row => row.nodeRoles),
      n('FULLY COMPLIANT', row => shareText(row.compliant, row.nodeRoles)),
      n('POLICIES TOO WIDE', row => row.riskyPolicies),
      n('HIGH-RISK PERMISSIONS', row => row.riskyPermissions),
    ]),
    remediated.findings === 0
      ? ''
      : `\npolicies of node roles: ${remediated.findings} remediated, in ${spanText(remediated.mean)} on average (median ${spanText(remediated.median)})\n`,
  ].join('');

/** What the inventory kept of each day. */
const nodeRolesOver = async (
  store: Store,
  accounts: readonly string[],
  from: number,
  to: number,
): Promise<readonly DayKpi[]> => {
  const items = await Promise.all(
    accounts.map(async account =>
      (await store.observe(kpiScopes(account, from, to).map(scope => ({ scope, expires: 0 })))).map(({ item }) => item),
    ),
  );
  return kpisIn(items, from, to);
};

/** The report for a terminal. */
const reportText = (report: Report): string => {
  const { nodeRoles } = report;
  type Open = Report['open'][number];
  return [
    `${counted(report.findings, 'finding')}, ${report.from.slice(0, 10)} to ${report.to.slice(0, 10)}\n`,
    section('open by severity and age', report.open, [
      { head: 'SEVERITY', cell: (row: Open) => row.severity },
      ...ages.map(({ label }, at) => n<Open>(label.toUpperCase(), row => row.byAge[at] ?? 0)),
      n<Open>('ALL', row => row.total),
    ]),
    section(
      'time to acknowledge and to resolve, from the first event',
      report.acknowledged.map((ack, at) => ({ ack, end: report.resolved[at] })),
      [
        { head: 'SEVERITY', cell: ({ ack }) => ack.severity },
        n('ACKNOWLEDGED', ({ ack }) => ack.findings),
        n('MEAN', ({ ack }) => spanText(ack.mean)),
        n('MEDIAN', ({ ack }) => spanText(ack.median)),
        n('RESOLVED', ({ end }) => end?.findings ?? 0),
        n('MEAN', ({ end }) => spanText(end?.mean)),
        n('MEDIAN', ({ end }) => spanText(end?.median)),
      ],
    ),
    section('repeat offenders', report.offenders, [
      n('FINDINGS', row => row.findings),
      n('DETECTIONS', row => row.detections),
      n('OPEN', row => row.open),
      { head: 'WORST', cell: row => row.worst },
      { head: 'PRINCIPAL', cell: row => row.principal },
    ]),
    section('noisiest detections', report.noisiest, [
      n('FINDINGS', row => row.findings),
      n('EVENTS', row => row.events),
      n('JUDGED', row => row.judged),
      n('FALSE POSITIVES', row => shareText(row.falsePositives, row.judged)),
      { head: 'DETECTION', cell: row => row.detection },
    ]),
    rolesText(nodeRoles),
    `\nnode roles: ${nodeRoles.known - nodeRoles.failing.length} of ${nodeRoles.known} without an unresolved policy finding\n`,
    ...nodeRoles.failing.map(
      ({ role, findings }) =>
        `${table(
          [{ role, findings }],
          [
            { head: 'ROLE', cell: one => one.role },
            { head: 'FINDINGS', cell: one => one.findings.join(', ') },
          ],
        )}\n`,
    ),
  ].join('');
};

/** Gives 0. @throws Error where the database does not open, or the page can't be written */
export const run: Command['run'] = async (argv, io) => {
  const { values, positionals } = flags(argv, {
    html: { type: 'string' },
    json: { type: 'boolean' },
    for: { type: 'string' },
    until: { type: 'string' },
    settings: { type: 'string' },
    ...databaseOptions,
  });
  if (positionals.length > 0) throw new UsageError(`'${positionals.join(' ')}': report takes flags only`);
  const now = Date.now();
  const until = values.until === undefined ? now : timeOf('until', values.until, now);
  const since = until - durationOf('for', values.for ?? '30d');
  const database = await openDatabase(values);
  try {
    const settings = await settingsOf(values);
    const table = database.findings;
    const open = await findAll(table, { statuses: ['open', 'acknowledged', 'suppressed'], until }, most);
    const ended = await findAll(table, { statuses: ['resolved'], since, until }, most);
    if (open.more || ended.more)
      io.stderr.write(`tripline report: only ${most} findings of a kind: say a shorter --for\n`);
    const found = [...open.found, ...ended.found];
    const roles = [...settings.nodeRoles, ...settings.clusters.flatMap(one => one.nodeRoles ?? [])];
    const accounts =
      settings.accounts.length > 0 ? settings.accounts : [...new Set(found.map(({ account }) => account))];
    const standing = await nodeRolesOver(database.store, accounts, since, until);
    const report = reportOf(found, roles, since, until, standing);
    if (values.html !== undefined) {
      writeFileSync(values.html, reportHtml(report));
      io.stderr.write(`${values.html}: ${counted(report.findings, 'finding')}\n`);
    } else io.stdout.write(values.json === true ? jsonLine(report) : reportText(report));
    return 0;
  } finally {
    await database.close();
  }
};
