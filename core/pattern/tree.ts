import { type Check, compilePattern, type Shared, textOf } from './compile.ts';
import { type Keys, keysOf } from './keys.ts';
import type { Scalar } from './language.ts';
import { alone, type Condition, type Requirement } from './requirement.ts';

/** One requirement of one item: per path, what a value there must be like. */
export interface Entry {
  readonly index: number;
  readonly keys: ReadonlyMap<string, Keys>;
  /** Its conditions by path, and what each is as text: alike ones are asked once for all that share them. */
  readonly conditions: ReadonlyMap<string, { readonly text: string; readonly condition: Condition }>;
}

export interface Tree {
  /** Items that are found as soon as the tree is reached. */
  readonly items: readonly number[];
  readonly ask?: Ask;
  readonly split?: Split;
}

/** A condition that several entries share. */
export interface Ask {
  readonly path: readonly string[];
  readonly check: Check;
  /** Those entries. */
  readonly met: Tree;
  /** All the others. */
  readonly rest: Tree;
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

/** Trees by how a text begins or ends. */
interface Ends {
  readonly trees: ReadonlyMap<string, Tree>;
  /** Of those beginnings or ends. */
  readonly lengths: readonly number[];
  /** Codes of the characters at which a text that has one begins or ends; undefined: any may have one. */
  readonly edges: ReadonlySet<number> | undefined;
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
  conditions: new Map(
    requirement.map(condition => {
      const { path, tests } = condition;
      return [JSON.stringify(path), { text: textOf({ path, node: { is: 'leaf', tests } }), condition }] as const;
    }),
  ),
});

/**
 * A decision tree over entries: each level asks what many of them share, or looks up one path, whichever leaves the fewest.
 * @param shared conditions shared with other trees and patterns
 */
export const treeOf = (entries: readonly Entry[], shared: Shared = new Map()): Tree =>
  build(entries, new Set(), {
    shared,
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
  readonly shared: Shared;
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

/** The tree of no entries. */
export const bare: Tree = { items: [] };

const leafOf = (entries: readonly Entry[]): Tree =>
  entries.length === 0 ? bare : { items: [...new Set(entries.map(({ index }) => index))] };

const split = (entries: readonly Entry[], used: ReadonlySet<string>, building: Building): Tree => {
  building.room -= entries.length;
  if (building.room < 0) return leafOf(entries);
  const best = bestPath(entries, used);
  const common = mostShared(entries, used);
  if (common !== undefined && common.left <= (best?.left ?? Number.POSITIVE_INFINITY)) {
    const has = (entry: Entry): boolean => entry.conditions.get(common.path)?.text === common.text;
    return {
      items: [],
      ask: {
        path: common.condition.path,
        check: compilePattern(alone(common.condition), { facts: true, shared: building.shared }),
        rest: build(
          entries.filter(entry => !has(entry)),
          used,
          building,
        ),
        met: build(entries.filter(has), new Set([...used, common.path]), building),
      },
    };
  }
  if (best === undefined) return leafOf(entries);
  const written = best.path;
  const path = JSON.parse(written) as readonly string[]; // written by entryOf
  const sorted = sort(entries, written);
  const below = new Set([...used, written]);
  const trees = <K>(map: ReadonlyMap<K, readonly Entry[]>): ReadonlyMap<K, Tree> =>
    new Map([...map].map(([key, some]) => [key, build(some, below, building)]));
  // These first: every event asks them, so that they must not be what there is no room for.
  const rest = build(sorted.rest, below, building);
  const present = build(sorted.present, below, building);
  const ends = (map: ReadonlyMap<string, readonly Entry[]>, edge: (text: string) => number): Ends => ({
    trees: trees(map),
    lengths: [...new Set([...map.keys()].map(({ length }) => length))],
    edges: map.has('') ? undefined : new Set([...map.keys()].map(text => text.charCodeAt(edge(text)))),
  });
  return {
    items: [],
    split: {
      path,
      fact: path[0] === 'fact' ? path[1] : undefined,
      values: trees(sorted.values),
      prefixes: ends(sorted.prefixes, () => 0),
      suffixes: ends(sorted.suffixes, text => text.length - 1),
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

/** So many entries at least share what is asked of an event before anything is looked up. */
const many = 2;
/** The share of events that such a condition is taken to hold for. Asking is cheap, so it is put low. */
const often = 1 / 10;

/** The condition that most entries share; one of facts is worth less, and one that absence meets is nearly always met. */
const mostShared = (entries: readonly Entry[], used: ReadonlySet<string>) => {
  const counts = new Map<string, { path: string; text: string; condition: Condition; count: number }>();
  for (const entry of entries)
    for (const [path, { text, condition }] of entry.conditions) {
      if (used.has(path) || condition.tests.some(({ is }) => is === 'absent')) continue;
      const seen = counts.get(text) ?? { path, text, condition, count: 0 };
      counts.set(text, seen);
      seen.count += 1;
    }
  let best: { path: string; text: string; condition: Condition; left: number } | undefined;
  for (const { count, ...one } of counts.values()) {
    const left = entries.length - count * (1 - often) + dear(one.path, entries);
    if (count >= many && (best === undefined || left < best.left)) best = { ...one, left };
  }
  return best;
};

/** Facts cost more to read than members. */
const dear = (path: string, entries: readonly Entry[]): number => (path.startsWith('["fact"') ? entries.length / 4 : 0);

/** The path that leaves the fewest entries to an event. */
const bestPath = (entries: readonly Entry[], used: ReadonlySet<string>) => {
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
    const found = present / 2 + (asked - present) / Math.max(1, keys.size);
    const left = entries.length - asked + found + dear(path, entries);
    if (best === undefined || left < best.left) best = { path, left };
  }
  return best;
};
