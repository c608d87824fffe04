import type { Source } from '../event.ts';
import type { Heard } from '../read/contract.ts';
import type { Item, Observation } from './observation.ts';

/**
 * When a stream was last heard. Each stream leaves one mark for every quarter of an hour of event time in which anything of it was
 * read: 96 a day whatever its traffic. An absence is judged only where a later mark proves that the stream was alive.
 */
const quarter = 15 * 60_000;
const hour = 4 * quarter;
const day = 86_400_000;

/** Names a stream: CloudTrail of an account, the audit log of a cluster. */
export const streamOf = (source: Source, account: string, cluster: string): string =>
  source === 'cloudtrail' ? `heard#cloudtrail#${account}` : `heard#kubernetes#${account}#${cluster}`;

const dayOf = (time: number): string => new Date(Math.floor(time / day) * day).toISOString().slice(0, 10);
const markOf = (time: number): string => new Date(Math.floor(time / quarter) * quarter).toISOString();

/** One mark for each stream and quarter of an hour among events. */
export const marksOf = (events: readonly Heard[]): readonly Observation[] => {
  const marks = new Map<string, Observation>();
  let last: Heard | undefined;
  for (const event of events) {
    const { source, account, cluster, time } = event;
    if (!Number.isFinite(time) || Math.abs(time) > 8.64e14) continue; // years beyond reach have no mark
    if (last !== undefined && sharesMark(event, last)) continue;
    last = event;
    const stream = streamOf(source, account, cluster);
    const name = `${stream}#${Math.floor(time / quarter)}`;
    if (marks.has(name)) continue;
    const scope = `${stream}#${dayOf(time)}`;
    const mark = markOf(time);
    const read = false;
    marks.set(name, { scope, add: { marks: [mark] }, cap: 96, expires: Date.parse(mark) + 8 * day, read });
    const days = daysScope(stream, time);
    marks.set(days + dayOf(time), {
      ...{ scope: days, add: { days: [dayOf(time)] }, cap: 31, read },
      expires: Date.parse(dayOf(time)) + 91 * day,
    });
  }
  return [...marks.values()];
};

/** Names the item that holds the days on which a stream was heard, in periods of thirty days. */
const daysScope = (stream: string, time: number): string => `${stream}#days#${Math.floor(time / (30 * day))}`;

/** The items that tell since when a stream has been heard. */
export const sinceScopes = (stream: string, time: number): readonly string[] => [
  daysScope(stream, time),
  daysScope(stream, time - 30 * day),
];

/** Whole days for which a stream had been heard at a time, 60 at most; 0 on its first day. */
export const daysHeard = (items: readonly Item[], time: number): number => {
  const first = Math.min(...items.flatMap(item => item['days'] ?? []).map(one => Date.parse(one)));
  return first <= time ? Math.min(60, Math.floor((time - first) / day)) : 0;
};

/** Whether two records are of one stream and quarter of an hour. */
export const sharesMark = (one: Heard, other: Heard): boolean =>
  one.source === other.source &&
  one.cluster === other.cluster &&
  one.account === other.account &&
  Math.floor(one.time / quarter) === Math.floor(other.time / quarter);

/** Asks for the marks of a stream on the day of a moment and the one after. */
export const askHeard = (stream: string, after: number): Observation => ({
  scope: `${stream}#${dayOf(after)}`,
  also: [`${stream}#${dayOf(after + day)}`],
  expires: after,
});

/** Asks when a stream was heard on the day of a moment and those beside it, and on which days before. */
export const askThrough = (stream: string, after: number): Observation => ({
  scope: `${stream}#${dayOf(after)}`,
  also: [`${stream}#${dayOf(after + day)}`, `${stream}#${dayOf(after - day)}`, ...sinceScopes(stream, after)],
  expires: after,
});

/**
 * Whether a stream was heard past a moment, and was not silent around it or in the quarter of an hour before it, to which what is asked
 * may go back: what was said in a silence is lost, so that nothing can be concluded from not having heard it. One that was never heard
 * before has no silence.
 * @param items what {@link askThrough} was answered
 * @param after milliseconds since 1970
 */
export const heardThrough = (items: readonly Item[], after: number): boolean => {
  const marks = marksIn(items);
  const next = marks.findIndex(mark => mark > after);
  if (next < 0) return false;
  return marks.every((mark, at) => {
    if (at > next || mark <= after - quarter) return true;
    const before = marks[at - 1];
    if (before === undefined) return daysHeard(items, after) === 0;
    const usual = longestPause(marks, at);
    return usual === undefined || mark - before < silentAfter(usual);
  });
};

/** Milliseconds without a mark that are the shortest silence of any stream. */
export const leastSilence = hour;

/** Milliseconds without a mark from which a stream counts as silent. @param usual its longest pause otherwise */
export const silentAfter = (usual: number): number => Math.max(leastSilence, 2 * usual);

/** Milliseconds of the longest pause between marks, but for the one that ends at the place `but`; undefined where there is no other. */
export const longestPause = (marks: readonly number[], but?: number): number | undefined => {
  const pauses = marks.flatMap((mark, at) => (at === 0 || at === but ? [] : [mark - (marks[at - 1] ?? mark)]));
  return pauses.length === 0 ? undefined : Math.max(...pauses);
};

/** The marks of items, each once, oldest first; milliseconds since 1970. */
export const marksIn = (items: readonly Item[]): readonly number[] =>
  [...new Set(items.flatMap(item => item['marks'] ?? []))].map(mark => Date.parse(mark)).toSorted((a, b) => a - b);
