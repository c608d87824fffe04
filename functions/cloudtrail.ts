import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { batches } from '../core/pipeline.ts';
import type { Read } from '../core/read/contract.ts';
import { type Message, type ObjectPointer, readSqs } from '../core/read/sqs.ts';
import { askBookmark, bookmark, furthest } from '../core/state/bookmark.ts';
import { deps } from './deps/deps.ts';
import { detectCounted } from './detection/detecting.ts';
import { lambda, warn } from './invocation/lambda.ts';
import type { Meter } from './invocation/meter.ts';
import { hasTime } from './invocation/time.ts';

/**
 * Milliseconds before the time-out at which no further message is begun, and an object that is being read goes back to the queue:
 * what was done by then is acknowledged. Lambda's own end of it would give back the whole batch, again and again.
 */
const reserve = 15_000;

/** Reads of an object that are judged together. */
const together = 1_000;

/** An object's reads without so many events of its beginning, which were judged before. An object's events always come in one order. */
async function* after(events: number, reads: AsyncIterable<readonly Read[]>): AsyncGenerator<readonly Read[]> {
  let passed = 0;
  for await (const some of reads)
    yield passed < events ? some.filter(({ kind }) => kind !== 'event' || passed++ >= events) : some;
}

/**
 * Judges an object batch by batch. Where the run's time is over before its end it leaves a bookmark, from which the next run goes on.
 * @throws where not all of it was judged in time
 */
const detectObject = async (
  pointer: ObjectPointer,
  isAgain: boolean,
  meter: Meter,
  context: Context,
): Promise<void> => {
  const { store, now, object } = deps();
  const before = isAgain ? furthest(await store().observe([askBookmark(pointer, now())])) : 0;
  let events = before;
  for await (const batch of batches(after(before, object(pointer)), together)) {
    if (!hasTime(context, reserve)) {
      if (events > before) await store().observe([bookmark(pointer, events, now())]);
      throw new Error(
        `s3://${pointer.bucket}/${pointer.key}: the run’s time was over after ${events} of its events; the next run goes on from there`,
      );
    }
    await detectCounted(batch, meter);
    events += batch.filter(({ kind }) => kind === 'event').length;
  }
};

/** What a message carries itself, and then the objects it points to, as they arrive. */
const detectMessage = async ({ reads, objects, receives }: Message, meter: Meter, context: Context): Promise<void> => {
  if (!hasTime(context, reserve)) throw new Error('no time is left in this run');
  if (reads.length > 0) await detectCounted(reads, meter);
  for (const pointer of objects) await detectObject(pointer, receives > 1, meter, context);
};

/** Judges what messages carry together, so that a batch is one pass; false where that failed and each is to be tried alone. */
const detectTogether = async (messages: readonly Message[], meter: Meter): Promise<boolean> => {
  if (messages.length < 2) return messages.length === 0;
  try {
    await detectCounted(
      messages.flatMap(message => message.reads),
      meter,
    );
    return true;
  } catch (error) {
    warn('cloudtrail', `${messages.length} messages together`, error);
    return false;
  }
};

/**
 * CloudTrail events from a queue: EventBridge envelopes, or notices of log files. The batch is judged together; where that
 * fails, message by message, so that one bad message takes no other back to the queue. Judging twice counts nothing twice.
 */
export const handler = lambda('cloudtrail', async (event: SQSEvent, meter, context): Promise<SQSBatchResponse> => {
  const messages = readSqs(event, deps().settings);
  const carrying = messages.filter(({ objects }) => objects.length === 0);
  // What waited longest first: nothing is given up that no run had time for while others were taken.
  const pointing = messages
    .filter(({ objects }) => objects.length > 0)
    .toSorted((one, other) => other.receives - one.receives);
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const message of (await detectTogether(carrying, meter)) ? pointing : [...carrying, ...pointing]) {
    try {
      await detectMessage(message, meter, context);
    } catch (error) {
      warn('cloudtrail', message.id, error);
      batchItemFailures.push({ itemIdentifier: message.id });
    }
  }
  return { batchItemFailures };
});
