import type { ParseArgsConfig, parseArgs } from 'node:util';
import { flags, UsageError } from '../cli/io.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
type Given<T extends Options> = ReturnType<
  typeof parseArgs<{ args: string[]; options: T; allowPositionals: true; strict: true }>
>;

/**
 * What a tool of this project was asked, read off the command line. What is wrong with it ends the process with 2, said with the
 * usage; `--help` says that alone.
 * @param read makes of it what the tool works with; throws a `UsageError` where that can't be
 */
export const asked = <const T extends Options, R>(usage: string, options: T, read: (given: Given<T>) => R): R => {
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  try {
    return read(flags(args, options));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${usage}\n`);
    process.exit(2);
  }
};

/** A whole number from `least` on. @throws UsageError where it is none, which would else be counted to as 0 */
export const whole = (name: string, value: string, least = 1): number => {
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < least || !Number.isSafeInteger(number))
    throw new UsageError(`${name} takes a whole number from ${least} on, not '${value}'`);
  return number;
};

/** Some of a few words, of a text that joins them by commas. @throws UsageError naming them */
export const some = <const W extends string>(name: string, value: string, words: readonly W[]): readonly W[] =>
  value.split(',').map(one => {
    const word = words.find(other => other === one);
    if (word === undefined) throw new UsageError(`${name} takes some of ${words.join(', ')}, not '${one}'`);
    return word;
  });

/** At most so many arguments that are no flags. @throws UsageError where there are more */
export const atMost = (count: number, positionals: readonly string[]): readonly string[] => {
  if (positionals.length > count) throw new UsageError(`'${positionals[count]}' is one argument too many`);
  return positionals;
};
