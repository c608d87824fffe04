import { createHash } from 'node:crypto';
import type { Rejected } from './contract.ts';

/**
 * The name under which a rejected record is kept: `<date>/<reason>/<hash of place and bytes>`. The same delivery has the same
 * name all day, so redelivery overwrites itself.
 * @param now milliseconds since 1970
 */
export const keptName = ({ reason, where, bytes }: Rejected, now: number): string => {
  const hash = createHash('sha256').update(where).update('\0').update(bytes).digest('hex').slice(0, 32);
  return `${new Date(now).toISOString().slice(0, 10)}/${reason}/${hash}`;
};
