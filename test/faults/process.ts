import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { busChannel } from '../../adapters/bus.ts';
import { findingsTable } from '../../adapters/findings/table.ts';
import { ledgerTable } from '../../adapters/ledger.ts';
import { readS3 } from '../../adapters/objects.ts';
import { bucketQuarantine } from '../../adapters/quarantine.ts';
import { askForReadings } from '../../adapters/reading-queue.ts';
import { snsChannel } from '../../adapters/sns.ts';
import { dynamoStore } from '../../adapters/state-table.ts';
import { suppressionsTable } from '../../adapters/suppressions.ts';
import { versionsTable } from '../../adapters/versions.ts';
import { compile } from '../../core/compile.ts';
import type { Settings } from '../../core/settings.ts';
import { remembering } from '../../core/state/remembering.ts';
import { type Deps, fromEnvironment } from '../../functions/deps/deps.ts';
import type { Clients } from './clients.ts';
import { clusterOf } from './cluster.ts';
import type { Tables } from './database.ts';
import type { HeardStreams } from './heard.ts';
import type { Schedule } from './schedule.ts';
import type { Taken } from './services.ts';
import { type Delivery, detections, knowledge } from './traffic.ts';

/** What keeps the promises: removed one at a time to see that the schedules notice. */
export const guards = ['condition', 'marker', 'report', 'channel-report', 'quarantine'] as const;
export type Guard = (typeof guards)[number];

/** What a schedule plays in. */
export interface World {
  readonly schedule: Schedule;
  readonly deliveries: readonly Delivery[];
  readonly settings: Settings;
  readonly heard: HeardStreams;
  readonly tables: Tables & { readonly faulty: DynamoDBClient };
  readonly taken: Taken;
  readonly clients: Clients;
  readonly without: Guard | undefined;
}

const lazy = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** What a process begins with: nothing of any other's. The SDK's clients hold nothing but their sockets and are shared. */
export const startProcess = ({ schedule, settings, tables, clients, without }: World, now: () => number): Deps => ({
  ...fromEnvironment({}),
  ...clients.outlets(now),
  settings,
  detections: () => detections,
  match: lazy(() => compile(detections, knowledge, settings)),
  store: lazy(() => remembering(dynamoStore(tables.faulty, tables.state), now)),
  findings: lazy(() => findingsTable(tables.faulty, tables.findings)),
  suppressions: lazy(() => suppressionsTable(tables.faulty, tables.findings)),
  ledger: lazy(() => ledgerTable(tables.faulty, tables.state)),
  quarantine: lazy(() =>
    without === 'quarantine'
      ? { keep: async () => undefined }
      : bucketQuarantine(clients.s3, { bucket: 'quarantine' }, now),
  ),
  askFor: settings.clusters.some(one => one.reader === true)
    ? events => askForReadings(clients.sqs, clients.readings, events)
    : undefined,
  kube: () => clusterOf(schedule),
  versions: lazy(() => versionsTable(tables.faulty, tables.state)),
  object: pointer => readS3(clients.s3, pointer, settings),
  channels: lazy(() => [
    snsChannel(() => clients.sns, 'arn:aws:sns:eu-west-1:111122223333:tripline-announcements'),
    busChannel(() => clients.bus, 'tripline'),
  ]),
  now,
  print: line => (/"(?:warn|error)"/.test(line) ? schedule.note(line) : undefined),
});
