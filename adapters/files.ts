import { createReadStream } from 'node:fs';
import type { Place, Read } from '../core/read/contract.ts';
import { localLimits } from '../core/read/limits.ts';
import { type ObjectOptions, readObject } from '../core/read/object.ts';
import { codeOf, inputsOf, unread } from './inputs.ts';

/** How far reading is, for a progress line. */
export interface Progress {
  readonly file: string;
  /** 1 = the first of `files`. */
  readonly index: number;
  readonly files: number;
  /** As stored, over all files; `total` is undefined where standard input is among them. */
  readonly bytes: number;
  readonly total: number | undefined;
}

export interface FileOptions {
  readonly place: Place;
  readonly clusters?: ObjectOptions['clusters'];
  readonly quiet?: ObjectOptions['quiet'];
  /** What `-` stands for. */
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Called about once every 256 KB. */
  readonly onProgress?: (progress: Progress) => void;
}

/**
 * Reads files, directories (recursively, by name order), globs and standard input (`-`), in batches and constant memory. What a
 * directory or glob holds and nobody may open is set aside like a record that can't be read, and the others go on; so is the rest
 * of a file that can't be read to its end.
 * @throws UnreadableInput where a named input does not exist or can't be opened, before anything is read
 */
export async function* readFiles(paths: readonly string[], options: FileOptions): AsyncGenerator<readonly Read[]> {
  const { inputs, notes } = await inputsOf(paths);
  if (notes.length > 0) yield notes;
  const total = inputs.reduce<number | undefined>(
    (sum, { size }) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  );
  let bytes = 0;
  for (const [at, { path, size }] of inputs.entries()) {
    const name = path === '-' ? 'standard input' : path.toString();
    const before = bytes;
    const report = (more: number): void => {
      bytes += more;
      options.onProgress?.({ file: name, index: at + 1, files: inputs.length, bytes, total });
    };
    const open = (): AsyncIterable<Uint8Array> =>
      path === '-' ? (options.stdin ?? process.stdin) : createReadStream(path, { highWaterMark: pieceOf(size) });
    try {
      yield* readObject(counted(open, report), name, options.place, {
        clusters: options.clusters ?? [],
        limits: localLimits,
        unpacks: true,
        ...(options.quiet === undefined ? {} : { quiet: options.quiet }),
      });
    } catch (error) {
      if (!(error instanceof Interrupted)) throw error;
      const rest = bytes > before ? 'what stood before was read, the rest is missing' : 'nothing of it was read';
      yield [unread(name, `It can't be read (${error.message}): ${rest}.`)];
    }
  }
}

/** Bytes that are read at once: such a buffer is made for every file, and a trail has hundreds of thousands of a few KB. */
const piece = 256 * 1024;
/** Of a file, too, that says it is empty: it may be written meanwhile, and those of `/proc` say so always. */
const leastPiece = 8 * 1024;
const pieceOf = (size: number | undefined): number => Math.min(piece, Math.max(leastPiece, (size ?? piece) + 1));

/** The system gave up on a file that was being read; its message is the system's code. */
class Interrupted extends Error {}

/** @param open asked when the first bytes are: what is left out by its name alone (digests, thousands of them) is never opened */
async function* counted(
  open: () => AsyncIterable<Uint8Array>,
  report: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of open()) {
      report(chunk.length);
      yield chunk;
    }
  } catch (error) {
    throw new Interrupted(codeOf(error));
  }
}
