import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { createFleet } from '../../core/cloudtrail/example-launch.ts';
import type { AnyEvent, Event } from '../../core/event.ts';
import { detections } from '../../detections/index.ts';
import { signing } from './world.ts';

/** An example's event as if it happened a moment ago: older ones are stored and not announced. */
const recent = (event: AnyEvent, time: number): AnyEvent => {
  const iso = new Date(time).toISOString();
  return event.source === 'cloudtrail'
    ? { ...event, time, record: { ...event.record, eventTime: `${iso.slice(0, 19)}Z` } }
    : { ...event, time, record: { ...event.record, requestReceivedTimestamp: iso, stageTimestamp: iso } };
};

/** The first event that each detection of a source is about, half a minute before a time. */
export const examplesOf = (source: AnyEvent['source'], now: number): readonly AnyEvent[] =>
  detections.flatMap(({ examples }) => {
    const event = examples.matches.find(({ settings }) => settings === undefined)?.event;
    return event?.source === source ? [recent(event, now - 30_000)] : [];
  });

/** An SQS batch as the event source mapping hands it over (Lambda Developer Guide, "Using Lambda with Amazon SQS"). */
export const batchOf = (bodies: readonly string[], queue = 'tripline-production-events') => ({
  Records: bodies.map((body, index) => ({
    messageId: `059f36b4-87a3-44ab-83d2-${String(index).padStart(12, '0')}`,
    receiptHandle: 'AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a',
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '1545082649183',
      SenderId: 'AIDAIENQZJOLO23YVJ4VO',
      ApproximateFirstReceiveTimestamp: '1545082649185',
    },
    messageAttributes: {},
    md5OfBody: 'e4e68fb7bd0e697a0ae8f1bb342846b3',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws:sqs:eu-west-1:111122223333:${queue}`,
    awsRegion: 'eu-west-1',
  })),
});

/** What EventBridge puts into the queue of a CloudTrail event. */
export const envelope = ({ id, account, region, time, record }: Event<'cloudtrail'>): string =>
  JSON.stringify({
    version: '0',
    id,
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.ec2',
    account,
    time: new Date(time).toISOString(),
    region,
    resources: [],
    detail: record,
  });

export const isCloudTrail = (event: AnyEvent): event is Event<'cloudtrail'> => event.source === 'cloudtrail';

/** The payload of a CloudWatch Logs subscription. */
export const logged = (group: string, events: readonly AnyEvent[]) => ({
  awslogs: {
    data: gzipSync(
      JSON.stringify({
        messageType: 'DATA_MESSAGE',
        owner: '111122223333',
        logGroup: group,
        logStream: 'kube-apiserver-audit-0123456789abcdef0123456789abcdef',
        subscriptionFilters: ['tripline-production-audit'],
        logEvents: events.map(({ time, record }, index) => ({
          id: `${index}`,
          timestamp: time,
          message: JSON.stringify(record),
        })),
      }),
    ).toString('base64'),
  },
});

/** What the findings table's stream says of cases that are due (Lambda Developer Guide, "Using Lambda with DynamoDB"). */
export const streamed = (ids: readonly string[], due: number) => ({
  Records: ids.map((pk, index) => ({
    eventID: String(index).padStart(32, '0'),
    eventName: 'MODIFY',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'eu-west-1',
    dynamodb: {
      Keys: { pk: { S: pk }, sk: { S: 'case' } },
      NewImage: { pk: { S: pk }, sk: { S: 'case' }, due: { N: String(due) } },
      SequenceNumber: String(index + 1).padStart(21, '0'),
      SizeBytes: 500,
      StreamViewType: 'NEW_IMAGE',
    },
    eventSourceARN:
      'arn:aws:dynamodb:eu-west-1:111122223333:table/tripline-production-findings/stream/2026-09-01T00:00:00.000',
  })),
});

/** What EventBridge puts into the hub's queue of an announcement on another account's bus. */
export const gathered = (detail: unknown): string =>
  JSON.stringify({
    version: '0',
    id: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
    'detail-type': 'Detection Finding',
    source: 'tripline',
    account: '444455556666',
    time: '2026-09-01T10:00:00Z',
    region: 'eu-west-1',
    resources: [],
    detail,
  });

/** A button pressed in Slack, as a function URL hands it over. */
export const pressed = (finding: string, answer: string, now: number) => {
  const at = String(Math.floor(now / 1_000));
  const payload = {
    type: 'block_actions',
    user: { id: 'U0123456789', username: 'alice' },
    team: { id: 'T0123456789' },
    response_url: answer,
    actions: [{ action_id: 'acknowledge', value: finding }],
  };
  const body = `payload=${encodeURIComponent(JSON.stringify(payload))}`;
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'x-slack-request-timestamp': at,
      'x-slack-signature': `v0=${createHmac('sha256', signing).update(`v0:${at}:${body}`).digest('hex')}`,
    },
    requestContext: { http: { method: 'POST', path: '/' } },
    body: Buffer.from(body).toString('base64'),
    isBase64Encoded: true,
  };
};

/** EventBridge's message about a launch of an instance, which is a finding of its own. */
export const launch = (n: number, time: number): string => {
  const event = recent(createFleet({ instances: [`i-0${n.toString(16).padStart(16, '0')}`] }), time);
  if (!isCloudTrail(event)) throw new Error('a launch is of CloudTrail');
  return envelope({ ...event, id: `11111111-2222-4333-8444-${String(n).padStart(12, '0')}` });
};
