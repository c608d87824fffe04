import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The directory that a local database lies in: LevelDB's files, who has it open, and what it was made of. */

/** What `npm start` made a local database of. */
export interface MadeOf {
  /** The settings file, as an absolute path. */
  readonly settings: string;
  /** Accounts and clusters whose events were judged. */
  readonly accounts: readonly string[];
  readonly clusters: readonly string[];
}

const claimName = 'in-use';
const originName = 'made-of.json';
/** What LevelDB names its files (LevelDB, doc/impl.md): six digits at least. */
const levelDb = /^(?:CURRENT|LOCK|LOG|LOG\.old|MANIFEST-\d{6,}|\d{6,}\.(?:ldb|log|sst|dbtmp))$/;

const isOurs = (name: string): boolean => levelDb.test(name) || name === claimName || name === originName;

/** Whether a database lies there. */
export const holdsDatabase = (folder: string): boolean => existsSync(join(folder, 'CURRENT'));

/**
 * Deletes a database, so that a new one can be made there; a directory that is empty or not there is fine as it is.
 * @throws where anything else lies there, or somebody has it open: then nothing is deleted
 */
export const clearDatabase = (folder: string): void => {
  if (!existsSync(folder)) return;
  if (!statSync(folder).isDirectory()) throw new Error(`${folder} is a file: say a directory for the database`);
  const others = readdirSync(folder).filter(name => !isOurs(name));
  if (others.length > 0)
    throw new Error(
      `${folder} holds more than a database of ours (${others.slice(0, 3).join(', ')}${others.length > 3 ? ', …' : ''}), and all of it would be deleted: say another directory`,
    );
  claim(folder)();
  rmSync(folder, { recursive: true });
};

/**
 * Takes a database for this process: LevelDB lets only one have it open.
 * @returns what gives it back
 * @throws where another process has it, naming it
 */
export const claim = (folder: string): (() => void) => {
  const path = join(folder, claimName);
  const holder = holderOf(path);
  if (holder !== undefined)
    throw new Error(
      `the database at ${folder} is in use by process ${holder}: wait until it has ended, or say another --database (if it is none of ours, delete ${path})`,
    );
  writeFileSync(path, `${process.pid}\n`);
  return () => rmSync(path, { force: true });
};

/** The process that has it, if that still runs. */
const holderOf = (path: string): number | undefined => {
  const pid = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  try {
    process.kill(pid, 0); // sends nothing: asks whether it is there
    return pid;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM' ? pid : undefined; // another user's
  }
};

/** Keeps what a database was made of beside it. */
export const writeOrigin = (folder: string, origin: MadeOf): void =>
  writeFileSync(join(folder, originName), `${JSON.stringify(origin)}\n`);

/** What a database was made of; undefined where that was not kept. @throws where it is broken */
export const originOf = (folder: string): MadeOf | undefined => {
  const path = join(folder, originName);
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as MadeOf; // as writeOrigin wrote it
  } catch {
    throw new Error(`${path} is no JSON any more: delete it, or run 'npm start' again`);
  }
};
