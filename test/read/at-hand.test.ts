import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../core/json.ts';
import { limits } from '../../core/read/limits.ts';
import { readRecords } from '../../core/read/record.ts';
import { audit, bytesOf, nowhere, readAll, short, streamOf, trail } from './samples.ts';

/** What people have at hand, in the forms in which AWS's tools and Lambda's events have it (each form by AWS's own documentation). */
const written = (one: Json): string => JSON.stringify(one);
const base64 = (content: string | Uint8Array): string => Buffer.from(content).toString('base64');
const event = 'audit 1788256800123';
const stream = 'kube-apiserver-audit-0123456789abcdef0123456789abcdef';

/** What a Logs subscription delivers, before it is compressed. */
const payload = (messages: readonly Json[], over: JsonObject = {}): string =>
  written({
    messageType: 'DATA_MESSAGE',
    owner: '111122223333',
    logGroup: '/aws/eks/prod/cluster',
    logStream: stream,
    subscriptionFilters: ['tripline'],
    logEvents: messages.map((one, at) => ({ id: `${at}`, timestamp: 1_788_256_800_123, message: written(one) })),
    ...over,
  });
const subscription = (messages: readonly Json[], over: JsonObject = {}): JsonObject => ({
  awslogs: { data: base64(gzipSync(payload(messages, over))) },
});
const envelope = (detail: JsonObject): JsonObject => ({
  version: '0',
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.ec2',
  account: '111122223333',
  region: 'eu-west-1',
  resources: [],
  detail,
});
const notification = (message: string): JsonObject => ({
  Type: 'Notification',
  TopicArn: 'arn:aws:sns:eu-west-1:111122223333:trail',
  Message: message,
});
const kinesis = (data: string | Uint8Array): JsonObject => ({
  kinesis: { partitionKey: '1', sequenceNumber: '4', data: base64(data) },
  eventSource: 'aws:kinesis',
  eventID: 'shardId-000000000000:4',
  eventName: 'aws:kinesis:record',
  awsRegion: 'eu-west-1',
});
const field = (name: string, value: string): JsonObject => ({ field: name, value });

const atHand: readonly (readonly [what: string, json: Json, gives: readonly string[]])[] = [
  ['the event of a Logs subscription', subscription([audit(), audit()]), [event, event]],
  [
    'that of a trail’s group',
    subscription([trail('e-1')], { logGroup: 'trail', logStream: '111122223333_CloudTrail_eu-west-1' }),
    ['e-1'],
  ],
  [
    'that of another stream of the control plane, which holds no audit events',
    subscription([{ msg: 'access granted' }], { logStream: 'authenticator-0123456789abcdef0123456789abcdef' }),
    ['skipped 1: log streams that hold no audit events'],
  ],
  ['a dead letter of an asynchronous function', { version: '1.0', requestPayload: subscription([audit()]) }, [event]],
  [
    'the event of a Kinesis stream',
    { Records: [kinesis(gzipSync(payload([audit()]))), kinesis(written(envelope(trail('e-1'))))] },
    [event, 'e-1'],
  ],
  [
    '`aws kinesis get-records`',
    {
      Records: [
        { SequenceNumber: '4', Data: base64(gzipSync(payload([audit()]))), PartitionKey: '1' },
        { SequenceNumber: '5', Data: base64(written(trail('e-1'))), PartitionKey: '1' },
      ],
      MillisBehindLatest: 0,
    },
    [event, 'e-1'],
  ],
  [
    'the event of Firehose',
    {
      invocationId: 'i',
      region: 'eu-west-1',
      records: [
        { recordId: '49', data: base64(gzipSync(payload([audit()]))) },
        { recordId: '50', data: base64(written(trail('e-1'))) },
      ],
    },
    [event, 'e-1'],
  ],
  [
    'the event of a topic',
    { Records: [{ EventSource: 'aws:sns', Sns: notification(written(envelope(trail('e-1')))) }] },
    ['e-1'],
  ],
  [
    'the event of a queue behind a topic',
    { Records: [{ eventSource: 'aws:sqs', body: written(notification(written(envelope(trail('e-1'))))) }] },
    ['e-1'],
  ],
  [
    '`aws logs filter-log-events` over all streams of a control plane',
    {
      events: [
        { logStreamName: stream, message: written(audit()) },
        { logStreamName: 'authenticator-0123456789abcdef0123456789abcdef', message: 'level=info msg="x"' },
        { logStreamName: 'kube-scheduler-0123456789abcdef0123456789abcdef', message: 'I0901 10:00:00 x' },
      ],
      searchedLogStreams: [],
    },
    [event, ...Array<string>(2).fill('skipped 1: log streams that hold no audit events')],
  ],
  [
    '`aws cloudtrail get-query-results`',
    {
      QueryStatus: 'FINISHED',
      QueryResultRows: [[{ eventJson: written(trail('e-1')) }], [{ eventjson: written(trail('e-2')) }]],
    },
    ['e-1', 'e-2'],
  ],
  [
    'the rows of Logs Insights alone',
    [[field('@timestamp', 'x'), field('@message', written(audit())), field('@ptr', 'x')]],
    [event],
  ],
  ['a search of Splunk', { preview: false, results: [{ _raw: written(audit()) }] }, [event]],
  ['a document of Elastic', { _index: 'audit', _source: { event: { original: written(audit()) } } }, [event]],
  [
    'a search of Elastic',
    { took: 1, hits: { total: 1, hits: [{ _source: { message: written(trail('e-1')) } }] } },
    ['e-1'],
  ],
  ['a line of logcli', { labels: {}, line: written(audit()), timestamp: '2026-09-01T10:00:00Z' }, [event]],
];

describe('whoever has it at hand may have it judged:', () => {
  test.each(atHand)('%s', async (_, json, gives) => {
    expect(short(await readAll(written(json), 'file.json', { unpacks: true }))).toEqual(gives);
    const printed = bytesOf(JSON.stringify(json, undefined, 4));
    expect(short(await readAll(printed, 'file.json', { unpacks: true }))).toEqual(gives);
    expect(short(await readAll(streamOf(printed, 7), 'file.json', { unpacks: true }))).toEqual(gives);
  });

  test('the place of what was unpacked is the payload’s', async () => {
    const reads = await readAll(written(subscription([audit()])), 'file.json', { unpacks: true });
    expect(reads).toMatchObject([{ event: { account: '111122223333', cluster: 'prod' } }]);
  });

  test('what Firehose compressed once more', async () => {
    const members = Buffer.concat([gzipSync(payload([audit()])), gzipSync(payload([audit({ verb: 'list' })]))]);
    expect(short(await readAll(gzipSync(members)))).toEqual([event, event]);
    expect(short(await readAll(streamOf(gzipSync(members), 1)))).toEqual([event, event]);
    // Of a third one nobody knows.
    expect(short(await readAll(gzipSync(gzipSync(members))))).toEqual(['not-json']);
  });

  test('and which lies in the bucket that a cluster’s settings name', async () => {
    const clusters = [{ name: 'prod', kind: 'eks', role: 'workload', audit: { bucket: 'b', prefix: 'eks/' } }] as const;
    const key = 'eks/2026/09/01/10/PUT-S3-abc-1-2026-09-01-10-00-00-0a1b2c3d';
    const reads = await readAll(gzipSync(gzipSync(payload([audit()]))), key, { clusters, bucket: 'b' });
    expect(reads).toMatchObject([{ event: { cluster: 'prod', account: '111122223333', source: 'kubernetes' } }]);
  });

  test('a query’s answer that is larger than any record is read row by row', async () => {
    const row = [field('@message', written(audit({ userAgent: 'x'.repeat(1_000) }))), field('@ptr', 'x')];
    const many = Array<Json>(Math.ceil(limits.recordBytes / 1_000)).fill(row);
    const reads = await readAll(written({ results: many, status: 'Complete' }));
    expect(reads.filter(({ kind }) => kind === 'event')).toHaveLength(many.length);
  });
});

describe('what is packed', () => {
  const one = (json: Json) => readRecords(bytesOf(written(json)), { place: nowhere, where: 'test', unpacks: true });

  test('is unpacked only where a person named the file', () => {
    const reads = readRecords(bytesOf(written(subscription([audit()]))), { place: nowhere, where: 'test' });
    expect(short(reads)).toEqual(['wrong-shape']);
  });

  test('is unpacked once: there is no end to what could be in it', () => {
    const inner = subscription([audit()]);
    expect(short(one({ awslogs: { data: base64(gzipSync(written(inner))) } }))).toEqual(['wrong-shape']);
  });

  test.each([
    ['no base64', { awslogs: { data: '%%%' } }, 'wrong-shape', /base64/],
    ['nothing', { awslogs: { data: '' } }, 'wrong-shape', /base64/],
    [
      'gzip that was cut off',
      { awslogs: { data: base64(gzipSync(payload([audit()])).subarray(0, 40)) } },
      'bad-gzip',
      /complete gzip/,
    ],
    ['text', { awslogs: { data: base64('hello') } }, 'not-json', /text/],
    [
      'a bomb',
      { awslogs: { data: base64(gzipSync('a'.repeat(8_000_000))) } },
      'inflates-too-far',
      /inflates to more than \d+ bytes/,
    ],
  ])('and holds %s is set aside, with where and why', (_, json, reason, detail) => {
    const [read, ...more] = one(json);
    expect(more).toEqual([]);
    expect(read).toMatchObject({
      kind: 'rejected',
      rejected: { reason, detail: expect.stringMatching(detail), where: expect.stringMatching(/^test, byte 0/) },
    });
  });

  test('keeps its neighbours: one of a list that is damaged costs the others nothing', () => {
    const bad = { recordId: '1', data: '%%%' };
    const good = { recordId: '2', data: base64(written(trail('e-1'))) };
    expect(short(one({ records: [bad, good] }))).toEqual(['wrong-shape', 'e-1']);
  });

  test('is something else where its name alone stands there', () => {
    for (const json of [{ data: base64('{}') }, { Data: base64('{}') }, { awslogs: 'x' }, { kinesis: { data: 1 } }])
      expect(one(json)).toMatchObject([
        { rejected: { detail: expect.stringContaining('neither a CloudTrail record') } },
      ]);
  });
});

describe('what looks like a record and is none says what to give instead:', () => {
  const columns = [field('eventTime', '2026-09-01T10:00:00Z'), field('eventSource', 'ec2.amazonaws.com')];
  test.each<[string, Json, RegExp]>([
    [
      'columns of Logs Insights',
      { results: [[field('@timestamp', 'x'), ...columns, field('eventName', 'RunInstances')]] },
      /fields @message/,
    ],
    [
      'columns of CloudTrail Lake, whatever they are called',
      {
        QueryResultRows: [
          Object.entries({ eventID: 'e-1', eventTime: '2026-09-01T10:00:00Z', eventSource: 's', eventName: 'n' }).map(
            ([name, value]) => ({ [name]: value }),
          ),
        ],
      },
      /SELECT eventJson/,
    ],
    ['a row of Athena', { eventversion: '1.11', eventname: 'RunInstances', eventtime: 'x' }, /Athena/],
    ['kubectl get events', { kind: 'Event', apiVersion: 'v1', reason: 'Scheduled', message: 'm' }, /audit log/],
    ['kubectl get events -A, of the newer kind', { kind: 'Event', apiVersion: 'events.k8s.io/v1' }, /audit log/],
    ['a record of Security Lake', { class_uid: 6003, api: { operation: 'RunInstances' } }, /OCSF/],
    ['a record of a table’s stream', { Records: [{ eventSource: 'aws:dynamodb', eventName: 'INSERT' }] }, /Lambda/],
    ['a list that is no row', [[{ field: '@message', value: written(audit()) }, 7]], /a JSON object/],
    ['a list of objects with several members', [[{ a: 1, b: 2 }]], /a JSON object/],
  ])('%s', async (_, json, detail) => {
    expect(await readAll(written(json))).toMatchObject([
      { kind: 'rejected', rejected: { reason: 'wrong-shape', detail: expect.stringMatching(detail) } },
    ]);
  });

  test.each([
    ['the event history as CSV', 'Event name,Event time,User name,Event source\nStopInstances,x,alice,ec2\n', /CSV/],
    ['--output yaml', 'Events:\n- AccessKeyId: x\n', /--output json/],
    ['--output table', `${'-'.repeat(60)}\n|  LookupEvents  |\n`, /--output json/],
    ['--output text', 'EVENTS\tASIAEXAMPLE\tx\n', /--output json/],
    ['text with commas', 'first, second, eventTime was late\n', /^It is text, but/],
  ])('%s', async (_, content, detail) => {
    expect(await readAll(content)).toMatchObject([
      { kind: 'rejected', rejected: { reason: 'not-json', detail: expect.stringMatching(detail) } },
    ]);
  });
});
