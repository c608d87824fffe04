import { buttons } from '../core/announce/buttons.ts';
import type { Message } from '../core/announce/message.ts';
import { noticeSlack } from '../core/announce/notice-text.ts';
import { type SlackMessage, slackMessage } from '../core/announce/slack.ts';
import { channelHandler } from './channel/channel.ts';
import { deps } from './deps/deps.ts';

/** The finding's own message, with buttons where the channel has triage. */
const rootOf = (message: Message): SlackMessage => {
  const shown = slackMessage(message);
  return deps().slackApp().hasTriage ? buttons(shown, message.finding) : shown;
};

/** The first announcement begins a thread; what follows goes into it, and the first message shows the finding as it is now. */
const say = async (message: Message): Promise<void> => {
  const { app, channel } = deps().slackApp();
  const threads = deps().threads();
  const { id } = message.finding;
  const thread = await threads.of(channel, id);
  if (thread === undefined) {
    await threads.keep(channel, id, await app.post(rootOf(message)), deps().now());
    return;
  }
  await app.post(slackMessage(message), thread);
  // The reply is what must be said; a first message that was deleted, or is too old to be edited, changes nothing about that.
  await app.update(thread, rootOf(message)).catch(() => undefined);
};

/** Posts announcements from the channel's queue as a Slack app: one thread a finding. */
export const handler = channelHandler('slack-app', () => ({
  name: deps().slackApp().name,
  post: async said => {
    if (said.kind === 'finding') return say(said.message);
    await deps().slackApp().app.post(noticeSlack(said.notice));
  },
}));
