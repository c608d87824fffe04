import type { Source } from './event.ts';
import type { Field, Group, Node, Test } from './pattern/node.ts';
import { alone, type Requirement } from './pattern/requirement.ts';
import type { Settings } from './settings.ts';
import { pathOf } from './targets/clause.ts';
import { clausesOf, clausesOfAll } from './targets/derive.ts';
import { needsOf } from './targets/needs.ts';

/**
 * What an event must have for a rule to be able to match it: one of the clauses of its derived filter (its `when` without facts,
 * joined with what its facts need), and what it asks of facts outright. It may admit more than the rule matches, never less.
 */
export const requirementsOf = (when: Group, source: Source, settings: Settings): readonly Requirement[] => {
  const asked = when.fields.filter(({ name }) => name === 'fact').flatMap(leaves);
  return clausesOf(when, needsOf(source, settings)).map(clause => [
    ...[...clause].map(([key, tests]) => ({ path: pathOf(key), tests })),
    ...asked,
  ]);
};

const leaves = ({ path, node }: Field): Requirement =>
  node.is === 'leaf' ? [{ path, tests: node.tests }] : node.fields.flatMap(leaves);

/** What a rule asks, and what it excepts. */
interface Asking {
  readonly when: Group;
  readonly unless: readonly Group[];
}

/**
 * What a record must show for a rule of a source to be able to say anything of it: its requirements, made tighter by the signs of
 * the facts that it asks, and by what it excepts. It may admit more than the rule matches, never less.
 * @param cluster of the settings, whose records they are; absent: records of any
 */
export const admissionOf = (
  source: Source,
  settings: Settings,
  cluster?: string,
): ((rule: Asking) => readonly Requirement[]) => {
  const needs = needsOf(source, settings, true, cluster);
  return ({ when, unless }) =>
    clausesOfAll([when, ...unless.flatMap(otherThan)], needs).map(clause =>
      [...clause].map(([key, tests]) => ({ path: pathOf(key), tests })),
    );
};

/**
 * What holds where an exception does not: one of its conditions fails. Nothing is said of one with alternatives, or with two
 * conditions on one member: where that is a list, each may hold, and yet not both of one element.
 */
const otherThan = (except: Group): readonly Group[] => {
  const conditions = except.fields.flatMap(leaves);
  const owners = new Set(
    conditions.map(({ path: [first = '', second = ''] }) => `${first}\n${first === 'fact' ? second : ''}`),
  );
  if (chooses(except) || owners.size < conditions.length) return [];
  const failing = conditions.map(({ path, tests }) => ({ path, tests: failed(tests) }));
  if (failing.some(({ tests }) => tests === undefined)) return [];
  const [first, ...more] = failing.map(({ path, tests = [] }) => alone({ path, tests }));
  if (first === undefined) return [];
  return more.length === 0 ? [first] : [{ is: 'group', fields: [], or: [first, ...more] }];
};

const chooses = (node: Node): boolean =>
  node.is === 'group' && (node.or.length > 0 || node.fields.some(field => chooses(field.node)));

/** Tests that can be turned round. */
const plain: ReadonlySet<Test['is']> = new Set(['equal', 'prefix', 'suffix', 'wildcard', 'absent']);

/** What is so where none of the tests holds of any scalar at a path: there is none, or one of which they don't. Undefined: not told. */
const failed = (tests: readonly Test[]): readonly Test[] | undefined => {
  if (!tests.every(({ is }) => plain.has(is))) return undefined;
  const others = tests.filter(({ is }) => is !== 'absent');
  const other: Test = others.length === 0 ? { is: 'exists' } : { is: 'not', tests: others };
  return others.length < tests.length ? [other] : [{ is: 'absent' }, other];
};
