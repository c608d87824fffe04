import { isObject, type Json } from '../../json.ts';

/**
 * CloudWatch Logs' JSON filter patterns, read and judged as their specification says (Amazon CloudWatch Logs User Guide,
 * "Filter pattern syntax for metric filters, subscription filters, …", JSON). CloudWatch itself cannot be asked without an
 * account; so what the specification leaves open is refused here instead of guessed: see {@link LogsPatternError}.
 */
export type LogsPattern =
  | { readonly is: 'or' | 'and'; readonly of: readonly LogsPattern[] }
  | { readonly is: 'compare'; readonly at: Selector; readonly op: Comparison; readonly value: Value }
  | { readonly is: 'constant'; readonly at: Selector; readonly value: null | boolean }
  | { readonly is: 'absent'; readonly at: Selector };

/** Member names, list indices, and `*` for every element. */
export type Selector = readonly (string | number | typeof every)[];
const every: unique symbol = Symbol('[*]');

/** `!=` is read to be refused. */
type Comparison = Exclude<(typeof comparisons)[number], '!='>;
const comparisons = ['!=', '>=', '<=', '=', '>', '<'] as const;

type Value =
  | { readonly is: 'text'; readonly pieces: readonly string[] }
  | { readonly is: 'number'; readonly value: number }
  | { readonly is: 'regex'; readonly regex: RegExp };

/** A pattern outside the specification, or inside it where the specification does not say what it means. */
export class LogsPatternError extends Error {
  override readonly name = 'LogsPatternError';
}

/** Limits of one pattern: PutSubscriptionFilter's `filterPattern`, and the guide's counts. */
export const limits: Limits = { characters: 1_024, regexes: 2, wildcardSelectors: 3 };

interface Limits {
  readonly characters: number;
  readonly regexes: number;
  readonly wildcardSelectors: number;
}

/**
 * Reads a pattern.
 * @param within CloudWatch's limits, unless the pattern is never sent to it
 * @throws LogsPatternError saying where, what is wrong and what is allowed
 */
export const parseLogsPattern = (text: string, within: Limits = limits): LogsPattern => {
  if (text.length > within.characters)
    throw new LogsPatternError(`${text.length} characters; at most ${within.characters} are allowed`);
  const reader = new Reader(text);
  reader.expect('{');
  const pattern = expression(reader);
  reader.expect('}');
  reader.end();
  if (reader.regexes > within.regexes)
    throw new LogsPatternError(`${reader.regexes} regular expressions; at most ${within.regexes} are allowed`);
  if (reader.wildcardSelectors > within.wildcardSelectors)
    throw new LogsPatternError(
      `${reader.wildcardSelectors} selectors with [*]; at most ${within.wildcardSelectors} are allowed`,
    );
  return pattern;
};

/** Where the reader stands in the text, and what it has counted. */
class Reader {
  readonly text: string;
  here = 0;
  regexes = 0;
  wildcardSelectors = 0;

  constructor(text: string) {
    this.text = text;
  }

  fail(wrong: string): never {
    throw new LogsPatternError(
      `character ${this.here + 1}: ${wrong}, at '${this.text.slice(this.here, this.here + 24)}'`,
    );
  }

  space(): void {
    while (/\s/.test(this.text.charAt(this.here))) this.here++;
  }

  /** Takes a token where it stands next. */
  take(token: string): boolean {
    this.space();
    if (!this.text.startsWith(token, this.here)) return false;
    this.here += token.length;
    return true;
  }

  expect(token: string): void {
    if (!this.take(token)) this.fail(`expected '${token}'`);
  }

  /** Takes what a sticky expression matches here, without skipping space. */
  match(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.here;
    const found = sticky.exec(this.text)?.[0];
    if (found !== undefined) this.here += found.length;
    return found;
  }

  end(): void {
    this.space();
    if (this.here < this.text.length) this.fail('expected the end');
  }
}

const expression = (reader: Reader): LogsPattern => chain(reader, 'or', '||', () => conjunction(reader));

const conjunction = (reader: Reader): LogsPattern => chain(reader, 'and', '&&', () => term(reader));

const chain = (reader: Reader, is: 'or' | 'and', token: string, next: () => LogsPattern): LogsPattern => {
  const of = [next()];
  while (reader.take(token)) of.push(next());
  const [only] = of;
  return of.length === 1 && only !== undefined ? only : { is, of };
};

const term = (reader: Reader): LogsPattern => {
  if (reader.take('(')) {
    const inner = expression(reader);
    reader.expect(')');
    return inner;
  }
  const at = selector(reader);
  if (reader.take('NOT EXISTS')) return { is: 'absent', at };
  if (reader.take('IS')) {
    if (reader.take('NULL')) return { is: 'constant', at, value: null };
    if (reader.take('TRUE')) return { is: 'constant', at, value: true };
    if (reader.take('FALSE')) return { is: 'constant', at, value: false };
    reader.fail("expected NULL, TRUE or FALSE ('IS NOT' does not exist)");
  }
  const op = comparisons.find(one => reader.take(one));
  if (op === undefined) reader.fail("expected a comparison, IS or NOT EXISTS ('EXISTS' does not exist)");
  if (op === '!=') reader.fail("'!=' is refused: what it says of a missing member is not specified");
  const value = readValue(reader);
  if (op !== '=' && value.is !== 'number') reader.fail(`'${op}' compares numbers`);
  return { is: 'compare', at, op, value };
};

const selector = (reader: Reader): Selector => {
  reader.expect('$');
  const steps: (string | number | typeof every)[] = [];
  for (;;) {
    const name = reader.match(/\.[A-Za-z0-9_-]+/y);
    const index = name === undefined ? reader.match(/\[(?:\d{1,9}|\*)\]/y) : undefined;
    if (name !== undefined) steps.push(name.slice(1));
    else if (index !== undefined) steps.push(index === '[*]' ? every : Number(index.slice(1, -1)));
    else break;
  }
  if (reader.match(/\.?\[/y) !== undefined)
    reader.fail('a member name in brackets is refused: the guide shows it at the root only, in one of two spellings');
  if (steps.length === 0) reader.fail("expected a member, as in '$.verb'");
  const wildcards = steps.filter(step => step === every).length;
  if (wildcards > 1) reader.fail('one [*] is allowed in a selector');
  reader.wildcardSelectors += wildcards;
  return steps;
};

const readValue = (reader: Reader): Value => {
  reader.space();
  if (reader.match(/%/y) !== undefined) return regex(reader);
  if (reader.match(/"/y) !== undefined) {
    const inner = reader.match(/[^"\\]*/y) ?? '';
    if (reader.match(/"/y) === undefined) reader.fail('expected a closing quote (no escapes inside)');
    return text(inner);
  }
  const word = reader.match(/[A-Za-z0-9_.*+-]+/y);
  if (word === undefined) reader.fail('expected a value');
  const number = Number(word);
  return /^[-+]?\d/.test(word) && Number.isFinite(number) ? { is: 'number', value: number } : text(word);
};

const text = (source: string): Value => ({ is: 'text', pieces: source.split('*') });

/** Letters, digits, some symbols, operators without groups, and the listed escapes. */
const regexTokens = /^(?:[A-Za-z0-9:_#=@/;,\-^$?[\]{}|*+. ]|\\[dDsSwW^$?[\]{}|*+.\\]|\\x[0-9A-Fa-f]{2})*$/;

const regex = (reader: Reader): Value => {
  const source = reader.match(/[^%]*/y) ?? '';
  if (reader.match(/%/y) === undefined) reader.fail("expected a closing '%'");
  if (source === '' || !regexTokens.test(source))
    reader.fail(`'%${source}%' has a character that is not allowed: no groups, no look-around, other symbols as \\xhh`);
  reader.regexes++;
  try {
    return { is: 'regex', regex: new RegExp(source, 'u') };
  } catch {
    return reader.fail(`'%${source}%' is no regular expression`);
  }
};

/** Says whether a pattern admits a log event that is this JSON value. */
export const admitsLog = (pattern: LogsPattern, event: Json): boolean => {
  switch (pattern.is) {
    case 'or':
      return pattern.of.some(one => admitsLog(one, event));
    case 'and':
      return pattern.of.every(one => admitsLog(one, event));
    case 'absent':
      return select(event, pattern.at).length === 0;
    case 'constant':
      return select(event, pattern.at).some(value => value === pattern.value);
    case 'compare':
      return select(event, pattern.at).some(value => compare(value, pattern.op, pattern.value));
  }
};

/** What stands at a selector: one value, none, or one for each element. */
const select = (event: Json, at: Selector): readonly Json[] => {
  let here: readonly Json[] = [event];
  for (const step of at)
    here = here.flatMap(value => {
      if (step === every) return Array.isArray(value) ? (value as readonly Json[]) : [];
      if (typeof step === 'number') return Array.isArray(value) && step in value ? [value[step] as Json] : [];
      const inner = isObject(value) && Object.hasOwn(value, step) ? value[step] : undefined;
      return inner === undefined ? [] : [inner];
    });
  return here;
};

/** A selector that ends on an object or a list does not match. */
const compare = (found: Json, op: Comparison, value: Value): boolean => {
  if (value.is === 'number') return typeof found === 'number' && numbers[op](found, value.value);
  if (typeof found !== 'string') return false;
  if (value.is === 'regex') return value.regex.test(found);
  return like(value.pieces, found);
};

const numbers: Record<Comparison, (a: number, b: number) => boolean> = {
  '=': (a, b) => a === b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
};

const like = (pieces: readonly string[], found: string): boolean => {
  const [first = '', ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return found === first;
  if (!found.startsWith(first) || !found.endsWith(last) || found.length < first.length + last.length) return false;
  let here = first.length;
  const end = found.length - last.length;
  for (const piece of rest) {
    const next = found.indexOf(piece, here);
    if (next < 0 || next + piece.length > end) return false;
    here = next + piece.length;
  }
  return true;
};
