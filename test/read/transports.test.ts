import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../core/json.ts';
import { defaultPlace, readEnvelope } from '../../core/read/eventbridge.ts';
import { placeOfKey } from '../../core/read/key.ts';
import { placeOfStream } from '../../core/read/log-group.ts';
import { readLogs } from '../../core/read/logs.ts';
import { readRecords } from '../../core/read/record.ts';
import { readSqs } from '../../core/read/sqs.ts';
import { audit, bytesOf, nowhere, readAll, settings, short, trail } from './samples.ts';

const envelope = (detail: Json, over: JsonObject = {}): JsonObject => ({
  version: '0',
  id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.ec2',
  account: '222233334444',
  time: '2026-09-01T10:00:05Z',
  region: 'us-east-1',
  resources: [],
  detail,
  ...over,
});

describe('an EventBridge envelope', () => {
  test('gives its record, placed by it where the record is silent', () => {
    expect(short(readEnvelope(envelope(trail('e-1')), settings))).toEqual(['e-1']);
    const { recipientAccountId: _, userIdentity: __, awsRegion: ___, ...bare } = trail('e-1');
    expect(readEnvelope(envelope(bare), settings)).toMatchObject([
      { event: { account: '222233334444', region: 'us-east-1' } },
    ]);
  });

  test('of a record from a source that is not AWS’s is refused: anybody may put such events', () => {
    expect(short(readEnvelope(envelope(trail('e-1'), { source: 'com.example' }), settings))).toEqual(['wrong-shape']);
    expect(short(readEnvelope(envelope({}, { source: 'com.example' }), settings))).toEqual(['wrong-shape']);
  });

  test('of something else than a call is skipped; of a call without its record it is refused', () => {
    const stateChange = envelope(
      { 'instance-id': 'i-0', state: 'running' },
      { 'detail-type': 'EC2 Instance State-change Notification' },
    );
    expect(short(readEnvelope(stateChange, settings))).toEqual(['skipped 1: EventBridge events that carry no call']);
    expect(short(readEnvelope(envelope({}), settings))).toEqual(['wrong-shape']);
    expect(short(readEnvelope(envelope(null), settings))).toEqual(['wrong-shape']);
  });

  test.each([undefined, null, 1, 'x', [], {}])('never throws: %j is refused', event => {
    expect(short(readEnvelope(event, settings))).toEqual(['wrong-shape']);
  });
});

describe('a queue batch', () => {
  const batch = (...bodies: readonly (Json | undefined)[]) => ({
    Records: bodies.map((body, index) => ({
      messageId: `m-${index}`,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })),
  });
  const topic = (message: Json) => ({
    Type: 'Notification',
    TopicArn: 'arn:aws:sns:eu-west-1:111122223333:t',
    Message: typeof message === 'string' ? message : JSON.stringify(message),
  });
  const stored = (key: string, eventName = 'ObjectCreated:Put') => ({
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        eventName,
        eventTime: '2026-09-01T10:00:00Z',
        s3: { bucket: { name: 'trail' }, object: { key } },
      },
    ],
  });

  test('gives each message its own result, so that one fails without the others', () => {
    const messages = readSqs(batch(envelope(trail('e-1')), '{"truncated', envelope(trail('e-2'))), settings);
    expect(messages.map(({ id, reads }) => [id, ...short(reads)])).toEqual([
      ['m-0', 'e-1'],
      ['m-1', 'truncated'],
      ['m-2', 'e-2'],
    ]);
    expect(messages[1]?.reads[0]).toMatchObject({ rejected: { where: 'queue message m-1, byte 0' } });
  });

  test('knows envelopes through a topic, raw records, and audit lines from a shipper', () => {
    const messages = readSqs(
      batch(topic(envelope(trail('e-1'))), trail('e-2'), { log: JSON.stringify(audit()) }),
      settings,
    );
    expect(messages.map(({ reads }) => short(reads))).toEqual([['e-1'], ['e-2'], ['audit 1788256800123']]);
  });

  test.each<[string, Json, Json]>([
    ['S3 (URL-encoded)', stored('AWSLogs/a+b%2Bc.json.gz'), [{ bucket: 'trail', key: 'AWSLogs/a b+c.json.gz' }]],
    ['S3 through a topic', topic(stored('k')), [{ bucket: 'trail', key: 'k' }]],
    ['S3 with an encoding that is none', stored('100%'), [{ bucket: 'trail', key: '100%' }]],
    [
      'EventBridge',
      envelope(
        { bucket: { name: 'trail' }, object: { key: 'a+b', 'version-id': 'v1' } },
        { 'detail-type': 'Object Created', source: 'aws.s3' },
      ),
      [{ bucket: 'trail', key: 'a+b', version: 'v1' }],
    ],
    [
      'CloudTrail’s topic',
      topic({ s3Bucket: 'trail', s3ObjectKey: ['a', 'b'] }),
      [
        { bucket: 'trail', key: 'a' },
        { bucket: 'trail', key: 'b' },
      ],
    ],
  ])('points at the objects that %s tells of', (_, body, objects) => {
    expect(readSqs(batch(body), settings)).toEqual([{ id: 'm-0', reads: [], objects }]);
  });

  test.each<[string, Json]>([
    [
      'of an object that S3’s event says is gone',
      envelope({ bucket: { name: 'b' }, object: { key: 'k' } }, { 'detail-type': 'Object Deleted', source: 'aws.s3' }),
    ],
    [
      'of somebody else’s event',
      envelope({ bucket: { name: 'b' }, object: { key: 'k' } }, { 'detail-type': 'Object Created', source: 'shop' }),
    ],
    ['without a bucket', envelope({ object: { key: 'k' } }, { 'detail-type': 'Object Created', source: 'aws.s3' })],
    ['without a key', envelope({ bucket: { name: 'b' } }, { 'detail-type': 'Object Created', source: 'aws.s3' })],
    ['with a key that is no text', { s3Bucket: 'b', s3ObjectKey: [1, null] }],
    ['to subscribe to a topic', { ...topic(stored('k')), Type: 'SubscriptionConfirmation' }],
    ['that only looks like a topic’s', { Type: 'Notification', Message: JSON.stringify(stored('k')) }],
  ])('points at nothing in a message %s', (_, body) => {
    const [message] = readSqs(batch(body), settings);
    expect(message?.objects).toEqual([]);
    expect(message?.reads.length).toBeGreaterThan(0);
  });

  const deep = (levels: number): Json => (levels === 0 ? 1 : { a: deep(levels - 1) });
  const nested = (levels: number): JsonObject =>
    levels === 0 ? envelope(trail('e-1')) : envelope(nested(levels - 1), { 'detail-type': 'x' });

  /** As an envelope comes that is parsed once, so it comes counted out of its bytes. */
  test.each<[string, Json]>([
    ['a call', envelope(trail('e-1'))],
    ['a call that is not ASCII', envelope(trail('e-1', { userAgent: 'kübectl 𝄞' }))],
    ['half a character', envelope(trail('e-1', { userAgent: '\ud834' }))],
    ['a call that somebody else sends', envelope(trail('e-1'), { source: 'shop' })],
    ['an audit event', envelope(audit(), { 'detail-type': 'audit', source: 'shop' })],
    ['a wrapped audit event', envelope({ log: JSON.stringify(audit()) }, { 'detail-type': 'audit', source: 'shop' })],
    ['an insight', envelope(trail('e-1', { eventType: 'AwsCloudTrailInsight' }))],
    ['a call without an id', envelope(trail('e-1', { eventID: '' }))],
    ['a call of an odd shape', envelope(trail('e-1', { userAgent: 5 }))],
    [
      'nothing that is a call',
      envelope({ state: 'running' }, { 'detail-type': 'EC2 Instance State-change Notification' }),
    ],
    ['no detail', envelope(null)],
    ['a deep call', envelope(trail('e-1', { requestParameters: deep(198) }))],
    ['a call that is as deep as may be', envelope(trail('e-1', { requestParameters: deep(197) }))],
    ['a list beside the call', envelope(trail('e-1'), { Records: [trail('e-2')] })],
    ['a text where a list would be', envelope(trail('e-1'), { Records: 'x' })],
    ['an envelope in an envelope', nested(2)],
    ['more envelopes than there may be', nested(6)],
    ['a call beside the call', { ...envelope(trail('e-1')), ...trail('e-2') }],
  ])('of %s comes the same, however it is read', (_, body) => {
    const origin = { place: defaultPlace(settings), where: 'queue message m-0', clusters: settings.clusters };
    for (const written of [JSON.stringify(body), JSON.stringify(body, null, 1), `\n${JSON.stringify(body)}\n`]) {
      const counted = readRecords(bytesOf(written), origin);
      expect(readSqs({ Records: [{ messageId: 'm-0', body: written }] }, settings)[0]?.reads).toEqual(counted);
      expect(counted.length).toBeGreaterThan(0);
    }
  });

  test('that is empty is counted; a message without a body is set aside', () => {
    expect(readSqs({ Records: [] }, settings)).toEqual([
      { id: '', reads: [{ kind: 'skipped', why: 'empty batches', count: 1 }], objects: [] },
    ]);
    const [message] = readSqs({ Records: [{ messageId: 'm-0' }] }, settings);
    expect(message).toMatchObject({
      id: 'm-0',
      objects: [],
      reads: [
        {
          kind: 'rejected',
          rejected: {
            reason: 'wrong-shape',
            detail: 'The message has no body: the function is to be invoked by a queue only.',
            where: 'queue message m-0',
          },
        },
      ],
    });
  });

  test('skips S3’s test message and removed objects', () => {
    const messages = readSqs(
      batch({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'trail' }, stored('k', 'ObjectRemoved:Delete')),
      settings,
    );
    expect(messages.map(({ reads }) => short(reads))).toEqual([
      ['skipped 1: test messages of S3'],
      ['skipped 1: notifications of stored objects'],
    ]);
    expect(messages.flatMap(({ objects }) => objects)).toEqual([]);
  });

  test.each([undefined, null, {}, { Records: [] }, { Records: [1] }, { Records: [{}] }])('never throws: %j', event => {
    expect(readSqs(event, settings).flatMap(({ objects }) => objects)).toEqual([]);
  });
});

describe('a Logs subscription', () => {
  const payload = (over: JsonObject, ...messages: readonly string[]) => ({
    messageType: 'DATA_MESSAGE',
    owner: '111122223333',
    logGroup: '/aws/eks/prod/cluster',
    logStream: 'kube-apiserver-audit-0123456789abcdef0123456789abcdef',
    subscriptionFilters: ['audit'],
    logEvents: messages.map((message, index) => ({ id: `${index}`, timestamp: 1_788_256_800_123, message })),
    ...over,
  });
  const event = (json: Json) => ({ awslogs: { data: gzipSync(JSON.stringify(json)).toString('base64') } });
  const line = JSON.stringify(audit());

  test('gives the audit events of an EKS cluster, named by its group, placed by the settings', () => {
    expect(readLogs(event(payload({}, line, line)), settings)).toMatchObject([
      { event: { source: 'kubernetes', cluster: 'prod', account: '111122223333', region: 'eu-central-1' } },
      { event: { cluster: 'prod' } },
    ]);
    expect(readLogs(event(payload({ logGroup: '/aws/eks/unknown/cluster' }, line)), settings)).toMatchObject([
      { event: { cluster: 'unknown', region: 'eu-west-1' } },
    ]);
  });

  /** As nearly every payload is, parsed at once; and counted out, record by record. */
  test.each<[string, Json]>([
    ['ordinary ones', payload({}, line, JSON.stringify(audit({ auditID: 'b' })))],
    ['some that are not ASCII', payload({}, JSON.stringify(audit({ userAgent: 'kübectl 𝄞' })), line)],
    [
      'calls of CloudTrail',
      payload({ logGroup: 'trail', logStream: '111122223333_CloudTrail_eu-west-1' }, JSON.stringify(trail('e-1'))),
    ],
    ['one that is none', payload({}, line, '{"a":1}', line)],
    ['one that does not parse', payload({}, line, '{"a":', line)],
    ['lines of the server', payload({}, line, 'I0901 10:00:00.000000 1 trace.go:236] "x"')],
    ['two in one log event', payload({}, `${line}\n${line}`)],
    ['a long one', payload({}, JSON.stringify(audit({ responseObject: { a: 'x'.repeat(100_000) } })), line)],
    [
      'a deep one',
      payload(
        {},
        JSON.stringify(audit({ requestObject: JSON.parse(`${'{"a":'.repeat(250)}1${'}'.repeat(250)}`) })),
        line,
      ),
    ],
    ['half a character', payload({}, JSON.stringify(audit({ userAgent: '\ud834' })), line)],
    [
      'a list of them',
      payload({}, JSON.stringify({ kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [audit()] }), line),
    ],
    ['a wrapper around one', payload({}, JSON.stringify({ log: line }), line)],
    ['none', payload({})],
    ['none that is text', payload({ logEvents: [{ id: '1', timestamp: 1, message: 5 }, 7, null] }, line)],
    ['members that are not known', payload({ more: [1] }, line)],
    [
      'log events with other members',
      payload({ logEvents: [{ id: '1', timestamp: 1, message: line, detail: audit() }] }),
    ],
    [
      'fields taken out',
      payload({ logEvents: [{ id: '1', timestamp: 1, message: line, extractedFields: { a: 'b' } }] }),
    ],
    ['another kind of message', payload({ messageType: 'OTHER' }, line)],
    ['a control message', payload({ messageType: 'CONTROL_MESSAGE' }, line)],
    ['no group', { messageType: 'DATA_MESSAGE', logEvents: [{ id: '1', timestamp: 1, message: line }] }],
    ['a lone record', audit()],
    ['a number', 5],
  ])('of %s comes the same, however it is read', (_, json) => {
    const origin = {
      place: defaultPlace(settings),
      where: 'CloudWatch Logs subscription',
      clusters: settings.clusters,
    };
    const counted = readRecords(bytesOf(JSON.stringify(json)), origin);
    expect(readLogs(event(json), settings)).toEqual(counted);
    expect(counted.length).toBeGreaterThan(0);
  });

  test.each([
    'kube-apiserver-0123456789abcdef0123456789abcdef',
    'authenticator-0123456789abcdef0123456789abcdef',
  ])('skips and counts the stream %s', logStream => {
    const reads = readLogs(event(payload({ logStream }, 'I0901 text', line)), settings);
    expect(short(reads)).toEqual(Array(2).fill('skipped 1: log streams that hold no audit events'));
  });

  test('knows a configured cluster’s own group and its streams', () => {
    const own = { logGroup: '/self-managed/audit', logStream: 'fleet-cp-0' };
    expect(readLogs(event(payload(own, line)), settings)).toMatchObject([
      { event: { cluster: 'fleet', account: '444455556666' } },
    ]);
    const other = readLogs(event(payload({ ...own, logStream: 'other' }, line)), settings);
    expect(short(other)).toEqual(['skipped 1: log streams that hold no audit events']);
  });

  test('knows CloudTrail’s groups by their streams', () => {
    const stream = { logGroup: 'trail', logStream: 'o-exampleorgid_222233334444_CloudTrail_ap-southeast-2_3' };
    const { recipientAccountId: _, userIdentity: __, awsRegion: ___, ...bare } = trail('e-1');
    expect(readLogs(event(payload(stream, JSON.stringify(bare))), settings)).toMatchObject([
      { event: { source: 'cloudtrail', account: '222233334444', region: 'ap-southeast-2' } },
    ]);
  });

  test('knows the group whatever the order of the members', () => {
    const { logEvents, ...rest } = payload({ logStream: 'kube-apiserver-1' }, line);
    expect(short(readLogs(event({ logEvents, ...rest }), settings))).toEqual([
      'skipped 1: log streams that hold no audit events',
    ]);
    const audits = readLogs(event({ logEvents, ...rest, logStream: 'kube-apiserver-audit-1' }), settings);
    expect(audits).toMatchObject([{ event: { cluster: 'prod' } }]);
  });

  test('sets a truncated or foreign line aside and goes on', () => {
    const reads = readLogs(
      event(payload({}, line.slice(0, 100), 'text', JSON.stringify(trail('e-1')), line)),
      settings,
    );
    expect(short(reads)).toEqual(['truncated', 'wrong-shape', 'wrong-shape', 'audit 1788256800123']);
    expect(reads[0]).toMatchObject({ rejected: { bytes: bytesOf(line.slice(0, 100)) } });
  });

  test('skips control messages', () => {
    expect(
      short(readLogs(event(payload({ messageType: 'CONTROL_MESSAGE' }, 'CWL CONTROL MESSAGE')), settings)),
    ).toEqual(['skipped 1: control messages of CloudWatch Logs']);
  });

  test('that is no gzip, cut off, or a bomb is set aside whole', () => {
    const packed = gzipSync(JSON.stringify(payload({}, line)));
    const data = (bytes: Uint8Array) => ({ awslogs: { data: Buffer.from(bytes).toString('base64') } });
    expect(short(readLogs(data(bytesOf('text')), settings))).toEqual(['bad-gzip']);
    expect(short(readLogs(data(packed.subarray(0, 100)), settings))).toEqual(['bad-gzip']);
    expect(short(readLogs(data(gzipSync(new Uint8Array(200_000_000))), settings))).toEqual(['inflates-too-far']);
  });

  test.each([undefined, null, {}, { awslogs: {} }, { awslogs: { data: 1 } }])('never throws: %j is refused', input => {
    expect(short(readLogs(input, settings))).toEqual(['wrong-shape']);
  });

  test('reads the same from the files that Firehose writes: payload after payload, gzip after gzip', async () => {
    const first = gzipSync(JSON.stringify(payload({}, line, line)));
    const second = gzipSync(JSON.stringify(payload({ logStream: 'kube-apiserver-1' }, 'I0901')));
    const reads = await readAll(Buffer.concat([first, second, first]), 'x', { clusters: settings.clusters });
    expect(short(reads)).toEqual([
      'audit 1788256800123',
      'audit 1788256800123',
      'skipped 1: log streams that hold no audit events',
      'audit 1788256800123',
      'audit 1788256800123',
    ]);
    expect(reads[0]).toMatchObject({ event: { cluster: 'prod', account: '111122223333' } });
  });
});

test('a record that says nothing belongs to the account that there is, at home; to none of several', () => {
  expect(defaultPlace(settings)).toEqual({ account: '111122223333', region: 'eu-west-1', cluster: '' });
  for (const accounts of [[], ['111122223333', '222233334444']])
    expect(defaultPlace({ ...settings, accounts })).toEqual({ account: '', region: 'eu-west-1', cluster: '' });
});

test('what a subscription sets aside says where it came from, and what it may become', () => {
  const rejected = (input: unknown) => readLogs(input, settings).map(read => read.kind === 'rejected' && read.rejected);
  expect(rejected({ awslogs: { data: 'text' } })).toMatchObject([
    { where: 'CloudWatch Logs subscription', detail: 'The payload is no whole gzip data.' },
  ]);
  // At most 250 times what it is, but 16 MB in any case.
  const inflating = (bytes: number) => ({ awslogs: { data: gzipSync(new Uint8Array(bytes)).toString('base64') } });
  expect(rejected(inflating(16 * 1024 * 1024 + 1))).toMatchObject([
    { reason: 'inflates-too-far', detail: `The payload inflates to more than ${16 * 1024 * 1024} bytes.` },
  ]);
  expect(rejected(inflating(16 * 1024 * 1024))).not.toMatchObject([{ reason: 'inflates-too-far' }]);
});

describe('a key', () => {
  const logs = 'AWSLogs/222233334444';
  test.each<[string, JsonObject]>([
    [
      `${logs}/CloudTrail/eu-north-1/2026/09/01/222233334444_CloudTrail_eu-north-1_20260901T1000Z_abc.json.gz`,
      { account: '222233334444', region: 'eu-north-1', source: 'cloudtrail' },
    ],
    [
      `prefix/AWSLogs/o-abc123/222233334444/CloudTrail/us-gov-west-1/2026/x.json.gz`,
      { account: '222233334444', region: 'us-gov-west-1' },
    ],
    [
      'copies/222233334444_CloudTrail_eu-north-1_20260901T1000Z_abc.json.gz',
      { account: '222233334444', region: 'eu-north-1' },
    ],
    [
      'exported/aws/eks/prod/cluster/kube-apiserver-audit-0123456789abcdef0123456789abcdef/000000.gz',
      { cluster: 'prod', region: 'eu-central-1', source: 'kubernetes' },
    ],
    ['task/kube-apiserver-audit-0123456789abcdef0123456789abcdef/000000.gz', { cluster: '', source: 'kubernetes' }],
    ['aws/eks/other/cluster/2026/09/01/part-1.gz', { cluster: 'other' }],
    ['aws/eks/prod/cluster/2026/09/01/part-1.gz', { cluster: 'prod', region: 'eu-central-1' }],
    ['aws/eks/edge/cluster/2026/09/01/part-1.gz', { cluster: 'edge', region: '' }],
    ['anything.json', { account: '', region: '', cluster: '' }],
  ])('%s says where its records belong', (key, place) => {
    expect(placeOfKey(key, nowhere, settings.clusters)).toMatchObject({ place });
  });

  test.each([
    `${logs}/CloudTrail-Digest/eu-north-1/2026/09/01/222233334444_CloudTrail-Digest_eu-north-1_trail_20260901T100000Z.json.gz`,
    `${logs}/CloudTrail-Insight/eu-north-1/2026/09/01/x.json.gz`,
    `${logs}/elasticloadbalancing/eu-north-1/2026/09/01/x.log.gz`,
    'task/kube-apiserver-0123456789abcdef0123456789abcdef/000000.gz',
    'task/authenticator-0123456789abcdef0123456789abcdef/000000.gz',
  ])('%s is skipped', async key => {
    expect(placeOfKey(key, nowhere)).toHaveProperty('skip');
    expect(short(await readAll('not even JSON', key))).toEqual([expect.stringMatching(/^skipped 1/)]);
  });

  test.each([
    [`${logs}/CloudTrail-Digest/eu-north-1/x.json.gz`, 'CloudTrail digest files, which hold no records'],
    [`${logs}/CloudTrail-Insight/eu-north-1/x.json.gz`, 'CloudTrail Insights events, which are no calls'],
    [
      '222233334444_CloudTrail-Insight_eu-north-1_20260901T1000Z_a.json.gz',
      'CloudTrail Insights events, which are no calls',
    ],
    [`${logs}/vpcflowlogs/eu-north-1/x.log.gz`, "other services' log files"],
  ])('%s is skipped: %s', (key, skip) => {
    expect(placeOfKey(key, nowhere)).toEqual({ skip });
  });

  test('keeps a log group that is named without a slash at its beginning, too', () => {
    const cluster = { name: 'bare', kind: 'kubeadm', role: 'workload', audit: { logGroup: 'bare/audit' } } as const;
    const placed = (key: string) => placeOfKey(key, nowhere, [...settings.clusters, cluster]);
    expect(placed('day/bare/audit/a.jsonl')).toMatchObject({ place: { cluster: 'bare' } });
    expect(placed('bare/audit/a.jsonl')).toMatchObject({ place: { cluster: 'bare' } });
    expect(placed('day/x-bare/audit/a.jsonl')).toMatchObject({ place: { cluster: '' } });
  });

  test('that keeps a configured log group’s name as folders names the cluster', () => {
    const place = { cluster: 'fleet', account: '444455556666', source: 'kubernetes' };
    expect(placeOfKey('day/self-managed/audit/cp-0.jsonl', nowhere, settings.clusters)).toMatchObject({ place });
    expect(placeOfKey('day/self-managed/audits/cp-0.jsonl', nowhere, settings.clusters)).toMatchObject({
      place: { cluster: '' },
    });
  });

  test('of a configured cluster’s bucket and prefix names the cluster', () => {
    expect(placeOfKey('edge/2026/a.gz', nowhere, settings.clusters, 'audit-logs')).toMatchObject({
      place: { cluster: 'edge' },
    });
    expect(placeOfKey('edge/2026/a.gz', nowhere, settings.clusters, 'other')).toMatchObject({ place: { cluster: '' } });
  });

  test('the record’s own account wins over the key’s', async () => {
    const reads = await readAll(JSON.stringify(trail('e-1')), `${logs}/CloudTrail/eu-north-1/x.json`);
    expect(reads).toMatchObject([{ event: { account: '111122223333', region: 'eu-west-1' } }]);
  });
});

test.each([
  ['111122223333_CloudTrail_eu-west-1', 'eu-west-1'],
  ['111122223333_CloudTrail_eu-west-1_3', 'eu-west-1'],
  ['o-abc123_111122223333_CloudTrail_us-gov-west-1_12', 'us-gov-west-1'],
])('stream %s holds calls of its account and region', (stream, region) => {
  expect(placeOfStream('trail', stream, nowhere)).toEqual({
    place: { account: '111122223333', region, cluster: '', source: 'cloudtrail' },
  });
});
test.each([
  'x_111122223333_CloudTrail_eu-west-1',
  '111122223333_CloudTrail_eu-west-1_x',
  '1_CloudTrail_eu-west-1',
])('stream %s says nothing of what it holds', stream =>
  expect(placeOfStream('trail', stream, nowhere)).toEqual({ place: nowhere }));

test('of two clusters in one group the longer stream prefix decides', () => {
  const group = (name: string, streamPrefix: string) => ({
    name,
    kind: 'kubeadm' as const,
    role: 'workload' as const,
    audit: { logGroup: 'g', streamPrefix },
  });
  const clusters = [group('a', 'cp-'), group('b', 'cp-b-')];
  expect(placeOfStream('g', 'cp-b-1', nowhere, clusters)).toMatchObject({ place: { cluster: 'b' } });
  expect(placeOfStream('g', 'cp-a-1', nowhere, clusters)).toMatchObject({ place: { cluster: 'a' } });
});
