import { afterEach, expect, test, vi } from 'vitest';
import { answerSlack, slackApp } from '../../adapters/slack-app.ts';
import { slackMessage } from '../../core/announce/slack.ts';
import { type SlackDomain, slackDomains } from '../../core/slack-request.ts';
import { message } from './message.ts';

afterEach(() => void vi.restoreAllMocks());

/** Addresses that are asked; all of them answer as Slack does. */
const asked = () => {
  const addresses: string[] = [];
  vi.spyOn(globalThis, 'fetch').mockImplementation(async address => {
    addresses.push(String(address));
    return new Response('{"ok":true,"ts":"17.1"}');
  });
  return addresses;
};

test.each([
  [undefined, 'slack.com'],
  ...slackDomains.map(domain => [domain, domain] as const),
] as const)('a bot whose workspace is at %s speaks to %s alone', async (domain, expected) => {
  const addresses = asked();
  const app = slackApp({
    token: 'xoxb-secret',
    channel: 'C0123456789',
    timeout: 1000,
    ...(domain === undefined ? {} : { domain }),
  });
  const ts = await app.post(slackMessage(message()));
  await app.update(ts, slackMessage(message()));
  expect(addresses).toEqual([`https://${expected}/api/chat.postMessage`, `https://${expected}/api/chat.update`]);
});

const addresses = [
  'https://hooks.slack.com/actions/T0/1/x',
  'https://hooks.slack-gov.com/actions/T0/1/x',
  'https://slack.com/actions/T0/1/x',
  'https://slack-gov.com/actions/T0/1/x',
  'https://hooks.slack.com.example.com/x',
  'https://hooks.slack-gov.com.example.com/x',
  'https://hooks.slack-gov.com@example.com/x',
  'https://xhooks.slack-gov.com/x',
  'http://hooks.slack.com/x',
  'http://169.254.169.254/latest/meta-data/',
  'file:///etc/passwd',
  '',
];

test.each<readonly [SlackDomain | undefined, string]>([
  [undefined, 'https://hooks.slack.com/actions/T0/1/x'],
  ['slack.com', 'https://hooks.slack.com/actions/T0/1/x'],
  ['slack-gov.com', 'https://hooks.slack-gov.com/actions/T0/1/x'],
])('a button of a workspace at %s is answered at its own Slack and nowhere else', async (domain, only) => {
  const reached = asked();
  for (const address of addresses) {
    const answer = answerSlack(address, { text: 'Done.' }, domain);
    if (address === only) await answer;
    else await expect(answer, address).rejects.toThrow(/not Slack’s|no https address/);
  }
  expect(reached).toEqual([only]);
});
