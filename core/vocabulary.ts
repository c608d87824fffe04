import { type Kind, type Members, memberSlips, nameSlips } from './member-slips.ts';
import { nearTo } from './near.ts';
import type { Scalar } from './pattern/language.ts';
import { holds } from './pattern/match.ts';
import type { Field, Group, Node, Test } from './pattern/node.ts';
import { conditionOf } from './pattern/print.ts';

/** What a fact, or each element of its list, may be: any text, one of these, or an object with such members. */
export type Said = 'text' | readonly Scalar[] | { readonly [member: string]: Said };

/** What may be asked of a source's events and can hold. */
export interface Vocabulary {
  /** Every fact by its name. */
  readonly facts: { readonly [name: string]: Said };
  /** From the record's root. Others may stand there, too: AWS and Kubernetes add some; what looks like a slip is none of them. */
  readonly members: Members;
}

/**
 * What a pattern asks that no event can answer, or every event does: a value that a fact never has, a member that its objects lack, a
 * record's member that is misspelt or of another type. Such a condition is valid and silent, so that nobody would see why a rule or an
 * exemption never holds, or always.
 * @returns one line each, with the place in the record: empty where there is nothing of the kind
 */
export const slipsIn = ({ fields, or }: Group, vocabulary: Vocabulary): readonly string[] => [
  ...fields.flatMap(field =>
    field.name === 'fact' ? factsIn(field.node, vocabulary.facts) : memberSlips(field, vocabulary.members),
  ),
  ...fields.flatMap(field => comparedSlips(field, vocabulary)),
  ...or.flatMap(branch => slipsIn(branch, vocabulary)),
];

/** The same of members that are asked by name and may be something only, as facts are. Unknown ones are the loader's to refuse. */
export const factsIn = (node: Node, facts: Vocabulary['facts']): readonly string[] =>
  node.is === 'leaf'
    ? []
    : [
        ...node.fields.flatMap(({ name, path, node: asked }) => factSlips(asked, own(facts, name) ?? 'text', path)),
        ...node.or.flatMap(branch => factsIn(branch, facts)),
      ];

const factSlips = (node: Node, said: Said, path: readonly string[]): readonly string[] => {
  const at = path.join('.');
  if (said === 'text' || isList(said)) {
    if (node.is === 'group') return [`${at}: it is no object; allowed here: a value, a list of values or an operator`];
    return said === 'text' ? [] : node.tests.flatMap(test => testSlips(test, said, at));
  }
  if (node.is === 'leaf') return [`${at}: it is asked by its members; allowed here: ${Object.keys(said).join(', ')}`];
  return [
    ...node.fields.flatMap(({ name, path: inner, node: asked }) => {
      const inside = own(said, name);
      return inside === undefined
        ? [`${inner.join('.')}: no such member; allowed here: ${allowed(name, Object.keys(said))}`]
        : factSlips(asked, inside, inner);
    }),
    ...node.or.flatMap(branch => factSlips(branch, said, path)),
  ];
};

const own = <T>(members: { readonly [name: string]: T }, name: string): T | undefined =>
  Object.hasOwn(members, name) ? members[name] : undefined;

const isList = (said: Said): said is readonly Scalar[] => Array.isArray(said);

const testSlips = (test: Test, values: readonly Scalar[], at: string): readonly string[] => {
  if (test.is === 'exists' || test.is === 'absent' || test.is === 'same') return [];
  if (test.is === 'not') return test.tests.flatMap(inner => testSlips(inner, values, at));
  if (values.some(value => holds(test, value, {}))) return [];
  const asked = JSON.stringify(conditionOf(test));
  // `"true"` beside `true` would be near, and say nothing.
  const word = test.is === 'equal' && typeof values[0] === 'string' ? String(test.value) : undefined;
  return [`${at}: ${asked} is not a value that it ever has; allowed here: ${allowed(word, values.map(String))}`];
};

const allowed = (word: string | undefined, known: readonly string[]): string => {
  const near = word === undefined ? [] : nearTo(word, known);
  return near.length > 0 ? `${near.join(' or ')} (near it); of all ${known.join(', ')}` : known.join(', ');
};

/** What `equalsField` compares with: a path that no record has is equal to nothing. */
const comparedSlips = ({ path, node }: Field, vocabulary: Vocabulary): readonly string[] => {
  if (node.is === 'group') return fieldsOf(node).flatMap(field => comparedSlips(field, vocabulary));
  return node.tests.flatMap(test =>
    test.is === 'same' ? pathSlips(test.path, vocabulary).map(slip => `${path.join('.')}.equalsField: ${slip}`) : [],
  );
};

const pathSlips = ([first = '', ...rest]: readonly string[], { facts, members }: Vocabulary): readonly string[] => {
  if (first === 'fact') {
    const [name = ''] = rest;
    return own(facts, name) === undefined
      ? [`fact.${name}: no such fact; allowed here: ${allowed(name, Object.keys(facts))}`]
      : [];
  }
  let inside: Members | Kind = members;
  for (const [index, name] of [first, ...rest].entries()) {
    if (typeof inside !== 'object') return [];
    const known: Members | Kind | undefined = own(inside, name);
    if (known === undefined) return nameSlips(name, [first, ...rest].slice(0, index + 1), Object.keys(inside));
    inside = known;
  }
  return [];
};

const fieldsOf = ({ fields, or }: Group): readonly Field[] => [...fields, ...or.flatMap(fieldsOf)];
