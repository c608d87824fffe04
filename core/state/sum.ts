import type { Key, StateRule } from '../detection.ts';
import type { Source } from '../event.ts';
import type { View } from '../fact.ts';
import { between, perBurst } from './burst.ts';
import type { Item } from './observation.ts';
import { checkParts } from './span.ts';

/** Sigma correlation rules 2.1, `value_sum`: what events add up to for one key within a span of time. */
export interface Sum<S extends Source> {
  /** Names the state: the detection's id. */
  readonly id: string;
  readonly doc: string;
  /** What one event adds; not above zero: nothing. Never less, so that the sum only grows as late events come. */
  readonly value: (view: View<S>) => number;
  /** Milliseconds. */
  readonly within: number;
  /** Fires when the sum exceeds this; the settings' `threshold` for the detection overrides it. */
  readonly moreThan: number;
  /** Words for the finding, from the limit that was exceeded: not from the sum, which grows as late events come. */
  readonly note: (limit: number) => string;
}

interface Part {
  readonly time: number;
  readonly eventId: string;
  readonly value: number;
}

const write = ({ time, value, eventId }: Part): string => `${time}#${value}#${eventId}`;

const read = (member: string): Part => {
  const [time = '', value = '', ...eventId] = member.split('#');
  return { time: Number(time), value: Number(value), eventId: eventId.join('#') };
};

const cap = 1_000;
/** How long a bucket is kept past its end: as long as records may be late, and a day more for redelivery. */
const kept = 86_400_000;

/** Adds values up over sliding windows on event time, each event once. */
export const sum = <S extends Source>(rule: Sum<S>): StateRule<S> => {
  checkParts(rule.id, { within: rule.within, moreThan: rule.moreThan });
  const scope = (view: View<S>, key: Key, bucket: number): string =>
    [rule.id, view.event.account, view.event.cluster, ...Object.values(key), bucket].join('#');
  const exceeded = perBurst((items, limit) => {
    const note = rule.note(limit);
    return exceeding(items, rule.within, limit).map(({ eventId, time }) => ({ eventId, time, note }));
  });
  return {
    kind: 'sum',
    doc: rule.doc,
    observe: (view, key) => {
      const { time, id: eventId } = view.event;
      const value = rule.value(view);
      if (!(value > 0)) return [];
      const bucket = Math.floor(time / rule.within) * rule.within;
      return [
        {
          scope: scope(view, key, bucket),
          add: { parts: [write({ time, eventId, value })] },
          cap,
          expires: bucket + rule.within + kept,
          also: [scope(view, key, bucket - rule.within), scope(view, key, bucket + rule.within)],
        },
      ];
    },
    decide: (view, _key, [answer]) => {
      if (answer === undefined) return [];
      const { time } = view.event;
      return between(
        exceeded([answer.item, ...answer.also], view.threshold ?? rule.moreThan),
        time,
        time + rule.within,
      );
    },
  };
};

/** The events at whose time the window that they end adds up to more than the limit, in order of time. Linear after sorting. */
const exceeding = (items: readonly Item[], within: number, limit: number): readonly Part[] => {
  const parts = items.flatMap(item => (item['parts'] ?? []).map(read)).sort((a, b) => a.time - b.time);
  const found: Part[] = [];
  let total = 0;
  let oldest = 0;
  for (let end = 0; end < parts.length; ) {
    const now = parts[end]?.time ?? 0;
    let next = end;
    for (; parts[next]?.time === now; next++) total += parts[next]?.value ?? 0;
    for (; (parts[oldest]?.time ?? now) <= now - within; oldest++) total -= parts[oldest]?.value ?? 0;
    if (total > limit) found.push(...parts.slice(end, next));
    end = next;
  }
  return found;
};
