import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { batches } from '../core/pipeline.ts';
import type { Read } from '../core/read/contract.ts';
import { type Message, type ObjectPointer, readSqs } from '../core/read/sqs.ts';
import {
  after,
  askBookmark,
  beginning,
  behind,
  bookmark,
  Moved,
  type Place,
  placesIn,
} from '../core/state/bookmark.ts';
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

/** How far this run came with each object of a message. */
type Reached = Map<ObjectPointer, Place>;

/** An object’s reads while there is time. @throws once there is none */
async function* inTime(pointer: ObjectPointer, reached: Reached, context: Context): AsyncGenerator<readonly Read[]> {
  for await (const reads of deps().object(pointer)) {
    if (!hasTime(context, reserve)) {
      const { events } = reached.get(pointer) ?? beginning;
      throw new Error(
        `s3://${pointer.bucket}/${pointer.key}: the run’s time was over after ${events} of its events; the next run goes on from there`,
      );
    }
    yield reads;
  }
}

/** Judges what stands behind a place of an object, batch by batch. @throws where that was not all: `reached` says how far it came */
const detectBehind = async (
  place: Place,
  pointer: ObjectPointer,
  reached: Reached,
  meter: Meter,
  context: Context,
): Promise<void> => {
  let at = place;
  reached.set(pointer, at);
  for await (const batch of batches(after(place, inTime(pointer, reached, context)), together)) {
    await detectCounted(batch, meter);
    at = behind(at, batch);
    reached.set(pointer, at);
  }
};

/** Judges an object, of which earlier runs may have judged some. */
const detectObject = async (
  pointer: ObjectPointer,
  isAgain: boolean,
  reached: Reached,
  meter: Meter,
  context: Context,
): Promise<void> => {
  const { store, now } = deps();
  const places = isAgain ? placesIn(await store().observe([askBookmark(pointer, now())])) : [];
  for (const place of [...places, beginning])
    try {
      return await detectBehind(place, pointer, reached, meter, context);
    } catch (error) {
      if (!(error instanceof Moved)) throw error;
    }
};

/** Leaves a bookmark in each object, from which the next run goes on; without one it begins anew. */
const leaveBookmarks = async (reached: Reached): Promise<void> => {
  const { store, now } = deps();
  const marks = [...reached].filter(([, { events }]) => events > 0).map(([one, place]) => bookmark(one, place, now()));
  if (marks.length > 0) await store().observe(marks);
};

/** What a message carries itself, and then the objects it points to, as they arrive. */
const detectMessage = async (
  { id, reads, objects, receives }: Message,
  meter: Meter,
  context: Context,
): Promise<void> => {
  if (!hasTime(context, reserve)) throw new Error('no time is left in this run');
  if (reads.length > 0) await detectCounted(reads, meter);
  const reached: Reached = new Map();
  try {
    for (const pointer of objects) await detectObject(pointer, receives > 1, reached, meter, context);
  } catch (error) {
    await leaveBookmarks(reached).catch(fault => warn('cloudtrail', id, fault));
    throw error;
  }
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
