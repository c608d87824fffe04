import settings from '../tripline.config.ts';
import { type Lambda, lambda } from './function.ts';
import type { Key } from './key.ts';
import { logical, named } from './names.ts';
import { type Account, home } from './place.ts';
import { accept, deadLetters, type Queue } from './queue.ts';
import { schedules } from './schedule.ts';

/** What this stage tells another account: its findings, and that it is alive. Absent where the settings name nobody. */
export const reportsToHub = (
  bus: aws.cloudwatch.EventBus,
  key: Key,
  account: Account,
): { readonly functions: readonly Lambda[]; readonly dead: readonly Queue[] } => {
  const { hub, heartbeat } = settings.deployment;
  if (hub === undefined && heartbeat === undefined) return { functions: [], dead: [] };
  const dead = deadLetters('hub', home, key);
  if (hub !== undefined) forwardFindings(bus, hub, dead, account);
  const url = heartbeat === undefined ? undefined : new sst.Secret(heartbeat);
  const beat = lambda('heartbeat', {
    file: 'heartbeat',
    does: 'Says to somebody outside that this stage is alive',
    timeout: 30,
    memory: 128,
    key,
    reserved: 1,
    grants: [
      ...(hub === undefined ? [] : [{ actions: ['events:PutEvents'], resources: [hub] }]),
      { actions: ['sqs:SendMessage'], resources: [dead.arn] },
    ],
    environment: {
      STAGE: $app.stage,
      ...(hub === undefined ? {} : { HUB_BUS: hub }),
      ...(url === undefined ? {} : { HEARTBEAT_URL: url.value }),
    },
  });
  schedules(named('heartbeat'), beat, 'rate(5 minutes)', dead);
  return { functions: [beat], dead: [dead] };
};

const forwardFindings = (bus: aws.cloudwatch.EventBus, hub: string, dead: Queue, { id }: Account): void => {
  const role = new aws.iam.Role('HubCarrier', {
    name: named('hub-carrier'),
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
        policy: JSON.stringify({
          Version: '2012-10-17',
          Statement: [{ Effect: 'Allow', Action: ['events:PutEvents'], Resource: [hub] }],
        }),
      },
    ],
  });
  const rule = new aws.cloudwatch.EventRule('ToHub', {
    name: named('to-hub'),
    description: 'Tripline: findings for the hub',
    eventBusName: bus.name,
    eventPattern: JSON.stringify({ source: ['tripline'], 'detail-type': ['Detection Finding'] }),
    state: 'ENABLED',
  });
  new aws.cloudwatch.EventTarget('ToHubTarget', {
    rule: rule.name,
    eventBusName: bus.name,
    arn: hub,
    roleArn: role.arn,
    deadLetterConfig: { arn: dead.arn },
  });
  accept('hub dead letters', dead, { events: [rule.arn] });
};

/** Days that the hub keeps findings. */
const keptDays = 400;

/**
 * Gathers other accounts' findings: a bus onto which they alone may put findings and heartbeats and from which they can read
 * nothing, a log group that keeps every finding and answers queries, and an alarm for each account that falls silent.
 */
export const gathers = (topic: aws.sns.Topic, key: Key, { id, partition }: Account): readonly Queue[] => {
  const accounts = settings.deployment.gathers;
  if (accounts.length === 0) return [];
  const bus = new aws.cloudwatch.EventBus('HubBus', { name: named('hub') });
  new aws.cloudwatch.EventBusPolicy('HubBusPolicy', {
    eventBusName: bus.name,
    policy: $jsonStringify({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'AccountsReport',
          Effect: 'Allow',
          Principal: { AWS: accounts.map(account => `arn:${partition}:iam::${account}:root`) },
          Action: 'events:PutEvents',
          Resource: bus.arn,
          Condition: {
            StringEquals: { 'events:source': 'tripline', 'events:detail-type': ['Detection Finding', 'Heartbeat'] },
          },
        },
      ],
    }),
  });
  const kept = new aws.cloudwatch.LogGroup('HubFindings', {
    // EventBridge writes to groups of this prefix only.
    name: `/aws/events/${named('findings')}`,
    retentionInDays: keptDays,
    kmsKeyId: key.arn,
  });
  const dead = deadLetters('gathered', home, key);
  const rule = new aws.cloudwatch.EventRule('Gathered', {
    name: named('gathered'),
    description: 'Tripline: findings of the accounts that report here',
    eventBusName: bus.name,
    eventPattern: JSON.stringify({ account: accounts, source: ['tripline'], 'detail-type': ['Detection Finding'] }),
    state: 'ENABLED',
  });
  new aws.cloudwatch.LogResourcePolicy('EventsWriteFindings', {
    policyName: named('gathered'),
    policyDocument: $jsonStringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: ['events.amazonaws.com', 'delivery.logs.amazonaws.com'] },
          Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
          Resource: $interpolate`${kept.arn}:*`,
          Condition: { StringEquals: { 'aws:SourceAccount': id } },
        },
      ],
    }),
  });
  new aws.cloudwatch.EventTarget('GatheredTarget', {
    rule: rule.name,
    eventBusName: bus.name,
    arn: kept.arn,
    deadLetterConfig: { arn: dead.arn },
  });
  accept('gathered dead letters', dead, { events: [rule.arn] });
  for (const account of accounts) silence(account, bus, topic);
  return [dead];
};

/** A rule needs no target to be counted. */
const silence = (account: string, bus: aws.cloudwatch.EventBus, topic: aws.sns.Topic): void => {
  const rule = new aws.cloudwatch.EventRule(logical(`heartbeat ${account}`), {
    name: named(`heartbeat-${account}`),
    description: `Tripline: ${account} is alive`,
    eventBusName: bus.name,
    eventPattern: JSON.stringify({ account: [account], source: ['tripline'], 'detail-type': ['Heartbeat'] }),
    state: 'ENABLED',
  });
  new aws.cloudwatch.MetricAlarm(logical(`silence ${account}`), {
    name: named(`silence-${account}`),
    alarmDescription: `Tripline of account ${account} has not been heard for fifteen minutes`,
    namespace: 'AWS/Events',
    metricName: 'MatchedEvents',
    dimensions: { EventBusName: bus.name, RuleName: rule.name },
    statistic: 'Sum',
    period: 300,
    evaluationPeriods: 3,
    comparisonOperator: 'LessThanThreshold',
    threshold: 1,
    treatMissingData: 'breaching',
    alarmActions: [topic.arn],
    okActions: [topic.arn],
  });
};
