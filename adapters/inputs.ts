import { isUtf8 } from 'node:buffer';
import { constants, type Stats } from 'node:fs';
import { access, glob, readdir, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import type { Read } from '../core/read/contract.ts';
import { rejected, skipped } from '../core/read/reject.ts';

/** An input that was named but can't be read: the command ends with exit code 2. */
export class UnreadableInput extends Error {
  override readonly name = 'UnreadableInput';
}

/** A path as the system has it: a name that is no UTF-8 is bytes, and no text leads to it. */
type Path = string | Buffer;

interface Input {
  readonly path: Path;
  readonly size: number | undefined;
}

/** In a directory, what is a log by its name: `.json`, `.jsonl`, `.ndjson`, `.log`, rotated (`.log.1`) or gzip. A named file is read anyhow. */
const logName = /(?:\.(?:jsonl?|ndjson|log)(?:\.\d+)?|\.gz)$/i;

/**
 * Looks whether every input that is named is there. Reads nothing of them.
 * @throws UnreadableInput where one does not exist or can't be opened
 */
export const checkInputs = async (paths: readonly string[]): Promise<void> => void (await inputsOf(paths));

/** What is to be read, and what is said of the rest. */
export interface Found {
  readonly inputs: readonly Input[];
  readonly notes: readonly Read[];
}

/** The logs that files, directories and globs name. @throws UnreadableInput as {@link checkInputs} */
export const inputsOf = async (paths: readonly string[]): Promise<Found> => {
  const inputs: Input[] = [];
  const notes: Read[] = [];
  const add = (found: Found): void => {
    inputs.push(...found.inputs);
    notes.push(...found.notes);
  };
  for (const path of paths) {
    if (path === '-') {
      inputs.push({ path, size: undefined });
      continue;
    }
    const named = await found(path);
    if (typeof named !== 'string') {
      const refused = await accessTo(path);
      if (refused !== undefined) throw new UnreadableInput(`${path}: it can't be opened (${refused}).`);
      add(await inputOf(path, named));
      continue;
    }
    if (named !== missing) throw new UnreadableInput(`${path}: it can't be opened (${named}).`);
    const matches = isGlob(path) ? (await Array.fromAsync(glob(path))).sort() : [];
    if (matches.length === 0) throw new UnreadableInput(`'${path}': there is no such file, directory or match.`);
    for (const match of matches) {
      const there = await found(match);
      if (typeof there === 'string') notes.push(unread(match, cantOpen(there)));
      else add(await inputOf(match, there));
    }
  }
  return { inputs, notes };
};

/** One that is there: the file itself, or the logs of a directory. */
const inputOf = async (path: string, stats: Stats): Promise<Found> => {
  if (!stats.isDirectory()) return { inputs: [{ path, size: stats.isFile() ? stats.size : undefined }], notes: [] };
  const walked: Walked = { logs: [], passed: new Map(), refused: [], seen: new Set() };
  await walk(path, walked);
  const { logs, passed, refused } = walked;
  const none =
    logs.length === 0 && refused.length === 0 ? [rejected('no-records', noLogs, path, new Uint8Array(0))] : [];
  return { inputs: logs, notes: [...[...passed].map(([why, count]) => skipped(why, count)), ...refused, ...none] };
};

const noLogs =
  'There are no logs in this directory: they end in .json, .jsonl, .ndjson, .log or .gz. Files of other names are read where they are named: DIR/*.';

const isGlob = (path: string): boolean => /[*?[{]/.test(path);

/** What stands at a path, or the system's code for why that can't be told. */
const found = async (path: Path): Promise<Stats | string> => {
  try {
    return await stat(path);
  } catch (error) {
    return codeOf(error) === 'ENOTDIR' ? missing : codeOf(error);
  }
};

/** The system's code for why it may not be read; undefined: it may. */
const accessTo = async (path: string): Promise<string | undefined> => {
  try {
    await access(path, constants.R_OK);
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
};

const missing = 'ENOENT';
const cantOpen = (code: string): string =>
  code === missing
    ? 'It is a link that leads nowhere, or went away.'
    : `It can't be opened (${code}): nothing of it was read.`;

/** What a directory holds: logs, what was left out and why, and what can't be opened. */
interface Walked {
  readonly logs: Input[];
  readonly passed: Map<string, number>;
  readonly refused: Read[];
  /** Directories that were walked, as the system knows them whatever they are called. */
  readonly seen: Set<string>;
}

/** Links are followed, to directories too; whatever leads there, each directory is walked once, so that circles end. */
const walk = async (directory: Path, walked: Walked): Promise<void> => {
  const pass = (why: string): void => void walked.passed.set(why, (walked.passed.get(why) ?? 0) + 1);
  const itself = await identity(directory);
  if (itself !== undefined && walked.seen.has(itself)) return pass('directories that were read under another name');
  if (itself !== undefined) walked.seen.add(itself);
  for (const { name, entry } of await entriesOf(directory, walked)) {
    if (name.startsWith('.')) continue;
    const path = within(directory, entry.name);
    if (entry.isDirectory()) {
      await walk(path, walked);
      continue;
    }
    const isLink = entry.isSymbolicLink();
    const isNamed = logName.test(name);
    const file = isNamed || isLink ? await found(path) : undefined;
    if (typeof file === 'string') {
      if (isNamed) walked.refused.push(unread(path.toString(), cantOpen(file)));
      else pass(noName);
    } else if (isLink && file?.isDirectory() === true) await walk(path, walked);
    else if (!isNamed) pass(noName);
    else if (file?.isFile() === true) walked.logs.push({ path, size: file.size });
    else pass('pipes, sockets and devices in a directory');
  }
};

const noName = 'files that are no logs by their name';

/** What tells a directory from all others: device and inode, which may be longer than a number holds. Undefined: nobody can tell. */
const identity = async (directory: Path): Promise<string | undefined> => {
  try {
    const { dev, ino } = await stat(directory, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined; // reading it says why
  }
};

/** In the order of their names. */
const entriesOf = async (directory: Path, walked: Walked) => {
  try {
    const entries = await readdir(directory, { withFileTypes: true, encoding: 'buffer' });
    return entries.map(entry => ({ name: entry.name.toString(), entry })).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    walked.refused.push(
      unread(directory.toString(), `The directory can't be opened (${codeOf(error)}): nothing of it was read.`),
    );
    return [];
  }
};

/** A name in a directory: text, where text leads there. */
const within = (directory: Path, name: Buffer): Path => {
  const path = Buffer.concat([
    Buffer.from(directory),
    Buffer.from(directory.toString().endsWith(sep) ? '' : sep),
    name,
  ]);
  return isUtf8(path) ? path.toString() : path;
};

/** What is said of something nobody may read. */
export const unread = (path: string, detail: string): Read => rejected('unread', detail, path, new Uint8Array(0));

/** The system's word for what went wrong: `EACCES`. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
