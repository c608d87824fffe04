import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { checkRules } from '../../cli/generate-rules.ts';
import type { AnyDetection } from '../../core/detection.ts';
import { loadDetection } from '../../core/load.ts';
import { judge, unproved, whyOf } from '../catalogue.ts';

const root = mkdtempSync(join(tmpdir(), 'tripline-writing-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The rules of the page, each written to the path in its first line. */
const paths = [
  ...readFileSync('docs/writing.md', 'utf8').matchAll(/^```ts\n(\/\/ (detections\/.+)\n[\s\S]*?)^```$/gm),
].map(([, text = '', path = '']) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text.replaceAll("'../../core/", `'${resolve('core')}/`));
  return path.replace(/^detections\/(.+)\.ts$/, '$1');
});

test('the page has rules of both sources, stateful ones too', () => {
  expect(paths).toHaveLength(4);
  expect(new Set(paths.map(path => path.split('/')[0]))).toEqual(new Set(['cloudtrail', 'kubernetes']));
});

describe.each(paths)('%s, as docs/writing.md has it,', path => {
  test('loads', async () => {
    expect((await checkRules(root, [path]))[0]?.problems).toEqual([]);
  });

  test('matches and misses as its examples say, which prove every clause', async () => {
    const { detection } = (await import(pathToFileURL(join(root, `detections/${path}.ts`)).href)) as {
      detection: AnyDetection; // the test above says so where it is none
    };
    const loaded = loadDetection(detection);
    for (const example of detection.examples.matches) {
      const found = await judge(loaded, example);
      expect(found.length, `${example.name}: ${whyOf(detection, example)}`).toBeGreaterThan(0);
      if (example.severity !== undefined) expect(found.map(({ severity }) => severity)).toContain(example.severity);
    }
    for (const example of detection.examples.misses)
      expect(await judge(loaded, example), `${example.name}: ${whyOf(detection, example)}`).toEqual([]);
    expect(await unproved(detection)).toEqual([]);
  });
});
