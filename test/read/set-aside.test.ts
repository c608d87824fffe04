import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../core/json.ts';
import { type Read, recordsIn } from '../../core/read/contract.ts';
import { limits } from '../../core/read/limits.ts';
import { readLogs } from '../../core/read/logs.ts';
import { readJson, readRecord, readRecords } from '../../core/read/record.ts';
import { readSqs } from '../../core/read/sqs.ts';
import { audit, bytesOf, nowhere, settings, trail } from './samples.ts';

const said = (reads: readonly Read[]) =>
  reads.map(read => {
    if (read.kind === 'event') return read.event.id;
    if (read.kind !== 'rejected') return `${read.kind} ${read.count}`;
    const { reason, detail, where } = read.rejected;
    return `${reason} | ${detail} | ${where}`;
  });
const of = (content: string | Uint8Array, place: Parameters<typeof readRecords>[1]['place'] = nowhere) =>
  said(readRecords(typeof content === 'string' ? bytesOf(content) : content, { place, where: 'x.json' }));
const written = (json: Json): string => JSON.stringify(json);
const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

describe('of what is set aside it is said why, and where it stood:', () => {
  test.each<[string, string | Uint8Array, readonly string[]]>([
    ['nothing', '', ['no-records | There is nothing in it. | x.json']],
    [
      'a record that was cut off',
      `${written(trail('e-1'))}\n{"eventID":"e-2"`,
      [
        'e-1',
        expect.stringMatching(
          /^truncated \| The record ends before its last bracket: it was cut off on its way\. \| x\.json, byte \d+$/,
        ),
      ],
    ],
    [
      'a list that was cut off',
      `{"Records":[${written(trail('e-1'))}`,
      [
        'e-1',
        expect.stringMatching(
          /^truncated \| The input ends inside its list of records: what stood before the cut was read, the rest is missing\. \| x\.json/,
        ),
      ],
    ],
    [
      'a record that is too large',
      `{"a":"${'x'.repeat(limits.recordBytes)}"}`,
      [`too-large | The record is larger than ${limits.recordBytes} bytes. | x.json, byte 0`],
    ],
    [
      'a record that is too deep',
      deep(limits.recordDepth + 1),
      [
        `too-deep | The record nests deeper than ${limits.recordDepth} levels: what lies deeper was not read. | x.json, byte 0`,
      ],
    ],
    [
      'what is no text',
      Uint8Array.from([...bytesOf('{"a":"'), 0xc3, 0x28, ...bytesOf('"}')]),
      ['not-utf8 | The record is no UTF-8 text, which JSON is. | x.json, byte 0'],
    ],
    [
      'what is no JSON',
      '{"a":x}',
      ['not-json | The record is no JSON: its brackets close, what is between them does not parse. | x.json, byte 0'],
    ],
    [
      'something else than an object in a list of records',
      '{"Records":[[1]]}',
      [expect.stringMatching(/^wrong-shape \| A record is a JSON object; this is something else\. \| x\.json/)],
    ],
    [
      'too many wrappers',
      `${'{"message":'.repeat(limits.wrappers + 1)}{}${'}'.repeat(limits.wrappers + 1)}`,
      [
        `wrong-shape | More than ${limits.wrappers} wrappers lie around the record: unwrap it before it is sent here. | x.json, byte 0`,
      ],
    ],
    [
      'as many wrappers as there may be',
      `${'{"message":'.repeat(limits.wrappers)}${written(trail('e-1'))}${'}'.repeat(limits.wrappers)}`,
      ['e-1'],
    ],
    [
      'an envelope of somebody else',
      written({ 'detail-type': 'AWS API Call via CloudTrail', source: 'com.example', detail: trail('e-1') }),
      [
        "wrong-shape | The envelope's source is not one of AWS's, so anybody may have written the CloudTrail record in it. | x.json, byte 0",
      ],
    ],
    ['a list without records', '{"Records":[]}', ['skipped 1']],
  ])('%s', (_, content, expected) => {
    expect(of(content)).toEqual(expected);
  });

  test('a record of a source that does not belong there', () => {
    const place = { ...nowhere, source: 'kubernetes' } as const;
    expect(of(written(trail('e-1')), place)).toEqual([
      'wrong-shape | Only kubernetes records belong here, and this is one of cloudtrail. | x.json, byte 0',
    ]);
    expect(of(written(audit()), { ...nowhere, source: 'cloudtrail' })).toEqual([
      'wrong-shape | Only cloudtrail records belong here, and this is one of kubernetes. | x.json, byte 0',
    ]);
    expect(of(written(trail('e-1')), { ...nowhere, source: 'cloudtrail' })).toEqual(['e-1']);
  });

  test('several records where one is expected, and one that is too deep as a transport has parsed it', () => {
    const two = `${written(trail('e-1'))}\n${written(trail('e-2'))}`;
    expect(said([readRecord(bytesOf(two), nowhere, 'record')])).toEqual([
      'wrong-shape | There are several records where one is expected. | record',
    ]);
    expect(said([readRecord(bytesOf(written(trail('e-1'))), nowhere, 'record')])).toEqual(['e-1']);
    const requestParameters: Json = JSON.parse(deep(limits.recordDepth));
    expect(said(readJson(trail('e-1', { requestParameters }), { place: nowhere, where: 'event' }))).toEqual([
      'e-1',
      `too-deep | The record nests deeper than ${limits.recordDepth} levels: what lies deeper was not read. | event`,
    ]);
    expect(
      said(readJson(trail('e-1', { requestParameters: JSON.parse(deep(9)) }), { place: nowhere, where: 'x' })),
    ).toEqual(['e-1']);
  });

  test('what is passed over, with how many records it holds and why', () => {
    const reads = (json: Json) => readJson(json, { place: nowhere, where: 'x', clusters: settings.clusters });
    const payload = {
      messageType: 'DATA_MESSAGE',
      owner: '1',
      logGroup: '/aws/eks/prod/cluster',
      logStream: 'kube-scheduler-0a',
    };
    expect(reads({ ...payload, logEvents: [{ message: 'a' }, { message: 'b' }, { message: 'c' }] })).toEqual([
      { kind: 'skipped', count: 3, why: expect.any(String) },
    ]);
    expect(reads({ ...payload, logEvents: [] })).toMatchObject([{ kind: 'skipped', count: 1 }]);
    expect(reads({ Records: [] })).toEqual([{ kind: 'skipped', count: 1, why: 'empty lists of records' }]);
    expect(readRecords(bytesOf('{"Records":[]}'), { place: nowhere, where: 'x' })).toEqual([
      { kind: 'skipped', count: 1, why: 'empty lists of records' },
    ]);
  });

  test('a record of a list that a transport has parsed, by its place in it', () => {
    const records = [trail('e-1'), { a: 1 }];
    expect(said(readJson({ Records: records }, { place: nowhere, where: 'message' }))).toEqual([
      'e-1',
      expect.stringMatching(/^wrong-shape \| It is neither.* \| message, Records\[1\]$/),
    ]);
  });
});

describe('a function that is invoked by something else keeps what it was given:', () => {
  const kept = (read: Read | undefined) =>
    read?.kind === 'rejected'
      ? [read.rejected.reason, read.rejected.where, new TextDecoder().decode(read.rejected.bytes)]
      : read;

  test('by no subscription', () => {
    const [read, ...others] = readLogs({ Records: [1] }, settings);
    expect([kept(read), others]).toEqual([['wrong-shape', 'CloudWatch Logs subscription', '{"Records":[1]}'], []]);
    expect(said(readLogs(undefined, settings))).toEqual([
      'wrong-shape | There is no awslogs.data in it: the function is to be invoked by a subscription filter only. | CloudWatch Logs subscription',
    ]);
    expect(kept(readLogs(undefined, settings)[0])).toEqual(['wrong-shape', 'CloudWatch Logs subscription', 'null']);
  });

  test('by a subscription whose payload is none', () => {
    expect(said(readLogs({ awslogs: { data: 'bm8gZ3ppcA==' } }, settings))).toEqual([
      'bad-gzip | The payload is not complete gzip data. | CloudWatch Logs subscription',
    ]);
  });

  test('by no queue', () => {
    const [message, ...others] = readSqs({ awslogs: {} }, settings);
    expect([message?.id, message?.objects, kept(message?.reads[0]), others]).toEqual([
      '',
      [],
      ['wrong-shape', 'event', '{"awslogs":{}}'],
      [],
    ]);
    expect(said(message?.reads ?? [])).toEqual([
      'wrong-shape | There are no Records in it: the function is to be invoked by its queue only; send events to the queue. | event',
    ]);
    expect(kept(readSqs(null, settings)[0]?.reads[0])).toEqual(['wrong-shape', 'event', 'null']);
    expect(said(readSqs({ Records: [{ messageId: 'm-1' }] }, settings)[0]?.reads ?? [])).toEqual([
      'wrong-shape | The message has no body: the function is to be invoked by a queue only. | queue message m-1',
    ]);
  });
});

describe('a log payload', () => {
  const payload = (over: object = {}) => ({
    messageType: 'DATA_MESSAGE',
    owner: '111122223333',
    logGroup: '/aws/eks/prod/cluster',
    logStream: 'kube-apiserver-audit-0a',
    subscriptionFilters: ['x'],
    logEvents: [{ id: '1', timestamp: 1, message: written(audit()) }],
    ...over,
  });
  const read = (over: object = {}) =>
    said(readLogs({ awslogs: { data: gzipSync(JSON.stringify(payload(over))).toString('base64') } }, settings));
  const [id = ''] = read();

  test.each([
    ['with what is not known of payloads', { more: 1 }],
    [
      'with extracted fields',
      {
        policyLevel: 'ACCOUNT',
        logEvents: [{ id: '1', timestamp: 1, message: written(audit()), extractedFields: {} }],
      },
    ],
    ['with what is not known of events', { logEvents: [{ id: '1', message: written(audit()), more: 1 }] }],
    [
      'in which a record lies around another',
      { logEvents: [{ id: '1', message: written({ message: written(audit()) }) }] },
    ],
  ])('%s is read alike', (_, over) => {
    expect(id).toMatch(/^[0-9a-f]/);
    expect(read(over)).toEqual([id]);
  });

  test('of another kind is skipped, and what is wrong in one stops no other', () => {
    expect(read({ messageType: 'CONTROL_MESSAGE' })).toEqual(['skipped 1']);
    expect(read({ logStream: 'kube-scheduler-0a' })).toEqual(['skipped 1']);
    expect(read({ logEvents: [] })).toEqual(['skipped 1']);
    const three = [{ message: 'no' }, { message: written(audit()) }, { id: '1' }].map(one => ({ id: '1', ...one }));
    expect(read({ logEvents: three })).toEqual([
      expect.stringMatching(/^wrong-shape/),
      id,
      expect.stringMatching(/^wrong-shape/),
    ]);
  });
});

test('objects that S3 tells of are pointed to, in each way in which it tells', () => {
  const pointers = (body: Json) =>
    readSqs({ Records: [{ messageId: 'm', body: written(body) }] }, settings)[0]?.objects;
  const s3 = (over: object = {}, object: object = {}) => ({
    eventSource: 'aws:s3',
    eventName: 'ObjectCreated:Put',
    s3: { bucket: { name: 'trail' }, object: { key: 'a+b%2Fc', ...object } },
    ...over,
  });
  expect(pointers({ Records: [s3(), s3({}, { versionId: 'v1', eTag: 'e1' })] } as unknown as Json)).toEqual([
    { bucket: 'trail', key: 'a b/c' },
    { bucket: 'trail', key: 'a b/c', version: 'v1', etag: 'e1' },
  ]);
  const none = [
    s3({ eventSource: 'aws:sns' }),
    s3({ eventName: 'ObjectRemoved:Delete' }),
    s3({ eventName: undefined }),
    s3({ s3: {} }),
  ];
  expect(pointers({ Records: none } as unknown as Json)).toEqual([]);
  expect(pointers({ Records: [s3({}, { key: '%zz' })] } as unknown as Json)).toEqual([{ bucket: 'trail', key: '%zz' }]);
});

test('of what is set aside it is counted how many records it stands for', () => {
  expect(recordsIn([{}, { count: 7 }, { count: 1 }])).toBe(9);
  expect(recordsIn([])).toBe(0);
});
