import { hash } from 'node:crypto';
import type { Named } from '../detection.ts';
import { rememberedText } from '../remembered.ts';
import type { Item } from './observation.ts';
import { sightingsBefore } from './sighting-before.ts';

/** One contribution to a burst, as it is kept until it is known whether there is one: what counts, and whom and what it names. */
export interface Sighting {
  /** Milliseconds since 1970, of the event. */
  readonly time: number;
  readonly eventId: string;
  readonly value: string;
  readonly named: Named;
}

/**
 * Names of one kind kept of one event, and the bytes of each as it is written: a burst is kept in items of 350 KB. Of a longer one its
 * first characters are kept, which may take six bytes each.
 */
const mostNames = 5;
const longestName = 512;
const headOfName = 64;

const nobody: Named = { principals: [], resources: [], addresses: [] };

/** The members of two sets of an item. */
export type Sightings = {
  readonly sighted: readonly string[];
  /** Whom and from where, once each: most events of a burst are of the same identity, from the same place. */
  readonly named: readonly string[];
};

/**
 * What one event contributes, as members of sets. Many a value is what the event names, and stands there once: as a resource it
 * is empty. What else an event names goes with its first value; identities and addresses as marks of eight characters.
 */
export const writeSightings = (
  { id, time }: { readonly id: string; readonly time: number },
  values: readonly string[],
  { principals, resources, addresses }: Named = nobody,
): Sightings => {
  const all = new Set(resources);
  const others = some(resources.filter(name => !values.includes(name)));
  const names = [...some(principals).map(name => `p${name}`), ...some(addresses).map(name => `a${name}`)];
  const written = names.map(name => JSON.stringify(name));
  const marks = written.map(markOf).join('');
  return {
    sighted: values.map((value, at) => {
      const own = all.has(value) ? [''] : [];
      return JSON.stringify([time, id, value, ...(at === 0 ? [[...own, ...others], marks] : [own, ''])]);
    }),
    named: written,
  };
};

const some = (names: readonly string[]): readonly string[] => names.slice(0, mostNames).map(short);

/** A long name stays apart from others that begin like it. */
const short = (name: string): string => {
  if (Buffer.byteLength(JSON.stringify(name)) <= longestName) return name;
  return `${name.slice(0, headOfName).replace(/[\ud800-\udbff]$/, '')}…#${markOf(name)}`;
};

const markOf = rememberedText(name => hash('sha256', name, 'base64url').slice(0, 8));

/** Those that items hold, in order of time. */
export const sightingsIn = (items: readonly Item[]): readonly Sighting[] =>
  items
    .flatMap(item => {
      const names = new Map((item['named'] ?? []).map(name => [markOf(name), JSON.parse(name) as string])); // as written above
      return [...sightingsBefore(item), ...(item['sighted'] ?? []).map(member => read(member, names))];
    })
    .sort((a, b) => a.time - b.time);

type Written = readonly [time: number, eventId: string, value: string, resources: readonly string[], marks: string];

/** @param names by their marks: one that found no room has none */
const read = (member: string, names: ReadonlyMap<string, string>): Sighting => {
  const [time, eventId, value, resources, marks] = JSON.parse(member) as Written; // as `writeSightings` wrote it
  const marked = (marks.match(/.{8}/g) ?? []).flatMap(mark => names.get(mark) ?? []);
  const of = (kind: string): readonly string[] =>
    marked.filter(name => name.startsWith(kind)).map(name => name.slice(kind.length));
  return {
    ...{ time, eventId, value },
    named: { principals: of('p'), resources: resources.map(name => name || value), addresses: of('a') },
  };
};
