import type { Json, JsonObject } from '../json.ts';
import { at } from '../json.ts';
import { contains, parseAddress } from './address.ts';
import type { Scalar } from './language.ts';
import type { Test } from './node.ts';

/** What patterns are asked of: a record and, where they are not its member `fact`, its facts. */
export interface Subject {
  readonly record: JsonObject;
  readonly fact?: (name: string) => Json;
}

/** Whether a value is what a condition asks for. */
export type ScalarCheck = (value: Scalar, subject: Subject) => boolean;

/** Compiles what a leaf asks of one scalar into one function: equal texts by a set, the others one after the other. */
export const compileTests = (tests: readonly Test[]): ScalarCheck => {
  const equal = new Set<Scalar>(tests.flatMap(test => (test.is === 'equal' ? [test.value] : [])));
  const others = tests.filter(test => test.is !== 'equal' && test.is !== 'absent').map(compileTest);
  const [only] = equal;
  const [first, ...more] = others;
  if (first === undefined) return equal.size === 1 ? value => value === only : value => equal.has(value);
  if (equal.size === 0 && more.length === 0) return first;
  return (value, subject) => equal.has(value) || others.some(check => check(value, subject));
};

const compileTest = (test: Test): ScalarCheck => {
  switch (test.is) {
    case 'equal':
      return value => value === test.value;
    case 'prefix': {
      if (!test.fold) return ofText(text => text.startsWith(test.text));
      const fold = folder(test.text);
      return ofText(text => fold(text, 0) !== undefined);
    }
    case 'suffix': {
      if (!test.fold) return ofText(text => text.endsWith(test.text));
      const fold = folder(test.text);
      // At most three times as long as the pattern: one character has at most three in another case (Unicode SpecialCasing).
      return ofText(text => {
        for (let start = Math.max(0, text.length - 3 * test.text.length); start <= text.length; start++)
          if (fold(text, start)?.includes(text.length)) return true;
        return false;
      });
    }
    case 'fold': {
      const fold = folder(test.text);
      return ofText(text => text.length <= 3 * test.text.length && (fold(text, 0)?.includes(text.length) ?? false));
    }
    case 'wildcard':
      return ofText(like(test.pieces));
    case 'not': {
      const inner = compileTests(test.tests);
      return (value, subject) => !inner(value, subject);
    }
    case 'numeric': {
      const { low, high } = test;
      const above =
        low === undefined ? () => true : low.included ? (n: number) => n >= low.value : (n: number) => n > low.value;
      const below =
        high === undefined
          ? () => true
          : high.included
            ? (n: number) => n <= high.value
            : (n: number) => n < high.value;
      return value => typeof value === 'number' && above(value) && below(value);
    }
    case 'cidr':
      return ofText(text => {
        const address = text.length <= 45 ? parseAddress(text) : undefined; // INET6_ADDRSTRLEN - 1
        return address !== undefined && contains(test.network, address);
      });
    case 'exists':
      return () => true;
    case 'absent':
      return () => false;
    case 'matches':
      return ofText(text => test.regex.test(text));
    case 'same': {
      const [first = '', second = '', ...rest] = test.path;
      return (value, { record, fact }) =>
        value ===
        (first === 'fact' && second !== '' && fact !== undefined
          ? at(fact(second), ...rest)
          : at(record, ...test.path));
    }
  }
};

const ofText =
  (check: (text: string) => boolean): ScalarCheck =>
  value =>
    typeof value === 'string' && check(value);

/** Greedy from the left: each inner piece at its first place leaves most room for those after it. Linear in practice. */
const like = (pieces: readonly string[]): ((text: string) => boolean) => {
  const first = pieces[0] ?? '';
  if (pieces.length === 1) return text => text === first;
  const last = pieces.at(-1) ?? '';
  const inner = pieces.slice(1, -1);
  return text => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    let from = first.length;
    for (const piece of inner) {
      const found = text.indexOf(piece, from);
      if (found < 0) return false;
      from = found + piece.length;
    }
    return from <= text.length - last.length;
  };
};

/** Where a text can end that begins at a place like the pattern, each of its characters in lower or upper case; undefined: nowhere. */
const folder = (pattern: string): ((text: string, start: number) => readonly number[] | undefined) => {
  const forms = pattern.split('').map(char => [...new Set([char.toLowerCase(), char.toUpperCase()])]);
  const lower = forms.map(([form]) => form ?? '');
  const upper = forms.map(form => form.at(-1) ?? '');
  if (forms.every(all => all.every(form => form.length === 1)))
    return (text, start) => {
      if (start + lower.length > text.length) return undefined;
      for (let i = 0; i < lower.length; i++) {
        const char = text[start + i];
        if (char !== lower[i] && char !== upper[i]) return undefined;
      }
      return [start + lower.length];
    };
  return (text, start) => {
    let ends = [start];
    for (const all of forms) {
      ends = [
        ...new Set(ends.flatMap(end => all.filter(form => text.startsWith(form, end)).map(form => end + form.length))),
      ];
      if (ends.length === 0) return undefined;
    }
    return ends;
  };
};
