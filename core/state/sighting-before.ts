import type { Named } from '../detection.ts';
import type { Item } from './observation.ts';

/** A contribution without its names' marks: what older forms have of one. */
interface Before {
  readonly time: number;
  readonly eventId: string;
  readonly value: string;
  readonly named: Named;
}

const nobody: Named = { principals: [], resources: [], addresses: [] };

/**
 * Contributions as versions before 4b1795b left them, so that a burst in the middle of which this version was deployed is found:
 * `seen` with `TIME#EVENT#VALUE`, and from cd11cc7 on with JSON that names whom and what; `parts` with `TIME#VALUE#EVENT`.
 */
export const sightingsBefore = (item: Item): readonly Before[] => [
  ...(item['seen'] ?? []).map(member => (member.startsWith('[') ? named(member) : plain(member))),
  ...(item['parts'] ?? []).map(part),
];

type Written = readonly [
  time: number,
  eventId: string,
  value: string,
  resources: readonly string[],
  principals: readonly string[],
  addresses: readonly string[],
];

const named = (member: string): Before => {
  const [time, eventId, value, resources, principals, addresses] = JSON.parse(member) as Written; // as those versions wrote it
  return { time, eventId, value, named: { principals, resources: resources.map(name => name || value), addresses } };
};

/** A value may hold the separator, and an event's id holds none. */
const plain = (member: string): Before => {
  const [time = '', eventId = '', ...value] = member.split('#');
  return { time: Number(time), eventId, value: value.join('#'), named: nobody };
};

const part = (member: string): Before => {
  const [time = '', value = '', ...eventId] = member.split('#');
  return { time: Number(time), eventId: eventId.join('#'), value, named: nobody };
};
