import { hash } from 'node:crypto';
import type { ObjectPointer } from '../read/sqs.ts';
import type { Answer, Observation } from './observation.ts';

/** Longer than any queue keeps a message (SQS: 14 days). */
const kept = 30 * 86_400_000;

const scopeOf = ({ bucket, key, version, etag }: ObjectPointer): string =>
  `bookmark#${hash('sha256', JSON.stringify([bucket, key, version, etag])).slice(0, 32)}`;

/**
 * How far a run came with an object that it had no time to finish.
 * @param events so many of its events were judged and stored, from the first on
 * @param now milliseconds since 1970
 */
export const bookmark = (object: ObjectPointer, events: number, now: number): Observation => ({
  scope: scopeOf(object),
  add: { events: [String(events)] },
  quiet: true,
  expires: now + kept,
  read: false,
});

/** Asks how far earlier runs came with an object. */
export const askBookmark = (object: ObjectPointer, now: number): Observation => ({
  scope: scopeOf(object),
  expires: now + kept,
});

/** How many events of the object were judged by the run that came furthest. */
export const furthest = (answers: readonly Answer[]): number =>
  Math.max(0, ...answers.flatMap(({ item }) => item['events'] ?? []).map(Number));
