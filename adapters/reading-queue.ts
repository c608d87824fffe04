import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { Event } from '../core/event.ts';
import { isObject, member, parseJson, text } from '../core/json.ts';
import { askingOf } from '../core/kubernetes/reading.ts';

/** The name of this form of message. */
const schema = 'tripline/reading/1';

/** Amazon SQS Developer Guide, "SendMessageBatch": messages of one call. */
const together = 10;

/**
 * Asks the posture reader to look at what events wrote.
 * @throws where SQS took not all of them: whoever read them must read them again, and asking twice changes nothing
 */
export const askForReadings = async (
  sqs: SQSClient,
  url: string,
  events: readonly Event<'kubernetes'>[],
): Promise<void> => {
  for (let start = 0; start < events.length; start += together) {
    const { Failed = [] } = await sqs.send(
      new SendMessageBatchCommand({
        QueueUrl: url,
        Entries: events.slice(start, start + together).map((event, index) => ({
          Id: String(index),
          MessageBody: JSON.stringify({ schema, event: askingOf(event) }),
        })),
      }),
    );
    if (Failed.length > 0)
      throw new Error(
        `the queue of the posture reader took ${Failed.length} messages less than it was given: try again`,
      );
  }
};

/** The event that a message of that queue asks about. @throws where it is no such message */
export const askedIn = (body: string): Event<'kubernetes'> => {
  const message = parseJson(body, 'the message');
  const event = member(message, 'event');
  const record = member(event, 'record');
  if (
    text(message, 'schema') !== schema ||
    text(event, 'source') !== 'kubernetes' ||
    text(event, 'id') === undefined ||
    typeof member(event, 'time') !== 'number' ||
    text(record, 'verb') === undefined ||
    !isObject(member(record, 'objectRef'))
  )
    throw new Error(`not a message of ${schema}: is this queue the posture reader's?`);
  return event as unknown as Event<'kubernetes'>; // written by `askForReadings`, and just checked
};
