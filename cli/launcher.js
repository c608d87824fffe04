#!/usr/bin/env node
// What `npx tripline` runs. JavaScript, since a Node before 22.18 reads no TypeScript: there the Node that was installed with the
// packages runs it, as it does for `npm run`.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const here = path => fileURLToPath(new URL(path, import.meta.url));
const installed = here('../node_modules/node/bin/node');
const node = existsSync(installed) ? installed : process.features.typescript ? process.execPath : undefined;

if (node === undefined) {
  process.stderr.write(
    `tripline: Node ${process.version} reads no TypeScript, and no other was installed with the packages: run 'npm ci' in ${here('..')}, or use Node 24\n`,
  );
  process.exitCode = 2;
} else {
  const child = spawn(node, [here('./tripline.ts'), ...process.argv.slice(2)], { stdio: 'inherit' });
  process.on('SIGINT', () => {}); // a terminal sends it to both: the command ends in its own way, and says how
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
  });
}
