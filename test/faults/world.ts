import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Context, DynamoDBRecord } from 'aws-lambda';
import { busChannel } from '../../adapters/bus.ts';
import { findingsTable } from '../../adapters/findings/table.ts';
import { ledgerTable } from '../../adapters/ledger.ts';
import { readS3 } from '../../adapters/objects.ts';
import { bucketQuarantine } from '../../adapters/quarantine.ts';
import { snsChannel } from '../../adapters/sns.ts';
import { dynamoStore } from '../../adapters/state-table.ts';
import { suppressionsTable } from '../../adapters/suppressions.ts';
import { compile } from '../../core/compile.ts';
import type { Settings } from '../../core/settings.ts';
import { remembering } from '../../core/state/remembering.ts';
import { handler as announceHandler } from '../../functions/announce.ts';
import { handler as auditHandler } from '../../functions/audit.ts';
import { handler as cloudtrailHandler } from '../../functions/cloudtrail.ts';
import { type Deps, fromEnvironment, useEach } from '../../functions/deps/deps.ts';
import { handler as pagerDutyHandler } from '../../functions/pagerduty.ts';
import { handler as slackHandler } from '../../functions/slack.ts';
import { handler as sweepHandler } from '../../functions/sweep.ts';
import { handler as webhookHandler } from '../../functions/webhook.ts';
import { woken } from '../woken.ts';
import { type Clients, clientsOf } from './clients.ts';
import { createdTables, startDatabase, type Tables, wiredDatabase } from './database.ts';
import { type HeardStreams, heardStreams } from './heard.ts';
import { running, Schedule } from './schedule.ts';
import { type OutletName, outlets, type Services, startServices, type Taken } from './services.ts';
import { type Delivery, detections, knowledge, settingsOf, start, traffic } from './traffic.ts';
import { unstored, verdict } from './verdict.ts';

const minute = 60_000;

// What handlers read of their context and of what SQS and the stream send: the rest is never asked.
const context = (remaining = () => 900_000): Context =>
  ({ awsRequestId: 'request', getRemainingTimeInMillis: remaining }) as Context;
const sqs = (batch: readonly { readonly id: string; readonly body: string; readonly receives?: number }[]) =>
  ({
    Records: batch.map(({ id, body, receives = 1 }) => ({
      messageId: id,
      body,
      attributes: { ApproximateReceiveCount: `${receives}` },
    })),
  }) as unknown as Parameters<typeof cloudtrailHandler>[0];
const scheduled = {} as Parameters<typeof sweepHandler>[0];

/** What keeps the promises: removed one at a time to see that the schedules notice. */
export const guards = ['condition', 'marker', 'report', 'channel-report', 'quarantine'] as const;
export type Guard = (typeof guards)[number];

export interface Options {
  /** Events that are delivered; otherwise the seed says how many: 3 to 8. */
  readonly events?: number;
  /** Faults at most, the first ones of the schedule. */
  readonly most?: number;
  /**
   * Leaves one guard out: the condition of every update but the ledger's, the ledger's claim, the report of which messages of the
   * events' queue or of a channel's failed, the quarantine.
   */
  readonly without?: Guard;
  /** Reach dynalite through a socket: slower by a fifth, and the same in every other way. */
  readonly wire?: boolean;
}

/** What came of one schedule. */
export interface Played {
  /** What is wrong in the end: nothing, or one sentence each. */
  readonly wrong: readonly string[];
  readonly trace: readonly string[];
  readonly events: number;
  readonly calls: number;
  readonly faults: number;
  readonly starts: number;
  /** Announcements that channels took, repeats included. */
  readonly said: number;
}

/** What many schedules share: the services behind the channels. */
export interface Ground {
  play(seed: number, options?: Options): Promise<Played>;
  stop(): Promise<void>;
}

useEach(() => {
  const invocation = running.getStore();
  if (invocation === undefined) throw new Error('a handler ran outside of a schedule');
  return invocation.process.deps;
});

export const startGround = async (): Promise<Ground> => {
  const services = await startServices();
  return {
    play: (seed, options = {}) => runSchedule(services, seed, options),
    stop: () => services.stop(),
  };
};

/**
 * Runs one schedule: the real handlers over the real protocols, queues that redeliver what was not acknowledged, a stream that
 * hands over again what failed, and faults at every call.
 */
const runSchedule = async (
  services: Services,
  seed: number,
  { events, most, without, wire = false }: Options,
): Promise<Played> => {
  const schedule = new Schedule(seed, most);
  const chosen = 3 + schedule.pick(6);
  const deliveries = traffic(schedule, events ?? chosen);
  const settings = settingsOf(seed);
  const heard = heardStreams(settings);
  const wrong: string[] = [];
  const condition = without === 'condition' || without === 'marker' ? without : undefined;
  const database = wire ? await wiredDatabase() : startDatabase();
  const tables = await createdTables(database, schedule, condition, heard.learn);
  const taken: Taken = {
    receipts: [],
    byCall: new Map(),
    files: new Map(deliveries.flatMap(({ files = [] }) => files.map(({ key, bytes }) => [key, bytes] as const))),
    published: [],
    kept: new Map(),
    onPublish: said => wrong.push(...unstored(said, tables.images)),
    onDoubt: schedule.doubt,
  };
  services.serve(taken);
  const clients = clientsOf(schedule, services, () => taken);
  try {
    const world: World = { schedule, deliveries, settings, heard, tables, taken, clients, without };
    wrong.push(...(await play(world)));
    const { trace, calls, faults, starts } = schedule;
    return { wrong, trace, calls, faults, starts, events: events ?? chosen, said: taken.receipts.length };
  } finally {
    clients.sns.destroy();
    clients.bus.destroy();
    clients.s3.destroy();
    tables.faulty.destroy();
    await database.stop();
  }
};

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
const startProcess = ({ schedule, settings, tables, clients, without }: World, now: () => number): Deps => ({
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
  object: pointer => readS3(clients.s3, pointer, settings),
  channels: lazy(() => [
    snsChannel(() => clients.sns, 'arn:aws:sns:eu-west-1:111122223333:tripline-announcements'),
    busChannel(() => clients.bus, 'tripline'),
  ]),
  now,
  print: line => (/"(?:warn|error)"/.test(line) ? schedule.note(line) : undefined),
});

const outletHandlers = { slack: slackHandler, pagerduty: pagerDutyHandler, webhook: webhookHandler } as const;

interface Queued {
  readonly id: string;
  readonly body: string;
}

const play = async (world: World): Promise<readonly string[]> => {
  const { schedule, deliveries, heard, tables, taken, without } = world;
  const wrong: string[] = [];
  let now = start + 125 * minute;
  let queue = [...deliveries];
  let stream: DynamoDBRecord[] = [];
  const mail: { readonly [name in OutletName]: Queued[] } = { slack: [], pagerduty: [], webhook: [] };
  let sent = 0;
  const repeated = new Set<string>();
  const receives = new Map<string, number>();
  const invoke = <T>(name: string, work: () => Promise<T>) =>
    schedule.run(name, () => startProcess(world, () => now), work);
  /** A queue may deliver again what was acknowledged; here it does so once. */
  const isRepeated = (id: string): boolean => {
    if (repeated.has(id) || schedule.next() >= 0.2) return false;
    repeated.add(id);
    return true;
  };

  const deliver = async (): Promise<void> => {
    const first = queue[schedule.pick(queue.length)];
    if (first === undefined) return;
    const batch =
      first.kind === 'logs'
        ? [first]
        : some(
            schedule,
            queue.filter(({ kind }) => kind === 'queue'),
          );
    schedule.note(`deliver ${batch.map(({ id }) => id).join(' ')}`);
    queue = queue.filter(one => !batch.includes(one));
    for (const { id } of batch) receives.set(id, (receives.get(id) ?? 0) + 1);
    const received = batch.map(({ id, body }) => ({ id, body, receives: receives.get(id) ?? 1 }));
    const end = await invoke(first.kind === 'logs' ? 'audit' : 'cloudtrail', async () => {
      if (first.kind === 'logs') return void (await auditHandler({ awslogs: { data: first.body } }, context()));
      const { batchItemFailures } = await cloudtrailHandler(sqs(received), context(schedule.remaining()));
      return new Set(without === 'report' ? [] : batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    });
    for (const one of batch) {
      const failed = 'failed' in end || end.result?.has(one.id) === true;
      if (failed || isRepeated(one.id)) queue.push(one);
    }
  };
  const announceSome = async (): Promise<void> => {
    stream.push(...woken(tables.stream()));
    const records = stream.splice(0, 1 + schedule.pick(10));
    if (records.length === 0) return;
    const end = await invoke('announce', () => announceHandler({ Records: records }, context()));
    if ('result' in end && end.result.batchItemFailures.length === 0) return;
    // Lambda hands the batch over again; what it gives up on, the sweep finds.
    if (schedule.next() < 0.7) stream = [...records, ...stream];
  };
  const sweep = async (): Promise<void> => {
    const { end, sure } = await heard.during(now, () => invoke('sweep', () => sweepHandler(scheduled, context())));
    if ('result' in end && schedule.isMended) for (const [id] of sure) mustBe.add(id);
  };
  const mustBe = new Set<string>();
  /** The topic puts what it took into each channel's queue, raw or in its envelope. */
  const fanOut = (): void => {
    for (const body of taken.published.splice(0)) {
      sent++;
      for (const name of outlets)
        mail[name].push({ id: `${name}-${sent}`, body: sent % 2 === 0 ? body : JSON.stringify({ Message: body }) });
    }
  };
  const post = async (name: OutletName): Promise<void> => {
    fanOut();
    const batch = some(schedule, mail[name]);
    if (batch.length === 0) return;
    mail[name].splice(0, mail[name].length, ...mail[name].filter(one => !batch.includes(one)));
    const end = await invoke(name, () => outletHandlers[name](sqs(batch), context()));
    const failures =
      'failed' in end ? batch.map(({ id }) => id) : end.result.batchItemFailures.map(one => one.itemIdentifier);
    const back = without === 'channel-report' && !('failed' in end) ? [] : failures;
    for (const one of batch) if (back.includes(one.id) || isRepeated(one.id)) mail[name].push(one);
  };
  const postSome = () => post(outlets[schedule.pick(outlets.length)] ?? 'webhook');
  const isQuiet = (): boolean => {
    stream.push(...woken(tables.stream()));
    fanOut();
    return queue.length === 0 && stream.length === 0 && outlets.every(name => mail[name].length === 0);
  };

  for (let step = 0; step < 400 && !isQuiet(); step++) {
    now += 20_000;
    const chance = schedule.next();
    if (chance < 0.26) await deliver();
    else if (chance < 0.42) await Promise.all([deliver(), deliver(), deliver()]);
    else if (chance < 0.5) await Promise.all([deliver(), announceSome(), postSome()]);
    else if (chance < 0.64) await announceSome();
    else if (chance < 0.72) await Promise.all([announceSome(), announceSome()]);
    else if (chance < 0.76) await Promise.all([announceSome(), sweep()]);
    else if (chance < 0.85) await postSome();
    else if (chance < 0.97) await Promise.all([...outlets, ...outlets].map(post));
    else await sweep();
  }
  schedule.mend();
  for (let more = 0; queue.length > 0 && more < 200; more++) await deliver();
  if (queue.length > 0) wrong.push(`${queue.length} deliveries are never acknowledged, though nothing fails any more`);
  const isDue = (): boolean => [...tables.images.values()].some(item => item['due'] !== undefined);
  for (let round = 0; round < 40 && (round < 2 || isDue() || !isQuiet()); round++) {
    now += 6 * minute;
    await sweep();
    for (let more = 0; stream.length > 0 && more < 100; more++) await announceSome();
    for (const name of outlets) for (let more = 0; mail[name].length > 0 && more < 20; more++) await post(name);
  }
  if (!isQuiet()) wrong.push('there is still something in a queue, though nothing fails any more');
  return [...wrong, ...(await verdict(world, mustBe, now))];
};

/** One to four of a queue's messages in any order. */
const some = <T>(schedule: Schedule, queue: readonly T[]): readonly T[] => {
  const rest = [...queue];
  return Array.from({ length: Math.min(rest.length, 1 + schedule.pick(4)) }, () =>
    rest.splice(schedule.pick(rest.length), 1),
  ).flat();
};
