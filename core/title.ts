import type { Key } from './detection.ts';
import type { Json } from './json.ts';
import type { Description } from './source.ts';
import { sources } from './sources.ts';
import type { AnyView } from './view.ts';

/** Longest value in one of a title's holes, in characters. */
const longestHole = 120;

/** How a title begins where the call did not do what the rest of it says, by `call.outcome`. */
const attempts: Readonly<Record<string, string>> = { denied: 'Denied: ', failed: 'Failed: ', 'dry-run': 'Dry run: ' };

/** What may stand in braces: a name, and others for where nothing has that name. */
const hole = /\{([A-Za-z][\w.-]*(?:\|[A-Za-z][\w.-]*)*)\}/g;

/** What a title leaves when its holes are taken out: braces in it are no holes. */
export const withoutHoles = (title: string): string => title.replace(hole, '');

/** The holes of a title, each with the names that may fill it. */
export const holesOf = (title: string): readonly (readonly string[])[] =>
  [...title.matchAll(hole)].map(([, names = '']) => names.split('|'));

/** A title for people who look at the catalogue: how it begins of a refused call is left out, and what fills a hole otherwise. */
export const plainTitle = (title: string): string =>
  title.replace('{attempt}', '').replace(hole, (_hole, names: string) => `{${names.split('|')[0]}}`);

/**
 * Fills a title's holes: a key part, what the source says of the event, its place, or a fact; the first of several that says
 * anything (`{instance|instance.targets}`). Nothing is `unknown`. The hole `{attempt}` is empty where the call succeeded, else
 * `Denied: `, `Failed: ` or `Dry run: `.
 */
export const fillTitle = (title: string, key: Key, view: AnyView, { holes }: Description): string =>
  title.replace(hole, (_hole, names: string) => {
    if (names === 'attempt') return attempts[textOf(view.fact('call.outcome'))] ?? '';
    for (const name of names.split('|')) {
      const value = cut(textOf(holeOf(name, key, view, holes)), longestHole);
      if (value !== '') return value;
    }
    return 'unknown';
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
