import { useEach } from '../../functions/deps/deps.ts';
import { clientsOf } from './clients.ts';
import { createdTables, startDatabase, wiredDatabase } from './database.ts';
import { heardStreams } from './heard.ts';
import { play } from './play.ts';
import type { Guard, World } from './process.ts';
import { running, Schedule } from './schedule.ts';
import { type Services, startServices, type Taken } from './services.ts';
import { settingsOf, traffic } from './traffic.ts';
import { unstored } from './verdict.ts';

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
    asked: [],
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
    clients.sqs.destroy();
    tables.faulty.destroy();
    await database.stop();
  }
};
