import { archiveArns, archivesOf } from '../core/archives.ts';
import { settingsIn } from '../core/own-clusters.ts';
import { objectPatterns } from '../core/targets/eventbridge/objects.ts';
import type { EventPattern } from '../core/targets/eventbridge/pack.ts';
import settings from '../tripline.config.ts';
import { type Lambda, lambda } from './function.ts';
import type { Key } from './key.ts';
import { logical, named } from './names.ts';
import { type Account, home } from './place.ts';
import { asking, asks } from './posture-reader.ts';
import { accept, deadLetters, polls, type Queue, queue } from './queue.ts';
import { detects, environment, type Storage } from './storage.ts';

/** A rule that hands events to the queue. */
export interface Feed {
  readonly rule: aws.cloudwatch.EventRule;
  /** Absent: the default bus. */
  readonly bus: aws.cloudwatch.EventBus | undefined;
  /**
   * What it brings. Something of `calls` and `objects` comes every day, of `forwarded` only where other regions are in use, of
   * `foreign-objects`, audit logs of other accounts' clusters, only where their buckets' events are carried here.
   */
  readonly brings: 'calls' | 'forwarded' | 'objects' | 'foreign-objects';
}

export interface Sources {
  readonly cloudtrail: Lambda;
  readonly feeds: readonly Feed[];
  /** Where candidates of other regions arrive. */
  readonly regions: aws.cloudwatch.EventBus;
  readonly queues: readonly Queue[];
  readonly dead: readonly Queue[];
}

const cloudtrailTimeout = 120;

/**
 * CloudTrail by EventBridge and by objects of an archive, through one queue.
 * @param readings where they ask for what the audit log lacks
 */
export const sources = (
  storage: Storage,
  patterns: readonly EventPattern[],
  key: Key,
  readings: Queue | undefined,
  { id }: Account,
): Sources => {
  const dead = deadLetters('events', home, key);
  const undelivered = deadLetters('undelivered', home, key);
  const events = queue('events', cloudtrailTimeout, dead, key);
  // A bus of its own: on the default bus, events of other regions would set off rules that don't expect them.
  const regions = new aws.cloudwatch.EventBus('RegionsBus', { name: named('regions') });
  const own = archivesOf(settingsIn(settings, id));
  const feeds = [
    ...patterns.map((pattern, index) => feed(`candidates-${index + 1}`, 'calls', pattern)),
    feed(
      'forwarded',
      'forwarded',
      { pattern: '{"source":[{"prefix":"aws."}],"detail-type":[{"suffix":" via CloudTrail"}]}', readOnly: true },
      regions,
    ),
    ...objectPatterns(archivesOf(settings)).map((pattern, index) =>
      feed(
        `archive-${index + 1}`,
        own.some(({ bucket }) => pattern.includes(JSON.stringify(bucket))) ? 'objects' : 'foreign-objects',
        { pattern, readOnly: false },
      ),
    ),
  ];
  for (const { rule, part, bus } of feeds)
    new aws.cloudwatch.EventTarget(logical(`${part} to queue`), {
      rule: rule.name,
      ...(bus === undefined ? {} : { eventBusName: bus.name }),
      arn: events.arn,
      deadLetterConfig: { arn: undelivered.arn },
    });
  const arns = feeds.map(({ rule }) => rule.arn);
  accept('events queue', events, { events: arns });
  accept('undelivered queue', undelivered, { events: arns });
  return {
    cloudtrail: cloudtrailFunction(storage, events, key, readings),
    feeds,
    regions,
    queues: [events],
    dead: [dead, undelivered],
  };
};

const feed = (
  part: string,
  brings: Feed['brings'],
  { pattern, readOnly }: Pick<EventPattern, 'pattern' | 'readOnly'>,
  bus?: aws.cloudwatch.EventBus,
): Feed & { readonly part: string } => ({
  part,
  brings,
  bus,
  rule: new aws.cloudwatch.EventRule(logical(`${part} rule`), {
    name: named(part),
    description: 'Tripline: what the enabled detections may match (derived: tripline filters)',
    eventPattern: pattern,
    state: readOnly ? 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' : 'ENABLED',
    ...(bus === undefined ? {} : { eventBusName: bus.name }),
  }),
});

const cloudtrailFunction = (storage: Storage, events: Queue, key: Key, readings: Queue | undefined): Lambda => {
  const { objects, keys } = archiveArns(settings); // as many as a policy has room for: the settings refuse more
  const cloudtrail = lambda('cloudtrail', {
    file: 'cloudtrail',
    does: 'Judges CloudTrail events, and objects of trail and audit archives',
    timeout: cloudtrailTimeout,
    memory: 1024,
    key,
    grants: [
      ...detects(storage),
      polls(events),
      ...(objects.length === 0 ? [] : [{ actions: ['s3:GetObject'], resources: objects }]),
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
