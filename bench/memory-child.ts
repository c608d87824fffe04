/** One measurement of `bench/memory.ts`: reads or scans a file and prints the highest resident memory in KiB. */
import { createReadStream } from 'node:fs';
import { run } from '../cli/scan.ts';
import { localLimits } from '../core/read/limits.ts';
import { readObject } from '../core/read/object.ts';

const [what, path = '', settings = ''] = process.argv.slice(2);
const place = { account: '111122223333', region: 'eu-west-1', cluster: '' };
const nowhere = { write: () => true };
if (what === 'read') {
  const stream = createReadStream(path, { highWaterMark: 256 * 1024 });
  for await (const _ of readObject(stream, path, place, { limits: localLimits }));
} else
  await run([path, '--json', '--settings', settings], {
    stdin: process.stdin,
    stdout: nowhere,
    stderr: nowhere,
  } as never); // what `scan` writes to is a stream: it only writes
process.stdout.write(String(process.resourceUsage().maxRSS));
