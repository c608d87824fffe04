import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { deliver } from '../core/announce/deliver.ts';
import { readAnnouncement } from '../core/announce/json.ts';
import { slackMessage } from '../core/announce/slack.ts';
import { text } from '../core/json.ts';
import { deps } from './deps.ts';
import { lambda, warn } from './lambda.ts';

/** The announcement in a queue's message: as SNS delivers it raw, or in its envelope. */
const announcementIn = (body: string) => {
  const inner = text(JSON.parse(body), 'Message');
  return readAnnouncement(inner ?? body);
};

/**
 * Posts announcements from the channel's queue to Slack, each once by this channel's own ledger row. Once Slack asks us to
 * wait, the rest of the batch goes back too: the queue's delay is the wait, and its dead-letter queue the end of patience.
 */
export const handler = lambda('slack', async (event: SQSEvent, meter): Promise<SQSBatchResponse> => {
  const { ledger, slack, now } = deps();
  const batchItemFailures: { itemIdentifier: string }[] = [];
  let isBusy = false;
  for (const { messageId, body } of event.Records) {
    if (isBusy) {
      batchItemFailures.push({ itemIdentifier: messageId });
      continue;
    }
    try {
      const message = announcementIn(body);
      const key = `slack-${slack.name}#${message.id}`;
      const said = await deliver(ledger(), key, [], now(), () => slack.post(slackMessage(message)));
      if (said === undefined) throw new Error(`${message.id} is being posted by another invocation`);
      meter.add('Announced', 1);
    } catch (error) {
      warn('slack', messageId, error);
      meter.add('AnnouncementsFailed', 1);
      batchItemFailures.push({ itemIdentifier: messageId });
      isBusy = error instanceof Error && 'retryAfter' in error && error.retryAfter !== undefined;
    }
  }
  return { batchItemFailures };
});
