import { type Key, type Severity, severities } from '../detection.ts';
import type { Act, Finding, FindingStatus, Worked } from '../finding.ts';
import { retentionDays } from '../tables.ts';
import { rank } from './best.ts';
import { type CaseContent, type CaseLife, caps, findingOf, type StoredCase } from './case.ts';
import type { EntityRow } from './entity.ts';
import type { Ranked } from './ranked.ts';
import { revisionOf } from './revision.ts';
import type { StoredWindow } from './window.ts';

/**
 * Findings as items of the table and back: the one place that knows the attributes' names. The type is DynamoDB's own
 * attribute form, as the SDK and the stream's records have it (in a stream's JSON bytes are base64, and no case has any).
 */
export type Attribute =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly BOOL: boolean }
  | { readonly B: Uint8Array }
  | { readonly SS: readonly string[] }
  | { readonly L: readonly Attribute[] }
  | { readonly M: Attributes };
export type Attributes = { readonly [name: string]: Attribute };

export const caseKey = (id: string): Attributes => ({ pk: { S: id }, sk: { S: 'case' } });
export const windowKey = (id: string, bucket: number): Attributes => ({
  pk: { S: id },
  sk: { S: `w#${new Date(bucket).toISOString()}` },
});

const s = (value: string): Attribute => ({ S: value });
const n = (value: number): Attribute => ({ N: String(value) });
const strings = (values: readonly string[]): Attribute => ({ L: values.map(s) });
const numbers = (values: readonly number[]): Attribute => ({ L: values.map(n) });
const expiry = (time: number): Attribute => n(Math.floor(time / 1_000) + retentionDays * 86_400);

const sets = Object.keys(caps) as readonly (keyof typeof caps)[]; // `caps` has no other keys

const rankedItem = (name: string, set: Ranked): Attributes => ({
  [name]: strings(set.members),
  [`${name}At`]: numbers(set.times),
  [`${name}Full`]: { BOOL: set.full },
});

/** The content of a case as attributes, those of its indexes included; the life is written attribute by attribute. */
export const contentItem = (content: CaseContent): Attributes => ({
  detection: s(content.detection),
  account: s(content.account),
  cluster: s(content.cluster),
  key: { M: Object.fromEntries(Object.entries(content.key).map(([part, value]) => [part, s(value)])) },
  ruleStatus: s(content.ruleStatus),
  first: n(content.first),
  last: n(content.last),
  ...bestItem(content.best),
  windows: { M: Object.fromEntries(Object.entries(content.windows).map(([bucket, count]) => [bucket, n(count)])) },
  count: n(Object.values(content.windows).reduce((sum, count) => sum + count, 0)),
  more: { BOOL: content.more },
  ...Object.assign({}, ...sets.map(name => rankedItem(name, content[name]))),
  revision: s(revisionOf(content)),
  priority: s(`${rank(content.best.severity)}#${new Date(content.last).toISOString()}`),
  month: s(monthOf(content.last)),
  expires: expiry(content.last),
});

/** The partition of the `recent` index: `2026-09`. */
export const monthOf = (time: number): string => new Date(time).toISOString().slice(0, 7);

/** The life of a case as attributes. `open` is absent from a resolved case, `owed` from one with nothing to say. */
export const lifeItem = (life: CaseLife): Attributes => ({
  status: s(life.status),
  ...(life.status === 'resolved' ? {} : { open: s(life.status) }),
  ...(life.assignee === undefined ? {} : { assignee: s(life.assignee) }),
  ...(life.disposition === undefined ? {} : { disposition: s(life.disposition) }),
  ...(life.judged === undefined ? {} : { judged: { M: { who: s(life.judged.who), at: n(life.judged.at) } } }),
  ...(life.worked === undefined
    ? {}
    : { worked: { M: { status: s(life.worked.status), who: s(life.worked.who), at: n(life.worked.at) } } }),
  ...(life.suppressedUntil === undefined ? {} : { suppressedUntil: n(life.suppressedUntil) }),
  ...(life.acts === 0 ? {} : { trail: { L: life.trail.map(actItem) }, acts: n(life.acts) }),
  ...(life.resolvedAt === undefined ? {} : { resolvedAt: n(life.resolvedAt) }),
  ...(life.due === undefined ? {} : { due: n(life.due), owed: s('due') }),
  ...(life.transitions.length === 0 ? {} : { transitions: { SS: [...life.transitions].sort() } }),
  ...((life.captures ?? []).length === 0 ? {} : { captures: { SS: [...(life.captures ?? [])].sort() } }),
});

/** Attributes of a life that a change may take away: written as absent, they are removed. */
export const lifeNames = [
  'status',
  'open',
  'assignee',
  'disposition',
  'judged',
  'worked',
  'suppressedUntil',
  'trail',
  'acts',
  'resolvedAt',
  'due',
  'owed',
] as const;

const actItem = (act: Act): Attribute => ({
  M: {
    at: n(act.at),
    who: s(act.who),
    act: s(act.act),
    ...(act.detail === undefined ? {} : { detail: s(act.detail) }),
    ...(act.note === undefined ? {} : { note: s(act.note) }),
  },
});

const bestItem = (best: CaseContent['best']): Attributes => ({
  severity: s(best.severity),
  title: s(best.title),
  version: s(best.version),
  source: s(best.source),
  region: s(best.region),
  bestAt: n(best.time),
  bestEvent: s(best.eventId),
  shown: { BOOL: best.shown },
});

export const windowItem = (window: StoredWindow): Attributes => ({
  ...windowKey(window.finding, window.bucket),
  bucket: n(window.bucket),
  first: n(window.first),
  last: n(window.last),
  count: n(window.seen.length),
  seen: { B: Buffer.from(window.seen.join(''), 'hex') },
  more: { BOOL: window.more },
  ...bestItem(window.best),
  evidence: s(window.evidence),
  ...rankedItem('eventIds', window.eventIds),
  ...rankedItem('entities', window.entities),
  revision: s(revisionOf(window)),
  expires: expiry(window.last),
});

/** The row's content says nothing that two folds of the same window could say differently. */
export const entityItem = (row: EntityRow): Attributes => ({
  pk: s(row.entity),
  sk: s(`${new Date(row.bucket).toISOString()}#${row.finding}`),
  finding: s(row.finding),
  detection: s(row.detection),
  account: s(row.account),
  cluster: s(row.cluster),
  bucket: n(row.bucket),
  expires: expiry(row.bucket),
});

const text = (item: Attributes, name: string): string => {
  const attribute = item[name];
  return attribute !== undefined && 'S' in attribute ? attribute.S : '';
};
const number = (item: Attributes, name: string): number => {
  const attribute = item[name];
  return attribute !== undefined && 'N' in attribute ? Number(attribute.N) : 0;
};
const claim = (item: Attributes, name: string): boolean => {
  const attribute = item[name];
  return attribute !== undefined && 'BOOL' in attribute && attribute.BOOL;
};
const elements = (item: Attributes, name: string): readonly Attribute[] => {
  const attribute = item[name];
  return attribute !== undefined && 'L' in attribute ? attribute.L : [];
};
const map = (item: Attributes, name: string): Attributes => {
  const attribute = item[name];
  return attribute !== undefined && 'M' in attribute ? attribute.M : {};
};
const ranked = (item: Attributes, name: string): Ranked => ({
  members: elements(item, name).flatMap(element => ('S' in element ? [element.S] : [])),
  times: elements(item, `${name}At`).flatMap(element => ('N' in element ? [Number(element.N)] : [])),
  full: claim(item, `${name}Full`),
});

const severityOf = (item: Attributes): Severity => severities.find(name => name === text(item, 'severity')) ?? 'high';

const best = (item: Attributes): CaseContent['best'] => ({
  severity: severityOf(item),
  shown: claim(item, 'shown'),
  time: number(item, 'bestAt'),
  eventId: text(item, 'bestEvent'),
  title: text(item, 'title'),
  version: text(item, 'version'),
  source: text(item, 'source') === 'kubernetes' ? 'kubernetes' : 'cloudtrail',
  region: text(item, 'region'),
});

/** A case from its item, or undefined where the item is something else or has no count yet. */
export const parseCase = (item: Attributes | undefined): StoredCase | undefined => {
  if (item === undefined || text(item, 'sk') !== 'case' || number(item, 'count') < 1) return undefined;
  const key: Key = Object.fromEntries(
    Object.entries(map(item, 'key')).map(([part]) => [part, text(map(item, 'key'), part)]),
  );
  return {
    content: {
      id: text(item, 'pk'),
      detection: text(item, 'detection'),
      account: text(item, 'account'),
      cluster: text(item, 'cluster'),
      key,
      ruleStatus: text(item, 'ruleStatus') === 'alerting' ? 'alerting' : 'watching',
      first: number(item, 'first'),
      last: number(item, 'last'),
      best: best(item),
      windows: windowCounts(map(item, 'windows')),
      more: claim(item, 'more'),
      principals: ranked(item, 'principals'),
      resources: ranked(item, 'resources'),
      addresses: ranked(item, 'addresses'),
      regions: ranked(item, 'regions'),
      notes: ranked(item, 'notes'),
    },
    life: parseLife(item),
  };
};

/** Maps come back in any order: by time, as they were joined. */
const windowCounts = (counts: Attributes): { readonly [bucket: string]: number } =>
  Object.fromEntries(
    Object.keys(counts)
      .sort((a, b) => Number(a) - Number(b))
      .map(bucket => [bucket, number(counts, bucket)]),
  );

const acts = ['acknowledge', 'resolve', 'suppress', 'reopen', 'assign', 'judge', 'note'] as const;
const statuses = ['open', 'acknowledged', 'resolved', 'suppressed'] as const;
const dispositions = ['true-positive', 'benign', 'false-positive', 'mended', 'gone'] as const;

/** The status named by an attribute; a case without one is open. */
const statusOf = (item: Attributes): FindingStatus => statuses.find(name => name === text(item, 'status')) ?? 'open';

const parseAct = (element: Attribute): readonly Act[] => {
  if (!('M' in element)) return [];
  const item = element.M;
  const act = acts.find(name => name === text(item, 'act'));
  if (act === undefined) return [];
  return [
    {
      at: number(item, 'at'),
      who: text(item, 'who'),
      act,
      ...('detail' in item ? { detail: text(item, 'detail') } : {}),
      ...('note' in item ? { note: text(item, 'note') } : {}),
    },
  ];
};

const parseWorked = (item: Attributes): Worked => ({
  status: statusOf(item),
  who: text(item, 'who'),
  at: number(item, 'at'),
});

const parseLife = (item: Attributes): CaseLife => {
  const disposition = dispositions.find(name => name === text(item, 'disposition'));
  const judged = map(item, 'judged');
  const transitions = item['transitions'];
  const captures = item['captures'];
  return {
    status: statusOf(item),
    transitions: transitions !== undefined && 'SS' in transitions ? [...transitions.SS].sort() : [],
    trail: elements(item, 'trail').flatMap(parseAct),
    acts: number(item, 'acts'),
    ...(captures !== undefined && 'SS' in captures ? { captures: [...captures.SS].sort() } : {}),
    ...(disposition === undefined ? {} : { disposition }),
    ...('judged' in item ? { judged: { who: text(judged, 'who'), at: number(judged, 'at') } } : {}),
    ...('worked' in item ? { worked: parseWorked(map(item, 'worked')) } : {}),
    ...('suppressedUntil' in item ? { suppressedUntil: number(item, 'suppressedUntil') } : {}),
    ...('assignee' in item ? { assignee: text(item, 'assignee') } : {}),
    ...('resolvedAt' in item ? { resolvedAt: number(item, 'resolvedAt') } : {}),
    ...('due' in item ? { due: number(item, 'due') } : {}),
  };
};

/** The finding that a case's item holds, e.g. the `NewImage` of a stream record; undefined for any other item. */
export const findingOfItem = (item: Attributes | undefined): Finding | undefined => {
  const stored = parseCase(item);
  return stored === undefined ? undefined : findingOf(stored);
};

export const parseWindow = (item: Attributes): StoredWindow | undefined => {
  const seen = item['seen'];
  if (!text(item, 'sk').startsWith('w#') || seen === undefined || !('B' in seen)) return undefined;
  return {
    finding: text(item, 'pk'),
    bucket: number(item, 'bucket'),
    first: number(item, 'first'),
    last: number(item, 'last'),
    seen: Buffer.from(seen.B).toString('hex').match(/.{16}/g) ?? [],
    more: claim(item, 'more'),
    best: best(item),
    evidence: text(item, 'evidence'),
    eventIds: ranked(item, 'eventIds'),
    entities: ranked(item, 'entities'),
  };
};

export const parseEntity = (item: Attributes): EntityRow => ({
  entity: text(item, 'pk'),
  finding: text(item, 'finding'),
  detection: text(item, 'detection'),
  account: text(item, 'account'),
  cluster: text(item, 'cluster'),
  bucket: number(item, 'bucket'),
});
