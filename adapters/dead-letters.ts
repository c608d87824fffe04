import { InvokeCommand, type LambdaClient } from '@aws-sdk/client-lambda';
import {
  DeleteMessageCommand,
  ListDeadLetterSourceQueuesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { at } from '../core/json.ts';

/** Takes one message's body to where it was to go. Throws where it was not taken. */
export type Deliver = (body: string) => Promise<void>;

/**
 * Whether a queue holds the dead letters of queues. SQS itself moves only those back; what EventBridge, SNS and Lambda gave up on
 * it does not (Amazon SQS API Reference, StartMessageMoveTask).
 */
export const isOfQueues = async (sqs: SQSClient, url: string): Promise<boolean> => {
  const { queueUrls = [] } = await sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: url, MaxResults: 1 }));
  return queueUrls.length > 0;
};

/** Puts what EventBridge or SNS gave up on into a queue, as it would have come. */
export const intoQueue =
  (sqs: SQSClient, url: string): Deliver =>
  async body => {
    await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body }));
  };

/**
 * Invokes a function with what Lambda gave up on: the event in its record of the failed invocation (AWS Lambda Developer Guide,
 * "Invocation record": `requestPayload`). It waits, so that what fails again stays where it is.
 */
export const intoFunction =
  (lambda: LambdaClient, name: string): Deliver =>
  async body => {
    const payload = at(JSON.parse(body), 'requestPayload');
    if (payload === undefined) throw new Error('it is no record of an invocation that failed');
    const { FunctionError: failed } = await lambda.send(
      new InvokeCommand({ FunctionName: name, Payload: Buffer.from(JSON.stringify(payload)) }),
    );
    if (failed !== undefined) throw new Error(`the function failed again (${failed}): its log says why`);
  };

/** Seconds for which a message that is on its way is hidden from others. */
const hidden = 120;

export interface Carried {
  readonly moved: number;
  /** Why messages were left, one reason for each. */
  readonly left: readonly string[];
}

/**
 * Moves a dead-letter queue's messages one by one: each is deleted once it was taken. One that is not taken stays, and a death in
 * between leaves it there: it may come twice, and never not at all.
 * @param wait after each message
 */
export const carry = async (
  sqs: SQSClient,
  url: string,
  deliver: Deliver,
  wait: () => Promise<unknown>,
): Promise<Carried> => {
  const seen = new Set<string>();
  const left: string[] = [];
  let moved = 0;
  for (;;) {
    const { Messages: messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: hidden,
        WaitTimeSeconds: 2,
      }),
    );
    const fresh = messages.filter(({ MessageId = '' }) => !seen.has(MessageId));
    if (fresh.length === 0) return { moved, left };
    for (const { MessageId = '', Body = '', ReceiptHandle } of fresh) {
      seen.add(MessageId);
      try {
        await deliver(Body);
        await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
        moved++;
      } catch (error) {
        left.push(error instanceof Error ? error.message : String(error));
      }
      await wait();
    }
  }
};
