import { hash as digest } from 'node:crypto';
import type { Match } from '../match.ts';
import { rememberedText } from '../remembered.ts';

const hash = (text: string, characters: number): string => digest('sha256', text).slice(0, characters);

/** A finding is named for each of its matches, several times. */
const idOf = rememberedText(named => hash(named, 16));

/** The case a match belongs to: detection, account, cluster and key values; the region only where the key names it. */
export const findingId = ({
  detection,
  account,
  cluster,
  key,
}: Pick<Match, 'detection' | 'account' | 'cluster' | 'key'>): string => {
  const named = [detection, account, cluster];
  for (const part of Object.keys(key).sort()) named.push(part, key[part] ?? '');
  return idOf(JSON.stringify(named));
};

/** Eight bytes as 16 hex characters. */
export const eventHash = (eventId: string): string => hash(JSON.stringify([eventId]), 16);

/** From 1970 to 9999, so that every time can be written as ISO 8601 with four digits of year. */
export const boundedTime = (time: number): number =>
  Number.isFinite(time) ? Math.min(Math.max(Math.trunc(time), 0), 253_402_300_799_999) : 0;

/** The start of the window an event falls into. */
export const bucketOf = (time: number, window: number): number => {
  const width = Math.max(60_000, Math.trunc(window) || 0);
  return Math.floor(boundedTime(time) / width) * width;
};
