import { type Json, member } from '../json.ts';
import type { Check, Shared, Subject } from './compile.ts';
import type { Scalar } from './language.ts';
import type { Requirement } from './requirement.ts';
import { bare, entryOf, type Split, type Tree, treeOf } from './tree.ts';

/** An item and the requirements of which at least one must hold; none at all never holds, an empty one always. */
export interface Dispatched<T> {
  readonly item: T;
  readonly requirements: readonly Requirement[];
}

/**
 * Many items become one decision tree over the values that their requirements name, so that asking it costs as much as the
 * event's own values reach, not as many items as there are. It gives every item that can hold, in order, and some that don't.
 * Where an event has a list of more than 64 values at a path, or a fact throws, every item below that path is given.
 */
export const dispatch = <T>(all: readonly Dispatched<T>[]): ((subject: Subject) => readonly T[]) => {
  const ask = dispatchSome(all, placesOf(all));
  const items = all.map(({ item }) => item);
  return subject => {
    const found: number[] = [];
    ask(subject, found);
    return inOrder(items, found);
  };
};

/** Where each of a list stands in it. */
export const placesOf = <T>(all: readonly T[]): ReadonlyMap<T, number> =>
  new Map(all.map((one, place) => [one, place] as const));

/**
 * The same for some of many, which are asked together with others of them: it adds where in the list of all those stand that can
 * hold.
 */
export const dispatchSome = <T>(
  some: readonly Dispatched<T>[],
  places: ReadonlyMap<Dispatched<T>, number>,
  shared: Shared = new Map(),
): ((subject: Subject, found: number[]) => void) => {
  const root = treeOf(
    some.flatMap(one => one.requirements.map(requirement => entryOf(places.get(one) ?? 0, requirement))),
    shared,
  );
  return (subject, found) => collect(root, subject, found);
};

/** The items that stand at places, each once and in order. @param found is sorted */
export const inOrder = <T>(items: readonly T[], found: number[]): readonly T[] => {
  if (found.length === 0) return nobody;
  sort(found);
  const candidates: T[] = [];
  for (let at = 0; at < found.length; at++) {
    const index = found[at] ?? 0;
    if (index !== found[at - 1]) candidates.push(items[index] as T); // a place in `items`
  }
  return candidates;
};

/** A few numbers are put in order sooner than a comparison is called for each. */
const sort = (found: number[]): void => {
  if (found.length > 32) {
    found.sort((a, b) => a - b);
    return;
  }
  for (let at = 1; at < found.length; at++) {
    const one = found[at] ?? 0;
    let before = at - 1;
    for (; before >= 0 && (found[before] ?? 0) > one; before--) found[before + 1] = found[before] ?? 0;
    found[before + 1] = one;
  }
};

const nobody: readonly never[] = [];

const collect = (tree: Tree, subject: Subject, found: number[]): void => {
  if (tree === bare) return;
  const { items, ask, split } = tree;
  for (let at = 0; at < items.length; at++) found.push(items[at] ?? 0);
  if (ask !== undefined) {
    if (holds(ask.check, subject)) collect(ask.met, subject, found);
    collect(ask.rest, subject, found);
    return;
  }
  if (split === undefined) return;
  collect(split.rest, subject, found);
  const value = valueAt(subject, split);
  if (value === undefined) return;
  if (typeof value !== 'object' || value === null) {
    collect(split.present, subject, found);
    collectOne(split, value, subject, found);
    return;
  }
  const values = scalars(value, split.path);
  if (values === undefined) {
    for (const tree of branches(split)) collectAll(tree, found);
    return;
  }
  if (values.length > 0) collect(split.present, subject, found);
  for (const one of values) collectOne(split, one, subject, found);
};

/** The rules that ask a fact which throws will throw one by one, and each is told. */
const holds = (check: Check, subject: Subject): boolean => {
  try {
    return check(subject);
  } catch {
    return true;
  }
};

const collectOne = (split: Split, value: Scalar, subject: Subject, found: number[]): void => {
  const { values, prefixes, suffixes } = split;
  const equal = values.get(value);
  if (equal !== undefined) collect(equal, subject, found);
  if (typeof value !== 'string') return;
  // Most texts are told by one character to have none of them.
  if (prefixes.edges?.has(value.charCodeAt(0)) !== false)
    for (const length of prefixes.lengths) {
      const begun = value.length < length ? undefined : prefixes.trees.get(value.slice(0, length));
      if (begun !== undefined) collect(begun, subject, found);
    }
  if (suffixes.edges?.has(value.charCodeAt(value.length - 1)) !== false)
    for (const length of suffixes.lengths) {
      const ended = value.length < length ? undefined : suffixes.trees.get(value.slice(value.length - length));
      if (ended !== undefined) collect(ended, subject, found);
    }
};

const collectAll = ({ items, ask, split }: Tree, found: number[]): void => {
  for (const index of items) found.push(index);
  if (ask !== undefined) for (const tree of [ask.met, ask.rest]) collectAll(tree, found);
  if (split === undefined) return;
  for (const tree of [split.rest, ...branches(split)]) collectAll(tree, found);
};

/** Every tree below a split but the one that asks nothing of its path. */
const branches = ({ values, prefixes, suffixes, present }: Split): readonly Tree[] => [
  present,
  ...values.values(),
  ...prefixes.trees.values(),
  ...suffixes.trees.values(),
];

/** More values than these at one path are not looked up one by one. */
const most = 64;

/** Where lists lie on the way to a path: the list, and how many members of the path lead to it. */
class Listed {
  readonly list: readonly Json[];
  readonly at: number;
  constructor(list: readonly Json[], at: number) {
    this.list = list;
    this.at = at;
  }
}

/** What stands at a path: a scalar, the list on the way, 'unknown' as a list of too many where a fact throws; or nothing. */
const valueAt = (subject: Subject, { path, fact }: Split): Scalar | Listed | undefined => {
  if (subject.fact === undefined || fact === undefined) return walk(subject.record, path, 0);
  try {
    return walk(subject.fact(fact), path, 2);
  } catch {
    return unreadable; // the rules that ask it will throw one by one, and each is told
  }
};

const unreadable = new Listed(
  Array.from({ length: most + 1 }, () => null),
  Number.POSITIVE_INFINITY,
);

const walk = (start: Json, path: readonly string[], from: number): Scalar | Listed | undefined => {
  let here: Json | undefined = start;
  for (let at = from; at < path.length; at++) {
    if (typeof here !== 'object' || here === null) return undefined;
    if (Array.isArray(here)) return new Listed(here, at);
    here = member(here, path[at] ?? '');
  }
  if (typeof here !== 'object' || here === null) return here;
  return Array.isArray(here) ? new Listed(here, path.length) : undefined;
};

/** The scalars in a list at a path, lists transparent; undefined where there are too many to look up. */
const scalars = ({ list, at }: Listed, path: readonly string[]): readonly Scalar[] | undefined => {
  const found: Scalar[] = [];
  for (const element of list) {
    if (found.length >= most || Array.isArray(element)) return undefined;
    const inner = walk(element, path, at);
    if (inner instanceof Listed) {
      const more = scalars(inner, path);
      if (more === undefined) return undefined;
      found.push(...more);
    } else if (inner !== undefined) found.push(inner);
  }
  return found.length > most ? undefined : found;
};
