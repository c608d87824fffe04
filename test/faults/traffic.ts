import { gzipSync } from 'node:zlib';
import { createFleet } from '../../core/cloudtrail/example-launch.ts';
import type { AnyDetection } from '../../core/detection.ts';
import type { AnyEvent, Event } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
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
/** Every third schedule has storms of its own: more than two new findings of one detection by one principal. */
export const settingsOf = (seed: number): Settings => ({
  ...exampleSettings,
  detections: { [burst.id]: { threshold: 1 } },
  announcing: { ...exampleSettings.announcing, stormFindings: seed % 3 === 0 ? 2 : 400 },
});
/** Its windows depend on what was stored before, so only its findings and counts are the same in any order. */
export const stateful = burst.id;

export const start = Date.parse('2026-09-01T10:00:00Z');

/** A message in a queue, or a payload on its way from a log group: delivered until it is acknowledged. */
export interface Delivery {
  readonly id: string;
  readonly kind: 'queue' | 'logs';
  /** The queue message's body, or the payload's data. */
  readonly body: string;
}

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

/** What one schedule delivers: events of the catalogue's examples, over two hours, in messages of their transports. */
export const traffic = (schedule: Schedule, events: number): readonly Delivery[] => {
  const deliveries: Delivery[] = [];
  const audit: AnyEvent[] = [];
  // Few kinds, so that events of one finding meet in several batches and windows, and always some that are counted.
  const kinds = Array.from({ length: 3 }, (_, at) => {
    const from = at === 0 ? matching : pool;
    return from[schedule.pick(from.length)];
  });
  for (let n = 0; n < events; n++) {
    const kind = kinds[n === 0 ? 0 : schedule.pick(kinds.length + 1)];
    const event = kind === undefined ? launch(schedule, n) : again(kind, n, start + schedule.pick(120) * 60_000);
    if (isCloudTrail(event)) deliveries.push(queued(`message-${n}`, envelope(event)));
    else audit.push(event);
  }
  for (let from = 0; from < audit.length; from += 3)
    deliveries.push(payload(`payload-${from}`, audit.slice(from, from + 3), schedule.next() < 0.3));
  for (const n of [1, 2].slice(0, 1 + schedule.pick(2)))
    deliveries.push(queued(`broken-${n}`, `{"detail-type": "AWS API Call via CloudTr${n}`));
  return deliveries;
};

const queued = (id: string, body: string): Delivery => ({ id, kind: 'queue', body });

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
