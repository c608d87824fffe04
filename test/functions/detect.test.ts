import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { memoryQuarantine } from '../../adapters/quarantine-local.ts';
import { call } from '../../core/cloudtrail/example.ts';
import { compile } from '../../core/compile.ts';
import { cloudtrail, kubernetes } from '../../core/detection.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { memoryStore } from '../../core/state/memory.ts';
import type { Observation } from '../../core/state/observation.ts';
import { remembering } from '../../core/state/remembering.ts';
import { handler as auditDeployed } from '../../functions/audit.ts';
import { handler as trailDeployed } from '../../functions/cloudtrail.ts';
import { policed } from '../policed.ts';
import { context, logged, measured, setUp } from './setup.ts';

const audit = policed('audit', auditDeployed);
const trail = policed('cloudtrail', trailDeployed);

const world = setUp();

const prose = {
  attack: ['T1078'],
  why: 'It is the smallest detection that there is. It is for this test.',
  references: ['none'],
  runbook: ['Look.', 'Think.', 'Act.'],
  blind: ['It sees nothing else.'],
};
const examples = <E>(event: E) => {
  const example = (name: string) => ({ name, event });
  return { matches: [example('one'), example('two')], misses: [example('three'), example('four')] };
};
const stopped = cloudtrail({
  id: 'cloudtrail/instance-stopped',
  title: '{instance} was stopped',
  severity: 'high',
  when: { eventName: 'StopInstances' },
  by: ({ record }) => [{ instance: String(record.requestParameters?.['instance'] ?? 'unknown') }],
  ...prose,
  examples: examples(call('ec2', 'StopInstances')),
});
const read = kubernetes({
  id: 'kubernetes/secret-read',
  title: '{secret} was read',
  severity: 'medium',
  when: { verb: 'get', objectRef: { resource: 'secrets' } },
  by: ({ record }) => [{ secret: record.objectRef?.name ?? 'unknown' }],
  ...prose,
  examples: examples({
    source: 'kubernetes' as const,
    id: '',
    time: 0,
    account: '',
    region: '',
    cluster: '',
    record: { auditID: '', verb: 'get' },
  }),
});
const match = () => compile([stopped, read], [], exampleSettings);

let events = 0;
const id = () => `11111111-2222-4333-8444-${String(events++).padStart(12, '0')}`;
const record = (instance: string, eventName = 'StopInstances') => ({
  eventVersion: '1.11',
  eventTime: new Date(world.now - 4000).toISOString(),
  eventSource: 'ec2.amazonaws.com',
  eventName,
  awsRegion: 'eu-west-1',
  sourceIPAddress: '198.51.100.23',
  userAgent: 'aws-cli/2.30.0',
  userIdentity: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/alice', userName: 'alice' },
  requestParameters: { instance },
  eventID: id(),
  eventType: 'AwsApiCall',
  eventCategory: 'Management',
  managementEvent: true,
  recipientAccountId: '111122223333',
});
const envelope = (detail: object) => ({
  version: '0',
  id: id(),
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.ec2',
  account: '111122223333',
  time: '2026-09-01T10:00:00Z',
  region: 'eu-west-1',
  resources: [],
  detail,
});
const queue = (...bodies: readonly (object | string)[]) =>
  ({
    Records: bodies.map((body, at) => ({
      messageId: `m${at}`,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })),
  }) as Parameters<typeof trail>[0]; // as far as it reads
const again = ({ Records }: ReturnType<typeof queue>, receives: number): ReturnType<typeof queue> => ({
  Records: Records.map(message => ({
    ...message,
    attributes: { ...message.attributes, ApproximateReceiveCount: String(receives) },
  })),
});

const subscription = (...logged: readonly object[]) => ({
  awslogs: {
    data: gzipSync(
      JSON.stringify({
        messageType: 'DATA_MESSAGE',
        owner: '111122223333',
        logGroup: '/aws/eks/prod/cluster',
        logStream: 'kube-apiserver-audit-0123456789abcdef',
        subscriptionFilters: ['tripline'],
        logEvents: logged.map((message, at) => ({ id: String(at), timestamp: 0, message: JSON.stringify(message) })),
      }),
    ).toString('base64'),
  },
});
const auditEvent = (name: string, verb = 'get') => ({
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'Metadata',
  auditID: id(),
  stage: 'ResponseComplete',
  requestURI: `/api/v1/namespaces/kube-system/secrets/${name}`,
  verb,
  user: { username: 'alice', groups: ['system:authenticated'] },
  sourceIPs: ['198.51.100.23'],
  userAgent: 'kubectl/v1.34.1',
  objectRef: { resource: 'secrets', namespace: 'kube-system', name, apiVersion: 'v1' },
  responseStatus: { code: 200 },
  requestReceivedTimestamp: new Date(world.now - 4000).toISOString(),
  stageTimestamp: new Date(world.now - 3990).toISOString(),
});
const titles = async () => (await world.tables.findings.list({})).items.map(({ title, count }) => [title, count]);

describe('CloudTrail’s queue', () => {
  test('makes findings of what matches, and counts what it read', async () => {
    world.with({ match });
    const result = await trail(
      queue(envelope(record('i-1')), envelope(record('i-1')), envelope(record('x', 'RunInstances'))),
      context(),
    );
    expect(result).toEqual({ batchItemFailures: [] });
    expect(await titles()).toContainEqual(['i-1 was stopped', 2]);
    expect(measured(world)[0]).toMatchObject({
      function: 'cloudtrail',
      EventsRead: 3,
      EventsMatched: 2,
      RecordsQuarantined: 0,
      RuleErrors: 0,
      EventToFinding: [4000, 4000],
    });
  });

  test('that delivers a batch again, in pieces and another order, makes the same findings', async () => {
    world.with({ match });
    const bodies = [record('i-2'), record('i-2'), record('i-3')].map(envelope);
    await trail(queue(...bodies), context());
    for (const body of bodies.toReversed()) await trail(queue(body, body), context());
    expect(await titles()).toEqual(
      expect.arrayContaining([
        ['i-2 was stopped', 2],
        ['i-3 was stopped', 1],
      ]),
    );
  });

  test('of which nothing matches touches no table and no bucket, but to mark once that its stream was heard', async () => {
    const untouched = () => {
      throw new Error('touched');
    };
    const inner = memoryStore();
    const asked: Observation[] = [];
    const store = remembering(
      {
        ...inner,
        observe: observations => {
          asked.push(...observations);
          return inner.observe(observations);
        },
      },
      Date.now,
    );
    world.with({ match, findings: untouched, store: () => store, quarantine: untouched, ledger: untouched });
    for (let round = 0; round < 3; round++) {
      const result = await trail(queue(envelope(record('x', 'RunInstances'))), context());
      expect(result).toEqual({ batchItemFailures: [] });
    }
    const marks = expect.stringMatching(/^heard#cloudtrail#/);
    expect(asked.map(({ scope }) => scope)).toEqual([marks, marks]);
  });

  test('sets aside what it cannot read and goes on with the rest', async () => {
    const quarantine = memoryQuarantine();
    world.with({ match, quarantine: () => quarantine });
    expect(await trail(queue('{broken', envelope(record('i-4'))), context())).toEqual({ batchItemFailures: [] });
    expect([...quarantine.counts]).toEqual([['truncated', 1]]);
    expect(await titles()).toContainEqual(['i-4 was stopped', 1]);
    expect(measured(world)[0]).toMatchObject({ RecordsQuarantined: 1, EventsRead: 1 });
  });

  test('hands back only the message that could not be stored', async () => {
    world.with({
      match,
      findings: () => ({
        ...world.tables.findings,
        fold: async (matches, now) => {
          if (matches.some(({ title }) => title.startsWith('i-bad'))) throw new Error('the table is away');
          await world.tables.findings.fold(matches, now);
        },
      }),
    });
    const bodies = [record('i-5'), record('i-bad'), record('i-6')].map(envelope);
    expect(await trail(queue(...bodies), context())).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] });
    expect(await titles()).toEqual(
      expect.arrayContaining([
        ['i-5 was stopped', 1],
        ['i-6 was stopped', 1],
      ]),
    );
    expect(logged(world)).toContainEqual({
      level: 'warn',
      function: 'cloudtrail',
      record: 'm1',
      error: 'Error',
      message: 'the table is away',
    });
  });

  test('fetches the log files that it is told of, and hands back one that cannot be fetched', async () => {
    const notice = (key: string) => ({ s3Bucket: 'trail', s3ObjectKey: [key] });
    world.with({
      match,
      object: async function* ({ key }) {
        if (key.includes('gone')) throw new Error('NoSuchKey');
        const body = queue(envelope(record(key)));
        const { readSqs } = await import('../../core/read/sqs.ts');
        for (const { reads } of readSqs(body, exampleSettings)) yield reads;
      },
    });
    expect(await trail(queue(notice('i-7'), notice('gone'), envelope(record('i-8'))), context())).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm1' }],
    });
    expect(await titles()).toEqual(
      expect.arrayContaining([
        ['i-7 was stopped', 1],
        ['i-8 was stopped', 1],
      ]),
    );
  });

  test('goes on with a log file where the last run’s time was over, and loses none of it', async () => {
    const { readSqs } = await import('../../core/read/sqs.ts');
    const calls = Array.from({ length: 2_500 }, (_, at) => `Call${at}`);
    const judged: string[] = [];
    let left = 60_000;
    let piece = 400;
    world.with({
      match: () => event => {
        if ('source' in event && event.source === 'cloudtrail') judged.push(event.record.eventName ?? '');
        if (judged.length === 1_500) left = 14_999;
        return [];
      },
      concerns: () => true,
      object: async function* () {
        for (let from = 0; from < calls.length; from += piece) {
          const some = calls.slice(from, from + piece).map(name => envelope({ ...record('i-0', name), eventID: name }));
          yield readSqs(queue(...some), exampleSettings).flatMap(({ reads }) => reads);
        }
      },
    });
    const running = context({ getRemainingTimeInMillis: () => left });
    const notice = { s3Bucket: 'trail', s3ObjectKey: ['long'] };
    expect(await trail(queue(notice), running)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(logged(world)[0]?.message).toContain('was over after 2400 of its events; the next run goes on from there');
    expect(judged).toEqual(calls.slice(0, 2_400));
    left = 60_000;
    piece = 333; // it may arrive in other pieces
    expect(await trail(again(queue(notice), 2), running)).toEqual({ batchItemFailures: [] });
    expect(judged).toEqual(calls);
  });

  /** Log files of the calls named, one event a piece, of which each that is judged is listed; `fails` is asked before each. */
  const judging = (files: () => Readonly<Record<string, readonly string[]>>, fails: (call: string) => void) => {
    const judged: string[] = [];
    world.with({
      match: () => event => {
        if (!('source' in event && event.source === 'cloudtrail')) return [];
        const { eventName = '' } = event.record;
        judged.push(eventName);
        return [];
      },
      concerns: () => true,
      object: async function* ({ key }) {
        const { readSqs } = await import('../../core/read/sqs.ts');
        for (const name of files()[key] ?? []) {
          fails(name);
          const reads = readSqs(queue(envelope({ ...record('i-0', name), eventID: name })), exampleSettings);
          yield reads.flatMap(one => one.reads);
        }
      },
    });
    return { judged, taken: () => judged.splice(0) };
  };
  const calls = (prefix: string, length: number) => Array.from({ length }, (_, at) => `${prefix}${at}`);
  const notice = (...keys: readonly string[]) => queue({ s3Bucket: 'trail', s3ObjectKey: keys });
  const givenBack = { batchItemFailures: [{ itemIdentifier: 'm0' }] };

  test('goes on where anything failed, and passes what it finished of the same message', async () => {
    const files = { a: calls('A', 1_200), b: calls('B', 2_500) };
    let broken = true;
    const { taken } = judging(
      () => files,
      call => {
        if (broken && call === 'B2200') throw new Error('the bucket is away');
      },
    );
    expect(await trail(notice('a', 'b'), context())).toEqual(givenBack);
    expect(taken()).toEqual([...files.a, ...files.b.slice(0, 2_000)]);
    broken = false;
    expect(await trail(again(notice('a', 'b'), 2), context())).toEqual({ batchItemFailures: [] });
    expect(taken()).toEqual(files.b.slice(2_000));
  });

  test('begins anew where a log file has other events than those that were judged', async () => {
    const first = calls('A', 2_500);
    let files: Readonly<Record<string, readonly string[]>> = { a: first };
    let left = 60_000;
    const { taken } = judging(
      () => files,
      call => {
        if (call === 'A2200') left -= 50_000;
      },
    );
    const running = context({ getRemainingTimeInMillis: () => left });
    expect(await trail(notice('a'), running)).toEqual(givenBack);
    expect(taken()).toEqual(first.slice(0, 2_000));
    // As where a version after that one reads fewer records of it as events; and has no time for all of it either.
    files = { a: first.slice(10) };
    left = 60_000;
    expect(await trail(again(notice('a'), 2), running)).toEqual(givenBack);
    expect(taken()).toEqual(first.slice(10, 2_010));
    left = 120_000;
    expect(await trail(again(notice('a'), 3), running)).toEqual({ batchItemFailures: [] });
    expect(taken()).toEqual(first.slice(2_010));
  });

  test('gives back a log file whose events come so slowly that there is no time left to judge them', async () => {
    const file = calls('A', 900);
    let left = 60_000;
    let read = 0;
    const { taken } = judging(
      () => ({ a: file }),
      () => {
        read++;
        left -= 100;
      },
    );
    const running = context({ getRemainingTimeInMillis: () => left });
    expect(await trail(notice('a'), running)).toEqual(givenBack);
    expect(read).toBe(451);
    expect(taken()).toEqual([]);
  });

  test('begins with the log files that were given back most often', async () => {
    const begun: string[] = [];
    world.with({
      match,
      object: async function* ({ key }) {
        begun.push(key);
        yield [];
      },
    });
    const notice = (key: string) => ({ s3Bucket: 'trail', s3ObjectKey: [key] });
    const [first, second, third] = [
      queue(notice('new')),
      again(queue(notice('old')), 4),
      again(queue(notice('tried')), 2),
    ];
    await trail({ Records: [first, second, third].flatMap(({ Records }) => Records) }, context());
    expect(begun).toEqual(['old', 'tried', 'new']);
  });

  test('gives back a log file that takes too long, and what it has no time to begin; what was done is acknowledged', async () => {
    const notice = (key: string) => ({ s3Bucket: 'trail', s3ObjectKey: [key] });
    let left = 60_000;
    world.with({
      match,
      object: async function* ({ key }) {
        const { readSqs } = await import('../../core/read/sqs.ts');
        for (const { reads } of readSqs(queue(envelope(record(key))), exampleSettings)) yield reads;
        if (key === 'i-long') left = 14_999;
        yield [];
      },
    });
    const running = context({ getRemainingTimeInMillis: () => left });
    expect(await trail(queue(notice('i-9'), notice('i-long'), notice('i-late')), running)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm1' }, { itemIdentifier: 'm2' }],
    });
    expect(await titles()).toContainEqual(['i-9 was stopped', 1]);
    expect(logged(world).map(({ message }) => message)).toEqual([
      's3[:]//trail/i-long: the run’s time was over after 0 of its events; the next run goes on from there',
      'no time is left in this run',
      undefined,
    ]);
  });
});

describe('an audit log’s subscription', () => {
  test('makes findings of what matches', async () => {
    world.with({ match });
    await audit(subscription(auditEvent('bootstrap-token-abcdef'), auditEvent('other', 'list')), context());
    expect(await titles()).toContainEqual(['bootstrap-token-abcdef was read', 1]);
    expect(measured(world)[0]).toMatchObject({ function: 'audit', EventsRead: 2, EventsMatched: 1 });
  });

  test('of which a record is of the future keeps no case silent until then', async () => {
    world.with({ match });
    const forged = { ...auditEvent('forged'), requestReceivedTimestamp: '2100-01-01T00:00:00Z' };
    const case_ = async () =>
      (
        await world.tables.findings.list({
          statuses: ['open', 'resolved'],
          since: world.now - 86_400_000,
          until: world.now + 86_400_000,
        })
      ).items.find(({ title }) => title === 'forged was read');
    await audit(subscription(forged), context());
    const one = await case_();
    expect([one?.first, one?.last]).toEqual([world.now, world.now]);
    if (one !== undefined)
      await world.tables.findings.work(one, { act: 'resolve' }, { who: 'alice', at: world.now + 1_000 });
    expect((await case_())?.status).toBe('resolved');
    world.now += 60_000;
    await audit(subscription(auditEvent('forged')), context());
    expect((await case_())?.status).toBe('open');
  });

  test('throws where a finding could not be stored, so that Lambda tries again', async () => {
    world.with({
      match,
      findings: () => ({
        ...world.tables.findings,
        fold: async () => {
          throw new Error('the table is away');
        },
      }),
    });
    await expect(audit(subscription(auditEvent('x')), context())).rejects.toThrow('the table is away');
    expect(logged(world)[0]).toMatchObject({ level: 'error', function: 'audit', message: 'the table is away' });
  });

  test('that is no gzip is set aside, not retried for ever', async () => {
    const quarantine = memoryQuarantine();
    world.with({ match, quarantine: () => quarantine });
    await audit({ awslogs: { data: Buffer.from('nonsense').toString('base64') } }, context());
    expect([...quarantine.counts]).toEqual([['bad-gzip', 1]]);
  });
});

test('no log line or metric holds a byte of an event', async () => {
  const secret = 'CANARY0123456789';
  const quarantine = memoryQuarantine();
  world.with({ match, quarantine: () => quarantine });
  const spoiled = { ...record(secret), userAgent: secret };
  await trail(queue(envelope(spoiled), `{"broken": "${secret}`, `${secret}`), context());
  await audit({ awslogs: { data: secret } }, context());
  expect(world.lines.length).toBeGreaterThan(1);
  expect(world.lines.join('\n')).not.toContain(secret);
});
