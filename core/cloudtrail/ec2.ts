import { isObject, type Json, type JsonObject, member } from '../json.ts';
import type { CloudTrailRecord } from './record.ts';

/**
 * EC2 records come in two encodings. Older APIs: lower camel, lists as `<thing>Set.items: [...]`, empty `{}`. Newer APIs: the
 * body under `<Api>Request` (PascalCase) and `<Api>Response` (lower camel); lists under their wire name, where one element is
 * an object, several are an array, scalars are `{ tag, content }`, and an empty list is `""`.
 * Everything here is total, reads own members only, and takes time linear in the record.
 */

/** Scalars nest at most twice (`{ content: { value: x } }`); what nests deeper is no scalar. */
const deepest = 4;

/** The member whose name is one of `names`, letter case ignored; the first of `names` that is there wins. */
export const get = (value: unknown, ...names: readonly string[]): Json | undefined => {
  if (!isObject(value)) return undefined;
  for (const name of names) {
    const exact = member(value, name);
    if (exact !== undefined) return exact;
  }
  let found: Json | undefined;
  let rank = names.length;
  for (const key of Object.keys(value)) {
    const place = names.findIndex(name => isAlike(name, key));
    if (place === -1 || place >= rank || value[key] === undefined) continue;
    found = value[key];
    rank = place;
  }
  return found;
};

/** Whether a member has a name but for letter case. Names are ASCII, so that none of another length is one in lower case. */
const isAlike = (name: string, key: string): boolean =>
  name.length === key.length && name.toLowerCase() === key.toLowerCase();

/** The value along a path of members, letter case ignored. */
export const dig = (value: unknown, ...path: readonly string[]): Json | undefined => {
  let here: unknown = value;
  for (const name of path) here = get(here, name);
  return here as Json | undefined; // every step is a member of a JSON value
};

const asArray = (value: Json | undefined): readonly Json[] => {
  if (value === undefined || value === null || value === '') return [];
  return Array.isArray(value) ? (value as readonly Json[]) : [value];
};

/** The elements of a list in either encoding; an empty list, `{}`, `""`, null and absence are no elements. */
export const items = (value: Json | undefined): readonly Json[] => {
  if (!isObject(value)) return asArray(value);
  const wrapped = member(value, 'items') ?? member(value, 'item');
  if (wrapped !== undefined) return asArray(wrapped);
  if (Object.hasOwn(value, 'items') || Object.hasOwn(value, 'item')) return [];
  for (const _ in value) return [value];
  return [];
};

/** The elements of the first of several lists that has any: `itemsOf(data, 'BlockDeviceMapping', 'blockDeviceMappingSet')`. */
export const itemsOf = (value: unknown, ...names: readonly string[]): readonly Json[] => {
  for (const name of names) {
    const found = items(get(value, name));
    if (found.length > 0) return found;
  }
  return [];
};

/** The text of a scalar, however wrapped (`x`, `{ content: x }`, `{ value: x }`); undefined where there is none. */
export const scalar = (value: Json | undefined): string | undefined => {
  let here: Json | undefined = value;
  for (let depth = 0; depth < deepest; depth++) {
    if (here === undefined || here === null) return undefined;
    if (!isObject(here)) return typeof here === 'object' ? undefined : String(here);
    here = get(here, 'content', 'value');
  }
  return undefined;
};

/** The scalar along a path, not empty. */
export const word = (value: unknown, ...path: readonly string[]): string | undefined =>
  scalar(dig(value, ...path)) || undefined;

/** A boolean however it is printed (`true`, `"true"`, `{ value: true }`); undefined where it is neither. */
export const flag = (value: Json | undefined): boolean | undefined => {
  const said = scalar(value)?.toLowerCase();
  if (said === 'true') return true;
  return said === 'false' ? false : undefined;
};

/** A finite number however it is printed (`2`, `"2"`); undefined where there is none. */
export const count = (value: Json | undefined): number | undefined => {
  const said = scalar(value);
  if (said === undefined || said.trim() === '') return undefined;
  const number = Number(said);
  return Number.isFinite(number) ? number : undefined;
};

/** The request's parameters without the `<Api>Request` wrapper; `{}` where there are none. */
export const requestOf = (record: CloudTrailRecord): JsonObject =>
  unwrap(record.requestParameters, `${record.eventName}Request`);

/** The response's elements without the `<Api>Response` wrapper; `{}` where there are none. */
export const responseOf = (record: CloudTrailRecord): JsonObject =>
  unwrap(record.responseElements, `${record.eventName}Response`);

const unwrap = (value: unknown, wrapper: string): JsonObject => {
  const inner = get(value, wrapper);
  if (isObject(inner)) return inner;
  return isObject(value) ? value : {};
};

/** An EC2 tag as the record states it; `value` is absent where the call named none. */
export interface Tag {
  readonly key: string;
  readonly value?: string;
}

/** The tags in a list of either encoding. */
export const tagsIn = (list: readonly Json[]): readonly Tag[] =>
  list.flatMap(one => {
    const key = scalar(get(one, 'key'));
    if (key === undefined) return [];
    const value = scalar(get(one, 'value'));
    return value === undefined ? [{ key }] : [{ key, value }];
  });

/** What a launch or create call tags at creation: `tagSpecificationSet.items[].tags` or `TagSpecification[].Tag`. */
export const tagSpecifications = (
  body: unknown,
): readonly { readonly resourceType: string; readonly tags: readonly Tag[] }[] =>
  itemsOf(body, 'TagSpecification', 'TagSpecifications', 'tagSpecificationSet').map(one => ({
    resourceType: scalar(get(one, 'resourceType')) ?? 'unknown',
    tags: tagsIn(itemsOf(one, 'tags', 'Tag', 'tagSet')),
  }));
