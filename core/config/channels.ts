import { BlockList, isIP } from 'node:net';
import * as v from 'valibot';
import { severities } from '../detection.ts';
import { privateRanges } from '../private-ranges.ts';
import { slackDomains } from '../slack-request.ts';
import { account, secret, wildcards } from './values.ts';

const some = v.minLength<string[], 1, string>(
  1,
  'names none, so that nothing would be heard: name one, or leave it out',
);
const routing = {
  minimum: v.optional(v.picklist(severities)),
  accounts: v.optional(v.pipe(v.array(account), some)),
  clusters: v.optional(v.pipe(wildcards, some)),
  detections: v.optional(v.pipe(wildcards, some)),
};
const hasNoPassword = (address: string): boolean => {
  if (!URL.canParse(address)) return true; // that it is none was said already
  const { username, password } = new URL(address);
  return username === '' && password === '';
};

/** No name that means something inside of one machine or network alone (RFC 6761, RFC 6762), and no private address. */
const isOutside = (address: string): boolean => {
  if (!URL.canParse(address)) return true;
  const host = new URL(address).hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  if (family === 0) return !/(^|\.)(localhost|local|internal|invalid)\.?$/.test(host);
  const inside = new BlockList();
  for (const range of ['0.0.0.0/8', '::/128', ...privateRanges]) {
    const [net = '', bits] = range.split('/');
    inside.addSubnet(net, Number(bits), isIP(net) === 6 ? 'ipv6' : 'ipv4');
  }
  return !inside.check(host, family === 6 ? 'ipv6' : 'ipv4');
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
  v.strictObject({
    kind: v.literal('slack'),
    secret,
    channel: v.optional(
      v.never('an incoming webhook posts to the channel that it was made for: make another, or use a `slack-app`'),
    ),
    ...routing,
  }),
  v.strictObject({
    kind: v.literal('slack-app'),
    token: secret,
    domain: v.optional(v.picklist(slackDomains, `where the workspace is: ${slackDomains.join(', or for GovSlack ')}`)),
    channel: slackId('CG', 'a Slack channel id like "C0123456789" (the channel\'s details show it)'),
    triage: v.optional(
      v.strictObject({
        signing: secret,
        users: v.pipe(
          v.array(slackId('UW', 'a Slack user id like "U0123456789" (the profile shows it)')),
          v.minLength(1, 'name at least one user: nobody else may act'),
        ),
        team: slackId(
          'TE',
          'a Slack workspace id like "T0123456789", or the organisation’s, "E…", where the app is installed for all of it',
        ),
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
    address: v.pipe(
      v.string(),
      v.url('an https address'),
      v.startsWith('https://', 'an https address'),
      v.check(hasNoPassword, 'an address without user and password: what is posted is signed with `secret`'),
      v.check(isOutside, 'an address on the internet: the function that posts runs in no network of yours'),
    ),
    secret,
    ...routing,
  }),
]);
