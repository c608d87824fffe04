import type { Test } from '../../pattern/node.ts';
import { literal } from './place.ts';

/** What a text must be like for LIKE. */
export interface Form {
  /** With {@link anything} for whatever may stand there. */
  readonly text: string;
  /** Letters may be of either case. */
  readonly fold: boolean;
}

/** A character that is in no form by itself. */
export const anything = '\0';

/** Whether JSON, a path in it and SQL write a text alike: printable ASCII without quotes and backslashes. */
export const isPlain = (text: string): boolean => /^[ !#-[\]-~]*$/.test(text);

/** What is not plain may be written in several ways: anything may stand for it. */
const plainly = (text: string): string => [...text].map(char => (isPlain(char) ? char : anything)).join('');

/** The form of what passes a test; undefined where it asks for no text. */
export const formOf = (test: Test): Form | undefined => {
  switch (test.is) {
    case 'prefix':
      return { text: plainly(test.text) + anything, fold: test.fold };
    case 'suffix':
      return { text: anything + plainly(test.text), fold: test.fold };
    case 'fold':
      return { text: plainly(test.text), fold: true };
    case 'wildcard':
      return { text: test.pieces.map(plainly).join(anything), fold: false };
    case 'equal':
      return typeof test.value === 'string' ? { text: plainly(test.value), fold: false } : undefined;
    default:
      return undefined;
  }
};

/** Whether an expression is a text of that form. */
export const isLike = (expression: string, { text, fold }: Form): string => {
  const escaped = text.replaceAll(/[%_!]/g, '!$&').replaceAll(/\0+/g, '%');
  const [what, how] = fold ? [`lower(${expression})`, escaped.toLowerCase()] : [expression, escaped];
  return `${what} LIKE ${literal(how)}${how.includes('!') ? " ESCAPE '!'" : ''}`;
};
