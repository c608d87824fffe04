import type { Scalar } from './language.ts';
import type { Test } from './node.ts';

/**
 * What a value must be like to pass a leaf, as far as it can be looked up: equal to one of these, or beginning or ending with
 * one; or `present`, where only that there must be one is known.
 */
export type Keys =
  | 'present'
  | { readonly values: readonly Scalar[]; readonly prefixes: readonly string[]; readonly suffixes: readonly string[] };

/** The keys of a leaf's tests; undefined where absence passes it. Values that fit the keys need not pass; others can't. */
export const keysOf = (tests: readonly Test[]): Keys | undefined => {
  if (tests.some(test => test.is === 'absent')) return undefined;
  const each = tests.map(keyOf);
  const known = each.filter(key => key !== undefined);
  if (known.length < each.length) return 'present';
  const textsOf = (at: 'prefix' | 'suffix'): readonly string[] =>
    known.flatMap(key => (key.at === at ? [key.text] : []));
  return {
    values: known.flatMap(key => (key.at === 'whole' ? [key.value] : [])),
    prefixes: textsOf('prefix'),
    suffixes: textsOf('suffix'),
  };
};

type Key =
  | { readonly at: 'whole'; readonly value: Scalar }
  | { readonly at: 'prefix' | 'suffix'; readonly text: string };

const keyOf = (test: Test): Key | undefined => {
  if (test.is === 'equal') return { at: 'whole', value: test.value };
  if ((test.is === 'prefix' || test.is === 'suffix') && !test.fold) return { at: test.is, text: test.text };
  if (test.is !== 'wildcard') return undefined;
  const [first = ''] = test.pieces;
  const last = test.pieces.at(-1) ?? '';
  return first.length >= last.length ? { at: 'prefix', text: first } : { at: 'suffix', text: last };
};
