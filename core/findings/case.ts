import { newsOf } from '../announce/transitions.ts';
import type { Key } from '../detection.ts';
import { type Act, type Disposition, type Finding, type FindingStatus, isRemedy, type Worked } from '../finding.ts';
import type { Match, Status } from '../match.ts';
import { redactLine } from '../redact.ts';
import { type Best, bestOf, compareBest, foremost, type Matches } from './best.ts';
import { caps } from './caps.ts';
import { boundedTime } from './identity.ts';
import { joinSeen, none, type Ranked } from './ranked.ts';
import { revisionOf } from './revision.ts';
import { type StoredWindow, windowOf } from './window.ts';

const windowsPerCase = 400;

/** Older events are stored and not announced. */
const freshness = 24 * 60 * 60 * 1_000;

type Sets = { readonly [name in keyof typeof caps]: Ranked };

/** What fold joins: it only grows, and is the same whatever the order. */
export interface CaseContent extends Sets {
  readonly id: string;
  readonly detection: string;
  readonly account: string;
  readonly cluster: string;
  readonly key: Key;
  readonly ruleStatus: Exclude<Status, 'off'>;
  readonly first: number;
  readonly last: number;
  readonly best: Best;
  /** Events of each window, by the window's start in milliseconds: the newest 400. */
  readonly windows: { readonly [bucket: string]: number };
  /** A window counts past what is exact, or windows were dropped: the count reads "or more". */
  readonly more: boolean;
}

/** What people and the announcer write. */
export interface CaseLife {
  readonly status: FindingStatus;
  readonly assignee?: string;
  readonly disposition?: Disposition;
  readonly judged?: { readonly who: string; readonly at: number };
  readonly worked?: Worked;
  readonly suppressedUntil?: number;
  readonly trail: readonly Act[];
  readonly acts: number;
  readonly resolvedAt?: number;
  readonly due?: number;
  readonly transitions: readonly string[];
  /** Marks that were dropped from `transitions`, so that what counts them goes on. */
  readonly dropped?: number;
  readonly captures?: readonly string[];
}

/** A case as it is stored. */
export interface StoredCase {
  readonly content: CaseContent;
  readonly life: CaseLife;
  /** By which a write knows that it is still as it was read, word for word: another version may hash what this one can't read. */
  readonly revision?: string;
}

/**
 * Joins matches of one finding, and their windows as stored after they were joined there, into its case. The content's join
 * is pure, commutative, associative and idempotent; `life` changes where a later event reopens the case or there is news.
 * @param now milliseconds since 1970: what `due` is set to, and from what freshness is judged
 */
export const joinCase = (
  stored: StoredCase | undefined,
  id: string,
  matches: Matches,
  windows: readonly StoredWindow[],
  now: number,
): StoredCase => {
  const content = joinContent(stored?.content, id, matches, windows);
  const life = reopened(stored?.life ?? newLife, content.last);
  if (life.due !== undefined || !matches.some(match => match.status === 'alerting' && match.time >= now - freshness)) {
    return { content, life };
  }
  const due: StoredCase = { content, life: { ...life, due: now } };
  const opensWindow = windows.some(({ bucket }) => stored?.content.windows[String(bucket)] === undefined);
  return opensWindow || newsOf(findingOf(due), windows.map(windowOf)) !== undefined ? due : { content, life };
};

/** Of a case that nobody has seen yet. */
export const newLife: CaseLife = { status: 'open', transitions: [], trail: [], acts: 0 };

const reopened = (life: CaseLife, last: number): CaseLife => {
  if (life.status !== 'resolved' || life.resolvedAt === undefined || last <= life.resolvedAt) return life;
  const { disposition, judged, ...rest } = life;
  // What came back is neither mended nor gone; a person's verdict stays until a person says otherwise.
  return isRemedy(disposition) ? { ...rest, status: 'open' } : { ...life, status: 'open' };
};

const joinContent = (
  stored: CaseContent | undefined,
  id: string,
  matches: Matches,
  windows: readonly StoredWindow[],
): CaseContent => {
  const [head] = matches;
  const [first, ...rest] = foremost(matches);
  const times = matches.map(match => boundedTime(match.time));
  const set = (name: keyof Sets, of: (match: Match) => readonly string[]): Ranked =>
    joinSeen(stored?.[name] ?? none, matches, of, member => redactLine(member), caps[name]);
  const others: readonly Match[] = stored === undefined ? rest : [first, ...rest];
  const counted = countsOf(stored?.windows ?? {}, windows);
  return {
    id,
    detection: head.detection,
    account: head.account,
    cluster: head.cluster,
    key: shownKey(head.key),
    ruleStatus: [stored?.ruleStatus, ...matches.map(({ status }) => status)].includes('alerting')
      ? 'alerting'
      : 'watching',
    first: times.reduce((a, b) => Math.min(a, b), stored?.first ?? Number.POSITIVE_INFINITY),
    last: times.reduce((a, b) => Math.max(a, b), stored?.last ?? 0),
    best: others.reduce<Best>((best, match) => {
      const other = bestOf(match);
      return compareBest(other, best) < 0 ? other : best;
    }, stored?.best ?? bestOf(first)),
    windows: counted.windows,
    more: stored?.more === true || counted.dropped || windows.some(({ more }) => more),
    principals: set('principals', match => match.principals),
    resources: set('resources', match => match.resources),
    addresses: set('addresses', match => match.addresses),
    regions: set('regions', match => match.regions ?? [match.region]),
    notes: set('notes', match => match.notes),
  };
};

/** Each window's count is the greatest ever seen of it, for a window's count only grows. */
const countsOf = (
  stored: CaseContent['windows'],
  windows: readonly StoredWindow[],
): { readonly windows: CaseContent['windows']; readonly dropped: boolean } => {
  const counts = new Map(Object.entries(stored));
  for (const { bucket, seen } of windows) {
    counts.set(String(bucket), Math.max(counts.get(String(bucket)) ?? 0, seen.length));
  }
  const all = [...counts].sort(([a], [b]) => Number(a) - Number(b));
  return { windows: Object.fromEntries(all.slice(-windowsPerCase)), dropped: all.length > windowsPerCase };
};

const shownKey = (key: Key): Key =>
  Object.fromEntries(
    Object.entries(key)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([part, value]) => [redactLine(part, 64), redactLine(value)]),
  );

/** The finding as it is shown. A set that reached its cap says so among the notes. */
export const findingOf = ({ content, life, revision = revisionOf(content) }: StoredCase): Finding => {
  const { best, windows, more, notes, ...rest } = content;
  const full = (['principals', 'resources', 'addresses', 'regions'] as const).filter(name => content[name].full);
  return {
    ...rest,
    source: best.source,
    region: best.region,
    version: best.version,
    title: best.title,
    severity: best.severity,
    count: Object.values(windows).reduce((sum, count) => sum + count, 0),
    exact: !more,
    principals: content.principals.members,
    resources: content.resources.members,
    addresses: content.addresses.members,
    regions: content.regions.members,
    notes: [...notes.members, ...full.map(name => `names only the first ${caps[name]} ${name}: there were more`)],
    revision,
    ...life,
  };
};
