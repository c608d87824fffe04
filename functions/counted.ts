import type { Outcome } from '../core/announce/announce.ts';
import type { Meter } from './meter.ts';

/** Counts what announcing a case came to. */
export const counted = (outcome: Outcome, meter: Meter): void => {
  if (outcome === 'said') meter.add('Announced', 1);
  if (outcome === 'folded') meter.add('FindingsInStorm', 1);
};
