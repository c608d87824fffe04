import { placeIn } from '../sorted.ts';
import type { Due } from './agenda.ts';
import type { Answer, Item, Observation, Store } from './observation.ts';

/** How many members a set of an item holds where the observation does not say, and at most. */
export const defaultCap = 256;
/** Members of one set of an item; as the table holds. */
export const mostMembers = 1_000;
/** Bytes of members one item holds, names of sets included: below the 400 KB of DynamoDB. */
export const itemBytes = 350_000;

/** What a member takes of its item: its own bytes and a share of overhead. */
export const memberBytes = (set: string, member: string): number => Buffer.byteLength(set) + Buffer.byteLength(member);

/** Resident bytes of an item, a set and a member besides their texts, as measured with Node 24. */
const overhead = { item: 250, set: 70, member: 40, due: 500 } as const;

interface Kept {
  /** What it is answered as: never mutated, each list sorted. */
  item: Item;
  /** Of members, as the table counts them. */
  bytes: number;
  /** Of memory. */
  size: number;
  expires: number;
  /** When it was taught or asked last, in calls. */
  touched: number;
}

/** A due item as it waits: as JSON, which takes less memory than its objects. */
interface Waiting {
  readonly at: number;
  readonly written: string;
}

export interface MemoryStore extends Store {
  /** Whether so much waits to be judged again that what is due had better be judged now. */
  isPressing(): boolean;
}

export interface MemoryOptions {
  /** Bytes of memory that items may take, and half as much again what waits. Default: no bound. */
  readonly bytes?: number;
  /** Milliseconds since 1970: the newest event's time. What expired before then is forgotten first. */
  readonly now?: () => number;
}

/**
 * State in memory, for `scan` and tests: answers as the table does. Without a bound nothing is forgotten before the process ends.
 * Where it is full it forgets what has expired, as the table does with time; where that is not enough, what was neither taught nor
 * asked for longest, and says `full`.
 */
export const memoryStore = ({
  bytes: most = Number.POSITIVE_INFINITY,
  now = () => 0,
}: MemoryOptions = {}): MemoryStore => {
  const items = new Map<string, Kept>();
  const agenda = agendaOf(most / 2);
  let size = 0;
  let calls = 0;

  /** Adds what fits; says whether something did not. */
  const add = ({ scope, add: added, cap = defaultCap, expires }: Observation): boolean => {
    if (added === undefined) return false;
    const known = items.get(scope);
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
    if (known === undefined) items.set(alone(scope), item);
    item.expires = Math.max(item.expires, expires);
    item.touched = calls;
    item.size += grown;
    size += grown;
    return full;
  };

  const read = (scope: string): Item => {
    const item = items.get(scope);
    if (item === undefined) return nothing;
    item.touched = calls;
    return item.item;
  };

  const forget = (scope: string, item: Kept): void => {
    items.delete(scope);
    size -= item.size;
  };

  /** Makes room; says whether something went that had not expired, of which then a quarter more goes than has to. */
  const makeRoom = (): boolean => {
    if (size <= most) return false;
    const time = now();
    for (const [scope, item] of items) if (item.expires < time) forget(scope, item);
    if (size <= most) return false;
    const idle = [...items].filter(([, item]) => item.touched < calls).sort(([, a], [, b]) => a.touched - b.touched);
    for (const [scope, item] of idle) {
      if (size <= most * 0.75) break;
      forget(scope, item);
    }
    return true;
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
      const isOver = makeRoom() || agenda.dropped();
      return isOver ? answers.map(answer => ({ ...answer, full: true })) : answers;
    },
    postpone: async some => agenda.add(some),
    due: async (before, limit) => agenda.due(before, limit),
    done: async some => agenda.remove(some),
    isPressing: () => agenda.isPressing(),
  };
};

const nothing: Item = {};

/** The text in memory of its own: a part of another one would keep all of that, such as user data or a request. */
const alone = (text: string): string => JSON.parse(JSON.stringify(text)) as string; // a string's JSON is a string's

/** An item with one set more, sets by name. */
const withSet = (item: Item, name: string, member: string): Item =>
  item === nothing
    ? { [name]: [member] }
    : Object.fromEntries([...Object.entries(item), [name, [member]] as const].sort(([a], [b]) => (a < b ? -1 : 1)));

/** What waits to be judged again, in so many bytes. */
const agendaOf = (most: number) => {
  const waiting = new Map<string, Waiting>();
  /** By time once it is asked; an entry of what is gone or was put off is passed over. */
  let queue: { readonly id: string; readonly at: number }[] = [];
  let isSorted = true;
  let size = 0;
  let dropped = false;
  const sizeOf = ({ written }: Waiting): number => overhead.due + written.length;
  const remove = (id: string): void => {
    const known = waiting.get(id);
    if (known === undefined) return;
    waiting.delete(id);
    size -= sizeOf(known);
  };
  return {
    add: (some: readonly Due[]): void => {
      for (const one of some) {
        const entry: Waiting = { at: one.at, written: JSON.stringify(one) };
        if (size + sizeOf(entry) > most && !waiting.has(one.id)) {
          dropped = true;
          continue;
        }
        remove(one.id);
        waiting.set(one.id, entry);
        size += sizeOf(entry);
        queue.push({ id: one.id, at: one.at });
        isSorted = false;
      }
    },
    due: (before: number, limit: number): readonly Due[] => {
      if (!isSorted) {
        queue = queue.filter(({ id, at }) => waiting.get(id)?.at === at).sort((a, b) => a.at - b.at);
        isSorted = true;
      }
      const found = new Map<string, Due>();
      let past = 0;
      for (const { id, at } of queue) {
        if (at > before || found.size === limit) break;
        const entry = waiting.get(id);
        if (entry?.at === at)
          found.set(id, JSON.parse(entry.written) as Due); // as `add` wrote it
        else if (found.size === 0) past++;
      }
      if (past > 1_000) queue = queue.slice(past);
      return [...found.values()];
    },
    remove: (some: readonly Pick<Due, 'id'>[]): void => {
      for (const { id } of some) remove(id);
    },
    isPressing: (): boolean => size > most / 2,
    dropped: (): boolean => {
      const was = dropped;
      dropped = false;
      return was;
    },
  };
};
