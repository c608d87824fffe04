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
import type { Check } from '../../core/doctor/check.ts';
import { eventBridgeFilter } from '../../core/targets/eventbridge/filter.ts';
import { guardPatterns } from '../../core/targets/eventbridge/guard.ts';
import { detections, knowledge } from '../../detections/index.ts';
import { hasMoto, startMoto } from '../inventory/moto.ts';
import { tripline } from '../usage/run.ts';

const region = 'eu-west-1';
let stop: () => Promise<void> = async () => {};

// Where moto's server is not installed, the judgements of `checks.test.ts` stand alone.
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
