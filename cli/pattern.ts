import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { isObject, type Json } from '../core/json.ts';
import { compilePattern } from '../core/pattern/compile.ts';
import { explainPattern } from '../core/pattern/explain.ts';
import { loadPattern } from '../core/pattern/load.ts';
import type { Group } from '../core/pattern/node.ts';
import { clauseLines } from './clause-lines.ts';
import { type Command, flags, type Io, UsageError } from './io.ts';
import { shown } from './shown.ts';

export const usage: Command['usage'] = `usage: tripline pattern test --cases FILE.jsonl
       tripline pattern test --pattern P.json --event E.json

Tests event patterns (docs/language.md) without AWS.
  --cases FILE    lines {"pattern": …, "event": …, "matches": true|false}; - is standard input. Prints true or false for each line, or
                  "error: …" if it cannot be evaluated. If "matches" is given, lists the lines that differ from it.
  --pattern FILE --event FILE
                  one pattern against one event; if it does not match, standard error says which clauses did not
Exit codes: 0 done, 1 a line differs or cannot be evaluated, 2 wrong usage or unreadable input.`;

/** Gives 1 where a case disagrees or can't be judged. @throws Error naming the file that can't be read, or is no JSON, pattern or event */
export const run: Command['run'] = async (argv, io) => {
  const { values, positionals } = flags(argv, {
    cases: { type: 'string' },
    pattern: { type: 'string' },
    event: { type: 'string' },
  });
  if (positionals.length !== 1 || positionals[0] !== 'test') throw new UsageError("the only subcommand is 'test'");
  const { cases, pattern, event } = values;
  if (cases !== undefined && pattern === undefined && event === undefined) return testCases(cases, io);
  if (cases === undefined && pattern !== undefined && event !== undefined) return testOne(pattern, event, io);
  throw new UsageError('give --cases, or --pattern and --event');
};

const testOne = async (patternFile: string, eventFile: string, io: Io): Promise<number> => {
  const pattern = await patternIn(patternFile);
  const event = await json(eventFile);
  if (!isObject(event)) throw new Error(`${eventFile}: an event is a JSON object`);
  const explained = explainPattern(pattern, { record: event }, false);
  io.stdout.write(`${explained.held}\n`);
  if (!explained.held) io.stderr.write(`${clauseLines(explained).join('\n')}\n`);
  return 0;
};

const patternIn = async (file: string): Promise<Group> => {
  const value = await json(file);
  try {
    return loadPattern(value);
  } catch (error) {
    throw faultIn(file, error);
  }
};

const json = async (file: string): Promise<Json> => {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw faultIn(file, error);
  }
};

/** The error with the file it is of. */
const faultIn = (file: string, error: unknown): Error => {
  if (!(error instanceof Error)) return new Error(`${file}: ${error}`);
  const why = 'syscall' in error && 'code' in error ? `it can't be read (${error.code})` : error.message;
  return new Error(`${file}: ${why}`, { cause: error });
};

const testCases = async (file: string, io: Io): Promise<number> => {
  const counts = { judged: 0, told: 0, failed: 0 };
  const disagreements: string[] = [];
  let number = 0;
  for await (const line of linesOf(file, io)) {
    number += 1;
    if (line.trim() === '') continue;
    const { verdict, error, expected } = judge(line);
    counts.judged += 1;
    if (expected !== undefined) counts.told += 1;
    if (error !== undefined || (expected !== undefined && expected !== verdict)) counts.failed += 1;
    io.stdout.write(error === undefined ? `${verdict}\n` : `error: ${shown(error)}\n`);
    if (expected !== undefined && expected !== verdict)
      disagreements.push(
        `line ${number}: expected ${expected}, got ${error === undefined ? verdict : 'an error'}: ${shown(line.slice(0, 500))}`,
      );
  }
  if (disagreements.length > 0) io.stderr.write(`${disagreements.join('\n')}\n`);
  const agreeing = counts.told - disagreements.length;
  if (counts.told > 0) io.stderr.write(`${agreeing} of ${counts.told} agree\n`);
  return counts.failed > 0 ? 1 : 0;
};

async function* linesOf(file: string, io: Io): AsyncGenerator<string> {
  const input = file === '-' ? io.stdin : createReadStream(file);
  try {
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  } catch (error) {
    throw faultIn(file, error);
  }
}

interface Judged {
  readonly verdict?: boolean;
  readonly error?: string;
  readonly expected?: boolean;
}

const judge = (line: string): Judged => {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    return { error: 'not JSON: a line is {"pattern": …, "event": …}' };
  }
  if (!isObject(parsed)) return { error: 'a line is an object {"pattern": …, "event": …}' };
  const { pattern, event, matches } = parsed;
  const expected = typeof matches === 'boolean' ? { expected: matches } : {};
  if (matches !== undefined && typeof matches !== 'boolean') return { error: '"matches" is neither true nor false' };
  if (!isObject(event)) return { error: '"event" is not an object', ...expected };
  try {
    return { verdict: compilePattern(loadPattern(pattern))({ record: event }), ...expected };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error), ...expected };
  }
};
