/** Things of one kind that a step reads at most: beyond it the account is told to be inventoried incompletely. */
export const mostThings = 50_000;

/** More than a bound holds: what was found is not used, so that nothing is concluded from absence. */
export class TooMany extends Error {
  override readonly name = 'TooMany';
}

/** All things of all pages. @throws TooMany past {@link mostThings} */
export const gather = async <P, T>(
  pages: AsyncIterable<P>,
  of: (page: P) => readonly T[] | undefined,
): Promise<T[]> => {
  const all: T[] = [];
  for await (const page of pages) {
    for (const one of of(page) ?? []) all.push(one);
    if (all.length > mostThings) throw new TooMany(`more than ${mostThings} things of one kind`);
  }
  return all;
};
