import { canonicalJson, isObject, type Json, member, text } from '../json.ts';

/** One member that is another than before. */
export interface Change {
  /** `spec.template.spec.requirements[karpenter.sh/capacity-type].values` */
  readonly path: string;
  /** In short; absent: it was not there. */
  readonly before?: string;
  /** In short; absent: it is gone. */
  readonly after?: string;
}

/** Changes that are kept of one difference, characters of one value, and how deep it looks. */
const most = 40;
const longest = 200;
const deepest = 24;

const short = (value: Json): string => {
  const written = typeof value === 'string' ? value : JSON.stringify(value);
  return written.length <= longest ? written : `${written.slice(0, longest - 1)}…`;
};

const change = (path: string, before: Json | undefined, after: Json | undefined): Change => ({
  path,
  ...(before === undefined ? {} : { before: short(before) }),
  ...(after === undefined ? {} : { after: short(after) }),
});

/** Members by which the elements of Kubernetes lists are told apart. */
const names = ['key', 'name', 'deviceName'];

/** The elements of a list under names of their own: by what tells them apart, or else by their place. Undefined: no objects. */
const elements = (list: readonly Json[]): ReadonlyMap<string, Json> | undefined => {
  if (!list.every(isObject)) return undefined;
  const key = names.find(
    name =>
      list.every(one => text(one, name) !== undefined) &&
      new Set(list.map(one => text(one, name))).size === list.length,
  );
  return new Map(list.map((one, at) => [key === undefined ? String(at) : (text(one, key) ?? ''), one]));
};

const same = (one: Json | undefined, other: Json | undefined): boolean =>
  one === undefined || other === undefined ? one === other : canonicalJson(one) === canonicalJson(other);

/**
 * What is different between two versions of an object, by path. Pure; the order of members means nothing, the order of a list's
 * elements only where nothing tells them apart.
 * @param roots the members to compare, as paths: `[['spec'], ['metadata', 'labels']]`
 * @returns at most 40 changes, and how many more there are
 */
export const differenceOf = (
  before: Json,
  after: Json,
  roots: readonly (readonly string[])[],
): { readonly changes: readonly Change[]; readonly more: number } => {
  const found: Change[] = [];
  const compare = (path: string, one: Json | undefined, other: Json | undefined, depth: number): void => {
    if (same(one, other)) return;
    if (depth < deepest && isObject(one) && isObject(other)) {
      for (const name of new Set([...Object.keys(one), ...Object.keys(other)]))
        compare(`${path}.${name}`, member(one, name), member(other, name), depth + 1);
      return;
    }
    if (depth < deepest && Array.isArray(one) && Array.isArray(other)) {
      const [these, those] = [elements(one), elements(other)];
      if (these !== undefined && those !== undefined) {
        for (const name of new Set([...these.keys(), ...those.keys()]))
          compare(`${path}[${name}]`, these.get(name), those.get(name), depth + 1);
        return;
      }
    }
    found.push(change(path, one, other));
  };
  for (const root of roots) {
    const at = (value: Json): Json | undefined =>
      root.reduce<Json | undefined>((here, name) => member(here, name), value);
    compare(root.join('.'), at(before), at(after), 0);
  }
  return { changes: found.slice(0, most), more: Math.max(0, found.length - most) };
};
