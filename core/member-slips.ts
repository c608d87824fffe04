import { nearTo } from './near.ts';
import type { Field, Group, Leaf, Test } from './pattern/node.ts';
import { operators } from './pattern/operators.ts';
import { conditionOf } from './pattern/print.ts';

/** What a member of a record is: a value of a type, or a list of such; an object of whatever members; `open`: not known. */
export type Kind = 'text' | 'number' | 'boolean' | 'object' | 'open';

/** Members that a record may have, as far as they are known. */
export interface Members {
  readonly [name: string]: Members | Kind;
}

/** What a vocabulary says of the members of a type. */
export type MembersOf<T> = Required<{ readonly [name in keyof T]: KindOf<NonNullable<T[name]>> }>;

type KindOf<T> = [T] extends [string]
  ? 'text'
  : [T] extends [number]
    ? 'number'
    : [T] extends [boolean]
      ? 'boolean'
      : [T] extends [readonly string[]]
        ? 'text'
        : Members | 'object';

/** Names of fewer letters are near too many words: `tags`, which a log shipper may add, is near `stage`. */
const tellingLetters = 6;

/** Of EventBridge's envelope: a pattern is over what it carries. */
const envelope: ReadonlySet<string> = new Set(['detail', 'detail-type']);

/** The same of a field, and of what is asked inside it: a member that is misspelt, or of another type than its condition. */
export const memberSlips = ({ name, path, node }: Field, members: Members): readonly string[] => {
  const known = Object.hasOwn(members, name) ? members[name] : undefined;
  if (known === undefined) return nameSlips(name, path, Object.keys(members));
  if (known === 'open') return [];
  if (node.is === 'leaf') return typeSlips(node, typeof known === 'object' ? 'object' : known, path);
  if (typeof known === 'object') return insideSlips(node, known);
  return known === 'object' ? [] : operatorSlips(node, known, path);
};

/** Of a name that is none of those known: what was meant, where it can be told. @param path of the name, itself included */
export const nameSlips = (name: string, path: readonly string[], names: readonly string[]): readonly string[] => {
  const at = path.join('.');
  if (path.length === 1 && envelope.has(name))
    return [`${at}: of EventBridge's envelope; allowed here: members of the record that it carries`];
  if (path.length === 1 && name.startsWith('$'))
    return [`${at}: no such operator; allowed here: $or, and "unless" beside the pattern for what must not hold`];
  const [first = '', second] = name.split(/[.|]/);
  if (second !== undefined && names.includes(first))
    return [`${at}: names are literal, dots included; allowed here: ${first}, and in it what it holds`];
  const near = [
    ...names.filter(one => one.toLowerCase() === name.toLowerCase()),
    ...(name.length < tellingLetters ? [] : nearTo(name, names)),
  ];
  return near.length === 0 ? [] : [`${at}: no such member of a record; allowed here: ${near[0]} (near it)`];
};

type Type = Exclude<Kind, 'open'>;

const typeNames: Readonly<Record<Type, string>> = {
  text: 'text, in quotes',
  number: 'a number',
  boolean: 'true or false',
  object: 'an object, of which conditions ask nothing: its members',
};

/** A condition that a member's type answers alike in every event: none of its tests can hold, or one always does. */
const typeSlips = ({ tests }: Leaf, type: Type, path: readonly string[]): readonly string[] => {
  const always = tests.find(test => isAlways(test, type));
  if (always === undefined && tests.some(test => canHold(test, type))) return [];
  const asked = JSON.stringify((always === undefined ? tests : [always]).map(conditionOf));
  return [`${path.join('.')}: ${asked} ${always ? 'always' : 'never'} holds; allowed here: ${typeNames[type]}`];
};

const isAlways = (test: Test, type: Type): boolean =>
  (test.is === 'absent' && type === 'object') ||
  (test.is === 'not' && type !== 'object' && test.tests.every(inner => !canHold(inner, type)));

/** Whether a test can hold of a value of that type, or of null, which may stand for any. */
const canHold = (test: Test, type: Type): boolean => {
  switch (test.is) {
    case 'equal':
      return test.value === null || typeof test.value === (type === 'text' ? 'string' : type);
    case 'exists':
    case 'absent':
    case 'same':
    case 'not':
      return type !== 'object';
    case 'numeric':
      return type === 'number';
    default:
      return type === 'text';
  }
};

/** What stands in braces for a member that has none is an operator that does not exist, or one with a list. */
const operatorSlips = ({ fields, or }: Group, type: Type, path: readonly string[]): readonly string[] => {
  const at = path.join('.');
  const [first] = fields;
  if (or.length > 0 || first === undefined)
    return [`${at}: it is no object; allowed here: ${typeNames[type]}, a list of values or an operator`];
  return operators.has(first.name)
    ? [`${at}.${first.name}: one value an operator; allowed here: [{"${first.name}": …}, {"${first.name}": …}]`]
    : [`${at}.${first.name}: no such operator; allowed here: ${[...operators.keys()].join(', ')}`];
};

const insideSlips = ({ fields, or }: Group, members: Members): readonly string[] => [
  ...fields.flatMap(field => memberSlips(field, members)),
  ...or.flatMap(branch => insideSlips(branch, members)),
];
