/** `core/once.ts` under mutation: what is kept is kept in a map, which the runner empties, so that no mutant's answer outlives it. */
export const once = <T>(make: () => T): (() => T) => {
  const made = new Map<'it', T>();
  return () => {
    if (!made.has('it')) made.set('it', make());
    return made.get('it') as T; // it was made above
  };
};
