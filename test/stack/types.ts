import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Types the stacks under `tsconfig.stack.json`. SST's own sources are TypeScript and pass plain `strict` only; what the stacks
 * import of ours is typed again under those looser flags, though it is written for `tsconfig.json`'s stricter ones, so only
 * faults in the stacks themselves count here.
 */
const root = join(import.meta.dirname, '../..');
const { stdout, status, error } = spawnSync('tsc', ['-p', 'tsconfig.stack.json'], { cwd: root, encoding: 'utf8' });
if (error !== undefined) throw error;
const lines = stdout.split('\n');
const ours = lines.filter(line => /^(stacks\/|sst\.config\.ts)/.test(line));
for (const line of ours) console.error(line);
const unknown = status !== 0 && !lines.some(line => line.includes('error TS'));
if (unknown) console.error(stdout);
process.exit(ours.length > 0 || unknown ? 1 : 0);
