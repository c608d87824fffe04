import { createHash } from 'node:crypto';
import type { StateRule } from '../detection.ts';
import type { Source } from '../event.ts';
import type { View } from '../fact.ts';
import { redactLine } from '../redact.ts';
import { occurrences, type Tally } from './burst.ts';
import { counting } from './counting.ts';
import { checkCounted, checkParts } from './span.ts';

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

/** Counts distinct values over sliding windows on event time. */
export const distinct = <S extends Source>(rule: Distinct<S>): StateRule<S> => {
  const { id, doc, within, moreThan, note, kinds = [''] } = rule;
  checkParts(id, { within, moreThan });
  checkCounted(id, 'moreThan', moreThan);
  return counting({
    ...{ kind: 'distinct', id, doc, within, limit: moreThan, note },
    values: view => [...new Set(rule.values(view).map(withoutSecrets))],
    tally: limit => tallyOf(kinds, limit),
  });
};

/** A value as it is stored; where redaction changed it, a hash keeps it apart from others that look alike then. */
const withoutSecrets = (value: string): string => {
  const clean = redactLine(value, 1_024);
  return clean === value ? value : `${clean}~${createHash('sha256').update(value).digest('hex').slice(0, 8)}`;
};

/** Distinct values in the window, of each kind: all of them must be more than the limit. */
const tallyOf = (kinds: readonly string[], limit: number): Tally => {
  const inWindow = occurrences();
  const counts = new Map(kinds.map(kind => [kind, 0]));
  const count = (value: string, more: number): void => {
    for (const kind of kinds)
      if (kind === '' || value.startsWith(`${kind}:`)) counts.set(kind, (counts.get(kind) ?? 0) + more);
  };
  return {
    enter: ({ value }) => {
      if (inWindow.enter(value)) count(value, 1);
    },
    leave: ({ value }) => {
      if (inWindow.leave(value)) count(value, -1);
    },
    isOver: () => [...counts.values()].every(of => of > limit),
  };
};
