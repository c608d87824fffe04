import { gunzipSync } from 'node:zlib';
import { isObject, type Json, member, text } from '../../core/json.ts';
import type { Line } from './lines.ts';

/** Members whose names are data: keys of findings, starts of windows, what a record or an object holds. */
const named = new Set(['key', 'windows', 'record', 'object', 'when']);

/** Paths of a value with the type at each; what lies in lists is one. */
const pathsOf = (value: Json | undefined, path: string): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap((one: Json) => pathsOf(one, `${path}[]`));
  if (!isObject(value)) return [`${path} ${value === null ? 'null' : typeof value}`];
  if (named.has(path.slice(path.lastIndexOf('.') + 1))) return [`${path} object`];
  return Object.entries(value).flatMap(([name, one]) => pathsOf(one, `${path}.${name}`));
};

/** An attribute without what is data in it: DynamoDB's type letter, and what is in a map or a list. */
const attributePaths = (attribute: Json | undefined, path: string): readonly string[] => {
  if (!isObject(attribute)) return [];
  return Object.entries(attribute).flatMap(([type, value]) => {
    if (type === 'L' && Array.isArray(value)) return value.flatMap((one: Json) => attributePaths(one, `${path}[]`));
    if (type !== 'M' || !isObject(value)) return [`${path} ${type}`];
    if (named.has(path.slice(path.lastIndexOf('.') + 1))) return [`${path} M`];
    return Object.entries(value).flatMap(([name, one]) => attributePaths(one, `${path}.${name}`));
  });
};

/** How a member of a set is put together: times, numbers, texts and what stands between them. */
const formOf = (text: string): string => {
  if (/^[[{]/.test(text)) return pathsOf(JSON.parse(text), '').toSorted().join(' ');
  return text
    .split(/([# ])/)
    .map(part => {
      if (part === '#' || part === ' ') return part;
      if (/^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/.test(part)) return part.includes('T') ? 'TIME' : 'DAY';
      return /^\d+$/.test(part) ? '9' : 'x';
    })
    .join('')
    .replace(/x( x)+/g, 'x');
};

const kindOf = (item: Json): string => {
  if (text(item, 'pk', 'S') === 'suppressions') return 'suppression';
  const sort = text(item, 'sk', 'S') ?? '';
  if (sort === 'case') return 'case';
  return sort.startsWith('w#') ? 'window' : 'entity';
};

/** What a state item is of: what its scope begins with. */
const headOf = (item: Json): string => (text(item, 'pk', 'S') ?? '').split('#')[0] ?? '';

const statePaths = (item: Json): readonly string[] =>
  Object.entries(isObject(item) ? item : {}).flatMap(([name, attribute]) => {
    const members = member(attribute, 'SS');
    const own = `state ${headOf(item)} ${name}`;
    if (Array.isArray(members)) return members.map((one: Json) => `${own} ${formOf(String(one))}`);
    if (name === 'memo') return memoPaths(text(attribute, 'B') ?? '', own);
    return attributePaths(attribute, own);
  });

const memoPaths = (bytes: string, path: string): readonly string[] =>
  pathsOf(JSON.parse(gunzipSync(Buffer.from(bytes, 'base64')).toString()), path);

const shapesOf = ({ in: place, is }: Line): readonly string[] => {
  if (place === 'state') return statePaths(is);
  if (place !== 'findings' && place !== 'hub') return pathsOf(is, place);
  const what = place === 'hub' ? 'hub' : `findings ${kindOf(is)}`;
  return Object.entries(isObject(is) ? is : {}).flatMap(([name, one]) => attributePaths(one, `${what} ${name}`));
};

/** What every line is made of, without what is data in it. @param heads of state items: others are left out; absent: all */
export const shapes = (lines: readonly Line[], heads?: ReadonlySet<string>): ReadonlySet<string> =>
  new Set(lines.filter(({ in: place, is }) => place !== 'state' || heads?.has(headOf(is)) !== false).flatMap(shapesOf));

/** What state items are of. */
export const headsOf = (lines: readonly Line[]): ReadonlySet<string> =>
  new Set(lines.flatMap(({ in: place, is }) => (place === 'state' ? [headOf(is)] : [])));
