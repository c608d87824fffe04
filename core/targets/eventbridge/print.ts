import type { Condition, Scalar } from '../../pattern/language.ts';
import type { Test } from '../../pattern/node.ts';
import { type Clause, pathOf } from '../clause.ts';

interface Members {
  [name: string]: Members | readonly Condition[];
}

const printed = new WeakMap<Clause, string>();

/** A clause as the JSON text of an EventBridge pattern: exact values in lists, one object for each member. */
export const print = (clause: Clause): string => {
  const known = printed.get(clause);
  if (known !== undefined) return known;
  const root: Members = {};
  for (const [key, tests] of clause) {
    const path = pathOf(key);
    let here = root;
    for (const name of path.slice(0, -1)) {
      const inner = here[name];
      const next: Members = inner === undefined || Array.isArray(inner) ? {} : (inner as Members); // built below as objects
      here[name] = next;
      here = next;
    }
    here[path.at(-1) ?? ''] = tests.map(condition);
  }
  const text = JSON.stringify(root);
  printed.set(clause, text);
  return text;
};

const folded = (text: string, fold: boolean): string | { 'equals-ignore-case': string } =>
  fold ? { 'equals-ignore-case': text } : text;

const wildcardText = (pieces: readonly string[]): string =>
  pieces.map(piece => piece.replace(/[\\*]/g, '\\$&')).join('*');

const condition = (test: Test): Condition => {
  switch (test.is) {
    case 'equal':
      return test.value;
    case 'prefix':
      return { prefix: folded(test.text, test.fold) };
    case 'suffix':
      return { suffix: folded(test.text, test.fold) };
    case 'fold':
      return { 'equals-ignore-case': test.text };
    case 'wildcard':
      return { wildcard: wildcardText(test.pieces) };
    case 'not':
      return { 'anything-but': excluded(test.tests) };
    case 'numeric':
      return { numeric: range(test) };
    case 'exists':
    case 'absent':
      return { exists: test.is === 'exists' };
  }
  throw new Error(`no EventBridge pattern says '${test.is}': leave such tests out before printing`);
};

const range = ({
  low,
  high,
}: Extract<Test, { is: 'numeric' }>): Extract<Condition, { numeric: unknown }>['numeric'] => {
  if (low === undefined || high === undefined) throw new Error('a range without an end is left out before printing');
  if (low.value === high.value) return ['=', low.value];
  return [low.included ? '>=' : '>', low.value, high.included ? '<=' : '<', high.value];
};

const excluded = (tests: readonly Test[]): Extract<Condition, { 'anything-but': unknown }>['anything-but'] => {
  const texts = tests.flatMap(test => ('text' in test ? [test.text] : []));
  const [first] = tests;
  if (first?.is === 'prefix' || first?.is === 'suffix')
    return first.is === 'prefix' ? { prefix: texts } : { suffix: texts };
  if (first?.is === 'fold') return { 'equals-ignore-case': texts };
  const values = tests.flatMap(test => (test.is === 'equal' ? [test.value] : [])) as readonly Scalar[];
  return values as readonly string[]; // the loader lets only strings, or only numbers, be excluded
};
