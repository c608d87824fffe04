import type { Due } from './agenda.ts';
import type { Answer, Item, Observation, Store } from './observation.ts';

/** How many members a set of an item holds where the observation does not say, and at most. */
export const defaultCap = 256;
export const mostMembers = 1_000;
/** Bytes of members one item holds, names of sets included: below the 400 KB of DynamoDB. */
export const itemBytes = 350_000;

/** What a member takes of its item: its own bytes and a share of overhead. */
export const memberBytes = (set: string, member: string): number => Buffer.byteLength(set) + Buffer.byteLength(member);

interface Kept {
  readonly sets: Map<string, Set<string>>;
  bytes: number;
  /** What it is answered as, until something is added. */
  answer?: Item | undefined;
}

/** State in memory, for `scan` and tests: answers as the table does. Nothing is forgotten before the process ends. */
export const memoryStore = (): Store => {
  const items = new Map<string, Kept>();
  const agenda = new Map<string, Due>();

  /** Adds what fits; says whether something did not. */
  const add = ({ scope, add: added = {}, cap = defaultCap }: Observation): boolean => {
    const item: Kept = items.get(scope) ?? { sets: new Map<string, Set<string>>(), bytes: 0 };
    let full = false;
    for (const [name, members] of Object.entries(added)) {
      const set = item.sets.get(name) ?? new Set<string>();
      for (const member of members) {
        if (member === '' || set.has(member)) continue;
        const bytes = memberBytes(name, member);
        if (set.size >= Math.min(cap, mostMembers) || item.bytes + bytes > itemBytes) {
          full = true;
          continue;
        }
        item.sets.set(name, set.add(member));
        item.bytes += bytes;
        item.answer = undefined;
      }
    }
    if (item.bytes > 0) items.set(scope, item);
    return full;
  };

  const read = (scope: string): Item => {
    const item = items.get(scope);
    if (item === undefined) return {};
    item.answer ??= Object.fromEntries([...item.sets].sort().map(([name, members]) => [name, [...members].sort()]));
    return item.answer;
  };

  return {
    observe: async observations => {
      const full = observations.map(add);
      return observations.map(
        ({ scope, also = [], read: asked }, at): Answer => ({
          item: asked === false ? {} : read(scope),
          also: asked === false ? also.map(() => ({})) : also.map(read),
          full: full[at] ?? false,
        }),
      );
    },
    postpone: async some => {
      for (const one of some) agenda.set(one.id, one);
    },
    due: async (before, limit) =>
      [...agenda.values()]
        .filter(({ at }) => at <= before)
        .sort((a, b) => a.at - b.at)
        .slice(0, limit),
    done: async some => {
      for (const { id } of some) agenda.delete(id);
    },
  };
};
