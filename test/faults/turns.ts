import { setImmediate as nextTurn } from 'node:timers/promises';

interface Waiting {
  readonly go: () => void;
  readonly done: Promise<void>;
  /** How many others go first, where there are others. */
  passes: number;
}

/**
 * Lets one call at a time through, in an order that a seed determines. The next is chosen only when nothing moves any more but
 * calls that wait, so that a seed repeats not only its faults but also who came between whom.
 */
export class Turns {
  readonly #random: () => number;
  readonly #waiting: Waiting[] = [];
  #arrivals = 0;
  #isChoosing = false;
  /** Whether a call is being made just now. */
  isHeld = false;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** Waits for a turn and holds it until the work is done. @param passes how many others go first, where there are others */
  hold = async <T>(work: () => Promise<T>, passes = 0): Promise<T> => {
    const done = Promise.withResolvers<void>();
    await new Promise<void>(go => {
      this.#waiting.push({ go, done: done.promise, passes });
      this.#arrivals++;
      if (!this.#isChoosing) void this.#choose();
    });
    this.isHeld = true;
    try {
      return await work();
    } finally {
      this.isHeld = false;
      done.resolve();
    }
  };

  #choose = async (): Promise<void> => {
    this.#isChoosing = true;
    for (let next = await this.#next(); next !== undefined; next = await this.#next()) {
      next.go();
      await next.done;
    }
    this.#isChoosing = false;
  };

  #next = async (): Promise<Waiting | undefined> => {
    for (let before = -1; before !== this.#arrivals; ) {
      before = this.#arrivals;
      await nextTurn(); // what is not on a socket gets on within two turns of the loop
      await nextTurn();
    }
    const least = Math.min(...this.#waiting.map(({ passes }) => Math.max(0, passes)));
    const ready = this.#waiting.filter(({ passes }) => passes <= least);
    const chosen = ready[Math.floor(this.#random() * ready.length)];
    if (chosen === undefined) return undefined;
    this.#waiting.splice(this.#waiting.indexOf(chosen), 1);
    for (const one of this.#waiting) one.passes--;
    return chosen;
  };
}
