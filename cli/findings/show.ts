import { isIP } from 'node:net';
import { fillRunbook } from '../../core/announce/fill.ts';
import { removed } from '../../core/announce/message.ts';
import { listOf } from '../../core/cloudtrail/place.ts';
import { severities } from '../../core/detection.ts';
import type { Act, Finding, Window } from '../../core/finding.ts';
import { type EntityKind, namedBy } from '../../core/findings/entity.ts';
import type { Settings } from '../../core/settings.ts';
import { isWay } from '../../core/way.ts';
import { detections } from '../../detections/index.ts';
import type { Database } from '../database.ts';
import type { Io } from '../io.ts';
import { counted } from '../progress.ts';
import { jsonLine, jsonPage, shown } from '../shown.ts';
import { table } from '../table.ts';
import { unknownFinding } from './id.ts';

/** Windows of a finding that are shown: the newest. */
const mostWindows = 48;

/** Everything stored about one finding, with what else its principals and resources took part in. */
export const show = async (
  database: Database,
  id: string,
  {
    json,
    settings,
    stage,
  }: { readonly json: boolean; readonly settings: Settings; readonly stage?: string | undefined },
  io: Io,
): Promise<number> => {
  const stored = await database.findings.read(id, mostWindows);
  if (stored === undefined) {
    io.stderr.write(`tripline findings: ${shown(unknownFinding(id))}: 'tripline findings' lists them\n`);
    return 2;
  }
  const related = await relatedTo(database, stored.finding);
  const neighbours = await alsoFrom(database, stored.finding, settings, related.found);
  if (json) {
    const ids = (all: Near) => all.found.map(one => one.id);
    io.stdout.write(jsonLine({ ...stored, related: ids(related), sameAddress: ids(neighbours) }));
    return 0;
  }
  const { finding, windows } = stored;
  io.stdout.write(`${shown(finding.title)}\n\n`);
  for (const [name, value] of rows(finding)) if (value !== '') io.stdout.write(`${name.padEnd(12)}${shown(value)}\n`);
  const detection = detections.find(one => one.id === finding.detection);
  section(io, 'why it matters', [detection?.why ?? removed(finding)].filter(Boolean));
  section(
    io,
    'what to do',
    fillRunbook(detection?.runbook ?? [], finding, windows[0], settings, stage).map((step, at) => `${at + 1}. ${step}`),
  );
  section(io, 'timeline', timeline(finding, windows));
  section(io, 'related findings', briefs(related));
  section(io, 'from the same address', briefs(neighbours));
  for (const window of windows) {
    io.stdout.write(`\nwindow ${iso(window.bucket)}: ${counted(window.count, 'event')}, ${window.severity}\n`);
    io.stdout.write(jsonPage(window.evidence));
  }
  return 0;
};

const briefs = ({ found, more, isAll }: Near): readonly string[] => [
  ...found.map(brief),
  ...(more === 0 && isAll
    ? []
    : [
        `… and ${more === 0 ? 'others' : more}${more === 0 || isAll ? '' : ' or more'} further from it in time: 'tripline entity NAME' lists all that names one of its`,
      ]),
];

const brief = ({ id, severity, status, title, first }: Finding): string =>
  `${id}  ${severity.padEnd(8)}  ${status.padEnd(12)}  ${iso(first).slice(0, 16).replace('T', ' ')}  ${title}`;

const iso = (time: number): string => new Date(time).toISOString();

const section = (io: Io, name: string, lines: readonly string[]): void => {
  if (lines.length > 0) io.stdout.write(`\n${name}\n${lines.map(line => `  ${shown(line)}`).join('\n')}\n`);
};

const rows = (finding: Finding): readonly (readonly [string, string])[] => [
  ['finding', finding.id],
  ['detection', `${finding.detection} (rule version ${finding.version})`],
  ['severity', finding.severity],
  ['status', finding.ruleStatus === 'watching' ? `${finding.status} (watching)` : finding.status],
  ['until', finding.suppressedUntil === undefined ? '' : iso(finding.suppressedUntil)],
  ['assignee', finding.assignee ?? ''],
  ['verdict', finding.disposition === undefined ? '' : `${finding.disposition}, by ${finding.judged?.who ?? '?'}`],
  ['account', finding.account],
  ['cluster', finding.cluster],
  ['first', iso(finding.first)],
  ['last', iso(finding.last)],
  ['count', `${finding.count}${finding.exact === false ? '+' : ''}`],
  ['principals', finding.principals.join(', ')],
  ['resources', finding.resources.join(', ')],
  ['addresses', finding.addresses.join(', ')],
  ['regions', finding.regions.join(', ')],
  ['notes', finding.notes.join(' ')],
  ['evidence', (finding.captures ?? []).join(', ')],
];

const done: { readonly [A in Act['act']]: string } = {
  acknowledge: 'acknowledged',
  resolve: 'resolved',
  suppress: 'suppressed until',
  reopen: 'opened again',
  assign: 'assigned to',
  judge: 'judged',
  note: 'noted',
};

/** What happened and what people did, in the order of time. */
const timeline = (finding: Finding, windows: readonly Window[]): readonly string[] =>
  [
    ...windows.map(window => ({
      at: window.first,
      text: `${counted(window.count, 'event')}${window.last === window.first ? '' : ` to ${iso(window.last)}`}, ${window.severity}`,
    })),
    ...(finding.trail ?? []).map(act => ({
      at: act.at,
      text: [act.who, done[act.act], act.detail ?? '', act.note === undefined ? '' : `"${act.note}"`]
        .filter(Boolean)
        .join(' '),
    })),
  ]
    .sort((a, b) => a.at - b.at)
    .map(({ at, text }) => `${iso(at)}  ${text}`);

/** Entities asked about, and findings shown: enough to see a pattern. */
const asked = 5;
const most = 20;

/** Findings near one, the gravest first, and how many more are known that lie further from it in time. */
interface Near {
  readonly found: readonly Finding[];
  readonly more: number;
  /** Whether there are no others than these. */
  readonly isAll: boolean;
}

/** Where it came from is another matter: whoever sits behind an address has it in common with all others there. */
const relatedTo = async (database: Database, finding: Finding): Promise<Near> => {
  const entities: readonly (readonly [EntityKind, string])[] = [
    ...namedBy(finding.key).filter(([kind]) => kind !== 'address'),
    ...finding.principals
      .filter(name => !isWay(name))
      .slice(0, asked)
      .map(name => ['principal', name] as const),
    ...finding.resources.slice(0, asked).map(name => ['resource', name] as const),
  ];
  return nearest(database, entities, finding, []);
};

/** Findings from where this one came: who goes on as somebody else stays there. Where we leave by ourselves says nothing. */
const alsoFrom = async (
  database: Database,
  finding: Finding,
  { network, clusters }: Settings,
  known: readonly Finding[],
): Promise<Near> => {
  const own = clusters.flatMap(({ vpcRanges = [], podRanges = [] }) => [...vpcRanges, ...podRanges]);
  const ours = listOf([...network.egress, ...network.ranges, ...network.onPrem, ...own]);
  const addresses = finding.addresses.filter(
    one => isIP(one) !== 0 && !ours.check(one, isIP(one) === 6 ? 'ipv6' : 'ipv4'),
  );
  return nearest(
    database,
    addresses.slice(0, asked).map(name => ['address', name] as const),
    finding,
    known,
  );
};

/** The findings of some entities, but those known, that are nearest to one in time: an incident's lie close together. */
const nearest = async (
  database: Database,
  entities: readonly (readonly [EntityKind, string])[],
  finding: Finding,
  known: readonly Finding[],
): Promise<Near> => {
  const pages = await Promise.all(
    entities.map(([kind, name]) => database.findings.around(kind, name, finding.first, 50)),
  );
  const apart = new Map<string, number>();
  for (const row of pages.flatMap(({ items }) => items)) {
    const away = Math.abs(row.bucket - finding.first);
    apart.set(row.finding, Math.min(away, apart.get(row.finding) ?? away));
  }
  for (const { id } of [finding, ...known]) apart.delete(id);
  const ids = [...apart].toSorted(([, a], [, b]) => a - b).map(([id]) => id);
  const found = await database.findings.cases(ids.slice(0, 50));
  const away = (one: Finding): number => Math.max(0, one.first - finding.last, finding.first - one.last);
  const shownOf = found.toSorted((a, b) => away(a) - away(b)).slice(0, most);
  return {
    found: shownOf.toSorted(
      (a, b) => severities.indexOf(b.severity) - severities.indexOf(a.severity) || b.last - a.last,
    ),
    more: ids.length - shownOf.length,
    isAll: pages.every(({ isAll }) => isAll),
  };
};

/** In which findings somebody or something took part; gives 1 where in none, as `tripline entity` does. */
export const about = async (
  database: Database,
  kind: EntityKind,
  name: string,
  { limit, json }: { readonly limit: number; readonly json: boolean },
  io: Io,
): Promise<number> => {
  const { items, next } = await database.findings.about(kind, name, { limit });
  if (next !== undefined)
    io.stderr.write(`tripline findings: there are more than these ${items.length}: raise --limit\n`);
  if (json) {
    for (const one of items) io.stdout.write(jsonLine(one));
    return items.length === 0 ? 1 : 0;
  }
  const spec = [
    { head: 'WINDOW (UTC)', cell: (row: (typeof items)[number]) => iso(row.bucket) },
    { head: 'FINDING', cell: (row: (typeof items)[number]) => row.finding },
    { head: 'DETECTION', cell: (row: (typeof items)[number]) => row.detection },
  ];
  io.stdout.write(
    `${items.length === 0 ? "nothing known: give the complete name, as 'tripline findings show ID' prints it" : table(items, spec)}\n`,
  );
  return items.length === 0 ? 1 : 0;
};
