import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { CloudWatchLogsClient, DescribeSubscriptionFiltersCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Context, DynamoDBStreamEvent, SQSEvent } from 'aws-lambda';
import { compile } from '../../core/compile.ts';
import type { AnyEvent } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { detections, knowledge } from '../../detections/index.ts';
import { createAccount } from './account.ts';

type Body = Record<string, unknown>;

const context = { awsRequestId: 'e2e', getRemainingTimeInMillis: () => 60_000 } as Context; // what our handlers read of it

/** The first event of a detection's examples, as if it happened a moment ago: older ones are stored and not announced. */
const recent = (id: string): AnyEvent => {
  const [example] = detections.find(one => one.id === id)?.examples.matches ?? [];
  if (example === undefined) throw new Error(`no detection ${id} with examples`);
  const { event } = example;
  const time = Date.now() - 30_000;
  const iso = new Date(time).toISOString();
  return event.source === 'cloudtrail'
    ? { ...event, time, record: { ...event.record, eventTime: `${iso.slice(0, 19)}Z` } }
    : { ...event, time, record: { ...event.record, requestReceivedTimestamp: iso, stageTimestamp: iso } };
};

const queued = (bodies: readonly string[]): SQSEvent => ({
  Records: bodies.map((body, index) => ({
    messageId: `message-${index}`,
    receiptHandle: 'e2e',
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 'events.amazonaws.com',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:eu-west-1:123456789012:tripline-e2e-events',
    awsRegion: 'eu-west-1',
  })),
});

const envelope = (event: AnyEvent): string =>
  JSON.stringify({
    version: '0',
    id: event.id,
    'detail-type': 'AWS API Call via CloudTrail',
    source: 'aws.ec2',
    account: event.account,
    time: new Date(event.time).toISOString(),
    region: event.region,
    resources: [],
    detail: event.record,
  });

const logged = (group: string, event: AnyEvent) => ({
  awslogs: {
    data: gzipSync(
      JSON.stringify({
        messageType: 'DATA_MESSAGE',
        owner: event.account,
        logGroup: group,
        logStream: 'kube-apiserver-audit-0123456789abcdef',
        subscriptionFilters: ['tripline-e2e-audit'],
        logEvents: [{ id: '0', timestamp: event.time, message: JSON.stringify(event.record) }],
      }),
    ).toString('base64'),
  },
});

/** Everything that waits in a queue now. */
const received = async (sqs: SQSClient, url: string): Promise<readonly Body[]> => {
  const bodies: Body[] = [];
  for (;;) {
    const { Messages: messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    if (messages.length === 0) return bodies;
    bodies.push(...messages.map(({ Body: body = '{}' }) => JSON.parse(body)));
    await sqs.send(
      new DeleteMessageBatchCommand({
        QueueUrl: url,
        Entries: messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
  }
};

/** What the findings table's stream would say of cases. */
const streamed = (cases: readonly string[]): DynamoDBStreamEvent => ({
  Records: cases.map((pk, index) => ({
    eventName: 'MODIFY',
    dynamodb: {
      SequenceNumber: String(index),
      NewImage: { pk: { S: pk }, sk: { S: 'case' }, due: { N: '1' } },
    },
  })),
});

const tampered = 'cloudtrail/karpenter-tag-tampered';
const secretRead = 'kubernetes/bootstrap-secret-read';

/** One journey through the deployed handlers. Throws at the first thing that is not as it should be. */
export const journey = async (address: string, region: string): Promise<void> => {
  const account = await createAccount(address, region);
  Object.assign(process.env, account.environment);
  const { fromEnvironment, use } = await import('../../functions/deps/deps.ts');
  const matcher = compile(detections, knowledge, exampleSettings);
  const s3 = new S3Client({ forcePathStyle: true });
  const { bucketQuarantine } = await import('../../adapters/quarantine.ts');
  const real = fromEnvironment(process.env);
  const lines: string[] = [];
  use({
    ...real,
    settings: exampleSettings,
    match: () => matcher,
    // The same adapter; an emulator's address has no bucket subdomains.
    quarantine: () => bucketQuarantine(s3, { bucket: account.environment['QUARANTINE_BUCKET'] ?? '' }, Date.now),
    print: line => void lines.push(line),
  });
  const says = (text: string): void => console.log(`e2e: ${text}`);
  const [{ handler: cloudtrail }, { handler: audit }, { handler: announce }, { handler: sweep }] = await Promise.all([
    import('../../functions/cloudtrail.ts'),
    import('../../functions/audit.ts'),
    import('../../functions/announce.ts'),
    import('../../functions/sweep.ts'),
  ]);
  const sqs = new SQSClient({});

  const trailEvent = recent(tampered);
  const batch = queued([envelope(trailEvent), '{"cut off', envelope(trailEvent)]);
  deepEqual(await cloudtrail(batch, context), { batchItemFailures: [] });
  await audit(logged(account.auditGroup, recent(secretRead)), context);
  const { items } = await real.findings().due(Date.now() + 3_600_000, { limit: 50 });
  ok(items.length >= 2, `two findings are due, not ${items.length}`);
  says(`a queue batch and a Logs payload became ${items.length} findings that are due`);

  deepEqual(await announce(streamed(items), context), { batchItemFailures: [] });
  const messages = await received(sqs, account.topicQueue);
  const subjects = messages.map(message => String(message['Subject']));
  const detectionsSaid = messages.map(
    message => (message['MessageAttributes'] as Record<string, { Value: string }>)['detection']?.Value, // SNS's envelope
  );
  equal(messages.length, items.length, `one message a finding: ${subjects.join(' | ')}`);
  ok(detectionsSaid.includes(tampered) && detectionsSaid.includes(secretRead), detectionsSaid.join());
  says(`the topic's queue received ${messages.length} messages: ${subjects.join(' | ')}`);

  const onBus = await received(sqs, account.busQueue);
  equal(onBus.length, items.length);
  for (const event of onBus) {
    equal(event['detail-type'], 'Detection Finding');
    equal((event['detail'] as Body)['class_uid'], 2004); // OCSF Detection Finding
  }
  says(`the bus's queue received ${onBus.length} OCSF findings`);

  await cloudtrail(batch, context);
  await announce(streamed(items), context);
  use({
    ...real,
    settings: exampleSettings,
    match: () => matcher,
    now: () => Date.now() + 6 * 60_000,
    print: () => {},
  });
  await sweep({} as Parameters<typeof sweep>[0], context); // the handler does not read its event
  deepEqual(await received(sqs, account.topicQueue), []);
  says('delivered again, and swept: nothing is said twice');

  const bucket = account.environment['QUARANTINE_BUCKET'];
  const { Contents: kept = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
  ok(kept.length > 0, 'the record that could not be read is in the quarantine');
  const object = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: kept[0]?.Key }));
  match((await object.Body?.transformToString()) ?? '', /cut off/);
  match(JSON.stringify([kept[0]?.Key, object.Metadata]), /truncated|not-json/);
  says(`what could not be read is in the quarantine: ${kept[0]?.Key}`);

  await subscriptions(account.auditGroup);
  says('the audit log has its subscription filter, repaired when changed');

  const { handler: heartbeat } = await import('../../functions/heartbeat.ts');
  await heartbeat({}, context);
  const beats = await received(sqs, account.busQueue);
  deepEqual(
    beats.map(beat => [beat['detail-type'], beat['detail']]),
    [['Heartbeat', { stage: 'e2e' }]],
  );
  says('the hub heard a heartbeat');
};

const subscriptions = async (group: string): Promise<void> => {
  const { handler: subscribe } = await import('../../functions/subscribe.ts');
  const logs = new CloudWatchLogsClient({});
  const filters = async () => {
    const { subscriptionFilters = [] } = await logs.send(
      new DescribeSubscriptionFiltersCommand({ logGroupName: group }),
    );
    return subscriptionFilters.map(({ filterName, filterPattern }) => [filterName, filterPattern]);
  };
  deepEqual((await subscribe({}, context)).put, [group]);
  deepEqual((await subscribe({}, context)).put, []);
  process.env['FILTER_PATTERN'] = '{ $.verb = "delete" }';
  deepEqual((await subscribe({}, context)).put, [group]);
  deepEqual(await filters(), [['tripline-e2e-audit', '{ $.verb = "delete" }']]);
};
