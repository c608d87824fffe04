import { createGzip, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { at, isObject, type JsonObject, member } from '../../core/json.ts';
import type { Read } from '../../core/read/contract.ts';
import { limits } from '../../core/read/limits.ts';
import { readObject } from '../../core/read/object.ts';
import { readRecord } from '../../core/read/record.ts';
import { deeperThan, shallow } from '../../core/read/shape.ts';
import { audit, bytesOf, nowhere, readAll, short, streamOf, trail } from './samples.ts';

const line = (id: string, over = {}): string => JSON.stringify(trail(id, over));
const good = line('e-good');

/** The highest resident memory, over that at the start, of reading a stream; and in short what it gave. */
const watched = async (
  stream: AsyncIterable<Uint8Array>,
): Promise<{ readonly megabytes: number; readonly gave: readonly string[] }> => {
  global.gc?.();
  const before = process.memoryUsage().rss;
  let most = before;
  const reads: Read[] = [];
  for await (const batch of readObject(measured(stream), 'hostile', nowhere)) reads.push(...batch);
  return { megabytes: (most - before) / 1e6, gave: short(reads) };

  async function* measured(inner: AsyncIterable<Uint8Array>) {
    for await (const chunk of inner) {
      most = Math.max(most, process.memoryUsage.rss());
      yield chunk;
    }
  }
};

async function* repeated(chunk: Uint8Array, times: number, first = '', last = ''): AsyncGenerator<Uint8Array> {
  yield bytesOf(first);
  for (let i = 0; i < times; i++) yield chunk;
  yield bytesOf(last);
}

describe('hostile input', () => {
  test('a gzip bomb stops at the cap, in constant memory, and what stood before it is read', async () => {
    const bomb = createGzip({ level: 9 });
    const spaces = bytesOf(' '.repeat(1 << 20));
    (async () => {
      bomb.write(`${good}\n`);
      for (let i = 0; i < 300; i++) if (!bomb.write(spaces)) await new Promise(done => bomb.once('drain', done));
      bomb.end();
    })();
    const { megabytes, gave } = await watched(bomb);
    expect(gave).toEqual(['e-good', 'inflates-too-far']);
    expect(megabytes).toBeLessThan(150);
  });

  test('the cap in bytes holds where the ratio is ordinary', async () => {
    const lines = Array.from({ length: 2_000 }, (_, i) => line(`e-${i}`)).join('\n');
    const reads = await readAll(gzipSync(lines), 'x.gz', { limits: { ...limits, inflatedBytes: 1_000_000 } });
    expect(short(reads).at(-1)).toBe('inflates-too-far');
    expect(reads.filter(read => read.kind === 'event').length).toBeGreaterThan(100);
  });

  test('truncated gzip: every record before the cut is read, and the cut is said', async () => {
    const ids = Array.from({ length: 500 }, (_, i) => `e-${i}-${Math.sin(i)}`);
    const packed = gzipSync(`{"Records":[${ids.map(id => line(id)).join(',')}]}`);
    const gave = short(await readAll(packed.subarray(0, packed.length - 200)));
    const events = gave.filter(one => one.startsWith('e-'));
    expect(events.length).toBeGreaterThan(400);
    expect(events).toEqual(ids.slice(0, events.length));
    expect(gave.slice(events.length)).toEqual(['truncated', 'truncated']); // the record, and the file
  });

  test('damaged gzip is set aside as such', async () => {
    const packed = gzipSync(good);
    packed[15] = (packed[15] ?? 0) ^ 0xff;
    expect(short(await readAll(packed)).at(-1)).toBe('bad-gzip');
    expect(short(await readAll(bytesOf('\x1f')))).toEqual(['not-json']);
  });

  test('a binary file is one rejection, not one a line', async () => {
    const noise = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 2_654_435_761) >>> 24).map(byte =>
      byte === 0x7b || byte === 0x5b ? 0 : byte,
    );
    const reads = await readAll(noise);
    expect(short(reads)).toEqual(['not-json']);
    expect(reads[0]).toMatchObject({ rejected: { cut: true, bytes: { length: limits.rejectedBytes } } });
  });

  test.each([
    ['zip', 'PK\x03\x04rest', /zip archive/],
    ['bzip2', 'BZh91AY', /bzip2/],
    ['UTF-16', '\xff\xfe{\x00}\x00', /UTF-16/],
  ])('%s is named', async (_, content, detail) => {
    const reads = await readAll(Uint8Array.from(content, char => char.charCodeAt(0)));
    expect(reads[0]).toMatchObject({ rejected: { reason: 'not-json', detail: expect.stringMatching(detail) } });
  });

  test('a line of 1 GB is set aside in constant memory, and the next one is read', async () => {
    const chunk = bytesOf('x'.repeat(1 << 20));
    const { megabytes, gave } = await watched(repeated(chunk, 1024, '{"a":"', `"}\n${good}\n`));
    expect(gave).toEqual(['too-large', 'e-good']);
    expect(megabytes).toBeLessThan(150);
  });

  test('1 GB without any JSON is one rejection in constant memory', async () => {
    const { megabytes, gave } = await watched(repeated(bytesOf(`${'lorem ipsum '.repeat(900)}\n`.repeat(100)), 1024));
    expect(gave).toEqual(['not-json']);
    expect(megabytes).toBeLessThan(150);
  });

  test('{"Records":{}} and its like are of the wrong shape', async () => {
    for (const content of [
      '{"Records":{}}',
      '{"Records":null}',
      '{}',
      '[{}]',
      '{"Records":[1]}',
      '[[]]',
      '{"a":{"b":"c"}}',
    ]) {
      expect(
        short(await readAll(content)).filter(one => one !== 'truncated'),
        content,
      ).toEqual([content === '{"Records":[1]}' ? 'not-json' : 'wrong-shape']);
    }
  });

  test.each([
    10_000, 1_000_000,
  ])('%i levels are too deep, whether lists or objects, and the next record is read', async levels => {
    const lists = `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    const objects = `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    const reads = await readAll(`${lists}\n${objects}\n${good}\n`);
    expect(short(reads)).toEqual(['too-deep', 'too-deep', 'e-good']);
    const open = `{"a":${'['.repeat(levels)}`;
    expect(short(await readAll(`${open}\n${good}\n`))).toEqual(['truncated', 'e-good']);
  });

  test('too many levels are told from parsed input too, without a stack overflow', async () => {
    const { readEnvelope } = await import('../../core/read/eventbridge.ts');
    const { settings } = await import('./samples.ts');
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    const envelope = {
      'detail-type': 'AWS API Call via CloudTrail',
      source: 'aws.ec2',
      detail: { ...trail('e-1'), requestParameters: { deep } },
    };
    expect(short(readEnvelope(envelope, settings))).toEqual(['e-1', 'too-deep']);
  });

  test('what does not nest too deeply is given as it is, and not copied, beside what does', () => {
    const cut = '[left out: nested too deeply]';
    const wide = [{ a: 1 }, [], 'x', null];
    const value = JSON.parse('{"deep":[[[1]],2],"__proto__":{"b":{"c":{}}},"a":1}');
    const upper = shallow({ wide, value }, 3);
    expect(upper).toEqual({ wide, value: JSON.parse(`{"deep":["${cut}",2],"__proto__":{"b":"${cut}"},"a":1}`) });
    expect(JSON.stringify(upper)).toContain(`"__proto__":{"b":"${cut}"},"a":1`);
    expect(at({ ...(upper as JsonObject) }, 'wide')).toBe(wide);
  });

  test.each([
    ['its own line', (record: JsonObject) => JSON.stringify(record)],
    ['a list of a trail', (record: JsonObject) => `{"Records":[${JSON.stringify(record)}]}`],
    [
      'a log payload’s message',
      (record: JsonObject) => JSON.stringify({ logEvents: [{ message: JSON.stringify(record) }] }),
    ],
  ])('a call is read but for what nests too deeply, and set aside besides: %s', async (_, around) => {
    const deep = JSON.parse(`${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}`);
    const reads = await readAll(around({ ...trail('e-1'), requestParameters: { deep, name: 'main' } }));
    expect(short(reads)).toEqual(['e-1', 'too-deep']);
    const [read] = reads;
    const asked = read?.kind === 'event' ? at({ ...read.event.record }, 'requestParameters') : undefined;
    expect(asked).toMatchObject({ name: 'main' });
    expect(deeperThan(asked, limits.recordDepth)).toBe(false);
    expect(JSON.stringify(asked)).toContain('[left out: nested too deeply]');
  });

  test('__proto__ keys reach no prototype', async () => {
    const evil = good.replace('{', '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},');
    const [read] = await readAll(`{"__proto__":{"Records":[]},"Records":[${evil}]}`);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    if (read?.kind !== 'event') throw new Error('the record is an event');
    expect(Object.getPrototypeOf(read.event.record)).toBe(Object.prototype);
    expect(isObject(member(read.event.record, '__proto__'))).toBe(true);
    expect(at(read.event.record, 'toString')).toBeUndefined();
    const inherited = await readAll('{"__proto__":{"eventSource":"ec2.amazonaws.com","eventName":"RunInstances"}}');
    expect(short(inherited)).toEqual(['wrong-shape']);
  });

  test('invalid UTF-8 is set aside, and the next record is read', async () => {
    const broken = bytesOf(line('e-bad'));
    broken[broken.length - 10] = 0xff;
    expect(short(await readAll(Buffer.concat([broken, bytesOf(`\n${good}\n`)])))).toEqual(['not-utf8', 'e-good']);
  });

  test('one Audit-ID on a thousand different calls is a thousand events', async () => {
    const lines = Array.from({ length: 1_000 }, (_, i) =>
      JSON.stringify(audit({ requestURI: `/api/v1/namespaces/kube-system/secrets/${i}` })),
    );
    const ids = (await readAll(lines.join('\n'))).map(read => (read.kind === 'event' ? read.event.id : ''));
    expect(new Set(ids).size).toBe(1_000);
  });

  test.each(['', '\n', ' \r\n\t ', '\ufeff'])('an empty file (%j) has no records', async content => {
    expect(short(await readAll(content))).toEqual(['no-records']);
    expect(short(await readAll(gzipSync(content)))).toEqual(['no-records']);
  });

  test('an empty list of records is no fault', async () => {
    expect(short(await readAll('{"Records":[]}'))).toEqual(['skipped 1: empty lists of records']);
  });

  test('a byte order mark, CRLF and missing final line feeds change nothing', async () => {
    expect(short(await readAll(`\ufeff${line('e-1')}\r\n${line('e-2')}\r\n${line('e-3')}`))).toEqual([
      'e-1',
      'e-2',
      'e-3',
    ]);
  });

  test('trailing garbage is set aside, the records before it are read', async () => {
    expect(short(await readAll(`{"Records":[${good}]}garbage`))).toEqual(['e-good', 'not-json']);
    const packed = gzipSync(Array.from({ length: 300 }, (_, i) => line(`e-${i}-${Math.sin(i)}`)).join('\n'));
    const gave = short(await readAll(Buffer.concat([packed, bytesOf('garbage')])));
    expect(gave.at(-1)).toBe('bad-gzip');
    expect(gave.length).toBeGreaterThan(200); // zlib drops what it has not handed over, 256 KiB at most, when what follows is no gzip
    expect(short(await readAll(Buffer.concat([gzipSync(good), new Uint8Array(100_000)])))).toEqual(['e-good']);
    expect(short(await readAll(Buffer.concat([gzipSync(good), new Uint8Array(100_000), bytesOf('x')])))).toEqual([
      'e-good',
      'bad-gzip',
    ]);
  });

  test('numbers beyond 2^53 and beyond doubles are harmless', async () => {
    const odd = good.replace('{', '{"additionalEventData":{"bytes":123456789012345678901234567890,"huge":1e999},');
    expect(short(await readAll(odd))).toEqual(['e-good']);
  });

  test('of duplicate keys the last one counts, as in every JSON parser the platforms use', async () => {
    const [read] = await readAll(good.replace('{', '{"eventName":"First",'));
    expect(read).toMatchObject({ event: { record: { eventName: 'DescribeInstances' } } });
  });

  test('a line cut off anywhere costs that line only', async () => {
    for (const end of [1, 5, 40, good.length - 30, good.length - 1]) {
      expect(short(await readAll(`${good.slice(0, end)}\n${line('e-2')}\n`)), `${end}`).toEqual(['truncated', 'e-2']);
      expect(short(await readAll(`[${good.slice(0, end)},\n${line('e-2')}]`)), `${end}`).toEqual(['truncated', 'e-2']);
    }
  });

  test('more than a thousand bad records of one object are counted, not kept', async () => {
    const reads = await readAll('{"a":1}\n'.repeat(1_500));
    expect(reads).toHaveLength(1_001);
    expect(reads.at(-1)).toMatchObject({ rejected: { detail: expect.stringMatching(/^500 more records/) } });
  });

  test('no reason quotes the record', async () => {
    const secret = 'AKIASECRETSECRET';
    const inputs = [
      `{"a":"${secret}`,
      `{"a":${secret}}`,
      secret,
      `{"eventSource":"${secret}","eventName":"${secret}"}`,
      `{"b":"${secret}"}`,
    ];
    for (const content of inputs) {
      for (const read of await readAll(content)) {
        expect(read.kind === 'rejected' ? read.rejected.detail + read.rejected.where : secret).not.toContain(secret);
      }
    }
  });

  test('what is set aside keeps the bytes as they came and says where', async () => {
    const reads = await readAll(`${good}\n{"a": 1, "a":2 }\n`, 'logs/a.jsonl');
    expect(reads[1]).toMatchObject({
      rejected: {
        reason: 'wrong-shape',
        where: `logs/a.jsonl, byte ${good.length + 1}`,
        bytes: bytesOf('{"a": 1, "a":2 }'),
        cut: false,
      },
    });
  });

  test('one record that is too large is told from bytes at hand too', () => {
    const large = readRecord(bytesOf(line('e-1', { userAgent: 'x'.repeat(limits.recordBytes) })), nowhere, 'test');
    expect(large).toMatchObject({ rejected: { reason: 'too-large', cut: true } });
  });

  test('a stream that fails throws its own error', async () => {
    async function* failing(): AsyncGenerator<Uint8Array> {
      yield bytesOf(good);
      throw new Error('the connection broke');
    }
    await expect(readAll(failing())).rejects.toThrow('the connection broke');
    await expect(readAll(streamOf(new Uint8Array(0)))).resolves.toHaveLength(1);
  });
});
