import { isObject, type Json, type JsonObject } from '../json.ts';

/** What members must be where they are there; null counts as absent. Listed once per source, checked on every record. */
export type Shape = readonly (readonly [name: string, kind: 'text' | 'texts' | 'object' | Shape])[];

/** The path of the first member that is something else than the shape says, or undefined. */
export const misfit = (value: Json, shape: Shape): string | undefined => {
  if (!isObject(value)) return '';
  for (let at = 0; at < shape.length; at++) {
    const [name, kind] = shape[at] as Shape[number]; // an index of `shape`
    const found = value[name]; // no name in a shape is one that objects inherit
    if (found === undefined || found === null) continue;
    if (typeof kind !== 'string') {
      const inner = misfit(found, kind);
      if (inner !== undefined) return inner === '' ? name : `${name}.${inner}`;
    } else if (kind === 'text' ? typeof found !== 'string' : !fits[kind](found)) return name;
  }
  return undefined;
};

const fits: { readonly [kind in 'text' | 'texts' | 'object']: (value: Json) => boolean } = {
  text: value => typeof value === 'string',
  texts: value => Array.isArray(value) && value.every(one => typeof one === 'string'),
  object: isObject,
};

/** Whether a value nests deeper than so many levels. Stops there itself, so it is safe on any value. */
export const deeperThan = (value: Json | undefined, levels: number): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) {
    for (const inner of value) if (typeof inner === 'object' && deeperThan(inner, levels - 1)) return true;
    return false;
  }
  // Members that JSON gave it are all there are: nothing that it inherits can be counted.
  for (const name in value) {
    const inner = (value as JsonObject)[name]; // neither scalar nor list
    if (typeof inner === 'object' && deeperThan(inner, levels - 1)) return true;
  }
  return false;
};

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** Milliseconds since 1970 of an RFC 3339 time, or undefined: `Date.parse` alone takes almost anything. */
export const instant = (written: Json | undefined): number | undefined => {
  if (typeof written !== 'string' || !rfc3339.test(written)) return undefined;
  const time = Date.parse(written);
  return Number.isNaN(time) ? undefined : time;
};
