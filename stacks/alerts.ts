import { type Severity, severities } from '../core/detection.ts';
import settings from '../tripline.config.ts';
import { type Lambda, lambda } from './function.ts';
import type { Key } from './key.ts';
import { logical, named } from './names.ts';
import { type Account, home, inside, type Place } from './place.ts';
import { accept, deadLetters, type Queue, queue } from './queue.ts';
import { environment, type Storage } from './storage.ts';

export interface Alerts {
  readonly topic: aws.sns.Topic;
  readonly bus: aws.cloudwatch.EventBus;
  readonly announce: Lambda;
  readonly slack: readonly Lambda[];
  readonly dead: readonly Queue[];
}

const announceTimeout = 60;
const slackTimeout = 30;

/**
 * One topic with message attributes, not one for each severity: a subscriber says in a filter policy what it wants to hear, and
 * a finding whose severity is raised stays in the same place. Beside it a bus for automation.
 */
export const alerts = (storage: Storage, key: Key, account: Account): Alerts => {
  const topic = encryptedTopic('alerts', key, account);
  const bus = new aws.cloudwatch.EventBus('FindingsBus', { name: named('findings') });
  const undelivered = settings.channels.length === 0 ? undefined : deadLetters('alerts', home, key);
  const unannounced = deadLetters('announce', home, key);
  if (undelivered !== undefined) accept('alerts dead letters', undelivered, { sns: [topic.arn] });
  const channels = undelivered === undefined ? [] : settings.channels.map(channel => ({ channel, undelivered }));
  for (const { channel, undelivered } of channels)
    if (channel.kind === 'email') email(topic, channel.address, undelivered, from(channel.minimum));
  const announce = announcer(storage, topic, bus, key, unannounced);
  const slack = channels.flatMap(({ channel, undelivered }, index) =>
    channel.kind === 'slack' ? [slackChannel(`slack${index + 1}`, channel, storage, topic, undelivered, key)] : [],
  );
  return {
    topic,
    bus,
    announce,
    slack: slack.map(one => one.fn),
    dead: [...(undelivered === undefined ? [] : [undelivered]), unannounced, ...slack.map(one => one.dead)],
  };
};

/** A topic that only this account's own services and functions publish to. */
export const encryptedTopic = (part: string, key: Key, account: Account, place: Place = home): aws.sns.Topic => {
  const topic = new aws.sns.Topic(
    logical(`${part} topic ${place.region}`),
    { name: named(part), kmsMasterKeyId: key.arn },
    inside(place),
  );
  new aws.sns.TopicPolicy(
    logical(`${part} topic policy ${place.region}`),
    {
      arn: topic.arn,
      policy: $jsonStringify({
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Principal: { Service: ['events.amazonaws.com', 'cloudwatch.amazonaws.com'] },
            Action: 'sns:Publish',
            Resource: topic.arn,
            Condition: { StringEquals: { 'aws:SourceAccount': account.id } },
          },
          {
            Effect: 'Deny',
            Principal: '*',
            Action: 'sns:Publish',
            Resource: topic.arn,
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      }),
    },
    inside(place),
  );
  return topic;
};

/** Severities from this one up; undefined admits all, also messages without one. */
const from = (minimum: Severity | undefined): readonly Severity[] | undefined =>
  minimum === undefined ? undefined : severities.slice(severities.indexOf(minimum));

/** An e-mail address that must confirm once. */
export const email = (
  topic: aws.sns.Topic,
  address: string,
  dead: Queue,
  only: readonly Severity[] | undefined,
  place: Place = home,
): void => {
  new aws.sns.TopicSubscription(
    logical(`mail ${address} ${place.region} ${only === undefined ? 'guard' : only[0]}`),
    {
      topic: topic.arn,
      protocol: 'email',
      endpoint: address,
      redrivePolicy: $jsonStringify({ deadLetterTargetArn: dead.arn }),
      ...(only === undefined ? {} : { filterPolicy: JSON.stringify({ severity: only }) }),
    },
    inside(place),
  );
};

/** Works from what is stored: woken by the findings table's stream, so that detecting never waits for telling. */
const announcer = (
  storage: Storage,
  topic: aws.sns.Topic,
  bus: aws.cloudwatch.EventBus,
  key: Key,
  dead: Queue,
): Lambda => {
  const announce = lambda('announce', {
    file: 'announce',
    does: 'Announces what findings owe, from the findings table’s stream',
    timeout: announceTimeout,
    memory: 512,
    key,
    grants: [
      ...announces(storage, topic, bus),
      streams(storage),
      { actions: ['sqs:SendMessage'], resources: [dead.arn] },
    ],
    environment: { ...environment(storage), TOPIC_ARN: topic.arn, BUS_NAME: bus.name },
  });
  new aws.lambda.EventSourceMapping('AnnounceStream', {
    eventSourceArn: storage.findings.streamArn,
    functionName: announce.fn.arn,
    // From the beginning: a finding folded before the mapping stood is announced too. SST's own subscriber starts at LATEST.
    startingPosition: 'TRIM_HORIZON',
    batchSize: 100,
    maximumBatchingWindowInSeconds: 1,
    bisectBatchOnFunctionError: true,
    maximumRetryAttempts: 10,
    maximumRecordAgeInSeconds: 6 * 3600,
    parallelizationFactor: 2,
    functionResponseTypes: ['ReportBatchItemFailures'],
    destinationConfig: { onFailure: { destinationArn: dead.arn } },
    // Cases that owe an announcement; windows and entity rows wake nobody.
    filterCriteria: {
      filters: [
        {
          pattern: JSON.stringify({ dynamodb: { NewImage: { sk: { S: ['case'] }, due: { N: [{ exists: true }] } } } }),
        },
      ],
    },
  });
  return announce;
};

/** What announcing may do, from the stream or from the sweep. */
export const announces = ({ findings, state }: Storage, topic: aws.sns.Topic, bus: aws.cloudwatch.EventBus) => [
  { actions: ['dynamodb:BatchGetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'], resources: [findings.arn] },
  {
    // The ledger, and what is counted to tell a storm.
    actions: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
    resources: [state.arn],
  },
  { actions: ['sns:Publish'], resources: [topic.arn] },
  { actions: ['events:PutEvents'], resources: [bus.arn] },
];

const streams = ({ findings }: Storage) => ({
  actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
  resources: [findings.streamArn],
});

/** A queue of its own on the topic, so that a dead webhook blocks nobody else. */
const slackChannel = (
  part: string,
  channel: Extract<(typeof settings.channels)[number], { kind: 'slack' }>,
  { state }: Storage,
  topic: aws.sns.Topic,
  undelivered: Queue,
  key: Key,
): { readonly fn: Lambda; readonly dead: Queue } => {
  const webhook = new sst.Secret(channel.secret);
  const dead = deadLetters(part, home, key);
  const waiting = queue(part, slackTimeout, dead, key);
  accept(`${part} queue`, waiting, { sns: [topic.arn] });
  const minimum = from(channel.minimum);
  new aws.sns.TopicSubscription(logical(`${part} subscription`), {
    topic: topic.arn,
    protocol: 'sqs',
    endpoint: waiting.arn,
    redrivePolicy: $jsonStringify({ deadLetterTargetArn: undelivered.arn }),
    ...(minimum === undefined ? {} : { filterPolicy: JSON.stringify({ severity: minimum }) }),
  });
  const fn = lambda(part, {
    file: 'slack',
    does: 'Posts announcements to a Slack channel',
    timeout: slackTimeout,
    memory: 256,
    key,
    reserved: 2,
    grants: [
      { actions: ['dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'], resources: [state.arn] },
      polls(waiting),
    ],
    environment: { STATE_TABLE: state.name, SLACK_WEBHOOK: webhook.value, SLACK_CHANNEL: part },
  });
  new aws.lambda.EventSourceMapping(logical(`${part} mapping`), {
    eventSourceArn: waiting.arn,
    functionName: fn.fn.arn,
    batchSize: 10,
    functionResponseTypes: ['ReportBatchItemFailures'],
  });
  return { fn, dead };
};

/** What Lambda needs of a queue that it reads for a function. */
export const polls = (waiting: Queue) => ({
  actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'],
  resources: [waiting.arn],
});
