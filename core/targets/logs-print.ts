import type { Test } from '../pattern/node.ts';
import { type Clause, pathKey, pathOf } from './clause.ts';
import { limits } from './logs-grammar.ts';

/**
 * Clauses as the text of one CloudWatch Logs filter pattern. What several clauses share is said once, and the lists that are
 * longest become regular expressions, of which two are allowed: unanchored, so that they admit a little more.
 */
export const printLogs = (clauses: readonly Clause[]): string => {
  const lists = new Set(clauses.flatMap(clause => [...clause].flatMap(([path, tests]) => listKey(path, tests) ?? [])));
  let best = render(clauses, new Set());
  const chosen = new Set<string>();
  for (let round = 0; round < limits.regexes; round++) {
    let pick: string | undefined;
    for (const list of lists) {
      const text = render(clauses, new Set([...chosen, list]));
      if (text.length < best.length && regexesIn(text) <= limits.regexes) {
        best = text;
        pick = list;
      }
    }
    if (pick === undefined) break;
    chosen.add(pick);
  }
  return best;
};

/** Characters that a clause takes in a long pattern, where lists tend to become regular expressions. */
export const sizeOf = (clause: Clause): number =>
  [...clause].reduce((sum, [path, tests]) => {
    const plain = anyOf(path, tests, false).length;
    return sum + 4 + (listKey(path, tests) === undefined ? plain : Math.min(plain, anyOf(path, tests, true).length));
  }, 0);

const regexesIn = (text: string): number => (text.split('%').length - 1) / 2;

const render = (clauses: readonly Clause[], regexes: ReadonlySet<string>): string =>
  `{ ${factored(clauses, regexes)} }`;

/** "a && (b || c)" where several clauses share a, then the others. */
const factored = (clauses: readonly Clause[], regexes: ReadonlySet<string>): string => {
  const shared = mostShared(clauses);
  if (shared === undefined) return clauses.map(clause => conjunction(clause, regexes)).join(' || ');
  const [path, tests, members] = shared;
  const rest = clauses.filter(clause => !members.includes(clause));
  const inner = members.map(clause => new Map([...clause].filter(([key]) => key !== path)));
  const first = test(path, tests, regexes);
  const both = inner.some(clause => clause.size === 0)
    ? first
    : `${first} && ${inner.length === 1 ? factored(inner, regexes) : `(${factored(inner, regexes)})`}`;
  return rest.length === 0 ? both : `${both} || ${factored(rest, regexes)}`;
};

const mostShared = (
  clauses: readonly Clause[],
): readonly [path: string, tests: readonly Test[], members: readonly Clause[]] | undefined => {
  let best: readonly [string, readonly Test[], readonly Clause[]] | undefined;
  let saving = 0;
  for (const clause of clauses)
    for (const [path, tests] of clause) {
      const key = JSON.stringify(tests);
      const members = clauses.filter(other => JSON.stringify(other.get(path)) === key);
      const saved = (members.length - 1) * anyOf(path, tests, false).length;
      if (saved > saving) {
        best = [path, tests, members];
        saving = saved;
      }
    }
  return best;
};

const conjunction = (clause: Clause, regexes: ReadonlySet<string>): string =>
  [...clause].map(([path, tests]) => test(path, tests, regexes)).join(' && ');

const test = (path: string, tests: readonly Test[], regexes: ReadonlySet<string>): string => {
  const key = listKey(path, tests);
  const text = anyOf(path, tests, key !== undefined && regexes.has(key));
  return text.includes(' || ') ? `(${text})` : text;
};

const listKey = (path: string, tests: readonly Test[]): string | undefined =>
  tests.length > 1 && tests.every(one => one.is === 'equal' || one.is === 'prefix' || one.is === 'suffix')
    ? tests.every(one => inRegex.test(literal(one)))
      ? path + JSON.stringify(tests)
      : undefined
    : undefined;

/** What stands for itself in CloudWatch's regular expressions. */
const inRegex = /^[A-Za-z0-9:_#=@/;,-]+$/;

const literal = (one: Test): string =>
  one.is === 'equal' && typeof one.value === 'string' ? one.value : 'text' in one ? one.text : '';

const anyOf = (path: string, tests: readonly Test[], regex: boolean): string => {
  const selector = `$.${pathOf(path).join('.')}`;
  if (!regex) return tests.map(one => single(selector, one)).join(' || ');
  const words = tests.map(one =>
    one.is === 'prefix' ? `^${one.text}` : one.is === 'suffix' ? `${one.text}$` : literal(one),
  );
  const needed = words.filter((word, index) => !words.some((other, at) => at !== index && word.includes(other)));
  return `${selector} = %${needed.join('|')}%`;
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
      return selector === codeSelector ? `${selector} >= 0` : `${selector} = "*"`;
    case 'absent':
      return `${selector} NOT EXISTS`;
    default:
      throw new Error(`no Logs pattern says '${one.is}': leave such tests out before printing`);
  }
};

const codeSelector = '$.responseStatus.code';

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
