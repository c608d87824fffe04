import type { Event, Records, Source } from '../event.ts';
import type { Facts, May } from '../fact.ts';
import type { Json } from '../json.ts';
import type { Condition, Scalar } from '../pattern/language.ts';
import { loadPattern } from '../pattern/load.ts';
import { holds, match } from '../pattern/match.ts';
import type { Field, Group, Node, Test } from '../pattern/node.ts';
import { conditionOf } from '../pattern/print.ts';
import type { Settings } from '../settings.ts';
import { sources } from '../sources.ts';

/** Conditions that must all hold, by path (the JSON text of its members): what a filter is made of, joined by "or". */
export type Clause = ReadonlyMap<string, readonly Test[]>;

/** What a fact requires of the record. Undefined where it can be read off any event. */
export type Needs = (fact: string) => Need | undefined;

export interface Need {
  /** Absent: nothing, whatever its value is. */
  readonly pattern?: Group;
  /** Its value for every event that lacks what it needs: a condition that holds for it requires nothing of the record. */
  readonly neutral: Json;
  /** Clauses of which one holds where its value passes a condition; undefined: any event may have such a value. */
  readonly signs?: (asked: Field) => readonly Clause[] | undefined;
}

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

/**
 * A detection's `when` as clauses over the record alone: an event that it matches satisfies at least one of them.
 * Facts are replaced by what they need; tests that no filter can make are left out. Both admit more, never less.
 */
export const clausesOf = (when: Group, needs: Needs): readonly Clause[] => group(when, needs);

/** The same of several patterns that must all hold. */
export const clausesOfAll = (patterns: readonly Group[], needs: Needs): readonly Clause[] =>
  patterns.reduce((clauses, pattern) => product(clauses, group(pattern, needs)), [everything] as readonly Clause[]);

const everything: Clause = new Map();

const group = (node: Group, needs: Needs): readonly Clause[] => {
  let clauses: readonly Clause[] = [everything];
  for (const field of node.fields) {
    if (field.path.length === 1 && field.name === 'fact' && field.node.is === 'group')
      clauses = product(clauses, facts(field.node, needs));
    else if (field.node.is === 'group') clauses = product(clauses, group(field.node, needs));
    else clauses = product(clauses, [leaf(field.path, field.node.tests)]);
  }
  if (node.or.length > 0)
    clauses = product(
      clauses,
      node.or.flatMap(branch => group(branch, needs)),
    );
  return reduce(clauses);
};

const leaf = (path: readonly string[], tests: readonly Test[]): Clause => {
  const kept = tests.flatMap(test => filterable(test) ?? []);
  return kept.length === tests.length ? new Map([[pathKey(path), unite(kept, [])]]) : everything;
};

/** No filter of AWS's reads regular expressions, two fields at once, or (alike everywhere) address ranges. */
const filterable = (test: Test): Test | undefined => {
  if (test.is === 'same' || test.is === 'cidr') return undefined;
  if (test.is !== 'matches') return test;
  const text = beginning(test.regex.pattern());
  return text === '' ? undefined : { is: 'prefix', text, fold: false };
};

/** What every text begins with that a regular expression of one alternative finds: `i-` of `^i-[0-9a-f]+$`; '' where nothing is sure. */
const beginning = (pattern: string): string => {
  if (pattern.includes('|')) return '';
  const [, plain = '', quantifier] = /^\^([A-Za-z0-9:/_-]*)([*?{])?/.exec(pattern) ?? [];
  return quantifier === undefined ? plain : plain.slice(0, -1);
};

const facts = (node: Group, needs: Needs): readonly Clause[] => {
  let clauses: readonly Clause[] = [everything];
  for (const field of node.fields) {
    const needed = needs(field.name);
    if (needed?.pattern !== undefined && !canHoldFor(field, needed.neutral))
      clauses = product(clauses, group(needed.pattern, needs));
    const signs = needed?.signs?.(field);
    if (signs !== undefined) clauses = product(clauses, signs);
  }
  if (node.or.length > 0)
    clauses = product(
      clauses,
      node.or.flatMap(branch => facts(branch, needs)),
    );
  return clauses;
};

/** Whether a condition on a fact can hold where the fact has this value: what is compared with another field may stand there too. */
const canHoldFor = (field: Field, value: Json): boolean =>
  compares(field.node) || match({ is: 'group', fields: [field], or: [] }, { fact: { [field.name]: value } });

const compares = (node: Node): boolean =>
  node.is === 'leaf'
    ? node.tests.some(test => test.is === 'same')
    : node.fields.some(field => compares(field.node)) || node.or.some(compares);

const product = (left: readonly Clause[], right: readonly Clause[]): readonly Clause[] => {
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

/** Members that hold one scalar and never a list of them, so that two conditions on them speak of the same value. */
const single: ReadonlySet<string> = new Set(
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

const same = (a: Test, b: Test): boolean => {
  if (a === b) return true;
  if (a.is === 'equal' && b.is === 'equal') return a.value === b.value;
  return a.is === b.is && textOf(a) === textOf(b);
};

/** Whether every value that passes `test` passes one of `tests`. Says yes only where it is plain. */
const covered = (test: Test, tests: readonly Test[]): boolean =>
  tests.some(other => same(test, other) || (other.is === 'exists' && test.is !== 'absent')) ||
  (test.is === 'equal' && holdsAny(tests, test.value));

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

const unite = (a: readonly Test[], b: readonly Test[]): readonly Test[] => {
  if (a === b) return a;
  const all = [...a, ...b];
  return all
    .filter((test, index) => !all.some((other, at) => at !== index && within(test, other, at < index)))
    .toSorted((x, y) => (textOf(x) < textOf(y) ? -1 : 1)); // one order, so that equal lists are seen to be equal
};

/** Whether `test` may go because `other` stays; of two equal ones the first stays. */
const within = (test: Test, other: Test, earlier: boolean): boolean =>
  same(test, other) ? earlier : covered(test, [other]) && !covered(other, [test]);

/** Whether `widen(a, b)` admits nothing that neither of them does: they differ in the values of one path, or one holds the other. */
export const isExact = (a: Clause, b: Clause): boolean => {
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
  a === b || (a.length === b.length && a.every(test => b.some(other => same(test, other))));

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
  clauses.flatMap((clause, index) => {
    const trimmed = new Map(
      [...clause].map(([path, tests]) => {
        const others = clauses.filter((other, at) => at !== index && other.size === 1 && clause.size > 1);
        return [path, tests.filter(test => !others.some(other => covered(test, other.get(path) ?? [])))] as const;
      }),
    );
    return [...trimmed.values()].every(tests => tests.length > 0) ? [trimmed] : [];
  });

/**
 * What the facts of a source need under these settings.
 * @param signed their signs, too, which filters have neither room nor words for
 */
export const needsOf = <S extends Source>(source: S, settings: Settings, signed = false): Needs => {
  const facts: Facts<S> = sources[source].facts;
  const known = new Map<string, Need | undefined>();
  const needOf = (name: string): Need | undefined => {
    const fact = Object.hasOwn(facts, name) ? facts[name] : undefined;
    if (fact === undefined) return undefined;
    const pattern = fact.needs(settings);
    const { signs } = fact;
    const needsAny = Object.keys(pattern).length > 0;
    if (!needsAny && (signs === undefined || !signed)) return undefined;
    return {
      neutral: fact.read(nothing(source), settings),
      ...(needsAny ? { pattern: loadPattern(pattern) } : {}),
      ...(signs !== undefined && signed ? { signs: signsOf((may, texts) => signs(settings, may, texts)) } : {}),
    };
  };
  return name => {
    if (!known.has(name)) known.set(name, needOf(name));
    return known.get(name);
  };
};

/** The signs of a fact as clauses; many rules ask the same of one. */
const signsOf = (
  signs: (may: May, texts: readonly Condition[] | undefined) => readonly object[],
): ((asked: Field) => readonly Clause[] | undefined) => {
  const known = new Map<string, readonly Clause[] | undefined>();
  return asked => {
    const text = JSON.stringify(asked.node, (_, value) => (typeof value === 'bigint' ? `${value}` : value)); // an address
    if (known.has(text)) return known.get(text);
    const answers = new Map<Json, boolean>();
    const made = signs(value => {
      const answer = answers.get(value) ?? canHoldFor(asked, value);
      answers.set(value, answer);
      return answer;
    }, textsOf(asked.node));
    known.set(text, alternatives(made));
    return known.get(text);
  };
};

/** What a condition asks of texts alone, by what they are like; undefined where other values pass it too. */
const textsOf = (node: Node): readonly Condition[] | undefined =>
  node.is === 'leaf' && node.tests.every(isOfText) ? node.tests.map(conditionOf) : undefined;

const isOfText = (test: Test): boolean =>
  test.is === 'equal'
    ? typeof test.value === 'string'
    : test.is === 'prefix' || test.is === 'suffix' || test.is === 'fold' || test.is === 'wildcard';

/** Clauses of which one holds where one of some patterns does; undefined where one of these is any event. */
const alternatives = (patterns: readonly object[]): readonly Clause[] | undefined =>
  patterns.some(pattern => Object.keys(pattern).length === 0)
    ? undefined
    : reduce(patterns.flatMap(one => group(loadPattern(one), () => undefined)));

/** An event that says nothing, so that no fact's need is met. */
const nothing = <S extends Source>(source: S): Event<S> => {
  const records: Records = {
    cloudtrail: { eventID: '', eventTime: '', eventSource: '', eventName: '' },
    kubernetes: { auditID: '', verb: '' },
  };
  return { source, id: '', time: 0, account: '', region: '', cluster: '', record: records[source] };
};
