import { RE2JS } from 're2js';
import { isObject } from '../json.ts';
import { parseNetwork } from './address.ts';
import { PatternError, shown, type Where } from './fault.ts';
import type { Bound, Test } from './node.ts';

type Load = (operand: unknown, path: Where) => Test;

/** Every operator by name, and how its operand is read. An operand that is wrong throws {@link PatternError}. */
export const operators: ReadonlyMap<string, Load> = new Map<string, Load>([
  ['prefix', (operand, path) => edge('prefix', operand, path)],
  ['suffix', (operand, path) => edge('suffix', operand, path)],
  ['equals-ignore-case', (operand, path) => ({ is: 'fold', text: text(operand, path) })],
  ['wildcard', (operand, path) => wildcard(operand, path)],
  ['anything-but', (operand, path) => anythingBut(operand, path)],
  ['numeric', (operand, path) => numeric(operand, path)],
  ['cidr', (operand, path) => cidr(operand, path)],
  ['exists', (operand, path) => exists(operand, path)],
  ['matches', (operand, path) => matches(operand, path)],
  ['equalsField', (operand, path) => equalsField(operand, path)],
]);

const text = (operand: unknown, path: Where): string => {
  if (typeof operand === 'string') return operand;
  throw new PatternError(path, `${shown(operand)} is not text`, 'a string');
};

const edge = (is: 'prefix' | 'suffix', operand: unknown, path: Where): Test => {
  if (typeof operand === 'string') return { is, text: operand, fold: false };
  const folded = isObject(operand) && Object.keys(operand).length === 1 ? operand['equals-ignore-case'] : undefined;
  if (typeof folded === 'string') return { is, text: folded, fold: true };
  throw new PatternError(path, `${shown(operand)} is no ${is}`, 'a string, or {"equals-ignore-case": a string}');
};

const wildcard = (operand: unknown, path: Where): Test => {
  const source = text(operand, path);
  const pieces = [''];
  for (let i = 0; i < source.length; i++) {
    const char = source[i];
    const next = source[i + 1];
    if (char === '*' && next === '*') throw new PatternError(path, `"**" in ${shown(source)}`, 'one * at a time');
    if (char === '\\' && next !== '*' && next !== '\\')
      throw new PatternError(path, `a lone \\ in ${shown(source)}`, '\\* for a star, \\\\ for a backslash');
    if (char === '*') pieces.push('');
    else pieces.push(`${pieces.pop()}${char === '\\' ? source[++i] : char}`);
  }
  return { is: 'wildcard', pieces };
};

const anythingBut = (operand: unknown, path: Where): Test => {
  if (isObject(operand)) return anythingButText(operand, path);
  const values = Array.isArray(operand) ? operand : [operand];
  const kinds = new Set(values.map(value => typeof value));
  const [kind] = kinds;
  if (kinds.size !== 1 || (kind !== 'string' && kind !== 'number'))
    throw new PatternError(
      path,
      `${shown(operand)} can't be excluded`,
      'a string, a number, a list of strings, a list of numbers, or one of {"prefix"}, {"suffix"}, {"equals-ignore-case"}, {"wildcard"} with a string or a list of them',
    );
  return { is: 'not', tests: values.map(value => ({ is: 'equal', value: value as string | number })) }; // kinds says so
};

const negatable: ReadonlySet<string> = new Set(['prefix', 'suffix', 'equals-ignore-case', 'wildcard']);

const anythingButText = (operand: object, path: Where): Test => {
  const [[name, value] = ['', undefined], ...more] = Object.entries(operand);
  const load = negatable.has(name) ? operators.get(name) : undefined;
  if (load === undefined || more.length > 0)
    throw new PatternError(path, `${shown(operand)} can't be excluded`, `one of ${[...negatable].join(', ')}`);
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (values.length === 0) throw new PatternError([...path, name], 'an empty list', 'at least one string');
  return {
    is: 'not',
    tests: values.map((one, index) => {
      const here = Array.isArray(value) ? [...path, name, index] : [...path, name];
      const one_ = text(one, here);
      if (one_ === '' && (name === 'prefix' || name === 'suffix'))
        throw new PatternError(here, `every text has an empty ${name}`, 'a string that is not empty');
      return load(one_, here);
    }),
  };
};

const comparisons: ReadonlyMap<string, readonly ['low' | 'high' | 'both', boolean]> = new Map([
  ['<', ['high', false]],
  ['<=', ['high', true]],
  ['=', ['both', true]],
  ['>', ['low', false]],
  ['>=', ['low', true]],
] as const);

const numeric = (operand: unknown, path: Where): Test => {
  const allowed = '[comparison, number] or [">" or ">=", number, "<" or "<=", number], the lower bound first';
  const wrong = (why: string): PatternError => new PatternError(path, `${shown(operand)} ${why}`, allowed);
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4)) throw wrong('is not a range');
  const [first, second] = [0, 2].map(start => {
    if (start >= operand.length) return undefined;
    const comparison = comparisons.get(operand[start]);
    const value: unknown = operand[start + 1];
    if (comparison === undefined) throw wrong(`has no comparison ${shown(operand[start])}`);
    if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(`compares with ${shown(value)}, no number`);
    const bound: Bound = { value, included: comparison[1] };
    return { side: comparison[0], bound };
  });
  if (first === undefined) throw wrong('is not a range');
  if (second === undefined)
    return {
      is: 'numeric',
      ...(first.side === 'high' ? {} : { low: first.bound }),
      ...(first.side === 'low' ? {} : { high: first.bound }),
    };
  if (first.side !== 'low' || second.side !== 'high') throw wrong('is not a range');
  if (first.bound.value >= second.bound.value) throw wrong('holds no number');
  return { is: 'numeric', low: first.bound, high: second.bound };
};

const cidr = (operand: unknown, path: Where): Test => {
  const network = typeof operand === 'string' ? parseNetwork(operand) : undefined;
  if (network !== undefined) return { is: 'cidr', network };
  throw new PatternError(
    path,
    `${shown(operand)} is not a network`,
    'address/bits, e.g. "10.0.0.0/8" or "2001:db8::/32"',
  );
};

const exists = (operand: unknown, path: Where): Test => {
  if (typeof operand === 'boolean') return { is: operand ? 'exists' : 'absent' };
  throw new PatternError(path, `${shown(operand)} is neither`, 'true or false');
};

const matches = (operand: unknown, path: Where): Test => {
  const source = text(operand, path);
  try {
    return { is: 'matches', regex: RE2JS.compile(source) };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PatternError(path, why, 'a regular expression in RE2 syntax (no look-around, no back-references)');
  }
};

const equalsField = (operand: unknown, path: Where): Test => {
  if (Array.isArray(operand) && operand.length > 0 && operand.every(step => typeof step === 'string'))
    return { is: 'same', path: operand };
  throw new PatternError(path, `${shown(operand)} is not a path`, "a list of member names from the record's root");
};
