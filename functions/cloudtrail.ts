import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { type Message, readSqs } from '../core/read/sqs.ts';
import { deps } from './deps/deps.ts';
import { detectCounted } from './detection/detecting.ts';
import { detectObjects } from './detection/objects.ts';
import { lambda, warn } from './invocation/lambda.ts';
import type { Meter } from './invocation/meter.ts';
import { hasTime } from './invocation/time.ts';

/**
 * Milliseconds before the time-out at which no further message is begun, and an object that is being read goes back to the queue:
 * what was done by then is acknowledged. Lambda's own end of it would give back the whole batch, again and again.
 */
const reserve = 15_000;

/** What a message carries itself, and then the objects it points to, as they arrive. */
const detectMessage = async (message: Message, meter: Meter, context: Context): Promise<void> => {
  if (!hasTime(context, reserve)) throw new Error('no time is left in this run');
  if (message.reads.length > 0) await detectCounted(message.reads, meter);
  await detectObjects(message, meter, () => hasTime(context, reserve));
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
