import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { longestStage } from '../../core/stage.ts';

/**
 * `npm run stack:test`: types, synthesises and checks the stack without an account. SST writes its platform into `.sst/` on
 * first use (from npm alone); after that nothing is fetched.
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

const step = (says: string, command: string, args: readonly string[]): void => {
  const started = performance.now();
  console.log(`stack: ${says}`);
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`stack: failed: ${says} (${error?.message ?? `exit code ${status}`})`);
    process.exit(1);
  }
  console.log(`stack: done in ${((performance.now() - started) / 1000).toFixed(1)} s`);
};

/** The platform's version, once it is whole: its packages are there. */
const installed = (): string | undefined => {
  const version = join(root, '.sst/platform/version');
  const whole = existsSync(join(root, '.sst/platform/node_modules/@pulumi/aws/package.json'));
  return whole && existsSync(version) ? readFileSync(version, 'utf8').trim() : undefined;
};

const wanted: string = JSON.parse(readFileSync(join(root, 'node_modules/sst/package.json'), 'utf8')).version;
if (installed() === wanted) console.log(`stack: SST ${wanted}'s platform is there`);
else
  step(`installing SST ${wanted}'s platform into .sst/ (once, about 35 s, 320 MB)`, 'sst', [
    'install',
    '--stage',
    'test',
  ]);
if (installed() === undefined) {
  console.error(
    'stack: SST said that it installed its platform, but .sst/platform is not whole: remove .sst and try again',
  );
  process.exit(1);
}
step('types of sst.config.ts and stacks/', process.execPath, ['test/stack/types.ts']);
for (const variant of ['plain', 'full'])
  step(`synthesising with ${variant} settings`, process.execPath, ['test/stack/synth.ts', variant]);
step('synthesising with full settings and the longest name that a stage may have', process.execPath, [
  'test/stack/synth.ts',
  'full',
  'x'.repeat(longestStage),
  'long',
]);
step('counting what costs by the month', process.execPath, ['test/stack/count.ts', 'plain', 'full']);
step('checking what was synthesised', 'vitest', ['run', '--config', 'test/stack/vitest.config.ts']);
