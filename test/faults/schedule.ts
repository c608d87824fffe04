import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as pause } from 'node:timers/promises';

/** Numbers from 0 to 1 that a seed determines (mulberry32). */
export const random = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/**
 * What may happen at a call: it takes its time while others go on, it is never made, it is made and its answer is lost, it is
 * refused for now, a batch is left undone, or the process dies before or after it takes effect.
 */
export const faults = ['slow', 'throw', 'lost', 'throttle', 'unprocessed', 'crash', 'crash-after'] as const;
export type Fault = (typeof faults)[number];

/** One run of a handler: a process of its own as far as faults go. */
export interface Invocation {
  readonly name: string;
  readonly random: () => number;
  dead: boolean;
  /** Announcements that a channel took in this invocation. */
  readonly said: string[];
}

/** Decides what happens at every call, from a seed, and writes down what did. */
export class Schedule {
  readonly seed: number;
  readonly trace: string[] = [];
  readonly #running = new AsyncLocalStorage<Invocation>();
  readonly #random: () => number;
  readonly #rate: number;
  #left: number;
  #invocations = 0;
  /** Announcements of which nobody can know that they were sent: a fault came between a channel's yes and our marks. */
  readonly doubtful = new Set<string>();

  constructor(seed: number, most = 40) {
    this.seed = seed;
    this.#random = random(seed);
    this.#rate = 0.03 + this.#random() * 0.22;
    this.#left = most;
  }

  next = (): number => this.#random();
  pick = (most: number): number => Math.floor(this.#random() * most);
  note = (line: string): void => void this.trace.push(line);
  /** From here on everything works. */
  mend = (): void => {
    this.#left = 0;
    this.note('no faults from here on');
  };

  /** Runs a handler as a process that may die; what it returned is nothing if it did. */
  run = async <T>(
    name: string,
    work: () => Promise<T>,
  ): Promise<{ readonly result: T } | { readonly failed: unknown }> => {
    const invocation: Invocation = {
      name: `${name}-${++this.#invocations}`,
      random: random(this.seed * 7_919 + this.#invocations),
      dead: false,
      said: [],
    };
    try {
      const result = await this.#running.run(invocation, work);
      if (!invocation.dead) return { result };
      return { failed: 'died' };
    } catch (failed) {
      return { failed };
    }
  };

  /** What happens at a call of the running invocation; undefined where it simply works. */
  at = (call: string, possible: readonly Fault[]): Fault | undefined => {
    const invocation = this.#running.getStore();
    if (invocation === undefined) return undefined;
    if (invocation.dead) {
      for (const said of invocation.said) this.doubtful.add(said);
      return 'crash';
    }
    if (this.#left <= 0 || invocation.random() >= this.#rate) return undefined;
    const fault = possible[Math.floor(invocation.random() * possible.length)];
    if (fault === undefined) return undefined;
    if (fault !== 'slow') this.#left--;
    this.note(`${invocation.name}: ${fault} at ${call}`);
    if (fault !== 'slow') for (const said of invocation.said) this.doubtful.add(said);
    if (fault === 'crash' || fault === 'crash-after') invocation.dead = true;
    return fault;
  };

  /** As long as others need to get in between: a request takes about two milliseconds. */
  wait = (): Promise<void> => pause(5 + (this.#running.getStore()?.random() ?? 0) * 35);

  /** A call that is no request: a channel, the quarantine. `took` is said when it took effect. */
  call = async <T>(name: string, work: () => Promise<T>, took?: string): Promise<T> => {
    const fault = this.at(name, ['slow', 'slow', 'throw', 'lost', 'crash', 'crash-after']);
    if (fault === 'slow') await this.wait();
    if (fault === 'throw' || fault === 'crash') throw new Error(`${name}: ${fault}`);
    const result = await work();
    if (took !== undefined) {
      this.#running.getStore()?.said.push(took);
      if (fault !== undefined && fault !== 'slow') this.doubtful.add(took);
    }
    if (fault !== undefined && fault !== 'slow') throw new Error(`${name}: ${fault}`);
    return result;
  };
}
