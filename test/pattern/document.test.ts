import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compilePattern } from '../../core/pattern/compile.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import { match } from '../../core/pattern/match.ts';
import { operators } from '../../core/pattern/operators.ts';

const page = readFileSync(new URL('../../docs/language.md', import.meta.url), 'utf8');
const cases = [...page.matchAll(/```jsonl\n([\s\S]*?)```/g)].flatMap(([, block = '']) => block.trim().split('\n'));

test.each(cases)('docs/language.md is true: %s', line => {
  const { pattern, event, matches } = JSON.parse(line);
  const loaded = loadPattern(pattern);
  expect(match(loaded, event)).toBe(matches);
  expect(compilePattern(loaded)({ record: event })).toBe(matches);
});

test.each([...operators.keys(), '$or', 'fact'])('docs/language.md has a case of %s', name => {
  expect(cases.some(line => line.includes(`"${name}"`))).toBe(true);
});
