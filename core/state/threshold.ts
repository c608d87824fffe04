import type { StateRule } from '../detection.ts';
import type { Source } from '../event.ts';
import type { View } from '../fact.ts';
import { distinct } from './distinct.ts';
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
export const threshold = <S extends Source>(rule: Threshold<S>): StateRule<S> => {
  checkParts(rule.id, { within: rule.within, count: rule.count });
  checkCounted(rule.id, 'count', rule.count);
  const ids = distinct<S>({
    id: rule.id,
    doc: rule.doc,
    values: view => [view.event.id],
    within: rule.within,
    moreThan: rule.count - 1,
    note: limit => rule.note(limit + 1),
  });
  return {
    kind: 'threshold',
    doc: rule.doc,
    observe: (view, key) => ids.observe(view, rule.apart === undefined ? key : { ...key, apart: rule.apart(view) }),
    // `distinct` fires above its threshold, this at it.
    decide: (view, key, answers) =>
      ids.decide(view.threshold === undefined ? view : { ...view, threshold: view.threshold - 1 }, key, answers),
  };
};
