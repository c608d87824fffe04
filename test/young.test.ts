import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

test('V8 still has the flag by which the young stay young: a flag it does not know it would only pass over', () => {
  const { stdout } = spawnSync(process.execPath, ['--v8-options'], { encoding: 'utf8' });
  expect(stdout).toContain('--allocation-site-pretenuring');
});
