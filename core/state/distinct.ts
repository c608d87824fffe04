import { createHash } from 'node:crypto';
import type { Key, StateRule } from '../detection.ts';
import type { Source } from '../event.ts';
import type { View } from '../fact.ts';
import { redactLine } from '../redact.ts';
import { between, perBurst } from './burst.ts';
import type { Item } from './observation.ts';
import { checkCounted, checkParts, mostCounted } from './span.ts';

/** Sigma correlation rules 2.1, `value_count`: more than so many distinct values of one thing for one key within a span of time. */
export interface Distinct<S extends Source> {
  /** Names the state: the detection's id. */
  readonly id: string;
  readonly doc: string;
  /** What one event contributes. */
  readonly values: (view: View<S>) => readonly string[];
  /** Kinds that must each exceed the limit, where there are several: values then read `<kind>:<value>`. */
  readonly kinds?: readonly string[];
  /** Milliseconds. */
  readonly within: number;
  /** Fires when the number of distinct values exceeds this; the settings' `threshold` for the detection overrides it. */
  readonly moreThan: number;
  /**
   * Words for the finding, from the limit that was exceeded. Not from the count: that grows as late events come, and a finding's
   * title must be the same in whatever order they came.
   */
  readonly note: (limit: number) => string;
}

/** One contribution as stored: sorts by time. Values never hold a `#`-separated head of their own, so the first two parts are ours. */
interface Sighting {
  readonly time: number;
  readonly eventId: string;
  readonly value: string;
}

/** An event that fires. */
type Moment = Omit<Sighting, 'value'>;

const write = ({ time, eventId, value }: Sighting): string => `${time}#${eventId}#${value}`;

const read = (member: string): Sighting | undefined => {
  const first = member.indexOf('#');
  const second = member.indexOf('#', first + 1);
  if (first < 1 || second < 0) return undefined;
  return {
    time: Number(member.slice(0, first)),
    eventId: member.slice(first + 1, second),
    value: member.slice(second + 1),
  };
};

/** A value as it is stored; where redaction changed it, a hash keeps it apart from others that look alike then. */
const withoutSecrets = (value: string): string => {
  const clean = redactLine(value, 1_024);
  return clean === value ? value : `${clean}~${createHash('sha256').update(value).digest('hex').slice(0, 8)}`;
};

/** How long a bucket is kept past its end: as long as records may be late, and a day more for redelivery. */
const kept = 86_400_000;

/**
 * Counts distinct values over sliding windows on event time. Each event adds to the bucket of its own time and reads the
 * neighbours; it then judges every stored event whose window it can have changed, so that order, lateness and redelivery make no
 * difference, and the decision only grows with the sets.
 */
export const distinct = <S extends Source>(rule: Distinct<S>): StateRule<S> => {
  checkParts(rule.id, { within: rule.within, moreThan: rule.moreThan });
  checkCounted(rule.id, 'moreThan', rule.moreThan);
  const bucketOf = (time: number): number => Math.floor(time / rule.within) * rule.within;
  const scope = (view: View<S>, key: Key, bucket: number): string =>
    [rule.id, view.event.account, view.event.cluster, ...Object.values(key), bucket].join('#');
  const fired = perBurst((items, limit) => {
    const note = rule.note(limit);
    return firing(items, rule.within, limit, rule.kinds ?? ['']).map(moment => ({ ...moment, note }));
  });
  return {
    kind: 'distinct',
    doc: rule.doc,
    observe: (view, key) => {
      const { time, id } = view.event;
      const bucket = bucketOf(time);
      const values = [...new Set(rule.values(view).map(withoutSecrets))];
      if (values.length === 0) return [];
      return [
        {
          scope: scope(view, key, bucket),
          add: { seen: values.map(value => write({ time, eventId: id, value })) },
          cap: mostCounted,
          expires: bucket + rule.within + kept,
          also: [scope(view, key, bucket - rule.within), scope(view, key, bucket + rule.within)],
        },
      ];
    },
    decide: (view, _key, [answer]) => {
      if (answer === undefined) return [];
      const { time } = view.event;
      return between(fired([answer.item, ...answer.also], view.threshold ?? rule.moreThan), time, time + rule.within);
    },
  };
};

/**
 * Every stored event at whose time more than `limit` distinct values lie in the window that it ends, in order of time. Linear after
 * sorting.
 */
const firing = (items: readonly Item[], within: number, limit: number, kinds: readonly string[]): readonly Moment[] => {
  const seen = items
    .flatMap(item => item['seen'] ?? [])
    .flatMap(member => read(member) ?? [])
    .sort((a, b) => a.time - b.time);
  const inWindow = new Map<string, number>();
  const found = new Map<string, Moment>();
  let oldest = 0;
  for (let end = 0; end < seen.length; ) {
    const now = seen[end]?.time ?? 0;
    let next = end;
    for (; seen[next]?.time === now; next++) {
      const value = seen[next]?.value ?? '';
      inWindow.set(value, (inWindow.get(value) ?? 0) + 1);
    }
    for (; (seen[oldest]?.time ?? now) <= now - within; oldest++) {
      const value = seen[oldest]?.value ?? '';
      const left = (inWindow.get(value) ?? 1) - 1;
      if (left === 0) inWindow.delete(value);
      else inWindow.set(value, left);
    }
    if (kinds.every(kind => (kind === '' ? inWindow.size > limit : counted(inWindow.keys(), kind) > limit)))
      for (const { eventId } of seen.slice(end, next)) {
        found.delete(eventId); // one id at two times, which no source writes, stands at the later
        found.set(eventId, { time: now, eventId });
      }
    end = next;
  }
  return [...found.values()];
};

const counted = (values: Iterable<string>, kind: string): number => {
  let count = 0;
  for (const value of values) if (value.startsWith(`${kind}:`)) count++;
  return count;
};
