import type { StateRule } from '../detection.ts';
import type { Source } from '../event.ts';
import type { View } from '../fact.ts';
import { occurrences, type Tally } from './burst.ts';
import { counting } from './counting.ts';
import { checkCounted, checkParts } from './span.ts';

/** Sigma correlation rules 2.1, `event_count`: at least so many events for one key within a span of time. */
export interface Threshold<S extends Source> {
  /** Names the state: the detection's id. */
  readonly id: string;
  readonly doc: string;
  /** Fires from this many on; the settings' `threshold` for the detection overrides it. */
  readonly count: number;
  /** Milliseconds. */
  readonly within: number;
  /** What is counted apart within one key, such as sessions of one role. */
  readonly apart?: (view: View<S>) => string;
  /** Words for the finding, from the number that was reached (not the count, which grows as late events come). */
  readonly note: (count: number) => string;
}

/** Counts events over sliding windows on event time: distinct event ids, so that redelivery counts once. */
export const threshold = <S extends Source>({ id, doc, within, count, apart, note }: Threshold<S>): StateRule<S> => {
  checkParts(id, { within, count });
  checkCounted(id, 'count', count);
  return counting({
    ...{ kind: 'threshold', id, doc, within, limit: count, apart, note },
    values: () => [''],
    tally: limit => tallyOf(limit),
  });
};

/** An event that is told again, and names somebody else then, stands there twice: it counts once. */
const tallyOf = (limit: number): Tally => {
  let events = 0;
  const known = occurrences();
  return {
    enter: ({ eventId }) => {
      if (known.enter(eventId)) events++;
    },
    leave: ({ eventId }) => {
      if (known.leave(eventId)) events--;
    },
    isOver: () => events >= limit,
  };
};
