import type { AnythingBut, Condition } from './language.ts';
import type { Test } from './node.ts';

/** A loaded test as it is written in a pattern. */
export const conditionOf = (test: Test): Condition => {
  switch (test.is) {
    case 'equal':
      return test.value;
    case 'prefix':
      return { prefix: folded(test) };
    case 'suffix':
      return { suffix: folded(test) };
    case 'fold':
      return { 'equals-ignore-case': test.text };
    case 'wildcard':
      return { wildcard: starred(test.pieces) };
    case 'not':
      return { 'anything-but': excluded(test.tests) };
    case 'numeric':
      return { numeric: range(test) };
    case 'cidr':
      return { cidr: test.network.text };
    case 'exists':
      return { exists: true };
    case 'absent':
      return { exists: false };
    case 'matches':
      return { matches: test.regex.pattern() };
    case 'same':
      return { equalsField: test.path };
  }
};

type Of<K extends Test['is']> = Extract<Test, { is: K }>;

const folded = ({
  text,
  fold,
}: {
  readonly text: string;
  readonly fold: boolean;
}): string | { readonly 'equals-ignore-case': string } => (fold ? { 'equals-ignore-case': text } : text);

const starred = (pieces: readonly string[]): string => pieces.map(piece => piece.replace(/[\\*]/g, '\\$&')).join('*');

/** The loader makes them all of one kind. */
const excluded = (tests: readonly Test[]): AnythingBut => {
  const texts = tests.flatMap(test =>
    test.is === 'wildcard' ? [starred(test.pieces)] : 'text' in test ? [test.text] : [],
  );
  switch (tests[0]?.is) {
    case 'prefix':
      return { prefix: texts };
    case 'suffix':
      return { suffix: texts };
    case 'fold':
      return { 'equals-ignore-case': texts };
    case 'wildcard':
      return { wildcard: texts };
    default:
      return tests.flatMap(test => (test.is === 'equal' ? [test.value] : [])) as readonly string[] | readonly number[];
  }
};

const range = ({ low, high }: Of<'numeric'>): Extract<Condition, { numeric: unknown }>['numeric'] => {
  const over = low?.included ? '>=' : '>';
  const under = high?.included ? '<=' : '<';
  if (low !== undefined && high !== undefined)
    return low.value === high.value ? ['=', low.value] : [over, low.value, under, high.value];
  return low !== undefined ? [over, low.value] : [under, high?.value ?? 0];
};
