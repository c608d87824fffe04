import type { Source } from './event.ts';
import type { Field, Group } from './pattern/node.ts';
import type { Requirement } from './pattern/requirement.ts';
import type { Settings } from './settings.ts';
import { clausesOf, needsOf, pathOf } from './targets/clause.ts';

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
