import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { type Message, readSqs } from '../core/read/sqs.ts';
import { deps } from './deps/deps.ts';
import { detectCounted } from './detection/detecting.ts';
import { lambda, warn } from './invocation/lambda.ts';
import type { Meter } from './invocation/meter.ts';

/** What a message carries itself, and then the objects it points to, as they arrive. */
const detectMessage = async ({ reads, objects }: Message, meter: Meter): Promise<void> => {
  if (reads.length > 0) await detectCounted(reads, meter);
  for (const pointer of objects) await detectCounted(deps().object(pointer), meter);
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
export const handler = lambda('cloudtrail', async (event: SQSEvent, meter): Promise<SQSBatchResponse> => {
  const messages = readSqs(event, deps().settings);
  const carrying = messages.filter(({ objects }) => objects.length === 0);
  const pointing = messages.filter(({ objects }) => objects.length > 0);
  const batchItemFailures: { itemIdentifier: string }[] = [];
  for (const message of (await detectTogether(carrying, meter)) ? pointing : messages) {
    try {
      await detectMessage(message, meter);
    } catch (error) {
      warn('cloudtrail', message.id, error);
      batchItemFailures.push({ itemIdentifier: message.id });
    }
  }
  return { batchItemFailures };
});
