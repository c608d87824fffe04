import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { postToSlack, SlackError } from '../../adapters/slack.ts';
import { slackMessage } from '../../core/announce/slack.ts';
import { message } from './message.ts';

let stop: (() => void) | undefined;
afterEach(() => stop?.());

type Answer = (request: IncomingMessage, response: ServerResponse, at: number) => void;

/** A stand-in for Slack on loopback; gives its webhook's address and what was posted. */
const slack = async (answer: Answer) => {
  const posted: { body: string; headers: IncomingMessage['headers'] }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', chunk => {
      body += chunk;
    });
    request.on('end', () => {
      posted.push({ body, headers: request.headers });
      answer(request, response, posted.length);
    });
  });
  await new Promise<void>(started => server.listen(0, '127.0.0.1', started));
  stop = () => {
    server.closeAllConnections();
    server.close();
  };
  const { port } = server.address() as AddressInfo; // it listens on a port
  return { webhook: `http://127.0.0.1:${port}/services/T000/B000/SECRETSECRET`, posted };
};

const waits: number[] = [];
const options = {
  timeout: 20_000,
  patience: 5000,
  wait: async (ms: number) => {
    waits.push(ms);
  },
};
afterEach(() => {
  waits.length = 0;
});

const ok: Answer = (_, response) => response.end('ok');
const status =
  (code: number, body = '', headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(code, headers);
    response.end(body);
  };
const failure = async (answer: Answer, timeout = options.timeout): Promise<SlackError> => {
  const { webhook } = await slack(answer);
  const given = { ...options, timeout };
  const error = await postToSlack(webhook, slackMessage(message()), given).catch((caught: unknown) => caught);
  if (!(error instanceof SlackError)) throw new Error('Slack took it');
  expect(error.message).not.toContain('SECRET');
  return error;
};

describe('an incoming webhook', () => {
  test('gets the message as JSON', async () => {
    const { webhook, posted } = await slack(ok);
    await postToSlack(webhook, slackMessage(message()), options);
    expect(posted).toHaveLength(1);
    expect(posted[0]?.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(JSON.parse(posted[0]?.body ?? '')).toEqual(JSON.parse(JSON.stringify(slackMessage(message()))));
  });

  test('that is busy is tried once more, when it said', async () => {
    const { webhook, posted } = await slack((request, response, at) =>
      at === 1 ? status(429, 'rate_limited', { 'retry-after': '3' })(request, response, at) : ok(request, response, at),
    );
    await postToSlack(webhook, slackMessage(message()), options);
    expect(posted).toHaveLength(2);
    expect(waits).toEqual([3000]);
  });

  test('that is busy for long is left to the queue', async () => {
    const error = await failure(status(429, 'rate_limited', { 'retry-after': '120' }));
    expect(error).toMatchObject({ message: 'Slack: answered 429: rate_limited', retryAfter: 120_000 });
    expect(waits).toEqual([]);
  });

  test.each([
    [400, 'invalid_payload'],
    [403, 'invalid_token'],
    [404, 'no_service'],
    [410, 'channel_is_archived'],
  ])('that answers %i %s is not tried again', async (code, body) => {
    expect(await failure(status(code, body))).toMatchObject({
      message: `Slack: answered ${code}: ${body}`,
      retryAfter: undefined,
    });
    expect(waits).toEqual([]);
  });

  test('that is broken is tried once more, and then is an error', async () => {
    expect((await failure(status(503, '<html>oops https://evil.example</html>'))).message).toBe(
      'Slack: answered 503: no reason given',
    );
    expect(waits).toEqual([1000]);
  });

  test('that never answers is an error in time', async () => {
    expect((await failure(() => undefined, 300)).message).toBe('Slack: no answer within 300 ms');
  });

  test('that hangs up is an error without its address', async () => {
    expect((await failure(request => request.socket.destroy())).message).toBe('Slack: the connection failed');
  });

  test('that sends us elsewhere is not followed', async () => {
    const { webhook, posted } = await slack(status(302, '', { location: 'https://evil.example/' }));
    await expect(postToSlack(webhook, slackMessage(message()), options)).rejects.toThrow('the connection failed');
    expect(posted).toHaveLength(2);
  });

  test.each([
    'http://hooks.slack.com/services/SECRET',
    'ftp://127.0.0.1/SECRET',
    'SECRET',
    '',
  ])('must be https: %j is refused without being said', async webhook => {
    const error = await postToSlack(webhook, slackMessage(message()), options).catch((caught: unknown) => caught);
    expect(String(error)).toContain('the webhook is no https address');
    expect(String(error)).not.toContain('SECRET');
  });
});
