import { PassThrough, Readable } from 'node:stream';
import { main } from '../../cli/tripline.ts';

/** Runs a command line as the shell would. */
export const tripline = (...argv: readonly string[]) => piped('', ...argv);

/** The same, with something on standard input. */
export const piped = async (input: string, ...argv: readonly string[]) => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  stdout.on('data', (chunk: Buffer) => out.push(chunk));
  stderr.on('data', (chunk: Buffer) => err.push(chunk));
  const code = await main(argv, { stdin: Readable.from(input === '' ? [] : [Buffer.from(input)]), stdout, stderr });
  await new Promise(resolve => setImmediate(resolve));
  return { code, stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() };
};
