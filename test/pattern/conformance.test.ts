import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compilePattern } from '../../core/pattern/compile.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import { match } from '../../core/pattern/match.ts';

/** Verdicts of aws/event-ruler; not part of the project. */
const file = new URL('../../../shared/data/eventbridge/conformance.jsonl', import.meta.url);

test.skipIf(!existsSync(file))("every verdict of AWS's engine is ours (skipped where ../shared/data is absent)", () => {
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const wrong = lines.filter(line => {
    const { pattern, event, matches } = JSON.parse(line);
    const loaded = loadPattern(pattern);
    return match(loaded, event) !== matches || compilePattern(loaded)({ record: event }) !== matches;
  });
  expect(lines).toHaveLength(1200);
  expect(wrong).toEqual([]);
});
