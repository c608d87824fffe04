import type { Finding } from './finding.ts';

/** What a detection did in a span of time. */
export interface Activity {
  readonly findings: number;
  /** Of them open or acknowledged. */
  readonly open: number;
  readonly falsePositives: number;
}

/** Of a detection that did nothing. */
export const noActivity: Activity = { findings: 0, open: 0, falsePositives: 0 };

/** What each detection did, by its id, as these findings have it. */
export const activityOf = (findings: readonly Finding[]): ReadonlyMap<string, Activity> => {
  const all = new Map<string, Activity>();
  for (const { detection, status, disposition } of findings) {
    const before = all.get(detection) ?? noActivity;
    all.set(detection, {
      findings: before.findings + 1,
      open: before.open + (status === 'open' || status === 'acknowledged' ? 1 : 0),
      falsePositives: before.falsePositives + (disposition === 'false-positive' ? 1 : 0),
    });
  }
  return all;
};
