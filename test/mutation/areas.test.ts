import { existsSync, globSync, readFileSync } from 'node:fs';
import { matchesGlob } from 'node:path';
import { expect, test } from 'vitest';
import { areas } from './areas.ts';

/** What no area mutates. */
const left = [
  // Examples and settings that tests are written with.
  'core/**/example*.ts',
  // Another one stands in for it: what it keeps is forgotten between mutants.
  'core/once.ts',
  // Compared letter by letter with what stands in docs/: `npm run generate:check`.
  'core/targets/pages/*.ts',
  // AssemblyScript, what it is compiled to, and its types.
  'core/read/engine/*.as.ts',
  'core/read/engine/{wasm,webassembly.d}.ts',
];

const holds = (pattern: string, path: string): boolean =>
  matchesGlob(path, pattern.endsWith('.ts') ? pattern : `${pattern}/**/*.ts`);

const isOf = (mutate: readonly string[], path: string): boolean =>
  mutate.some(one => holds(one, path)) && !mutate.some(one => one.startsWith('!') && holds(one.slice(1), path));

test('every file of the core is of an area of mutation testing', () => {
  const files = globSync('core/**/*.ts');
  expect(files.length).toBeGreaterThan(300);
  const found = files.filter(
    path => !left.some(one => matchesGlob(path, one)) && !Object.values(areas).some(({ mutate }) => isOf(mutate, path)),
  );
  expect(found).toEqual([]);
});

test.each(Object.entries(areas))('the area %s names what is there', (_, { mutate, tests }) => {
  expect(tests.filter(path => !existsSync(path))).toEqual([]);
  const names = mutate.map(one => one.replace('!', ''));
  expect(names.filter(one => !existsSync(one) && globSync(one).length === 0)).toEqual([]);
});

test.each(Object.entries(areas))('no test of the area %s needs vitest’s own worker', (_, { tests }) => {
  expect(tests.filter(path => /\bvi\./.test(readFileSync(path, 'utf8')))).toEqual([]);
});
