import type { Answer, Observation, Store } from './observation.ts';

/** Additions remembered at most: about 5 MB. The oldest are forgotten, and then made once more. */
const most = 20_000;
/** What would only be kept so much longer is not worth a write. */
const longer = 3_600_000;

/**
 * A store that makes no addition twice in one process: what is only taught (`read: false`) and was stored before is answered
 * without a call. Sets only grow, so that an addition once acknowledged holds until the item is forgotten.
 */
export const remembering = (store: Store): Store => {
  const known = new Map<string, number>();
  const nameOf = ({ scope, add = {} }: Observation): string =>
    `${scope} ${JSON.stringify(Object.entries(add).map(([set, members]) => [set, [...members].sort()]))}`;
  const isKnown = (one: Observation): boolean =>
    one.read === false && one.expires <= (known.get(nameOf(one)) ?? Number.NEGATIVE_INFINITY) + longer;
  const remember = (one: Observation): void => {
    const name = nameOf(one);
    known.delete(name);
    known.set(name, one.expires);
    if (known.size > most) for (const [oldest] of known.entries().take(1)) known.delete(oldest);
  };
  return {
    ...store,
    observe: async observations => {
      const left = observations.filter(one => !isKnown(one));
      const answers = left.length === 0 ? [] : await store.observe(left);
      const byObservation = new Map(left.map((one, at) => [one, answers[at]]));
      return observations.map((one): Answer => {
        const answer = byObservation.get(one);
        if (answer !== undefined && one.read === false && !answer.full) remember(one);
        return answer ?? { item: {}, also: (one.also ?? []).map(() => ({})), full: false };
      });
    },
  };
};
