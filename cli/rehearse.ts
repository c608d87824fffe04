import { severities } from '../core/detection.ts';
import type { Finding } from '../core/finding.ts';
import { rehearsals } from '../core/rehearsal/catalogue.ts';
import { type Rehearsal, variables } from '../core/rehearsal/rehearsal.ts';
import { plainTitle } from '../core/title.ts';
import { detections } from '../detections/index.ts';
import { databaseOptions, openDatabase } from './database.ts';
import { durationOf } from './duration.ts';
import { type Command, flags, type Io, UsageError } from './io.ts';
import { jsonLine, shown } from './shown.ts';
import { table } from './table.ts';

export const usage: Command['usage'] = `usage: tripline rehearse ID…
       tripline rehearse --check [ID…] [--since 24h] [--json]

Prints, for each detection, the steps that make it fire in a test account, and those that undo them: AWS CLI and kubectl, as bash. It runs
nothing itself. Never run them in an account that matters to you.
  --check          which detections (default: all) came back as findings; exit 1 if one did not
  --since 24h      how far back: a number with m, h or d
  --database DIR, --stage NAME, --table NAME    as for 'tripline findings'
  --json           one JSON object per line`;

/** Gives 1 where a detection did not come back to `--check`. @throws Error where one that is named has no rehearsal */
export const run: Command['run'] = async (argv, io) => {
  const { values, positionals } = flags(argv, {
    check: { type: 'boolean' },
    since: { type: 'string' },
    ...databaseOptions,
    json: { type: 'boolean' },
  });
  const unknown = positionals.find(id => !Object.hasOwn(rehearsals, id));
  if (unknown !== undefined && detections.some(({ id }) => id === unknown))
    throw new Error(`'${unknown}' has no rehearsal yet: write its steps under its id in a file of core/rehearsal/`);
  if (unknown !== undefined) throw new UsageError(`no detection '${unknown}': 'tripline detections' lists them`);
  if (values.check) return check(positionals, values, io);
  if (positionals.length === 0) throw new UsageError("say which detection: 'tripline detections' lists them");
  for (const id of positionals) {
    const one = rehearsals[id];
    if (one === undefined) continue;
    io.stdout.write(values.json ? jsonLine({ detection: id, ...one }) : `${text(id, one)}\n`);
  }
  return 0;
};

const text = (id: string, { steps, undo, note }: Rehearsal): string => {
  const needed = Object.entries(variables).filter(([name]) =>
    [...steps, ...undo].some(step => new RegExp(`\\$\\{?${name}\\b`).test(step)),
  );
  return [
    `# ${id}: ${plainTitle(detections.find(one => one.id === id)?.title ?? '')}`,
    '# In a test account alone.',
    ...(note === undefined ? [] : [`# ${note}`]),
    ...needed.map(([name, what]) => `${name}=  # ${what}`),
    '',
    ...steps,
    '',
    `# undo${undo.length === 0 ? ': nothing was changed, or it undoes itself' : ''}`,
    ...undo,
    '',
  ].join('\n');
};

interface Checked {
  readonly detection: string;
  readonly came: boolean;
  readonly last?: string;
  readonly severity?: string;
}

const check = async (
  ids: readonly string[],
  values: {
    since?: string | undefined;
    table?: string | undefined;
    database?: string | undefined;
    json?: boolean | undefined;
  },
  io: Io,
): Promise<number> => {
  const since = Date.now() - durationOf('since', values.since ?? '24h');
  const database = await openDatabase(values);
  const newest = new Map<string, Finding>();
  try {
    let after: string | undefined;
    do {
      const page = await database.findings.list(
        {
          since,
          until: Date.now() + 60_000,
          severity: severities[0],
          statuses: ['open', 'acknowledged', 'resolved', 'suppressed'],
        },
        { limit: 200, ...(after === undefined ? {} : { after }) },
      );
      for (const one of page.items)
        if ((newest.get(one.detection)?.last ?? 0) <= one.last) newest.set(one.detection, one);
      after = page.next;
    } while (after !== undefined);
  } finally {
    await database.close();
  }
  const asked = ids.length > 0 ? ids : Object.keys(rehearsals).sort();
  const rows = asked.map((detection): Checked => {
    const found = newest.get(detection);
    if (found === undefined) return { detection, came: false };
    return { detection, came: true, last: new Date(found.last).toISOString(), severity: found.severity };
  });
  const missing = rows.filter(({ came }) => !came).length;
  if (values.json) for (const row of rows) io.stdout.write(jsonLine(row));
  else
    io.stdout.write(
      `${table(
        rows,
        [
          { head: 'DETECTION', cell: row => row.detection },
          { head: 'CAME BACK', cell: row => (row.came ? 'yes' : 'no') },
          { head: 'SEVERITY', cell: row => row.severity ?? '-' },
          { head: 'LAST', cell: row => row.last ?? '-' },
        ],
        io.stdout.isTTY ? io.stdout.columns : undefined,
      )}\n\n${shown(`${rows.length - missing} of ${rows.length} came back since ${new Date(since).toISOString()}`)}\n`,
    );
  return missing === 0 ? 0 : 1;
};
