import { filterPolicy } from '../core/announce/route.ts';
import type { Routing } from '../core/settings.ts';
import { owedCases, rows } from '../core/tables.ts';
import settings from '../tripline.config.ts';
import { channelFunction } from './channels.ts';
import { type Grant, type Lambda, lambda } from './function.ts';
import type { Key } from './key.ts';
import { logical, named, prefix } from './names.ts';
import { home, inside, type Place } from './place.ts';
import { accept, deadLetters, type Queue } from './queue.ts';
import { environment, type Storage, says } from './storage.ts';

export interface Alerts {
  readonly topic: aws.sns.Topic;
  readonly bus: aws.cloudwatch.EventBus;
  readonly announce: Lambda;
  /** One for each channel but mail, and one for each whose buttons are pressed. */
  readonly channels: readonly Lambda[];
  /** Where Slack sends what was pressed: the request URL of the app's interactivity. */
  readonly triage: readonly $util.Output<string>[];
  readonly dead: readonly Queue[];
}

const announceTimeout = 60;

/**
 * One topic with message attributes, not one for each severity: a subscriber says in a filter policy what it wants to hear, and
 * a finding whose severity is raised stays in the same place. Beside it a bus for automation.
 */
export const alerts = (storage: Storage, key: Key): Alerts => {
  const topic = encryptedTopic('alerts', key);
  const bus = new aws.cloudwatch.EventBus('FindingsBus', { name: named('findings') });
  const undelivered = settings.channels.length === 0 ? undefined : deadLetters('alerts', home, key);
  const unannounced = deadLetters('announce', home, key);
  if (undelivered !== undefined) accept('alerts dead letters', undelivered, { sns: [topic.arn] });
  const channels = undelivered === undefined ? [] : settings.channels.map(channel => ({ channel, undelivered }));
  for (const { channel, undelivered } of channels)
    if (channel.kind === 'email') email(topic, channel.address, undelivered, channel);
  const announce = announcer(storage, topic, bus, key, unannounced);
  const made = channels.map(({ channel, undelivered }, index) =>
    channelFunction(channel, index, { storage, topic, undelivered, key }),
  );
  return {
    topic,
    bus,
    announce,
    channels: made.flatMap(one => one.functions),
    triage: made.flatMap(one => one.urls),
    dead: [...(undelivered === undefined ? [] : [undelivered]), unannounced, ...made.flatMap(one => one.dead)],
  };
};

/** Who may publish to a topic beside the functions whose roles say so: a statement of its policy, without the resource. */
export type Publisher = Readonly<Record<string, unknown>>;

/** A topic that this stage's functions publish to, and nobody else but who is named. */
export const encryptedTopic = (
  part: string,
  key: Key,
  place: Place = home,
  publishers: readonly Publisher[] = [],
): aws.sns.Topic => {
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
          ...publishers.map(one => ({ ...one, Action: 'sns:Publish', Resource: topic.arn })),
          {
            Effect: 'Deny',
            Principal: '*',
            Action: 'sns:Publish',
            Resource: topic.arn,
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
          {
            // Ids of announcements can be reckoned: who says one first, with other words, keeps channels from saying the true one, or
            // closes its alert. Many workloads may publish to every topic; of services, `publishers` says which.
            Effect: 'Deny',
            Principal: '*',
            Action: 'sns:Publish',
            Resource: topic.arn,
            Condition: {
              ArnNotLike: { 'aws:PrincipalArn': `arn:*:iam::*:role/${prefix()}*` },
              Bool: { 'aws:PrincipalIsAWSService': 'false' },
            },
          },
          {
            // A wildcard reaches over slashes: a role of any name, which self-protection does not know, may have such a path.
            Effect: 'Deny',
            Principal: '*',
            Action: 'sns:Publish',
            Resource: topic.arn,
            Condition: { ArnLike: { 'aws:PrincipalArn': `arn:*:iam::*:role/${prefix()}*/*` } },
          },
        ],
      }),
    },
    inside(place),
  );
  return topic;
};

/** An e-mail address that must confirm once. */
export const email = (
  topic: aws.sns.Topic,
  address: string,
  dead: Queue,
  routing: Routing | undefined,
  place: Place = home,
): void => {
  const policy = routing === undefined ? undefined : filterPolicy(routing);
  new aws.sns.TopicSubscription(
    logical(`mail ${address} ${place.region} ${routing === undefined ? 'guard' : (routing.minimum ?? '')}`),
    {
      topic: topic.arn,
      protocol: 'email',
      endpoint: address,
      redrivePolicy: $jsonStringify({ deadLetterTargetArn: dead.arn }),
      ...(policy === undefined ? {} : { filterPolicy: JSON.stringify(policy) }),
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
    filterCriteria: { filters: [{ pattern: JSON.stringify(owedCases) }] },
  });
  return announce;
};

/** What announcing may do, from the stream or from the sweep. */
export const announces = (storage: Storage, topic: aws.sns.Topic, bus: aws.cloudwatch.EventBus): readonly Grant[] => [
  { actions: ['dynamodb:BatchGetItem', 'dynamodb:Query', 'dynamodb:UpdateItem'], resources: [storage.findings.arn] },
  says(storage),
  {
    actions: ['dynamodb:BatchGetItem', 'dynamodb:UpdateItem'],
    resources: [storage.state.arn],
    keys: { like: [`${rows.storm}*`, `${rows.canary}*`] }, // what makes a storm, and that a canary came back
  },
  { actions: ['sns:Publish'], resources: [topic.arn] },
  { actions: ['events:PutEvents'], resources: [bus.arn] },
];

const streams = ({ findings }: Storage) => ({
  actions: ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
  resources: [findings.streamArn],
});
