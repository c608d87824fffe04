import { isObject, type Json } from '../json.ts';
import { compilePattern, type Subject } from './compile.ts';
import type { Condition } from './language.ts';
import type { Field, Group } from './node.ts';
import { conditionOf } from './print.ts';

/** One clause of a pattern against one event. */
export type Explained =
  | {
      readonly clause: 'field';
      /** From the record's root, `fact` included. */
      readonly path: readonly string[];
      readonly held: boolean;
      readonly asks: readonly Condition[];
      /** The scalars at the path, at most {@link most}; [] = none there. */
      readonly found: readonly Json[];
    }
  | { readonly clause: '$or'; readonly held: boolean; readonly branches: readonly Explanation[] };

/** Whether a pattern holds, and what each of its clauses says by itself. */
export interface Explanation {
  readonly held: boolean;
  readonly clauses: readonly Explained[];
  /** Every clause holds by itself, but not for the same element of an array. */
  readonly elsewhere: boolean;
}

/** Values shown of one path. */
const most = 5;

/** Says what of a pattern held for an event, and on what values. @param facts whether `fact` is read through the subject */
export const explainPattern = (pattern: Group, subject: Subject, facts: boolean): Explanation => {
  const held = compilePattern(pattern, { facts })(subject);
  const clauses = explainGroup(pattern, [], subject, facts);
  return { held, clauses, elsewhere: !held && clauses.every(clause => clause.held) };
};

/** @param around the fields that lead to the group, outermost first */
const explainGroup = (
  group: Group,
  around: readonly Field[],
  subject: Subject,
  facts: boolean,
): readonly Explained[] => {
  const alone = (inner: Group): Group =>
    around.reduceRight<Group>((node, field) => ({ is: 'group', fields: [{ ...field, node }], or: [] }), inner);
  const fields = group.fields.flatMap((field): readonly Explained[] => {
    const { node } = field;
    if (node.is === 'group') return explainGroup(node, [...around, field], subject, facts);
    const check = compilePattern(alone({ is: 'group', fields: [field], or: [] }), { facts });
    return [
      {
        clause: 'field',
        path: field.path,
        held: check(subject),
        asks: node.tests.map(conditionOf),
        found: scalarsAt(subject, field.path, facts),
      },
    ];
  });
  if (group.or.length === 0) return fields;
  const branches = group.or.map(branch => {
    const held = compilePattern(alone(branch), { facts })(subject);
    const clauses = explainGroup(branch, around, subject, facts);
    return { held, clauses, elsewhere: !held && clauses.every(clause => clause.held) };
  });
  return [...fields, { clause: '$or', held: branches.some(({ held }) => held), branches }];
};

const scalarsAt = ({ record, fact }: Subject, path: readonly string[], facts: boolean): readonly Json[] => {
  const [first, name, ...rest] = path;
  const viaFact = facts && first === 'fact' && name !== undefined;
  let left: Json[] = viaFact ? [fact?.(name) ?? null] : [record];
  for (const step of viaFact ? rest : path)
    left = flat(left).flatMap(value => (isObject(value) && Object.hasOwn(value, step) ? [value[step] ?? null] : []));
  return flat(left)
    .filter(value => !isObject(value))
    .slice(0, most);
};

/** Arrays are transparent; what nests deeper than 16 is left out of an explanation. */
const flat = (values: readonly Json[]): Json[] =>
  (values as readonly unknown[]).flat(16).filter(value => !Array.isArray(value)) as Json[]; // elements of JSON are JSON
