import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';

/** What a process of its own took. */
export interface Times {
  /** Processor seconds of all threads, as the shell counts those of a child. */
  readonly processor: number;
  /** Seconds by the clock. */
  readonly clock: number;
}

const text = (stream: Readable): Promise<string> =>
  stream.setEncoding('utf8').reduce((all: string, some: string) => all + some, '');

/** @throws Error where it ends with anything but 0 */
export const timed = async (command: readonly string[]): Promise<Times> => {
  const script = `TIMEFORMAT='%R %U %S'; time "$@" >/dev/null 2>/dev/null`;
  const child = spawn('bash', ['-c', script, 'bash', ...command], { stdio: ['ignore', 'ignore', 'pipe'] });
  const closed = new Promise<number | null>(done => child.on('close', done));
  const said = await text(child.stderr);
  const code = await closed;
  const [clock = Number.NaN, user = Number.NaN, system = Number.NaN] = said.trim().split(/\s+/).map(Number);
  if (code !== 0 || Number.isNaN(system)) throw new Error(`${command.join(' ')} ended with ${code}: ${said}`);
  return { processor: user + system, clock };
};

/**
 * What a command prints, and the peak of its resident memory in MB: Linux's own count of it (`VmHWM`), looked at every few
 * milliseconds; NaN where there is none.
 * @throws Error where it ends with anything but 0
 */
export const observed = async ([file = '', ...rest]: readonly string[]): Promise<{
  readonly output: string;
  readonly peak: number;
}> => {
  const child = spawn(file, rest, { stdio: ['ignore', 'pipe', 'pipe'] });
  let peak = Number.NaN;
  const looking = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? peak * 1024) / 1024;
    } catch {
      // it has ended, or this is no Linux: what was seen last is what is known
    }
  }, 5);
  try {
    const closed = new Promise<number | null>((done, failed) => child.on('close', done).on('error', failed));
    const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
    if (code !== 0) throw new Error(`${file} ${rest.join(' ')} ended with ${code}: ${errors}`);
    return { output, peak };
  } finally {
    clearInterval(looking);
  }
};
