import { gzipSync } from 'node:zlib';
import type { SQSEvent } from 'aws-lambda';
import type { Event } from '../core/event.ts';
import type { Settings } from '../core/settings.ts';

/** EventBridge's envelope of a CloudTrail record in a queue message (EventBridge User Guide, "AWS service events"). */
export const queued = (events: readonly Event<'cloudtrail'>[]): SQSEvent => ({
  Records: events.map((event, index) => ({
    messageId: `local-${index}`,
    receiptHandle: 'local',
    body: JSON.stringify({
      version: '0',
      id: event.id,
      'detail-type': 'AWS API Call via CloudTrail',
      source: `aws.${event.record.eventSource.split('.')[0]}`,
      account: event.account,
      time: new Date(event.time).toISOString(),
      region: event.region,
      resources: [],
      detail: event.record,
    }),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '0',
      SenderId: 'local',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:local:000000000000:local',
    awsRegion: 'local',
  })),
});

/** A subscription's payload of audit events (CloudWatch Logs User Guide, "Subscription filters with AWS Lambda"). */
export const subscribed = (events: readonly Event<'kubernetes'>[], group: string, account: string) => ({
  awslogs: {
    data: gzipSync(
      JSON.stringify({
        messageType: 'DATA_MESSAGE',
        owner: account,
        logGroup: group,
        logStream: 'kube-apiserver-audit-local',
        subscriptionFilters: ['local'],
        logEvents: events.map((event, index) => ({
          id: String(index),
          timestamp: event.time,
          message: JSON.stringify(event.record),
        })),
      }),
      { level: 1 },
    ).toString('base64'),
  },
});

/** The log group that a cluster's audit log is in: what makes the reader name the cluster again. */
export const groupOf = (cluster: string, settings: Settings): string => {
  const audit = settings.clusters.find(one => one.name === cluster)?.audit;
  return audit !== undefined && 'logGroup' in audit
    ? audit.logGroup
    : `/aws/eks/${cluster === '' ? 'unknown' : cluster}/cluster`;
};
