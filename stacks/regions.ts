import type { EventPattern } from '../core/targets/eventbridge/pack.ts';
import type { Guarding } from './guarding.ts';
import { hears } from './health.ts';
import { logical, named, prefix } from './names.ts';
import { type Account, inside, type Place } from './place.ts';
import { accept, deadLetters } from './queue.ts';

/** Who carries events to a bus of another region or account: to that one only. @param bus its ARN */
export const carrier = (part: string, bus: $util.Input<string>, { id }: Account): aws.iam.Role =>
  new aws.iam.Role(logical(part), {
    name: named(part),
    assumeRolePolicy: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'aws:SourceAccount': id } },
        },
      ],
    }),
    inlinePolicies: [
      {
        name: 'put-events',
        policy: $jsonStringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: ['events:PutEvents'], Resource: [bus] }],
        }),
      },
    ],
  });

/**
 * Forwards a region's candidates, changes to this stage's own resources there, and its alarms to the home region. Several
 * rules and not one: the deletion of any is seen by another.
 */
export const forward = (
  place: Place,
  patterns: readonly EventPattern[],
  guards: readonly Guarding[],
  bus: aws.cloudwatch.EventBus,
  role: aws.iam.Role,
): void => {
  const dead = deadLetters('forward', place);
  const rules = [
    ...patterns.map(({ pattern, readOnly }, index) => ({ part: `candidates-${index + 1}`, pattern, readOnly })),
    ...guards.map(guard => ({ ...guard, readOnly: false })),
    { part: 'alarms', pattern: alarmsOfOurs(), readOnly: false },
  ].map(({ part, pattern, readOnly }) => {
    const rule = new aws.cloudwatch.EventRule(
      logical(`${part} ${place.region}`),
      {
        name: named(part),
        description: 'Tripline: forwarded to the home region',
        eventPattern: pattern,
        state: readOnly ? 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' : 'ENABLED',
      },
      inside(place),
    );
    new aws.cloudwatch.EventTarget(
      logical(`${part} target ${place.region}`),
      { rule: rule.name, arn: bus.arn, roleArn: role.arn, deadLetterConfig: { arn: dead.arn } },
      inside(place),
    );
    return rule;
  });
  accept('forward', dead, { events: rules.map(rule => rule.arn) }, place);
  hears('forward', dead, place);
};

/** A region has no topic of its own: its alarms travel as events (Amazon CloudWatch User Guide, "Alarm events and EventBridge"). */
export const alarmsOfOurs = (): string =>
  JSON.stringify({
    source: ['aws.cloudwatch'],
    'detail-type': ['CloudWatch Alarm State Change'],
    detail: { alarmName: [{ prefix: prefix() }], state: { value: ['ALARM'] } },
  });
