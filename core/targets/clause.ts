import type { Scalar } from '../pattern/language.ts';
import { holds } from '../pattern/match.ts';
import type { Test } from '../pattern/node.ts';

/** Conditions that must all hold, by path (the JSON text of its members): what a filter is made of, joined by "or". */
export type Clause = ReadonlyMap<string, readonly Test[]>;

/** Above this many a product of alternatives is not spelled out: its shorter factor alone is kept, which admits more. */
const maximumClauses = 256;

/** The key of a path. */
export const pathKey = (path: readonly string[]): string => JSON.stringify(path);

/** The path of a key: the same list for the same one. */
export const pathOf = (key: string): readonly string[] => {
  const known = paths.get(key) ?? (JSON.parse(key) as readonly string[]); // written by pathKey
  paths.set(key, known);
  return known;
};

/** As many as rules and facts name members. */
const paths = new Map<string, readonly string[]>();

/** Clauses of events that satisfy one of each. */
export const product = (left: readonly Clause[], right: readonly Clause[]): readonly Clause[] => {
  if (left.length * right.length > maximumClauses) return left.length <= right.length ? left : right;
  return reduce(left.flatMap(a => right.flatMap(b => both(a, b) ?? [])));
};

/** The clause of events that satisfy both; undefined where none can. */
const both = (a: Clause, b: Clause): Clause | undefined => {
  const joined = new Map(a);
  for (const [path, tests] of b) {
    const old = joined.get(path);
    const kept = old === undefined ? tests : narrower(path, old, tests);
    if (kept.length === 0) return undefined;
    joined.set(path, kept);
  }
  return joined;
};

/** Members that hold one scalar and never a list of them (nor null), so that two conditions on them speak of the same value. */
export const single: ReadonlySet<string> = new Set(
  [['eventSource'], ['eventName'], ['readOnly'], ['errorCode'], ['userIdentity', 'type'], ['verb'], ['stage']]
    .concat([
      ['objectRef', 'resource'],
      ['objectRef', 'apiGroup'],
      ['objectRef', 'subresource'],
    ])
    .concat([
      ['user', 'username'],
      ['responseStatus', 'code'],
    ])
    .map(pathKey),
);

/** Tests of which one holds where one of each list holds: exact values are intersected, otherwise the list stays that asks for more. */
const narrower = (path: string, a: readonly Test[], b: readonly Test[]): readonly Test[] => {
  if (covers(a, b)) return b;
  if (covers(b, a)) return a;
  const exact = (tests: readonly Test[]): boolean => tests.every(test => test.is === 'equal');
  if (!exact(a)) return exact(b) ? narrower(path, b, a) : a;
  if (!single.has(path)) return a;
  return a.filter(one => one.is === 'equal' && holdsAny(b, one.value));
};

const holdsAny = (tests: readonly Test[], value: Scalar): boolean => tests.some(test => holds(test, value, {}));

const texts = new WeakMap<Test, string>();

const textOf = (test: Test): string => {
  const known = texts.get(test);
  if (known !== undefined) return known;
  const text = JSON.stringify(test);
  texts.set(test, text);
  return text;
};

/** What is looked up in a list: settings may make long ones, and each is held against the others. */
interface Listed {
  readonly texts: ReadonlySet<string>;
  readonly hasExists: boolean;
  /** The tests that a value may pass without being named. */
  readonly loose: readonly Test[];
}

const lists = new WeakMap<readonly Test[], Listed>();

const listed = (tests: readonly Test[]): Listed => {
  const known = lists.get(tests) ?? {
    texts: new Set(tests.map(textOf)),
    hasExists: tests.some(({ is }) => is === 'exists'),
    loose: tests.filter(({ is }) => is !== 'equal'),
  };
  lists.set(tests, known);
  return known;
};

/** Whether every value that passes `test` passes one of `tests`. Says yes only where it is plain. */
const covered = (test: Test, tests: readonly Test[]): boolean => {
  const { texts, hasExists, loose } = listed(tests);
  return (
    texts.has(textOf(test)) ||
    (hasExists && test.is !== 'absent') ||
    (test.is === 'equal' && holdsAny(loose, test.value))
  );
};

/** Whether every value that passes one of `inner` passes one of `outer`; `inner` undefined: anything passes. */
export const covers = (outer: readonly Test[], inner: readonly Test[] | undefined): boolean =>
  inner === outer || (inner?.every(test => covered(test, outer)) ?? false);

/** Says whether every event that satisfies `a` satisfies `b`. */
export const implies = (a: Clause, b: Clause): boolean => {
  if (a.size < b.size) return false;
  for (const [path, tests] of b) if (!covers(tests, a.get(path))) return false;
  return true;
};

/** The clause that admits what either does: conditions on the same path are united, all others are dropped. */
export const widen = (a: Clause, b: Clause): Clause => {
  const joined = new Map<string, readonly Test[]>();
  for (const [path, tests] of a) {
    const others = b.get(path);
    if (others !== undefined) joined.set(path, unite(tests, others));
  }
  return joined;
};

/** Tests of which one holds where one of either list does. */
export const unite = (a: readonly Test[], b: readonly Test[]): readonly Test[] => {
  if (a === b) return a;
  const all = [...new Map([...a, ...b].map(test => [textOf(test), test])).values()];
  const { hasExists, loose } = listed(all);
  return all
    .filter(test => {
      if (hasExists) return test.is === 'exists' || test.is === 'absent';
      return test.is !== 'equal' || !holdsAny(loose, test.value);
    })
    .toSorted((x, y) => (textOf(x) < textOf(y) ? -1 : 1)); // one order, so that equal lists are seen to be equal
};

/** Whether `widen(a, b)` admits nothing that neither of them does: they differ in the values of one path, or one holds the other. */
const isExact = (a: Clause, b: Clause): boolean => {
  if (implies(a, b) || implies(b, a)) return true;
  if (a.size !== b.size) return false;
  let differing = 0;
  for (const [path, tests] of a) {
    const others = b.get(path);
    if (others === undefined || (!sameTests(tests, others) && ++differing > 1)) return false;
  }
  return true;
};

const sameTests = (a: readonly Test[], b: readonly Test[]): boolean =>
  a === b || (a.length === b.length && a.every(test => listed(b).texts.has(textOf(test))));

/** Drops clauses that another one holds, and joins those that differ in one path's values alone. Admits exactly the same. */
export const reduce = (clauses: readonly Clause[]): readonly Clause[] => {
  const kept: Clause[] = [];
  const left = [...clauses];
  for (let next = left.shift(); next !== undefined; next = left.shift()) {
    const clause = next;
    const index = kept.findIndex(other => isExact(clause, other));
    const [other] = index < 0 ? [] : kept.splice(index, 1);
    if (other === undefined) kept.push(clause);
    else left.push(implies(clause, other) ? other : implies(other, clause) ? clause : widen(clause, other));
  }
  return kept;
};

/** Leaves out of each clause's lists what another clause admits by that path alone. All together admit exactly the same. */
export const trim = (clauses: readonly Clause[]): readonly Clause[] =>
  clauses.flatMap(clause => {
    const trimmed = new Map(
      [...clause].map(([path, tests]) => {
        const others = clauses.filter(other => other.size === 1 && clause.size > 1);
        return [path, tests.filter(test => !others.some(other => covered(test, other.get(path) ?? [])))] as const;
      }),
    );
    return [...trimmed.values()].every(tests => tests.length > 0) ? [trimmed] : [];
  });
