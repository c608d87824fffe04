import type { Group, Node, Test } from './node.ts';

/** What must hold of an event for a rule to be worth asking: tests by path (a fact's path is `['fact', name, …]`). */
export type Requirement = readonly Condition[];

/** One thing that must hold: of the values at a path one passes one of the tests. */
export interface Condition {
  readonly path: readonly string[];
  readonly tests: readonly Test[];
}

/** The pattern that asks one thing of one path. */
export const alone = ({ path, tests }: Condition): Group =>
  path.reduceRight<Node>(
    (node, name, at): Group => ({ is: 'group', fields: [{ name, path: path.slice(0, at + 1), node }], or: [] }),
    { is: 'leaf', tests },
  ) as Group; // a path has a member at least
