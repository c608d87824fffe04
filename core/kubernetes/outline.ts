import { missing, type Outline } from '../read/outline.ts';
import { clocks, shape } from './read.ts';

/** An audit event that is not parsed: the same conditions as those of `readAudit`, of events that say what they are. */
export const auditOutline: Outline<'kubernetes'> = {
  source: 'kubernetes',
  shape,
  // With CloudTrail's members readers take it for a record of CloudTrail.
  refused: ['reading', 'eventSource', 'eventID', 'eventType'],
  odd: [
    { path: ['auditID'], tests: missing },
    { path: ['verb'], tests: missing },
    { path: ['stage'], tests: missing },
  ],
  reads: [['kind'], ['apiVersion'], ...clocks.map(clock => [clock])],
  heard: (found, place) => {
    let time: number | undefined;
    for (let clock = 0; clock < clocks.length && time === undefined; clock++) time = found.instant(2 + clock);
    if (time === undefined || found.text(0) !== 'Event') return undefined;
    if (found.text(1)?.startsWith('audit.k8s.io/') !== true) return undefined;
    return { source: 'kubernetes', account: place.account, cluster: place.cluster, time };
  },
};
