import { announcementJson } from '../core/announce/json.ts';
import { channelHandler } from './channel/channel.ts';
import { idOf } from './channel/said.ts';
import { deps } from './deps/deps.ts';

/** Posts announcements and notices as signed JSON. */
export const handler = channelHandler('webhook', () => ({
  name: deps().webhook().name,
  post: said =>
    deps()
      .webhook()
      .send(idOf(said), said.kind === 'finding' ? announcementJson(said.message) : JSON.stringify(said.notice)),
}));
