import { announcementJson, bounded, longestJson, readAnnouncement } from '../../core/announce/json.ts';
import type { Message } from '../../core/announce/message.ts';
import { pagerDutyEvent } from '../../core/announce/pagerduty.ts';
import { slackLimits, slackMessage } from '../../core/announce/slack.ts';
import { mailText, subject } from '../../core/announce/text.ts';
import { dig } from '../../core/cloudtrail/ec2.ts';
import type { Finding } from '../../core/finding.ts';
import { ocsf } from '../../core/ocsf.ts';
import { reportHtml } from '../../core/report/html.ts';
import { reportOf } from '../../core/report/report.ts';
import { finding } from '../announce/case.ts';
import { hostile } from '../announce/hostile.ts';
import { poisoned } from '../announce/message.ts';
import { ocsfFaults } from '../announce/ocsf-schema.ts';
import { awkward } from './mutate.ts';

type Random = () => number;

const pick = <T>(random: Random, all: readonly T[]): T => all[Math.floor(random() * all.length)] as T; // none is empty

const strings = [...hostile, ...awkward.filter(one => typeof one === 'string')];
// What no message may hold: control characters but tab and line feed, and what turns text around.
const unprintable = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u;

/** A text that somebody hostile chose, cut anywhere. */
const textOf = (random: Random): string => {
  const text = Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(random, strings)).join('');
  const from = Math.floor(random() * Math.min(text.length, 50));
  return text.slice(from, from + 1 + Math.floor(random() * 4_000));
};

/** Mail, Slack and the announcement's JSON: what is wrong with them for a message of hostile texts. */
export const renderers = (random: Random): string | undefined => {
  const message = poisoned(textOf(random));
  if (!/^[\x21-\x7e][\x20-\x7e]{0,98}$/.test(subject(message))) return 'the subject is no ASCII line of 99 characters';
  if (unprintable.test(mailText(message))) return 'the mail holds control characters';
  const slack = slackMessage(message);
  const blocks = [...slack.blocks, ...slack.attachments[0].blocks];
  if (blocks.length > slackLimits.blocks) return `${blocks.length} Slack blocks`;
  const shown = JSON.stringify(slack);
  if (/<!(?:channel|here|everyone|subteam)|<[@#][A-Z0-9]/.test(shown)) return 'Slack is made to mention somebody';
  const json = announcementJson(message);
  if (json.length > longestJson) return `JSON of ${json.length} bytes`;
  return readAnnouncement(json).id === message.id ? undefined : 'its JSON is not read back';
};

/** Amazon EventBridge User Guide, quotas of PutEvents: an entry of at most 256 KB. */
const longestEntry = 256 * 1024;

const asOcsf = (message: Message): string | undefined => {
  const event = ocsf(bounded(message));
  const [fault] = ocsfFaults(event);
  if (fault !== undefined) return `OCSF: ${fault}`;
  const bytes = Buffer.byteLength(JSON.stringify(event));
  return bytes > longestEntry ? `OCSF of ${bytes} bytes` : undefined;
};

/** PagerDuty developer documentation, "PD-CEF" and "Send an event to PagerDuty": lengths, values, and 512 KB in all. */
const asPagerDuty = (message: Message): string | undefined => {
  const event = pagerDutyEvent(message, 'R0UT1NGKEY');
  if (!['trigger', 'acknowledge', 'resolve'].includes(String(event['event_action']))) return 'PagerDuty: no action';
  const key = String(event['dedup_key']);
  if (key === '' || key.length > 255) return `PagerDuty: a key of ${key.length} characters`;
  if (JSON.stringify(event).length > 512 * 1024) return 'PagerDuty: more than 512 KB';
  if (event['event_action'] !== 'trigger') return undefined;
  const [summary, source, severity] = ['summary', 'source', 'severity'].map(name =>
    String(dig(event, 'payload', name) ?? ''),
  );
  if (!summary || summary.length > 1_024 || unprintable.test(summary)) return 'PagerDuty: a summary that it refuses';
  if (!source || unprintable.test(source)) return 'PagerDuty: no source';
  return ['critical', 'error', 'warning', 'info'].includes(severity ?? '') ? undefined : 'PagerDuty: no severity';
};

/** Node's own rule of what a header may hold: ASCII here, for the id is percent-encoded. */
const asWebhook = (message: Message): string | undefined => {
  const json = announcementJson(message);
  if (!/^[\x20-\x7e]*$/.test(json)) return 'webhook: its body is not ASCII';
  return /^[\x21-\x7e]{1,1000}$/.test(encodeURIComponent(message.id)) ? undefined : 'webhook: an id that is no header';
};

const day = 86_400_000;
/** What a page may hold of markup: what we write ourselves. */
const element =
  /^<(?:!doctype html|\/?(?:html|head|body|title|style|h[12]|p|b|div|span|table|thead|tbody|tr|th|td|svg|g|rect|line|text|path|a)(?: [a-zA-Z0-9-]+="[^"<>]*")*\/?|meta [^<>]*)>/;

const asPage = (text: string, random: Random): string | undefined => {
  const base = finding();
  const findings: readonly Finding[] = Array.from({ length: 4 }, (_, at) => ({
    ...base,
    id: `${at}`.repeat(16),
    detection: random() < 0.5 ? text : 'cloudtrail/node-role-changed',
    key: { role: text },
    principals: [text],
    account: text,
    ...(random() < 0.5 ? { status: 'resolved', resolvedAt: base.last, disposition: 'benign' } : {}),
  }));
  const page = reportHtml(reportOf(findings, [text], base.last - 7 * day, base.last + day));
  const markup = page.replace(/<style>[^<]*<\/style>/, '');
  if (unprintable.test(page.replaceAll('\n', ''))) return 'the report holds control characters';
  for (const { index } of markup.matchAll(/</g))
    if (!element.test(markup.slice(index, index + 2_000))) return `the report holds ${markup.slice(index, index + 60)}`;
  return undefined;
};

/** OCSF on the bus, PagerDuty, the webhook and the report's page: what is wrong with them for hostile texts. */
export const channels = (random: Random): string | undefined => {
  const text = textOf(random);
  const message = poisoned(text);
  return asOcsf(message) ?? asPagerDuty(message) ?? asWebhook(message) ?? asPage(text, random);
};
