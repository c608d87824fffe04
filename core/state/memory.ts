import type { Scratch } from '../scratch.ts';
import { placeIn } from '../sorted.ts';
import { alone } from './alone.ts';
import { itemsOf, type Kept } from './items.ts';
import type { Answer, Item, Observation, Store } from './observation.ts';
import { waitingRoom } from './waiting.ts';

/** How many members a set of an item holds where the observation does not say, and at most. */
export const defaultCap = 256;
/** Members of one set of an item; as the table holds. */
export const mostMembers = 1_000;
/** Bytes of members one item holds, names of sets included: below the 400 KB of DynamoDB. */
export const itemBytes = 350_000;

/** What a member takes of its item: its own bytes and a share of overhead. */
export const memberBytes = (set: string, member: string): number => Buffer.byteLength(set) + Buffer.byteLength(member);

/** Resident bytes of an item, a set and a member besides their texts, as measured with Node 24. */
const overhead = { item: 250, set: 70, member: 40 } as const;

export interface MemoryStore extends Store {
  /** Whether so much waits to be judged again that what is due had better be judged now. */
  isPressing(): boolean;
}

export interface MemoryOptions {
  /** Bytes of memory that items may take, and half as much again what waits. Default: no bound. */
  readonly bytes?: number;
  /** Milliseconds since 1970: the newest event's time. What expired before then is forgotten first. */
  readonly now?: () => number;
  /** Where what waits lies, and items for which there is no memory; absent: what waits is in memory, and such items are forgotten. */
  readonly scratch?: Scratch;
}

/**
 * State in memory, for `scan` and tests: answers as the table does. Without a bound nothing is forgotten before the process ends.
 * Where it is full it makes room as `items.ts` says, and says `full` where something had to be forgotten that had not expired.
 */
export const memoryStore = ({
  bytes: most = Number.POSITIVE_INFINITY,
  now = () => 0,
  scratch,
}: MemoryOptions = {}): MemoryStore => {
  const items = itemsOf(most, now, scratch);
  const agenda = waitingRoom(most / 2, scratch);
  let calls = 0;

  /** Adds what fits; says whether something did not. */
  const add = ({ scope, add: added, cap = defaultCap, expires }: Observation): boolean => {
    if (added === undefined) return false;
    const known = items.find(scope);
    const item: Kept = known ?? { item: nothing, bytes: 0, size: 0, expires, touched: calls };
    let full = false;
    let grown = known === undefined ? overhead.item + scope.length : 0;
    for (const [name, members] of Object.entries(added)) {
      for (const member of members) {
        const list = Object.hasOwn(item.item, name) ? item.item[name] : undefined;
        const at = list === undefined ? 0 : placeIn(list, member);
        if (member === '' || list?.[at] === member) continue;
        const bytes = memberBytes(name, member);
        if ((list?.length ?? 0) >= Math.min(cap, mostMembers) || item.bytes + bytes > itemBytes) {
          full = true;
          continue;
        }
        grown += (list === undefined ? overhead.set : 0) + overhead.member + member.length;
        item.item =
          list === undefined
            ? withSet(item.item, name, alone(member))
            : { ...item.item, [name]: list.toSpliced(at, 0, alone(member)) };
        item.bytes += bytes;
      }
    }
    if (item.bytes === 0) return full;
    item.expires = Math.max(item.expires, expires);
    item.touched = calls;
    item.size += grown;
    items.set(known === undefined ? alone(scope) : scope, item, grown);
    return full;
  };

  const read = (scope: string): Item => {
    const item = items.find(scope);
    if (item === undefined) return nothing;
    item.touched = calls;
    return item.item;
  };

  return {
    observe: async observations => {
      calls++;
      const full = observations.map(add);
      const answers = observations.map(
        ({ scope, also = [], read: asked }, at): Answer => ({
          item: asked === false ? nothing : read(scope),
          also: asked === false ? also.map(() => nothing) : also.map(read),
          full: full[at] ?? false,
        }),
      );
      // What was dropped before is said now: postponing has no answer.
      const isOver = items.makeRoom(calls) || agenda.dropped();
      return isOver ? answers.map(answer => ({ ...answer, full: true })) : answers;
    },
    postpone: async some => agenda.add(some),
    due: async (before, limit) => agenda.due(before, limit),
    done: async some => agenda.remove(some),
    isPressing: () => agenda.isPressing(),
  };
};

const nothing: Item = {};

/** An item with one set more, sets by name. */
const withSet = (item: Item, name: string, member: string): Item =>
  item === nothing
    ? { [name]: [member] }
    : Object.fromEntries([...Object.entries(item), [name, [member]] as const].sort(([a], [b]) => (a < b ? -1 : 1)));
