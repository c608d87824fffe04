import { pagerDutyEvent, pagerDutyNotice } from '../core/announce/pagerduty.ts';
import { channelHandler } from './channel/channel.ts';
import { deps } from './deps/deps.ts';

/** Triggers, acknowledges and resolves the PagerDuty alert of a finding. */
export const handler = channelHandler('pagerduty', () => ({
  name: deps().pagerDuty().name,
  post: async said => {
    const { routingKey, send } = deps().pagerDuty();
    const event =
      said.kind === 'finding' ? pagerDutyEvent(said.message, routingKey) : pagerDutyNotice(said.notice, routingKey);
    if (event !== undefined) await send(event);
  },
}));
