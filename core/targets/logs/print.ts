import type { Test } from '../../pattern/node.ts';
import { type Clause, pathKey, pathOf } from '../clause.ts';
import { literal, shortened, stems, wordsOf } from './alike.ts';
import { limits } from './grammar.ts';

/** How to write lists. */
interface Style {
  /** Lists to write as one regular expression. */
  readonly regexes: ReadonlySet<string>;
  /** Whether values that are alike are said with one star. */
  readonly short: boolean;
}

const exact: Style = { regexes: new Set(), short: false };

/**
 * Clauses as the text of one CloudWatch Logs filter pattern. What several clauses share is said once. Where that is too long,
 * values that are alike are joined, then the longest lists become regular expressions, of which two are allowed, and at last
 * their words are cut short: each admits a little more, so none is done where the exact text fits.
 */
export const printLogs = (clauses: readonly Clause[]): string => {
  const whole = render(clauses, exact);
  if (whole.length <= limits.characters) return whole;
  const lists = longest(clauses);
  let best = render(clauses, { ...exact, short: true });
  const chosen = new Set<string>();
  for (let round = 0; round < limits.regexes && best.length > limits.characters; round++) {
    let pick: string | undefined;
    for (const list of lists) {
      const text = render(clauses, { regexes: new Set([...chosen, list]), short: true });
      if (text.length < best.length && regexesIn(text) <= limits.regexes) {
        best = text;
        pick = list;
      }
    }
    if (pick === undefined) break;
    chosen.add(pick);
  }
  return best.length <= limits.characters ? best : abbreviated(best);
};

/** Letters that tell the words of a long list apart well enough. */
const abbreviation = 10;

/** The same with the words of its regular expressions cut short: an unanchored search for a beginning finds the word. */
const abbreviated = (text: string): string =>
  text.replace(/%([^%]+)%/g, (_, body: string) => {
    const words = body.split('|').map(word => (/[\^$]/.test(word) ? word : word.slice(0, abbreviation)));
    return `%${stems(words, abbreviation / 2).join('|')}%`;
  });

/** Lists worth trying as regular expressions: those that save most where they stand. */
const longest = (clauses: readonly Clause[]): readonly string[] => {
  const saved = new Map<string, number>();
  for (const clause of clauses)
    for (const [path, tests] of clause) {
      const key = listKey(path, tests);
      if (key !== undefined) saved.set(key, anyOf(path, tests, false).length - anyOf(path, tests, true).length);
    }
  return [...saved]
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, 8)
    .map(([key]) => key);
};

/** Characters that a clause takes in a long pattern, where lists tend to become regular expressions. */
export const sizeOf = (clause: Clause): number =>
  [...clause].reduce((sum, [path, tests]) => {
    const plain = anyOf(path, tests, false).length;
    return sum + 4 + (listKey(path, tests) === undefined ? plain : Math.min(plain, anyOf(path, tests, true).length));
  }, 0);

const regexesIn = (text: string): number => (text.split('%').length - 1) / 2;

const render = (clauses: readonly Clause[], style: Style): string => `{ ${factored(clauses, style)} }`;

/** "a && (b || c)" where several clauses share a, then the others. */
const factored = (clauses: readonly Clause[], style: Style): string => {
  const shared = mostShared(clauses);
  if (shared === undefined) return clauses.map(clause => conjunction(clause, style)).join(' || ');
  const [path, tests, members] = shared;
  const rest = clauses.filter(clause => !members.includes(clause));
  const inner = members.map(clause => new Map([...clause].filter(([key]) => key !== path)));
  const first = test(
    path,
    tests,
    style,
    inner.some(clause => clause.size === 0),
  );
  const both = inner.some(clause => clause.size === 0) ? first : `${first} && (${factored(inner, style)})`;
  return rest.length === 0 ? both : `${both} || ${factored(rest, style)}`;
};

const mostShared = (
  clauses: readonly Clause[],
): readonly [path: string, tests: readonly Test[], members: readonly Clause[]] | undefined => {
  const groups = new Map<string, readonly [path: string, tests: readonly Test[], members: Clause[]]>();
  for (const clause of clauses)
    for (const [path, tests] of clause) {
      const key = keyOf(path, tests);
      const group = groups.get(key) ?? ([path, tests, []] as const);
      group[2].push(clause);
      groups.set(key, group);
    }
  const saved = ([path, tests, members]: readonly [string, readonly Test[], readonly Clause[]]): number =>
    (members.length - 1) * anyOf(path, tests, false).length;
  let best: readonly [string, readonly Test[], readonly Clause[]] | undefined;
  for (const group of groups.values()) if (saved(group) > (best === undefined ? 0 : saved(best))) best = group;
  return best;
};

const keys = new WeakMap<readonly Test[], string>();

/** The same text for the same tests on the same path. */
const keyOf = (path: string, tests: readonly Test[]): string => {
  const known = keys.get(tests);
  if (known !== undefined) return path + known;
  const key = JSON.stringify(tests);
  keys.set(tests, key);
  return path + key;
};

const conjunction = (clause: Clause, style: Style): string =>
  [...clause].map(([path, tests]) => test(path, tests, style, clause.size === 1)).join(' && ');

/** @param alone nothing beside it that binds closer */
const test = (path: string, tests: readonly Test[], style: Style, alone: boolean): string => {
  const key = listKey(path, tests);
  const text = anyOf(path, tests, key !== undefined && style.regexes.has(key), style.short);
  return text.includes(' || ') && !alone ? `(${text})` : text;
};

const listKey = (path: string, tests: readonly Test[]): string | undefined =>
  tests.length > 1 && tests.every(one => one.is === 'equal' || one.is === 'prefix' || one.is === 'suffix')
    ? tests.every(one => inRegex.test(literal(one)))
      ? keyOf(path, tests)
      : undefined
    : undefined;

/** What matches itself in CloudWatch's regular expressions; a dot also matches other characters, which admits more. */
const inRegex = /^[A-Za-z0-9:_#=@/;,.-]+$/;

const anyOf = (path: string, tests: readonly Test[], regex: boolean, short = true): string => {
  const selector = `$.${pathOf(path).join('.')}`;
  if (!regex) return [...new Set((short ? shortened(tests) : tests).map(one => single(selector, one)))].join(' || ');
  return `${selector} = %${wordsOf(tests)}%`;
};

const single = (selector: string, one: Test): string => {
  switch (one.is) {
    case 'equal':
      return `${selector} = ${typeof one.value === 'number' ? one.value : `"${String(one.value)}"`}`;
    case 'prefix':
      return `${selector} = "${one.text}*"`;
    case 'suffix':
      return `${selector} = "*${one.text}"`;
    case 'wildcard':
      return `${selector} = "${one.pieces.join('*')}"`;
    case 'numeric':
      return one.low !== undefined
        ? `${selector} ${one.low.included ? '>=' : '>'} ${one.low.value}`
        : `${selector} ${one.high?.included ? '<=' : '<'} ${one.high?.value ?? Number.MAX_SAFE_INTEGER}`;
    case 'exists':
      return `${selector} = "*"`;
    case 'absent':
      return `${selector} NOT EXISTS`;
    default:
      throw new Error(`no Logs pattern says '${one.is}': leave such tests out before printing`);
  }
};

/** The members that a Logs pattern looks at: text everywhere but the code, and present or absent as a whole. */
export const projected: ReadonlySet<string> = new Set(
  [
    ['stage'],
    ['verb'],
    ['objectRef', 'apiGroup'],
    ['objectRef', 'resource'],
    ['objectRef', 'subresource'],
    ['user', 'username'],
    ['impersonatedUser', 'username'],
    ['responseStatus', 'code'],
  ].map(pathKey),
);
