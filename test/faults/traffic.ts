import { gzipSync } from 'node:zlib';
import { createFleet } from '../../core/cloudtrail/example-launch.ts';
import type { AnyDetection } from '../../core/detection.ts';
import type { AnyEvent, Event } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { audit } from '../../core/kubernetes/example.ts';
import type { Settings } from '../../core/settings.ts';
import { detection as family } from '../../detections/cloudtrail/disallowed-instance-family-launched.ts';
import { detection as encryption } from '../../detections/cloudtrail/ebs-encryption-disabled.ts';
import { detection as tag } from '../../detections/cloudtrail/karpenter-tag-tampered.ts';
import { detection as burst } from '../../detections/cloudtrail/launch-burst.ts';
import { detection as group } from '../../detections/cloudtrail/security-group-opened.ts';
import { knowledge as instances } from '../../detections/knowledge/instances.ts';
import { detection as token } from '../../detections/kubernetes/bootstrap-token-created.ts';
import { detection as nodepool } from '../../detections/kubernetes/nodepool-deleted.ts';
import type { Schedule } from './schedule.ts';

/** Detections of both sources: findings of one event and of many, and one that counts over its state. */
export const detections: readonly AnyDetection[] = [encryption, family, tag, burst, group, token, nodepool];
export const knowledge = [instances];
/** Every fourth schedule has a posture reader. */
const hasReader = (seed: number): boolean => seed % 4 === 2;
/** Every third schedule has storms of its own: more than two new findings of one detection by one principal. */
export const settingsOf = (seed: number): Settings => ({
  ...exampleSettings,
  detections: { [burst.id]: { threshold: 1 } },
  clusters: exampleSettings.clusters.map(one =>
    one.name === 'prod' && hasReader(seed) ? { ...one, reader: true } : one,
  ),
  announcing: { ...exampleSettings.announcing, stormFindings: seed % 3 === 0 ? 2 : 400 },
});
/** Its windows depend on what was stored before, so only its findings and counts are the same in any order. */
export const stateful = burst.id;

export const start = Date.parse('2026-09-01T10:00:00Z');

/** A message in a queue, or a payload on its way from a log group: delivered until it is acknowledged. */
export interface Delivery {
  readonly id: string;
  readonly kind: 'queue' | 'logs' | 'readings';
  /** The queue message's body, or the payload's data. */
  readonly body: string;
  /** Log files that the message points to. */
  readonly files?: readonly LogFile[];
}

/** An object in the trail's bucket. */
export interface LogFile {
  readonly key: string;
  readonly bytes: Buffer;
}

export const trailBucket = 'trail';

const examplesOf = (kind: 'matches' | 'misses', of: readonly AnyDetection[]): readonly AnyEvent[] =>
  of.flatMap(({ examples }): readonly AnyEvent[] =>
    examples[kind].filter(({ settings: own }) => own === undefined).map(({ event }) => event),
  );
const pool = [...examplesOf('matches', detections), ...examplesOf('misses', detections)];
/** What is a finding by itself: the first event of every schedule is one of these, so that none tests nothing. */
const matching = examplesOf(
  'matches',
  detections.filter(({ id }) => id !== stateful),
);

/** A launch of its own instance, within minutes of the others: more than one of them are a burst. */
const launch = (schedule: Schedule, n: number): AnyEvent =>
  again(createFleet({ instances: [`i-0${n.toString(16).padStart(16, '0')}`] }), n, start + schedule.pick(12) * 60_000);

/** A write of a NodePool as EKS logs it, without a body: what stands there is for the posture reader to see. */
const write = (schedule: Schedule, n: number): AnyEvent =>
  again(
    audit('patch', 'nodepools.karpenter.sh', { cluster: 'prod', objectRef: { name: `pool-${schedule.pick(2)}` } }),
    n,
    start + schedule.pick(120) * 60_000,
  );

const isCloudTrail = (event: AnyEvent): event is Event<'cloudtrail'> => event.source === 'cloudtrail';

/** The same thing again at another time: an event of its own, of the same finding. */
const again = (event: AnyEvent, n: number, time: number): AnyEvent => {
  const iso = new Date(time).toISOString();
  if (!isCloudTrail(event)) {
    return {
      ...event,
      time,
      record: { ...event.record, auditID: `audit-${n}`, requestReceivedTimestamp: iso, stageTimestamp: iso },
    };
  }
  const eventID = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  return { ...event, id: eventID, time, record: { ...event.record, eventID, eventTime: iso } };
};

/**
 * What one schedule delivers: events of the catalogue's examples, over two hours, in messages of their transports. In every third
 * schedule those of CloudTrail lie in two log files, among so many others that no file is judged in one pass.
 */
export const traffic = (schedule: Schedule, events: number): readonly Delivery[] => {
  const deliveries: Delivery[] = [];
  const audited: AnyEvent[] = [];
  const filed: Event<'cloudtrail'>[] = [];
  const isFiled = schedule.seed % 3 === 1;
  // Few kinds, so that events of one finding meet in several batches and windows, and always some that are counted.
  const kinds = Array.from({ length: 3 }, (_, at) => {
    const from = at === 0 ? matching : pool;
    return from[schedule.pick(from.length)];
  });
  for (let n = 0; n < events; n++) {
    const kind = kinds[n === 0 ? 0 : schedule.pick(kinds.length + 1)];
    const isWrite = n > 0 && hasReader(schedule.seed) && schedule.next() < 0.4;
    const event = isWrite
      ? write(schedule, n)
      : kind === undefined
        ? launch(schedule, n)
        : again(kind, n, start + schedule.pick(120) * 60_000);
    if (!isCloudTrail(event)) audited.push(event);
    else if (isFiled) filed.push(event);
    else deliveries.push(queued(`message-${n}`, envelope(event)));
  }
  if (filed.length > 0) {
    const half = schedule.pick(filed.length);
    const files = [filed.slice(0, half), filed.slice(half)].map((some, at) => logFile(schedule, at, some));
    deliveries.push({ ...queued('files', notice(files)), files });
  }
  for (let from = 0; from < audited.length; from += 3)
    deliveries.push(payload(`payload-${from}`, audited.slice(from, from + 3), schedule.next() < 0.3));
  for (const n of [1, 2].slice(0, 1 + schedule.pick(2)))
    deliveries.push(queued(`broken-${n}`, `{"detail-type": "AWS API Call via CloudTr${n}`));
  return deliveries;
};

const queued = (id: string, body: string): Delivery => ({ id, kind: 'queue', body });

/** What an ordinary account does all day. */
const fillers: readonly string[] = Array.from({ length: 2_300 }, (_, n) =>
  JSON.stringify({
    eventVersion: '1.11',
    userIdentity: { type: 'AWSService', invokedBy: 'autoscaling.amazonaws.com' },
    eventTime: '2026-09-01T10:00:00Z',
    eventSource: 'ec2.amazonaws.com',
    eventName: 'DescribeInstances',
    awsRegion: 'eu-west-1',
    sourceIPAddress: 'autoscaling.amazonaws.com',
    userAgent: 'autoscaling.amazonaws.com',
    requestParameters: { filterSet: {} },
    responseElements: null,
    requestID: `00000000-0000-4000-9000-${String(n).padStart(12, '0')}`,
    eventID: `00000000-0000-4000-a000-${String(n).padStart(12, '0')}`,
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: '111122223333',
    eventCategory: 'Management',
  }),
);

/** CloudTrail User Guide, "CloudTrail log file name format"; some as they are where somebody unpacked them. */
const logFile = (schedule: Schedule, at: number, events: readonly Event<'cloudtrail'>[]): LogFile => {
  const records = fillers.slice(0, 1_100 + schedule.pick(1_200));
  for (const { record } of events) records.splice(schedule.pick(records.length + 1), 0, JSON.stringify(record));
  const text = `{"Records":[${records.join(',')}]}`;
  const isPacked = schedule.next() < 0.5;
  const name = `111122223333_CloudTrail_eu-west-1_20260901T1000Z_${at}.json`;
  return {
    key: `AWSLogs/111122223333/CloudTrail/eu-west-1/2026/09/01/${name}${isPacked ? '.gz' : ''}`,
    bytes: isPacked ? gzipSync(text, { level: 1 }) : Buffer.from(text),
  };
};

/** S3 User Guide, "Event message structure". */
const notice = (files: readonly LogFile[]): string =>
  JSON.stringify({
    Records: files.map(({ key, bytes }, at) => ({
      eventVersion: '2.1',
      eventSource: 'aws:s3',
      awsRegion: 'eu-west-1',
      eventTime: '2026-09-01T10:05:00.000Z',
      eventName: 'ObjectCreated:Put',
      s3: {
        s3SchemaVersion: '1.0',
        bucket: { name: trailBucket, arn: `arn:aws:s3:::${trailBucket}` },
        object: { key: encodeURIComponent(key), size: bytes.length, eTag: `${at}`.repeat(32) },
      },
    })),
  });

/** EventBridge User Guide, "Events delivered via AWS CloudTrail". */
const envelope = ({ id, account, region, record }: Event<'cloudtrail'>): string =>
  JSON.stringify({
    version: '0',
    id,
    'detail-type': 'AWS API Call via CloudTrail',
    source: `aws.${record.eventSource.split('.')[0]}`,
    account,
    time: record.eventTime,
    region,
    resources: [],
    detail: record,
  });

/** CloudWatch Logs User Guide, "Subscription filters with AWS Lambda". */
const payload = (id: string, events: readonly AnyEvent[], isDamaged: boolean): Delivery => ({
  id,
  kind: 'logs',
  body: gzipSync(
    JSON.stringify({
      messageType: 'DATA_MESSAGE',
      owner: '111122223333',
      logGroup: '/aws/eks/prod/cluster',
      logStream: 'kube-apiserver-audit-0123456789abcdef',
      subscriptionFilters: ['tripline'],
      logEvents: events.flatMap(({ record, time: timestamp }, n) => {
        const message = JSON.stringify(record);
        const logged = { id: `${id}-${n}`, timestamp, message };
        return isDamaged && n === 0 ? [{ ...logged, message: message.slice(0, 90) }, logged] : [logged];
      }),
    }),
  ).toString('base64'),
});
