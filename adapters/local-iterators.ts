import { createRequire } from 'node:module';

interface Iterators {
  readonly prototype: { return?: () => Promise<void>; close(): Promise<void> };
}

/**
 * Lets dynalite close what it reads by. 4.0.0 ends each reading with its iterator's `return`, which abstract-level's iterators do not
 * have: none was ever closed, and the database kept what had been there when each began, on disk and in memory.
 */
export const closeIterators = (): void => {
  const requireOfDynalite = createRequire(createRequire(import.meta.url).resolve('dynalite'));
  const { AbstractKeyIterator, AbstractValueIterator } = requireOfDynalite('abstract-level') as {
    readonly [name in 'AbstractKeyIterator' | 'AbstractValueIterator']: Iterators; // it has no types here
  };
  for (const { prototype } of [AbstractKeyIterator, AbstractValueIterator])
    prototype.return ??= function (this: Iterators['prototype']) {
      return this.close();
    };
};
