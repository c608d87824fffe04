import type { Scalar } from '../../pattern/language.ts';
import type { Bound, Test } from '../../pattern/node.ts';
import { anything, type Form, formOf, isLike, isPlain } from './like.ts';
import { literal, type Place } from './place.ts';

/**
 * What one of some tests asks of a place, in SQL that Trino (Athena) and PostgreSQL read alike: true for every record in which one of
 * them holds, and for some more. A list in a list is looked into, one more is not. Undefined: nothing can be said, any record may do;
 * `true`: any record does.
 */
export const conditionAt = (place: Place, tests: readonly Test[]): string | undefined => {
  if (place.is === 'shown')
    return tests.every(test => test.is === 'equal' && test.value === place.value) ? place.condition : undefined;
  const said = place.is === 'text' ? ofText(place.column, tests) : ofJson(place, tests);
  const [first, ...more] = said ?? [];
  if (first === undefined) return undefined;
  return more.length === 0 ? first : `(${[first, ...more].join(' OR ')})`;
};

/** A column of text is null where the record says nothing: none of those members is ever null (CloudTrail, API server). */
const ofText = (column: string, tests: readonly Test[]): readonly string[] | undefined => {
  const exact = new Set(tests.flatMap(test => (test.is === 'equal' ? (textOf(test.value) ?? []) : [])));
  const said = new Set(exact.size === 0 ? [] : [`${column} IN (${[...exact].map(literal).join(', ')})`]);
  for (const test of tests) {
    if (test.is === 'equal' && textOf(test.value) !== undefined) continue;
    const one = ofTextOtherwise(column, test);
    if (one === undefined) return undefined;
    said.add(one);
  }
  const [isThere, isNot] = [`${column} IS NOT NULL`, `${column} IS NULL`];
  if (!said.has(isThere)) return [...said];
  return [said.has(isNot) ? 'true' : isThere];
};

const ofTextOtherwise = (column: string, test: Test): string | undefined => {
  const form = formOf(test);
  if (form !== undefined) return isLike(column, form);
  if (test.is === 'exists') return `${column} IS NOT NULL`;
  if (test.is === 'absent' || (test.is === 'equal' && test.value === null)) return `${column} IS NULL`;
  if (test.is !== 'not') return undefined;
  const values = notTexts(test);
  return values === undefined ? `${column} IS NOT NULL` : `${column} NOT IN (${values.map(literal).join(', ')})`;
};

/** How a column of text writes a value; undefined where it is not sure. */
const textOf = (value: Scalar): string | undefined =>
  typeof value === 'string' || typeof value === 'boolean' ? String(value) : undefined;

/** The texts of which a value must be none; undefined where it is asked for something else. */
const notTexts = (test: Extract<Test, { is: 'not' }>): readonly string[] | undefined => {
  const values = test.tests.flatMap(one => (one.is === 'equal' && typeof one.value === 'string' ? [one.value] : []));
  return values.length === test.tests.length ? values : undefined;
};

const ofJson = ({ column, path }: Place & { is: 'json' }, tests: readonly Test[]): readonly string[] | undefined => {
  if (!path.every(isPlain)) return undefined;
  const steps = `lax $${path.map(name => `."${name}"[*]`).join('')}[*]`;
  const asked: string[] = [];
  const said: string[] = [];
  for (const test of tests) {
    const predicate = predicateOf(test);
    const form = predicate === undefined ? formOf(test) : undefined;
    if (predicate !== undefined) asked.push(predicate);
    else if (form !== undefined) said.push(isLike(written(column, steps), inQuotes(form)));
    else if (test.is === 'absent') said.push(isAbsent(column, steps));
    else return undefined;
  }
  if (asked.length === 0) return said;
  const filter = asked.includes('') ? '' : ` ? (${asked.join(' || ')})`;
  return [`json_exists(${column}, ${literal(`${steps}${filter}`)} TRUE ON ERROR)`, ...said];
};

/** A form somewhere in a list, as JSON quotes it: what begins with anything needs no quote before it. */
const inQuotes = ({ text, fold }: Form): Form => ({
  text: `${anything}${text.startsWith(anything) ? '' : '"'}${text}${text.endsWith(anything) ? '' : '"'}${anything}`,
  fold,
});

/** What stands at a path, written as a list; the whole of what is no JSON. */
const written = (column: string, steps: string): string =>
  `coalesce(json_query(${column}, ${literal(steps)} RETURNING varchar WITH ARRAY WRAPPER EMPTY ARRAY ON EMPTY NULL ON ERROR), CAST(${column} AS varchar))`;

const isAbsent = (column: string, steps: string): string =>
  `NOT coalesce(json_exists(${column}, ${literal(`${steps} ? (@.type() != "object" && @.type() != "array")`)} FALSE ON ERROR), false)`;

/** What a path's filter asks of a value; empty: nothing; undefined: no filter can. */
const predicateOf = (test: Test): string | undefined => {
  switch (test.is) {
    case 'exists':
      return '';
    case 'equal':
      return equal(test.value);
    case 'prefix':
      return test.fold || !isPlain(test.text) ? undefined : `@ starts with "${test.text}"`;
    case 'numeric':
      return between(test.low, test.high);
    case 'not':
      return otherThan(test);
    default:
      return undefined;
  }
};

const equal = (value: Scalar): string | undefined => {
  if (typeof value === 'string') return isPlain(value) ? `@ == "${value}"` : undefined;
  if (typeof value !== 'number') return `@ == ${value}`;
  const bound: Bound = { value, included: true };
  return between(bound, bound);
};

/** Each bound is moved away by one: what is the same number to JavaScript may be another to a database. */
const between = (low: Bound | undefined, high: Bound | undefined): string => {
  const edges = [edge('>', low, -1), edge('<', high, 1)].flatMap(one => one ?? []);
  return edges.length === 0 ? '@.type() == "number"' : `(${edges.join(' && ')})`;
};

const edge = (sign: '<' | '>', bound: Bound | undefined, away: -1 | 1): string | undefined => {
  const value = Math.trunc(bound?.value ?? Number.NaN) + away;
  return Number.isSafeInteger(value) ? `@ ${sign} ${value}` : undefined;
};

/** A value that is none of some texts: another text, or no text at all. What else may be excluded is let in. */
const otherThan = (test: Extract<Test, { is: 'not' }>): string => {
  const values = notTexts(test);
  if (values?.every(isPlain) !== true) return '';
  return `@.type() != "string" || !(${values.map(value => `@ == "${value}"`).join(' || ')})`;
};
