import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ListDeadLetterSourceQueuesCommand,
  ListMessageMoveTasksCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { run } from '../../cli/redrive.ts';
import { terminal } from './terminal.ts';

const sqs = mockClient(SQSClient);
const lambda = mockClient(LambdaClient);
const dead = 'https://sqs.eu-west-1.amazonaws.com/111122223333/tripline-slack1-dlq';
const arn = (url = dead) => `arn:aws:sqs:eu-west-1:111122223333:${url.split('/').at(-1)}`;
beforeEach(() => {
  sqs.reset();
  lambda.reset();
  sqs.on(ListDeadLetterSourceQueuesCommand).resolves({ queueUrls: [dead.replace('-dlq', '')] });
  sqs.on(GetQueueAttributesCommand).callsFake(({ QueueUrl }) => ({
    Attributes: { QueueArn: arn(QueueUrl), ApproximateNumberOfMessages: '7' },
  }));
  sqs.on(StartMessageMoveTaskCommand).resolves({ TaskHandle: 'x' });
});
const redrive = async (...argv: string[]) => {
  const { io, written } = terminal();
  const code = await run(argv, io);
  return { code, ...written };
};
const moved = () => sqs.commandCalls(StartMessageMoveTaskCommand).map(call => call.args[0].input);

process.env['AWS_REGION'] = 'eu-west-1';

test('moves dead letters back to their queue', async () => {
  expect(await redrive(dead)).toMatchObject({ code: 0, out: 'moving about 7 messages; --status says how far it is\n' });
  expect(moved()).toEqual([{ SourceArn: arn() }]);
});

test('moves them elsewhere, no faster than said', async () => {
  await redrive(dead, '--to', dead.replace('-dlq', ''), '--rate', '5');
  expect(moved()).toEqual([
    { SourceArn: arn(), DestinationArn: arn().replace('-dlq', ''), MaxNumberOfMessagesPerSecond: 5 },
  ]);
});

test('moves nothing out of an empty queue', async () => {
  sqs.on(GetQueueAttributesCommand).resolves({ Attributes: { QueueArn: arn(), ApproximateNumberOfMessages: '0' } });
  expect((await redrive(dead)).out).toContain('nothing to move');
  expect(moved()).toEqual([]);
});

test('what fails for another reason is told as it is, without a hint about sources', async () => {
  sqs.on(GetQueueAttributesCommand).rejects(new Error('Could not load credentials from any providers'));
  await expect(redrive(dead)).rejects.toThrow('Could not load credentials');
});

test('that SQS refuses says what to do where the queue has no source', async () => {
  sqs.on(StartMessageMoveTaskCommand).rejects(new Error('Source queue must be configured as a Dead Letter Queue.'));
  const { code, err } = await redrive(dead);
  expect(code).toBe(1);
  expect(err).toMatch(/--to QUEUE_URL.*--to FUNCTION/);
});

test('says how far the last moves are', async () => {
  sqs.on(ListMessageMoveTasksCommand).resolves({
    Results: [
      {
        Status: 'COMPLETED',
        StartedTimestamp: 0,
        ApproximateNumberOfMessagesMoved: 7,
        ApproximateNumberOfMessagesToMove: 7,
      },
    ],
  });
  expect((await redrive(dead, '--status')).out).toContain('COMPLETED  7 of 7 moved');
});

/** A queue with these bodies, each until it is deleted; one that was received is hidden. */
const holding = (...bodies: readonly string[]) => {
  const queue = bodies.map((Body, index) => ({ Body, MessageId: `m${index}`, ReceiptHandle: `r${index}` }));
  const deleted: string[] = [];
  sqs.on(ListDeadLetterSourceQueuesCommand).resolves({ queueUrls: [] });
  sqs.on(ReceiveMessageCommand).callsFake(() => ({ Messages: queue.splice(0, 10) }));
  sqs.on(DeleteMessageCommand).callsFake(({ ReceiptHandle }) => void deleted.push(String(ReceiptHandle)));
  return deleted;
};
const sent = () => sqs.commandCalls(SendMessageCommand).map(({ args: [{ input }] }) => input);

test('carries what EventBridge gave up on into a queue itself, because SQS does not', async () => {
  const deleted = holding('{"a":1}', '{"b":2}');
  const to = 'https://sqs.eu-west-1.amazonaws.com/111122223333/tripline-events';
  expect(await redrive(dead, '--to', to)).toMatchObject({ code: 0, out: '2 messages moved\n' });
  expect(sent()).toEqual([
    { QueueUrl: to, MessageBody: '{"a":1}' },
    { QueueUrl: to, MessageBody: '{"b":2}' },
  ]);
  expect(deleted).toEqual(['r0', 'r1']);
  expect(moved()).toEqual([]);
});

test('invokes a function again with what Lambda gave up on, and leaves what fails again', async () => {
  const record = (data: string) => JSON.stringify({ version: '1.0', requestPayload: { awslogs: { data } } });
  const deleted = holding(record('one'), record('two'), 'no record', '{}');
  lambda.on(InvokeCommand).resolvesOnce({ StatusCode: 200 }).resolves({ StatusCode: 200, FunctionError: 'Unhandled' });
  const { code, out, err } = await redrive(dead, '--to', 'tripline-production-audit');
  expect(
    lambda
      .commandCalls(InvokeCommand)
      .map(({ args: [{ input }] }) => [
        input.FunctionName,
        JSON.parse(Buffer.from(input.Payload as Uint8Array).toString()),
      ]),
  ).toEqual([
    ['tripline-production-audit', { awslogs: { data: 'one' } }],
    ['tripline-production-audit', { awslogs: { data: 'two' } }],
  ]);
  expect(deleted).toEqual(['r0']);
  expect([code, out]).toEqual([1, '1 message moved\n']);
  expect(err).toContain('3 messages left in the queue: the function failed again (Unhandled)');
});

test('each is asked in its own region, whatever the shell’s', async () => {
  holding('{"a":1}');
  const regions: string[] = [];
  const noted = async (_: unknown, client: () => { config: { region: () => Promise<string> } }) => {
    regions.push(await client().config.region());
    return {};
  };
  sqs.on(SendMessageCommand).callsFake(noted);
  sqs.on(ListDeadLetterSourceQueuesCommand).callsFake(noted);
  const away = 'https://sqs.us-west-2.amazonaws.com/111122223333/tripline-forward-dlq';
  await redrive(away, '--to', 'https://sqs.eu-central-1.amazonaws.com/111122223333/tripline-events');
  expect(regions).toEqual(['us-west-2', 'eu-central-1']);
});

test('a queue that cannot be sent to loses nothing', async () => {
  const deleted = holding('{}');
  sqs.on(SendMessageCommand).rejects(new Error('denied'));
  expect(await redrive(dead, '--to', 'https://sqs.eu-west-1.amazonaws.com/1/x')).toMatchObject({ code: 1 });
  expect(deleted).toEqual([]);
});

test('a message that comes back meanwhile ends it', async () => {
  sqs.on(ListDeadLetterSourceQueuesCommand).resolves({ queueUrls: [] });
  sqs.on(ReceiveMessageCommand).resolves({ Messages: [{ Body: '{}', MessageId: 'm', ReceiptHandle: 'r' }] });
  lambda.on(InvokeCommand).resolves({ FunctionError: 'Unhandled' });
  expect((await redrive(dead, '--to', 'x')).code).toBe(1);
});

test.each([
  [[dead, '--to', 'not a name']],
  [[]],
  [['not-a-url']],
  [[dead, '--rate', '0']],
])('refuses %j', async argv => {
  await expect(redrive(...argv)).rejects.toThrow(/say the address|--rate takes|--to takes/);
});
