import type { Context, DynamoDBRecord, SQSBatchResponse } from 'aws-lambda';
import { handler as announceHandler } from '../../functions/announce.ts';
import { handler as auditHandler } from '../../functions/audit.ts';
import { handler as cloudtrailHandler } from '../../functions/cloudtrail.ts';
import { handler as pagerDutyHandler } from '../../functions/pagerduty.ts';
import { handler as postureReaderHandler } from '../../functions/posture-reader.ts';
import { handler as slackHandler } from '../../functions/slack.ts';
import { handler as sweepHandler } from '../../functions/sweep.ts';
import { handler as webhookHandler } from '../../functions/webhook.ts';
import { woken } from '../woken.ts';
import { isLastTry } from './cluster.ts';
import { startProcess, type World } from './process.ts';
import type { Schedule } from './schedule.ts';
import { type OutletName, outlets } from './services.ts';
import { start } from './traffic.ts';
import { verdict } from './verdict.ts';

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

const outletHandlers = { slack: slackHandler, pagerduty: pagerDutyHandler, webhook: webhookHandler } as const;

interface Queued {
  readonly id: string;
  readonly body: string;
}

/** Plays a schedule to its end. @returns what is wrong then */
export const play = async (world: World): Promise<readonly string[]> => {
  const { schedule, deliveries, heard, tables, taken, without } = world;
  const wrong: string[] = [];
  let now = start + 125 * minute;
  let queue = [...deliveries];
  let readings = 0;
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

  /** What the posture reader is asked waits among the rest. */
  const ask = (): void => {
    for (const body of taken.asked.splice(0)) queue.push({ id: `reading-${++readings}`, kind: 'readings', body });
  };
  const deliver = async (): Promise<void> => {
    ask();
    const first = queue[schedule.pick(queue.length)];
    if (first === undefined) return;
    const batch =
      first.kind === 'logs'
        ? [first]
        : some(
            schedule,
            queue.filter(({ kind }) => kind === first.kind),
          );
    schedule.note(`deliver ${batch.map(({ id }) => id).join(' ')}`);
    queue = queue.filter(one => !batch.includes(one));
    for (const { id } of batch) receives.set(id, (receives.get(id) ?? 0) + 1);
    const received = batch.map(({ id, body }) => ({ id, body, receives: receives.get(id) ?? 1 }));
    const end = await invoke(functionOf[first.kind], async () => {
      if (first.kind === 'logs') return void (await auditHandler({ awslogs: { data: first.body } }, context()));
      if (first.kind === 'readings') {
        if (received.some(one => one.receives >= 3)) isLastTry();
        return failedIn(await postureReaderHandler(sqs(received), context()));
      }
      const { batchItemFailures } = await cloudtrailHandler(sqs(received), context(schedule.remaining()));
      return without === 'report' ? new Set<string>() : failedIn({ batchItemFailures });
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
    ask();
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

const functionOf = { queue: 'cloudtrail', logs: 'audit', readings: 'posture-reader' } as const;

const failedIn = ({ batchItemFailures }: SQSBatchResponse): ReadonlySet<string> =>
  new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));

/** One to four of a queue's messages in any order. */
const some = <T>(schedule: Schedule, queue: readonly T[]): readonly T[] => {
  const rest = [...queue];
  return Array.from({ length: Math.min(rest.length, 1 + schedule.pick(4)) }, () =>
    rest.splice(schedule.pick(rest.length), 1),
  ).flat();
};
