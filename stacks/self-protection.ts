import settings from '../tripline.config.ts';
import { email, encryptedTopic } from './alerts.ts';
import { hears } from './health.ts';
import { type Key, key } from './key.ts';
import { logical, named, prefix } from './names.ts';
import { type Account, inside, type Place } from './place.ts';
import { accept, deadLetters, type Queue } from './queue.ts';
import { alarmsOfOurs } from './regions.ts';

/** Calls that blind, redirect or weaken something that carries the stage's name. */
const touching: readonly (readonly [names: readonly string[], field: string, where: 'prefix' | 'inside'])[] = [
  [['DisableRule', 'DeleteRule', 'PutRule', 'UpdateSchedule', 'DeleteSchedule', 'DeleteEventBus'], 'name', 'prefix'],
  [['PutTargets', 'RemoveTargets'], 'rule', 'prefix'],
  [
    [
      'DeleteFunction20150331',
      'UpdateFunctionCode20150331v2',
      'UpdateFunctionConfiguration20150331v2',
      'PutFunctionConcurrency20171031',
      'RemovePermission20150331v2',
      'PutFunctionEventInvokeConfig20190925',
    ],
    'functionName',
    'inside',
  ],
  [['DeleteTopic', 'SetTopicAttributes', 'Subscribe'], 'topicArn', 'inside'],
  [['Unsubscribe', 'SetSubscriptionAttributes'], 'subscriptionArn', 'inside'],
  [['DeleteQueue', 'PurgeQueue', 'SetQueueAttributes'], 'queueUrl', 'inside'],
  [['DeleteTable', 'UpdateTable', 'UpdateTimeToLive', 'UpdateContinuousBackups'], 'tableName', 'inside'],
  [['DeleteBucket', 'PutBucketPolicy', 'DeleteBucketPolicy', 'PutBucketLifecycle'], 'bucketName', 'prefix'],
  [['DeleteSubscriptionFilter'], 'filterName', 'prefix'],
  [['DeleteLogGroup', 'PutRetentionPolicy'], 'logGroupName', 'inside'],
  [['DeleteAlarms', 'DisableAlarmActions'], 'alarmNames', 'prefix'],
  [['DetachRolePolicy', 'PutRolePolicy', 'DeleteRolePolicy', 'UpdateAssumeRolePolicy'], 'roleName', 'prefix'],
];

/** The pattern of every change to this stage's resources, of the trails that feed it, and of its keys. */
export const guardPattern = (): string =>
  JSON.stringify({
    source: [{ prefix: 'aws.' }],
    detail: {
      errorCode: [{ exists: false }],
      $or: [
        {
          eventName: [
            'StopLogging',
            'DeleteTrail',
            'PutEventSelectors',
            'UpdateTrail',
            'DisableKey',
            'ScheduleKeyDeletion',
          ],
        },
        ...touching.map(([names, field, where]) => ({
          eventName: names,
          requestParameters: { [field]: [where === 'prefix' ? { prefix: prefix() } : { wildcard: `*${prefix()}*` }] },
        })),
      ],
    },
  });

export interface Guard {
  readonly topic: aws.sns.Topic;
  readonly dead: readonly Queue[];
}

/**
 * Tells of changes to the watcher itself without the watcher: from EventBridge straight to a topic, no function and no table
 * between. It stands in the home region, where all regions' changes arrive, and again in a second region, because a rule cannot
 * report its own deletion: each sees the other's.
 */
export const selfProtection = (
  homeKey: Key,
  homePlace: Place,
  regions: aws.cloudwatch.EventBus,
  witness: Place | undefined,
  carrier: aws.iam.Role,
  account: Account,
): Guard => {
  const first = post(homePlace, homeKey, account, [undefined, regions]);
  if (witness === undefined) return first;
  // What happens at home is also carried to the witness, which tells it from there.
  const bus = new aws.cloudwatch.EventBus('WitnessBus', { name: named('witness') }, inside(witness));
  const witnessKey = key(witness, account);
  const second = post(witness, witnessKey, account, [bus]);
  for (const lost of second.dead) hears('guard', lost, witness);
  const dead = deadLetters('witness', homePlace, homeKey);
  const rule = new aws.cloudwatch.EventRule('ToWitness', {
    name: named('to-witness'),
    description: 'Tripline: changes to the watcher, told from another region',
    eventPattern: guardPattern(),
    state: 'ENABLED',
  });
  new aws.cloudwatch.EventTarget('ToWitnessTarget', {
    rule: rule.name,
    arn: bus.arn,
    roleArn: carrier.arn,
    deadLetterConfig: { arn: dead.arn },
  });
  accept('witness', dead, { events: [rule.arn] });
  return { topic: first.topic, dead: [...first.dead, dead] };
};

/** A topic, and the rules that write to it, on the default bus (undefined) and others. */
const post = (
  place: Place,
  own: Key,
  account: Account,
  buses: readonly (aws.cloudwatch.EventBus | undefined)[],
): Guard => {
  const topic = encryptedTopic('guard', own, account, place);
  const dead = deadLetters('guard', place, own);
  for (const channel of settings.channels)
    if (channel.kind === 'email') email(topic, channel.address, dead, undefined, place);
  const rules = buses.flatMap((bus, index) =>
    [
      { part: 'guard', pattern: guardPattern(), tell: changed },
      // Alarms of a region write to its topic themselves: only those that were forwarded are told here.
      ...(bus === undefined ? [] : [{ part: 'alarms', pattern: alarmsOfOurs(), tell: alarmed }]),
    ].map(({ part, pattern, tell }) => {
      const name = bus === undefined ? part : `${part}-told`;
      const rule = new aws.cloudwatch.EventRule(
        logical(`${name} post ${place.region} ${index}`),
        {
          name: named(name),
          description: 'Tripline: told straight to the guard topic',
          eventPattern: pattern,
          state: 'ENABLED',
          ...(bus === undefined ? {} : { eventBusName: bus.name }),
        },
        inside(place),
      );
      new aws.cloudwatch.EventTarget(
        logical(`${name} post target ${place.region} ${index}`),
        {
          rule: rule.name,
          ...(bus === undefined ? {} : { eventBusName: bus.name }),
          arn: topic.arn,
          inputTransformer: tell,
          deadLetterConfig: { arn: dead.arn },
        },
        inside(place),
      );
      return rule;
    }),
  );
  accept('guard', dead, { events: rules.map(rule => rule.arn), sns: [topic.arn] }, place);
  return { topic, dead: [dead] };
};

const changed = {
  inputPaths: {
    name: '$.detail.eventName',
    who: '$.detail.userIdentity.arn',
    from: '$.detail.sourceIPAddress',
    region: '$.region',
    account: '$.account',
    time: '$.detail.eventTime',
    id: '$.detail.eventID',
  },
  inputTemplate:
    '"Tripline itself was changed: <name> by <who> from <from> in <region>, account <account>, at <time>. If you did not deploy just now, treat the watcher as blinded: look at CloudTrail event <id>."',
};

const alarmed = {
  inputPaths: { name: '$.detail.alarmName', why: '$.detail.state.reason', region: '$.region', account: '$.account' },
  inputTemplate: '"Tripline is not healthy: alarm <name> in <region>, account <account>: <why>"',
};
