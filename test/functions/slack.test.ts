import { describe, expect, test } from 'vitest';
import { SlackError } from '../../adapters/slack.ts';
import { leaseMs } from '../../core/announce/deliver.ts';
import { announcementJson } from '../../core/announce/json.ts';
import { type SlackMessage, slackMessage } from '../../core/announce/slack.ts';
import { handler as deployed } from '../../functions/slack.ts';
import { message } from '../announce/message.ts';
import { policed } from '../policed.ts';
import { context, logged, setUp } from './setup.ts';

const handler = policed('slack', deployed);

const world = setUp();
let findings = 0;

/** An announcement of a finding that nobody heard of yet. */
const fresh = () => message({ id: (0xabc000 + findings++).toString(16).padStart(16, '0') });
const queued = (...bodies: readonly string[]) =>
  ({ Records: bodies.map((body, at) => ({ messageId: `m${at}`, body })) }) as Parameters<typeof handler>[0]; // as far as it reads

/** Slack, as the handler reaches it: keeps what was posted, fails as told. */
const slack = (fail?: (at: number) => Error | undefined, name = 'slack') => {
  const posted: SlackMessage[] = [];
  let calls = 0;
  world.with({
    slack: {
      name,
      post: async shown => {
        const error = fail?.(calls++);
        if (error !== undefined) throw error;
        posted.push(shown);
      },
    },
  });
  return posted;
};

describe('the Slack queue', () => {
  test('posts an announcement, raw or in SNS’s envelope, once', async () => {
    const posted = slack();
    const said = fresh();
    const body = announcementJson(said);
    const enveloped = JSON.stringify({ Type: 'Notification', TopicArn: 'arn:aws:sns:::t', Message: body });
    expect(await handler(queued(body, enveloped, body), context())).toEqual({ batchItemFailures: [] });
    expect(await handler(queued(enveloped), context())).toEqual({ batchItemFailures: [] });
    expect(posted).toEqual([slackMessage(said)]);
  });

  test('begins no announcement when time runs out, and hands back those that it did not begin', async () => {
    const posted = slack();
    const left = [60_000, 14_999];
    const running = context({ getRemainingTimeInMillis: () => left.shift() ?? 0 });
    const bodies = [1, 2, 3].map(() => announcementJson(fresh()));
    expect(await handler(queued(...bodies), running)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm1' }, { itemIdentifier: 'm2' }],
    });
    expect(posted).toHaveLength(1);
  });

  test('is one channel of several: each has its own row', async () => {
    const body = announcementJson(fresh());
    const first = slack(undefined, 'one');
    await handler(queued(body), context());
    const second = slack(undefined, 'two');
    await handler(queued(body), context());
    expect([first.length, second.length]).toEqual([1, 1]);
  });

  test('hands back what is no announcement, and posts the rest', async () => {
    const posted = slack();
    const result = await handler(queued('{', '{"schema":"other"}', announcementJson(fresh())), context());
    expect(result).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm1' }] });
    expect(posted).toHaveLength(1);
  });

  test('that is told to wait hands the rest back untried', async () => {
    const bodies = [fresh(), fresh(), fresh()].map(announcementJson);
    const posted = slack(at => (at === 1 ? new SlackError('answered 429: rate_limited', 60_000) : undefined));
    expect(await handler(queued(...bodies), context())).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm1' }, { itemIdentifier: 'm2' }],
    });
    expect(posted).toHaveLength(1);
    const again = slack();
    expect(await handler(queued(...bodies), context())).toEqual({ batchItemFailures: [] });
    expect(again).toHaveLength(2);
  });

  test('that refuses one message goes on with the next', async () => {
    const posted = slack(at => (at === 0 ? new SlackError('answered 400: invalid_payload', undefined) : undefined));
    expect(await handler(queued(announcementJson(fresh()), announcementJson(fresh())), context())).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }],
    });
    expect(posted).toHaveLength(1);
    expect(logged(world)[0]).toEqual({
      level: 'warn',
      function: 'slack',
      record: 'm0',
      error: 'SlackError',
      message: 'Slack: answered 400: invalid_payload',
    });
  });

  test('leaves a message to the invocation that has it, until that must be dead', async () => {
    const said = fresh();
    const posted = slack();
    await world.tables.ledger.claim(`slack-slack#${said.id}`, [], world.now);
    expect(await handler(queued(announcementJson(said)), context())).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }],
    });
    world.now += leaseMs + 1;
    expect(await handler(queued(announcementJson(said)), context())).toEqual({ batchItemFailures: [] });
    expect(posted).toHaveLength(1);
  });
});
