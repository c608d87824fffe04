import { filterPolicy } from '../core/announce/route.ts';
import settings from '../tripline.config.ts';
import { bucket } from './bucket.ts';
import { type Lambda, lambda } from './function.ts';
import type { Key } from './key.ts';
import { logical } from './names.ts';
import { type Account, home } from './place.ts';
import { reads } from './posture-reader.ts';
import { accept, deadLetters, polls, type Queue, queue } from './queue.ts';
import { findingKeys, type Storage, says } from './storage.ts';

/** Shorter than a claim of the ledger lasts: two minutes. */
const timeout = 110;

interface Made {
  readonly bucket: aws.s3.Bucket;
  readonly functions: readonly Lambda[];
  readonly dead: readonly Queue[];
  readonly queues: readonly Queue[];
}

/**
 * Keeps what will be gone when a node is, on critical announcements: a queue on the topic like any channel's, and a bucket that
 * nobody deletes from before its time. Undefined where the settings keep nothing.
 */
export const evidence = (storage: Storage, topic: aws.sns.Topic, key: Key, account: Account): Made | undefined => {
  const { evidence: kept } = settings.deployment;
  if (kept === undefined) return undefined;
  const locked = bucket({ name: 'Evidence', key, days: kept.retentionDays + 1, lockDays: kept.retentionDays });
  const dead = deadLetters('evidence', home, key);
  const undelivered = deadLetters('evidence-undelivered', home, key);
  const waiting = queue('evidence', timeout, dead, key);
  accept('evidence queue', waiting, { sns: [topic.arn] });
  accept('evidence undelivered queue', undelivered, { sns: [topic.arn] });
  new aws.sns.TopicSubscription(logical('evidence subscription'), {
    topic: topic.arn,
    protocol: 'sqs',
    endpoint: waiting.arn,
    redrivePolicy: $jsonStringify({ deadLetterTargetArn: undelivered.arn }),
    filterPolicy: JSON.stringify(filterPolicy({ minimum: 'critical' })),
  });
  const fn = lambda('evidence', {
    file: 'evidence',
    does: 'Keeps what will be gone when a node is, on critical findings',
    timeout,
    memory: 512,
    key,
    reserved: 3,
    callsClusters: true,
    grants: [
      { actions: ['dynamodb:UpdateItem'], resources: [storage.findings.arn], keys: findingKeys },
      says(storage, 'evidence#'),
      { actions: ['s3:PutObject'], resources: [$interpolate`${locked.arn}/findings/*`] },
      {
        actions: [
          'ec2:DescribeInstanceAttribute',
          'ec2:DescribeInstances',
          'ec2:DescribeLaunchTemplateVersions',
          'ec2:DescribeSecurityGroups',
        ],
        resources: ['*'],
      },
      ...reads(account),
      polls(waiting),
    ],
    environment: {
      FINDINGS_TABLE: storage.findings.name,
      STATE_TABLE: storage.state.name,
      EVIDENCE_BUCKET: locked.bucket,
    },
  });
  new aws.lambda.EventSourceMapping('EvidenceMapping', {
    eventSourceArn: waiting.arn,
    functionName: fn.fn.arn,
    // Each has all of a run's time.
    batchSize: 1,
    functionResponseTypes: ['ReportBatchItemFailures'],
  });
  return { bucket: locked, functions: [fn], dead: [dead, undelivered], queues: [waiting] };
};
