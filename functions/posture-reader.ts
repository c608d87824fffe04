import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { isPassing, KubeError, pathOf } from '../adapters/kube-api.ts';
import { askedIn } from '../adapters/reading-queue.ts';
import { objectKey } from '../adapters/versions.ts';
import type { Matcher } from '../core/compile.ts';
import type { Event } from '../core/event.ts';
import type { JsonObject } from '../core/json.ts';
import { keptOf } from '../core/kubernetes/kept.ts';
import {
  addressOf,
  type Failure,
  failedReading,
  readAgainBy,
  readingOf,
  wantsReading,
  withReading,
} from '../core/kubernetes/reading.ts';
import { settle } from '../core/pipeline.ts';
import { clusters } from './deps/clusters.ts';
import { type Deps, deps } from './deps/deps.ts';
import { detecting } from './detection/detecting.ts';
import { lambda, warn } from './invocation/lambda.ts';
import type { Meter } from './invocation/meter.ts';
import { recordsOf } from './invocation/records.ts';
import { hasTime } from './invocation/time.ts';

type Asked = { readonly record: SQSRecord; readonly event: Event<'kubernetes'> };

/** Deliveries after which what should pass by itself is said instead of tried again: the queue waits minutes in between. */
const patience = 3;
/** Milliseconds that one object may take: with less left none is begun. */
const reserve = 15_000;

const matchers = new WeakMap<Deps, Promise<Matcher>>();
const matcher = (): Promise<Matcher> => {
  const given = deps();
  const known =
    matchers.get(given) ??
    import('./catalogue/catalogue.ts').then(({ matcherOf }) => matcherOf(readAgainBy, given.settings));
  matchers.set(given, known);
  return known;
};

/** The object as it is now, or why it can't be read. @throws KubeError where it may be readable in a minute, and is to be tried again */
const look = async (event: Event<'kubernetes'>, isLast: boolean): Promise<JsonObject | Failure> => {
  try {
    return await clusters().fetch(event.cluster, pathOf(addressOf(event)));
  } catch (error) {
    if (!(error instanceof KubeError) || (isPassing(error.failure) && !isLast)) throw error;
    warn('posture-reader', event.id, error);
    return error.failure;
  }
};

/** Reads one object, however many writes of it are asked about, and judges each of them with it. */
const readObject = async (asked: readonly [Asked, ...Asked[]], meter: Meter): Promise<void> => {
  const [{ event }] = asked;
  const isLast = asked.some(({ record }) => Number(record.attributes?.ApproximateReceiveCount ?? 1) >= patience);
  const seen = await look(event, isLast);
  const { versions, now } = deps();
  const at = now();
  const key = objectKey(event);
  const before = typeof seen === 'string' ? [] : await versions().of(key);
  const match = await matcher();
  const matches = asked.flatMap(({ event: one }) =>
    match(withReading(one, typeof seen === 'string' ? failedReading(seen, at) : readingOf(one, seen, at, before))),
  );
  await settle(matches, detecting(meter), at);
  if (typeof seen !== 'string') await versions().keep(key, { at, object: keptOf(seen) });
  meter.add(typeof seen === 'string' ? 'ObjectsUnread' : 'ObjectsRead', 1);
  meter.add('EventsMatched', new Set(matches.map(({ eventId }) => eventId)).size);
};

/**
 * Reads from the cluster what was written where EKS logs no body, and judges it by the detections that need one. A queue lies
 * between, so that a slow API server delays nothing else. One object that fails goes back to the queue, without the others.
 */
export const handler = lambda('posture-reader', async (event: SQSEvent, meter, context): Promise<SQSBatchResponse> => {
  const failed: SQSRecord[] = [];
  const asked = recordsOf(event, 'queue').flatMap((record): readonly Asked[] => {
    try {
      const one = askedIn(record.body);
      // Settings may have changed since, and a day may have passed in a queue.
      return wantsReading(one, deps().settings, deps().now()) ? [{ record, event: one }] : [];
    } catch (error) {
      warn('posture-reader', record.messageId, error);
      failed.push(record);
      return [];
    }
  });
  for (const [first, ...rest] of Map.groupBy(asked, ({ event: one }) => objectKey(one)).values()) {
    if (first === undefined) continue;
    try {
      if (!hasTime(context, reserve)) throw new Error('no time is left in this run');
      await readObject([first, ...rest], meter);
    } catch (error) {
      warn('posture-reader', first.record.messageId, error);
      failed.push(first.record, ...rest.map(({ record }) => record));
    }
  }
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
});
