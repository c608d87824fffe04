import { createHmac } from 'node:crypto';
import { post } from './post.ts';

/**
 * The signature of a webhook's body: HMAC-SHA256 over `<seconds since 1970>.<body>`, as `v1=<hex>`. Whoever receives it
 * computes the same, compares in constant time, and refuses a time-stamp that is more than five minutes off.
 */
const signatureOf = (secret: string, timestamp: number, body: string): string =>
  `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;

export interface WebhookOptions {
  readonly address: string;
  readonly secret: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Milliseconds. */
  readonly timeout: number;
}

/**
 * Posts a body with its signature, its time and its id, by which a repeat is told.
 * @throws PostError unless it was answered with 2xx; Error where the key is too short to sign with
 */
export const postSigned = async (id: string, body: string, options: WebhookOptions): Promise<void> => {
  const { address, secret, now, timeout } = options;
  if (secret.length < 16) throw new Error('the webhook’s secret is shorter than 16 characters: set a random one');
  const timestamp = Math.floor(now / 1000);
  await post({
    service: 'webhook',
    address,
    headers: {
      'tripline-id': encodeURIComponent(id),
      'tripline-timestamp': String(timestamp),
      'tripline-signature': signatureOf(secret, timestamp, body),
    },
    body,
    timeout,
  });
};
