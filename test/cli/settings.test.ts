import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { main } from '../../cli/tripline.ts';
import { terminal } from './terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'tripline-settings-'));
const log = join(folder, 'empty.json');
writeFileSync(log, '{"Records":[]}');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const tripline = async (...argv: string[]) => {
  const { io, written } = terminal();
  const code = await main(argv, io);
  return { code, ...written };
};
const scanUnder = async (name: string, content?: string) => {
  const path = join(folder, name);
  if (content !== undefined) writeFileSync(path, content);
  const { code, err } = await tripline('scan', log, '--settings', path);
  return { code, err: err.replaceAll(folder, '') };
};
const config = JSON.stringify(resolve('core/config.ts'));

test('settings that are wrong are told by their own file, all at once, and without the usage of the command', async () => {
  const text = `import { defineConfig } from ${config};\nexport default defineConfig({ accounts: 'x', home: 3 } as never);\n`;
  const { code, err } = await scanUnder('wrong.ts', text);
  expect(code).toBe(2);
  expect(err).toMatch(/^tripline scan: \/wrong\.ts is not valid:\n {2}- accounts: .*\n {2}- home: .*\n$/);
});

test('of very many problems the first are told, and how many more there are', async () => {
  const text = `import { defineConfig } from ${config};\nexport default defineConfig({ accounts: Array.from({ length: 900 }, (_, at) => 'x' + at) } as never);\n`;
  const { code, err } = await scanUnder('many.ts', text);
  expect(code).toBe(2);
  expect(err).toMatch(/ {2}- accounts\.29: [^\n]*\n {2}- 870 more of this kind or another\n$/);
});

test('settings that are not there are told without our own paths', async () => {
  expect(await scanUnder('none.ts')).toEqual({
    code: 2,
    err: 'tripline scan: /none.ts: there is no such settings file\n',
  });
});

test('settings that export nothing are told', async () => {
  expect((await scanUnder('nothing.ts', 'export const x = 1;')).err).toContain('/nothing.ts: it must');
});

test('a directory without settings is judged under those of this installation', () => {
  const { status, stderr } = spawnSync(process.execPath, [resolve('cli/tripline.ts'), 'scan', log], {
    cwd: folder,
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, 'skipped, 1: empty lists of records\n']);
});

test('a syntax error is told with its line', () => {
  const path = join(folder, 'syntax.ts');
  writeFileSync(path, 'export default {\n  accounts: [,\n  home: 3\n};\n');
  const { status, stderr } = spawnSync(process.execPath, ['cli/tripline.ts', 'scan', log, '--settings', path], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([2, expect.stringMatching(/^tripline scan: \/.*syntax\.ts, line 3: .*\n$/)]);
});

test('settings of the installation that are wrong end a command that needs them, not the process', async () => {
  vi.doMock('../../tripline.config.ts', () => {
    throw new Error('wrong');
  });
  const { code, err } = await tripline('filters');
  expect([code, err]).toEqual([2, expect.stringMatching(/^tripline filters: /)]);
  vi.doUnmock('../../tripline.config.ts');
});
