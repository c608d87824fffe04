import type { Json } from '../json.ts';
import { match } from '../pattern/match.ts';
import type { Field, Group, Node, Test } from '../pattern/node.ts';
import { type Clause, pathKey, product, reduce, unite } from './clause.ts';

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
export const canHoldFor = (field: Field, value: Json): boolean =>
  compares(field.node) || match({ is: 'group', fields: [field], or: [] }, { fact: { [field.name]: value } });

const compares = (node: Node): boolean =>
  node.is === 'leaf'
    ? node.tests.some(test => test.is === 'same')
    : node.fields.some(field => compares(field.node)) || node.or.some(compares);
