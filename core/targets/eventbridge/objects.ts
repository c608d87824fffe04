import type { JsonObject } from '../../json.ts';
import { quota } from './pack.ts';

/** Objects of a bucket that are read. */
export interface Archive {
  readonly bucket: string;
  /** How their keys begin. */
  readonly prefix: string;
  /** How their keys go on: a wildcard pattern; absent: anyhow. */
  readonly rest?: string;
}

/**
 * EventBridge patterns of new objects in some archives: those whose keys are alike share patterns, for each is a rule, a rule with a
 * wildcard in it is one of few that a bus may have, and the queue's policy names every rule. Exact: no bucket's pattern is another's.
 */
export const objectPatterns = (archives: readonly Archive[]): readonly string[] =>
  [...Map.groupBy(archives, ({ prefix, rest = '' }) => JSON.stringify([prefix, rest])).values()].flatMap(alike => {
    const [{ prefix, rest } = { prefix: '' }] = alike;
    const keys = rest === undefined ? (prefix === '' ? undefined : { prefix }) : { wildcard: `${prefix}${rest}` };
    const buckets = [...new Set(alike.map(({ bucket }) => bucket))];
    return filled(buckets, some => patternOf(some, keys));
  });

/** Patterns with as many buckets as each has room for. */
const filled = (buckets: readonly string[], written: (some: readonly string[]) => string): readonly string[] => {
  const patterns: string[] = [];
  let some: readonly string[] = [];
  for (const bucket of buckets) {
    const more = [...some, bucket];
    if (some.length > 0 && written(more).length > quota.characters) {
      patterns.push(written(some));
      some = [bucket];
    } else some = more;
  }
  return some.length === 0 ? patterns : [...patterns, written(some)];
};

/** Amazon S3 User Guide, "Using EventBridge": the event of a new object. */
const patternOf = (buckets: readonly string[], key: JsonObject | undefined): string =>
  JSON.stringify({
    source: ['aws.s3'],
    'detail-type': ['Object Created'],
    detail: { bucket: { name: buckets }, ...(key === undefined ? {} : { object: { key: [key] } }) },
  });
