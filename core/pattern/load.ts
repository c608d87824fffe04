import { isObject } from '../json.ts';
import { nearTo } from '../near.ts';
import { PatternError, shown, type Where } from './fault.ts';
import type { Field, Group, Leaf, Node, Test } from './node.ts';
import { operators } from './operators.ts';

/** Levels of objects (and of `$or`) a pattern may have, and sub-rules its `$or`s may multiply to (EventBridge's own limit). */
const maximumDepth = 64;
const maximumBranches = 1_000;
/**
 * Values of one list that somebody wrote: EventBridge's patterns hold a few hundred, and the derived filters weigh each against the
 * others. Facts make longer ones of settings.
 */
export const longestWritten = 1_000;

/** What stands for a pattern that could not be loaded: it asks nothing. */
export const nothing: Group = { is: 'group', fields: [], or: [] };

/** What a pattern may refer to. */
export interface Known {
  /** Names that may stand under `fact`; absent: any. */
  readonly facts?: readonly string[];
  /** Values that one list may hold; absent: any number. */
  readonly longestList?: number;
}

/**
 * Loads a pattern: plain data in, what both matchers read out.
 * @throws PatternError with the path of the first fault and what is allowed there.
 */
export const loadPattern = (pattern: unknown, known: Known = {}): Group => {
  const group = loadGroup(pattern, { where: [], path: [] }, known);
  const branches = countBranches(group);
  if (branches > maximumBranches)
    throw new PatternError([], `its $or make ${branches} combinations`, `at most ${maximumBranches}`);
  return group;
};

/** Where the loader stands: `where` in the pattern (with list indices and `$or`), `path` in the record. */
interface Place {
  readonly where: Where;
  readonly path: readonly string[];
}

const loadGroup = (pattern: unknown, place: Place, known: Known): Group => {
  if (!isObject(pattern))
    throw new PatternError(
      place.where,
      `${shown(pattern)} is not a pattern`,
      'an object of fields, e.g. {"eventName": ["RunInstances"]}',
    );
  if (place.path.length >= maximumDepth || place.where.length >= 3 * maximumDepth)
    throw new PatternError(place.where, 'nested too deeply', `at most ${maximumDepth} levels`);
  const members = Object.entries(pattern).filter(([, value]) => value !== undefined);
  if (members.length === 0) throw new PatternError(place.where, 'an empty object', 'at least one field or "$or"');
  const fields = members
    .filter(([name]) => name !== '$or')
    .map(([name, value]) => loadField(name, value, place, known));
  const [, choice] = members.find(([name]) => name === '$or') ?? [];
  const or = choice === undefined ? [] : loadOr(choice, place, known);
  const group: Group = { is: 'group', fields, or };
  refuseOverlap(group, place);
  return group;
};

const loadOr = (value: unknown, place: Place, known: Known): readonly Group[] => {
  const where = [...place.where, '$or'];
  if (!Array.isArray(value) || value.length < 2)
    throw new PatternError(where, `${shown(value)} is not a choice`, 'a list of at least two objects');
  return value.map((branch, index) => loadGroup(branch, { ...place, where: [...where, index] }, known));
};

const loadField = (name: string, value: unknown, place: Place, known: Known): Field => {
  const where = [...place.where, name];
  const path = [...place.path, name];
  if (path.length === 2 && path[0] === 'fact' && known.facts !== undefined && !known.facts.includes(name))
    throw new PatternError(where, 'no such fact', factsLike(name, known.facts));
  if (path.length === 1 && name === 'fact' && !isObject(value))
    throw new PatternError(where, `${shown(value)} is not a pattern over facts`, 'an object of fact names');
  return { name, path, node: loadNode(value, { where, path }, known) };
};

/** The facts there are; the one that was meant first, where it can be told: there are many. */
const factsLike = (name: string, facts: readonly string[]): string => {
  const near = nearTo(name, facts);
  return `${near.length > 0 ? `${near.join(' or ')} (near it); of all ` : ''}${facts.join(', ') || 'no facts'}`;
};

const loadNode = (value: unknown, place: Place, known: Known): Node => {
  if (Array.isArray(value)) return loadList(value, place, known);
  if (!isObject(value)) return { is: 'leaf', tests: [loadScalar(value, place.where)] };
  if (isBareOperator(value)) return { is: 'leaf', tests: [loadOperator(value, place.where)] };
  return loadGroup(value, place, known);
};

const loadList = (list: readonly unknown[], { where }: Place, { longestList = list.length }: Known): Leaf => {
  if (list.length === 0) throw new PatternError(where, 'an empty list', 'at least one value or operator');
  if (list.length > longestList)
    throw new PatternError(
      where,
      `a list of ${list.length}`,
      `at most ${longestList}: say what they have in common by prefix, wildcard or matches, or make it a fact`,
    );
  return {
    is: 'leaf',
    tests: list.map((item, index) => {
      const here = [...where, index];
      return isObject(item) ? loadOperator(item, here) : loadScalar(item, here);
    }),
  };
};

const loadScalar = (value: unknown, where: Where): Test => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return { is: 'equal', value };
  if (typeof value === 'number' && Number.isFinite(value)) return { is: 'equal', value };
  throw new PatternError(
    where,
    `${shown(value)} is not a value`,
    'a string, a number, true, false, null or one operator',
  );
};

const loadOperator = (value: object, where: Where): Test => {
  const entries = Object.entries(value);
  const [[name, operand] = ['', undefined]] = entries;
  const load = operators.get(name);
  if (entries.length !== 1)
    throw new PatternError(where, `${entries.length} operators in one object`, 'exactly one, e.g. {"prefix": "a"}');
  if (load === undefined)
    throw new PatternError([...where, name], 'no such operator', [...operators.keys()].join(', '));
  return load(operand, [...where, name]);
};

/** Operators whose operand may itself be a list, so that a list after them can't mean "a field of that name". */
const takesList: ReadonlySet<string> = new Set(['anything-but', 'equalsField']);
const misspelt: ReadonlySet<string> = new Set([
  'anythingBut',
  'anything_but',
  'equalsIgnoreCase',
  'equals_ignore_case',
  'equals-field',
]);
/** Words of other rule languages, which are taken for a field's name only with a list behind them. */
const foreign: ReadonlySet<string> = new Set(['exist', 'startswith', 'startsWith', 'endswith', 'endsWith']);

/**
 * Says whether an object that stands alone for a field is an operator and no object of fields. EventBridge's meaning is kept:
 * `{"prefix": ["a"]}` is a field named `prefix`, `{"prefix": "a"}` (which EventBridge refuses) is the operator.
 */
const isBareOperator = (value: object): boolean => {
  const [[name, operand] = ['', undefined], ...more] = Object.entries(value);
  if (misspelt.has(name) || (foreign.has(name) && !Array.isArray(operand))) return true;
  if (more.length > 0 || !operators.has(name)) return false;
  if (takesList.has(name)) return true;
  if (name === 'numeric') return Array.isArray(operand) && ['<', '<=', '=', '>', '>='].includes(operand[0]);
  if (Array.isArray(operand)) return false;
  return !isObject(operand) || Object.keys(operand).join() === 'equals-ignore-case';
};

/** AWS's engine lets a branch of `$or` replace the field beside it: no such pattern is loaded. */
const refuseOverlap = (group: Group, place: Place): void => {
  const beside = leafPaths({ ...group, or: [] });
  for (const [index, branch] of group.or.entries())
    for (const inside of leafPaths(branch))
      if (beside.some(outside => overlaps(outside, inside)))
        throw new PatternError(
          [...place.where, '$or', index, ...inside.slice(place.path.length)],
          'the field also stands beside this $or',
          'fields that do not: put the condition into every branch, or the outer one into "unless"',
        );
};

const leafPaths = (group: Group): readonly (readonly string[])[] => [
  ...group.fields.flatMap(field => (field.node.is === 'leaf' ? [field.path] : leafPaths(field.node))),
  ...group.or.flatMap(leafPaths),
];

/** Equal, or one the beginning of the other: a field can't be a value and an object at once. */
const overlaps = (a: readonly string[], b: readonly string[]): boolean =>
  (a.length < b.length ? a : b).every((_, index) => a[index] === b[index]);

const countBranches = (group: Group): number => {
  const own = group.fields.reduce(
    (product, field) => product * (field.node.is === 'leaf' ? 1 : countBranches(field.node)),
    1,
  );
  return group.or.length === 0 ? own : own * group.or.reduce((sum, branch) => sum + countBranches(branch), 0);
};
