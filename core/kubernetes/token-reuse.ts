import type { StateRule, Verdict } from '../detection.ts';
import type { Item } from '../state/observation.ts';
import { tokenLife } from './bootstrap-token.ts';

const day = 86_400_000;

/** Names the item of what is known of a bootstrap token; `knowledge/bootstrap-tokens` fills it. */
export const tokenScope = (account: string, cluster: string, token: string): string =>
  `bootstrap-token#${account}#${cluster}#${token}`;

interface Joining {
  readonly time: number;
  readonly eventId: string;
  readonly node: string;
}

const read = (member: string): Joining => {
  const [time = '', eventId = '', node = ''] = member.split('#');
  return { time: Number(time), eventId, node };
};

/** When a token was last made or renewed before a time, or undefined where that was not seen. */
const writtenBefore = (known: Item, time: number): number | undefined =>
  (known['written'] ?? [])
    .map(one => Date.parse(one))
    .filter(one => one <= time)
    .at(-1);

/**
 * One token, one machine, 15 minutes: requests for a second node name, or past the life that the token was last given, fire with
 * every request of that token.
 */
export const tokenReuse = (id: string): StateRule<'kubernetes'> => ({
  kind: 'distinct',
  doc: 'Fires when one bootstrap token asks for certificates of two node names, or later than 15 minutes after it was last seen created or renewed (judged when a late renewal must have come).',
  observe: ({ event, fact }, key) => {
    const token = key['token'] ?? 'unknown';
    const node = fact('csr.node');
    return [
      {
        scope: [id, event.account, event.cluster, token].join('#'),
        add: { joined: [`${event.time}#${event.id}#${typeof node === 'string' ? node : 'unknown'}`] },
        expires: event.time + 2 * day,
        also: [tokenScope(event.account, event.cluster, token)],
      },
    ];
  },
  decide: (view, _key, [answer]) => {
    if (answer === undefined) return [];
    const joined = (answer.item['joined'] ?? []).map(read);
    const nodes = new Set(joined.map(({ node }) => node).filter(node => node !== 'unknown'));
    if (nodes.size > 1)
      return joined.map(({ time, eventId }): Verdict => ({ time, eventId, note: 'for more than one node' }));
    const { time, id: eventId } = view.event;
    const written = writtenBefore(answer.also[0] ?? {}, time);
    if (view.again === undefined || written === undefined || time - written <= tokenLife) return [];
    return [{ time, eventId, note: 'more than 15 minutes after it was last made or renewed' }];
  },
  again: ({ event }, _key, [answer]) => {
    const written = writtenBefore(answer?.also[0] ?? {}, event.time);
    return written !== undefined && event.time - written <= tokenLife ? undefined : { after: event.time };
  },
});
