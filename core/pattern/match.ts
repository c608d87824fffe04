import { at, isObject, type Json, type JsonObject } from '../json.ts';
import { contains, parseAddress } from './address.ts';
import type { Scalar } from './language.ts';
import type { Bound, Group, Test } from './node.ts';

/**
 * The meaning of the rule language, slow and obvious: what AWS's engine (aws/event-ruler) does, and Tripline's own operators.
 * The compiled matcher is tested to equal it; nothing else uses it where speed matters.
 *
 * A pattern is spelled out into sub-rules without `$or`. An event is a set of scalars, each with the members that lead to it
 * and the array elements it lies in. A sub-rule holds when each of its fields can be given one scalar of its path, such that no
 * two of them lie in different elements of the same array.
 *
 * @param record plain JSON; the detection's facts, where the pattern asks for any, are its member `fact`
 */
export const match = (pattern: Group, record: JsonObject): boolean => matcherOf(record)(pattern);

/** The same of many patterns and one record, whose scalars are looked for once. */
export const matcherOf = (record: JsonObject): ((pattern: Group) => boolean) => {
  const scalars = Map.groupBy(scalarsOf(record), ({ path }) => keyOf(path));
  return pattern => rulesOf(pattern).some(rule => assign(rule, scalars, new Map(), record));
};

/** Scalars by the text of their path. */
type Scalars = ReadonlyMap<string, readonly Found[]>;

const keyOf = (path: readonly string[]): string => JSON.stringify(path);

interface Condition {
  /** Of its path. */
  readonly key: string;
  readonly tests: readonly Test[];
}

interface Found {
  readonly path: readonly string[];
  readonly value: Scalar;
  /** Array → index of the element that the scalar lies in. A scalar that is an element itself may stand beside any other. */
  readonly elements: ReadonlyMap<object, number>;
}

/** Every way to choose one branch of each `$or`. */
const subRules = (group: Group): readonly (readonly Condition[])[] => {
  let rules: readonly (readonly Condition[])[] = [[]];
  const and = (more: readonly (readonly Condition[])[]): void => {
    rules = rules.flatMap(rule => more.map(other => [...rule, ...other]));
  };
  for (const { path, node } of group.fields)
    and(node.is === 'leaf' ? [[{ key: keyOf(path), tests: node.tests }]] : subRules(node));
  if (group.or.length > 0) and(group.or.flatMap(subRules));
  return rules;
};

const spelled = new WeakMap<Group, readonly (readonly Condition[])[]>();

/** A pattern's sub-rules: patterns never change. */
const rulesOf = (pattern: Group): readonly (readonly Condition[])[] => {
  const rules = spelled.get(pattern) ?? subRules(pattern);
  spelled.set(pattern, rules);
  return rules;
};

/** Every scalar of the record. A list of what is left to visit instead of recursion: no depth overflows the stack. */
const scalarsOf = (record: JsonObject): readonly Found[] => {
  const found: Found[] = [];
  const left: { path: readonly string[]; value: Json; elements: ReadonlyMap<object, number> }[] = [
    { path: [], value: record, elements: new Map() },
  ];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { path, value, elements } = next;
    if (isScalar(value)) found.push({ path, value, elements });
    else if (isObject(value)) {
      for (const [name, inner] of Object.entries(value))
        if (inner !== undefined) left.push({ path: [...path, name], value: inner, elements });
    } else {
      const array = value as readonly Json[]; // neither scalar nor object
      for (const [index, inner] of array.entries())
        left.push({
          path,
          value: inner,
          elements: isScalar(inner) ? elements : new Map([...elements, [array, index]]),
        });
    }
  }
  return found;
};

const isScalar = (value: Json): value is Scalar => typeof value !== 'object' || value === null;

/** Gives the first condition a scalar, then the others, in every possible way. */
const assign = (
  conditions: readonly Condition[],
  scalars: Scalars,
  chosen: ReadonlyMap<object, number>,
  record: JsonObject,
): boolean => {
  const [first, ...others] = conditions;
  if (first === undefined) return true;
  const here = scalars.get(first.key) ?? [];
  if (here.length === 0 && first.tests.some(test => test.is === 'absent'))
    return assign(others, scalars, chosen, record);
  return here.some(
    scalar =>
      first.tests.some(test => holds(test, scalar.value, record)) &&
      [...scalar.elements].every(([array, index]) => (chosen.get(array) ?? index) === index) &&
      assign(others, scalars, new Map([...chosen, ...scalar.elements]), record),
  );
};

/** Asks one scalar. @param record where `equalsField` looks */
export const holds = (test: Test, value: Scalar, record: JsonObject): boolean => {
  switch (test.is) {
    case 'equal':
      return test.value === value;
    case 'prefix':
      if (typeof value !== 'string') return false;
      return test.fold ? foldEnds(test.text, value).size > 0 : value.startsWith(test.text);
    case 'suffix':
      if (typeof value !== 'string') return false;
      return test.fold
        ? suffixes(value).some(end => foldEnds(test.text, end).has(end.length))
        : value.endsWith(test.text);
    case 'fold':
      return typeof value === 'string' && foldEnds(test.text, value).has(value.length);
    case 'wildcard':
      return typeof value === 'string' && like(test.pieces, value);
    case 'not':
      return !test.tests.some(inner => holds(inner, value, record));
    case 'numeric':
      return typeof value === 'number' && above(value, test.low) && below(value, test.high);
    case 'cidr': {
      const address = typeof value === 'string' ? parseAddress(value) : undefined;
      return address !== undefined && contains(test.network, address);
    }
    case 'exists':
      return true;
    case 'absent':
      return false;
    case 'matches':
      return typeof value === 'string' && test.regex.test(value);
    case 'same':
      return at(record, ...test.path) === value;
  }
};

const above = (value: number, low: Bound | undefined): boolean =>
  low === undefined || value > low.value || (low.included && value === low.value);

const below = (value: number, high: Bound | undefined): boolean =>
  high === undefined || value < high.value || (high.included && value === high.value);

/** Whether the text begins with the first piece, ends with the last, and holds the others in order between. */
const like = (pieces: readonly string[], text: string): boolean => {
  const [first = '', ...rest] = pieces;
  if (rest.length === 0) return text === first;
  return text.startsWith(first) && suffixes(text.slice(first.length)).some(end => like(rest, end));
};

const suffixes = (text: string): readonly string[] =>
  Array.from({ length: text.length + 1 }, (_, start) => text.slice(start));

/**
 * Where a text can end that begins like the pattern when case is ignored. Each character of the pattern stands for its lower or
 * its upper case, whatever their length ('ß' is also 'SS'), as in AWS's engine; no other folding.
 */
const foldEnds = (pattern: string, text: string): ReadonlySet<number> => {
  let ends = new Set([0]);
  for (const char of pattern.split('')) {
    const next = new Set<number>();
    for (const end of ends)
      for (const form of [char.toLowerCase(), char.toUpperCase()])
        if (text.startsWith(form, end)) next.add(end + form.length);
    ends = next;
  }
  return ends;
};
