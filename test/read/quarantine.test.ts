import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, describe, expect, test } from 'vitest';
import { readS3 } from '../../adapters/objects.ts';
import { bucketQuarantine } from '../../adapters/quarantine.ts';
import { directoryQuarantine, memoryQuarantine } from '../../adapters/quarantine-local.ts';
import type { Rejected } from '../../core/read/contract.ts';
import { bytesOf, settings, short, trail } from './samples.ts';

const rejected = (over: Partial<Rejected> = {}): Rejected => ({
  reason: 'not-json',
  detail: 'It is text, but no JSON object starts here.',
  where: 's3://trail/größe 100%.json, byte 7',
  bytes: bytesOf('\u0000secret'),
  cut: false,
  ...over,
});
const noon = () => Date.parse('2026-09-01T12:00:00Z');
const s3 = mockClient(S3Client);
beforeEach(() => s3.reset());

describe('the quarantine bucket', () => {
  const quarantine = bucketQuarantine(new S3Client({}), { bucket: 'quarantine', kmsKey: 'key-1' }, noon);
  const sent = () => s3.commandCalls(PutObjectCommand).map(call => call.args[0].input);

  test('gets the bytes encrypted, with reason and place as plain metadata', async () => {
    await quarantine.keep([rejected()]);
    expect(sent()).toEqual([
      {
        Bucket: 'quarantine',
        Key: expect.stringMatching(/^2026-09-01\/not-json\/[0-9a-f]{32}$/),
        Body: bytesOf('\u0000secret'),
        ContentType: 'application/octet-stream',
        ServerSideEncryption: 'aws:kms',
        SSEKMSKeyId: 'key-1',
        Metadata: {
          reason: 'not-json',
          detail: 'It is text, but no JSON object starts here.',
          where: 's3://trail/gr%C3%B6%C3%9Fe 100%25.json, byte 7',
          cut: 'false',
        },
      },
    ]);
  });

  test('gets a redelivery under the same key, and another place or content under another', async () => {
    await quarantine.keep([rejected(), rejected({ where: 'elsewhere' }), rejected({ bytes: bytesOf('x') })]);
    await quarantine.keep([rejected()]);
    const keys = sent().map(({ Key }) => Key);
    expect(keys[3]).toBe(keys[0]);
    expect(new Set(keys).size).toBe(3);
  });

  test('metadata stays plain and short whatever names come from outside', async () => {
    await quarantine.keep([rejected({ where: `\ud800\r\n𝄞${'é'.repeat(5_000)}` })]);
    const where = sent()[0]?.Metadata?.['where'] ?? '';
    expect(where).toMatch(/^%EF%BF%BD%0D%0A%F0%9D%84%9E(%C3%A9)+/);
    expect(where.length).toBeLessThanOrEqual(900);
  });

  test('says when S3 refuses one, so that the message goes back to its queue', async () => {
    s3.on(PutObjectCommand).resolvesOnce({}).rejects(new Error('SlowDown'));
    await expect(quarantine.keep([rejected(), rejected({ where: 'b' })])).rejects.toThrow('SlowDown');
  });
});

test('the quarantine directory holds bytes and reason, readable by its owner only', async () => {
  const root = await mkdtemp(join(tmpdir(), 'tripline-quarantine-'));
  const quarantine = directoryQuarantine(join(root, 'q'), noon);
  await quarantine.keep([rejected()]);
  await quarantine.keep([rejected()]);
  const folder = join(root, 'q/2026-09-01/not-json');
  const names = (await readdir(folder)).sort();
  expect(names).toEqual([expect.stringMatching(/\.bin$/), expect.stringMatching(/\.json$/)]);
  const [bin = '', json = ''] = names;
  expect(await readFile(join(folder, bin), 'utf8')).toBe('\u0000secret');
  expect(JSON.parse(await readFile(join(folder, json), 'utf8'))).toEqual({ ...rejected(), bytes: undefined });
  expect((await stat(join(folder, bin))).mode & 0o077).toBe(0);
  await rm(root, { recursive: true });
});

test('the quarantine in memory counts all and remembers the first without their bytes', async () => {
  const quarantine = memoryQuarantine(2);
  await quarantine.keep([rejected(), rejected({ reason: 'truncated' }), rejected({ count: 7 })]);
  expect([...quarantine.counts]).toEqual([
    ['not-json', 8],
    ['truncated', 1],
  ]);
  expect(quarantine.first).toHaveLength(2);
  expect(quarantine.first[0]).not.toHaveProperty('bytes');
});

describe('an object in S3', () => {
  const all = async (bucket: string, key: string) => {
    const reads = [];
    for await (const batch of readS3(new S3Client({}), { bucket, key }, settings)) reads.push(...batch);
    return reads;
  };

  test('is fetched and read as it arrives, placed by its key', async () => {
    // the SDK adds methods to a Readable; only its chunks are used here
    const body = Readable.from([bytesOf(JSON.stringify({ Records: [trail('e-1'), { a: 1 }] }))]) as never;
    s3.on(GetObjectCommand).resolves({ Body: body });
    const reads = await all('trail', 'AWSLogs/222233334444/CloudTrail/eu-north-1/2026/x.json');
    expect(short(reads)).toEqual(['e-1', 'wrong-shape']);
    expect(reads[1]).toMatchObject({ rejected: { where: expect.stringMatching(/^s3:\/\/trail\/AWSLogs.*byte \d+$/) } });
  });

  test('that is a digest is not even fetched', async () => {
    expect(short(await all('trail', 'AWSLogs/222233334444/CloudTrail-Digest/eu-north-1/x.json.gz'))).toEqual([
      'skipped 1: CloudTrail digest files, which hold no records',
    ]);
    expect(s3.calls()).toHaveLength(0);
  });

  test('that is gone or empty-handed throws, so that the message goes back to its queue', async () => {
    s3.on(GetObjectCommand).rejectsOnce(new Error('NoSuchKey')).resolves({});
    await expect(all('trail', 'a.json')).rejects.toThrow('NoSuchKey');
    await expect(all('trail', 'a.json')).rejects.toThrow('without a body');
  });
});
