import { setTimeout as pause } from 'node:timers/promises';
import { LambdaClient } from '@aws-sdk/client-lambda';
import {
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { carry, intoFunction, intoQueue, isOfQueues } from '../adapters/dead-letters.ts';
import { type Command, flags, type Io, UsageError } from './io.ts';
import { counted } from './progress.ts';
import { shown } from './shown.ts';

export const usage: Command['usage'] = `usage: tripline redrive QUEUE_URL [--to QUEUE_URL | FUNCTION] [--rate N] [--status]

Moves the messages of a dead-letter queue back to the queue they came from. Fix the cause first. Channels record what they sent, so
nothing is announced twice. Region and credentials are those of the AWS SDK (profile, AWS_ENDPOINT_URL).
  --to QUEUE_URL   where to, for messages that EventBridge or SNS gave up on: they have no queue to go back to
  --to FUNCTION    the name or ARN of a function, for events that Lambda gave up on: it is invoked again with each of them
  --rate N         at most N messages a second (1 to 500), so that a channel that just recovered is not flooded
  --status         show how far the last moves are, and move nothing`;

interface Options {
  readonly to?: string | undefined;
  readonly rate?: number | undefined;
}

/** The region that a queue's address or a function's ARN names: dead letters of one region may belong into another. */
const regionIn = (name: string): { readonly region?: string } => {
  const found = /^https:\/\/sqs\.([a-z0-9-]+)\.amazonaws|^arn:[\w-]+:lambda:([a-z0-9-]+):/.exec(name);
  const region = found?.[1] ?? found?.[2];
  return region === undefined ? {} : { region };
};
const sqsOf = (url: string): SQSClient => new SQSClient(regionIn(url));
const isAddress = (to: string): boolean => /^https?:\/\//.test(to);

const carried = async (url: string, to: string, rate: number | undefined, io: Io): Promise<number> => {
  const deliver = isAddress(to) ? intoQueue(sqsOf(to), to) : intoFunction(new LambdaClient(regionIn(to)), to);
  const { moved, left } = await carry(sqsOf(url), url, deliver, () => pause(rate === undefined ? 0 : 1000 / rate));
  io.stdout.write(`${counted(moved, 'message')} moved\n`);
  if (left.length === 0) return 0;
  io.stderr.write(`tripline redrive: ${counted(left.length, 'message')} left in the queue: ${shown(left[0] ?? '')}\n`);
  return 1;
};

/** Starts the move. @returns how many messages the queue held, roughly, as SQS counts. @throws where there is no such queue, or SQS refuses */
export const redrive = async (sqs: SQSClient, url: string, { to, rate }: Options): Promise<number> => {
  const from = await queueOf(sqs, url);
  if (from.messages === 0) return 0;
  await sqs.send(
    new StartMessageMoveTaskCommand({
      SourceArn: from.arn,
      ...(to === undefined ? {} : { DestinationArn: (await queueOf(sqs, to)).arn }),
      ...(rate === undefined ? {} : { MaxNumberOfMessagesPerSecond: rate }),
    }),
  );
  return from.messages;
};

const queueOf = async (sqs: SQSClient, url: string) => {
  const { Attributes: found } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn', 'ApproximateNumberOfMessages'] }),
  );
  const arn = found?.['QueueArn'];
  if (arn === undefined) throw new Error(`${url}: the queue does not say its ARN: is it a queue's address?`);
  return { arn, messages: Number(found?.['ApproximateNumberOfMessages'] ?? '0') };
};

const rateOf = (text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const rate = Number(text);
  if (!Number.isInteger(rate) || rate < 1 || rate > 500) throw new UsageError(`--rate takes 1 to 500, not '${text}'`);
  return rate;
};

const status = async (sqs: SQSClient, url: string, io: Io): Promise<number> => {
  const { arn, messages } = await queueOf(sqs, url);
  const { Results: tasks = [] } = await sqs.send(new ListMessageMoveTasksCommand({ SourceArn: arn, MaxResults: 5 }));
  io.stdout.write(`about ${messages} messages in the queue\n`);
  for (const one of tasks)
    io.stdout.write(
      `${new Date(one.StartedTimestamp ?? 0).toISOString()}  ${one.Status ?? '?'}  ${one.ApproximateNumberOfMessagesMoved ?? 0} of ${one.ApproximateNumberOfMessagesToMove ?? '?'} moved${one.FailureReason === undefined ? '' : `: ${one.FailureReason}`}\n`,
    );
  return 0;
};

/** A queue's address, or a function's name or ARN. @throws UsageError where it is neither */
const targetOf = (to: string | undefined): string | undefined => {
  if (to === undefined || isAddress(to) || /^(arn:[\w-]+:lambda:[\w:-]+|[\w-]{1,64})$/.test(to)) return to;
  throw new UsageError(`--to takes a queue's address or a function's name, not '${to}'`);
};

/**
 * Gives 1 where messages are left in the queue, or it is no queue's dead letters and `--to` was not said.
 * @throws Error where SQS or Lambda refuses, or the queue is not there
 */
export const run: Command['run'] = async (argv, io) => {
  const { values, positionals } = flags(argv, {
    to: { type: 'string' },
    rate: { type: 'string' },
    status: { type: 'boolean' },
  });
  const [url, ...more] = positionals;
  if (url === undefined || more.length > 0 || !URL.canParse(url))
    throw new UsageError('say the address of one dead-letter queue');
  const rate = rateOf(values.rate);
  const to = targetOf(values.to);
  const sqs = sqsOf(url);
  if (values.status === true) return status(sqs, url, io);
  // SQS moves what queues gave up on; what others did is carried from here.
  if (to !== undefined && (!isAddress(to) || !(await isOfQueues(sqs, url)))) return carried(url, to, rate, io);
  try {
    const messages = await redrive(sqs, url, { to, rate });
    io.stdout.write(
      messages === 0
        ? 'the queue is empty: nothing to move\n'
        : `moving about ${messages} messages; --status says how far it is\n`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof Error) || values.to !== undefined || !/dead.?letter/i.test(error.message)) throw error;
    // Amazon SQS Developer Guide, "Configuring a dead-letter queue redrive": only queues that are another queue's dead letters.
    const hint =
      'if EventBridge or SNS filled this queue, say --to QUEUE_URL, if Lambda did, --to FUNCTION: it has no source queue';
    io.stderr.write(`tripline redrive: ${error.message}\n${hint}\n`);
    return 1;
  }
};
