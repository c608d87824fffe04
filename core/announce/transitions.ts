import { createHash } from 'node:crypto';
import { type Severity, severities } from '../detection.ts';
import type { Finding, FindingStatus, Window } from '../finding.ts';
import { caps } from '../findings/caps.ts';
import { isGuarded } from '../findings/guarded.ts';
import { isWorked } from '../findings/life.ts';

/** What can be news about a case, in the order in which a message leads with it. */
export const transitionKinds = [
  'first',
  'reopened',
  'escalated',
  'severity',
  'principal',
  'address',
  'region',
  'resource',
  'continuation',
  'repeats',
  'suppressed',
  'acknowledged',
  'resolved',
] as const;
/** One of {@link transitionKinds}. */
export type TransitionKind = (typeof transitionKinds)[number];

/** One change of a case that people are told of once. Its id is made of stored state alone, so a retry says the same id. */
export interface Transition {
  readonly id: string;
  readonly kind: TransitionKind;
  /** What is new: a severity, a principal, a window's start, a count. Empty for `first`. */
  readonly value: string;
}

/** All that is to be said of a case now, in one message. */
export interface News {
  /** The leading transition's. */
  readonly id: string;
  readonly kind: TransitionKind;
  readonly transitions: readonly Transition[];
  /** Marks to record on the case once this is said: the transitions, and what they say along the way. */
  readonly covers: readonly string[];
}

/** A critical finding that nobody took up in this time is said again, once. */
export const escalateAfter = 15 * 60 * 1000;

const day = 24 * 60 * 60 * 1000;
const entities = ['principal', 'address', 'region', 'resource'] as const;
type Entity = (typeof entities)[number];

const values: { readonly [K in Entity]: (finding: Finding) => readonly string[] } = {
  principal: finding => finding.principals,
  address: finding => finding.addresses,
  region: finding => finding.regions,
  resource: finding => finding.resources,
};
const capOf: { readonly [K in Entity]: number } = {
  principal: caps.principals,
  address: caps.addresses,
  region: caps.regions,
  resource: caps.resources,
};

/** 12 hex characters: a name an attacker chose never becomes a key, and the marks of a case stay small. */
const digest = (value: string): string => createHash('sha256').update(value).digest('hex').slice(0, 12);

const entity = (kind: Entity, value: string): Transition => ({ id: `${kind}#${digest(value)}`, kind, value });
const severity = (value: Severity): Transition => ({ id: `severity#${value}`, kind: 'severity', value });
const iso = (time: number): string => new Date(time).toISOString();
const window = (bucket: number): Transition => ({
  id: `window#${iso(bucket)}`,
  kind: 'continuation',
  value: iso(bucket),
});
const repeats = (count: number): Transition => ({ id: `repeats#${count}`, kind: 'repeats', value: String(count) });

/** 10, 100, 1,000, … up to the count. */
const milestones = (count: number): readonly number[] => {
  const reached: number[] = [];
  for (let at = 10; at <= count; at *= 10) reached.push(at);
  return reached;
};

const workKinds: { readonly [S in FindingStatus]?: TransitionKind } = {
  acknowledged: 'acknowledged',
  resolved: 'resolved',
  suppressed: 'suppressed',
};

/** What somebody did to the case, named by the moment they did it. */
const worked = ({ worked: by, status }: Finding): readonly Transition[] => {
  const kind = workKinds[status];
  if (kind === undefined || !isWorked(by, status)) return [];
  return [{ id: `${kind}#${iso(by.at)}`, kind, value: by.who }];
};

/** Whether a mark says since when a critical case waits. */
export const isSince = (mark: string): boolean => mark.startsWith('since#');

/** Since when a critical case waits for somebody; undefined: it is not critical, or somebody is at it, or nobody heard of it. */
const waitingSince = (finding: Finding, told: Iterable<string>): number | undefined => {
  if (finding.severity !== 'critical' || finding.status !== 'open' || finding.ruleStatus !== 'alerting')
    return undefined;
  const since = Math.max(...[...told].flatMap(id => (isSince(id) ? [Date.parse(id.slice(6))] : [])));
  return Number.isFinite(since) ? since : undefined;
};

const escalated = (finding: Finding, told: ReadonlySet<string>, now: number, after: number): readonly Transition[] => {
  const since = waitingSince(finding, told);
  if (since === undefined || now - since < after) return [];
  const id = `escalated#${iso(since)}`;
  return told.has(id) ? [] : [{ id, kind: 'escalated', value: iso(since) }];
};

/** Whether a case would escalate if the announcer looked at it now: what the sweep wakes. */
export const isUnanswered = (finding: Finding, now: number, after: number = escalateAfter): boolean =>
  escalated(finding, new Set(finding.transitions), now, after).length > 0;

const latest = (windows: readonly Window[]): Window | undefined =>
  windows.reduce<Window | undefined>((best, next) => (best && best.bucket >= next.bucket ? best : next), undefined);

/** Everything that the case shows at this moment: what a first or reopening message says, whatever comes later. */
const shown = (finding: Finding, windows: readonly Window[]): readonly string[] => {
  const last = latest(windows);
  return [
    severity(finding.severity).id,
    ...entities.flatMap(kind => values[kind](finding).map(value => entity(kind, value).id)),
    ...(last ? [window(last.bucket).id] : []),
    ...milestones(finding.count).map(count => repeats(count).id),
    ...worked(finding).map(({ id }) => id),
  ];
};

const raised = (finding: Finding, told: ReadonlySet<string>): readonly Transition[] => {
  const highest = severities.findLastIndex(name => told.has(severity(name).id));
  return severities.indexOf(finding.severity) > highest ? [severity(finding.severity)] : [];
};

/**
 * A case goes on in later windows. A burst across a bucket's edge is said at once (the second window), then at every doubling of the
 * number of windows while all of them were read, and after a day; then after as long again as it had gone on, a week at most. So a case
 * that goes on for a week makes some eight messages, not 168, and one that goes on for ever makes one a week; the digest has it every
 * day. A critical one, or one about the watch itself, that nobody took up is said every day.
 */
const continued = (finding: Finding, windows: readonly Window[], told: ReadonlySet<string>): readonly Transition[] => {
  const last = latest(windows);
  if (last === undefined || last.last < (finding.due ?? 0) - day) return [];
  const known = Math.max(Number.NEGATIVE_INFINITY, ...[...told].flatMap(id => windowStart(id)));
  if (last.bucket <= known) return [];
  const before = windows.filter(({ bucket }) => bucket <= known).length;
  const isWhole = windows.some(({ bucket }) => bucket <= finding.first);
  const doubled = isWhole && Math.floor(Math.log2(windows.length)) > Math.floor(Math.log2(Math.max(1, before)));
  return doubled || last.bucket - known >= saidAgainAfter(finding, known) ? [window(last.bucket)] : [];
};

/** Milliseconds after which it is said again that a case goes on. @param known the window that was said last */
const saidAgainAfter = (finding: Finding, known: number): number => {
  const { status, first, resolvedAt = first } = finding;
  if (status === 'open' && isGuarded(finding)) return day;
  return Math.min(7 * day, Math.max(day, known - Math.max(first, resolvedAt)));
};

const windowStart = (id: string): readonly number[] => (id.startsWith('window#') ? [Date.parse(id.slice(7))] : []);

/** What is said; that a case is critical is marked with the moment, from which it waits for somebody. */
const news = (transitions: readonly Transition[], covers: readonly string[], due: number): News | undefined => {
  const [lead] = transitions;
  const since = covers.includes('severity#critical') ? [`since#${iso(due)}`] : [];
  return lead && { id: lead.id, kind: lead.kind, transitions, covers: [...new Set([...covers, ...since])] };
};

const ids = (transitions: readonly Transition[]): readonly string[] => transitions.map(({ id }) => id);

/**
 * What is to be said of a stored case, or undefined. Nothing is said of what is not `due`, is only watched, has no count, or
 * whose newest event was over 24 hours old when it was read; nor of a resolved case while no later event came, but that it was
 * resolved. A suppressed case is heard of when its severity rises or something new takes part in it, not when it repeats.
 * What people do to a case is said where its first match was.
 * @param finding the case as stored; its `transitions` are the marks recorded so far
 * @param windows its windows as stored, in any order
 * @param after milliseconds after which a critical case that nobody took up is said again
 */
export const newsOf = (
  finding: Finding,
  windows: readonly Window[],
  after: number = escalateAfter,
): News | undefined => {
  const { due, resolvedAt, status } = finding;
  if (due === undefined || finding.ruleStatus !== 'alerting' || !(finding.count > 0)) return undefined;
  const told = new Set(finding.transitions);
  const heard = told.has('first');
  const isFresh = finding.last >= due - day;
  const work = heard ? worked(finding).filter(({ id }) => !told.has(id)) : [];
  if (status === 'resolved' && (resolvedAt === undefined || finding.last <= resolvedAt))
    return news(work, ids(work), due);
  if (!heard) {
    if (status === 'suppressed' || !isFresh) return undefined;
    const reopening = resolvedAt === undefined ? [] : [`reopened#${resolvedAt}`];
    return news([{ id: 'first', kind: 'first', value: '' }], ['first', ...reopening, ...shown(finding, windows)], due);
  }

  const answers = [...escalated(finding, told, due, after), ...work];
  if (!isFresh) return news(answers, ids(answers), due);
  const reopened = resolvedAt !== undefined && finding.last > resolvedAt ? `reopened#${resolvedAt}` : undefined;
  if (reopened !== undefined && !told.has(reopened))
    return news(
      [{ id: reopened, kind: 'reopened', value: iso(resolvedAt ?? 0) }, ...changes(finding, told)],
      [reopened, ...shown(finding, windows)],
      due,
    );

  const again =
    status === 'suppressed'
      ? []
      : [
          ...continued(finding, windows, told),
          ...milestones(finding.count)
            .map(repeats)
            .filter(({ id }) => !told.has(id)),
        ];
  const all = [...escalated(finding, told, due, after), ...changes(finding, told), ...again, ...work];
  const speaks = all.some(({ kind }) => !isEntity(kind)) || entities.some(kind => isWorthSaying(kind, finding, told));
  return speaks ? news(all, ids(all), due) : undefined;
};

/** Severity raised, and whoever and whatever is new in the case. */
const changes = (finding: Finding, told: ReadonlySet<string>): readonly Transition[] => [
  ...raised(finding, told),
  ...entities.flatMap(kind => newcomers(kind, finding, told)),
];

const isEntity = (kind: TransitionKind): boolean => (entities as readonly TransitionKind[]).includes(kind);

const newcomers = (kind: Entity, finding: Finding, told: ReadonlySet<string>): readonly Transition[] =>
  values[kind](finding)
    .map(value => entity(kind, value))
    .filter(({ id }) => !told.has(id));

/** So many principals, addresses, regions or resources of a case are said one by one; past them, what is new at each doubling. */
export const saidOneByOne = 4;

/**
 * Who sweeps through secrets or launches machines makes a case name one more thing with each call: past a few, what is new is said when
 * there are twice as many as were said, and when the case names as many as it can, for of more it says nothing. Where people took a case up, whoever is new in it is always said: they judged it without them.
 */
const isWorthSaying = (kind: Entity, finding: Finding, told: ReadonlySet<string>): boolean => {
  const now = values[kind](finding).length;
  const known = now - newcomers(kind, finding, told).length;
  if (known === now) return false;
  return (
    known < saidOneByOne ||
    now >= 2 * known ||
    isFilled(kind, now, told) ||
    (kind !== 'resource' && finding.status !== 'open')
  );
};

/** Whether a case names as many as it can, and that was not said before: what comes late, and is earlier, takes another's place. */
const isFilled = (kind: Entity, now: number, told: ReadonlySet<string>): boolean =>
  now >= capOf[kind] && [...told].filter(id => id.startsWith(`${kind}#`)).length < capOf[kind];
