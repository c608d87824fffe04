import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Where a command reads and writes; tests give their own. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
}

/** A subcommand: gives its exit code (0 done, 1 findings or failed cases, 2 usage or unreadable input). */
export interface Command {
  readonly usage: string;
  run(argv: readonly string[], io: Io): Promise<number>;
}

/** The command line is wrong: printed with the usage, exit code 2. */
export class UsageError extends Error {}

/** `parseArgs` whose errors are usage errors. */
export const flags = <const T extends NonNullable<ParseArgsConfig['options']>>(
  argv: readonly string[],
  options: T,
): ReturnType<typeof parseArgs<{ args: string[]; options: T; allowPositionals: true; strict: true }>> => {
  try {
    return parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message.split('. To specify')[0] : String(error));
  }
};

/** The value of a flag that takes one of a few words. @throws UsageError naming them */
export const oneOf = <const W extends string>(
  flag: string,
  value: string | undefined,
  words: readonly W[],
): W | undefined => {
  if (value === undefined) return undefined;
  const word = words.find(one => one === value);
  if (word === undefined) throw new UsageError(`--${flag} takes one of ${words.join(', ')}, not '${value}'`);
  return word;
};
