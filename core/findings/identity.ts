import { createHash } from 'node:crypto';
import type { Match } from '../match.ts';

const hash = (parts: readonly string[], characters: number): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, characters);

/** The case a match belongs to: detection, account, cluster and key values; the region only where the key names it. */
export const findingId = ({
  detection,
  account,
  cluster,
  key,
}: Pick<Match, 'detection' | 'account' | 'cluster' | 'key'>): string => {
  const values = Object.entries(key)
    .map(([part, value]): [string, string] => [part, value])
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return hash([detection, account, cluster, ...values.flat()], 16);
};

/** Eight bytes as 16 hex characters. */
export const eventHash = (eventId: string): string => hash([eventId], 16);

/** From 1970 to 9999, so that every time can be written as ISO 8601 with four digits of year. */
export const boundedTime = (time: number): number =>
  Number.isFinite(time) ? Math.min(Math.max(Math.trunc(time), 0), 253_402_300_799_999) : 0;

/** The start of the window an event falls into. */
export const bucketOf = (time: number, window: number): number => {
  const width = Math.max(60_000, Math.trunc(window) || 0);
  return Math.floor(boundedTime(time) / width) * width;
};
