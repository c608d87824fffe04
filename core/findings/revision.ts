import { createHash } from 'node:crypto';

/**
 * A name for what something holds: equal content has equal revisions, whatever order it was joined in. Writes are made on
 * the condition that the stored revision is still the one that was read.
 */
export const revisionOf = (content: object): string =>
  createHash('sha256').update(JSON.stringify(content, sorted)).digest('base64url').slice(0, 16);

/** Members in order of their names: the same text however the object was made. */
const sorted = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
    : value;
