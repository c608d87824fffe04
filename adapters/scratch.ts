import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scratch } from '../core/scratch.ts';
import { codeOf } from './inputs.ts';

/** The least room that a text gets, as a power of two: 256 bytes. */
const least = 8;
/** Where the text's length stands, before it. */
const head = 4;
/** A place is the position in the file times this, plus its room as a power of two: below 2^53 up to files of 256 TiB. */
const powers = 32;

/**
 * A temporary file that only its owner can read, and that has no name any more as soon as it is open: nothing of it stays, however
 * the process ends. Made when something is first written. Room is given in powers of two and given again, so that the file grows
 * with what is kept in it and not with how often that is written; nothing is remembered of a text but its place.
 */
export const scratchFile = (): Scratch & { close(): void } => {
  /** Positions of room that is free, by its power of two. */
  const free = new Map<number, number[]>();
  let file: number | undefined;
  let end = 0;
  const roomFor = (bytes: number): number => Math.max(least, 32 - Math.clz32(bytes - 1));
  const take = (power: number): number => {
    const again = free.get(power)?.pop();
    if (again !== undefined) return again;
    const at = end;
    end += 2 ** power;
    return at;
  };
  const give = (place: number): void => {
    const power = place % powers;
    const at = Math.floor(place / powers);
    const others = free.get(power);
    if (others === undefined) free.set(power, [at]);
    else others.push(at);
  };
  return {
    write: (text, before) => {
      file ??= saying(nameless);
      const length = Buffer.byteLength(text);
      const bytes = Buffer.allocUnsafe(head + length);
      bytes.writeUInt32LE(length);
      bytes.write(text, head);
      const power = roomFor(bytes.length);
      const fits = before !== undefined && before % powers === power;
      if (before !== undefined && !fits) give(before);
      const at = fits ? Math.floor(before / powers) : take(power);
      writeAll(file, bytes, at);
      return at * powers + power;
    },
    read: place => {
      const bytes = Buffer.allocUnsafe(2 ** (place % powers));
      const at = Math.floor(place / powers);
      let wanted = head;
      for (let read = 0; read < wanted; ) {
        const more = file === undefined ? 0 : readSync(file, bytes, read, bytes.length - read, at + read);
        if (more === 0) throw new Error('the temporary file is shorter than what was written to it');
        read += more;
        if (read >= head) wanted = head + bytes.readUInt32LE();
      }
      return bytes.toString('utf8', head, wanted);
    },
    free: give,
    close: () => {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
};

const writeAll = (file: number, bytes: Uint8Array, at: number): void => {
  for (let written = 0; written < bytes.length; )
    written += saying(() => writeSync(file, bytes, written, bytes.length - written, at + written));
};

/** The same, and where it fails, what to do about it: nobody who asked for a scan knows of this file. */
const saying = <Made>(make: () => Made): Made => {
  try {
    return make();
  } catch (cause) {
    const advice = 'what memory has no room for lies there: set TMPDIR to a directory with room';
    throw new Error(`no temporary file can be written in ${tmpdir()} (${codeOf(cause)}); ${advice}`, { cause });
  }
};

const nameless = (): number => {
  const folder = mkdtempSync(join(tmpdir(), 'tripline-'));
  try {
    return openSync(join(folder, 'scratch'), 'wx+', 0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
};
