import type { StateRule } from '../detection.ts';
import type { Source } from '../event.ts';
import type { View } from '../fact.ts';
import type { Tally } from './burst.ts';
import { counting } from './counting.ts';
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

/** Adds values up over sliding windows on event time, each event once. */
export const sum = <S extends Source>({ id, doc, within, moreThan, note, value }: Sum<S>): StateRule<S> => {
  checkParts(id, { within, moreThan });
  return counting({
    ...{ kind: 'sum', id, doc, within, limit: moreThan, note },
    values: view => {
      const own = value(view);
      return own > 0 ? [String(own)] : [];
    },
    tally: limit => tallyOf(limit),
  });
};

/** An event that is told again, and adds something else then, adds the greater. */
const tallyOf = (limit: number): Tally => {
  let total = 0;
  const parts = new Map<string, number>();
  return {
    enter: ({ eventId, value }) => {
      const part = parts.get(eventId) ?? 0;
      const greater = Math.max(part, Number(value));
      total += greater - part;
      parts.set(eventId, greater);
    },
    leave: ({ eventId }) => {
      total -= parts.get(eventId) ?? 0;
      parts.delete(eventId); // all that was told of an event is of one time, and leaves at once
    },
    isOver: () => total > limit,
  };
};
