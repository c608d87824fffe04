import { AsyncLocalStorage } from 'node:async_hooks';
import type { Deps } from '../../functions/deps/deps.ts';
import { random } from './random.ts';
import { Turns } from './turns.ts';

/**
 * What may happen at a call: others come before it, it is never made, the connection breaks before it is taken or after, it is
 * taken and never answered, refused for now, fails before or after it took effect, a part of it is refused or left undone, or the
 * process dies before or after it takes effect.
 */
export type Fault =
  | 'slow'
  | 'throw'
  | 'reset'
  | 'lost'
  | 'never'
  | 'throttle'
  | 'fail'
  | 'fail-after'
  | 'refused'
  | 'unprocessed'
  | 'crash'
  | 'crash-after';

/** A function's process: its deps are made when it starts and go when it dies. */
export interface Process {
  readonly name: string;
  readonly deps: Deps;
}

/** One run of a handler in a process. */
export interface Invocation {
  readonly name: string;
  readonly schedule: Schedule;
  readonly process: Process;
  readonly random: () => number;
  dead: boolean;
  /** Announcements that a channel took in this invocation. */
  readonly said: string[];
}

export const running = new AsyncLocalStorage<Invocation>();

// What code waits for between tries is a matter of turns, not of time: a wait of up to half a second ends after a few calls of
// others. A call's own timers run by the clock.
const byClock = globalThis.setTimeout;
const inTurns = (work: (...rest: unknown[]) => void, ms = 0, ...rest: unknown[]) => {
  const turns = running.getStore()?.schedule.turns;
  if (turns === undefined || turns.isHeld || ms > 500) return byClock(work, ms, ...rest);
  void turns.hold(async () => work(...rest), 2);
  return byClock(() => undefined, 0);
};
globalThis.setTimeout = Object.defineProperties(
  inTurns,
  Object.getOwnPropertyDescriptors(byClock),
) as typeof globalThis.setTimeout; // the same function but for when it calls

/** Decides what happens at every call, from a seed, and writes down what did. */
export class Schedule {
  readonly seed: number;
  readonly trace: string[] = [];
  readonly turns: Turns;
  readonly #random: () => number;
  readonly #rate: number;
  readonly #idle = new Map<string, Process[]>();
  #left: number;
  #invocations = 0;
  /**
   * How often it is unknown whether an announcement was taken or marked as said: a fault came between a channel's yes and our
   * mark. So often it may be said again.
   */
  readonly doubts = new Map<string, number>();
  isMended = false;
  /** Processes started. */
  starts = 0;
  /** Calls made in invocations, and faults at them. */
  calls = 0;
  faults = 0;

  constructor(seed: number, most = 40) {
    this.seed = seed;
    this.#random = random(seed);
    this.turns = new Turns(random(seed * 31 + 7));
    this.#rate = 0.02 + this.#random() * 0.13;
    this.#left = most;
  }

  next = (): number => this.#random();
  pick = (most: number): number => Math.floor(this.#random() * most);
  note = (line: string): void => void this.trace.push(line);
  /** From here on everything works. */
  mend = (): void => {
    this.#left = 0;
    this.isMended = true;
    this.note('no faults from here on');
  };
  doubt = (said: string): void => void this.doubts.set(said, (this.doubts.get(said) ?? 0) + 1);

  /** For a run's context: milliseconds that it has left. Of some runs the time is over when they ask for it again and again. */
  remaining = (): (() => number) => {
    const invocation = running.getStore();
    if (invocation === undefined || this.#left <= 0 || invocation.random() >= 0.6) return () => 900_000;
    let asks = Math.floor(invocation.random() * 40);
    return () => {
      if (asks-- > 0) return 900_000;
      if (asks < -1) return 0;
      this.note(`${invocation.name}: its time is over`);
      this.#left--;
      this.faults++;
      return 0;
    };
  };

  /**
   * Runs a handler in a process of its function: one that is idle, or a new one. A process that dies is never used again, and
   * some are ended for no reason. What an invocation returned that died is nothing.
   */
  run = async <T>(
    name: string,
    start: () => Deps,
    work: () => Promise<T>,
  ): Promise<{ readonly result: T } | { readonly failed: unknown }> => {
    const idle = this.#idle.get(name) ?? [];
    this.#idle.set(name, idle);
    if (this.next() < 0.1) idle.length = 0;
    const process = idle.pop() ?? this.#start(name, start);
    const invocation: Invocation = {
      name: `${name}-${++this.#invocations} in ${process.name}`,
      schedule: this,
      process,
      random: random(this.seed * 7_919 + this.#invocations),
      dead: false,
      said: [],
    };
    try {
      const result = await running.run(invocation, work);
      return invocation.dead ? { failed: 'died' } : { result };
    } catch (failed) {
      return { failed };
    } finally {
      if (!invocation.dead) idle.push(process);
    }
  };

  #start = (name: string, start: () => Deps): Process => ({
    name: `${name} process ${++this.starts}`,
    deps: start(),
  });

  /**
   * A call of the running invocation, in its turn.
   * @param work makes it as the fault tells; slowness and death are made here
   */
  call = async <T>(
    name: string,
    possible: readonly Fault[],
    work: (fault: Fault | undefined) => Promise<T>,
  ): Promise<T> => {
    const invocation = running.getStore();
    if (invocation === undefined) return work(undefined);
    if (invocation.dead) throw broken('ECONNRESET');
    const fault = this.#draw(invocation, possible);
    const passes = fault === 'slow' ? 1 + Math.floor(invocation.random() * 12) : 0;
    return this.turns.hold(async () => {
      if (invocation.dead) throw broken('ECONNRESET');
      this.calls++;
      if (fault !== undefined) this.note(`${invocation.name}: ${fault} at ${name}`);
      const isReal = fault !== undefined && fault !== 'slow';
      if (isReal) this.faults++;
      if (isReal) for (const said of invocation.said) this.doubt(said);
      if (fault === 'crash') {
        invocation.dead = true;
        throw broken('ECONNRESET');
      }
      const result = await work(fault === 'slow' || fault === 'crash-after' ? undefined : fault);
      if (fault !== 'crash-after') return result;
      invocation.dead = true;
      for (const said of invocation.said) this.doubt(said);
      throw broken('ECONNRESET');
    }, passes);
  };

  #draw = (invocation: Invocation, possible: readonly Fault[]): Fault | undefined => {
    if (this.#left <= 0 || invocation.random() >= this.#rate) return undefined;
    const fault = possible[Math.floor(invocation.random() * possible.length)];
    if (fault !== undefined && fault !== 'slow') this.#left--;
    return fault;
  };
}

/** What a client throws whose request came to nothing. */
export const broken = (name: 'ECONNRESET' | 'TimeoutError'): Error =>
  Object.assign(new Error(`the connection broke (${name})`), { name, code: name });
