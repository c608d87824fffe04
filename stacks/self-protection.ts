import settings from '../tripline.config.ts';
import { email, encryptedTopic, type Publisher } from './alerts.ts';
import type { Guarding } from './guarding.ts';
import { hears } from './health.ts';
import { type Key, key } from './key.ts';
import { logical, named, prefix } from './names.ts';
import { type Account, inside, type Place } from './place.ts';
import { accept, deadLetters, type Queue } from './queue.ts';
import { alarmsOfOurs, carrier } from './regions.ts';

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
  account: Account,
  guards: readonly Guarding[],
): Guard => {
  const first = post(homePlace, homeKey, account, guards, [undefined, regions]);
  if (witness === undefined) return first;
  // What happens at home is also carried to the witness, which tells it from there.
  const bus = new aws.cloudwatch.EventBus('WitnessBus', { name: named('witness') }, inside(witness));
  const witnessKey = key(witness, account);
  const second = post(witness, witnessKey, account, guards, [bus]);
  for (const lost of second.dead) hears('guard', lost, witness);
  const dead = deadLetters('witness', homePlace, homeKey);
  const role = carrier('witness-carrier', bus.arn, account);
  const rules = guards.map(({ part, pattern }) => {
    const rule = new aws.cloudwatch.EventRule(logical(`to witness ${part}`), {
      name: named(`to-witness-${part}`),
      description: 'Tripline: changes to Tripline itself, reported from another region',
      eventPattern: pattern,
      state: 'ENABLED',
    });
    new aws.cloudwatch.EventTarget(logical(`to witness target ${part}`), {
      rule: rule.name,
      arn: bus.arn,
      roleArn: role.arn,
      deadLetterConfig: { arn: dead.arn },
    });
    return rule;
  });
  accept('witness', dead, { events: rules.map(rule => rule.arn) });
  return { topic: first.topic, dead: [...first.dead, dead] };
};

/**
 * EventBridge, and our own alarms. EventBridge is let in without a condition: what a condition would ask for it need not say when it
 * publishes to a topic (EventBridge User Guide, "Using resource-based policies", Amazon SNS permissions), and then the guard would be
 * silent without anybody's noticing. Where it does say whose rule it is, another account's is refused.
 */
const publishers = ({ region }: Place, { id, partition }: Account): readonly Publisher[] => [
  { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' } },
  {
    Effect: 'Deny',
    Principal: { Service: 'events.amazonaws.com' },
    Condition: { StringNotEquals: { 'aws:SourceAccount': id }, Null: { 'aws:SourceAccount': 'false' } },
  },
  {
    Effect: 'Allow',
    Principal: { Service: 'cloudwatch.amazonaws.com' },
    Condition: {
      StringEquals: { 'aws:SourceAccount': id },
      ArnLike: { 'aws:SourceArn': `arn:${partition}:cloudwatch:${region}:${id}:alarm:${prefix()}*` },
    },
  },
];

/** A topic, and the rules that write to it, on the default bus (undefined) and others. */
const post = (
  place: Place,
  own: Key,
  account: Account,
  guards: readonly Guarding[],
  buses: readonly (aws.cloudwatch.EventBus | undefined)[],
): Guard => {
  const topic = encryptedTopic('guard', own, place, publishers(place, account));
  const dead = deadLetters('guard', place, own);
  for (const channel of settings.channels)
    if (channel.kind === 'email') email(topic, channel.address, dead, undefined, place);
  const rules = buses.flatMap((bus, index) =>
    [
      ...guards.map(guard => ({ ...guard, tell: changed })),
      // Alarms of a region write to its topic themselves: only those that were forwarded are told here.
      ...(bus === undefined ? [] : [{ part: 'alarms', pattern: alarmsOfOurs(), tell: alarmed }]),
    ].map(({ part, pattern, tell }) => {
      const name = bus === undefined ? part : `${part}-told`;
      const rule = new aws.cloudwatch.EventRule(
        logical(`${name} post ${place.region} ${index}`),
        {
          name: named(name),
          description: 'Tripline: sent straight to the guard topic',
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
    '"Tripline itself was changed: <name> by <who> from <from> in <region>, account <account>, at <time>. If you did not deploy just now, assume that Tripline is blinded: look at CloudTrail event <id>."',
};

const alarmed = {
  inputPaths: { name: '$.detail.alarmName', why: '$.detail.state.reason', region: '$.region', account: '$.account' },
  inputTemplate: '"Tripline is not healthy: alarm <name> in <region>, account <account>: <why>"',
};
