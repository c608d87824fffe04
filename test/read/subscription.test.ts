import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../core/json.ts';
import { defaultPlace } from '../../core/read/eventbridge.ts';
import { readLogs } from '../../core/read/logs.ts';
import { readRecords } from '../../core/read/record.ts';
import { audit, bytesOf, readAll, settings, short, trail } from './samples.ts';

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

test('what a subscription sets aside says where it came from, and what it may become', () => {
  const rejected = (input: unknown) => readLogs(input, settings).map(read => read.kind === 'rejected' && read.rejected);
  expect(rejected({ awslogs: { data: 'text' } })).toMatchObject([
    { where: 'CloudWatch Logs subscription', detail: 'The payload is not complete gzip data.' },
  ]);
  // At most 250 times what it is, but 16 MB in any case.
  const inflating = (bytes: number) => ({ awslogs: { data: gzipSync(new Uint8Array(bytes)).toString('base64') } });
  expect(rejected(inflating(16 * 1024 * 1024 + 1))).toMatchObject([
    { reason: 'inflates-too-far', detail: `The payload inflates to more than ${16 * 1024 * 1024} bytes.` },
  ]);
  expect(rejected(inflating(16 * 1024 * 1024))).not.toMatchObject([{ reason: 'inflates-too-far' }]);
});
