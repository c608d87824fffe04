import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scratch } from '../core/findings/memory.ts';

/**
 * A temporary file that only its owner can read, and that has no name any more as soon as it is open: nothing of it stays, however
 * the process ends. Made when something is first written.
 */
export const scratchFile = (): Scratch & { close(): void } => {
  const places: { readonly at: number; readonly bytes: number }[] = [];
  let file: number | undefined;
  let end = 0;
  return {
    write: text => {
      file ??= nameless();
      const bytes = Buffer.from(text);
      for (let written = 0; written < bytes.length; )
        written += writeSync(file, bytes, written, bytes.length - written, end + written);
      places.push({ at: end, bytes: bytes.length });
      end += bytes.length;
      return places.length - 1;
    },
    read: place => {
      const { at, bytes } = places[place] ?? { at: 0, bytes: 0 };
      const found = Buffer.alloc(bytes);
      for (let read = 0; file !== undefined && read < bytes; ) {
        const more = readSync(file, found, read, bytes - read, at + read);
        if (more === 0) throw new Error('the temporary file is shorter than what was written to it');
        read += more;
      }
      return found.toString();
    },
    close: () => {
      if (file !== undefined) closeSync(file);
      file = undefined;
    },
  };
};

const nameless = (): number => {
  const folder = mkdtempSync(join(tmpdir(), 'tripline-'));
  try {
    return openSync(join(folder, 'findings'), 'wx+', 0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
};
