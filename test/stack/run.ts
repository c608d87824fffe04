import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { longestStage } from '../../core/stage.ts';
import { rpcServer } from './rpc.ts';

/**
 * `npm run stack:test`: types, synthesises and checks the stack without an account. SST writes its platform into `.sst/` on
 * first use (from npm alone); after that nothing is fetched. `npm run stack:install` does that alone.
 */
const root = join(import.meta.dirname, '../..');
const binaries = join(root, 'node_modules/.bin');
const env = {
  ...process.env,
  PATH: `${binaries}${delimiter}${process.env['PATH'] ?? ''}`,
  SST_SKIP_DEPENDENCY_CHECK: '1',
  SST_NO_BUN: '1',
  SST_TELEMETRY_DISABLED: '1',
};

/** Ends everything where it fails. What it prints is shown when it is done: several may run beside one another. */
const step = async (says: string, command: string, args: readonly string[], more: object = {}): Promise<void> => {
  const started = performance.now();
  const child = spawn(command, args, { cwd: root, env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => printed.push(chunk));
  const failed = await new Promise<string | undefined>(resolve => {
    child.on('error', error => resolve(error.message));
    child.on('close', code => resolve(code === 0 ? undefined : `exit code ${code}`));
  });
  console.log(`stack: ${says}: ${((performance.now() - started) / 1000).toFixed(1)} s`);
  process.stdout.write(Buffer.concat(printed));
  if (failed === undefined) return;
  console.error(`stack: failed: ${says} (${failed})`);
  process.exit(1);
};

/** The platform's version, once it is whole: its packages are there. */
const installed = (): string | undefined => {
  const version = join(root, '.sst/platform/version');
  const whole = existsSync(join(root, '.sst/platform/node_modules/@pulumi/aws/package.json'));
  return whole && existsSync(version) ? readFileSync(version, 'utf8').trim() : undefined;
};

const wanted: string = JSON.parse(readFileSync(join(root, 'node_modules/sst/package.json'), 'utf8')).version;
if (installed() === wanted) console.log(`stack: SST ${wanted}'s platform is there`);
else {
  console.log(`stack: installing SST ${wanted}'s platform into .sst/ (once, about 35 s, 320 MB)`);
  await step('installed', 'sst', ['install', '--stage', 'test']);
}
if (installed() === undefined) {
  console.error(
    'stack: SST said that it installed its platform, but .sst/platform is not whole: remove .sst and try again',
  );
  process.exit(1);
}
if (process.argv.includes('--install')) process.exit();

const server = await rpcServer(root);
const synthesis = (says: string, name: string, ...args: readonly string[]): Promise<void> =>
  step(`synthesised with ${says}`, process.execPath, ['test/stack/synth.ts', ...args, name], {
    SST_SERVER: server.addressOf(name),
  });
await Promise.all([
  step('types of sst.config.ts and stacks/', process.execPath, ['test/stack/types.ts']),
  synthesis('plain settings', 'plain', 'plain', 'production'),
  synthesis('full settings', 'full', 'full', 'production'),
  synthesis('as many archives as settings let pass', 'many', 'many', 'production'),
  synthesis('full settings and the longest name that a stage may have', 'long', 'full', 'x'.repeat(longestStage)),
]);
server.close();
await step('counted what costs by the month', process.execPath, ['test/stack/count.ts', 'plain', 'full']);
await step('checked what was synthesised', 'vitest', ['run', '--config', 'test/stack/vitest.config.ts']);
