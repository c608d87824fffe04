import { isObject, type Json } from '../json.ts';
import type { Subject } from './compile.ts';
import { type Keys, keysOf } from './keys.ts';
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
  const entries = all.flatMap(({ requirements }, index) =>
    requirements.map(requirement => entryOf(index, requirement)),
  );
  const root = build(entries, new Set(), { left: roomy });
  return subject => {
    const found: number[] = [];
    collect(root, subject, found);
    if (found.length > 1) found.sort((a, b) => a - b);
    return found.flatMap((index, at) => (index === found[at - 1] ? [] : (all[index]?.item ?? [])));
  };
};

/** One requirement of one item: per path, what a value there must be like. */
interface Entry {
  readonly index: number;
  readonly keys: ReadonlyMap<string, Keys>;
}

interface Tree {
  /** Items that are found as soon as the tree is reached. */
  readonly items: readonly number[];
  readonly split?: Split;
}

interface Split {
  readonly path: readonly string[];
  readonly values: ReadonlyMap<Scalar, Tree>;
  readonly prefixes: Ends;
  readonly suffixes: Ends;
  /** Entries that ask for a value here, in a way that can't be looked up. */
  readonly present: Tree;
  /** Entries that ask nothing of this path. */
  readonly rest: Tree;
}

/** Trees by how a text begins or ends, and the lengths of those texts. */
interface Ends {
  readonly trees: ReadonlyMap<string, Tree>;
  readonly lengths: readonly number[];
}

const entryOf = (index: number, requirement: Requirement): Entry => ({
  index,
  keys: new Map(
    requirement.flatMap(({ path, tests }) => {
      const keys = keysOf(tests);
      return keys === undefined ? [] : [[JSON.stringify(path), keys] as const];
    }),
  ),
});

/** So few entries are asked one by one. */
const few = 2;

/** Entries a tree may hold in all, counting one under every value it names: beyond, branches end early. */
const roomy = 200_000;

const build = (entries: readonly Entry[], used: ReadonlySet<string>, room: { left: number }): Tree => {
  room.left -= entries.length;
  const path = entries.length <= few || room.left < 0 ? undefined : bestPath(entries, used);
  if (path === undefined) return { items: [...new Set(entries.map(({ index }) => index))] };
  const sorted = sort(entries, path);
  const below = new Set([...used, path]);
  const trees = <K>(map: ReadonlyMap<K, readonly Entry[]>): ReadonlyMap<K, Tree> =>
    new Map([...map].map(([key, some]) => [key, build(some, below, room)]));
  const ends = (map: ReadonlyMap<string, readonly Entry[]>): Ends => ({
    trees: trees(map),
    lengths: [...new Set([...map.keys()].map(({ length }) => length))],
  });
  return {
    items: [],
    split: {
      path: JSON.parse(path) as readonly string[], // written by entryOf
      values: trees(sorted.values),
      prefixes: ends(sorted.prefixes),
      suffixes: ends(sorted.suffixes),
      present: build(sorted.present, below, room),
      rest: build(sorted.rest, below, room),
    },
  };
};

/** Entries by what they ask of one path; an entry that asks for one of several things stands under each. */
const sort = (entries: readonly Entry[], path: string) => {
  const values = new Map<Scalar, Entry[]>();
  const prefixes = new Map<string, Entry[]>();
  const suffixes = new Map<string, Entry[]>();
  const present: Entry[] = [];
  const rest: Entry[] = [];
  for (const entry of entries) {
    const keys = entry.keys.get(path);
    if (keys === undefined) rest.push(entry);
    else if (keys === 'present') present.push(entry);
    else {
      for (const value of new Set(keys.values)) push(values, value, entry);
      for (const prefix of new Set(keys.prefixes)) push(prefixes, prefix, entry);
      for (const suffix of new Set(keys.suffixes)) push(suffixes, suffix, entry);
    }
  }
  return { values, prefixes, suffixes, present, rest };
};

const push = <K>(map: Map<K, Entry[]>, key: K, entry: Entry): void => {
  const list = map.get(key);
  if (list === undefined) map.set(key, [entry]);
  else list.push(entry);
};

/** The path that leaves the fewest entries to an event; facts cost more to read than members. */
const bestPath = (entries: readonly Entry[], used: ReadonlySet<string>): string | undefined => {
  const paths = new Map<string, { asked: number; present: number; keys: Set<unknown> }>();
  for (const entry of entries)
    for (const [path, keys] of entry.keys) {
      if (used.has(path)) continue;
      const seen = paths.get(path) ?? { asked: 0, present: 0, keys: new Set() };
      paths.set(path, seen);
      seen.asked += 1;
      if (keys === 'present') seen.present += 1;
      else for (const key of [...keys.values, ...keys.prefixes, ...keys.suffixes]) seen.keys.add(key);
    }
  let best: { readonly path: string; readonly left: number } | undefined;
  for (const [path, { asked, present, keys }] of paths) {
    const left = entries.length - asked + present / 2 + (asked - present) / Math.max(1, keys.size);
    const dear = path.startsWith('["fact"') ? entries.length / 4 : 0;
    if (best === undefined || left + dear < best.left) best = { path, left: left + dear };
  }
  return best?.path;
};

const collect = ({ items, split }: Tree, subject: Subject, found: number[]): void => {
  for (const index of items) found.push(index);
  if (split === undefined) return;
  collect(split.rest, subject, found);
  const values = valuesAt(subject, split.path);
  if (values === undefined) {
    for (const tree of branches(split)) collectAll(tree, found);
    return;
  }
  if (values.length > 0) collect(split.present, subject, found);
  for (const value of values) {
    const equal = split.values.get(value);
    if (equal !== undefined) collect(equal, subject, found);
    if (typeof value !== 'string') continue;
    for (const length of split.prefixes.lengths) {
      const begun = value.length < length ? undefined : split.prefixes.trees.get(value.slice(0, length));
      if (begun !== undefined) collect(begun, subject, found);
    }
    for (const length of split.suffixes.lengths) {
      const ended = value.length < length ? undefined : split.suffixes.trees.get(value.slice(value.length - length));
      if (ended !== undefined) collect(ended, subject, found);
    }
  }
};

const collectAll = ({ items, split }: Tree, found: number[]): void => {
  for (const index of items) found.push(index);
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

const none: readonly Scalar[] = [];

const scalars = (start: Json, path: readonly string[], from: number): readonly Scalar[] | undefined => {
  let here: Json | undefined = start;
  let at = from;
  while (at < path.length && isObject(here)) {
    const name = path[at++] ?? '';
    here = Object.hasOwn(here, name) ? here[name] : undefined;
  }
  if (here === undefined) return none;
  if (!Array.isArray(here)) return at === path.length && !isObject(here) ? [here as Scalar] : none; // no array, no object
  const found: Scalar[] = [];
  for (const element of here as readonly Json[]) {
    const inner = Array.isArray(element) ? undefined : scalars(element, path, at);
    if (inner === undefined || found.length + inner.length > most) return undefined;
    found.push(...inner);
  }
  return found;
};
