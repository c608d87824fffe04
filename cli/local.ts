import type { Context, DynamoDBStreamEvent } from 'aws-lambda';
import { findingsTable as openFindings } from '../adapters/findings/table.ts';
import { ledgerTable } from '../adapters/ledger.ts';
import type { LocalDynamoDB } from '../adapters/local-dynamodb.ts';
import { directoryQuarantine } from '../adapters/quarantine-local.ts';
import { dynamoStore } from '../adapters/state-table.ts';
import { suppressionsTable } from '../adapters/suppressions.ts';
import type { Channel } from '../core/announce/announce.ts';
import { compile } from '../core/compile.ts';
import type { AnyEvent } from '../core/event.ts';
import { rejudge } from '../core/rejudge.ts';
import type { Settings } from '../core/settings.ts';
import { remembering } from '../core/state/remembering.ts';
import { detections, knowledge } from '../detections/index.ts';
import { handler as announceHandler } from '../functions/announce.ts';
import { handler as auditHandler } from '../functions/audit.ts';
import { handler as cloudtrailHandler } from '../functions/cloudtrail.ts';
import { type Deps, fromEnvironment, use } from '../functions/deps/deps.ts';
import { handler as sweepHandler } from '../functions/sweep.ts';
import { groupOf, queued, subscribed } from './delivered.ts';

/** What a local run is made of: the deployed handlers on a local database. */
export interface Local {
  /** Delivers events as AWS would: queue batches of EventBridge envelopes, Logs subscription payloads. */
  deliver(events: readonly AnyEvent[]): Promise<void>;
  /** Runs the scheduled sweep as if `ms` had passed since the newest event. */
  sweep(ms: number): Promise<void>;
  /** The input is over: what waits for later records is judged without them, and told. */
  end(): Promise<void>;
  /** Invocations so far. */
  readonly invocations: () => number;
}

/** Events to a batch: an SQS event source with a batching window gives Lambda more than the ten of a plain one. */
const batch = 100;

/** How often the scheduled sweep runs. */
const sweepEvery = 5 * 60_000;

const hour = 60 * 60_000;
/** Events that happened further apart are no batch: time passes between them. */
const apart = hour;
/** When it is swept in a time without events, after what may be late has come: before a day is over, since older news is not told. */
const sweptAfter = [0, 2 * hour, 6 * hour, 12 * hour, 23 * hour];

const context = {
  awsRequestId: 'local',
  functionName: 'local',
  getRemainingTimeInMillis: () => 60_000,
} as unknown as Context; // what our handlers read of it

/** Events as they would come together: cut where a batch is full, and where time passes. */
const together = (events: readonly AnyEvent[]): readonly (readonly AnyEvent[])[] => {
  const batches: AnyEvent[][] = [];
  for (const event of events) {
    const last = batches.at(-1);
    const before = last?.at(-1)?.time ?? event.time;
    if (last === undefined || last.length === batch || Math.abs(event.time - before) > apart) batches.push([event]);
    else last.push(event);
  }
  return batches;
};

/** Gives the deployed handlers a local database, a directory as quarantine, and channels; the clock is the newest event's. */
export const localPipeline = (
  database: LocalDynamoDB,
  settings: Settings,
  quarantine: string,
  channels: readonly Channel[],
): Local => {
  let now = 0;
  let invocations = 0;
  let judgedAt = 0;
  const match = compile(detections, knowledge, settings);
  const store = remembering(dynamoStore(database.client, database.tables.state), () => now);
  const findings = openFindings(database.client, database.tables.findings);
  const deps: Deps = {
    ...fromEnvironment({}),
    settings,
    detections: () => detections,
    match: () => match,
    store: () => store,
    findings: () => findings,
    suppressions: () => suppressionsTable(database.client, database.tables.findings),
    ledger: () => ledgerTable(database.client, database.tables.state),
    quarantine: () => directoryQuarantine(quarantine, () => now),
    channels: () => channels,
    now: () => now,
    escalateAfter: Number.POSITIVE_INFINITY, // nobody is there to answer while logs are replayed
    print: () => {},
  };
  use(deps);
  const announceChanges = async (): Promise<void> => {
    const changed: DynamoDBStreamEvent = { Records: [...database.stream()] };
    if (changed.Records.length === 0) return;
    invocations++;
    await announceHandler(changed, context);
  };
  const judgeAgain = async (): Promise<void> => {
    judgedAt = now;
    await rejudge({ match, store, findings }, now);
  };
  /** Time without an event: what waits for later records is judged, and told, when it would have been. */
  const pass = async (until: number): Promise<void> => {
    const since = now + settings.latenessMinutes * 60_000 + sweepEvery;
    if (now === 0 || until - now <= apart) return;
    for (const at of sweptAfter.map(ms => since + ms).filter(at => at < until)) {
      now = at;
      await judgeAgain();
      await announceChanges();
    }
  };
  return {
    invocations: () => invocations,
    deliver: async events => {
      for (const some of together(events)) {
        await pass(Math.min(...some.map(event => event.time)));
        now = Math.max(now, ...some.map(event => event.time));
        const cloudtrail = some.filter(event => event.source === 'cloudtrail');
        if (cloudtrail.length > 0) {
          invocations++;
          const failed = await cloudtrailHandler(queued(cloudtrail), context);
          if (failed.batchItemFailures.length > 0)
            throw new Error('a batch failed on the local database: its disk may be full');
        }
        const audit = some.filter(event => event.source === 'kubernetes');
        for (const [place, mine] of Map.groupBy(audit, event => `${event.account}#${event.cluster}`)) {
          invocations++;
          const [account = '', cluster = ''] = place.split('#');
          await auditHandler(subscribed(mine, groupOf(cluster, settings), account), context);
        }
        // Deployed, the sweep does it every five minutes; here the events' time drives it.
        if (now >= judgedAt + sweepEvery) await judgeAgain();
        await announceChanges();
      }
    },
    sweep: async ms => {
      now += ms;
      invocations++;
      await sweepHandler({} as never, context); // the sweep reads nothing of its event
      await announceChanges();
    },
    end: async () => pass(now + 24 * hour),
  };
};
