import { type Keys, keysOf } from './keys.ts';
import type { Scalar } from './language.ts';
import type { Test } from './node.ts';

/** What must hold of an event for a rule to be worth asking: tests by path (a fact's path is `['fact', name, …]`). */
export type Requirement = readonly { readonly path: readonly string[]; readonly tests: readonly Test[] }[];

/** One requirement of one item: per path, what a value there must be like. */
export interface Entry {
  readonly index: number;
  readonly keys: ReadonlyMap<string, Keys>;
}

export interface Tree {
  /** Items that are found as soon as the tree is reached. */
  readonly items: readonly number[];
  readonly split?: Split;
}

export interface Split {
  readonly path: readonly string[];
  /** The fact that the path begins at, where it is one's. */
  readonly fact: string | undefined;
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

/** What one requirement of an item can be looked up by. */
export const entryOf = (index: number, requirement: Requirement): Entry => ({
  index,
  keys: new Map(
    requirement.flatMap(({ path, tests }) => {
      const keys = keysOf(tests);
      return keys === undefined ? [] : [[JSON.stringify(path), keys] as const];
    }),
  ),
});

/** A decision tree over entries: each level looks up one path, the one that leaves the fewest. */
export const treeOf = (entries: readonly Entry[]): Tree =>
  build(entries, new Set(), {
    room: roomy,
    numbers: new Map(entries.map((entry, at) => [entry, at])),
    made: new Map(),
  });

/** So few entries are asked one by one. */
const few = 2;

/** Entries a tree may hold in all, counting one under every value it names: beyond, branches end early. */
const roomy = 200_000;

interface Building {
  room: number;
  readonly numbers: ReadonlyMap<Entry, number>;
  /** Trees by what they are made of: a rule that names a hundred calls leads to one tree, not to a hundred alike. */
  readonly made: Map<string, Tree>;
}

const build = (entries: readonly Entry[], used: ReadonlySet<string>, building: Building): Tree => {
  if (entries.length <= few) return leafOf(entries);
  const name = `${entries.map(entry => building.numbers.get(entry))} ${[...used].sort()}`;
  const known = building.made.get(name);
  if (known !== undefined) return known;
  const tree = split(entries, used, building);
  building.made.set(name, tree);
  return tree;
};

const leafOf = (entries: readonly Entry[]): Tree => ({ items: [...new Set(entries.map(({ index }) => index))] });

const split = (entries: readonly Entry[], used: ReadonlySet<string>, building: Building): Tree => {
  building.room -= entries.length;
  const written = building.room < 0 ? undefined : bestPath(entries, used);
  if (written === undefined) return leafOf(entries);
  const path = JSON.parse(written) as readonly string[]; // written by entryOf
  const sorted = sort(entries, written);
  const below = new Set([...used, written]);
  const trees = <K>(map: ReadonlyMap<K, readonly Entry[]>): ReadonlyMap<K, Tree> =>
    new Map([...map].map(([key, some]) => [key, build(some, below, building)]));
  // These first: every event asks them, so that they must not be what there is no room for.
  const rest = build(sorted.rest, below, building);
  const present = build(sorted.present, below, building);
  const ends = (map: ReadonlyMap<string, readonly Entry[]>): Ends => ({
    trees: trees(map),
    lengths: [...new Set([...map.keys()].map(({ length }) => length))],
  });
  return {
    items: [],
    split: {
      path,
      fact: path[0] === 'fact' ? path[1] : undefined,
      values: trees(sorted.values),
      prefixes: ends(sorted.prefixes),
      suffixes: ends(sorted.suffixes),
      present,
      rest,
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
