import type { Scratch } from '../scratch.ts';
import type { Due } from './agenda.ts';

/** Resident bytes of an item that waits besides its text, at most: 325 measured with Node 24 where that lies in scratch. */
const overhead = 500;

/** An item as it waits: as JSON, which takes less memory than its objects; the number of its text, where that is in scratch. */
interface Waiting {
  readonly at: number;
  readonly written: string | number;
}

interface Queued {
  readonly id: string;
  readonly at: number;
}

/** What waits to be judged again, for a store in memory. */
export interface WaitingRoom {
  /** Keeps items; one that is kept already is replaced. */
  add(some: readonly Due[]): void;
  /** Items whose time has come, the longest due first, at most `limit`. */
  due(before: number, limit: number): readonly Due[];
  remove(some: readonly Pick<Due, 'id'>[]): void;
  /** Whether more than half of the room is taken. */
  isPressing(): boolean;
  /** Whether an item found no room since it was asked last. */
  dropped(): boolean;
}

/** @param most bytes of memory that items may take @param scratch where their texts lie; undefined: in memory */
export const waitingRoom = (most: number, scratch?: Scratch): WaitingRoom => {
  const waiting = new Map<string, Waiting>();
  /** By time; an entry of what is gone or was put off is passed over. */
  let queue: readonly Queued[] = [];
  let added: Queued[] = [];
  let size = 0;
  let isFull = false;
  const sizeOf = (written: string | number): number => overhead + (typeof written === 'number' ? 0 : written.length);
  const remove = (id: string): void => {
    const known = waiting.get(id);
    if (known === undefined) return;
    waiting.delete(id);
    size -= sizeOf(known.written);
    if (typeof known.written === 'number') scratch?.free(known.written);
  };
  /** Those that were added go between the others. */
  const inOrder = (): readonly Queued[] => {
    if (added.length === 0) return queue;
    const later = added.sort((a, b) => a.at - b.at);
    const isThere = ({ id, at }: Queued): boolean => waiting.get(id)?.at === at;
    const all: Queued[] = [];
    let next = 0;
    for (const one of queue) {
      for (; next < later.length && (later[next] as Queued).at < one.at; next++) all.push(later[next] as Queued); // in it
      if (isThere(one)) all.push(one);
    }
    all.push(...later.slice(next));
    added = [];
    queue = all;
    return queue;
  };
  return {
    add: some => {
      for (const one of some) {
        const text = JSON.stringify(one);
        const needed = overhead + (scratch === undefined ? text.length : 0);
        if (size + needed > most && !waiting.has(one.id)) {
          isFull = true;
          continue;
        }
        remove(one.id);
        waiting.set(one.id, { at: one.at, written: scratch?.write(text) ?? text });
        size += needed;
        added.push({ id: one.id, at: one.at });
      }
    },
    due: (before, limit) => {
      const found = new Map<string, Due>();
      for (const { id, at } of inOrder()) {
        if (at > before || found.size === limit) break;
        const entry = waiting.get(id);
        if (entry?.at !== at) continue;
        const { written } = entry;
        const text = typeof written === 'number' ? (scratch?.read(written) ?? '') : written;
        found.set(id, JSON.parse(text) as Due); // as `add` wrote it
      }
      return [...found.values()];
    },
    remove: some => {
      for (const { id } of some) remove(id);
    },
    isPressing: () => size > most / 2,
    dropped: () => {
      const was = isFull;
      isFull = false;
      return was;
    },
  };
};
