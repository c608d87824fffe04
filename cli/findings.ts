import type { Filter } from '../adapters/findings-queries.ts';
import { severities } from '../core/detection.ts';
import type { FindingStatus } from '../core/finding.ts';
import { entityKinds } from '../core/findings/entity.ts';
import { type Database, openDatabase } from './database.ts';
import { findingsTable } from './findings-table.ts';
import { flags, type Io, oneOf, UsageError } from './io.ts';
import { shown, table } from './table.ts';

export const usage = `usage: tripline findings [FILTERS] [--json]
       tripline findings show ID [--json]
       tripline findings about principal|resource|address NAME [--json]

Lists stored findings, open and acknowledged ones unless --status says otherwise; most severe first.
  --status open|acknowledged|suppressed|resolved   (resolved needs --since)
  --severity low|medium|high|critical              the lowest to list
  --detection ID  --account ID  --cluster NAME  --principal ARN  --resource ID
  --since TIME  --until TIME                       ISO 8601, of a finding's newest event
  --limit N                                        default 100
  --database DIR   a local database (default .tripline/database)
  --table NAME     a DynamoDB table, through the AWS SDK's usual chain (region, profile, AWS_ENDPOINT_URL)
  --json           JSON lines, nothing else`;

const statuses = ['open', 'acknowledged', 'suppressed', 'resolved'] as const satisfies readonly FindingStatus[];

const options = {
  status: { type: 'string' },
  severity: { type: 'string' },
  detection: { type: 'string' },
  account: { type: 'string' },
  cluster: { type: 'string' },
  principal: { type: 'string' },
  resource: { type: 'string' },
  since: { type: 'string' },
  until: { type: 'string' },
  limit: { type: 'string' },
  database: { type: 'string' },
  table: { type: 'string' },
  json: { type: 'boolean' },
} as const;

const timeOf = (flag: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new UsageError(`--${flag} takes a time like 2026-09-01T10:00:00Z, not '${text}'`);
  return time;
};

const limitOf = (text: string | undefined): number => {
  if (text === undefined) return 100;
  const limit = Number(text);
  if (!Number.isInteger(limit) || limit < 1) throw new UsageError(`--limit takes a whole number, not '${text}'`);
  return limit;
};

type Values = ReturnType<typeof flags<typeof options>>['values'];

const filterOf = (values: Values): Filter => {
  const status = oneOf('status', values.status, statuses);
  const severity = oneOf('severity', values.severity, severities);
  const since = timeOf('since', values.since);
  const until = timeOf('until', values.until) ?? (since === undefined ? undefined : Date.now());
  if (status === 'resolved' && since === undefined) throw new UsageError('--status resolved needs --since');
  const said = {
    detection: values.detection,
    account: values.account,
    cluster: values.cluster,
    principal: values.principal,
    resource: values.resource,
    since,
    until,
    severity,
  };
  const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
  return { ...given, ...(status === undefined ? {} : { statuses: [status] }) };
};

const list = async (database: Database, values: Values, io: Io): Promise<number> => {
  const limit = limitOf(values.limit);
  const filter = filterOf(values);
  const found = [];
  let after: string | undefined;
  do {
    const page = await database.findings.list(filter, {
      limit: limit - found.length,
      ...(after === undefined ? {} : { after }),
    });
    found.push(...page.items);
    after = page.next;
  } while (after !== undefined && found.length < limit);
  if (values.json) for (const one of found) io.stdout.write(`${JSON.stringify(one)}\n`);
  else if (found.length === 0) io.stdout.write('no findings\n');
  else
    io.stdout.write(
      `${findingsTable(found, io.stdout)}\n\n${found.length} findings${after === undefined ? '' : ', and more: raise --limit'}\n`,
    );
  return 0;
};

const show = async (database: Database, id: string, json: boolean, io: Io): Promise<number> => {
  const stored = await database.findings.read(id);
  if (stored === undefined) {
    io.stderr.write(`tripline findings: there is no finding ${id}\n`);
    return 1;
  }
  if (json) {
    io.stdout.write(`${JSON.stringify(stored)}\n`);
    return 0;
  }
  const { finding, windows } = stored;
  const rows: readonly (readonly [string, string])[] = [
    ['finding', finding.id],
    ['detection', `${finding.detection} (rule version ${finding.version})`],
    ['severity', finding.severity],
    ['status', finding.ruleStatus === 'watching' ? `${finding.status} (watching)` : finding.status],
    ['account', finding.account],
    ['cluster', finding.cluster],
    ['first', new Date(finding.first).toISOString()],
    ['last', new Date(finding.last).toISOString()],
    ['count', String(finding.count)],
    ['principals', finding.principals.join(', ')],
    ['resources', finding.resources.join(', ')],
    ['addresses', finding.addresses.join(', ')],
    ['regions', finding.regions.join(', ')],
    ['notes', finding.notes.join(' ')],
  ];
  io.stdout.write(`${shown(finding.title)}\n\n`);
  for (const [name, value] of rows) if (value !== '') io.stdout.write(`${name.padEnd(12)}${shown(value)}\n`);
  for (const window of windows) {
    io.stdout.write(`\nwindow ${new Date(window.bucket).toISOString()}: ${window.count} events, ${window.severity}\n`);
    io.stdout.write(`${JSON.stringify(window.evidence, undefined, 2).split('\n').map(shown).join('\n')}\n`);
  }
  return 0;
};

const about = async (database: Database, kind: string, name: string, values: Values, io: Io): Promise<number> => {
  const known = entityKinds.find(one => one === kind);
  if (known === undefined) throw new UsageError(`about takes one of ${entityKinds.join(', ')}, not '${kind}'`);
  const { items } = await database.findings.about(known, name, { limit: limitOf(values.limit) });
  if (values.json) for (const one of items) io.stdout.write(`${JSON.stringify(one)}\n`);
  else {
    const spec = [
      { head: 'WINDOW (UTC)', cell: (row: (typeof items)[number]) => new Date(row.bucket).toISOString() },
      { head: 'FINDING', cell: (row: (typeof items)[number]) => row.finding },
      { head: 'DETECTION', cell: (row: (typeof items)[number]) => row.detection },
    ];
    io.stdout.write(`${items.length === 0 ? 'nothing known' : table(items, spec)}\n`);
  }
  return 0;
};

export const run = async (argv: readonly string[], io: Io): Promise<number> => {
  const { values, positionals } = flags(argv, options);
  const [verb, first, second, ...more] = positionals;
  const wrong =
    verb === undefined
      ? false
      : verb === 'show'
        ? first === undefined || second !== undefined
        : verb === 'about'
          ? second === undefined || more.length > 0
          : true;
  if (wrong) throw new UsageError(`'${positionals.join(' ')}' is none of: (nothing), show ID, about KIND NAME`);
  filterOf(values);
  limitOf(values.limit);
  const database = await openDatabase(values.database, values.table);
  try {
    if (verb === 'show' && first !== undefined) return await show(database, first, values.json === true, io);
    if (verb === 'about' && first !== undefined && second !== undefined)
      return await about(database, first, second, values, io);
    return await list(database, values, io);
  } finally {
    await database.close();
  }
};
