import { stormOf } from '../../core/announce/storm.ts';
import { isCanary } from '../../core/canary.ts';
import type { Finding } from '../../core/finding.ts';
import type { Settings } from '../../core/settings.ts';
import type { Store } from '../../core/state/observation.ts';

/** The storm that a finding is part of, if it is. Canaries of many regions come back together, and each must be told. */
export const stormFor = async (finding: Finding, store: Store, settings: Settings) =>
  isCanary(finding.detection) ? undefined : stormOf(store, finding, settings.announcing.stormFindings);
