import { isObject, type Json } from '../json.ts';
import type { Subject } from './compile.ts';
import type { Scalar } from './language.ts';
import { entryOf, type Requirement, type Split, type Tree, treeOf } from './tree.ts';

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
  const root = treeOf(entries);
  return subject => {
    const found: number[] = [];
    collect(root, subject, found);
    if (found.length > 1) found.sort((a, b) => a - b);
    return found.flatMap((index, at) => (index === found[at - 1] ? [] : (all[index]?.item ?? [])));
  };
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
