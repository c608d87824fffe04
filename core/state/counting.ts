import type { Key, StateRule } from '../detection.ts';
import type { Source } from '../event.ts';
import type { View } from '../fact.ts';
import { between, burstsOf, perBurst, type Tally } from './burst.ts';
import { sightingsIn, writeSightings } from './sighting.ts';
import { mostCounted } from './span.ts';

/** What the forms that count have in common: what an event contributes, and how contributions to one window are counted. */
export interface Counting<S extends Source> {
  readonly kind: string;
  /** Names the state: the detection's id. */
  readonly id: string;
  readonly doc: string;
  /** Milliseconds. */
  readonly within: number;
  /** What is reached or exceeded; the settings' `threshold` for the detection overrides it. */
  readonly limit: number;
  /** What one event contributes; nothing: it is not counted. */
  readonly values: (view: View<S>) => readonly string[];
  /** Counts an empty window under a limit. */
  readonly tally: (limit: number) => Tally;
  /** What is counted apart within one key. */
  readonly apart?: ((view: View<S>) => string) | undefined;
  /** Words for the finding, from the limit. */
  readonly note: (limit: number) => string;
}

/** How long a bucket is kept past its end: as long as records may be late, and a day more for redelivery. */
const kept = 86_400_000;

/**
 * Counts over sliding windows on event time. Each event adds to the bucket of its own time and reads the neighbours; it then judges
 * every stored event that can be part of a burst with it, so that order, lateness and redelivery make no difference, and the
 * decision only grows with the sets. A burst is found whole: what came before the limit was reached is part of it, and says whom and
 * what it named.
 */
export const counting = <S extends Source>(rule: Counting<S>): StateRule<S> => {
  const { within, apart } = rule;
  const scope = ({ event }: View<S>, parts: readonly string[], bucket: number): string =>
    [rule.id, event.account, event.cluster, ...parts, bucket].join('#');
  const partsOf = (view: View<S>, key: Key): readonly string[] => [
    ...Object.values(key),
    ...(apart === undefined ? [] : [apart(view)]),
  ];
  const found = perBurst((items, limit) => burstsOf(sightingsIn(items), within, rule.tally(limit), rule.note(limit)));
  return {
    kind: rule.kind,
    doc: rule.doc,
    observe: (view, key, named) => {
      const values = rule.values(view);
      if (values.length === 0) return [];
      const bucket = Math.floor(view.event.time / within) * within;
      const parts = partsOf(view, key);
      return [
        {
          scope: scope(view, parts, bucket),
          add: writeSightings(view.event, values, named?.()),
          cap: mostCounted,
          expires: bucket + within + kept,
          also: [scope(view, parts, bucket - within), scope(view, parts, bucket + within)],
        },
      ];
    },
    decide: (view, _key, [answer]) => {
      if (answer === undefined) return [];
      const { time } = view.event;
      const all = found([answer.item, ...answer.also], view.threshold ?? rule.limit);
      return between(all, time - within, time + within);
    },
  };
};
