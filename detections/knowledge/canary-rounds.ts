import type { Knowledge } from '../../core/detection.ts';
import { text } from '../../core/json.ts';
import { callOf } from '../../core/state/canary.ts';

/**
 * Rounds that a canary was called in. The canary's function writes them itself (`functions/canary.ts`); no log holds such an event,
 * for EventBridge hands over none whose source is not AWS's.
 */
export const knowledge: Knowledge<'cloudtrail'> = {
  id: 'knowledge/canary-rounds',
  on: 'cloudtrail',
  doc: 'Rounds of canaries (scope `canary#<canary>#<day>`): `called`, by which what comes back is known.',
  when: { eventSource: 'tripline', eventName: 'CanaryCalled' },
  observe: ({ record, event }) => [
    callOf(
      text(record, 'requestParameters', 'canary') ?? 'unknown',
      text(record, 'requestParameters', 'round') ?? 'unknown',
      event.time,
    ),
  ],
};
