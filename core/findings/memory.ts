import type { Finding, Findings, Window } from '../finding.ts';
import type { Match } from '../match.ts';
import type { Scratch } from '../scratch.ts';
import type { Matches } from './best.ts';
import { findingOf, joinCase } from './case.ts';
import { bucketOf, findingId } from './identity.ts';
import { type Brief, type Stored, shelfOf } from './shelf.ts';
import { joinWindow, windowOf } from './window.ts';

/** A finding with its windows, oldest first. */
export interface Folded {
  readonly finding: Finding;
  readonly windows: readonly Window[];
}

/** Findings in memory, by the same joins as in the table: for `scan`, and as what the table is compared with. */
export interface MemoryFindings extends Findings {
  /** All findings, by id: all in memory at once. */
  list(): readonly Folded[];
  /** What orders them, by id, without reading them. */
  briefs(): readonly Brief[];
  /** One of them. @throws where there is none */
  get(id: string): Folded;
  /** What is stored, by id. */
  stored(): readonly Stored[];
}

/** @param scratch holds what nothing was folded into of late; without it all is in memory */
export const memoryFindings = (scratch?: Scratch): MemoryFindings => {
  const shelf = shelfOf(scratch);
  const stored = (): readonly Stored[] => shelf.briefs().map(({ id }) => shelf.get(id));
  return {
    fold: async (matches, now) => {
      for (const { id, buckets } of byFinding(matches)) {
        const known = shelf.open(id);
        const windows = buckets.map(([bucket, some]) => joinWindow(known.window(bucket), id, bucket, some));
        const joined = buckets.flatMap(([, some]) => some) as unknown as Matches; // a finding's buckets are never empty
        known.keep(joinCase(known.case, id, joined, windows, now), windows);
      }
    },
    list: () => stored().map(foldedOf),
    briefs: shelf.briefs,
    get: id => foldedOf(shelf.get(id)),
    stored,
  };
};

const foldedOf = (stored: Stored): Folded => ({
  finding: findingOf(stored.case),
  windows: stored.windows.map(windowOf),
});

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
