/** What `fast-check` is to a test file under mutation: a property draws twenty cases, the same ones for every mutant. */
import fc from 'fast-check';

const most = 20;
fc.configureGlobal({ seed: 1 });

const limited: typeof fc.assert = (property: never, { numRuns = most, ...rest } = {}): never =>
  fc.assert(property, { ...rest, numRuns: Math.min(most, numRuns) } as never) as never; // sync or async, as the property is

export default { ...fc, assert: limited };
