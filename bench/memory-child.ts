/** One measurement of `bench/memory.ts`: reads or scans a file and prints the highest resident memory in KiB. Linux only. */
import { createReadStream, readFileSync } from 'node:fs';
import { startLean } from '../cli/lean.ts';

const [what, path = '', settings = ''] = process.argv.slice(2);
const place = { account: '111122223333', region: 'eu-west-1', cluster: '' };
const nowhere = { write: () => true };
// Each loads what it needs, and no more.
if (what === 'read') {
  const { localLimits } = await import('../core/read/limits.ts');
  const { readObject } = await import('../core/read/object.ts');
  const stream = createReadStream(path, { highWaterMark: 256 * 1024 });
  for await (const _ of readObject(stream, path, place, { limits: localLimits }));
} else {
  startLean(); // as the command does
  const { run } = await import('../cli/scan.ts');
  await run([path, '--json', '--settings', settings], {
    stdin: process.stdin,
    stdout: nowhere,
    stderr: nowhere,
  } as never); // what `scan` writes to is a stream: it only writes
}
process.stdout.write(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '');
