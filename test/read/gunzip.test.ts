import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { gunzip, InflateFault } from '../../core/read/gunzip.ts';
import { limits } from '../../core/read/limits.ts';

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

const inflated = async (packed: Uint8Array, size: number, bounds = limits) => {
  const out: Uint8Array[] = [];
  try {
    for await (const chunk of gunzip(pieces(packed, size), bounds)) out.push(Buffer.from(chunk)); // it is given back
    return { bytes: Buffer.concat(out), fault: undefined };
  } catch (error) {
    if (!(error instanceof InflateFault)) throw error;
    return { bytes: Buffer.concat(out), fault: error.reason };
  }
};

/** Inflated whole or in portions (1 MiB packed, 8 MiB inflated), at a ratio below one and of more than a hundred. */
const texts = {
  'a small file': Buffer.from('{"a":1}\n'.repeat(1_000)),
  'a file that packs badly': randomBytes(400_000),
  'a larger file that packs badly': randomBytes(2_000_000),
  'a file that inflates far': Buffer.concat(
    Array.from({ length: 1_100 }, () => randomBytes(128).toString('hex')).map(line => Buffer.from(line.repeat(64))),
  ),
};

describe.each(Object.entries(texts))('%s', (_, text) => {
  test.each([1_000, 65_536, 10_000_000])('comes out whole, in pieces of %i bytes', async size => {
    const { bytes, fault } = await inflated(gzipSync(text), size);
    expect(fault).toBeUndefined();
    expect(bytes.equals(text)).toBe(true);
  });

  test('of two members and padding, too', async () => {
    const at = Math.floor(text.length / 3);
    const packed = Buffer.concat([gzipSync(text.subarray(0, at)), gzipSync(text.subarray(at)), new Uint8Array(1_000)]);
    const { bytes, fault } = await inflated(packed, 65_536);
    expect(fault).toBeUndefined();
    expect(bytes.equals(text)).toBe(true);
  });

  test('is said to be damaged where something else follows, and cut off where its end is missing', async () => {
    const packed = gzipSync(text);
    const followed = await inflated(Buffer.concat([packed, new Uint8Array(8), Buffer.from('x')]), 65_536);
    expect(followed.fault).toBe('bad-gzip');
    expect((await inflated(packed.subarray(0, -9), 65_536)).fault).toBe('truncated');
  });

  test('stops at its bound', async () => {
    const bounds = { ...limits, inflatedBytes: text.length - 1 };
    const { bytes, fault } = await inflated(gzipSync(text), 65_536, bounds);
    expect(fault).toBe('inflates-too-far');
    expect(bytes.length).toBeLessThan(text.length);
  });
});

test('a small last member does not hide a large one before it', async () => {
  const text = Buffer.alloc(9 * 1024 * 1024, '{"a":1}\n');
  const { bytes, fault } = await inflated(Buffer.concat([gzipSync(text), gzipSync('{"b":2}\n')]), 65_536);
  expect(fault).toBeUndefined();
  expect(bytes.equals(Buffer.concat([text, Buffer.from('{"b":2}\n')]))).toBe(true);
});

test.each([0, 1, 3, 7, 8_000])('what it says of its size may be wrong: damaged, whatever it says (%i)', async size => {
  const packed = gzipSync(Buffer.from('{"a":1}\n'.repeat(1_001)));
  packed.writeUInt32LE(size, packed.length - 4);
  const { bytes, fault } = await inflated(packed, 65_536);
  expect(fault).toBe('bad-gzip');
  expect(bytes.length).toBeLessThanOrEqual(8_008);
});

test('of a small object that is damaged, what stood before the damage is read', async () => {
  const text = Buffer.from(Array.from({ length: 3_000 }, (_, at) => `{"a":${Math.sin(at)}}\n`).join(''));
  const packed = gzipSync(text);
  packed.fill(0xff, packed.length - 100, packed.length - 90);
  const { bytes, fault } = await inflated(packed, 65_536);
  expect(fault).toBe('bad-gzip');
  expect(bytes.length).toBeGreaterThan(text.length - 16_384);
  expect(text.subarray(0, bytes.length - 2_048).equals(bytes.subarray(0, -2_048))).toBe(true);
});

test('whoever stops reading lets go of the source', async () => {
  for (const text of Object.values(texts)) {
    let isClosed = false;
    const source = async function* (): AsyncGenerator<Uint8Array> {
      try {
        yield* pieces(gzipSync(text), 100_000);
        yield new Uint8Array(0);
      } finally {
        isClosed = true;
      }
    };
    for await (const _ of gunzip(source(), limits)) break;
    expect(isClosed).toBe(true);
  }
});

test('what is inflated and not read yet stays small, however far it inflates', async () => {
  const packed = gzipSync(Buffer.alloc(64 * 1024 * 1024)); // one portion
  const before = process.memoryUsage().arrayBuffers;
  let ahead = 0;
  let length = 0;
  for await (const chunk of gunzip(pieces(packed, 65_536), { ...limits, ratio: 2_000 })) {
    if (length === 0) {
      for (let turn = 0; turn < 500; turn++) await new Promise(resolve => setImmediate(resolve)); // as long as zlib would need
      await new Promise(resolve => setTimeout(resolve, 200));
      ahead = process.memoryUsage().arrayBuffers - before;
    }
    length += chunk.length;
  }
  expect(length).toBe(64 * 1024 * 1024);
  expect(ahead).toBeLessThan(8 * 1024 * 1024);
});

describe('what is inflated is given back when the next is asked for', () => {
  const lines = (count: number) =>
    Buffer.from(Array.from({ length: count }, (_, at) => `{"a":${Math.sin(at)}}\n`).join(''));

  test.each([
    ['whole', lines(20_000), 0],
    ['in portions, but for a last one that is not full', lines(150_000), 1],
  ])('%s', async (_, text, most) => {
    const buffers = new Set<ArrayBufferLike>();
    for await (const chunk of gunzip(pieces(gzipSync(text), 65_536), limits)) {
      expect(chunk.length).toBeGreaterThan(0);
      buffers.add(chunk.buffer);
    }
    expect(buffers.size).toBeGreaterThan(most);
    expect([...buffers].filter(buffer => buffer.byteLength > 0).length).toBeLessThanOrEqual(most);
  });

  test('but not the pool, in which bytes of others lie', async () => {
    const mine = Buffer.allocUnsafe(16);
    for (let at = 0; at < 100; at++) await inflated(gzipSync(lines(10)), 65_536);
    expect(mine.length).toBe(16);
  });
});
