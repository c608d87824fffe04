import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../core/json.ts';
import { defaultPlace, readEnvelope } from '../../core/read/eventbridge.ts';
import { readRecords } from '../../core/read/record.ts';
import { readSqs } from '../../core/read/sqs.ts';
import { audit, bytesOf, settings, short, trail } from './samples.ts';

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
        { bucket: { name: 'trail' }, object: { key: 'a+b', 'version-id': 'v1', etag: 'e1' } },
        { 'detail-type': 'Object Created', source: 'aws.s3' },
      ),
      [{ bucket: 'trail', key: 'a+b', version: 'v1', etag: 'e1' }],
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
    expect(readSqs(batch(body), settings)).toEqual([{ id: 'm-0', receives: 1, reads: [], objects }]);
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
    [
      'a network activity event',
      envelope(trail('e-1', { eventCategory: 'NetworkActivity' }), {
        'detail-type': 'AWS Network Activity Event via CloudTrail',
      }),
    ],
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
      { id: '', receives: 1, reads: [{ kind: 'skipped', why: 'empty batches', count: 1 }], objects: [] },
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
