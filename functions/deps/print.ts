import { writeSync } from 'node:fs';

/**
 * Writes one line of log or metrics. By its descriptor: making `process.stdout` takes longer than judging the first event. Where
 * the descriptor cannot take more just now (somebody made it non-blocking), the stream is made after all, which waits.
 */
export const print = (line: string): void => {
  let left: Uint8Array = Buffer.from(`${line}\n`);
  try {
    while (left.length > 0) left = left.subarray(writeSync(1, left));
  } catch {
    process.stdout.write(left);
  }
};
