import { statSync } from 'node:fs';
import { enableCompileCache, flushCompileCache, getCompileCacheDir } from 'node:module';
import { dirname, join } from 'node:path';

/** How many times this process has begun anew; absent: it was started by somebody else. */
const marker = 'TRIPLINE_LEAN';
/** Once for the environment, once more where the sources were not in the cache yet. */
const mostStarts = 2;

/** What Node made of the sources: their types stripped, and code of V8's. An entry is of one text and one build of Node. */
const compiled = join(dirname(import.meta.dirname), 'node_modules/.cache/tripline');

/** Keeps what Node makes of the sources for the next start, which takes two thirds of the time; where it can't be written, it is not kept. */
export const keepCompiled = (): void => {
  enableCompileCache(compiled);
};

/**
 * Begins this process anew in its own place (same id, same streams), with what only a process that starts can take:
 * one malloc arena instead of one for each thread, of which each keeps the most it ever held, and in it nothing of what compilers
 * took; V8's young generation always as large as what `scan` is quickest with; and a cache of what Node makes of the sources, so that
 * it need not keep in memory what strips their types. See docs/decisions/017-memory-of-scan.md. Does nothing, and `scan` takes more
 * memory, where Node can't do that: before 22.15 and on Windows.
 */
export const startLean = (): void => {
  if (process.env[marker] === undefined) begin(1);
};

/**
 * Begins once more where this process had to strip types from its sources, which are in the cache now. To be called when all is
 * loaded and nothing was read. Does nothing in a process that {@link startLean} did not begin.
 * @param loaded milliseconds since 1970: when loading began
 */
export const startWarm = (loaded: number): void => {
  const starts = Number(process.env[marker] ?? mostStarts);
  const cache = getCompileCacheDir();
  if (starts >= mostStarts || cache === undefined) return;
  flushCompileCache();
  // Entries are renamed into it: its own time says whether one is new.
  if ((statSync(cache, { throwIfNoEntry: false })?.mtimeMs ?? 0) >= loaded) begin(starts + 1);
};

const begin = (starts: number): void => {
  const { execPath, execArgv, argv, env } = process;
  try {
    process.execve?.(execPath, [execPath, ...(starts === 1 ? flags : []), ...execArgv, ...argv.slice(1)], {
      NODE_COMPILE_CACHE: compiled,
      MALLOC_ARENA_MAX: '1',
      MALLOC_MMAP_THRESHOLD_: String(segment),
      ...env,
      [marker]: String(starts),
    });
  } catch {
    // As it was started, then.
  }
};

/**
 * Megabytes: with two of them scavenging takes a fifth more time, with eight no less. As much at least: else trimming leaves one,
 * which stays one, with four times the scavenging and twice the full collections.
 */
const flags = ['--min-semi-space-size=4', '--max-semi-space-size=4'];

/**
 * Bytes from which malloc maps memory for each piece by itself, and unmaps it when it is freed (`mallopt(3)`). V8's compilers take
 * theirs in pieces of at most so many: in malloc's own heap what they held most stays, 4 to 9 MB.
 */
const segment = 32 * 1024;
