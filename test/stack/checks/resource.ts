import type { Allowed } from '../../grants.ts';
import type { Resource } from '../mocks.ts';

/** One sentence for each thing that is wrong; [] when all is well. */
export type Check = (resources: readonly Resource[]) => readonly string[];

/** What a resource or a policy says. */
export type Json = { readonly [member: string]: unknown };

/** The resources of a type. */
export const of = (resources: readonly Resource[], type: string): readonly Resource[] =>
  resources.filter(resource => resource.type === type);

/** What lies at a path, or undefined. */
export const inner = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((here, name) => (here as Json | undefined)?.[name], value); // looked at, never trusted

/** What stands alone or in a list, as a list. */
export const list = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

/** A statement of a policy, each of its lists as one. */
interface Statement {
  readonly effect: string;
  readonly principal: unknown;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition: unknown;
}

/** A policy's statements. @param policy a document, or its text */
export const statements = (policy: unknown): readonly Statement[] => {
  const document = typeof policy === 'string' ? JSON.parse(policy) : policy;
  return list(inner(document, 'Statement')).map(one => ({
    effect: String(inner(one, 'Effect')),
    principal: inner(one, 'Principal'),
    actions: list(inner(one, 'Action')).map(String),
    resources: list(inner(one, 'Resource')).map(String),
    condition: inner(one, 'Condition'),
  }));
};

/** What each role may do. */
export const grants = (resources: readonly Resource[]): readonly (Statement & { readonly role: string })[] =>
  of(resources, 'aws:iam/role:Role').flatMap(role =>
    list(role.inputs['inlinePolicies']).flatMap(policy =>
      statements(inner(policy, 'policy')).map(statement => ({ ...statement, role: role.name })),
    ),
  );

/** The condition's partition keys, as SST's component hands it on: a list of tests. */
export const keysOf = (condition: unknown): Allowed['keys'] => {
  const [one] = list(condition);
  if (one === undefined) return undefined;
  const values = list(inner(one, 'values')).map(String);
  const test = String(inner(one, 'test'));
  if (inner(one, 'variable') !== 'dynamodb:LeadingKeys' || list(condition).length > 1)
    throw new Error(`a condition that is not about partition keys: ${JSON.stringify(condition)}`);
  if (test === 'ForAllValues:StringLike') return { like: values };
  if (test === 'ForAllValues:StringNotLike') return { not: values };
  throw new Error(`a condition that nobody reads here: ${test}`);
};
