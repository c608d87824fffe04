import { canaryDetections } from '../core/canary.ts';
import { hubTable } from '../core/tables.ts';
import settings from '../tripline.config.ts';
import { type Lambda, lambda } from './function.ts';
import type { Key } from './key.ts';
import { logical, named } from './names.ts';
import { type Account, home } from './place.ts';
import { accept, deadLetters, polls, type Queue, queue } from './queue.ts';
import { carrier } from './regions.ts';
import { schedules } from './schedule.ts';
import { table } from './storage.ts';

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
    does: 'Tells an outside address that this stage is alive',
    timeout: 30,
    memory: 128,
    key,
    reserved: 1,
    grants: [
      ...(hub === undefined ? [] : [{ actions: ['events:PutEvents'], resources: [hub] }]),
      { actions: ['sqs:SendMessage'], resources: [dead.arn] },
    ],
    environment: {
      ...(hub === undefined ? {} : { HUB_BUS: hub }),
      ...(url === undefined ? {} : { HEARTBEAT_URL: url.value }),
    },
  });
  schedules('heartbeat', beat, 'rate(5 minutes)', dead);
  return { functions: [beat], dead: [dead] };
};

const forwardFindings = (bus: aws.cloudwatch.EventBus, hub: string, dead: Queue, account: Account): void => {
  const role = carrier('hub-carrier', hub, account);
  const rule = new aws.cloudwatch.EventRule('ToHub', {
    name: named('to-hub'),
    description: 'Tripline: findings for the hub',
    eventBusName: bus.name,
    // That a canary came back is this stage's own affair; that one did not is the hub's too.
    eventPattern: JSON.stringify({
      source: ['tripline'],
      'detail-type': ['Detection Finding'],
      detail: { finding_info: { analytic: { uid: [{ 'anything-but': canaryDetections }] } } },
    }),
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

/** What gathering adds to a stage: nothing where the settings name no account. */
export interface Gathering {
  readonly functions: readonly Lambda[];
  readonly queues: readonly Queue[];
  readonly dead: readonly Queue[];
  readonly table?: aws.dynamodb.Table;
}

const hubTimeout = 60;

/**
 * Gathers other accounts' findings: a bus onto which they alone may put findings and heartbeats and from which they can read
 * nothing, a table that has each finding as it was last announced, a log group that keeps every announcement, and an alarm for
 * each account that falls silent.
 */
export const gathers = (topic: aws.sns.Topic, key: Key, { id, partition }: Account): Gathering => {
  const accounts = settings.deployment.gathers;
  if (accounts.length === 0) return { functions: [], queues: [], dead: [] };
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
          Condition: { StringEquals: { 'events:source': 'tripline', 'events:detail-type': 'Detection Finding' } },
        },
        {
          // Any role that may put events could keep the heart of a removed stage beating: only one of its function's name may.
          Sid: 'StagesAreAlive',
          Effect: 'Allow',
          Principal: { AWS: accounts.map(account => `arn:${partition}:iam::${account}:root`) },
          Action: 'events:PutEvents',
          Resource: bus.arn,
          Condition: {
            StringEquals: { 'events:source': 'tripline', 'events:detail-type': 'Heartbeat' },
            ArnLike: { 'aws:PrincipalArn': `arn:${partition}:iam::*:role/tripline-*-heartbeat` },
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
  const undelivered = deadLetters('gathered-undelivered', home, key);
  const unread = deadLetters('gathered', home, key);
  const waiting = queue('gathered', hubTimeout, unread, key);
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
    deadLetterConfig: { arn: undelivered.arn },
  });
  new aws.cloudwatch.EventTarget('GatheredToQueue', {
    rule: rule.name,
    eventBusName: bus.name,
    arn: waiting.arn,
    deadLetterConfig: { arn: undelivered.arn },
  });
  accept('gathered undelivered', undelivered, { events: [rule.arn] });
  accept('gathered queue', waiting, { events: [rule.arn] });
  for (const account of accounts) silence(account, bus, topic);
  const findings = table(hubTable, key);
  return {
    functions: [keeper(findings, waiting, key)],
    queues: [waiting],
    dead: [undelivered, unread],
    table: findings,
  };
};

/** Writes one table and nothing else: what other accounts send never touches this stage's own findings. */
const keeper = (findings: aws.dynamodb.Table, waiting: Queue, key: Key): Lambda => {
  const hub = lambda('hub', {
    file: 'hub',
    does: 'Keeps the findings that other accounts announce',
    timeout: hubTimeout,
    memory: 256,
    key,
    grants: [{ actions: ['dynamodb:PutItem'], resources: [findings.arn] }, polls(waiting)],
    environment: { HUB_TABLE: findings.name },
  });
  new aws.lambda.EventSourceMapping('GatheredMapping', {
    eventSourceArn: waiting.arn,
    functionName: hub.fn.arn,
    batchSize: 10,
    functionResponseTypes: ['ReportBatchItemFailures'],
    // An account that sends without end cannot take the hub's whole concurrency.
    scalingConfig: { maximumConcurrency: 5 },
  });
  return hub;
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
