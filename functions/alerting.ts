import { announce } from '../core/announce/announce.ts';
import type { Message } from '../core/announce/message.ts';
import { counted } from './counted.ts';
import { announceDeps, deps } from './deps.ts';
import type { Meter } from './meter.ts';

/** What comes later than that was replayed, or lay in a dead-letter queue: it says nothing about how fast alerts are. */
const day = 24 * 60 * 60 * 1000;

/** What people or the clock caused has no event that it is late for. */
const withoutEvent: ReadonlySet<Message['transition']['kind']> = new Set([
  'escalated',
  'suppressed',
  'acknowledged',
  'resolved',
]);

/**
 * Counts how old the event was when a channel took the announcement: of a new finding its first event, of anything later the
 * newest, which may be younger than the one that is told of.
 */
export const measureAlert = ({ transition, finding }: Message, meter: Meter): void => {
  if (withoutEvent.has(transition.kind)) return;
  const age = deps().now() - Date.parse(transition.kind === 'first' ? finding.first : finding.last);
  if (age < day) meter.latency('EventToAlert', age);
};

/** Announces a case, and counts what came of it and how fast. @throws as `announce` does */
export const announceCounted = async (id: string, meter: Meter): Promise<void> => {
  const given = await announceDeps();
  const channels = given.channels.map(channel => ({
    ...channel,
    send: async (message: Message) => {
      await channel.send(message);
      measureAlert(message, meter);
    },
  }));
  counted(await announce(id, { ...given, channels }), meter);
};
