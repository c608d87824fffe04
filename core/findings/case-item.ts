import type { Key } from '../detection.ts';
import type { Act, Finding, FindingStatus, Worked } from '../finding.ts';
import { type Attribute, type Attributes, claim, elements, map, n, number, s, text } from './attribute.ts';
import { rank } from './best.ts';
import { caps } from './caps.ts';
import { type CaseContent, type CaseLife, findingOf, type StoredCase } from './case.ts';
import { best, bestItem, expiry, ranked, rankedItem } from './item-parts.ts';
import { revisionOf } from './revision.ts';

// A case as an item of the table and back: the one place that knows its attributes' names.

/** Its key. */
export const caseKey = (id: string): Attributes => ({ pk: { S: id }, sk: { S: 'case' } });

const sets = Object.keys(caps) as readonly (keyof typeof caps)[]; // `caps` has no other keys

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
  ...(life.dropped === undefined ? {} : { dropped: n(life.dropped) }),
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
    revision: text(item, 'revision'),
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
    ...('dropped' in item ? { dropped: number(item, 'dropped') } : {}),
    ...('resolvedAt' in item ? { resolvedAt: number(item, 'resolvedAt') } : {}),
    ...('due' in item ? { due: number(item, 'due') } : {}),
  };
};

/** The finding that a case's item holds, e.g. the `NewImage` of a stream record; undefined for any other item. */
export const findingOfItem = (item: Attributes | undefined): Finding | undefined => {
  const stored = parseCase(item);
  return stored === undefined ? undefined : findingOf(stored);
};
