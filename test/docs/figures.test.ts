import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { detections } from '../../detections/index.ts';

it('README.md counts the detections as they are', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  expect(readme).toContain(`\n${detections.length} detections, each with`);
});
