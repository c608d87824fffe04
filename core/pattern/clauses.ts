import type { Group } from './node.ts';

/** One thing a pattern asks for, and the pattern without it. */
export interface Removed {
  /** Where it stands, e.g. `fact["call.outcome"]` or `$or[1]`. */
  readonly clause: string;
  readonly without: Group;
}

/** Every clause of a pattern: each field and each branch of an `$or`, at any depth; not the single values of a list. */
export const removals = (group: Group, at = ''): readonly Removed[] => [
  ...group.fields.flatMap((field, index): readonly Removed[] => {
    const clause = member(at, field.name);
    if (field.node.is === 'leaf')
      return [{ clause, without: { ...group, fields: group.fields.filter((_, other) => other !== index) } }];
    return removals(field.node, clause).map(({ clause, without }) => ({
      clause,
      without: { ...group, fields: group.fields.with(index, { ...field, node: without }) },
    }));
  }),
  ...group.or.flatMap((branch, index): readonly Removed[] => [
    {
      clause: `${member(at, '$or')}[${index}]`,
      without: { ...group, or: group.or.filter((_, other) => other !== index) },
    },
    ...removals(branch, `${member(at, '$or')}[${index}]`).map(({ clause, without }) => ({
      clause,
      without: { ...group, or: group.or.with(index, without) },
    })),
  ]),
];

const member = (at: string, name: string): string => {
  const plain = /^[$A-Za-z_][\w$]*$/.test(name);
  if (!plain) return `${at}[${JSON.stringify(name)}]`;
  return at === '' ? name : `${at}.${name}`;
};
