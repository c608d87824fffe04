import type { Key } from './key.ts';
import { logical, named } from './names.ts';
import { home, inside, type Place } from './place.ts';

export type Queue = aws.sqs.Queue;

/** Two weeks: the longest that SQS keeps a message. */
const longest = 14 * 24 * 3600;

/** A queue whose messages were given up elsewhere: nothing reads it but people, and `health` alarms on its first message. */
export const deadLetters = (part: string, place: Place = home, key?: Key): Queue =>
  new aws.sqs.Queue(
    logical(`${part} dead letters ${place.region}`),
    {
      name: named(`${part}-dlq`),
      messageRetentionSeconds: longest,
      ...encrypted(key),
    },
    inside(place),
  );

/**
 * A queue between a source and a function.
 * @param timeout the function's, in seconds: a message stays invisible for six times as long (Lambda Developer Guide,
 * "Creating and configuring an Amazon SQS event source mapping")
 */
export const queue = (part: string, timeout: number, dead: Queue, key: Key): Queue =>
  new aws.sqs.Queue(logical(`${part} queue`), {
    name: named(part),
    visibilityTimeoutSeconds: 6 * timeout,
    messageRetentionSeconds: longest,
    redrivePolicy: $jsonStringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 5 }),
    ...encrypted(key),
  });

/** SSE-SQS where a key of our own in that region would cost more than it protects. */
const encrypted = (key: Key | undefined): aws.sqs.QueueArgs =>
  key === undefined ? { sqsManagedSseEnabled: true } : { kmsMasterKeyId: key.arn, kmsDataKeyReusePeriodSeconds: 3600 };

/** Who may put messages into a queue: services, for the sources named, over TLS. A queue has one policy, so say all at once. */
export const accept = (
  part: string,
  target: Queue,
  senders: Partial<Record<'events' | 'sns', readonly $util.Input<string>[]>>,
  place: Place = home,
): void => {
  new aws.sqs.QueuePolicy(
    logical(`${part} policy ${place.region}`),
    {
      queueUrl: target.url,
      policy: $jsonStringify({
        Version: '2012-10-17',
        Statement: [
          ...Object.entries(senders).map(([service, sources]) => ({
            Effect: 'Allow',
            Principal: { Service: `${service}.amazonaws.com` },
            Action: 'sqs:SendMessage',
            Resource: target.arn,
            Condition: { ArnEquals: { 'aws:SourceArn': [...sources] } },
          })),
          {
            Effect: 'Deny',
            Principal: '*',
            Action: 'sqs:SendMessage',
            Resource: target.arn,
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ],
      }),
    },
    inside(place),
  );
};

/** What Lambda needs of a queue that it reads for a function. */
export const polls = (waiting: Queue) => ({
  actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility'],
  resources: [waiting.arn],
});
