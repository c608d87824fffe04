import { createHash } from 'node:crypto';
import type { FindingsTable } from '../adapters/findings/table.ts';
import type { StoredSuppression, Suppressions } from '../adapters/suppressions.ts';
import { unmetBySuppression } from '../core/config/catalogue.ts';
import type { Finding } from '../core/finding.ts';
import { isGuarded } from '../core/findings/guarded.ts';
import type { Pattern } from '../core/pattern/language.ts';
import { redactLine } from '../core/redact.ts';
import type { Suppression } from '../core/settings.ts';
import { endOf, loadSuppression, mostDays, wouldHide } from '../core/suppress.ts';
import { detections } from '../detections/index.ts';
import settings from '../tripline.config.ts';
import { databaseOptions, openDatabase } from './database.ts';
import { durationOf, timeOf } from './duration.ts';
import { findingsTable } from './findings/table.ts';
import { whoOf } from './findings/who.ts';
import { type Command, flags, type Io, UsageError } from './io.ts';
import { counted } from './progress.ts';
import { jsonLine } from './shown.ts';
import { table } from './table.ts';

export const usage: Command['usage'] = `usage: tripline suppress --when JSON --reason TEXT --owner NAME --for 30d [--force]
       tripline suppress --when JSON --preview [--since TIME]
       tripline suppress list [--json]
       tripline suppress revoke ID

Suppresses what a pattern in the rule language matches: such matches are stored and counted, but not announced. The pattern is over
"finding" and "event" (the record, as 'tripline findings show' prints it):
  --when '{"finding":{"detection":["cloudtrail/launch-burst"],"principals":[{"suffix":"role/load-test"}]}}'
  --for 30d        how long, at most ${mostDays}d
  --preview        show which stored findings it would have hidden; change nothing
  --since TIME     how far back the preview looks (default ${mostDays} days)
  --force          also if it would have hidden a confirmed true positive, a critical or a self-protection finding, or lasts longer
                   than ${mostDays} days
  --json           with list: one suppression per line, with its state
  --by NAME        the name to record (default: your user name on this machine)
  --database DIR, --stage NAME, --table NAME    as for 'tripline findings'

Put permanent suppressions into tripline.config.ts (\`suppressions\`), where they are reviewed.`;

const patternOf = (text: string | undefined): Pattern => {
  if (text === undefined) throw new UsageError('say what to suppress: --when JSON');
  try {
    return JSON.parse(text) as Pattern; // loaded, and so checked, below
  } catch (error) {
    throw new UsageError(`--when is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/** What a suppression would have hidden of the findings since a time. */
const preview = async (
  findings: FindingsTable,
  suppression: Suppression,
  since: number,
): Promise<readonly Finding[]> => {
  const loaded = loadSuppression(suppression);
  const hidden: Finding[] = [];
  let after: string | undefined;
  do {
    const page = await findings.list(
      { statuses: ['open', 'acknowledged', 'suppressed', 'resolved'], since, until: Date.now() },
      { limit: 100, ...(after === undefined ? {} : { after }) },
    );
    for (const finding of page.items) {
      const stored = await findings.read(finding.id);
      if (stored !== undefined && wouldHide(loaded, stored.finding, stored.windows)) hidden.push(stored.finding);
    }
    after = page.next;
  } while (after !== undefined);
  return hidden;
};

/** Why a suppression is not made in passing: one line each. */
const objections = (suppression: Suppression, hidden: readonly Finding[]): readonly string[] => {
  const confirmed = hidden.filter(({ disposition }) => disposition === 'true-positive');
  const guarded = hidden.filter(isGuarded);
  const days = (endOf(suppression) - Date.parse(suppression.from)) / 86_400_000;
  return [
    ...confirmed.map(
      one => `it would have hidden ${one.id}, which ${one.judged?.who ?? 'somebody'} confirmed as a true positive`,
    ),
    ...guarded.map(one => `it would have hidden ${one.id}, which is ${one.severity} and of ${one.detection}`),
    ...(days > mostDays ? [`it lasts ${Math.round(days)} days: at most ${mostDays}`] : []),
  ];
};

const report = (hidden: readonly Finding[], io: Io): void => {
  if (hidden.length > 0) io.stdout.write(`${findingsTable(hidden, io.stdout)}\n\n`);
  const events = hidden.reduce((sum, { count }) => sum + count, 0);
  io.stdout.write(`it would have hidden ${counted(hidden.length, 'finding')} with ${counted(events, 'event')}\n`);
};

const list = async (suppressions: Suppressions, json: boolean, io: Io): Promise<number> => {
  const now = Date.now();
  const rows = [
    ...settings.suppressions.map(one => ({ ...one, by: 'tripline.config.ts' })),
    ...(await suppressions.list()),
  ];
  const stateOf = (one: Suppression & Partial<Pick<StoredSuppression, 'revoked'>>): string => {
    if (one.revoked !== undefined) return `revoked by ${one.revoked.by}`;
    return endOf(one) <= now ? 'ended' : 'active';
  };
  if (json) {
    for (const one of rows) io.stdout.write(jsonLine({ ...one, state: stateOf(one) }));
    return 0;
  }
  const text = table(
    rows,
    [
      { head: 'ID', cell: one => one.id },
      { head: 'STATE', cell: stateOf },
      { head: 'UNTIL', cell: one => one.expires },
      { head: 'OWNER', cell: one => one.owner },
      { head: 'MADE BY', cell: one => one.by },
      { head: 'REASON', cell: one => one.reason },
      { head: 'WHEN', cell: one => JSON.stringify(one.when) },
    ],
    io.stdout.isTTY ? io.stdout.columns : undefined,
  );
  io.stdout.write(rows.length === 0 ? 'no suppressions\n' : `${text}\n`);
  return 0;
};

const options = {
  when: { type: 'string' },
  reason: { type: 'string' },
  owner: { type: 'string' },
  for: { type: 'string' },
  since: { type: 'string' },
  by: { type: 'string' },
  preview: { type: 'boolean' },
  force: { type: 'boolean' },
  json: { type: 'boolean' },
  ...databaseOptions,
} as const;

type Values = ReturnType<typeof flags<typeof options>>['values'];

/** What the flags describe. @throws UsageError, or Error where the pattern is none, or asks what no finding answers to */
const suppressionOf = (values: Values, now: number): Suppression => {
  const when = patternOf(values.when);
  const [unmet] = unmetBySuppression(detections, when);
  if (unmet !== undefined) throw new UsageError(`--when would hide nothing: ${unmet}`);
  const { reason = '', owner = '', for: lasting } = values;
  if (values.preview !== true) {
    if (reason.trim().length < 5)
      throw new UsageError('say why in a few words: --reason TEXT, for whoever reads it next year');
    if (owner.trim() === '') throw new UsageError('say who answers for it: --owner NAME');
    if (lasting === undefined) throw new UsageError(`say how long: --for 30d, at most ${mostDays}d`);
  }
  const id = createHash('sha256')
    .update(JSON.stringify([when, reason, now]))
    .digest('hex')
    .slice(0, 12);
  return {
    id,
    when,
    reason: redactLine(reason, 300),
    owner: redactLine(owner, 100),
    from: new Date(now).toISOString(),
    expires: new Date(now + durationOf('for', lasting ?? `${mostDays}d`)).toISOString(),
  };
};

const make = async (findings: FindingsTable, suppressions: Suppressions, values: Values, io: Io): Promise<number> => {
  const now = Date.now();
  const suppression = suppressionOf(values, now);
  const since = values.since === undefined ? now - mostDays * 86_400_000 : timeOf('since', values.since, now);
  const hidden = await preview(findings, suppression, since);
  report(hidden, io);
  const problems = objections(suppression, hidden);
  for (const problem of problems) io.stderr.write(`  - ${problem}\n`);
  if (values.preview === true) return problems.length > 0 ? 1 : 0;
  if (problems.length > 0 && values.force !== true) {
    io.stderr.write('nothing was suppressed: narrow the pattern, or say --force\n');
    return 1;
  }
  await suppressions.add({ ...suppression, by: whoOf(values) });
  io.stdout.write(
    `suppression ${suppression.id} until ${suppression.expires}; 'tripline suppress revoke ${suppression.id}' ends it\n`,
  );
  return 0;
};

/**
 * Gives 1 where a suppression was not made, or should not be, for what it would hide, or where none is active that could be revoked.
 * @throws Error where `--when` is no pattern, or the database does not open
 */
export const run: Command['run'] = async (argv, io) => {
  const { values, positionals } = flags(argv, options);
  const [verb, id, ...more] = positionals;
  const isRevoking = verb === 'revoke' && id !== undefined && more.length === 0;
  if (verb !== undefined && !(verb === 'list' && id === undefined) && !isRevoking)
    throw new UsageError(`no subcommand '${positionals.join(' ')}'; there are list, revoke ID`);
  if (values.json === true && verb !== 'list')
    throw new UsageError('--json is for a list: tripline suppress list --json');
  if (verb !== 'list' && values.preview !== true) whoOf(values);
  const database = await openDatabase(values);
  try {
    if (verb === 'list') return await list(database.suppressions, values.json === true, io);
    if (!isRevoking) return await make(database.findings, database.suppressions, values, io);
    if (await database.suppressions.revoke(id, whoOf(values), Date.now())) {
      io.stdout.write(`suppression ${id} is revoked\n`);
      return 0;
    }
    io.stderr.write(`tripline suppress: no active suppression ${id}: 'tripline suppress list' shows them\n`);
    return 1;
  } finally {
    await database.close();
  }
};
