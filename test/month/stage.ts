import type { Context, DynamoDBRecord } from 'aws-lambda';
import { type FindingsTable, findingsTable } from '../../adapters/findings/table.ts';
import { type Suppressions, suppressionsTable } from '../../adapters/suppressions.ts';
import { groupOf, queued, subscribed } from '../../cli/delivered.ts';
import { compile } from '../../core/compile.ts';
import type { AnyEvent } from '../../core/event.ts';
import { byFinding } from '../../core/findings/memory.ts';
import type { Part } from '../../core/inventory/aws.ts';
import { inventory, type Task } from '../../core/inventory/inventory.ts';
import { regionsOf, tasksOf } from '../../core/inventory/tasks.ts';
import type { Match } from '../../core/match.ts';
import { once } from '../../core/once.ts';
import { knowledge } from '../../detections/index.ts';
import { handler as announceHandler } from '../../functions/announce.ts';
import { handler as auditHandler } from '../../functions/audit.ts';
import { handler as canaryHandler } from '../../functions/canary.ts';
import { handler as cloudtrailHandler } from '../../functions/cloudtrail.ts';
import { type Deps, use } from '../../functions/deps/deps.ts';
import { handler as digestHandler } from '../../functions/digest.ts';
import { handler as pagerDutyHandler } from '../../functions/pagerduty.ts';
import { handler as slackHandler } from '../../functions/slack.ts';
import { handler as sweepHandler } from '../../functions/sweep.ts';
import { handler as webhookHandler } from '../../functions/webhook.ts';
import type { Services, Taken } from '../faults/services.ts';
import { unstored } from '../faults/verdict.ts';
import { woken } from '../woken.ts';
import type { Database } from './database.ts';
import { account, type Deployed, outsideOf, processOf } from './process.ts';

/** A deployed stage: the real handlers on one database, under a clock that others move. */
export interface Stage {
  /** Milliseconds since 1970. */
  now: number;
  readonly findings: FindingsTable;
  readonly suppressions: Suppressions;
  readonly taken: Taken;
  /** What the functions counted, by metric. */
  readonly counts: ReadonlyMap<string, number>;
  /** Events that were handed over, repeats included. */
  readonly handed: () => number;
  readonly invocations: Map<string, number>;
  /** Lines of warnings and errors. */
  readonly warnings: string[];
  /** Ids of events that were folded, by `finding window`: what the stored counts must equal. */
  readonly folded: Map<string, Set<string>>;
  /** What was said wrongly, the moment it was said. */
  readonly wrong: string[];
  deploy(next: Deployed): void;
  cloudtrail(events: readonly AnyEvent[]): Promise<void>;
  audit(events: readonly AnyEvent[]): Promise<void>;
  sweep(): Promise<void>;
  digest(): Promise<void>;
  /** Sends a canary out. @returns the round's name and region, whose record is to come back */
  canary(): Promise<readonly { readonly region: string; readonly round: string }[]>;
  inventory(take: (task: Task) => Promise<Part>): Promise<void>;
  /** The stream's records and the channels' queues, until both are empty. */
  settle(): Promise<void>;
  stop(): void;
}

const hour = 60 * 60_000;
/** A function's process is ended and begun anew so often. */
const processLives = 2 * hour;

const context = {
  awsRequestId: 'month',
  getRemainingTimeInMillis: () => 900_000,
  invokedFunctionArn: `arn:aws:lambda:eu-west-1:${account}:function:tripline-month`,
} as Context; // what our handlers read of it

const outlets = { slack: slackHandler, pagerduty: pagerDutyHandler, webhook: webhookHandler } as const;

/** Starts a stage. @param services what stands behind its channels, on loopback */
export const startStage = (database: Database, services: Services, first: Deployed, start: number): Stage => {
  const { client } = database;
  const wrong: string[] = [];
  const taken: Taken = {
    receipts: [],
    byCall: new Map(),
    published: [],
    files: new Map(),
    kept: new Map(),
    asked: [],
    onPublish: said => wrong.push(...unstored(said, database.images)),
    onDoubt: () => undefined,
  };
  services.serve(taken);

  let deployed = first;
  let match = once(() => compile(deployed.detections, knowledge, deployed.settings));
  const processes = new Map<string, { readonly since: number; readonly deps: Deps }>();
  const counts = new Map<string, number>();
  const invocations = new Map<string, number>();
  const warnings: string[] = [];
  const folded = new Map<string, Set<string>>();
  let nonces = 0;
  let handed = 0;

  const print = (line: string): void => {
    const { level, function: name, requestId, ms, timestamp, _aws, ...rest } = JSON.parse(line);
    if (_aws !== undefined) return; // the same counts, for CloudWatch
    if (level !== 'info') warnings.push(line);
    for (const [metric, count] of Object.entries(rest))
      if (typeof count === 'number') counts.set(metric, (counts.get(metric) ?? 0) + count);
  };
  const noted = (matches: readonly Match[]): void => {
    for (const { id, buckets } of byFinding(matches))
      for (const [bucket, some] of buckets) {
        const events = folded.get(`${id} ${bucket}`) ?? new Set();
        folded.set(`${id} ${bucket}`, events);
        for (const { eventId } of some) events.add(eventId);
      }
  };
  const outside = outsideOf(services);
  const started = (): Deps =>
    processOf({ client, deployed, match, outside, print, now: () => stage.now, onFold: noted });
  /** Runs a function in its process, which is a new one from time to time. */
  const invoke = async <T>(name: string, work: (deps: Deps) => Promise<T>): Promise<T> => {
    const known = processes.get(name);
    const isOld = known === undefined || stage.now - known.since > processLives;
    const process = isOld ? { since: stage.now, deps: started() } : known;
    processes.set(name, process);
    use(process.deps);
    invocations.set(name, (invocations.get(name) ?? 0) + 1);
    return work(process.deps);
  };
  const failing = (part: string, ids: readonly { readonly itemIdentifier: string }[]): void => {
    if (ids.length > 0) wrong.push(`${part} gave back ${ids.length} records, and nothing fails here`);
  };
  const scheduled = {} as Parameters<typeof sweepHandler>[0]; // none reads anything of its event

  const stage: Stage = {
    now: start,
    findings: findingsTable(client, 'findings'),
    suppressions: suppressionsTable(client, 'findings'),
    ...{ taken, counts, invocations, warnings, folded, wrong },
    handed: () => handed,
    deploy: next => {
      deployed = next;
      match = once(() => compile(deployed.detections, knowledge, deployed.settings));
      processes.clear();
    },
    cloudtrail: events =>
      invoke('cloudtrail', async () => {
        const some = events.flatMap(event => (event.source === 'cloudtrail' ? [event] : []));
        handed += some.length;
        failing('cloudtrail', (await cloudtrailHandler(queued(some), context)).batchItemFailures);
      }),
    audit: async events => {
      const some = events.flatMap(event => (event.source === 'kubernetes' ? [event] : []));
      handed += some.length;
      for (const [cluster, mine] of Map.groupBy(some, one => one.cluster))
        await invoke('audit', () =>
          auditHandler(subscribed(mine, groupOf(cluster, deployed.settings), account), context),
        );
    },
    sweep: () => invoke('sweep', () => sweepHandler(scheduled, context)),
    digest: () => invoke('digest', () => digestHandler(scheduled, context)),
    canary: async () => {
      const rounds: { region: string; round: string }[] = [];
      process.env['CANARY_REGIONS'] = 'eu-west-1';
      await invoke('canary', deps => {
        use({
          ...deps,
          canary: () => ({
            nonce: () => (++nonces).toString(16).padStart(16, '0'),
            region: async (region, round) => {
              rounds.push({ region, round });
              return { state: 'refused' };
            },
            cluster: async () => ({ state: 'unmade', why: 'no cluster has a canary here' }),
          }),
        });
        return canaryHandler(scheduled, context);
      });
      return rounds;
    },
    // As `functions/inventory.ts` runs it; AWS's answers are given.
    inventory: take =>
      invoke('inventory', async ({ settings, store, findings, now }) => {
        await inventory(tasksOf(settings.home, regionsOf(settings)), {
          ...{ account, settings, take, now },
          ...{ store: store(), findings: findings(), cases: findings() },
          hasTime: () => true,
        });
      }),
    settle: async () => {
      for (let records = woken(database.stream()); records.length > 0; records = woken(database.stream())) {
        for (let from = 0; from < records.length; from += 10)
          await invoke('announce', async () =>
            failing(
              'announce',
              (await announceHandler({ Records: [...records.slice(from, from + 10)] as DynamoDBRecord[] }, context))
                .batchItemFailures,
            ),
          );
      }
      const bodies = taken.published.splice(0);
      for (const name of ['slack', 'pagerduty', 'webhook'] as const)
        for (let from = 0; from < bodies.length; from += 10)
          await invoke(name, async () =>
            failing(name, (await outlets[name](mail(bodies.slice(from, from + 10)), context)).batchItemFailures),
          );
    },
    stop: outside.stop,
  };
  return stage;
};

/** What of a queue's message our handlers read. */
const mail = (bodies: readonly string[]) =>
  ({ Records: bodies.map((body, at) => ({ messageId: String(at), body })) }) as unknown as Parameters<
    typeof slackHandler
  >[0];
