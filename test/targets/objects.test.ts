import { describe, expect, test } from 'vitest';
import { loadPattern } from '../../core/pattern/load.ts';
import { match } from '../../core/pattern/match.ts';
import { type Archive, objectPatterns } from '../../core/targets/eventbridge/objects.ts';
import { quota } from '../../core/targets/eventbridge/pack.ts';

const trails = '*/CloudTrail/*.json.gz';
const event = (bucket: string, key: string) => ({
  source: 'aws.s3',
  'detail-type': 'Object Created',
  detail: { bucket: { name: bucket }, object: { key } },
});
const admits = (archives: readonly Archive[], bucket: string, key: string): boolean =>
  objectPatterns(archives).some(pattern => match(loadPattern(JSON.parse(pattern)), event(bucket, key)));
const named = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => `trail-${at}`.padEnd(63, 'x'));

describe('patterns of new objects', () => {
  test('are one for all buckets whose keys are alike', () => {
    const alike = ['a-trail', 'b-trail'].map(bucket => ({ bucket, prefix: 'AWSLogs/', rest: trails }));
    expect(objectPatterns([...alike, ...alike])).toEqual([
      '{"source":["aws.s3"],"detail-type":["Object Created"],"detail":{"bucket":{"name":["a-trail","b-trail"]},"object":{"key":[{"wildcard":"AWSLogs/*/CloudTrail/*.json.gz"}]}}}',
    ]);
  });

  test('take in each bucket with its own keys, and with no other’s', () => {
    const archives: readonly Archive[] = [
      { bucket: 'a-trail', prefix: 'AWSLogs/', rest: trails },
      { bucket: 'b-trail', prefix: 'org/AWSLogs/', rest: trails },
      { bucket: 'c-audit', prefix: 'edge/' },
      { bucket: 'd-audit', prefix: '' },
    ];
    const keys = ['AWSLogs/1/CloudTrail/x.json.gz', 'org/AWSLogs/1/CloudTrail/x.json.gz', 'edge/x.log', 'x.log'];
    const table = archives.map(({ bucket }) => keys.map(key => admits(archives, bucket, key)));
    expect(table).toEqual([
      [true, false, false, false],
      [false, true, false, false],
      [false, false, true, false],
      [true, true, true, true],
    ]);
    expect(admits(archives, 'a-trail', 'AWSLogs/1/CloudTrail-Digest/x.json.gz')).toBe(false);
    expect(admits(archives, 'e-other', 'AWSLogs/1/CloudTrail/x.json.gz')).toBe(false);
  });

  test('have a wildcard only where keys go on in a way of their own', () => {
    const wildcards = objectPatterns([
      { bucket: 'a-trail', prefix: 'AWSLogs/', rest: trails },
      { bucket: 'c-audit', prefix: 'edge/' },
    ]).filter(pattern => pattern.includes('"wildcard"'));
    expect(wildcards).toHaveLength(1);
  });

  test.each([1, 20, 29, 30, 100])('of %i buckets fit their quota, and every bucket is in one', count => {
    const archives = named(count).map(bucket => ({ bucket, prefix: 'AWSLogs/', rest: trails }));
    const patterns = objectPatterns(archives);
    for (const pattern of patterns) expect(pattern.length).toBeLessThanOrEqual(quota.characters);
    expect(patterns.length).toBeLessThanOrEqual(Math.ceil(count / 28));
    expect(patterns.flatMap(pattern => JSON.parse(pattern).detail.bucket.name)).toEqual(named(count));
  });

  test('of a bucket whose keys may be any ask for none', () => {
    expect(objectPatterns([{ bucket: 'd-audit', prefix: '' }])).toEqual([
      '{"source":["aws.s3"],"detail-type":["Object Created"],"detail":{"bucket":{"name":["d-audit"]}}}',
    ]);
  });

  test('of nothing are none', () => {
    expect(objectPatterns([])).toEqual([]);
  });
});
