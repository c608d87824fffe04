import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { memoryQuarantine } from '../../adapters/quarantine-local.ts';
import type { Rejected } from '../../core/read/contract.ts';
import { handler as announce } from '../../functions/announce.ts';
import { handler as audit } from '../../functions/audit.ts';
import { handler as trail } from '../../functions/cloudtrail.ts';
import { handler as evidence } from '../../functions/evidence.ts';
import { hub } from '../../functions/hub.ts';
import { handler as pagerDuty } from '../../functions/pagerduty.ts';
import { handler as posture } from '../../functions/posture-reader.ts';
import { handler as slack } from '../../functions/slack.ts';
import { handler as slackApp } from '../../functions/slack-app.ts';
import { handler as triage } from '../../functions/triage.ts';
import { handler as webhook } from '../../functions/webhook.ts';
import { context, setUp } from './setup.ts';

const world = setUp();
const base64 = (content: string | Uint8Array): string => Buffer.from(content).toString('base64');

/** What AWS hands to functions of another kind, and what somebody may type who invokes one by hand. */
const envelope = {
  version: '0',
  'detail-type': 'AWS API Call via CloudTrail',
  source: 'aws.ec2',
  account: '111122223333',
  region: 'eu-west-1',
  detail: { eventSource: 'ec2.amazonaws.com', eventName: 'StopInstances', eventID: 'e-1' },
};
const scheduled = { ...envelope, 'detail-type': 'Scheduled Event', source: 'aws.events', detail: {} };
const subscription = { awslogs: { data: base64(gzipSync('{"messageType":"CONTROL_MESSAGE","logEvents":[]}')) } };
const topic = { Records: [{ EventSource: 'aws:sns', Sns: { Message: '{}' } }] };
const others: readonly (readonly [string, unknown])[] = [
  ['nothing', null],
  ['an empty object', {}],
  ['records that are no list', { Records: {} }],
  ['an event of EventBridge', envelope],
  ['a schedule', scheduled],
  ['a subscription', subscription],
];

/** A handler as the runtime calls it: with whatever it is given. */
type Called = (event: unknown, context: unknown) => Promise<unknown>;
const called = (handler: unknown): Called => handler as Called; // its event's type is what this test breaks

const gathering = hub(
  () => ['111122223333'],
  () => ({ keep: async () => 'kept' }),
);

describe.each([
  ['slack', slack],
  ['slack-app', slackApp],
  ['pagerduty', pagerDuty],
  ['webhook', webhook],
  ['evidence', evidence],
  ['posture-reader', posture],
  ['hub', gathering],
] as const)('%s', (_, handler) => {
  test.each([
    ...others,
    ['the event of a topic', topic] as const,
  ])('says that it is no batch of its queue: %s', async (__, event) => {
    await expect(called(handler)(event, context())).rejects.toThrow(
      'this is not a batch: the function is to be invoked by its queue only',
    );
  });

  test('takes an empty batch for done', async () => {
    expect(await called(handler)({ Records: [] }, context())).toEqual({ batchItemFailures: [] });
  });

  test.each([
    'wJalrXUtnFEMI',
    '{"secret":"wJalrXUtnFEMI"',
    '{"Message":"wJalrXUtnFEMI"}',
    '\u0000\ud800é𝄞',
    '',
  ])('gives back what it can not read, %j, and quotes none of it', async body => {
    const records = [{ messageId: 'm-1', body, attributes: {} }];
    expect(await called(handler)({ Records: records }, context())).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm-1' }],
    });
    expect(world.lines.join('\n')).toMatch(/is no JSON|not an announcement|not a message|not a finding/);
    expect(world.lines.join('\n')).not.toContain('wJalr');
  });

  test('gives back a message of 256 KB that means nothing, and no other', async () => {
    const body = JSON.stringify({ x: 'y'.repeat(256 * 1024) });
    expect(await called(handler)({ Records: [{ messageId: 'm-1', body, attributes: {} }] }, context())).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm-1' }],
    });
  });
});

test.each(others)('announce says that it is no batch of its stream: %s', async (_, event) => {
  await expect(called(announce)(event, context())).rejects.toThrow('by the stream of the findings table only');
});

test('announce passes over records that name no case', async () => {
  const removed = { eventName: 'REMOVE', dynamodb: { Keys: { pk: { S: 'x' } }, SequenceNumber: '1' } };
  expect(await called(announce)({ Records: [removed, {}, { dynamodb: {} }] }, context())).toEqual({
    batchItemFailures: [],
  });
});

describe('what a function that judges was not meant to get is kept, and nothing is dropped', () => {
  const judged = async (handler: unknown, event: unknown): Promise<readonly Rejected[]> => {
    const rejected: Rejected[] = [];
    const quarantine = {
      ...memoryQuarantine(),
      keep: async (some: readonly Rejected[]) => void rejected.push(...some),
    };
    world.with({ quarantine: () => quarantine });
    await called(handler)(event, context());
    return rejected;
  };

  test.each(others)('cloudtrail: %s', async (_, event) => {
    const rejected = await judged(trail, event);
    expect(rejected).toMatchObject([{ reason: 'wrong-shape', detail: expect.stringContaining('by its queue only') }]);
    expect(Buffer.from(rejected[0]?.bytes ?? []).toString()).toBe(JSON.stringify(event));
  });

  test.each(others.filter(([, event]) => event !== subscription))('audit: %s', async (_, event) => {
    const rejected = await judged(audit, event);
    expect(rejected).toMatchObject([{ reason: 'wrong-shape', detail: expect.stringContaining('subscription') }]);
  });

  test.each([
    ['no base64', '%%%%', 'bad-gzip'],
    ['no gzip', base64('hello'), 'bad-gzip'],
    ['nothing', '', 'bad-gzip'],
    ['no JSON', base64(gzipSync('hello')), 'not-json'],
    ['a number', 7, 'wrong-shape'],
  ])('audit: a payload that is %s', async (_, data, reason) => {
    expect(await judged(audit, { awslogs: { data } })).toMatchObject([{ reason }]);
  });
});

describe('triage refuses, as anything that Slack did not sign,', () => {
  test.each([
    ['nothing', {}],
    ['a visit', { headers: {}, requestContext: { http: { method: 'GET' } }, isBase64Encoded: false }],
    ['a body that is null', { headers: {}, body: null, isBase64Encoded: false }],
    ['a body that is null, in base64', { headers: {}, body: null, isBase64Encoded: true }],
    ['a body that is no base64', { headers: {}, body: '%%%', isBase64Encoded: true }],
    ['an event of a queue', { Records: [] }],
  ])('%s', async (_, event) => {
    world.with({ triage: () => ({ signing: 'secret', users: ['U0ALICE000'], team: 'T0OURS0000' }) });
    expect(await called(triage)(event, context())).toEqual({ statusCode: 401, body: '' });
  });
});
