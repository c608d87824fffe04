import { noticeSlack } from '../core/announce/notice-text.ts';
import { slackMessage } from '../core/announce/slack.ts';
import { channelHandler } from './channel/channel.ts';
import { deps } from './deps/deps.ts';

/** Posts announcements from the channel's queue to a Slack incoming webhook. */
export const handler = channelHandler('slack', () => ({
  name: deps().slack.name,
  post: said => deps().slack.post(said.kind === 'finding' ? slackMessage(said.message) : noticeSlack(said.notice)),
}));
