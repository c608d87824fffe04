import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const launcher = resolve(manifest.bin.tripline);
const launched = (node: readonly string[], path: string, ...argv: string[]) =>
  spawnSync(process.execPath, [...node, path, ...argv], { encoding: 'utf8' });

test.each([
  launcher,
  resolve('cli/tripline.ts'),
])('%s runs through a link, as npm installs commands, and gives the exit code', path => {
  const folder = mkdtempSync(join(tmpdir(), 'tripline-'));
  const link = join(folder, 'tripline');
  symlinkSync(resolve(path), link);
  const { stdout, status } = launched([], link, 'help');
  expect(stdout).toContain('usage: tripline COMMAND');
  expect(status).toBe(0);
  expect(launched([], link, 'no-such').status).toBe(2);
  rmSync(folder, { recursive: true });
});

test('a Node that reads no TypeScript hands over to the one that was installed with the packages', () => {
  const { stdout, stderr } = launched(['--no-strip-types'], launcher, 'help');
  expect(stderr).toBe('');
  expect(stdout).toContain('usage: tripline COMMAND');
});

test.skipIf(!existsSync('/dev/full'))('output that could not be written is told, and ends with exit code 2', () => {
  const full = openSync('/dev/full', 'w');
  const { stderr, status } = spawnSync(process.execPath, ['cli/tripline.ts', 'help'], {
    encoding: 'utf8',
    stdio: ['ignore', full, 'pipe'],
  });
  closeSync(full);
  expect([status, stderr]).toEqual([
    2,
    'tripline: the output could not be written (ENOSPC): what came out is not all\n',
  ]);
});
