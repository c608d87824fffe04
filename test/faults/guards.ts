import type { Guard } from './process.ts';

/**
 * For each guard the seed by which the schedules notice that it is gone, and the least with which they do: of the events that the
 * seed delivers so many, and of its faults so many at most. `npm run faults -- --without GUARD` finds them.
 */
export const caught: {
  readonly [G in Guard]: {
    readonly seed: number;
    readonly events: number;
    readonly most: number;
    readonly says: RegExp;
  };
} = {
  condition: { seed: 12, events: 3, most: 0, says: /^not stored/ },
  marker: { seed: 2, events: 1, most: 0, says: /was said 2 times, and 0 times in doubt/ },
  report: { seed: 3, events: 3, most: 4, says: /^not stored/ },
  'channel-report': { seed: 3, events: 2, most: 10, says: /^(?:pagerduty|webhook) never heard/ },
  quarantine: { seed: 1, events: 1, most: 0, says: /unreadable records are not in the quarantine/ },
};
