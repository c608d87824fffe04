import type { Named } from '../detection.ts';
import type { Item } from './observation.ts';

/** One contribution to a burst, as it is kept until it is known whether there is one: what counts, and whom and what it names. */
export interface Sighting {
  /** Milliseconds since 1970, of the event. */
  readonly time: number;
  readonly eventId: string;
  readonly value: string;
  readonly named: Named;
}

/** Names of one kind kept of one event, and the length of each in characters: a burst is kept in items of 350 KB. */
const mostNames = 5;
const longestName = 512;

const nobody: Named = { principals: [], resources: [], addresses: [] };

/**
 * What one event contributes, as members of a set. Many a value is what the event names, and stands there once: as a resource it
 * is empty. What else an event names goes with its first value.
 */
export const writeSightings = (
  { id, time }: { readonly id: string; readonly time: number },
  values: readonly string[],
  named: Named = nobody,
): readonly string[] => {
  const short = (names: readonly string[]): readonly string[] =>
    names.filter(name => name.length <= longestName).slice(0, mostNames);
  const resources = new Set(named.resources);
  const others = short(named.resources.filter(name => !values.includes(name)));
  return values.map((value, at) => {
    const own = resources.has(value) ? [''] : [];
    const [principals, addresses] = at === 0 ? [short(named.principals), short(named.addresses)] : [[], []];
    return JSON.stringify([time, id, value, at === 0 ? [...own, ...others] : own, principals, addresses]);
  });
};

type Written = readonly [
  time: number,
  eventId: string,
  value: string,
  resources: readonly string[],
  principals: readonly string[],
  addresses: readonly string[],
];

const read = (member: string): Sighting => {
  const [time, eventId, value, resources, principals, addresses] = JSON.parse(member) as Written; // as `writeSightings` wrote it
  return {
    ...{ time, eventId, value },
    named: { principals, resources: resources.map(name => name || value), addresses },
  };
};

/** Those that items hold in a set, in order of time. */
export const sightingsIn = (items: readonly Item[], set: string): readonly Sighting[] =>
  items.flatMap(item => (item[set] ?? []).map(read)).sort((a, b) => a.time - b.time);
