import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = dirname(import.meta.dirname);

/** What proves and measures must not pass, nor measure, without having done what it was asked. */
test.each([
  ['test/fuzz/run.ts --cases many', "--cases takes a whole number from 1 on, not 'many'"],
  ['test/faults/run.ts --runs 0', "--runs takes a whole number from 1 on, not '0'"],
  ['test/targets/soundness.ts 1e3', "EVENTS takes a whole number from 1 on, not '1e3'"],
  ['test/mutation/run.ts nothing', "not 'nothing'"],
  ['bench/run.ts --only speed', "not 'speed'"],
])('%s is refused, with the usage', (line, says) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, line.split(' '), { cwd: root, encoding: 'utf8' });
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toContain(says);
  expect(stderr).toContain('\nusage: ');
});

test('a tool says how it is called', () => {
  const { status, stdout } = spawnSync(process.execPath, [join(root, 'test/faults/run.ts'), '--help'], {
    encoding: 'utf8',
  });
  expect([status, stdout]).toEqual([0, expect.stringMatching(/^usage: npm run faults -- /)]);
});
