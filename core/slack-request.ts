import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Where Slack is: by itself, and for authorities of the United States, kept apart from it (Slack developer documentation, "Get
 * started using GovSlack"). Its Web API is under `/api` of the domain, what apps answer to under `hooks.` of it.
 */
export const slackDomains = ['slack.com', 'slack-gov.com'] as const;
/** One of {@link slackDomains}. */
export type SlackDomain = (typeof slackDomains)[number];

/** Why a request is not from Slack, or not from now. */
export type Refusal = 'unsigned' | 'late' | 'altered';

/** Seconds that a request's clock may be off ours, either way. */
export const slackPatience = 5 * 60;

/**
 * Whether Slack sent these bytes just now (Slack developer documentation, "Verifying requests from Slack"): HMAC-SHA256 over
 * `v0:<timestamp>:<body>` with the app's signing secret. The time taken tells nothing about the signature.
 * @param now milliseconds since 1970
 * @returns undefined where it is
 */
export const refusedAs = (
  secret: string,
  { timestamp, signature, body }: { readonly timestamp: string; readonly signature: string; readonly body: string },
  now: number,
): Refusal | undefined => {
  if (!/^\d{1,12}$/.test(timestamp) || !/^v0=[0-9a-f]{64}$/.test(signature)) return 'unsigned';
  const expected = `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(signature))) return 'altered';
  return Math.abs(now / 1000 - Number(timestamp)) > slackPatience ? 'late' : undefined;
};
