import { type ParseArgsConfig, parseArgs } from 'node:util';

/** Where a command reads and writes; tests give their own. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
}

/**
 * What every file of a subcommand exports, as `main` calls it. Results go to standard output, and nothing else does. Whatever one throws
 * is printed as what is wrong, where, and what to do next, and ends in exit code 2.
 */
export interface Command {
  /** What `--help` prints: how it is called; after an empty line what it does, its flags, and exit codes of its own. */
  readonly usage: string;
  /**
   * Does it.
   * @param argv what stands behind its name
   * @returns the exit code: 0 done; 1 findings at or above `--fail-on`, failed cases, or nothing known of what was asked; 2 input that
   * could not be read. Each says when it gives another than 0.
   * @throws UsageError where the command line is wrong; Error where settings do not load, or what is asked can't be answered
   */
  run(argv: readonly string[], io: Io): Promise<number>;
}

/** The command line is wrong: printed with the usage, exit code 2. */
export class UsageError extends Error {}

/**
 * `parseArgs` whose errors are usage errors. A flag without a value (an empty variable of a shell) and one that is given twice are
 * refused: what was meant would be lost silently.
 * @param mayBeEmpty flags to which an empty value means something
 */
export const flags = <const T extends NonNullable<ParseArgsConfig['options']>>(
  argv: readonly string[],
  options: T,
  mayBeEmpty: readonly string[] = [],
): ReturnType<typeof parseArgs<{ args: string[]; options: T; allowPositionals: true; strict: true }>> => {
  const config = { args: [...argv], options, allowPositionals: true, strict: true } as const;
  try {
    const given = parseArgs({ ...config, tokens: true }).tokens.flatMap(token =>
      token.kind === 'option' ? token : [],
    );
    for (const [index, { name, value }] of given.entries()) {
      if (value === '' && !mayBeEmpty.includes(name)) throw new UsageError(`--${name} has no value`);
      if (options[name]?.multiple !== true && given.findIndex(one => one.name === name) !== index)
        throw new UsageError(`--${name} is given twice`);
    }
    return parseArgs(config);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(error instanceof Error ? error.message.split('. To specify')[0] : String(error));
  }
};

/** The value of a flag that takes an account. @throws UsageError where it is none: nothing would be found in it */
export const accountOf = (value: string | undefined): string | undefined => {
  if (value === undefined || /^\d{12}$/.test(value)) return value;
  throw new UsageError(`--account takes the twelve digits of an account, not '${value}'`);
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

let listening: AbortController | undefined;

/** Ends with the first interrupt, so that a command can end in its own way; the second one ends the process. */
export const interrupted = (): AbortSignal => {
  if (listening !== undefined) return listening.signal;
  const stop = new AbortController();
  listening = stop;
  process.once('SIGINT', () => {
    listening = undefined;
    stop.abort();
  });
  return stop.signal;
};
