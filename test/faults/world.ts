import type { Context, DynamoDBRecord } from 'aws-lambda';
import { findingsTable } from '../../adapters/findings-table.ts';
import { ledgerTable } from '../../adapters/ledger.ts';
import { type LocalDynamoDB, localDynamoDB } from '../../adapters/local-dynamodb.ts';
import { dynamoStore } from '../../adapters/state-table.ts';
import { suppressionsTable } from '../../adapters/suppressions.ts';
import type { Channel } from '../../core/announce/announce.ts';
import { newsOf } from '../../core/announce/transitions.ts';
import { compile } from '../../core/compile.ts';
import { memoryFindings } from '../../core/findings/memory.ts';
import { detect } from '../../core/pipeline.ts';
import type { Rejected } from '../../core/read/contract.ts';
import { readLogs } from '../../core/read/logs.ts';
import { keptName } from '../../core/read/quarantine.ts';
import { readSqs } from '../../core/read/sqs.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { handler as announceHandler } from '../../functions/announce.ts';
import { handler as auditHandler } from '../../functions/audit.ts';
import { handler as cloudtrailHandler } from '../../functions/cloudtrail.ts';
import { fromEnvironment, use } from '../../functions/deps.ts';
import { handler as sweepHandler } from '../../functions/sweep.ts';
import { contentLines, storedLines } from '../findings/items.ts';
import { faulty, unguarded } from './requests.ts';
import { Schedule } from './schedule.ts';
import { type Delivery, detections, knowledge, settings, start, stateful, traffic } from './traffic.ts';

const match = compile(detections, knowledge, settings);
const minute = 60_000;
const channels = ['sns', 'bus'] as const;

// What handlers read of their context and of what SQS and the stream send: the rest is never asked.
const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => 900_000 } as Context;
const sqs = (batch: readonly Delivery[]) =>
  ({ Records: batch.map(({ id, body }) => ({ messageId: id, body })) }) as unknown as Parameters<
    typeof cloudtrailHandler
  >[0];
const scheduled = {} as Parameters<typeof sweepHandler>[0];

/** What keeps the promises: removed one at a time to see that the schedules notice. */
export const guards = ['condition', 'marker', 'report', 'quarantine'] as const;
export type Guard = (typeof guards)[number];

export interface Options {
  /** Events that are delivered. */
  readonly events?: number;
  /** Faults at most, the first ones of the schedule. */
  readonly most?: number;
  /**
   * Leaves one guard out: the condition of every update, the ledger's marker that something was said, the report of which
   * messages failed, the quarantine.
   */
  readonly without?: Guard;
}

/**
 * Runs one schedule: the real handlers over a real protocol, a queue that redelivers what was not acknowledged, a stream that
 * hands over again what failed, and faults at every call.
 * @returns what is wrong in the end: nothing, or one sentence each
 */
export const runSchedule = async (
  seed: number,
  { events = 14, most = 40, without }: Options = {},
): Promise<{ readonly wrong: readonly string[]; readonly trace: readonly string[] }> => {
  const schedule = new Schedule(seed, most);
  const database = await localDynamoDB();
  try {
    return { wrong: await play(schedule, database, events, without), trace: schedule.trace };
  } finally {
    database.close().catch(() => undefined);
  }
};

const play = async (
  schedule: Schedule,
  database: LocalDynamoDB,
  events: number,
  without: Guard | undefined,
): Promise<readonly string[]> => {
  const wrong: string[] = [];
  const deliveries = traffic(schedule, events);
  let now = start + 125 * minute;
  const client = database.connect(faulty(unguarded(database.connect().config.requestHandler, without), schedule));
  const sound = findingsTable(database.client, database.tables.findings);
  const quarantined = new Set<string>();
  const sent = new Map<string, number>();
  const heard = new Map<string, Set<string>>();

  const channel = (name: string): Channel => ({
    name,
    send: message =>
      schedule.call(
        name,
        async () => {
          const stored = await sound.read(message.finding.id);
          if (stored === undefined || stored.windows.length === 0)
            wrong.push(`${name} was told of ${message.finding.id}, which is not stored`);
          const key = `${name}#${message.id}`;
          sent.set(key, (sent.get(key) ?? 0) + 1);
          heard.set(message.finding.id, (heard.get(message.finding.id) ?? new Set()).add(name));
        },
        `${name}#${message.id}`,
      ),
  });
  const keep = (rejected: readonly Rejected[]) =>
    schedule.call('quarantine', async () => {
      if (without !== 'quarantine') for (const one of rejected) quarantined.add(keptName(one, 0));
    });
  use({
    ...fromEnvironment({}),
    settings,
    detections: () => detections,
    match: () => match,
    store: () => dynamoStore(client, database.tables.state),
    findings: () => findingsTable(client, database.tables.findings),
    suppressions: () => suppressionsTable(client, database.tables.findings),
    ledger: () => ledgerTable(client, database.tables.state),
    quarantine: () => ({ keep }),
    channels: () => channels.map(channel),
    now: () => now,
    print: line => (line.includes('"warn"') || line.includes('"error"') ? schedule.note(line) : undefined),
  });

  let queue = [...deliveries];
  let stream: DynamoDBRecord[] = [];
  const repeated = new Set<string>();

  const deliver = async (): Promise<void> => {
    const first = queue[schedule.pick(queue.length)];
    if (first === undefined) return;
    const batch =
      first.kind === 'logs'
        ? [first]
        : taken(
            schedule,
            queue.filter(({ kind }) => kind === 'queue'),
          );
    schedule.note(`deliver ${batch.map(({ id }) => id).join(' ')}`);
    const ids = new Set(batch.map(({ id }) => id));
    queue = queue.filter(({ id }) => !ids.has(id));
    const end = await schedule.run(first.kind, async () => {
      if (first.kind === 'logs') return void (await auditHandler({ awslogs: { data: first.body } }, context));
      const answer = await cloudtrailHandler(sqs(batch), context);
      return new Set(without === 'report' ? [] : answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    });
    for (const one of batch) {
      const failed = 'failed' in end || end.result?.has(one.id) === true;
      // A queue may deliver again what was acknowledged; here it does so once.
      const twice = !failed && !repeated.has(one.id) && schedule.next() < 0.2;
      if (twice) repeated.add(one.id);
      if (failed || twice) queue.push(one);
    }
  };
  const announceSome = async (): Promise<void> => {
    stream.push(...database.stream());
    const records = stream.splice(0, 1 + schedule.pick(10));
    if (records.length === 0) return;
    const end = await schedule.run('announce', () => announceHandler({ Records: records }, context));
    if ('result' in end && end.result.batchItemFailures.length === 0) return;
    // Lambda hands the batch over again; what it gives up on, the sweep finds.
    if (schedule.next() < 0.7) stream = [...records, ...stream];
  };
  const sweep = () => schedule.run('sweep', () => sweepHandler(scheduled, context));

  for (let step = 0; step < 400 && (queue.length > 0 || stream.length > 0); step++) {
    now += 20_000;
    const chance = schedule.next();
    if (chance < 0.4) await deliver();
    else if (chance < 0.6) await Promise.all([deliver(), deliver(), deliver()]);
    else if (chance < 0.7) await Promise.all([deliver(), announceSome()]);
    else if (chance < 0.95) await announceSome();
    else await sweep();
  }
  schedule.mend();
  for (let more = 0; queue.length > 0 && more < 200; more++) await deliver();
  if (queue.length > 0) wrong.push(`${queue.length} deliveries are never acknowledged, though nothing fails any more`);
  for (let round = 0; round < 12 && (round < 2 || (await sound.due(now)).items.length > 0); round++) {
    now += 6 * minute;
    await sweep();
  }

  wrong.push(...(await missing(database, deliveries, now)));
  const unreadable = deliveries.reduce((sum, one) => sum + one.unreadable, 0);
  if (quarantined.size !== unreadable)
    wrong.push(`${quarantined.size} of ${unreadable} unreadable records are in the quarantine`);
  for (const [key, times] of sent)
    if (times > 1 && !schedule.doubtful.has(key)) wrong.push(`${key} was said ${times} times for no reason`);
  const { items } = await sound.list({ statuses: ['open'] });
  for (const { id } of items) {
    const stored = await sound.read(id);
    if (stored === undefined) continue;
    if (stored.finding.due !== undefined) wrong.push(`${id} is still due`);
    if (newsOf({ ...stored.finding, due: now }, stored.windows) !== undefined)
      wrong.push(`${id} has news that nobody heard`);
    for (const name of channels) if (!heard.get(id)?.has(name)) wrong.push(`${name} was never told of ${id}`);
  }
  return wrong;
};

/** One to four messages in any order. */
const taken = (schedule: Schedule, queue: readonly Delivery[]): readonly Delivery[] => {
  const rest = [...queue];
  return Array.from({ length: Math.min(rest.length, 1 + schedule.pick(4)) }, () =>
    rest.splice(schedule.pick(rest.length), 1),
  ).flat();
};

/** How the table differs from what one untroubled pass over everything comes to. */
const missing = async (
  database: LocalDynamoDB,
  deliveries: readonly Delivery[],
  now: number,
): Promise<readonly string[]> => {
  const findings = memoryFindings();
  const reads = deliveries.flatMap(one =>
    one.kind === 'logs'
      ? readLogs({ awslogs: { data: one.body } }, settings)
      : readSqs(sqs([one]), settings).flatMap(message => message.reads),
  );
  await detect(reads, { match, store: memoryStore(), findings, quarantine: { keep: async () => undefined }, now });
  if (findings.list().length === 0) return ['nothing matched at all: the schedule tests nothing'];
  const counting = new Set(
    findings.list().flatMap(({ finding }) => (finding.detection === stateful ? [finding.id] : [])),
  );
  const others = (lines: readonly string[]) => lines.filter(line => ![...counting].some(id => line.includes(id)));
  const [expected, stored] = [
    others(contentLines(findings)),
    others(await storedLines(database.client, database.tables.findings)),
  ];
  const table = findingsTable(database.client, database.tables.findings);
  const summary = ({ id, severity, count, first, last }: Awaited<ReturnType<typeof table.cases>>[number]) =>
    JSON.stringify({ id, severity, count, first, last });
  const counted = (await table.cases([...counting])).map(summary);
  return [
    ...expected.filter(line => !stored.includes(line)).map(line => `not stored: ${line.slice(0, 400)}`),
    ...stored.filter(line => !expected.includes(line)).map(line => `stored for no reason: ${line.slice(0, 400)}`),
    ...findings
      .list()
      .flatMap(({ finding }) => (counting.has(finding.id) ? [summary(finding)] : []))
      .filter(line => !counted.includes(line))
      .map(line => `counted otherwise: ${line}, stored are ${counted.join(' ')}`),
  ];
};
