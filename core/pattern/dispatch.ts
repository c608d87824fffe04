import { isObject, type Json } from '../json.ts';
import type { Subject } from './compile.ts';
import type { Scalar } from './language.ts';
import type { Test } from './node.ts';

/** What must hold of an event for a rule to be worth asking: tests by path (a fact's path is `['fact', name, …]`). */
export type Requirement = readonly { readonly path: readonly string[]; readonly tests: readonly Test[] }[];

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
  const items = all.map(({ item }) => item);
  const entries = all.flatMap(({ requirements }, index) =>
    requirements.map(requirement => entryOf(index, requirement)),
  );
  const root = build(entries, new Set(), { left: roomy });
  return subject => {
    const found = new Set<number>();
    collect(root, subject, found);
    return [...found].sort((a, b) => a - b).flatMap(index => items[index] ?? []);
  };
};

/** One requirement of one item: per path, the exact values and prefixes of which one must be there. */
interface Entry {
  readonly index: number;
  readonly keys: ReadonlyMap<string, Keys>;
}

interface Keys {
  readonly path: readonly string[];
  readonly values: readonly Scalar[];
  readonly prefixes: readonly string[];
}

interface Tree {
  /** Items that are found as soon as the tree is reached. */
  readonly items: readonly number[];
  readonly split?: Split;
}

interface Split {
  readonly path: readonly string[];
  readonly values: ReadonlyMap<Scalar, Tree>;
  readonly prefixes: ReadonlyMap<string, Tree>;
  readonly lengths: readonly number[];
  /** Entries that ask nothing of this path. */
  readonly rest: Tree;
}

const entryOf = (index: number, requirement: Requirement): Entry => ({
  index,
  keys: new Map(
    requirement.flatMap(({ path, tests }) => {
      const keys = keysOf(path, tests);
      return keys === undefined ? [] : [[JSON.stringify(path), keys] as const];
    }),
  ),
});

/** Undefined where a test is neither an exact value nor begins with a text. */
const keysOf = (path: readonly string[], tests: readonly Test[]): Keys | undefined => {
  const values: Scalar[] = [];
  const prefixes: string[] = [];
  for (const test of tests) {
    if (test.is === 'equal') values.push(test.value);
    else if (test.is === 'prefix' && !test.fold && test.text !== '') prefixes.push(test.text);
    else if (test.is === 'wildcard' && test.pieces[0]) prefixes.push(test.pieces[0]);
    else return undefined;
  }
  return { path, values, prefixes };
};

/** So few entries are asked one by one. */
const few = 2;

/** Entries a tree may hold in all, counting one under every value it names: beyond, branches end early. */
const roomy = 200_000;

const build = (entries: readonly Entry[], used: ReadonlySet<string>, room: { left: number }): Tree => {
  room.left -= entries.length;
  const path = entries.length <= few || room.left < 0 ? undefined : bestPath(entries, used);
  if (path === undefined) return { items: [...new Set(entries.map(({ index }) => index))] };
  const values = new Map<Scalar, Entry[]>();
  const prefixes = new Map<string, Entry[]>();
  const rest: Entry[] = [];
  for (const entry of entries) {
    const keys = entry.keys.get(path);
    if (keys === undefined) rest.push(entry);
    for (const value of new Set(keys?.values)) push(values, value, entry);
    for (const prefix of new Set(keys?.prefixes)) push(prefixes, prefix, entry);
  }
  const below = new Set([...used, path]);
  const trees = <K>(map: ReadonlyMap<K, readonly Entry[]>): ReadonlyMap<K, Tree> =>
    new Map([...map].map(([key, some]) => [key, build(some, below, room)]));
  return {
    items: [],
    split: {
      path: JSON.parse(path) as readonly string[], // written by entryOf
      values: trees(values),
      prefixes: trees(prefixes),
      lengths: [...new Set([...prefixes.keys()].map(({ length }) => length))],
      rest: build(rest, below, room),
    },
  };
};

const push = <K>(map: Map<K, Entry[]>, key: K, entry: Entry): void => {
  const list = map.get(key);
  if (list === undefined) map.set(key, [entry]);
  else list.push(entry);
};

/** The path that leaves the fewest entries to an event with one of its values; facts cost more to read than members. */
const bestPath = (entries: readonly Entry[], used: ReadonlySet<string>): string | undefined => {
  const asked = new Map<string, { count: number; keys: Set<Scalar>; isFact: boolean }>();
  for (const entry of entries)
    for (const [path, { values, prefixes, path: steps }] of entry.keys) {
      if (used.has(path)) continue;
      const seen = asked.get(path) ?? { count: 0, keys: new Set(), isFact: steps[0] === 'fact' };
      seen.count += values.length + prefixes.length > 0 ? 1 : 0;
      for (const key of [...values, ...prefixes]) seen.keys.add(key);
      asked.set(path, seen);
    }
  let best: { path: string; left: number } | undefined;
  for (const [path, { count, keys, isFact }] of asked) {
    const left = entries.length - count + count / keys.size + (isFact ? entries.length / 4 : 0);
    if (count > 0 && (best === undefined || left < best.left)) best = { path, left };
  }
  return best?.path;
};

const collect = (tree: Tree, subject: Subject, found: Set<number>): void => {
  for (const index of tree.items) found.add(index);
  const { split } = tree;
  if (split === undefined) return;
  collect(split.rest, subject, found);
  const values = valuesAt(subject, split.path);
  if (values === undefined)
    for (const below of [...split.values.values(), ...split.prefixes.values()]) collectAll(below, found);
  for (const value of values ?? []) {
    const below = split.values.get(value);
    if (below !== undefined) collect(below, subject, found);
    if (typeof value === 'string')
      for (const length of split.lengths) {
        const begun = value.length >= length ? split.prefixes.get(value.slice(0, length)) : undefined;
        if (begun !== undefined) collect(begun, subject, found);
      }
  }
};

const collectAll = ({ items, split }: Tree, found: Set<number>): void => {
  for (const index of items) found.add(index);
  if (split === undefined) return;
  for (const below of [split.rest, ...split.values.values(), ...split.prefixes.values()]) collectAll(below, found);
};

/** More values than these at one path are not looked up one by one. */
const most = 64;

/** The scalars at a path, arrays transparent; undefined where there are too many or a fact can't be read. */
const valuesAt = ({ record, fact }: Subject, path: readonly string[]): readonly Scalar[] | undefined => {
  const [first, name] = path;
  if (fact === undefined || first !== 'fact' || name === undefined) return scalars(record, path, 0);
  try {
    return scalars(fact(name), path, 2);
  } catch {
    return undefined; // the rules that ask it will throw one by one, and each is told
  }
};

const scalars = (start: Json, path: readonly string[], from: number): readonly Scalar[] | undefined => {
  let here: Json | undefined = start;
  let at = from;
  while (at < path.length && isObject(here)) {
    const name = path[at++] ?? '';
    here = Object.hasOwn(here, name) ? here[name] : undefined;
  }
  if (here === undefined) return [];
  if (!Array.isArray(here)) return at === path.length && !isObject(here) ? [here as Scalar] : []; // no array, no object
  const found: Scalar[] = [];
  for (const element of here as readonly Json[]) {
    const inner = Array.isArray(element) ? undefined : scalars(element, path, at);
    if (inner === undefined || found.length + inner.length > most) return undefined;
    found.push(...inner);
  }
  return found;
};
