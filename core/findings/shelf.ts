import type { Finding } from '../finding.ts';
import type { Scratch } from '../scratch.ts';
import type { StoredCase } from './case.ts';
import type { StoredWindow } from './window.ts';

/** A finding as it is stored, with its windows, oldest first. */
export interface Stored {
  readonly case: StoredCase;
  readonly windows: readonly StoredWindow[];
}

/** What orders findings. */
export type Brief = Pick<Finding, 'id' | 'severity' | 'last'>;

/** One finding taken from the shelf. */
export interface Open {
  readonly case: StoredCase | undefined;
  /** The window of a bucket, from wherever it lies. */
  window(bucket: number): StoredWindow | undefined;
  /** Puts it back with what was joined. Nothing else of it may be put back in between. */
  keep(joined: StoredCase, windows: readonly StoredWindow[]): void;
}

/** Findings by id: in memory, or where there is scratch, in memory as far as something was folded into them of late. */
export interface Shelf {
  open(id: string): Open;
  /** @throws where there is none */
  get(id: string): Stored;
  /** Sorted by id. */
  briefs(): readonly Brief[];
}

/** What is at hand where there is scratch: of findings, and of the windows of each, those that were folded into last. */
const windowsAtHand = 2;
/** A finding weighs as much as fifty places of windows that are away: 200 findings, or fewer with very many windows. */
const findingWeight = 50;
const mostWeight = 20_000;

interface Lying {
  readonly case: StoredCase;
  /** Windows at hand, in the order in which they were folded into. */
  readonly here: ReadonlyMap<number, StoredWindow>;
  /** Where each other window lies; of one that is at hand, where it lay. */
  readonly away: ReadonlyMap<number, number>;
  /** Where the case lay before. */
  readonly place: number | undefined;
}

/** A case as it is written, with the places of its windows. */
type Written = readonly [StoredCase, readonly (readonly [bucket: number, place: number])[]];

/** An empty shelf. @param scratch where what memory has no room for goes; undefined: memory holds all */
export const shelfOf = (scratch?: Scratch): Shelf => {
  const near = new Map<string, Lying>();
  const far = new Map<string, { readonly place: number; readonly brief: Brief }>();
  let weight = 0;

  const find = (id: string): Lying | undefined => {
    const known = near.get(id);
    const place = far.get(id)?.place;
    if (known !== undefined || place === undefined || scratch === undefined) return known;
    const [stored, windows] = JSON.parse(scratch.read(place)) as Written; // as `putAway` wrote it
    return { case: stored, here: new Map(), away: new Map(windows), place };
  };
  const windowAt = ({ here, away }: Lying, bucket: number): StoredWindow | undefined => {
    const place = away.get(bucket);
    if (here.has(bucket) || place === undefined || scratch === undefined) return here.get(bucket);
    return JSON.parse(scratch.read(place)) as StoredWindow; // as `withoutWindows` wrote it
  };
  /** With so many windows at hand at most, the others written. */
  const withoutWindows = (lying: Lying, most: number): Lying => {
    if (scratch === undefined || lying.here.size <= most) return lying;
    const away = new Map(lying.away);
    const all = [...lying.here];
    const leaving = all.slice(0, all.length - most);
    for (const [bucket, window] of leaving) away.set(bucket, scratch.write(JSON.stringify(window), away.get(bucket)));
    return { ...lying, here: new Map(all.slice(leaving.length)), away };
  };
  const putAway = (id: string, lying: Lying, to: Scratch): void => {
    near.delete(id);
    weight -= weightOf(lying);
    const { case: stored, away, place } = withoutWindows(lying, 0);
    const written: Written = [stored, [...away]];
    far.set(id, { place: to.write(JSON.stringify(written), place), brief: briefOf(stored) });
  };
  const keep = (id: string, before: Lying | undefined, joined: StoredCase, windows: readonly StoredWindow[]): void => {
    const here = new Map(before?.here);
    for (const window of windows) {
      here.delete(window.bucket);
      here.set(window.bucket, window);
    }
    const lying = withoutWindows(
      { case: joined, here, away: before?.away ?? new Map(), place: before?.place },
      windowsAtHand,
    );
    const known = near.get(id);
    if (known !== undefined) weight -= weightOf(known);
    weight += weightOf(lying);
    far.delete(id);
    near.delete(id);
    near.set(id, lying);
    if (scratch === undefined) return;
    for (const [oldest, one] of near) {
      if (weight <= mostWeight || near.size === 1) return;
      putAway(oldest, one, scratch);
    }
  };
  return {
    open: id => {
      const found = find(id);
      return {
        case: found?.case,
        window: bucket => found && windowAt(found, bucket),
        keep: (joined, windows) => keep(id, found, joined, windows),
      };
    },
    get: id => {
      const found = find(id);
      if (found === undefined) throw new Error(`no finding ${id}`);
      const buckets = [...new Set([...found.away.keys(), ...found.here.keys()])].sort((a, b) => a - b);
      return { case: found.case, windows: buckets.flatMap(bucket => windowAt(found, bucket) ?? []) };
    },
    briefs: () =>
      [...[...near.values()].map(one => briefOf(one.case)), ...[...far.values()].map(({ brief }) => brief)].sort(
        (a, b) => (a.id < b.id ? -1 : 1),
      ),
  };
};

const weightOf = ({ away }: Lying): number => findingWeight + away.size;

const briefOf = ({ content }: StoredCase): Brief => ({
  id: content.id,
  severity: content.best.severity,
  last: content.last,
});
