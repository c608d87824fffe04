import {
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach, expect, test } from 'vitest';
import { run } from '../../cli/redrive.ts';
import { terminal } from './terminal.ts';

const sqs = mockClient(SQSClient);
const dead = 'https://sqs.eu-west-1.amazonaws.com/111122223333/tripline-slack1-dlq';
const arn = (url = dead) => `arn:aws:sqs:eu-west-1:111122223333:${url.split('/').at(-1)}`;
beforeEach(() => {
  sqs.reset();
  sqs.on(GetQueueAttributesCommand).callsFake(({ QueueUrl }) => ({
    Attributes: { QueueArn: arn(QueueUrl), ApproximateNumberOfMessages: '7' },
  }));
  sqs.on(StartMessageMoveTaskCommand).resolves({ TaskHandle: 'x' });
});
const redrive = async (...argv: string[]) => {
  const { io, written } = terminal();
  const code = await run(argv, io, new SQSClient({ region: 'eu-west-1' }));
  return { code, ...written };
};
const moved = () => sqs.commandCalls(StartMessageMoveTaskCommand).map(call => call.args[0].input);

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

test('that SQS refuses says what to do where the queue has no source', async () => {
  sqs.on(StartMessageMoveTaskCommand).rejects(new Error('Source queue must be configured as a Dead Letter Queue.'));
  const { code, err } = await redrive(dead);
  expect(code).toBe(1);
  expect(err).toContain('--to QUEUE_URL');
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

test.each([[[]], [['not-a-url']], [[dead, '--rate', '0']]])('refuses %j', async argv => {
  await expect(redrive(...argv)).rejects.toThrow(/say the address|--rate takes/);
});
