import type { Key } from './detection.ts';
import type { Json } from './json.ts';
import type { Description } from './source.ts';
import { sources } from './sources.ts';
import type { AnyView } from './view.ts';

/** Longest value in one of a title's holes, in characters. */
const longestHole = 120;

/** How a title begins where the call did not do what the rest of it says, by `call.outcome`. */
const attempts: Readonly<Record<string, string>> = { denied: 'Denied: ', failed: 'Failed: ', 'dry-run': 'Dry run: ' };

/** A title for people who look at the catalogue: how it begins of a refused call is left out. */
export const plainTitle = (title: string): string => title.replace('{attempt}', '');

/**
 * Fills a title's holes: a key part, what the source says of the event, its place, or a fact. Nothing is `unknown`. The hole
 * `{attempt}` is empty where the call succeeded, else `Denied: `, `Failed: ` or `Dry run: `.
 */
export const fillTitle = (title: string, key: Key, view: AnyView, { holes }: Description): string =>
  title.replace(/\{([A-Za-z][\w.-]*)\}/g, (_hole, name: string) => {
    if (name === 'attempt') return attempts[textOf(view.fact('call.outcome'))] ?? '';
    const value = cut(textOf(holeOf(name, key, view, holes)), longestHole);
    return value === '' ? 'unknown' : value;
  });

const holeOf = (name: string, key: Key, view: AnyView, holes: Description['holes']): Json | undefined => {
  if (name === 'principal') return holes.principal; // the short name, where a key part of that name is an ARN
  if (Object.hasOwn(key, name)) return key[name];
  if (name === 'account' || name === 'region' || name === 'cluster') return view.event[name];
  if (name === 'event' || name === 'source') return holes[name];
  return Object.hasOwn(sources[view.event.source].facts, name) ? view.fact(name) : undefined;
};

const textOf = (value: Json | undefined): string => {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};

/** Cuts a text to so many characters, marked, without splitting a character in two. */
const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`;
