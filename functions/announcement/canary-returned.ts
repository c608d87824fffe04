import type { Message } from '../../core/announce/message.ts';
import { returnOf } from '../../core/state/canary.ts';
import { deps } from '../deps/deps.ts';
import type { Meter } from '../invocation/meter.ts';

/**
 * A canary's event was handed to the topic: its round is back. That is marked and measured, and its finding resolved, so that the
 * next round opens it again and is told in its turn.
 * @throws where another round came in meanwhile: what is said again covers both
 */
export const canaryReturned = async ({ finding }: Message, meter: Meter): Promise<void> => {
  const { findings, store, now } = deps();
  const [stored] = await findings().cases([finding.id]);
  if (stored === undefined || stored.status === 'resolved') return; // told once more, after it was marked
  const told = now();
  const event = Date.parse(finding.last);
  await store().observe([returnOf(finding.key['canary'] ?? 'unknown', event, told)]);
  const isWhole = stored.last === event;
  if (!isWhole || (await findings().settle(stored, { who: 'tripline canary', at: told })) === 'changed')
    throw new Error(`${finding.id}: another round of the canary came in while it was told: it is told again`);
  meter.latency('CanaryEventToAlert', told - event);
};
