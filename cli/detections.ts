import { severities } from '../core/detection.ts';
import { isSet } from '../core/settings.ts';
import { detections } from '../detections/index.ts';
import settings from '../tripline.config.ts';
import { flags, type Io } from './io.ts';
import { table } from './table.ts';

export const usage = `usage: tripline detections [--json] [WORD…]

Lists the detections whose id contains every WORD: severity, status under tripline.config.ts, what each still lacks.
  --json   one JSON object a line`;

const statusOf = (id: string, requires: readonly string[]): string =>
  settings.detections[id]?.status ?? (requires.length > 0 ? 'watching' : 'alerting');

export const run = async (argv: readonly string[], io: Io): Promise<number> => {
  const { values, positionals } = flags(argv, { json: { type: 'boolean' } });
  const rows = detections
    .filter(one => positionals.every(word => one.id.includes(word)))
    .map(one => {
      const lacks = (one.requires ?? []).filter(name => !isSet(settings, name));
      const rule = one.severity;
      const levels =
        typeof rule === 'string' ? [rule] : [...new Set(rule.map(part => (typeof part === 'string' ? part : part[0])))];
      const ordered = severities.filter(level => levels.includes(level)).toReversed();
      return { id: one.id, severity: ordered.join('/'), status: statusOf(one.id, lacks), lacks, title: one.title };
    });
  if (values.json) for (const row of rows) io.stdout.write(`${JSON.stringify(row)}\n`);
  else {
    const text = table(
      rows,
      [
        { head: 'DETECTION', cell: row => row.id },
        { head: 'SEVERITY', cell: row => row.severity },
        { head: 'STATUS', cell: row => row.status },
        { head: 'LACKS', cell: row => row.lacks.join(', ') || '-' },
        { head: 'SAYS', cell: row => row.title },
      ],
      io.stdout.isTTY ? io.stdout.columns : undefined,
    );
    io.stdout.write(`${text}\n\n${rows.length} detections\n`);
  }
  return 0;
};
