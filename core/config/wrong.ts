import * as v from 'valibot';
import { plain } from '../escape.ts';
import { nearTo } from '../near.ts';

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

const member = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

/** What a part of a schema asks of its members, by valibot's own fields: an optional wraps, a list has items, a choice options. */
const entriesOf = (schema: unknown): readonly unknown[] => {
  const wrapped = member(schema, 'wrapped') ?? member(schema, 'item') ?? member(schema, 'value');
  if (wrapped !== undefined) return entriesOf(wrapped);
  const options = member(schema, 'options');
  return Array.isArray(options) ? options.flatMap(entriesOf) : [member(schema, 'entries')].filter(Boolean);
};

/** The names of the settings that there are beside one that there is not. */
const besides = (schema: unknown, path: readonly string[]): readonly string[] => {
  let entries = entriesOf(schema);
  for (const step of path.slice(0, -1)) {
    // A place in a list, and a name of a record, lead to what each of them is.
    const next = entries.map(one => member(one, step)).filter(one => one !== undefined);
    if (next.length > 0) entries = next.flatMap(entriesOf);
  }
  return [...new Set(entries.flatMap(one => Object.keys(one ?? {})))];
};

/**
 * What is said of one thing that is wrong: where, what, what to do. Values that may be secrets are in no such line.
 * @param schema that of all settings, whose names are compared with one that is misspelt
 */
export const problemOf = (issue: Issue, schema: unknown): string => {
  const where = whereOf(issue);
  if (isList(issue)) return `${where}: an object, {…}, not a list (core/settings.ts says of what)`;
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const path = (issue.path ?? []).map(({ key }) => String(key));
    const near = nearTo(path.at(-1) ?? '', besides(schema, path));
    return `${where}: no such setting${near.length > 0 ? `; near it: ${near.join(', ')}` : ''} (core/settings.ts lists them all)`;
  }
  if (where === 'the settings' && issue.received === 'undefined')
    return `${where} are missing: defineConfig({}) will do`;
  if (issue.received === 'undefined' && !isChoice(issue)) return `${where}: is missing`;
  const words = issue.message.startsWith('Invalid ') ? (asked[issue.type]?.(issue) ?? issue.message) : issue.message;
  return issue.received === 'undefined' ? `${where}: is missing: ${words}` : `${where}: ${words}${instead(issue)}`;
};
