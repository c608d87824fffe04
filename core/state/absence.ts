import type { Key, StateRule } from '../detection.ts';
import type { Source } from '../event.ts';
import type { View } from '../fact.ts';
import type { Item } from './observation.ts';
import { recall } from './recall.ts';
import { checkParts } from './span.ts';

/** A not followed by B within a span of time. Sigma correlation rules have no such type. */
export interface Absence<S extends Source> {
  readonly doc: string;
  /** Milliseconds. */
  readonly within: number;
  /** The item that B teaches, by the fields of A; undefined: B can't be told for this event, and nothing is concluded. */
  readonly scope: (view: View<S>, key: Key) => string | undefined;
  /** The set of that item that holds the times of B, as ISO text. */
  readonly set: string;
  /** Another item, and what in it accounts for the absence. */
  readonly excuse?: {
    readonly scope: (view: View<S>, key: Key) => string;
    readonly holds: (item: Item, deadline: number) => boolean;
  };
  /** Streams that would have told of B, one at least (`streamOf`): they must have been heard past the deadline. */
  readonly streams: (view: View<S>, key: Key) => readonly [string, ...string[]];
  readonly note: string;
}

/**
 * Concludes only at the watermark: when the span and the time that records may be late are over, and its streams were heard past
 * the span. B may come before A is read, late, or twice; where it came in time, nothing is ever concluded.
 */
export const absence = <S extends Source>(rule: Absence<S>): StateRule<S> => {
  checkParts('an absence', { within: rule.within });
  const { excuse } = rule;
  const settled = ([item, other = {}]: readonly Item[], time: number): boolean => {
    const deadline = time + rule.within;
    const moments = (item?.[rule.set] ?? []).map(one => Date.parse(one));
    return item === undefined || moments.some(one => one <= deadline) || excuse?.holds(other, deadline) === true;
  };
  return recall({
    kind: 'absence',
    doc: rule.doc,
    scopes: (view, key) => {
      const scope = rule.scope(view, key);
      return scope === undefined ? [] : [scope, ...(excuse === undefined ? [] : [excuse.scope(view, key)])];
    },
    conclude: ({ event, again }, _key, items) =>
      again === undefined || settled(items, event.time) ? [] : [{ note: rule.note }],
    again: (view, key, items) =>
      settled(items, view.event.time)
        ? undefined
        : { after: view.event.time + rule.within, streams: rule.streams(view, key) },
  });
};
