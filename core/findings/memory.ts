import type { Finding, Findings, Window } from '../finding.ts';
import type { Match } from '../match.ts';
import type { Matches } from './best.ts';
import { findingOf, joinCase, type StoredCase } from './case.ts';
import { bucketOf, findingId } from './identity.ts';
import { joinWindow, type StoredWindow, windowOf } from './window.ts';

/** A finding with its windows, oldest first. */
export interface Folded {
  readonly finding: Finding;
  readonly windows: readonly Window[];
}

/** A finding as it is stored, with its windows, oldest first. */
export interface Stored {
  readonly case: StoredCase;
  readonly windows: readonly StoredWindow[];
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

/** What orders findings. */
export type Brief = Pick<Finding, 'id' | 'severity' | 'last'>;

/** Where text that is not needed now lies outside of memory. */
export interface Scratch {
  /** Keeps a text; gives the number that {@link Scratch.read} gives it back for. */
  write(text: string): number;
  read(place: number): string;
}

/** Findings that are at hand, where there is scratch for the others: those that were folded last. */
const atHand = 200;

/** @param scratch holds the findings that nothing was folded into of late; without it all are in memory */
export const memoryFindings = (scratch?: Scratch): MemoryFindings => {
  const near = new Map<string, Stored>();
  const far = new Map<string, { readonly place: number; readonly brief: Brief }>();
  const find = (id: string): Stored | undefined => {
    const known = near.get(id);
    if (known !== undefined || scratch === undefined) return known;
    const away = far.get(id);
    return away === undefined ? undefined : (JSON.parse(scratch.read(away.place)) as Stored); // as `keep` wrote it
  };
  const keep = (id: string, stored: Stored): void => {
    near.delete(id);
    near.set(id, stored);
    far.delete(id);
    if (scratch === undefined || near.size <= atHand) return;
    for (const [oldest, one] of near.entries().take(1)) {
      near.delete(oldest);
      far.set(oldest, { place: scratch.write(JSON.stringify(one)), brief: briefOf(one) });
    }
  };
  const get = (id: string): Stored => {
    const found = find(id);
    if (found === undefined) throw new Error(`no finding ${id}`);
    return found;
  };
  const stored = (): readonly Stored[] => [...near.keys(), ...far.keys()].sort().map(get);
  return {
    fold: async (matches, now) => {
      for (const { id, buckets } of byFinding(matches)) {
        const known = find(id);
        const windows = new Map(known?.windows.map(window => [window.bucket, window]));
        for (const [bucket, some] of buckets) windows.set(bucket, joinWindow(windows.get(bucket), id, bucket, some));
        const touched = buckets.flatMap(([bucket]) => windows.get(bucket) ?? []);
        const joined = buckets.flatMap(([, some]) => some) as unknown as Matches; // a finding's buckets are never empty
        keep(id, {
          case: joinCase(known?.case, id, joined, touched, now),
          windows: [...windows.values()].sort((a, b) => a.bucket - b.bucket),
        });
      }
    },
    list: () => stored().map(foldedOf),
    briefs: () =>
      [...[...near.values()].map(briefOf), ...[...far.values()].map(({ brief }) => brief)].sort((a, b) =>
        a.id < b.id ? -1 : 1,
      ),
    get: id => foldedOf(get(id)),
    stored,
  };
};

const foldedOf = (stored: Stored): Folded => ({
  finding: findingOf(stored.case),
  windows: stored.windows.map(windowOf),
});

const briefOf = ({ case: { content } }: Stored): Brief => ({
  id: content.id,
  severity: content.best.severity,
  last: content.last,
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
