import type { AnnounceDeps } from '../../core/announce/announce.ts';
import { deps } from '../deps/deps.ts';

/** What announcing needs of the deps. */
export const announceDeps = async (): Promise<AnnounceDeps> => {
  const { stormFor } = await import('./storm.ts');
  const { findings, ledger, channels, detections, settings, stage, now, escalateAfter, store } = deps();
  return {
    cases: findings(),
    ledger: ledger(),
    channels: await channels(),
    detections: await detections(),
    settings,
    ...(stage === undefined ? {} : { stage }),
    now,
    escalateAfter,
    storm: finding => stormFor(finding, store(), settings),
  };
};
