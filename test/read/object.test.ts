import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { limits } from '../../core/read/limits.ts';
import { readObject } from '../../core/read/object.ts';
import { bytesOf, nowhere, readAll, short, streamOf, trail } from './samples.ts';

const file = gzipSync(JSON.stringify({ Records: [trail('e-1'), trail('e-2')] }));

test('a file whose end is missing is one fault where every record is whole, two where one is not', async () => {
  expect(short(await readAll(file.subarray(0, -8)))).toEqual(['e-1', 'e-2', 'truncated']);
  expect(short(await readAll(file.subarray(0, -12)))).toEqual(['e-1', 'truncated', 'truncated']);
});

test('a file is told by its first bytes, however they come', async () => {
  for (const size of [1, 2, 3, 10_000]) {
    expect(short(await readAll(streamOf(file, size)))).toEqual(['e-1', 'e-2']);
    expect(short(await readAll(streamOf(bytesOf(JSON.stringify(trail('e-1'))), size)))).toEqual(['e-1']);
  }
  expect(short(await readAll(streamOf(bytesOf('x'))))).toEqual(['not-json']);
});

test('a file without anything in it says so, one without records is counted', async () => {
  expect(await readAll('', 's3://b/k')).toEqual([
    {
      kind: 'rejected',
      rejected: {
        reason: 'no-records',
        detail: 'There is nothing in it.',
        where: 's3://b/k',
        bytes: bytesOf(''),
        cut: false,
      },
    },
  ]);
  expect(await readAll('{"Records":[]}')).toEqual([{ kind: 'skipped', why: 'empty lists of records', count: 1 }]);
});

test('of many records that can’t be read the first are kept, the others counted', async () => {
  const lines = Array.from({ length: 5 }, (_, at) => `{"a":${at}}`).join('\n');
  const most = { ...limits, rejectedRecords: 2 };
  const reads = await readAll(`${lines}\n${JSON.stringify(trail('e-1'))}`, 'k', { limits: most, where: 's3://b/k' });
  expect(short(reads)).toEqual(['wrong-shape', 'wrong-shape', 'e-1', 'not-json']);
  expect(reads.at(-1)).toMatchObject({
    rejected: {
      where: 's3://b/k',
      detail: '3 more records of it could not be read; only the first 2 are kept: look at the object itself.',
      cut: true,
      count: 3,
    },
  });
  expect(short(await readAll(lines, 'k', { limits: { ...limits, rejectedRecords: 5 } }))).toHaveLength(5);
});

test('whoever stops reading lets go of the source', async () => {
  for (const content of [file, bytesOf(`${JSON.stringify(trail('e-1'))}\n`.repeat(100))]) {
    let isOpen = true;
    const source = async function* (): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield* streamOf(content, 1_000);
      } finally {
        isOpen = false;
      }
    };
    for await (const batch of readObject(source(), 'k', nowhere)) if (batch.length > 0) break;
    expect(isOpen).toBe(false);
  }
});

test('what was read of a large file is still there when all of it was read', async () => {
  // 2 MB packed: it comes in portions, whose memory is given back; every third line is no record, and is kept as it is
  const noise = (at: number): string =>
    createHash('sha512').update(`${at}`).digest('base64') + createHash('sha512').update(`${-at}`).digest('base64');
  const lines = Array.from({ length: 12_000 }, (_, at) =>
    at % 3 === 0 ? `not a record: ${noise(at)}` : JSON.stringify({ ...trail(`e-${at}`), note: noise(at) }),
  );
  const text = Buffer.from(`${lines.join('\n')}\n`);
  const packed = gzipSync(text);
  expect(packed.length).toBeGreaterThan(1024 * 1024);
  const options = { limits: { ...limits, rejectedRecords: 12_000 } };
  const reads = await readAll(streamOf(packed, 65_536), 'k', options);
  expect(reads).toHaveLength(12_000);
  expect(reads).toEqual(await readAll(streamOf(text, 65_536), 'k', options));
  const kept = reads.flatMap(read =>
    read.kind === 'rejected' ? [Buffer.from(read.rejected.bytes).toString().trimEnd()] : [],
  );
  expect(kept).toEqual(lines.filter((_, at) => at % 3 === 0));
});

test('records that no rule can be about are counted, those of a stream and quarter of an hour together', async () => {
  const start = Date.parse('2026-09-01T10:00:00Z');
  const minute = 60_000;
  const quiet = (at: number, cluster = 'prod') => ({ quiet: cluster, at: start + at * minute });
  /** Tells `quiet` lines, and no others. */
  let last = { quiet: '', at: 0 };
  const told = {
    end: (chunk: Uint8Array, from: number): number => {
      const line = Buffer.from(chunk.subarray(from)).toString().split('\n')[0] ?? '';
      if (!line.startsWith('{"quiet"')) return 0;
      last = JSON.parse(line);
      return from + line.length;
    },
    shaped: () => 'kubernetes' as const,
    heard: ({ account }: { readonly account: string }) => ({
      source: 'kubernetes' as const,
      account,
      cluster: last.quiet,
      time: last.at,
    }),
  };
  const lines = [quiet(1), quiet(3), quiet(2), quiet(16), quiet(16, 'other'), trail('e-1'), quiet(16, 'other')];
  const reads = [];
  const stream = streamOf(bytesOf(lines.map(line => JSON.stringify(line)).join('\n')));
  for await (const batch of readObject(stream, 'x', { ...nowhere, account: '1' }, { quiet: told }))
    reads.push(...batch);
  const heard = (count: number, at: number, cluster = 'prod') => ({
    kind: 'quiet',
    count,
    heard: { source: 'kubernetes', account: '1', cluster, time: start + at * minute },
  });
  expect(reads).toEqual([
    heard(3, 3),
    heard(1, 16),
    heard(1, 16, 'other'),
    expect.objectContaining({ kind: 'event' }),
    heard(1, 16, 'other'),
  ]);
});
