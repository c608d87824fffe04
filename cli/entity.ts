import type { Finding } from '../core/finding.ts';
import type { EntityKind } from '../core/findings/entity.ts';
import { type Known, knownOf, type Moment, momentsOf, type Subject, subjectOf } from '../core/known.ts';
import { type Database, databaseOptions, databaseUsage, openDatabase } from './database.ts';
import { type Command, flags, type Io, UsageError } from './io.ts';
import { placesOf, someAccount } from './places.ts';
import { jsonLine, shown } from './shown.ts';
import { table } from './table.ts';

export const usage: Command['usage'] = `usage: tripline entity i-… | ASIA… | node/NAME | NAME [--json]

Shows what is known about an instance, an access key, a node or a principal, what it leads to (key, instance, node), and its timeline
across CloudTrail and Kubernetes: from what detections remember, and from the findings that name it. NAME is the complete name of a
principal, a resource or an address, as 'tripline findings show ID' prints it: arn:…, system:…, sg-…, 192.0.2.66. Exit code 1: nothing
is known about it.
  --settings FILE  the settings whose accounts and clusters are searched (default tripline.config.ts)
  --account ID     search this account
  --json           one object, nothing else
${databaseUsage}`;

/** Findings of one thing that are looked at: of each of its names, those of the newest so many entries. */
const most = 200;

/** Under which names findings may speak of a thing. */
const namesOf = ({ kind, name }: Subject): readonly (readonly [EntityKind, string])[] => {
  if (kind === 'key')
    return [
      ['principal', `access key ${name}`],
      ['principal', name],
      ['resource', name],
    ];
  if (kind === 'node')
    return [
      ['resource', name],
      ['principal', `system:node:${name}`],
      ['resource', `node/${name}`],
    ];
  return [['resource', name], ['principal', name], ...(kind === 'other' ? [['address', name] as const] : [])];
};

interface Found {
  /** The oldest first. */
  readonly findings: readonly Finding[];
  /** Names of which there is more than was looked at. */
  readonly more: readonly (readonly [EntityKind, string])[];
}

const findingsOf = async (known: readonly Known[], { findings }: Database): Promise<Found> => {
  const ids = new Set<string>();
  const more: (readonly [EntityKind, string])[] = [];
  for (const { subject } of known)
    for (const [kind, name] of namesOf(subject)) {
      const { items, next } = await findings.about(kind, name, { limit: most });
      const some = [...new Set(items.map(({ finding }) => finding))].filter(id => !ids.has(id));
      const room = most - ids.size;
      for (const id of some.slice(0, room)) ids.add(id);
      if (next !== undefined || some.length > room) more.push([kind, name]);
    }
  const read = await Promise.all([...ids].map(id => findings.read(id, 1)));
  return { findings: read.flatMap(stored => stored?.finding ?? []).sort((a, b) => a.first - b.first), more };
};

/** Gives 1 where nothing is known of it. @throws UsageError where no account is known to look an instance or a node up in */
export const run: Command['run'] = async (argv, io) => {
  const { values, positionals } = flags(argv, {
    settings: { type: 'string' },
    account: { type: 'string' },
    json: { type: 'boolean' },
    ...databaseOptions,
  });
  const [name] = positionals;
  if (name === undefined || name === '' || positionals.length > 1)
    throw new UsageError('say one instance, access key, node, principal or other name');
  const subject = subjectOf(name);
  const database = await openDatabase(values);
  try {
    const places = await placesOf(values);
    if (subject.kind === 'instance' || subject.kind === 'node') someAccount(places.accounts);
    const known = await knownOf(subject, places, database.store);
    const { findings, more } = await findingsOf(known, database);
    const timeline: readonly Row[] = [
      ...momentsOf(known),
      ...findings.map(one => ({
        time: one.first,
        finding: one.id,
        what: `${one.severity} ${one.detection}: ${one.title}`,
      })),
    ].sort((a, b) => a.time - b.time);
    if (values.json) io.stdout.write(jsonLine({ known, findings, timeline }));
    else io.stdout.write(text(known, timeline, io));
    for (const [kind, one] of more)
      io.stderr.write(
        `${shown(one)}: only the newest findings that name it are shown; list all: tripline findings about ${kind} NAME\n`,
      );
    return known.some(({ item }) => Object.keys(item).length > 0) || findings.length > 0 ? 0 : 1;
  } finally {
    await database.close();
  }
};

/** What happened, and the finding that says so; absent: it is remembered. */
interface Row extends Moment {
  readonly finding?: string;
}

const text = (known: readonly Known[], timeline: readonly Row[], io: Io): string => {
  const blocks = known.map(({ subject, item }) => {
    const rows = Object.entries(item).map(([set, members]) => `  ${set.padEnd(16)}${shown(members.join(', '))}`);
    const isNamed = subject.kind === 'principal' || subject.kind === 'other';
    const nothing = isNamed ? [] : ['  nothing is remembered of it'];
    return [
      `${subject.kind === 'other' ? '' : `${subject.kind} `}${shown(subject.name)}`,
      ...(rows.length > 0 ? rows : nothing),
    ].join('\n');
  });
  const lines =
    timeline.length === 0
      ? "no finding names it: give the complete name, as 'tripline findings show ID' prints it"
      : table(
          timeline,
          [
            { head: 'WHEN (UTC)', cell: ({ time }) => new Date(time).toISOString().slice(0, 19).replace('T', ' ') },
            // Before what is cut on a narrow terminal: it is what leads on.
            { head: 'FINDING', cell: ({ finding }) => finding ?? '-' },
            { head: 'WHAT', cell: ({ what }) => what },
          ],
          io.stdout.columns,
        );
  return `${[...blocks, lines].join('\n\n')}\n`;
};
