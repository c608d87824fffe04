import { isObject, type Json, list } from '../json.ts';

/** One mapping of `mapRoles` or `mapUsers`: of what it says twice, in whatever case, each may be what the authenticator takes. */
export interface Mapping {
  readonly arns: readonly string[];
  readonly usernames: readonly string[];
  readonly groups: readonly string[];
}

/** A line that begins an entry: a dash with a member behind it, or alone. `- system:nodes` is an element of a list of groups. */
const begins = /^\s*-\s*(?:$|\{|["']?[\w.-]+["']?\s*:(?:\s|$))/;

/** The words of a line behind its ARNs and names: a group is one of them. */
const groupsIn = (line: string): readonly string[] =>
  line
    .replace(arns, '')
    .replace(usernames, '')
    .split(/[\s"',[\]{}]+/)
    .filter(word => word !== '' && word !== '-' && !/^groups:?$/i.test(word));

const arns = /(?:rolearn|userarn)["']?\s*:\s*["']?([^\s"',}]+)/gi;
const usernames = /username["']?\s*:\s*["']?((?:\{\{|\}\}|[^\s"',}])+)/gi;

const firsts = (line: string, expression: RegExp): readonly string[] =>
  [...line.matchAll(expression)].map(([, value = '']) => value);

/**
 * Reads the YAML list that `aws-auth` holds, as far as its own form goes: a list of entries with `rolearn` or `userarn`, `username`
 * and `groups`, block or flow style (aws-iam-authenticator, "EKS configuration"). Who writes it chooses how: what has no beginning of
 * its own belongs to the entry before it.
 */
const mappingsOf = (lines: readonly string[]): readonly Mapping[] => {
  const found: { arns: string[]; usernames: string[]; groups: string[] }[] = [];
  for (const line of lines) {
    const last = found.at(-1);
    const begun = { arns: [], usernames: [], groups: [] };
    const isNext = last === undefined || begins.test(line);
    if (isNext) found.push(begun);
    const mapping = isNext ? begun : last;
    mapping.arns.push(...firsts(line, arns));
    mapping.usernames.push(...firsts(line, usernames));
    mapping.groups.push(...groupsIn(line));
  }
  return found;
};

/** JSON, which YAML is a form of. Members are told apart without heed to case, as Go's `encoding/json` does. */
const mappingsOfJson = (entries: readonly Json[]): readonly Mapping[] =>
  entries.map(entry => {
    const said = (...names: readonly string[]): readonly string[] =>
      Object.entries(isObject(entry) ? entry : {})
        .filter(([name]) => names.includes(name.toLowerCase()))
        .flatMap(([name]) => list(entry, name))
        .filter(one => typeof one === 'string');
    return { arns: said('rolearn', 'userarn'), usernames: said('username'), groups: said('groups') };
  });

/**
 * A scalar that says what it reads like: plain, or quoted without escapes; a list or an entry in flow style of such. What else YAML has
 * (escapes, anchors and aliases, tags, block scalars, merged keys) may say one thing and read like another.
 */
const plainly = String.raw`(?!.*:(?:\s|$))[^\s"'&*!|>%@\x60\\[\]{}#?,-][^"\\]*|'[^']*'|"[^"\\]*"|\[[^\\&*!]*\]|\{[^\\&*!]*\}`;
const simple = new RegExp(`^ *(?:(?:- +)*(?:-|["']?[A-Za-z]+["']? *:(?: +(?:${plainly}))?)|(?:- +)+(?:${plainly}))$`);

/** What ends a line, and a comment with it, for the authenticator's parser (YAML 1.1) and not for a reader; and tabs for spaces. */
const hidden = /[\t\u0085\u2028\u2029\ufeff]|\r(?!\n)/;

/** A comment begins a line, or stands behind a space and outside of quotes; a line that leaves one in doubt is not simple. */
const uncommented = (line: string): string => line.replace(/^\s*#.*$|\s#[^"']*$/, '').trimEnd();

/** The lines of a text in its own form; undefined where one is not, and the text can't be read. */
const linesOf = (value: string): readonly string[] | undefined => {
  if (hidden.test(value)) return undefined;
  const lines = flow(value)
    .split(/\r?\n/)
    .map(uncommented)
    .filter(line => line !== '' && line !== '---');
  return lines.every(line => simple.test(line)) ? lines : undefined;
};

/** Flow style put on lines, an entry each, so that one reader does: space says nothing there, and `{{…}}` is a template's. */
const flow = (value: string): string =>
  /^\s*\[\s*\{/.test(value)
    ? value
        .replace(/\s+/g, ' ')
        .replace(/^ ?\[|\] ?$/g, '')
        .replace(/,? ?(?<!\{)\{(?!\{)/g, '\n- {')
    : value;

/** The mappings of one text; undefined where it can't be read. */
export const read = (value: string): readonly Mapping[] | undefined => {
  try {
    const parsed: Json = JSON.parse(value);
    if (Array.isArray(parsed)) return mappingsOfJson(parsed as readonly Json[]);
  } catch {
    // no JSON
  }
  const lines = linesOf(value);
  return lines === undefined ? undefined : mappingsOf(lines);
};

/** What can't be read is looked through for what is written out all the same. */
export const anyway = (value: string): readonly Mapping[] => mappingsOf(value.split('\n'));
