import * as v from 'valibot';
import { plain } from '../escape.ts';

type Issue = v.BaseIssue<unknown>;

/** Settings that may hold a secret by mistake, an address with a token in it: what stands there is not repeated. */
const confidential = /^(?:channels|deployment)\b/;

const pathOf = (issue: Issue): string => v.getDotPath(issue) ?? '';

/** A list where members are asked for: its places are no settings that are misspelt. */
const isList = (issue: Issue): boolean =>
  issue.type === 'strict_object' && issue.expected === 'never' && Array.isArray(issue.path?.at(-1)?.input);

/** A letter of another alphabet looks like one of ours: it is written out, so that it can be found. */
const whereOf = (issue: Issue): string => {
  const path = isList(issue) ? pathOf(issue).replace(/\.\d+$/, '') : pathOf(issue);
  return (path === '' ? 'the settings' : path).replace(
    /[^\x20-\x7e]/gu,
    letter => `\\u{${(letter.codePointAt(0) ?? 0).toString(16)}}`,
  );
};

/** What is there instead, where that helps and may be said. */
const instead = (issue: Issue): string => {
  const { input } = issue;
  if (confidential.test(pathOf(issue)) || input === '') return '';
  if (typeof input === 'string') return ` (it says "${plain(input, 80)}")`;
  return typeof input === 'number' || typeof input === 'boolean' ? ` (it says ${input})` : '';
};

/** Whether there are a few values to choose from: valibot lists them as `("a" | "b")`. */
const isChoice = ({ expected }: Issue): boolean => (expected ?? '').startsWith('(');
const oneOf = ({ expected }: Issue): string =>
  `one of ${(expected ?? '').replace(/^\(|\)$/g, '').replaceAll(' | ', ', ')}`;

/** What is asked for, by valibot's name of a check that was given no words of its own. */
const asked: { readonly [type: string]: (issue: Issue) => string } = {
  string: () => 'a text in quotes',
  number: () => 'a number',
  boolean: () => 'true or false',
  array: () => 'a list: […]',
  strict_object: () => 'an object: {…}',
  record: () => 'an object: {…}',
  picklist: oneOf,
  literal: oneOf,
  variant: issue => (isChoice(issue) ? oneOf(issue) : 'an object: {…}'),
  integer: () => 'a whole number',
  min_value: ({ expected }) => `at least ${(expected ?? '').replace('>=', '')}`,
  max_value: ({ expected }) => `at most ${(expected ?? '').replace('<=', '')}`,
};

/** What is said of one thing that is wrong: where, what, what to do. Values that may be secrets are in no such line. */
export const problemOf = (issue: Issue): string => {
  const where = whereOf(issue);
  if (isList(issue)) return `${where}: an object, {…}, not a list (core/settings.ts says of what)`;
  if (issue.type === 'strict_object' && issue.expected === 'never')
    return `${where}: no such setting: check its spelling (core/settings.ts lists them all)`;
  if (where === 'the settings' && issue.received === 'undefined')
    return `${where} are missing: defineConfig({}) will do`;
  if (issue.received === 'undefined' && !isChoice(issue)) return `${where}: is missing`;
  const words = issue.message.startsWith('Invalid ') ? (asked[issue.type]?.(issue) ?? issue.message) : issue.message;
  return issue.received === 'undefined' ? `${where}: is missing: ${words}` : `${where}: ${words}${instead(issue)}`;
};
