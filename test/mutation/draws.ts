/** What `fast-check` is to a test file under mutation: a property draws five cases, the same ones for every mutant. */
import fc from 'fast-check';

const most = 5;
fc.configureGlobal({ seed: 1 });

const assert = <T>(property: fc.IRawProperty<T>, { numRuns = most, ...rest }: fc.Parameters<T> = {}): unknown =>
  fc.assert(property, { ...rest, numRuns: Math.min(most, numRuns) });

export default { ...fc, assert };
