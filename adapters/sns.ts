import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import type { Channel } from '../core/announce/announce.ts';
import { announcementJson } from '../core/announce/json.ts';
import type { Message } from '../core/announce/message.ts';
import { noticeSubject, noticeText } from '../core/announce/notice-text.ts';
import { mailText, subject } from '../core/announce/text.ts';
import { isCanary } from '../core/canary.ts';

/** Amazon SNS Developer Guide, "Publishing": 256 KB, all forms and attributes together. */
export const longestPublish = 256 * 1024;

/** What subscriptions may filter on; an attribute may not be empty, so what is unknown is left out. */
export const attributesOf = ({ finding, transition }: Message): { readonly [name: string]: string } =>
  Object.fromEntries(
    Object.entries({
      severity: finding.severity,
      detection: finding.detection,
      account: finding.account,
      cluster: finding.cluster,
      status: finding.status,
      finding: finding.id,
      transition: transition.id,
      kind: transition.kind,
      // What a subscription of yours leaves out with `"canary": [{ "exists": false }]`, as those of the stage do.
      canary: isCanary(finding.detection) ? 'returned' : '',
    })
      .map(([name, value]) => [name, value.slice(0, 256)] as const)
      .filter(([, value]) => value !== ''),
  );

/** The message in the form of each protocol: text for mail, the subject for SMS, JSON for queues, functions and the rest. */
const forms = (message: Message): string => {
  const json = announcementJson(message);
  const all = JSON.stringify({ default: json, email: mailText(message), sms: subject(message) });
  if (Buffer.byteLength(all) <= longestPublish - 8 * 1024) return all;
  return JSON.stringify({ default: json });
};

/** Publishes announcements to a topic, from which mail and every other channel's queue take them. */
export const snsChannel = (client: () => SNSClient, topic: string): Channel => ({
  name: 'sns',
  send: async message => {
    await client().send(
      new PublishCommand({
        TopicArn: topic,
        Subject: subject(message),
        MessageStructure: 'json',
        Message: forms(message),
        MessageAttributes: Object.fromEntries(
          Object.entries(attributesOf(message)).map(([name, value]) => [
            name,
            { DataType: 'String', StringValue: value },
          ]),
        ),
      }),
    );
  },
  notify: async notice => {
    const { severity, detection, account, cluster, kind } = notice;
    const attributes = Object.entries({ severity, detection, account, cluster, kind }).filter(
      ([, value]) => value !== '',
    );
    await client().send(
      new PublishCommand({
        TopicArn: topic,
        Subject: noticeSubject(notice),
        MessageStructure: 'json',
        Message: JSON.stringify({
          default: JSON.stringify(notice),
          email: noticeText(notice),
          sms: noticeSubject(notice),
        }),
        MessageAttributes: Object.fromEntries(
          attributes.map(([name, value]) => [name, { DataType: 'String', StringValue: value.slice(0, 256) }]),
        ),
      }),
    );
  },
});
