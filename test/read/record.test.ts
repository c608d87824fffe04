import { describe, expect, test } from 'vitest';
import { readCloudTrail } from '../../core/cloudtrail/read.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { auditTime, readAudit } from '../../core/kubernetes/read.ts';
import { readRecord, readRecords } from '../../core/read/record.ts';
import { audit, bytesOf, nowhere, short, trail } from './samples.ts';

const place = { account: '999999999999', region: 'eu-north-1', cluster: 'prod' };
const read = (json: Json | undefined) => readRecords(bytesOf(JSON.stringify(json)), { place: nowhere, where: 'test' });

describe('a CloudTrail record', () => {
  test('is an event with its own id, time, account and region', () => {
    const record = trail('e-1');
    expect(readCloudTrail(record, place)).toEqual({
      source: 'cloudtrail',
      id: 'e-1',
      time: Date.parse('2026-09-01T10:00:00Z'),
      account: '111122223333',
      region: 'eu-west-1',
      cluster: '',
      record,
    });
  });

  test('is placed by the caller, then by the transport, where it does not say whose trail it is', () => {
    const { recipientAccountId: _, awsRegion: __, ...rest } = trail('e-1');
    expect(readCloudTrail(rest, place)).toMatchObject({ account: '111122223333', region: 'eu-north-1' });
    const { userIdentity: ___, ...bare } = rest;
    expect(readCloudTrail(bare, place)).toMatchObject({ account: '999999999999' });
  });

  test.each([
    ['eventID', undefined, /no eventID/],
    ['eventID', 'x'.repeat(129), /longer than 128/],
    ['eventTime', undefined, /no eventTime/],
    ['eventTime', 'yesterday', /no RFC 3339/],
    ['eventTime', '2026-13-41T00:00:00Z', /no RFC 3339/],
    ['eventSource', 7, /no eventSource/],
    ['eventName', '', /no eventName/],
    ['userIdentity', 'alice', /userIdentity has another type/],
    ['userIdentity', { arn: 3 }, /userIdentity\.arn has another type/],
    [
      'userIdentity',
      { sessionContext: { sessionIssuer: { arn: ['arn:aws:iam::111122223333:role/x'] } } },
      /sessionIssuer\.arn has another type/,
    ],
    ['userIdentity', { sessionContext: { sessionIssuer: [] } }, /userIdentity\.sessionContext\.sessionIssuer/],
    ['sourceIPAddress', ['198.51.100.23'], /sourceIPAddress has another type/],
  ])('whose %s is %j is refused by name', (name, value, problem) => {
    expect(readCloudTrail({ ...trail('e-1'), [name]: value }, place)).toEqual({
      problem: expect.stringMatching(problem),
    });
  });

  test('may have null where a member is absent', () => {
    expect(readCloudTrail({ ...trail('e-1'), userAgent: null, userIdentity: null }, place)).toHaveProperty('id', 'e-1');
  });
});

describe('an audit event', () => {
  test('is placed by its transport and timed by when the request came in', () => {
    const record = audit();
    expect(readAudit(record, place)).toEqual({
      source: 'kubernetes',
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      time: Date.parse('2026-09-01T10:00:00.123Z'),
      ...place,
      record,
    });
  });

  const id = (over: JsonObject) => {
    const event = readAudit(audit(over), place);
    return 'problem' in event ? event.problem : event.id;
  };

  test('has one id in all its stages', () => {
    const started = id({ stage: 'ResponseStarted', stageTimestamp: '2026-09-01T10:00:00.2Z' });
    expect(id({ stage: 'ResponseComplete', stageTimestamp: '2026-09-01T11:30:00Z' })).toBe(started);
  });

  test.each([
    ['auditID', { auditID: 'another' }],
    ['requestReceivedTimestamp, to the microsecond', { requestReceivedTimestamp: '2026-09-01T10:00:00.123457Z' }],
    ['user', { user: { username: 'bob' } }],
    ['verb', { verb: 'list' }],
    ['requestURI', { requestURI: '/api/v1/namespaces/kube-system/secrets/b' }],
  ])('has another id with another %s', (_, over) => {
    expect(id(over)).not.toBe(id({}));
  });

  test.each([
    ['stageTimestamp', { stageTimestamp: '2026-09-01T10:00:01Z' }],
    ['timestamp', { stageTimestamp: null, timestamp: '2026-09-01T10:00:01Z' }],
  ])('without requestReceivedTimestamp is timed by %s, and that is told', (from, over) => {
    const record = audit({ requestReceivedTimestamp: null, ...over });
    expect(auditTime(record)).toEqual({ time: Date.parse('2026-09-01T10:00:01Z'), from });
    expect(readAudit(record, place)).toHaveProperty('time', Date.parse('2026-09-01T10:00:01Z'));
    expect(id({ ...record, ...Object.fromEntries([[from, '2026-09-01T10:00:02Z']]) })).not.toBe(id(record));
  });

  test.each([
    [{ auditID: undefined }, /no auditID/],
    [{ verb: '' }, /no verb/],
    [{ stage: undefined }, /no stage/],
    [{ stage: '' }, /no stage/],
    [{ requestReceivedTimestamp: 1, stageTimestamp: 2 }, /no requestReceivedTimestamp/],
    [{ user: 'alice' }, /user has another type/],
    [{ user: { groups: 'system:masters' } }, /user\.groups has another type/],
    [{ sourceIPs: [1] }, /sourceIPs has another type/],
    [{ kind: 'Pod' }, /another kind/],
  ])('with %j is refused by name', (over, problem) => {
    expect(readAudit(audit(over as JsonObject), place)).toEqual({ problem: expect.stringMatching(problem) });
  });
});

describe('a record is taken out of', () => {
  const event = audit();
  const written = JSON.stringify(event);
  const at = 'audit 1788256800123';
  test.each<[string, Json, readonly string[]]>([
    ['Fluent Bit, as text', { date: 1, log: `${written}\n`, kubernetes: { pod_name: 'kube-apiserver' } }, [at]],
    ['Fluent Bit, parsed', { date: 1, log: event }, [at]],
    ['a container runtime line in it', { log: `2026-09-01T10:00:00.123456789Z stdout F ${written}` }, [at]],
    ['Vector', { message: written, file: '/var/log/kubernetes/audit.log' }, [at]],
    ['Filebeat', { '@timestamp': '2026-09-01T10:00:00Z', message: written, log: { offset: 0 } }, [at]],
    ['Elastic Agent', { event: { original: written }, kubernetes: { audit: event } }, [at]],
    ['Elastic Agent without the original', { event: { kind: 'event' }, kubernetes: { audit: event } }, [at]],
    ['Logs Insights', { '@timestamp': '2026-09-01 10:00:00.000', '@message': event }, [at]],
    ['Splunk', { result: { _raw: written } }, [at]],
    ['an EventList', { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', items: [event, event] }, [at, at]],
    ['LookupEvents', { Events: [{ EventId: 'e-1', CloudTrailEvent: JSON.stringify(trail('e-1')) }] }, ['e-1']],
    ['FilterLogEvents', { events: [{ message: JSON.stringify(trail('e-1')) }], searchedLogStreams: [] }, ['e-1']],
    ['a file of records', { Records: [trail('e-1'), trail('e-2')] }, ['e-1', 'e-2']],
    ['a queue as a function is given it', { Records: [{ eventSource: 'aws:sqs', body: written }] }, [at]],
    ['ReceiveMessage', { Messages: [{ MessageId: 'm', Body: written }] }, [at]],
    [
      'GetQueryResults',
      {
        results: [
          [
            { field: '@timestamp', value: '2026-09-01 10:00:00.000' },
            { field: '@message', value: written },
          ],
          [{ field: '@message', value: JSON.stringify(trail('e-1')) }],
        ],
        status: 'Complete',
      },
      [at, 'e-1'],
    ],
    ['a saved queue batch', { Records: [{ messageId: 'm', body: JSON.stringify(trail('e-1')) }] }, ['e-1']],
  ])('%s', (_, json, expected) => {
    expect(short(read(json))).toEqual(expected);
  });

  test('CloudWatch’s export, a date before each', () => {
    const lines = `2026-09-01T10:00:00.123Z ${written}\n2026-09-01T10:00:00.124Z ${written}\n`;
    expect(short(readRecords(bytesOf(lines), { place: nowhere, where: 'test' }))).toEqual([at, at]);
  });

  test.each([
    ['detailed', '2026-09-01T10:00:00.123000+00:00 kube-apiserver-audit-0123456789abcdef0123456789abcdef '],
    ['detailed, of a trail', '2026-09-01T10:00:00.123000+00:00 111122223333_CloudTrail_eu-west-1_3 '],
    ['short', '2026-09-01T10:00:00 '],
  ])('what `aws logs tail` prints, %s', (_, before) => {
    const lines = `${before}${written}\n${before}${written}\n`;
    expect(short(readRecords(bytesOf(lines), { place: nowhere, where: 'test' }))).toEqual([at, at]);
  });

  test('an API server’s log file, whose own lines are skipped and counted', () => {
    const own = 'W0901 10:00:01.000000       1 dispatcher.go:205] Failed calling webhook, failing open';
    const lines = [own, own, written, `2026-09-01T10:00:00.123456789Z stderr F ${own}`, written].join('\n');
    expect(short(readRecords(bytesOf(lines), { place: nowhere, where: 'test' }))).toEqual([
      "skipped 2: lines of a server's own log, which are no audit events",
      at,
      "skipped 1: lines of a server's own log, which are no audit events",
      at,
    ]);
    for (const blank of ['\v', '\u00a0\n'])
      expect(short(readRecords(bytesOf(blank), { place: nowhere, where: 'test' }))).toEqual(['not-json']);
    for (const other of ['a line of anything', `${own} {"auditID":"0f0f"`])
      expect(short(readRecords(bytesOf(`${own}\n${other}\n`), { place: nowhere, where: 'test' }))).toEqual([
        'not-json',
      ]);
  });

  test('no more than five wrappers', () => {
    const wrap = (levels: number): Json => (levels === 0 ? event : { record: wrap(levels - 1) });
    expect(short(read(wrap(5)))).toEqual([at]);
    expect(short(read(wrap(6)))).toEqual(['wrong-shape']);
  });
});

describe('what is no JSON is told by what it is:', () => {
  const tar = new Uint8Array(512);
  tar.set(bytesOf('trail.json'));
  tar.set(bytesOf('ustar'), 257);
  test.each([
    ['a tar archive', tar, 'tar archive: unpack it'],
    ['CSV of Athena', bytesOf('"eventversion","eventtime","eventname"\n"1.11","x","y"\n'), 'CSV'],
    ['XML', bytesOf('<?xml version="1.0"?><Error/>'), 'XML or HTML'],
    ['text with commas', bytesOf('first, second, eventTime was late\n'), 'It is text'],
  ])('%s', (_, bytes, says) => {
    expect(readRecords(bytes, { place: nowhere, where: 'test' })).toMatchObject([
      { rejected: { reason: 'not-json', detail: expect.stringContaining(says) } },
    ]);
  });
});

describe('readRecord', () => {
  test('gives the one record', () => {
    expect(readRecord(bytesOf(JSON.stringify(trail('e-1'))), nowhere, 'test')).toMatchObject({ event: { id: 'e-1' } });
  });

  test('refuses several, and a record of another source than its place holds', () => {
    const several = readRecord(bytesOf(JSON.stringify({ Records: [trail('e-1'), trail('e-2')] })), nowhere, 'test');
    expect(short([several])).toEqual(['wrong-shape']);
    const other = readRecord(bytesOf(JSON.stringify(audit())), { ...nowhere, source: 'cloudtrail' }, 'test');
    expect(short([other])).toEqual(['wrong-shape']);
  });

  test('skips what CloudTrail writes beside calls', () => {
    const insight = {
      eventType: 'AwsCloudTrailInsight',
      eventID: 'i',
      eventTime: '2026-09-01T10:00:00Z',
      insightDetails: {},
    };
    expect(short(read(insight))).toEqual(['skipped 1: CloudTrail Insights events, which are no calls']);
    const network = trail('e-1', { eventType: 'AwsVpceEvent', eventCategory: 'NetworkActivity' });
    expect(short(read(network))).toEqual([expect.stringMatching(/^skipped 1: CloudTrail network activity events/)]);
    const aggregated = {
      eventVersion: '1.0',
      accountId: '111122223333',
      eventId: 'e-1',
      eventCategory: 'Aggregated',
      eventType: 'AwsAggregatedEvent',
      awsRegion: 'eu-north-1',
      eventSource: 's3.amazonaws.com',
      timeWindow: { windowStart: '2026-09-01T10:00:00Z', windowEnd: '2026-09-01T10:05:00Z', windowSize: 'PT5M' },
      summary: { primaryDimension: { dimension: 'eventName', statistics: [], aggregationType: 'Count' } },
    };
    expect(short(read(aggregated))).toEqual([expect.stringMatching(/^skipped 1: CloudTrail aggregated events/)]);
    const digest = { awsAccountId: '111122223333', digestS3Bucket: 'b', digestS3Object: 'k', logFiles: [] };
    expect(short(read(digest))).toEqual(['skipped 1: CloudTrail digest files, which hold no records']);
  });
});

describe('a list of records with scalars among them', () => {
  test.each([
    ['null', '{"Records":[null,RECORD]}'],
    ['a number', '[12,RECORD]'],
    ['a word on a line of its own', '{"Records":[\ntrue,RECORD\n]}'],
    ['the last element', '{"Records":[RECORD,null]}'],
  ])('gives the records whatever stands beside them: %s', (_, text) => {
    const bytes = bytesOf(text.replace('RECORD', JSON.stringify(trail('e-1'))));
    const kinds = readRecords(bytes, { place: nowhere, where: 'test' }).map(one => one.kind);
    expect(kinds.toSorted()).toEqual(['event', 'rejected']);
  });
});
