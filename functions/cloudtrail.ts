import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Read } from '../core/read/contract.ts';
import { type Message, type ObjectPointer, readSqs } from '../core/read/sqs.ts';
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

/** What of an object comes in time. @throws where not all of it does */
async function* inTime(pointer: ObjectPointer, context: Context): AsyncGenerator<readonly Read[]> {
  for await (const reads of deps().object(pointer)) {
    if (!hasTime(context, reserve))
      throw new Error(`s3://${pointer.bucket}/${pointer.key}: the run’s time was over before all of it was read`);
    yield reads;
  }
}

/** What a message carries itself, and then the objects it points to, as they arrive. */
const detectMessage = async ({ reads, objects }: Message, meter: Meter, context: Context): Promise<void> => {
  if (!hasTime(context, reserve)) throw new Error('no time is left in this run');
  if (reads.length > 0) await detectCounted(reads, meter);
  for (const pointer of objects) await detectCounted(inTime(pointer, context), meter);
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
  const pointing = messages.filter(({ objects }) => objects.length > 0);
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const message of (await detectTogether(carrying, meter)) ? pointing : messages) {
    try {
      await detectMessage(message, meter, context);
    } catch (error) {
      warn('cloudtrail', message.id, error);
      batchItemFailures.push({ itemIdentifier: message.id });
    }
  }
  return { batchItemFailures };
});
