import type { EventPattern } from '../core/targets/eventbridge.ts';
import settings from '../tripline.config.ts';
import { type Grant, type Lambda, lambda } from './function.ts';
import type { Key } from './key.ts';
import { logical, named } from './names.ts';
import { type Account, home } from './place.ts';
import { accept, deadLetters, polls, type Queue, queue } from './queue.ts';
import { detects, environment, type Storage } from './storage.ts';

export interface Sources {
  readonly cloudtrail: Lambda;
  readonly audit: Lambda;
  readonly rules: readonly aws.cloudwatch.EventRule[];
  /** Where candidates of other regions arrive. */
  readonly regions: aws.cloudwatch.EventBus;
  readonly queues: readonly Queue[];
  readonly dead: readonly Queue[];
}

const cloudtrailTimeout = 120;
const auditTimeout = 60;

/**
 * CloudTrail by EventBridge and by objects of an archive, through one queue; audit logs by subscription filters.
 * @param readings where they ask for what the audit log lacks
 */
export const sources = (
  storage: Storage,
  patterns: readonly EventPattern[],
  key: Key,
  account: Account,
  readings: Queue | undefined,
): Sources => {
  const dead = deadLetters('events', home, key);
  const undelivered = deadLetters('undelivered', home, key);
  const unheard = deadLetters('audit', home, key);
  const events = queue('events', cloudtrailTimeout, dead, key);
  // A bus of its own: on the default bus, events of other regions would set off rules that don't expect them.
  const regions = new aws.cloudwatch.EventBus('RegionsBus', { name: named('regions') });
  const rules = [
    ...patterns.map((pattern, index) => rule(`candidates-${index + 1}`, pattern, undefined)),
    rule(
      'forwarded',
      { pattern: '{"source":[{"prefix":"aws."}],"detail-type":[{"suffix":" via CloudTrail"}]}', readOnly: true },
      regions,
    ),
    ...archives.map(({ bucket, prefix, suffix }, index) =>
      rule(`archive-${index + 1}`, { pattern: objectsIn(bucket, prefix, suffix), readOnly: false }, undefined),
    ),
  ];
  for (const { one, part, bus } of rules)
    new aws.cloudwatch.EventTarget(logical(`${part} to queue`), {
      rule: one.name,
      ...(bus === undefined ? {} : { eventBusName: bus.name }),
      arn: events.arn,
      deadLetterConfig: { arn: undelivered.arn },
    });
  const arns = rules.map(({ one }) => one.arn);
  accept('events queue', events, { events: arns });
  accept('undelivered queue', undelivered, { events: arns });
  return {
    cloudtrail: cloudtrailFunction(storage, events, key, readings),
    audit: auditFunction(storage, unheard, key, account, readings),
    rules: rules.map(({ one }) => one),
    regions,
    queues: [events],
    dead: [dead, undelivered, unheard],
  };
};

const rule = (
  part: string,
  { pattern, readOnly }: Pick<EventPattern, 'pattern' | 'readOnly'>,
  bus: aws.cloudwatch.EventBus | undefined,
): {
  readonly part: string;
  readonly bus: aws.cloudwatch.EventBus | undefined;
  readonly one: aws.cloudwatch.EventRule;
} => ({
  part,
  bus,
  one: new aws.cloudwatch.EventRule(logical(`${part} rule`), {
    name: named(part),
    description: 'Tripline: what the enabled detections may match (derived: tripline filters)',
    eventPattern: pattern,
    state: readOnly ? 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' : 'ENABLED',
    ...(bus === undefined ? {} : { eventBusName: bus.name }),
  }),
});

/** Buckets whose objects are read: trails' (log files only: digests and insights lie beside them) and clusters' audit logs. */
const archives = [
  ...settings.deployment.archives.map(one => ({ ...one, suffix: '*/CloudTrail/*.json.gz' })),
  ...settings.clusters.flatMap(({ audit }) =>
    audit !== undefined && 'bucket' in audit ? [{ bucket: audit.bucket, prefix: audit.prefix, suffix: '*' }] : [],
  ),
];

const objectsIn = (bucket: string, prefix: string, suffix: string): string =>
  JSON.stringify({
    source: ['aws.s3'],
    'detail-type': ['Object Created'],
    detail: { bucket: { name: [bucket] }, object: { key: [{ wildcard: `${prefix}${suffix}` }] } },
  });

const cloudtrailFunction = (storage: Storage, events: Queue, key: Key, readings: Queue | undefined): Lambda => {
  const keys = settings.deployment.archives.flatMap(one => one.key ?? []);
  const cloudtrail = lambda('cloudtrail', {
    file: 'cloudtrail',
    does: 'Judges CloudTrail events, and objects of trail and audit archives',
    timeout: cloudtrailTimeout,
    memory: 1024,
    key,
    grants: [
      ...detects(storage),
      polls(events),
      ...archives.map(({ bucket, prefix }) => ({
        actions: ['s3:GetObject'],
        resources: [`arn:${partitionOf(settings.home)}:s3:::${bucket}/${prefix}*`],
      })),
      ...(keys.length === 0 ? [] : [{ actions: ['kms:Decrypt'], resources: keys }]),
      ...asks(readings),
    ],
    environment: { ...environment(storage), ...asking(readings) },
  });
  new aws.lambda.EventSourceMapping('EventsMapping', {
    eventSourceArn: events.arn,
    functionName: cloudtrail.fn.arn,
    batchSize: 100,
    maximumBatchingWindowInSeconds: 2,
    functionResponseTypes: ['ReportBatchItemFailures'],
    // One burst cannot take the account's whole concurrency.
    scalingConfig: { maximumConcurrency: 20 },
  });
  return cloudtrail;
};

/** What asking for a reading needs, where there is somebody to ask. */
const asks = (readings: Queue | undefined): readonly Grant[] =>
  readings === undefined ? [] : [{ actions: ['sqs:SendMessage'], resources: [readings.arn] }];
const asking = (readings: Queue | undefined): Record<string, $util.Input<string>> =>
  readings === undefined ? {} : { READINGS_QUEUE: readings.url };

const partitionOf = (region: string): string =>
  region.startsWith('cn-') ? 'aws-cn' : region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';

/** CloudWatch Logs invokes it without waiting: Lambda's own retries and its on-failure destination come after that. */
const auditFunction = (
  storage: Storage,
  unheard: Queue,
  key: Key,
  { id, partition }: Account,
  readings: Queue | undefined,
): Lambda => {
  const audit = lambda('audit', {
    file: 'audit',
    does: 'Judges Kubernetes audit events',
    timeout: auditTimeout,
    memory: 1024,
    key,
    grants: [...detects(storage), { actions: ['sqs:SendMessage'], resources: [unheard.arn] }, ...asks(readings)],
    environment: { ...environment(storage), ...asking(readings) },
  });
  new aws.lambda.FunctionEventInvokeConfig('AuditInvocations', {
    functionName: audit.fn.name,
    maximumRetryAttempts: 2,
    maximumEventAgeInSeconds: 6 * 3600,
    destinationConfig: { onFailure: { destination: unheard.arn } },
  });
  new aws.lambda.Permission('LogsInvokeAudit', {
    function: audit.fn.name,
    action: 'lambda:InvokeFunction',
    principal: 'logs.amazonaws.com',
    sourceAccount: id,
    sourceArn: `arn:${partition}:logs:${home.region}:${id}:log-group:*:*`,
  });
  return audit;
};
