import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudTrailClient, CreateTrailCommand, StartLoggingCommand } from '@aws-sdk/client-cloudtrail';
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defineConfig } from '../../core/config.ts';
import { canariesCheck, canaryCheck } from '../../core/doctor/canary.ts';
import type { Check } from '../../core/doctor/check.ts';
import { clusterChecks, filterCheck, ruleCheck, trailCheck } from '../../core/doctor/feeds.ts';
import { concurrencyQuota, rulesQuota } from '../../core/doctor/quotas.ts';
import { settingsChecks, suppressionChecks } from '../../core/doctor/settings.ts';
import {
  clockCheck,
  deadLetterCheck,
  dueCheck,
  functionCheck,
  mappingCheck,
  ownFindingsCheck,
  quarantineCheck,
  subscriptionCheck,
  throttleCheck,
} from '../../core/doctor/stage.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Trail } from '../../core/inventory/aws.ts';
import { eventBridgeFilter } from '../../core/targets/eventbridge/filter.ts';
import { guardPatterns } from '../../core/targets/eventbridge/guard.ts';
import { detections, knowledge } from '../../detections/index.ts';
import { hasMoto, startMoto } from '../inventory/moto.ts';
import { tripline } from '../usage/run.ts';

const now = Date.parse('2026-09-01T12:00:00Z');
const derived = { name: 'r', pattern: '{"source":["aws.ec2"],"detail":{"a":[1]}}', state: 'ENABLED' };
const standing = { pattern: '{ "detail": {"a": [1]}, "source": ["aws.ec2"] }', state: 'ENABLED', targets: 1 };
const trail = { name: 'main', logging: true, multiRegion: true, validated: true, management: 'all' } as const;
const active = { state: 'Active', update: 'Successful', modified: '2026-09-01T10:00:00.000+0000' };
const cluster = {
  ...{ name: 'prod', arn: '', auditLogging: true, vpc: '', publicEndpoint: false, publicCidrs: [] },
  ...{ authenticationMode: 'API', entries: [], pods: [], nodeRoles: [] },
};

const minute = 60_000;
const canary = (state: Parameters<typeof canaryCheck>[1], name = 'region eu-west-1') =>
  canaryCheck(name, state, exampleSettings, now);
const back = (minutes: number) => ({ event: now - minutes * minute, took: 3 * minute });
/** What the trail check says of two regions. */
const covered = (one: readonly Trail[], other: readonly Trail[] = one): Check => {
  const [check] = trailCheck(
    new Map([
      ['eu-west-1', one],
      ['us-east-1', other],
    ]),
  );
  if (check === undefined) throw new Error('no check');
  return check;
};
const days = (...counts: readonly number[]) =>
  counts.map((records, n) => ({ day: `2026-09-0${n + 1}`, records, more: false, reasons: ['not-json'] }));

describe('a check is', () => {
  test.each<[string, Check, Check['state']]>([
    ['good of a rule as derived, whatever the order of its members', ruleCheck('x', derived, standing), 'good'],
    ['bad of a rule that is gone', ruleCheck('x', derived, undefined), 'bad'],
    ['bad of a rule that is switched off', ruleCheck('x', derived, { ...standing, state: 'DISABLED' }), 'bad'],
    [
      'bad of a rule whose pattern was narrowed',
      ruleCheck('x', derived, { ...standing, pattern: '{"source":["aws.ec2"]}' }),
      'bad',
    ],
    ['bad of a rule without target', ruleCheck('x', derived, { ...standing, targets: 0 }), 'bad'],
    ['good of a filter as derived', filterCheck('g', 'p', { pattern: 'p' }), 'good'],
    ['bad of another filter', filterCheck('g', 'p', { pattern: 'q' }), 'bad'],
    ['bad of a group without filter', filterCheck('g', 'p', undefined), 'bad'],
    ['bad of a group that is full of others', filterCheck('g', 'p', undefined, ['a', 'b']), 'bad'],
    ['good of a rule that is not derived', ruleCheck('x', { name: 'guard', state: 'ENABLED' }, standing), 'good'],
    [
      'bad of one that is off',
      ruleCheck('x', { name: 'guard', state: 'ENABLED' }, { ...standing, state: 'DISABLED' }),
      'bad',
    ],
    ['bad of no group', filterCheck('g', 'p', 'missing'), 'bad'],
    ['good of a trail in every region', covered([trail], [trail]), 'good'],
    ['good of a trail in each region', covered([{ ...trail, multiRegion: false }], [{ ...trail, name: 'b' }]), 'good'],
    ['bad of a trail that is off', covered([{ ...trail, logging: false }]), 'bad'],
    ['bad of a region without trail', covered([{ ...trail, multiRegion: false }], []), 'bad'],
    ['bad of a trail of writes alone', covered([{ ...trail, management: 'some' }]), 'bad'],
    ['good of few rules', rulesQuota('eu-west-1', { rules: 100, wildcards: 2 }), 'good'],
    ['weak of nearly as many rules as a bus takes', rulesQuota('eu-west-1', { rules: 240, wildcards: 2 }), 'weak'],
    ['weak of as many where a bus takes fewer', rulesQuota('af-south-1', { rules: 100, wildcards: 2 }), 'weak'],
    ['weak of nearly as many wildcards', rulesQuota('eu-west-1', { rules: 30, wildcards: 24 }), 'weak'],
    ['good of room to run', concurrencyQuota({ all: 1_000, unreserved: 900 }), 'good'],
    ['weak of little room', concurrencyQuota({ all: 1_000, unreserved: 40 }), 'weak'],
    ['bad of a new account', concurrencyQuota({ all: 10, unreserved: 10 }), 'bad'],
    ['unknown of no answer', concurrencyQuota({ all: undefined, unreserved: undefined }), 'unknown'],
    ['good of an empty quarantine', quarantineCheck(days(0, 0, 0)), 'good'],
    ['good of one that was full last week', quarantineCheck(days(90, 0, 0)), 'good'],
    ['weak of some records', quarantineCheck(days(1, 2, 1)), 'weak'],
    ['bad of very many', quarantineCheck(days(150, 100, 100)), 'bad'],
    ['bad of many more than usual', quarantineCheck(days(0, 0, 30)), 'bad'],
    ['good of a pipeline that says nothing of itself', ownFindingsCheck([]), 'good'],
    ['weak of one that does', ownFindingsCheck([{ detection: 'pipeline/rule-failed', title: 'x' }]), 'weak'],
    ['good of a function', functionCheck('f', active, active.modified), 'good'],
    ['bad of a function that is gone', functionCheck('f', undefined, undefined), 'bad'],
    ['bad of a function whose update failed', functionCheck('f', { ...active, update: 'Failed' }, undefined), 'bad'],
    [
      'weak of a function changed after the deployment',
      functionCheck('f', active, '2026-08-01T00:00:00.000+0000'),
      'weak',
    ],
    ['good of an empty queue', deadLetterCheck('q', 0), 'good'],
    ['bad of a dead letter', deadLetterCheck('q', 1), 'bad'],
    ['good of a confirmed subscription', subscriptionCheck('alerts', 'e', 'arn:aws:sns:x'), 'good'],
    ['bad of a pending one', subscriptionCheck('alerts', 'e', 'PendingConfirmation'), 'bad'],
    ['good of a clock that is right', clockCheck(-2_000), 'good'],
    ['bad of a clock that is not', clockCheck(61_000), 'bad'],
    ['good where nothing waits', dueCheck(0), 'good'],
    ['bad where something waits', dueCheck(1), 'bad'],
    ['good of a canary that is back', canary({ returned: back(20) }), 'good'],
    ['good of one that is under way', canary({ returned: back(35), waiting: now - 5 * minute }), 'good'],
    ['bad of one that is late', canary({ returned: back(90), waiting: now - 31 * minute }), 'bad'],
    ['bad of one that never came back', canary({ waiting: now - 31 * minute }), 'bad'],
    ['bad of one that is called no more', canary({ returned: back(91) }), 'bad'],
    ['bad of one that cannot be called', canary({ failed: { at: now, why: 'it cannot be reached' } }), 'bad'],
    ['weak of one that was called just now', canary({ waiting: now - minute }), 'weak'],
  ])('%s', (_, check, state) => {
    expect(check.state).toBe(state);
    expect(check.todo === undefined).toBe(state === 'good');
  });

  test('made of clusters that are found, silent, not named or gone', () => {
    const states = clusterChecks('eu-west-1', [{ ...cluster, name: 'other', auditLogging: false }], exampleSettings);
    expect(states.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'cluster other bad',
      'cluster other weak',
      'cluster prod weak',
    ]);
  });

  test('made of canaries: when each came back, how long it took, which call is missing and where to look', () => {
    expect(canary({ returned: back(20) }).says).toBe(
      'It last came back at 2026-09-01 11:40 UTC, 3 min after its call.',
    );
    expect(canary({ returned: back(90), waiting: now - 60 * minute }).says).toMatch(/its call of 2026-09-01 11:00 UTC/);
    expect(canary({ waiting: now - 60 * minute }).todo).toMatch(/trail and rules of that region/);
    expect(canary({ waiting: now - 60 * minute }, 'cluster prod').todo).toMatch(/audit logging of the cluster/);
    expect(canariesCheck(['region eu-west-1'], exampleSettings)).toEqual([]);
    expect(canariesCheck([], exampleSettings)).toMatchObject([{ state: 'bad' }]);
    const off = defineConfig({ deployment: { canary: { regions: false } } });
    expect(canariesCheck([], off)).toMatchObject([{ state: 'weak' }]);
  });

  test('bad of what feeds nothing, and of a function that may never run', () => {
    const mapping = (...states: readonly string[]) =>
      mappingCheck(
        'f',
        states.map(state => ({ source: 'events', state })),
      ).map(({ state }) => state);
    expect([mapping('Enabled'), mapping('Disabled'), mapping()]).toEqual([['good'], ['bad'], ['bad']]);
    expect(throttleCheck('f', 0).map(({ state }) => state)).toEqual(['bad']);
    expect([throttleCheck('f', undefined), throttleCheck('f', 1)]).toEqual([[], []]);
  });

  test('weak of a trail whose files cannot be delivered, beside what it covers', () => {
    const failing = { ...trail, deliveryError: 'AccessDenied' };
    expect(trailCheck(new Map([['eu-west-1', [failing]]])).map(({ name, state }) => `${name} ${state}`)).toEqual([
      'trail good',
      'trail main weak',
    ]);
  });

  test('weak of suppressions that end within two weeks, and says nothing of those that ended', () => {
    const ending = (expires: string) =>
      suppressionChecks(
        [{ id: 's', when: {}, reason: 'a migration', owner: 'alice', from: '2026-08-01', expires }],
        now,
      ).map(({ says }) => says);
    expect(ending('2026-09-10')).toEqual([expect.stringContaining('ends in 10 days')]);
    expect([ending('2026-08-30'), ending('2026-11-01')]).toEqual([[], []]);
  });

  test('bad of settings for a detection that does not exist', () => {
    const settings = defineConfig({ detections: { 'cloudtrail/slip-of-the-pen': { status: 'off' } } });
    expect(settingsChecks([], settings, now)).toContainEqual(
      expect.objectContaining({ name: 'settings detections.cloudtrail/slip-of-the-pen', state: 'bad' }),
    );
  });

  test('silent on what an inventory finds, which no detection does, and bad of a slip in it', () => {
    const settings = defineConfig({
      detections: {
        'posture/audit-logging-off': { status: 'alerting' },
        'posture/inventory-incomplete': { status: 'alerting' },
        'posture/audit-loging-off': { status: 'alerting' },
      },
      channels: [
        { kind: 'slack', secret: 'Hook', detections: ['posture/*', 'posture/trail-missing', 'posture/trial'] },
      ],
    });
    const said = settingsChecks(detections, settings, now).filter(({ name }) => name.startsWith('settings'));
    expect(said).toMatchObject([
      { name: 'settings detections.posture/audit-loging-off', state: 'bad' },
      { name: 'settings channels.0.detections', says: expect.stringContaining('"posture/trial"') },
    ]);
  });

  test('bad of a channel for detections that do not exist, weak for clusters and accounts that nobody named', () => {
    const settings = defineConfig({
      accounts: ['111122223333'],
      clusters: [{ name: 'prod' }],
      channels: [
        {
          kind: 'slack',
          secret: 'Hook',
          detections: ['cloudtrial/*'],
          clusters: ['prod', 'prdo-*'],
          accounts: ['444455556666'],
        },
      ],
    });
    const said = settingsChecks(detections, settings, now).filter(({ name }) => name.startsWith('settings'));
    expect(said).toMatchObject([
      { name: 'settings channels.0.detections', state: 'bad', says: expect.stringContaining('"cloudtrial/*"') },
      { name: 'settings channels.0.clusters', state: 'weak', says: expect.stringContaining('"prdo-*"') },
      { name: 'settings channels.0.accounts', state: 'weak', says: expect.stringContaining('444455556666') },
    ]);
  });

  test('weak of exemptions that end within two weeks, or have ended', () => {
    const exempt = (expires: string) =>
      settingsChecks(
        [],
        defineConfig({
          detections: {
            'a/b': {
              exemptions: [
                { when: { a: ['b'] }, reason: 'the agent reads it until it has a role of its own', expires },
              ],
            },
          },
        }),
        now,
      ).filter(({ name }) => name.startsWith('exemption'));
    expect(exempt('2026-09-10')).toMatchObject([{ state: 'weak', says: expect.stringContaining('ends in 10 days') }]);
    expect(exempt('2026-08-30')).toMatchObject([
      { state: 'weak', says: expect.stringContaining('ended on 2026-08-30') },
    ]);
    expect(exempt('2026-12-31')).toEqual([]);
  });
});

const region = 'eu-west-1';
let stop: () => Promise<void> = async () => {};

// Where moto's server is not installed, the judgements above stand alone.
// It looks at every region there is, and moto answers one request at a time.
describe.skipIf(!hasMoto())('tripline doctor --stage, against an emulator', { timeout: 180_000 }, () => {
  const settings = join(mkdtempSync(join(tmpdir(), 'tripline-')), 'tripline.config.mjs');
  const config = defineConfig({ home: region });
  const { patterns } = eventBridgeFilter(detections, knowledge, config);
  const events = new EventBridgeClient({ region });
  const put = (index: number, over: { State?: 'DISABLED' } = {}) => {
    const one = patterns[index];
    const State = one?.readOnly ? 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' : 'ENABLED';
    return new PutRuleCommand({
      Name: `tripline-test-candidates-${index + 1}`,
      EventPattern: one?.pattern,
      State,
      ...over,
    });
  };
  let client = events;
  beforeAll(async () => {
    writeFileSync(settings, `export default ${JSON.stringify(config)};`);
    stop = await startMoto();
    client = new EventBridgeClient({ region });
    for (const [index] of patterns.entries()) {
      await client.send(put(index));
      await client.send(
        new PutTargetsCommand({
          Rule: `tripline-test-candidates-${index + 1}`,
          Targets: [{ Id: 'q', Arn: `arn:aws:sqs:${region}:123456789012:events` }],
        }),
      );
    }
    const [EventPattern] = guardPatterns('tripline-test-', config);
    await client.send(new PutRuleCommand({ Name: 'tripline-test-guard-1', EventPattern, State: 'ENABLED' }));
    const Targets = [{ Id: 'topic', Arn: `arn:aws:sns:${region}:123456789012:tripline-test-guard` }];
    await client.send(new PutTargetsCommand({ Rule: 'tripline-test-guard-1', Targets }));
    await new S3Client({ region, forcePathStyle: true }).send(
      new CreateBucketCommand({ Bucket: 'trail', CreateBucketConfiguration: { LocationConstraint: region } }),
    );
    const trails = new CloudTrailClient({ region });
    await trails.send(new CreateTrailCommand({ Name: 'main', S3BucketName: 'trail', IsMultiRegionTrail: true }));
    await trails.send(new StartLoggingCommand({ Name: 'main' }));
    const sns = new SNSClient({ region });
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: 'tripline-test-alerts' }));
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'email', Endpoint: 'soc@example.com' }));
    const sqs = new SQSClient({ region });
    await sqs.send(new CreateQueueCommand({ QueueName: 'tripline-test-undelivered-dlq' }));
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'tripline-test-events-dlq' }));
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: '{}' }));
    const s3 = new S3Client({ region, forcePathStyle: true });
    const Bucket = 'tripline-test-quarantine-1a2b3c';
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: region } }));
    const Key = `${new Date().toISOString().slice(0, 10)}/not-json/0123456789abcdef`;
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
  }, 60_000);
  afterAll(() => stop());

  const checks = async () => {
    const { code, stdout } = await tripline('doctor', '--stage', 'test', '--settings', settings, '--json');
    const all = stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as Check);
    return { code, all: new Map(all.map(one => [one.name, one])) };
  };

  test('says what is well, what is not, and what could not be looked at', async () => {
    const { code, all } = await checks();
    const state = (name: string) => all.get(name)?.state;
    expect(code).toBe(1);
    expect(patterns.map((_, index) => state(`rule tripline-test-candidates-${index + 1} ${region}`))).toEqual(
      patterns.map(() => 'good'),
    );
    expect([state('trail'), state('clock'), state('regions')]).toEqual(['good', 'good', 'good']);
    // Every enabled region is looked at: an attacker launches where no rule stands.
    expect(state('rule tripline-test-candidates-1 us-east-1')).toBe('bad');
    expect(state(`quota of rules ${region}`)).toBe('good');
    expect(state('quarantine')).toBe('weak');
    // One of the rules of self-protection stands as derived, another is gone.
    expect(state(`rule tripline-test-guard-1 ${region}`)).toBe('good');
    expect(state(`rule tripline-test-guard-2 ${region}`)).toBe('bad');
    expect(state(`rule tripline-test-guard-keys-1 ${region}`)).toBe('bad');
    expect(state(`rule tripline-test-guard-1-told ${region}`)).toBe('bad');
    expect(state('guard')).toBe('bad');
    expect(state(`queue tripline-test-events-dlq ${region}`)).toBe('bad');
    expect(state(`queue tripline-test-undelivered-dlq ${region}`)).toBe('good');
    expect(state('function tripline-test-cloudtrail')).toBe('bad');
    expect(state('announcements')).toBe('unknown'); // the stage has no table
  });

  test('notices a rule that somebody switched off', async () => {
    await client.send(put(0, { State: 'DISABLED' }));
    expect((await checks()).all.get(`rule tripline-test-candidates-1 ${region}`)).toMatchObject({
      state: 'bad',
      says: expect.stringContaining('DISABLED'),
    });
  });
});
