import type { JsonObject } from '../core/json.ts';
import { post } from './post.ts';

/** PagerDuty developer documentation, "Events API v2 Overview": the ingestion end points of its service regions. */
const endpoints = { us: 'https://events.pagerduty.com/v2/enqueue', eu: 'https://events.eu.pagerduty.com/v2/enqueue' };

/** Sends one event; PagerDuty itself joins events of one key. @throws PostError unless it was accepted */
export const sendToPagerDuty = async (
  event: JsonObject,
  {
    region = 'us',
    address = endpoints[region],
    timeout,
  }: { readonly region?: 'us' | 'eu'; readonly address?: string; readonly timeout: number },
): Promise<void> => {
  await post({ service: 'PagerDuty', address, body: JSON.stringify(event), timeout });
};
