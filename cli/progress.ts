import type { Io } from './io.ts';

/** One line that says how far long work is: redrawn on a terminal, silent elsewhere (nothing but results in a log). */
export interface Progress {
  say(line: string): void;
  /** Clears the line: what follows is a result. */
  end(): void;
}

/** @param every milliseconds between redraws */
export const progressOn = (io: Io, every = 100): Progress => {
  const { stderr } = io;
  if (stderr.isTTY !== true) return { say: () => {}, end: () => {} };
  let last = 0;
  let drawn = false;
  return {
    say: line => {
      const now = Date.now();
      if (now - last < every) return;
      last = now;
      drawn = true;
      stderr.write(`\r\u001b[2K${line.slice(0, Math.max(20, (stderr.columns ?? 80) - 1))}`);
    },
    end: () => {
      if (drawn) stderr.write('\r\u001b[2K');
      drawn = false;
      last = 0;
    },
  };
};

/** `1,234`. */
export const grouped = (count: number): string => String(count).replace(/\B(?=(?:\d{3})+$)/g, ',');

/** `1 finding`, `1,234 findings`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`;

/** `12.3 MB`. */
export const sized = (bytes: number): string =>
  bytes < 1e6
    ? `${(bytes / 1e3).toFixed(1)} kB`
    : bytes < 1e9
      ? `${(bytes / 1e6).toFixed(1)} MB`
      : `${(bytes / 1e9).toFixed(2)} GB`;
