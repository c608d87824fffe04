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

/** Stands where something was left out. */
const leftOut = '[left out: nested too deeply]';

/** A value without what nests deeper than so many levels; what does not is given as it is. Goes no further itself, so it is safe on any value. */
export const shallow = (value: Json, levels: number): Json => {
  if (typeof value !== 'object' || value === null) return value;
  if (levels === 0) return leftOut;
  if (Array.isArray(value)) {
    let list: Json[] | undefined;
    for (let index = 0; index < value.length; index++) {
      const one = (value as readonly Json[])[index] ?? null; // below its length
      const upper = shallow(one, levels - 1);
      if (upper === one) continue;
      list ??= [...value];
      list[index] = upper;
    }
    return list ?? value;
  }
  let members: [string, Json][] | undefined;
  for (const name in value) {
    const one = (value as JsonObject)[name] ?? null; // neither scalar nor list
    const upper = shallow(one, levels - 1);
    if (upper === one) continue;
    members ??= [];
    members.push([name, upper]);
  }
  return members === undefined ? value : Object.fromEntries([...Object.entries(value), ...members]);
};

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** Milliseconds since 1970 of an RFC 3339 time, or undefined: `Date.parse` alone takes almost anything. */
export const instant = (written: Json | undefined): number | undefined => {
  if (typeof written !== 'string') return undefined;
  const since = written.startsWith(last.minute) ? ofMinute(written, 0, written.length) : undefined;
  if (since !== undefined) return last.time + since;
  if (!rfc3339.test(written)) return undefined;
  const time = Date.parse(written);
  if (Number.isNaN(time)) return undefined;
  // 24:00:00 is the only time of its minute.
  if (written.endsWith('Z') && written.slice(11, 13) < '24')
    last = { minute: written.slice(0, minuteLength), time: Math.floor(time / 60_000) * 60_000 };
  return time;
};

/**
 * The same of a text in bytes, where it is of the minute that was read last: most are. Undefined: it may be another time, or none.
 * @param to one behind its last byte
 */
export const instantOf = (bytes: Uint8Array, from: number, to: number): number | undefined => {
  const { minute, time } = last;
  if (to - from <= minuteLength) return undefined;
  for (let at = 0; at < minuteLength; at++) if (bytes[from + at] !== minute.charCodeAt(at)) return undefined;
  const since = ofMinute(bytes, from, to);
  return since === undefined ? undefined : time + since;
};

/** `2026-09-01T10:00:`; one record comes soon after the other. */
const minuteLength = 17;
/** The minute that was read last; at first none that anything begins with. */
let last = { minute: 'none', time: 0 };

/** Milliseconds into its minute of a time that ends like `00Z` or `00.123456Z`; undefined: it is to be looked at in full. */
const ofMinute = (written: string | Uint8Array, from: number, to: number): number | undefined => {
  const end = to - 1;
  const tens = digit(written, from + minuteLength);
  const seconds = digit(written, from + minuteLength + 1);
  if (!(tens <= 5 && seconds <= 9 && codeAt(written, end) === letterZ)) return undefined;
  let milliseconds = (tens * 10 + seconds) * 1_000;
  const point = from + minuteLength + 2;
  if (end === point) return milliseconds;
  if (codeAt(written, point) !== dot || end < point + 2 || end > point + 10) return undefined;
  for (let at = point + 1, worth = 100; at < end; at++, worth /= 10) {
    const value = digit(written, at);
    if (!(value <= 9)) return undefined;
    if (worth >= 1) milliseconds += value * worth;
  }
  return milliseconds;
};

/** The digit at a place; anything else is more than 9 or not a number. */
const digit = (written: string | Uint8Array, at: number): number => {
  const value = codeAt(written, at) - 0x30;
  return value < 0 ? Number.NaN : value;
};

const codeAt = (written: string | Uint8Array, at: number): number =>
  typeof written === 'string' ? written.charCodeAt(at) : (written[at] ?? Number.NaN);
const dot = 0x2e;
const letterZ = 0x5a;
