import * as v from 'valibot';
import { severities } from '../detection.ts';
import { account, secret, wildcards } from './values.ts';

const routing = {
  minimum: v.optional(v.picklist(severities)),
  accounts: v.optional(v.array(account)),
  clusters: v.optional(wildcards),
  detections: v.optional(wildcards),
};
const slackId = (letters: string, what: string) =>
  v.pipe(v.string(), v.regex(new RegExp(`^[${letters}][A-Z0-9]{5,20}$`), what));

/** Where announcements go, and which of them. */
export const channel = v.variant('kind', [
  v.strictObject({
    kind: v.literal('email'),
    address: v.pipe(v.string(), v.email('an e-mail address')),
    ...routing,
  }),
  v.strictObject({ kind: v.literal('slack'), secret, channel: v.optional(v.string()), ...routing }),
  v.strictObject({
    kind: v.literal('slack-app'),
    token: secret,
    channel: slackId('CG', 'a Slack channel id like "C0123456789" (the channel\'s details show it)'),
    triage: v.optional(
      v.strictObject({
        signing: secret,
        users: v.pipe(
          v.array(slackId('UW', 'a Slack user id like "U0123456789" (the profile shows it)')),
          v.minLength(1, 'name at least one user: nobody else may act'),
        ),
        team: slackId('TE', 'a Slack workspace id like "T0123456789"'),
      }),
    ),
    ...routing,
  }),
  v.strictObject({
    kind: v.literal('pagerduty'),
    secret,
    region: v.optional(v.picklist(['us', 'eu'])),
    ...routing,
  }),
  v.strictObject({
    kind: v.literal('webhook'),
    address: v.pipe(v.string(), v.url('an https address'), v.startsWith('https://', 'an https address')),
    secret,
    ...routing,
  }),
]);
