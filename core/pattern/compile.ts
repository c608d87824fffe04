import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Scalar } from './language.ts';
import { separate } from './merge.ts';
import type { Field, Group, Leaf, Node } from './node.ts';
import { compileTests, type Subject } from './scalar.ts';

export type { Subject } from './scalar.ts';

/** Says whether a pattern holds for a subject. */
export type Check = (subject: Subject) => boolean;

/** Remembers conditions by their text, so that patterns that ask the same thing of an event ask it once. */
export type Shared = Map<string, Check>;

/** How patterns are compiled. */
export interface Options {
  /** Read the member `fact` through {@link Subject.fact}; otherwise it is a member like any other. */
  readonly facts?: boolean;
  /** Conditions shared with other patterns (of the same `facts`); absent: none are, and what stands in a pattern twice is asked twice. */
  readonly shared?: Shared;
}

/** Asks what stands at a place of the subject. What is asked of the subject itself looks for it. */
type Look = (subject: Subject, value?: Json) => boolean;

/**
 * Compiles a loaded pattern into closures: the same verdict as the oracle (`match.ts`), in time that grows with the part of the
 * event that the pattern names. Neither deep nesting nor long arrays can make it overflow or explode: every element is visited
 * at most once per `$or` combination, nested arrays are walked by a list, and absence is judged once per event.
 */
export const compilePattern = (pattern: Group, { facts = false, shared }: Options = {}): Check =>
  whole(pattern, { facts, shared });

interface Compile {
  readonly facts: boolean;
  readonly shared: Shared | undefined;
}

/** A pattern as a whole: its conditions on the record's members and on facts, each asked of an event once, whoever asks. */
const whole = (pattern: Group, compile: Compile): Look => {
  const { fields, or } = separate(pattern, compile.facts);
  const all = cheapFirst(fields).flatMap(each => rooted(each, compile));
  return every(or.length === 0 ? all : [...all, some(or.map(branch => whole(branch, compile)))]);
};

/** A field of the record itself. */
const rooted = (each: Field, compile: Compile): readonly Look[] => {
  if (compile.facts && each.name === 'fact' && each.node.is === 'group') return facts(each.node, compile);
  const check = share(each, compile, () => {
    const look = field(each, compile);
    return subject => look(subject, subject.record);
  });
  return [check];
};

/** Conditions on facts: each a fact's own, since facts are read one by one. */
const facts = (pattern: Group, compile: Compile): readonly Look[] => {
  const { fields, or } = separate(pattern, false);
  const all: readonly Look[] = fields.map(each =>
    share(each, compile, () => {
      const { name } = each;
      const look = inner(each, compile);
      return subject => look(subject, subject.fact?.(name));
    }),
  );
  return or.length === 0 ? all : [...all, some(or.map(branch => every(facts(branch, compile))))];
};

/** What an object on the way must satisfy. */
const group = (pattern: Group, compile: Compile): Look => {
  const { fields, or } = separate(pattern, false);
  const all = cheapFirst(fields).map(each => field(each, compile));
  return every(or.length === 0 ? all : [...all, some(or.map(branch => group(branch, compile)))]);
};

/** Plain values before facts before objects. */
const cheapFirst = (fields: readonly Field[]): readonly Field[] =>
  [...fields].sort((a, b) => cost(a.node) - cost(b.node));

const cost = (node: Node): number => (node.is === 'leaf' ? 0 : 1);

const every = (all: readonly Look[]): Look => {
  const [first, second, ...more] = all;
  if (first === undefined) return () => true;
  if (second === undefined) return first;
  if (more.length === 0) return (subject, value) => first(subject, value) && second(subject, value);
  return (subject, value) => {
    for (let at = 0; at < all.length; at++) if (all[at]?.(subject, value) !== true) return false;
    return true;
  };
};

const some =
  (any: readonly Look[]): Look =>
  (subject, value) => {
    for (let at = 0; at < any.length; at++) if (any[at]?.(subject, value) === true) return true;
    return false;
  };

const share = (each: Field, { shared }: Compile, make: () => Check): Check => {
  if (shared === undefined) return make();
  const key = textOf(each);
  const known = shared.get(key);
  if (known !== undefined) return known;
  const check = once(make());
  shared.set(key, check);
  return check;
};

/** Remembers the answer for the subject it was last asked about. */
const once = (check: Check): Check => {
  let last: Subject | undefined;
  let answer = false;
  return subject => {
    if (subject === last) return answer;
    answer = check(subject);
    last = subject;
    return answer;
  };
};

/** A condition as text: alike ones have the same. */
export const textOf = ({ path, node }: Pick<Field, 'path' | 'node'>): string =>
  JSON.stringify([path, node], (_key, value) => {
    if (typeof value === 'bigint') return `${value}n`;
    return typeof value === 'object' && value !== null && 'pattern' in value && typeof value.pattern === 'function'
      ? `/${value.pattern()}/`
      : value;
  });

const field = (each: Field, compile: Compile): Look => {
  const { name } = each;
  const look = inner(each, compile);
  // Only names that every object inherits need the slower question whether they are its own.
  if (name in Object.prototype)
    return (subject, value) => look(subject, isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined);
  return (subject, value) => look(subject, (value as JsonObject)[name]); // group() is asked about objects only
};

const inner = ({ node, path }: Field, compile: Compile): Look =>
  node.is === 'leaf' ? leaf(node, path, compile) : within(group(node, compile), canHoldForNothing(node));

const leaf = (node: Leaf, path: readonly string[], compile: Compile): Look => {
  const test = compileTests(node.tests);
  // Lists are looked into elsewhere: a function that makes another one pays for it whenever it is called.
  const listed = (list: readonly Json[], subject: Subject): boolean =>
    someElement(list, element => isScalar(element) && test(element, subject));
  const present: Look = (subject, value) => {
    if (typeof value === 'string') return test(value, subject);
    if (value === undefined) return false;
    if (isScalar(value)) return test(value, subject);
    return Array.isArray(value) && listed(value, subject);
  };
  if (!node.tests.some(each => each.is === 'absent')) return present;
  const nowhere = once(subject => !reaches(subject, path, compile.facts));
  return (subject, value) => nowhere(subject) || present(subject, value);
};

const nothing: JsonObject = {};

/** Some object at this place satisfies the group; where there is none, nothing does (a group may ask for absence alone). */
const within = (check: Look, forNothing: boolean): Look => {
  const listed = (list: readonly Json[], subject: Subject): boolean => {
    let tried = false;
    const found = someElement(list, element => {
      if (!isObject(element)) return false;
      tried = true;
      return check(subject, element);
    });
    return found || (!tried && forNothing && check(subject, nothing));
  };
  return (subject, value) => {
    if (isObject(value)) return check(subject, value);
    if (Array.isArray(value)) return listed(value, subject);
    return forNothing && check(subject, nothing);
  };
};

const canHoldForNothing = (pattern: Group): boolean =>
  pattern.fields.every(({ node }) =>
    node.is === 'leaf' ? node.tests.some(test => test.is === 'absent') : canHoldForNothing(node),
  ) &&
  (pattern.or.length === 0 || pattern.or.some(canHoldForNothing));

const isScalar = (value: Json): value is Scalar => typeof value !== 'object' || value === null;

/** Asks every element that is no array itself; arrays in arrays are transparent, however deep. */
const someElement = (array: readonly Json[], ask: (element: Json) => boolean): boolean => {
  const left: (readonly Json[])[] = [array];
  for (let next = left.pop(); next !== undefined; next = left.pop())
    for (const element of next) {
      if (Array.isArray(element)) left.push(element);
      else if (ask(element)) return true;
    }
  return false;
};

/** Says whether a scalar stands anywhere at a path. */
const reaches = ({ record, fact }: Subject, path: readonly string[], facts: boolean): boolean => {
  const [first, name, ...rest] = path;
  if (facts && first === 'fact' && name !== undefined) return reachesFrom(fact?.(name), rest);
  return reachesFrom(record, path);
};

const reachesFrom = (value: Json | undefined, path: readonly string[]): boolean => {
  if (value === undefined) return false;
  if (Array.isArray(value)) return someElement(value, element => reachesFrom(element, path));
  const [name, ...rest] = path;
  if (name === undefined) return isScalar(value);
  return isObject(value) && Object.hasOwn(value, name) && reachesFrom(value[name], rest);
};
