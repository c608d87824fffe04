import { existsSync } from 'node:fs';
import { type Activity, activityOf, noActivity } from '../core/activity.ts';
import { severities } from '../core/detection.ts';
import { isSet } from '../core/settings.ts';
import { plainTitle } from '../core/title.ts';
import { detections } from '../detections/index.ts';
import settings from '../tripline.config.ts';
import { databaseOptions, databaseUsage, localPath, openDatabase } from './database.ts';
import { findAll } from './findings/filter.ts';
import { type Command, flags, type Io } from './io.ts';
import { counted } from './progress.ts';
import { jsonLine } from './shown.ts';
import { type Column, table } from './table.ts';
import { tellUnmet } from './unmet.ts';

/** Days that are looked back over. */
const days = 30;
/** Findings that are counted at most. */
const most = 20_000;

export const usage: Command['usage'] = `usage: tripline detections [--json] [WORD…]

Lists the detections whose id contains every WORD: severity, status under tripline.config.ts, and the settings that each still lacks.
If there is a database, also what each did in the last ${days} days: findings, how many of them are open, and false positives.
  --json           one JSON object per line
${databaseUsage}`;

const statusOf = (id: string, requires: readonly string[]): string =>
  settings.detections[id]?.status ?? (requires.length > 0 ? 'watching' : 'alerting');

type Where = Parameters<typeof openDatabase>[0];

const activityIn = async (where: Where, io: Io): Promise<ReadonlyMap<string, Activity>> => {
  const database = await openDatabase(where);
  try {
    const until = Date.now();
    const { found, more } = await findAll(
      database.findings,
      { statuses: ['open', 'acknowledged', 'suppressed', 'resolved'], since: until - days * 86_400_000, until },
      most,
    );
    if (more) io.stderr.write(`tripline detections: only the newest ${most} findings are counted\n`);
    return activityOf(found);
  } finally {
    await database.close();
  }
};

/** A database that was asked for must open; without one, or with the local one in use by 'npm start', rules are listed all the same. */
const activity = async (where: Where, io: Io): Promise<ReadonlyMap<string, Activity> | undefined> => {
  if (Object.keys(databaseOptions).some(flag => where[flag as keyof Where] !== undefined)) return activityIn(where, io);
  if (!existsSync(localPath)) return undefined;
  return activityIn({}, io).catch(error => {
    io.stderr.write(
      `tripline detections: ${localPath} can't be read: ${error instanceof Error ? error.message : error}\n`,
    );
    return undefined;
  });
};

/** Gives 0. @throws Error where a database that was named does not open; the usual one is done without */
export const run: Command['run'] = async (argv, io) => {
  const { values, positionals } = flags(argv, { json: { type: 'boolean' }, ...databaseOptions });
  tellUnmet('detections', settings, io);
  const did = await activity(values, io);
  const rows = detections
    .filter(one => positionals.every(word => one.id.includes(word)))
    .map(one => {
      const lacks = (one.requires ?? []).filter(name => !isSet(settings, name));
      const rule = one.severity;
      const levels =
        typeof rule === 'string' ? [rule] : [...new Set(rule.map(part => (typeof part === 'string' ? part : part[0])))];
      const ordered = severities.filter(level => levels.includes(level)).toReversed();
      return {
        id: one.id,
        severity: ordered.join('/'),
        status: statusOf(one.id, lacks),
        lacks,
        title: one.title,
        ...(did === undefined ? {} : { last30Days: did.get(one.id) ?? noActivity }),
      };
    });
  if (values.json) for (const row of rows) io.stdout.write(jsonLine(row));
  else {
    const figure = (head: string, member: keyof Activity): Column<(typeof rows)[number]> => ({
      head,
      cell: row => String(row.last30Days?.[member] ?? 0),
      align: 'right',
    });
    const text = table(
      rows,
      [
        { head: 'DETECTION', cell: row => row.id },
        { head: 'SEVERITY', cell: row => row.severity },
        { head: 'STATUS', cell: row => row.status },
        ...(did === undefined
          ? []
          : [
              figure(`FOUND ${days}D`, 'findings'),
              figure('OPEN', 'open'),
              figure('FALSE POSITIVES', 'falsePositives'),
            ]),
        { head: 'MISSING SETTINGS', cell: row => row.lacks.join(', ') || '-' },
        { head: 'TITLE', cell: row => plainTitle(row.title) },
      ],
      io.stdout.isTTY ? io.stdout.columns : undefined,
    );
    io.stdout.write(`${text}\n\n${counted(rows.length, 'detection')}\n`);
  }
  return rows.length === 0 ? 1 : 0;
};
