import type { SlackMessage } from '../core/announce/slack.ts';
import { type JsonObject, text } from '../core/json.ts';
import type { SlackDomain } from '../core/slack-request.ts';
import { PostError, post } from './post.ts';

/** A Slack app's bot: posts to a channel, into a thread, and updates what it posted. */
export interface SlackApp {
  /** @returns the message's time-stamp, which is its name */
  post(message: SlackMessage, thread?: string): Promise<string>;
  update(ts: string, message: SlackMessage): Promise<void>;
}

export interface SlackAppOptions {
  readonly token: string;
  /** The channel's id. */
  readonly channel: string;
  /** Where the workspace is; absent: `slack.com`. */
  readonly domain?: SlackDomain;
  /** Milliseconds. */
  readonly timeout: number;
  /** Where the Web API is; a test's stand-in. */
  readonly api?: string;
}

/** Errors after which the same call may succeed (Slack developer documentation, `chat.postMessage`, "Errors"). */
const temporary: ReadonlySet<string> = new Set([
  'ratelimited',
  'rate_limited',
  'internal_error',
  'fatal_error',
  'service_unavailable',
]);

/** The Web API answers 200 also where it refuses: `ok` says which. @throws PostError */
export const slackApp = ({
  token,
  channel,
  domain = 'slack.com',
  timeout,
  api = `https://${domain}/api`,
}: SlackAppOptions): SlackApp => {
  const call = async (method: string, body: object): Promise<string> => {
    const answer = await post({
      service: 'Slack',
      address: `${api}/${method}`,
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({ channel, ...body }),
      timeout,
    });
    const said = parsed(answer);
    const ts = text(said, 'ts');
    if (typeof said === 'object' && said !== null && 'ok' in said && said.ok === true && ts !== undefined) return ts;
    const error = /^[a-z_]{1,60}$/.exec(text(said, 'error') ?? '')?.[0] ?? 'no reason given';
    throw new PostError('Slack', `${method} refused: ${error}`, temporary.has(error) ? 1000 : undefined);
  };
  return {
    post: (message, thread) =>
      call('chat.postMessage', { ...message, ...(thread === undefined ? {} : { thread_ts: thread }) }),
    update: async (ts, message) => {
      await call('chat.update', { ...message, ts });
    },
  };
};

/** Milliseconds of the three seconds in which Slack wants its own answer. */
const answerTimeout = 1_500;

/**
 * Answers a button at the address that came with it. @throws where the address is not Slack's, or is that of the other Slack
 * (Slack developer documentation, "Handling user interaction": `response_url`)
 * @param domain where the channel's workspace is
 */
export const answerSlack = async (
  address: string,
  message: JsonObject,
  domain: SlackDomain = 'slack.com',
): Promise<void> => {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.hostname !== `hooks.${domain}` && url?.hostname !== '127.0.0.1')
    throw new PostError('Slack', 'the address to answer is not Slack’s', undefined);
  await post({ service: 'Slack', address, body: JSON.stringify(message), timeout: answerTimeout });
};

const parsed = (answer: string): unknown => {
  try {
    return JSON.parse(answer);
  } catch {
    return undefined;
  }
};
