import { hash } from 'node:crypto';
import type { AnyEvent } from '../event.ts';
import type { Read } from '../read/contract.ts';
import type { ObjectPointer } from '../read/sqs.ts';
import type { Answer, Observation } from './observation.ts';

/** Longer than any queue keeps a message (SQS: 14 days). */
const kept = 30 * 86_400_000;

/** How far an object was judged: so many of its events, from the first on, of which this was the last. */
export interface Place {
  readonly events: number;
  readonly last: string;
}

/** Before an object's first event. */
export const beginning: Place = { events: 0, last: '' };

const scopeOf = ({ bucket, key, version, etag }: ObjectPointer): string =>
  `bookmark#${hash('sha256', JSON.stringify([bucket, key, version, etag])).slice(0, 32)}`;

const nameOf = ({ id }: AnyEvent): string => hash('sha256', id).slice(0, 16);

const eventsIn = (reads: readonly Read[]): readonly AnyEvent[] =>
  reads.flatMap(read => (read.kind === 'event' ? [read.event] : []));

/** The place behind what was judged next. */
export const behind = (place: Place, reads: readonly Read[]): Place => {
  const events = eventsIn(reads);
  const last = events.at(-1);
  return last === undefined ? place : { events: place.events + events.length, last: nameOf(last) };
};

/**
 * How far a run came with an object that it did not finish.
 * @param now milliseconds since 1970
 */
export const bookmark = (object: ObjectPointer, { events, last }: Place, now: number): Observation => ({
  scope: scopeOf(object),
  add: { reached: [`${events} ${last}`] },
  quiet: true,
  expires: now + kept,
  read: false,
});

/** Asks how far earlier runs came with an object. */
export const askBookmark = (object: ObjectPointer, now: number): Observation => ({
  scope: scopeOf(object),
  expires: now + kept,
});

/** Places that earlier runs came to, the furthest first. */
export const placesIn = (answers: readonly Answer[]): readonly Place[] =>
  answers
    .flatMap(({ item }) => item['reached'] ?? [])
    .map(text => text.split(' '))
    .map(([events, last = '']) => ({ events: Number(events), last }))
    .toSorted((one, other) => other.events - one.events);

/** An object does not have the events of which a bookmark was left: it was replaced, or is read otherwise since. */
export class Moved extends Error {}

/**
 * An object's reads without the events before a place, which were judged. What is no event is given again.
 * @throws Moved where its events are not those of which the place was
 */
export async function* after(place: Place, reads: AsyncIterable<readonly Read[]>): AsyncGenerator<readonly Read[]> {
  let passed = beginning;
  for await (const some of reads) {
    const [before, rest] = cut(some, place.events - passed.events);
    passed = behind(passed, before);
    if (passed.events === place.events && passed.last !== place.last) throw new Moved();
    yield rest;
  }
  if (passed.events < place.events) throw new Moved();
}

/** The first events, so many of them, and the rest with all that is no event. */
const cut = (reads: readonly Read[], events: number): readonly [readonly Read[], readonly Read[]] => {
  if (events === 0) return [[], reads];
  const before = eventReads(reads).slice(0, events);
  const judged = new Set<Read>(before);
  return [before, reads.filter(read => !judged.has(read))];
};

const eventReads = (reads: readonly Read[]): readonly Read[] => reads.filter(({ kind }) => kind === 'event');
