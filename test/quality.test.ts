import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readFiles } from '../adapters/files.ts';
import { qualityOf, qualityPage } from '../bench/quality.ts';
import { coverageOf, coveragePage, judgements, recorded } from '../bench/stratus.ts';
import { compile } from '../core/compile.ts';
import { defineConfig } from '../core/config.ts';
import { exampleSettings } from '../core/example-settings.ts';
import { detections, knowledge } from '../detections/index.ts';
import { day } from '../examples/day/day.ts';
import { files, folder } from '../examples/day/write.ts';

const root = dirname(import.meta.dirname);

describe('the seeded day', () => {
  test('is what its generator makes', () => {
    const stale = [...files()].filter(
      ([path, text]) => gunzipSync(readFileSync(join(folder, path))).toString() !== text,
    );
    expect(stale.map(([path]) => path)).toEqual([]);
  });

  test('has over 20,000 ordinary events of which none is of severity high or above, and every incident is said', async () => {
    const quality = await qualityOf(day());
    const bare = await qualityOf(day(), defineConfig({}));
    expect(quality.ordinary).toBeGreaterThan(20_000);
    const loud = [...quality.rows, ...bare.rows].filter(one => one.false.high + one.false.critical > 0);
    expect(loud.map(one => one.detection)).toEqual([]);
    expect(quality.missed).toEqual([]);
    expect(readFileSync(join(root, 'docs/quality.md'), 'utf8'), "run 'npm run quality'").toBe(
      qualityPage(quality, bare),
    );
  });
});

describe.skipIf(!existsSync(recorded))('recorded events (skipped where ../shared/data is absent)', () => {
  test('every technique on this plane is detected, and every technique is judged', async () => {
    const found = await coverageOf();
    expect([...found.keys()].toSorted()).toEqual(Object.keys(judgements).toSorted());
    const silent = [...found].filter(([id, matches]) => judgements[id]?.scope === 'covered' && matches.length === 0);
    expect(silent.map(([id]) => id)).toEqual([]);
    const loud = [...found].filter(([id, matches]) => judgements[id]?.scope === 'outside' && matches.length > 0);
    expect(loud.map(([id]) => id)).toEqual([]);
    expect(readFileSync(join(root, 'docs/coverage.md'), 'utf8'), "run 'npm run coverage'").toBe(coveragePage(found));
  });

  test('ordinary recorded events make no finding of severity high or above', async () => {
    const match = compile(detections, knowledge, exampleSettings);
    const paths = ['audit2rbac-demo', 'rbac-tool-auditgen'].map(name => join(recorded, '..', name));
    let events = 0;
    const loud: string[] = [];
    for await (const reads of readFiles(paths, { place: { account: '', region: '', cluster: '' } }))
      for (const read of reads) {
        if (read.kind !== 'event') continue;
        events++;
        for (const one of match(read.event))
          if (one.observations === undefined && (one.severity === 'high' || one.severity === 'critical'))
            loud.push(one.detection);
      }
    expect(events).toBe(43);
    expect(loud).toEqual([]);
  });
});
