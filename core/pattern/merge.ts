import type { Field, Group } from './node.ts';

/**
 * Rewrites a group so that its `$or` branches and the fields beside them share no name: what they share moves into every branch,
 * joined there with the branch's own. Then each name is visited once per branch, and conditions on both sides of an `$or` hold
 * for the same array element. `fact` is no array of a record: it is shared only where both sides look into the same fact.
 */
export const separate = (group: Group, facts: boolean): Group => {
  if (group.or.length === 0) return group;
  const isShared = (field: Field): boolean =>
    group.or.some(branch => shares(branch, field, facts && field.path.length === 1));
  const shared = group.fields.filter(isShared);
  if (shared.length === 0) return group;
  return {
    is: 'group',
    fields: group.fields.filter(field => !shared.includes(field)),
    or: group.or.map(branch => merge(branch, { is: 'group', fields: shared, or: [] })),
  };
};

const shares = (branch: Group, field: Field, atTop: boolean): boolean =>
  branch.fields.some(
    other => other.name === field.name && (!(atTop && field.name === 'fact') || sharesFact(other, field)),
  ) || branch.or.some(inner => shares(inner, field, atTop));

const sharesFact = ({ node: a }: Field, { node: b }: Field): boolean => {
  if (a.is === 'leaf' || b.is === 'leaf') return true;
  const names = namesOf(a);
  return [...namesOf(b)].some(name => names.has(name));
};

const namesOf = (group: Group): Set<string> =>
  new Set([...group.fields.map(field => field.name), ...group.or.flatMap(branch => [...namesOf(branch)])]);

/** Both groups in one. The loader has made sure that no field is a leaf in both, or a leaf in one and a group in the other. */
const merge = (a: Group, b: Group): Group => {
  const others = new Map(b.fields.map(field => [field.name, field]));
  const fields = a.fields.map(field => {
    const other = others.get(field.name);
    if (other === undefined || field.node.is === 'leaf' || other.node.is === 'leaf') return field;
    others.delete(field.name);
    return { ...field, node: merge(field.node, other.node) };
  });
  return { is: 'group', fields: [...fields, ...others.values()], or: choices(a.or, b.or) };
};

const choices = (a: readonly Group[], b: readonly Group[]): readonly Group[] => {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  return a.flatMap(one => b.map(other => merge(one, other)));
};
