import type { SlackMessage } from '../core/announce/slack.ts';

/** Slack did not take a message. Its text never holds the webhook's address, which is a secret. */
export class SlackError extends Error {
  /** Milliseconds after which to try again; undefined: trying again changes nothing. */
  readonly retryAfter: number | undefined;
  constructor(problem: string, retryAfter: number | undefined) {
    super(`Slack: ${problem}`);
    this.name = 'SlackError';
    this.retryAfter = retryAfter;
  }
}

export interface SlackOptions {
  /** Milliseconds for one attempt. */
  readonly timeout: number;
  /** The longest `Retry-After` that is waited out here, in milliseconds; a longer one is left to the queue. */
  readonly patience: number;
  readonly wait?: (ms: number) => Promise<unknown>;
}

/** Slack developer documentation, "Sending messages using incoming webhooks": HTTPS, and loopback for a stand-in. */
const addressOf = (webhook: string): URL => {
  const url = URL.canParse(webhook) ? new URL(webhook) : undefined;
  const isLoopback = url?.hostname === '127.0.0.1' || url?.hostname === '[::1]';
  if (url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback)) return url;
  throw new SlackError(
    'the webhook is no https address: set the secret that the channel names to the one Slack gave you',
    undefined,
  );
};

const attempt = async (url: URL, message: SlackMessage, timeout: number): Promise<void> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(message),
    redirect: 'error',
    signal: AbortSignal.timeout(timeout),
  }).catch((error: unknown) => {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    throw new SlackError(isLate ? `no answer within ${timeout} ms` : 'the connection failed', 1000);
  });
  if (response.ok) {
    await response.body?.cancel();
    return;
  }
  // Answers are one word such as `invalid_payload`; anything else is not repeated.
  const answer = /^[a-z_]{1,60}$/.exec((await response.text().catch(() => '')).trim())?.[0] ?? 'no reason given';
  const problem = `answered ${response.status}: ${answer}`;
  if (response.status !== 429 && response.status < 500) throw new SlackError(problem, undefined);
  const seconds = Number(response.headers.get('retry-after') ?? '1');
  throw new SlackError(problem, (Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, 3600) : 1) * 1000);
};

/**
 * Posts a message to an incoming webhook. Where Slack says when to try again, and that is soon, it waits and tries once more.
 * @throws SlackError unless Slack answered with 2xx
 */
export const postToSlack = async (webhook: string, message: SlackMessage, options: SlackOptions): Promise<void> => {
  const url = addressOf(webhook);
  const { timeout, patience, wait = ms => new Promise(done => setTimeout(done, ms)) } = options;
  try {
    await attempt(url, message, timeout);
  } catch (error) {
    if (!(error instanceof SlackError) || error.retryAfter === undefined || error.retryAfter > patience) throw error;
    await wait(error.retryAfter);
    await attempt(url, message, timeout);
  }
};
