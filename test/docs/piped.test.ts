import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { encoding: 'utf8' }).flatMap(name =>
    name.endsWith('.md') ? `docs/${name}` : [],
  ),
];

it('what a program reads comes from `npx tripline`: npm run writes two lines of its own before it', () => {
  const spoilt = pages.flatMap(page =>
    readFileSync(join(root, page), 'utf8')
      .split('\n')
      .filter(line => /npm run tripline -- (?:[^#`]*(?:[|>]|--(?:json|sarif|ocsf|policy|terraform)))/.test(line))
      .map(line => `${page}: ${line}`),
  );
  expect(spoilt).toEqual([]);
});
