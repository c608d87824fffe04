import { createReadStream } from 'node:fs';
import { glob, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Place, Read } from '../core/read/contract.ts';
import { localLimits } from '../core/read/limits.ts';
import { type ObjectOptions, readObject } from '../core/read/object.ts';
import { rejected, skipped } from '../core/read/reject.ts';

/** An input that was named but can't be read: the command ends with exit code 2. */
export class UnreadableInput extends Error {
  override readonly name = 'UnreadableInput';
}

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

interface Input {
  readonly path: string;
  readonly size: number | undefined;
}

/** In a directory, what is a log by its name: `.json`, `.jsonl`, `.ndjson`, `.log`, rotated (`.log.1`) or gzip. A named file is read anyhow. */
const logName = /(?:\.(?:jsonl?|ndjson|log)(?:\.\d+)?|\.gz)$/i;

/**
 * Reads files, directories (recursively, by name order), globs and standard input (`-`), in batches and constant memory.
 * @throws UnreadableInput where a named input does not exist or can't be opened
 */
export async function* readFiles(paths: readonly string[], options: FileOptions): AsyncGenerator<readonly Read[]> {
  const { inputs, notes } = await inputsOf(paths);
  if (notes.length > 0) yield notes;
  const total = inputs.reduce<number | undefined>(
    (sum, { size }) => (sum === undefined || size === undefined ? undefined : sum + size),
    0,
  );
  let bytes = 0;
  for (const [at, { path }] of inputs.entries()) {
    const report = (more: number): void => {
      bytes += more;
      options.onProgress?.({ file: path, index: at + 1, files: inputs.length, bytes, total });
    };
    const name = path === '-' ? 'standard input' : path;
    const stream =
      path === '-' ? (options.stdin ?? process.stdin) : createReadStream(path, { highWaterMark: 256 * 1024 });
    yield* readObject(counted(stream, name, report), name, options.place, {
      clusters: options.clusters ?? [],
      limits: localLimits,
      ...(options.quiet === undefined ? {} : { quiet: options.quiet }),
    });
  }
}

const inputsOf = async (paths: readonly string[]): Promise<{ inputs: readonly Input[]; notes: readonly Read[] }> => {
  const inputs: Input[] = [];
  const notes: Read[] = [];
  for (const path of paths) {
    if (path === '-') {
      inputs.push({ path, size: undefined });
      continue;
    }
    const named = await found(path);
    if (named === undefined) {
      const matches = isGlob(path) ? (await Array.fromAsync(glob(path))).sort() : [];
      if (matches.length === 0) throw new UnreadableInput(`${path}: there is no such file, directory or match.`);
      const inner = await inputsOf(matches);
      inputs.push(...inner.inputs);
      notes.push(...inner.notes);
    } else if (named.isDirectory()) {
      const { logs, others } = await walk(path);
      inputs.push(...logs);
      if (others > 0) notes.push(skipped('files that are no logs by their name', others));
      if (logs.length === 0) notes.push(rejected('no-records', noLogs, path, new Uint8Array(0)));
    } else inputs.push({ path, size: named.isFile() ? named.size : undefined });
  }
  return { inputs, notes };
};

const noLogs = 'There are no logs in this directory: they end in .json, .jsonl, .ndjson, .log or .gz.';

const isGlob = (path: string): boolean => /[*?[{]/.test(path);

const found = async (path: string) => {
  try {
    return await stat(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw new UnreadableInput(`${path}: it can't be opened (${codeOf(error)}).`);
  }
};

/** Directories that are links are left out, so that no circle is walked. */
const walk = async (directory: string): Promise<{ readonly logs: readonly Input[]; readonly others: number }> => {
  const logs: Input[] = [];
  let others = 0;
  const entries = (await readdir(directory, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.name.startsWith('.')) continue;
    if (entry.isDirectory()) {
      const inner = await walk(path);
      logs.push(...inner.logs);
      others += inner.others;
      continue;
    }
    const file = logName.test(entry.name) ? await found(path) : undefined;
    if (file?.isFile() === true) logs.push({ path, size: file.size });
    else others++;
  }
  return { logs, others };
};

async function* counted(
  stream: AsyncIterable<Uint8Array>,
  name: string,
  report: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream) {
      report(chunk.length);
      yield chunk;
    }
  } catch (error) {
    throw new UnreadableInput(`${name}: it can't be read (${codeOf(error)}).`);
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR';
