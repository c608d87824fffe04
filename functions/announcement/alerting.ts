import { announce, type Outcome } from '../../core/announce/announce.ts';
import type { Message } from '../../core/announce/message.ts';
import { isCanary } from '../../core/canary.ts';
import { deps } from '../deps/deps.ts';
import type { Meter } from '../invocation/meter.ts';
import { canaryReturned } from './canary-returned.ts';
import { announceDeps } from './deps.ts';

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
  if (withoutEvent.has(transition.kind) || isCanary(finding.detection)) return; // a canary has a measure of its own
  const age = deps().now() - Date.parse(transition.kind === 'first' ? finding.first : finding.last);
  if (age < day) meter.latency('EventToAlert', age);
};

/** Counts what announcing a case came to. */
const counted = (outcome: Outcome, meter: Meter): void => {
  if (outcome === 'said') meter.add('Announced', 1);
  if (outcome === 'folded') meter.add('FindingsInStorm', 1);
};

/** Announces a case, and counts what came of it and how fast. @throws as `announce` does */
export const announceCounted = async (id: string, meter: Meter): Promise<void> => {
  const given = await announceDeps();
  let isNews = true;
  const channels = given.channels.map(channel => ({
    ...channel,
    send: async (message: Message) => {
      await channel.send(message);
      measureAlert(message, meter);
      if (!isCanary(message.finding.detection)) return;
      isNews = false;
      if (channel.name === 'sns') await canaryReturned(message, meter);
    },
  }));
  const outcome = await announce(id, { ...given, channels });
  if (isNews) counted(outcome, meter);
};
