import type { AnyDetection } from '../core/detection.ts';
import type { Source } from '../core/event.ts';
import { hunt } from '../core/targets/sql/hunt.ts';
import { athenaTrail, type Layout, wholeRecords } from '../core/targets/sql/place.ts';
import { detections, knowledge } from '../detections/index.ts';
import { timeOf } from './duration.ts';
import { type Command, flags, oneOf, UsageError } from './io.ts';
import { loadSettings } from './settings.ts';
import { jsonLine } from './shown.ts';

export const usage: Command['usage'] = `usage: tripline hunt [--source cloudtrail|kubernetes] [--table TABLE] [--records COLUMN] [--detection ID…] [--without ID…]
                     [--from TIME] [--to TIME] [--settings FILE] [--json]

Prints an Athena (Trino) query that finds, in months of logs, the records that detections may match; several where one would exceed
Athena's limit. It finds some more and never fewer; run 'tripline scan' on the result. docs/hunting.md shows the tables, and how to get from one to the other.
  --source S       cloudtrail (default) or kubernetes
  --table TABLE    the table, with database and catalogue if needed (default: cloudtrail_logs, as CloudTrail's console creates it for
                   Athena; for kubernetes audit_records)
  --records C      the table has the complete record in this column, as JSON (for audit logs always: record). The query then returns the
                   records themselves instead of the objects that contain them, and fewer of them
  --detection ID   only this detection; repeat it for more (default: all that are not off). Detections of lineage join both logs: hunt
                   for them with each --source
  --without ID     leave out this detection; repeat it for more
  --from TIME      records from this time on: 2026-09-01T10:00Z (UTC unless it names a zone); 24h means 24 hours ago
  --to TIME        records before this time
  --settings FILE  the settings (default tripline.config.ts)
  --json           one JSON object: the queries, and what each detection asks for`;

/** Gives 0. @throws UsageError where a name or a time is none, or no detection is left to hunt for */
export const run: Command['run'] = async (argv, io) => {
  const { values, positionals } = flags(argv, {
    source: { type: 'string' },
    table: { type: 'string' },
    records: { type: 'string' },
    detection: { type: 'string', multiple: true },
    without: { type: 'string', multiple: true },
    from: { type: 'string' },
    to: { type: 'string' },
    settings: { type: 'string' },
    json: { type: 'boolean' },
  });
  const [stray] = positionals;
  if (detections.some(({ id }) => id === stray)) throw new UsageError(`--detection ${stray} hunts for that one`);
  if (stray !== undefined) throw new UsageError(`it reads no files: '${stray}'; 'tripline scan' does`);
  const settings = await loadSettings(values.settings);
  const source = oneOf('source', values.source, ['cloudtrail', 'kubernetes']) ?? 'cloudtrail';
  const now = Date.now();
  const from = values.from === undefined ? undefined : timeOf('from', values.from, now);
  const to = values.to === undefined ? undefined : timeOf('to', values.to, now);
  if (from !== undefined && to !== undefined && from >= to) throw new UsageError('--from must be earlier than --to');
  const table = namesOf(values.table ?? (source === 'cloudtrail' ? 'cloudtrail_logs' : 'audit_records'));
  const isOff = ({ id }: { readonly id: string }): boolean => settings.detections[id]?.status === 'off';
  const asked = chosenOf(values.detection ?? [], values.without ?? [], source);
  const chosen = asked.filter(one => !isOff(one));
  if (chosen.length === 0)
    throw new UsageError(
      `no detection is left to hunt for: the settings switch off ${asked.map(({ id }) => id).join(', ')}`,
    );
  // What others teach is asked by what keeps state alone.
  const taught = chosen.some(one => 'state' in one) ? knowledge.filter(({ on }) => on === source) : [];
  const { queries, rules } = hunt([...chosen.filter(({ on }) => on === source), ...taught], settings, {
    source,
    layout: layoutOf(source, values.records),
    table,
    // CloudTrail's times are whole seconds: a bound between two of them takes in what is of its second.
    ...(from === undefined ? {} : { from: written(from) }),
    ...(to === undefined ? {} : { to: written(Math.ceil(to / 1_000) * 1_000) }),
  });
  if (values.json) io.stdout.write(jsonLine({ queries, rules }));
  else {
    const lines = [
      `Finds the records that ${count(chosen.length, 'detection')} may match${taught.length === 0 ? '' : ` or learn from`}, and some more: run 'tripline scan' on them (docs/hunting.md).`,
      ...rules.flatMap(({ id, leftOut }) =>
        leftOut.length === 0
          ? []
          : [`More than it needs is found for ${id}: the table can't be asked for ${leftOut.join(', ')}.`],
      ),
      ...(chosen.some(isJoined) ? [`Detections of lineage join these with what ${others[source]} asks for.`] : []),
    ];
    io.stdout.write(lines.map(line => `-- ${line}\n`).join(''));
    io.stdout.write(queries.map((sql, at) => `${placed(at, queries.length)}${sql};\n`).join('\n'));
  }
  return 0;
};

/** Which of several queries it is. What two of them find, `scan` counts once. */
const placed = (at: number, of: number): string =>
  of === 1
    ? ''
    : `-- Query ${at + 1} of ${of}, for Athena takes no longer ones: run each, and give 'tripline scan' all that they find.\n`;

const others: Readonly<Record<Source, string>> = {
  cloudtrail: '--source kubernetes',
  kubernetes: '--source cloudtrail',
};

const count = (of: number, what: string): string => `${of} ${what}${of === 1 ? '' : 's'}`;

/** Whether it is decided from what both logs tell (`core/lineage.ts`): of lineage is, too, what counts in one alone. */
const isJoined = ({ id, state }: AnyDetection): boolean =>
  id.startsWith('lineage/') && state !== undefined && state.kind !== 'distinct';

/** What is asked for by name, or all; of the other logs only what is joined with these. */
const chosenOf = (only: readonly string[], without: readonly string[], source: Source) => {
  const unknown = [...only, ...without].find(id => !detections.some(one => one.id === id));
  if (unknown !== undefined) throw new UsageError(`no detection '${unknown}': 'tripline detections' lists them`);
  const able = detections.filter(one => one.on === source || isJoined(one));
  const other = only.find(id => !able.some(one => one.id === id));
  if (other !== undefined) throw new UsageError(`'${other}' reads other logs than ${source}: see --source`);
  const chosen = able.filter(({ id }) => (only.length === 0 || only.includes(id)) && !without.includes(id));
  if (chosen.length === 0) throw new UsageError('no detection is left to hunt for');
  return chosen;
};

const layoutOf = (source: Source, column: string | undefined): Layout => {
  if (source === 'cloudtrail' && column === undefined) return athenaTrail;
  const name = column ?? 'record';
  if (!/^\w+$/.test(name)) throw new UsageError(`--records takes the name of a column, not '${name}'`);
  return wholeRecords(source, name);
};

/** @throws UsageError on what is no name of a table in Athena */
const namesOf = (table: string): readonly string[] => {
  const names = table.split('.');
  if (names.length <= 3 && names.every(name => /^[\w-]+$/.test(name))) return names;
  throw new UsageError(`--table takes a name such as cloudtrail_logs or security.cloudtrail_logs, not '${table}'`);
};

/** A time as it sorts among records' times, some of which have parts of a second. */
const written = (time: number): string => new Date(time).toISOString().slice(0, 19);
