import type { Answer, Item, Observation, Store } from './observation.ts';

/** Additions remembered at most: about 5 MB. The oldest are forgotten, and then made once more. */
const most = 20_000;
/** What would only be kept so much longer is not worth a write. */
const longer = 3_600_000;

/** Items remembered as they were read, at most. */
const mostRead = 2_000;

const bounded = <K, V>(map: Map<K, V>, key: K, value: V, size: number): void => {
  map.delete(key);
  map.set(key, value);
  if (map.size > size) for (const [oldest] of map.entries().take(1)) map.delete(oldest);
};

const isEmpty = (item: Item): boolean => Object.keys(item).length === 0;

/**
 * A store that makes no addition twice in one process: what is only taught (`read: false`) and was stored before is answered
 * without a call. Sets only grow, so that an addition once acknowledged holds until the item is forgotten. Nor does it read again
 * what may be stale.
 * @param now milliseconds since 1970
 */
export const remembering = (store: Store, now: () => number): Store => {
  const known = new Map<string, number>();
  const read = new Map<string, { readonly at: number; readonly item: Item }>();
  const nameOf = ({ scope, add = {} }: Observation): string =>
    `${scope} ${JSON.stringify(Object.entries(add).map(([set, members]) => [set, [...members].sort()]))}`;
  const isKnown = (one: Observation): boolean =>
    one.read === false && one.expires <= (known.get(nameOf(one)) ?? Number.NEGATIVE_INFINITY) + longer;

  const remember = (one: Observation, answer: Answer): void => {
    if (one.read === false && !answer.full) bounded(known, nameOf(one), one.expires, most);
    if (one.stale === undefined) return;
    const scopes = [one.scope, ...(one.also ?? [])];
    for (const [index, item] of [answer.item, ...answer.also].entries())
      if (!isEmpty(item)) bounded(read, scopes[index] ?? '', { at: now(), item }, mostRead);
  };
  /** The answer, where nothing has to be asked for it. */
  const recalled = (one: Observation): Answer | undefined => {
    const { scope, also = [], stale, add } = one;
    if (isKnown(one)) return { item: {}, also: also.map(() => ({})), full: false };
    if (stale === undefined || add !== undefined) return undefined;
    const [item, ...others] = [scope, ...also].flatMap(name => {
      const held = read.get(name);
      return held !== undefined && held.at + stale >= now() ? [held.item] : [];
    });
    return item === undefined || others.length < also.length ? undefined : { item, also: others, full: false };
  };

  return {
    ...store,
    observe: async observations => {
      const answers = observations.map(recalled);
      const left = observations.filter((_, index) => answers[index] === undefined);
      const asked = left.length === 0 ? [] : await store.observe(left);
      for (const [index, one] of left.entries()) {
        const answer = asked[index];
        if (answer !== undefined) remember(one, answer);
      }
      let next = 0;
      return answers.map(answer => answer ?? asked[next++] ?? { item: {}, also: [], full: false });
    },
  };
};
