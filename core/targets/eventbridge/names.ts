import { type Clause, pathKey } from '../clause.ts';
import { isReadOnly } from './volume.ts';

const eventName = pathKey(['eventName']);

/** The calls that a clause names; undefined where it is bound to none. */
export const names = (clause: Clause): readonly string[] | undefined => {
  const tests = clause.get(eventName);
  if (tests === undefined) return undefined;
  const found = tests.flatMap(test => (test.is === 'equal' && typeof test.value === 'string' ? [test.value] : []));
  return found.length === tests.length ? found : undefined;
};

/** Reads and writes apart, so that a rule which needs only writes does not ask for reads. */
export const byAccess = (clause: Clause): readonly Clause[] => {
  const all = names(clause);
  if (all === undefined) return [clause];
  const reads = all.filter(isReadOnly);
  const writes = all.filter(name => !isReadOnly(name));
  return [writes, reads].filter(some => some.length > 0).map(some => withNames(clause, some));
};

/** The clause of these calls alone. */
export const withNames = (clause: Clause, some: readonly string[]): Clause =>
  new Map([...clause, [eventName, [...new Set(some)].toSorted().map(value => ({ is: 'equal', value }) as const)]]);

/** Whether a clause is about calls that only read. */
export const needsReads = (clause: Clause): boolean => {
  const readOnly = clause.get(pathKey(['readOnly']));
  if (readOnly?.every(test => test.is === 'equal' && test.value === false)) return false;
  return names(clause)?.some(isReadOnly) ?? true;
};
