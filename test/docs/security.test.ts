import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { granted, rowsOf } from '../grants.ts';

it('docs/security.md says of every function what it may do', () => {
  const page = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');
  const rows = page.split('\n').filter(line => /^\| `[\w-]+` \| `/.test(line));
  expect(rows).toEqual(rowsOf(granted()));
});
