import { hash as digest } from 'node:crypto';
import type { Match } from '../match.ts';
import { rememberedText } from '../remembered.ts';

const hash = (text: string, characters: number): string => digest('sha256', text).slice(0, characters);

type Named = Pick<Match, 'detection' | 'account' | 'cluster' | 'key'>;

const idOf = rememberedText(named => hash(named, 16));

/** A finding is named for each of its matches, several times, and matches of one event share their key: by it, whose id was asked. */
const asked = new WeakMap<Named['key'], Omit<Named, 'key'> & { readonly id: string }>();

/** The case a match belongs to: detection, account, cluster and key values; the region only where the key names it. */
export const findingId = ({ detection, account, cluster, key }: Named): string => {
  const before = asked.get(key);
  if (before?.detection === detection && before.account === account && before.cluster === cluster) return before.id;
  const named = [detection, account, cluster];
  for (const part of Object.keys(key).sort()) named.push(part, key[part] ?? '');
  const id = idOf(JSON.stringify(named));
  asked.set(key, { detection, account, cluster, id });
  return id;
};

/** Eight bytes as 16 hex characters. */
export const eventHash = (eventId: string): string => hash(JSON.stringify([eventId]), 16);

/** From 1970 to 9999, so that every time can be written as ISO 8601 with four digits of year. */
export const boundedTime = (time: number): number =>
  Number.isFinite(time) ? Math.min(Math.max(Math.trunc(time), 0), 253_402_300_799_999) : 0;

/** The start of the window an event falls into. */
export const bucketOf = (time: number, window: number): number => {
  const width = widthOf(window);
  return Math.floor(boundedTime(time) / width) * width;
};

/** The end of that window, where the next begins. */
export const bucketEnd = (time: number, window: number): number => bucketOf(time, window) + widthOf(window);

/** A minute at least. */
const widthOf = (window: number): number => Math.max(60_000, Math.trunc(window) || 0);
