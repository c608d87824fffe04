import type { Scratch } from '../scratch.ts';
import { alone } from './alone.ts';
import type { Item } from './observation.ts';

/** An item in memory. */
export interface Kept {
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

/** An item in scratch, and where. */
interface Away extends Omit<Kept, 'item'> {
  readonly place: number;
}

/** Items by name, in bounded memory. */
export interface Items {
  /** The item, brought back from scratch where it lies there. Who changes it says so by {@link Items.set}. */
  find(scope: string): Kept | undefined;
  /** @param grown bytes of memory that it takes more than it did */
  set(scope: string, item: Kept, grown: number): void;
  /**
   * To be called once a call: what was touched in it stays in memory.
   * @param call the number of this call
   * @returns whether something went that had not expired
   */
  makeRoom(call: number): boolean;
}

/** Resident bytes of an item that lies in scratch besides its name, as measured with Node 24. */
export const awayBytes = 200;
/** Where there is no room, a quarter more goes than has to. */
const left = 0.75;

/**
 * Where memory is full, what has expired is forgotten, as the table does with time; where that is not enough, what was neither
 * taught nor asked for longest goes to scratch, and without scratch, or where the names of what lies there take half as much memory
 * again, is forgotten.
 * @param most bytes of memory
 * @param now milliseconds since 1970: what expired before then may be forgotten
 */
export const itemsOf = (most: number, now: () => number, scratch: Scratch | undefined): Items => {
  const near = new Map<string, Kept>();
  /** In the order in which they were put there: the first was touched longest ago. */
  const away = new Map<string, Away>();
  let size = 0;
  let sizeAway = 0;

  const leave = (scope: string, { size: taken }: Kept): void => {
    near.delete(scope);
    size -= taken;
  };
  const takeBack = (scope: string, { place }: Away): void => {
    away.delete(scope);
    sizeAway -= awayBytes + scope.length;
    scratch?.free(place);
  };
  const putAway = (scope: string, kept: Kept, to: Scratch): void => {
    leave(scope, kept);
    const { item, ...about } = kept;
    away.set(scope, { ...about, place: to.write(JSON.stringify(item)) });
    sizeAway += awayBytes + scope.length;
  };
  const makeRoomAway = (): boolean => {
    if (sizeAway <= most / 2) return false;
    const time = now();
    for (const [scope, one] of away) if (one.expires < time) takeBack(scope, one);
    if (sizeAway <= most / 2) return false;
    for (const [scope, one] of away) {
      if (sizeAway <= (most / 2) * left) break;
      takeBack(scope, one);
    }
    return true;
  };
  return {
    find: scope => {
      const known = near.get(scope);
      const one = known === undefined ? away.get(scope) : undefined;
      if (one === undefined || scratch === undefined) return known;
      const { place, ...about } = one;
      const back: Kept = { ...about, item: JSON.parse(scratch.read(place)) as Item }; // as `putAway` wrote it
      takeBack(scope, one);
      near.set(alone(scope), back);
      size += back.size;
      return back;
    },
    set: (scope, item, grown) => {
      near.set(scope, item);
      size += grown;
    },
    makeRoom: call => {
      if (size <= most) return false;
      const time = now();
      for (const [scope, item] of near) if (item.expires < time) leave(scope, item);
      if (size <= most) return false;
      const idle = [...near].filter(([, { touched }]) => touched < call).sort(([, a], [, b]) => a.touched - b.touched);
      for (const [scope, item] of idle) {
        if (size <= most * left) break;
        if (scratch === undefined) leave(scope, item);
        else putAway(scope, item, scratch);
      }
      return scratch === undefined ? true : makeRoomAway();
    },
  };
};
