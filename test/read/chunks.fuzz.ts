import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exampleSettings } from '../../core/example-settings.ts';
import { quietOf } from '../../core/quiet.ts';
import type { Read, Reason } from '../../core/read/contract.ts';
import { defaultPlace, readEnvelope } from '../../core/read/eventbridge.ts';
import { readLogs } from '../../core/read/logs.ts';
import { readRecord, readRecords } from '../../core/read/record.ts';
import { readSqs } from '../../core/read/sqs.ts';
import { detections, knowledge } from '../../detections/index.ts';
import { audit, bytesOf, nowhere, readAll, settings, short, streamOf, trail } from './samples.ts';

const reasons: readonly Reason[] = [
  'not-json',
  'not-utf8',
  'wrong-shape',
  'truncated',
  'too-large',
  'too-deep',
  'bad-gzip',
  'inflates-too-far',
  'no-records',
];

const isDeclared = (read: Read): boolean =>
  read.kind === 'event'
    ? read.event.id !== '' && Number.isFinite(read.event.time)
    : read.kind === 'skipped' || read.kind === 'quiet'
      ? read.count > 0
      : reasons.includes(read.rejected.reason);

const id = fc.stringMatching(/^[0-9a-f]{8}$/);
/** Text that tries the scanner: quotes, escapes, brackets, line feeds, other planes. */
const nasty = fc.string({
  unit: fc.constantFrom('"', '\\', '{', '}', '[', ']', '\n', ',', ':', 'é', '𝄞', 'Records', 'a'),
});
const record = fc
  .record({ id, nasty })
  .map(({ id: eventID, nasty: userAgent }) =>
    trail(eventID, { userAgent, requestParameters: { [userAgent]: [userAgent, {}] } }),
  );

const layouts: { readonly [name: string]: (records: readonly unknown[]) => string } = {
  'a file of records': records => JSON.stringify({ Records: records }),
  'a printed file of records': records =>
    JSON.stringify({ before: [1], Records: records, after: { Records: 1 } }, null, 2),
  'a file printed flush left': records => JSON.stringify({ Records: records }, null, 2).replaceAll(/\n +/g, '\n'),
  'JSON lines': records => records.map(one => JSON.stringify(one)).join('\r\n'),
  'a list': records => `[\n${records.map(one => JSON.stringify(one)).join(',\n')}\n]`,
  'concatenated values': records => records.map(one => JSON.stringify(one)).join(''),
  'printed values': records => records.map(one => JSON.stringify(one, null, '\t')).join('\n'),
  'lines of `aws logs tail`': records =>
    records
      .map(one => `2026-09-01T10:00:00.123000+00:00 111122223333_CloudTrail_eu-west-1 ${JSON.stringify(one)}\n`)
      .join(''),
  'dated lines': records => records.map(one => `2026-09-01T10:00:00.123Z ${JSON.stringify(one)}\n`).join(''),
  'log payloads': records =>
    records
      .map(one =>
        JSON.stringify({ messageType: 'DATA_MESSAGE', logGroup: 'g', logEvents: [{ message: JSON.stringify(one) }] }),
      )
      .join(''),
};
const layout = fc.constantFrom(...Object.keys(layouts));
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });

test('every record of every layout is read once, in order, whatever the chunks and gzip members', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(record, { minLength: 1, maxLength: 5 }),
      layout,
      sizes,
      fc.nat(),
      async (records, name, chunks, cut) => {
        const bytes = bytesOf(layouts[name]?.(records) ?? '');
        const ids = records.map(one => one['eventID']);
        expect(short(await readAll(streamOf(bytes, ...chunks))), name).toEqual(ids);
        const at = cut % bytes.length;
        const members = Buffer.concat([gzipSync(bytes.subarray(0, at)), gzipSync(bytes.subarray(at))]);
        expect(short(await readAll(streamOf(members, ...chunks))), `${name}, gzip`).toEqual(ids);
      },
    ),
    { numRuns: 250 },
  );
});

const payload = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  nasty.map(bytesOf),
  fc
    .tuple(fc.array(record, { maxLength: 3 }), layout)
    .map(([records, name]) => bytesOf(layouts[name]?.(records) ?? '')),
  fc.constant(bytesOf(JSON.stringify({ log: JSON.stringify(audit()), kubernetes: {} }))),
);
/** Real payloads with bytes changed, cut out, doubled, and put after each other. */
const mutated = fc
  .array(
    fc.tuple(
      payload,
      fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 }), fc.constantFrom('set', 'cut', 'double')), { maxLength: 3 }),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map(parts =>
    Buffer.concat(
      parts.map(([bytes, changes]) => {
        let now = Buffer.from(bytes);
        for (const [place, byte, kind] of changes) {
          if (now.length === 0) break;
          const at = place % now.length;
          if (kind === 'set') now.fill(byte, at, at + 1);
          else if (kind === 'cut') now = now.subarray(0, at);
          else now = Buffer.concat([now.subarray(0, at), now.subarray(Math.max(0, at - 20))]);
        }
        return now;
      }),
    ),
  );

test('whatever arrives is an event, set aside or skipped; nothing throws; chunks change nothing', async () => {
  await fc.assert(
    fc.asyncProperty(mutated, sizes, fc.boolean(), async (bytes, chunks, packed) => {
      const stored = packed ? gzipSync(bytes) : bytes;
      const whole = await readAll(stored);
      expect(whole.length).toBeGreaterThan(0);
      expect(whole.every(isDeclared)).toBe(true);
      expect(await readAll(streamOf(stored, ...chunks))).toEqual(whole);
      expect(isDeclared(readRecord(bytes, nowhere, 'test'))).toBe(true);
    }),
    { numRuns: 400 },
  );
});

/** What is set aside, what is skipped, and how many records were read, in order: a quiet record is one that was read. */
const accounted = (reads: readonly Read[]): readonly unknown[] => {
  const all: unknown[] = [];
  for (const read of reads) {
    if (read.kind === 'rejected' || read.kind === 'skipped') all.push(read);
    else {
      const count = read.kind === 'quiet' ? read.count : 1;
      const last = all.at(-1);
      if (typeof last === 'number') all[all.length - 1] = last + count;
      else all.push(count);
    }
  }
  return all;
};

test('the engine finds the records that the splitter counts out, and sets nothing aside that it does not', async () => {
  const quiet = quietOf(detections, knowledge, exampleSettings);
  let silent = 0;
  let loud = 0;
  const several = fc
    .tuple(fc.array(record, { minLength: 1, maxLength: 6 }), layout)
    .map(([records, name]) => bytesOf(layouts[name]?.(records) ?? ''));
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(mutated, several),
      fc.array(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 5 }),
      async (bytes, chunks) => {
        const reads = await readAll(streamOf(bytes, ...chunks), 'file.json', { quiet });
        for (const { kind } of reads) {
          if (kind === 'quiet') silent++;
          if (kind === 'event') loud++;
        }
        expect(accounted(reads)).toEqual(accounted(await readAll(bytes)));
      },
    ),
    { numRuns: 1_000 },
  );
  expect(Math.min(silent, loud)).toBeGreaterThan(100);
});

test('damaged gzip never throws and never invents records', async () => {
  const lines = Array.from({ length: 20 }, (_, i) => JSON.stringify(trail(`e-${i}`))).join('\n');
  const packed = gzipSync(lines);
  const known = new Set(Array.from({ length: 20 }, (_, i) => `e-${i}`));
  await fc.assert(
    fc.asyncProperty(
      fc.nat(packed.length - 1),
      fc.nat(255),
      fc.nat(packed.length),
      sizes,
      async (place, byte, end, chunks) => {
        const damaged = Buffer.from(packed)
          .fill(byte, place, place + 1)
          .subarray(0, end);
        const reads = await readAll(streamOf(damaged, ...chunks));
        expect(reads.every(isDeclared)).toBe(true);
        if (end < packed.length) expect(reads.some(read => read.kind === 'rejected')).toBe(true);
        if (packed[place] === byte)
          expect(
            short(reads)
              .filter(one => one.startsWith('e-'))
              .every(one => known.has(one)),
          ).toBe(true);
      },
    ),
    { numRuns: 150 },
  );
});

test('a record followed by anything on the next line is still read', () => {
  fc.assert(
    fc.property(record, mutated, (first, rest) => {
      const reads = readRecords(Buffer.concat([bytesOf(`${JSON.stringify(first)}\n`), rest]), {
        place: nowhere,
        where: 'test',
      });
      expect(short(reads)[0]).toBe(first['eventID']);
    }),
  );
});

test('a Logs payload is read the same at once as record by record', () => {
  const message = fc.oneof(
    { weight: 6, arbitrary: record.map(one => JSON.stringify(one)) },
    nasty,
    fc.json(),
    fc.tuple(record, fc.nat()).map(([one, at]) => JSON.stringify(one).slice(0, at % 900)),
  );
  fc.assert(
    fc.property(fc.array(message, { maxLength: 4 }), fc.boolean(), (messages, isTrail) => {
      const payload = {
        messageType: 'DATA_MESSAGE',
        owner: '111122223333',
        logGroup: isTrail ? 'trail' : '/aws/eks/prod/cluster',
        logStream: isTrail ? '111122223333_CloudTrail_eu-west-1' : 'kube-apiserver-audit-0a1b',
        subscriptionFilters: ['tripline'],
        logEvents: messages.map((one, at) => ({ id: `${at}`, timestamp: 1_788_256_800_000, message: one })),
      };
      const bytes = bytesOf(JSON.stringify(payload));
      const where = 'CloudWatch Logs subscription';
      expect(readLogs({ awslogs: { data: gzipSync(bytes).toString('base64') } }, settings)).toEqual(
        readRecords(bytes, { place: defaultPlace(settings), where, clusters: settings.clusters }),
      );
    }),
    { numRuns: 300 },
  );
});

test('what functions are invoked with never throws', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string(), (json, written) => {
      for (const event of [json, { detail: json, 'detail-type': written, source: written }]) {
        expect(readEnvelope(event, settings).every(isDeclared)).toBe(true);
      }
      for (const event of [
        json,
        { awslogs: { data: written } },
        { awslogs: { data: gzipSync(JSON.stringify(json)).toString('base64') } },
      ]) {
        expect(readLogs(event, settings).every(isDeclared)).toBe(true);
      }
      for (const event of [json, { Records: [{ body: written }, { body: JSON.stringify(json) }, json] }]) {
        expect(
          readSqs(event, settings)
            .flatMap(({ reads }) => reads)
            .every(isDeclared),
        ).toBe(true);
      }
    }),
    { numRuns: 300 },
  );
});
