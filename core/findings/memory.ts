import type { Finding, Findings, Window } from '../finding.ts';
import type { Match } from '../match.ts';
import { findingOf, joinCase, type StoredCase } from './case.ts';
import { bucketOf, findingId } from './identity.ts';
import { joinWindow, type Matches, type StoredWindow, windowOf } from './window.ts';

/** A finding with its windows, oldest first. */
export interface Folded {
  readonly finding: Finding;
  readonly windows: readonly Window[];
}

/** Findings in memory, by the same joins as in the table: for `scan`, and as what the table is compared with. */
export interface MemoryFindings extends Findings {
  /** All findings, by id. */
  list(): readonly Folded[];
  /** What is stored, by id. */
  stored(): readonly { readonly case: StoredCase; readonly windows: readonly StoredWindow[] }[];
}

export const memoryFindings = (): MemoryFindings => {
  const cases = new Map<string, { case: StoredCase; windows: ReadonlyMap<number, StoredWindow> }>();
  const stored = () =>
    [...cases]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, one]) => ({
        case: one.case,
        windows: [...one.windows.values()].sort((a, b) => a.bucket - b.bucket),
      }));
  return {
    fold: async (matches, now) => {
      for (const { id, buckets } of byFinding(matches)) {
        const known = cases.get(id);
        const windows = new Map(known?.windows);
        for (const [bucket, some] of buckets) windows.set(bucket, joinWindow(windows.get(bucket), id, bucket, some));
        const touched = buckets.flatMap(([bucket]) => windows.get(bucket) ?? []);
        const all = buckets.flatMap(([, some]) => some) as unknown as Matches; // a finding's buckets are never empty
        cases.set(id, { case: joinCase(known?.case, id, all, touched, now), windows });
      }
    },
    list: () => stored().map(one => ({ finding: findingOf(one.case), windows: one.windows.map(windowOf) })),
    stored,
  };
};

/** Matches by finding, and in each by bucket; both in order of first appearance. */
export const byFinding = (
  matches: readonly Match[],
): readonly { readonly id: string; readonly buckets: readonly (readonly [number, Matches])[] }[] => {
  const findings = new Map<string, Map<number, [Match, ...Match[]]>>();
  for (const match of matches) {
    const id = findingId(match);
    const buckets = findings.get(id) ?? new Map<number, [Match, ...Match[]]>();
    findings.set(id, buckets);
    const bucket = bucketOf(match.time, match.window);
    const together = buckets.get(bucket);
    if (together === undefined) buckets.set(bucket, [match]);
    else together.push(match);
  }
  return [...findings].map(([id, buckets]) => ({ id, buckets: [...buckets] }));
};
