/** A JSON value, never mutated: what every transport is read into and every rule looks at. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. Keys come from outside: look members up with `Object.hasOwn` or {@link member}. */
export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** Says whether a value is a JSON object (not an array, not null). */
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The own member of a value, or undefined where the value is no object or has none: `__proto__` never leaks in. */
export const member = (value: unknown, key: string): Json | undefined => {
  if (!isObject(value)) return undefined;
  const found = value[key];
  // What an object inherits is a function or its prototype; asking every member whether it is its own costs as much as reading it.
  if (typeof found !== 'function' && key !== '__proto__') return found;
  return Object.hasOwn(value, key) ? found : undefined;
};

/** The value at a path of own members, or undefined. */
export const at = (value: unknown, ...path: readonly string[]): Json | undefined => {
  let here: unknown = value;
  for (let step = 0; step < path.length; step++) here = member(here, path[step] ?? '');
  return here as Json | undefined; // every step is a member of a JSON value
};

/** The string at a path, or undefined where there is none or something else stands there. */
export const text = (value: unknown, ...path: readonly string[]): string | undefined => {
  let here: unknown = value;
  for (let step = 0; step < path.length; step++) here = member(here, path[step] ?? '');
  return typeof here === 'string' ? here : undefined;
};

/** The list at a path; a lone value becomes a list of one, absence an empty list. */
export const list = (value: unknown, ...path: readonly string[]): readonly Json[] => {
  const found = at(value, ...path);
  if (found === undefined || found === null) return [];
  return Array.isArray(found) ? (found as readonly Json[]) : [found];
};

/**
 * The value that JSON text is. @param what it should be, for people: "a message"
 * @throws where it is no JSON: an error that quotes nothing of it, as the parser's own does
 */
export const parseJson = (written: string, what: string): Json => {
  try {
    return JSON.parse(written) as Json; // JSON.parse gives JSON
  } catch {
    throw new Error(`${what} is no JSON`);
  }
};

/** JSON with the members of every object in one order: the same value is the same text. */
export const canonicalJson = (value: Json): string =>
  JSON.stringify(value, (_, one) =>
    isObject(one) ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) : one,
  );
