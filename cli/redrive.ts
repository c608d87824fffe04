import {
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { flags, type Io, UsageError } from './io.ts';

export const usage = `usage: tripline redrive QUEUE_URL [--to QUEUE_URL] [--rate N] [--status]

Moves what a dead-letter queue holds back to the queue it came from, once what kept it from being delivered is mended: a
channel's own ledger says nothing twice. Through the AWS SDK's usual chain (region, profile, AWS_ENDPOINT_URL).
  --to QUEUE_URL   where to, for messages that SNS or Lambda gave up on: they have no queue to go back to
  --rate N         messages a second at most (1 to 500); a channel that just came back is not drowned
  --status         say how far the last moves are, and move nothing`;

interface Options {
  readonly to?: string | undefined;
  readonly rate?: number | undefined;
}

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

export const run = async (argv: readonly string[], io: Io, sqs?: SQSClient): Promise<number> => {
  const { values, positionals } = flags(argv, {
    to: { type: 'string' },
    rate: { type: 'string' },
    status: { type: 'boolean' },
  });
  const [url, ...more] = positionals;
  if (url === undefined || more.length > 0 || !URL.canParse(url))
    throw new UsageError('say the address of one dead-letter queue');
  const rate = rateOf(values.rate);
  const client = sqs ?? new SQSClient({});
  if (values.status === true) return status(client, url, io);
  try {
    const messages = await redrive(client, url, { to: values.to, rate });
    io.stdout.write(
      messages === 0
        ? 'the queue is empty: nothing to move\n'
        : `moving about ${messages} messages; --status says how far it is\n`,
    );
    return 0;
  } catch (error) {
    if (!(error instanceof Error) || values.to !== undefined) throw error;
    // Amazon SQS Developer Guide, "Configuring a dead-letter queue redrive": only queues that are another queue's dead letters.
    const hint = 'if SNS or Lambda filled this queue, say --to QUEUE_URL: it has no source queue';
    io.stderr.write(`tripline redrive: ${error.message}\n${hint}\n`);
    return 1;
  }
};
