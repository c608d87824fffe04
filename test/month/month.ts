import { call } from '../../core/cloudtrail/example.ts';
import { canarySession } from '../../core/cloudtrail/example-canary.ts';
import type { AnyEvent } from '../../core/event.ts';
import { detections as catalogue, knowledge } from '../../detections/index.ts';
import { day, minute, Random } from '../../examples/day/random.ts';
import { startServices } from '../faults/services.ts';
import { admitter } from '../targets/soundness.ts';
import { type Database, stageDatabase } from './database.ts';
import { accountOf } from './inventory.ts';
import { peopleAct, suppressNoise } from './people.ts';
import type { Deployed } from './process.ts';
import { type DayReport, reporting } from './report.ts';
import { type Stage, startStage } from './stage.ts';
import { type Amount, type DayTraffic, daysOf } from './traffic.ts';

/** What a month is made of. */
export interface Asked extends Amount {
  readonly days: number;
  readonly deployed: Pick<Deployed, 'settings'> & Partial<Deployed>;
  /** Minutes between sweeps: the stack says five. */
  readonly tick: number;
  /** New settings or another catalogue, from the midnight of a day on (0 is the first). */
  readonly deployments?: { readonly [day: number]: Partial<Deployed> };
  /**
   * Whether the stage is down on a day: nothing is invoked, what a log subscription would have delivered is lost. CloudTrail's queue waits
   * for it, or is `gone` too.
   */
  readonly down?: (index: number) => 'waits' | 'gone' | undefined;
  /** Whether only what the deployed filters let through is handed over. */
  readonly filtered: boolean;
  /** Whether anybody answers. */
  readonly answered: boolean;
  /** Told after each day. */
  readonly report?: (day: DayReport) => void;
}

/** Events that Lambda hands over together. */
const batch = 100;

/** Runs a deployed stage for some days under a clock of its own. */
export const runMonth = async (asked: Asked): Promise<readonly DayReport[]> => {
  const services = await startServices();
  const database = await stageDatabase();
  let deployed: Deployed = { detections: catalogue, ...asked.deployed };
  const stage = startStage(database, services, deployed, asked.from);
  const reports: DayReport[] = [];
  try {
    const trafficOf = daysOf(asked, event => isHanded(event, deployed, asked.filtered));
    const report = reporting(stage, database);
    const queue: AnyEvent[] = [];
    for (let index = 0; index < asked.days; index++) {
      const next = asked.deployments?.[index];
      if (next !== undefined) {
        deployed = { ...deployed, ...next };
        stage.deploy(deployed);
      }
      const down = asked.down?.(index);
      const traffic = trafficOf(index);
      const done = down === undefined ? await runDay(asked, stage, traffic, queue, index) : { events: 0, acts: 0 };
      if (down === 'waits') queue.push(...traffic.arrivals.map(({ event }) => event).filter(isCall));
      const start = asked.from + index * day;
      stage.now = start + day - 1;
      const expired = await expire(stage, database, down === undefined);
      const { stories } = traffic;
      const one = await report({ ...done, stories, expired, day: new Date(start).toISOString().slice(0, 10) }, !down);
      reports.push(one);
      asked.report?.(one);
    }
    return reports;
  } finally {
    stage.stop();
    await database.stop();
    await services.stop();
  }
};

const expire = async (stage: Stage, database: Database, isUp: boolean): Promise<number> => {
  const expired = await database.expire(stage.now);
  if (isUp) await stage.settle();
  return expired;
};

const isCall = ({ source }: AnyEvent): boolean => source === 'cloudtrail';

/** One day, by the clock of the stack's schedules. @param queue what waits from before; it is taken */
const runDay = async (
  asked: Asked,
  stage: Stage,
  { arrivals, fleet }: DayTraffic,
  queue: AnyEvent[],
  index: number,
): Promise<Pick<DayReport, 'events' | 'acts'>> => {
  const random = new Random(asked.seed * 77 + index);
  const tick = asked.tick * minute;
  const start = asked.from + index * day;
  const waiting = queue.splice(0);
  let [events, acts, next] = [0, 0, 0];
  for (let now = start; now < start + day; now += tick) {
    stage.now = now + tick - 1;
    /** Whether what runs so often (minutes), at such a minute of it, has its turn in this tick. */
    const isTime = (every: number, at: number): boolean => ((now - start) / minute - at + every) % every < asked.tick;
    const came = waiting.splice(0);
    for (let one = arrivals[next]; one !== undefined && one.at <= stage.now; one = arrivals[++next])
      came.push(one.event);
    events += came.length;
    await handOver(stage, came, random);
    // One sweep in a hundred does not come, another comes twice.
    if (random.below(100) > 0) await stage.sweep();
    if (random.below(100) === 0) await stage.sweep();
    if (isTime(60, 25)) await stage.inventory(accountOf(fleet));
    if (isTime(24 * 60, 7 * 60)) await stage.digest();
    if (isTime(30, 10)) waiting.push(...(await stage.canary()).map(round => canaryEvent(round, stage.now)));
    if (asked.answered && isTime(60, 0)) acts += await peopleAct(stage, asked.seed);
    if (asked.answered && index % 12 === 3 && isTime(24 * 60, 9 * 60)) await suppressNoise(stage, index);
    await stage.settle();
  }
  queue.push(...waiting); // the last canary of the day comes back on the next
  return { events, acts };
};

/** Hands events over as queues and subscriptions do: in batches, some of them twice. */
const handOver = async (stage: Stage, came: readonly AnyEvent[], random: Random): Promise<void> => {
  const calls = came.filter(isCall);
  for (let from = 0; from < calls.length; from += batch) {
    const some = calls.slice(from, from + batch);
    await stage.cloudtrail(some);
    if (random.below(50) === 0) await stage.cloudtrail(some);
  }
  const log = came.filter(event => !isCall(event));
  if (log.length > 0) await stage.audit(log);
  if (log.length > 0 && random.below(50) === 0) await stage.audit(log);
  await stage.settle();
};

/** What EventBridge's rules and the log subscriptions let through; without settings nobody names the cluster that logs elsewhere. */
const isHanded = (event: AnyEvent, { settings, detections }: Deployed, filtered: boolean): boolean => {
  const isHeard =
    isCall(event) || event.cluster === 'prod' || settings.clusters.some(one => one.name === event.cluster);
  return isHeard && (!filtered || admitter(detections, knowledge, settings)(event));
};

/** The canary's call as CloudTrail records it minutes later. */
const canaryEvent = ({ region, round }: { readonly region: string; readonly round: string }, now: number): AnyEvent =>
  call('ec2', 'DescribeExportTasks', {
    userIdentity: canarySession,
    userAgent: `aws-sdk-js/3.1061.0 ua/2.1 os/linux#6.1 lang/js md/nodejs#24.21.0 api/ec2#3.1061.0 m/E,N tripline-canary/${round}`,
    errorCode: 'Client.UnauthorizedOperation',
    errorMessage: 'You are not authorized to perform this operation.',
    eventTime: `${new Date(now).toISOString().slice(0, 19)}Z`,
    eventID: `canary-${round}`,
    awsRegion: region,
  });
