import type { Again, Key, StateRule, Verdict } from '../detection.ts';
import type { Source } from '../event.ts';
import type { View } from '../fact.ts';
import type { Answer, Item } from './observation.ts';

/** A rule that reads what others taught and concludes. */
export interface Recall<S extends Source> {
  readonly kind: string;
  readonly doc: string;
  /** Items to read, in an order of the rule's own; none: nothing is read. */
  readonly scopes: (view: View<S>, key: Key) => readonly string[];
  /** Milliseconds that its items may be stale: see `Observation.stale`. */
  readonly stale?: number;
  /** What follows for the event, of which each member is a finding. */
  readonly conclude: (view: View<S>, key: Key, items: readonly Item[]) => readonly Omit<Verdict, 'eventId' | 'time'>[];
  /** Whether what is missing may still come. */
  readonly again?: (view: View<S>, key: Key, items: readonly Item[]) => Again | undefined;
}

const itemsOf = ([answer]: readonly Answer[]): readonly Item[] =>
  answer === undefined ? [] : [answer.item, ...answer.also];

/** Builds the state rule of a {@link Recall}: one read of all its items, one conclusion about its own event. */
export const recall = <S extends Source>(rule: Recall<S>): StateRule<S> => {
  const { again, stale } = rule;
  return {
    kind: rule.kind,
    doc: rule.doc,
    observe: (view, key) => {
      const [scope, ...also] = rule.scopes(view, key);
      if (scope === undefined) return [];
      return [{ scope, also, expires: view.event.time, ...(stale === undefined ? {} : { stale }) }];
    },
    decide: (view, key, answers) =>
      rule
        .conclude(view, key, itemsOf(answers))
        .map(verdict => ({ eventId: view.event.id, time: view.event.time, ...verdict })),
    ...(again === undefined
      ? {}
      : { again: (view: View<S>, key: Key, answers: readonly Answer[]) => again(view, key, itemsOf(answers)) }),
  };
};
