import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { hunt } from '../../core/targets/sql/hunt.ts';
import { detections, knowledge } from '../../detections/index.ts';
import { type Database, database } from './database.ts';
import { judged, layouts } from './hunting.ts';
import { exampleEvents, generated, recordedEvents, take } from './soundness.ts';

const examples = exampleEvents(detections);

let db: Database;
beforeAll(async () => {
  db = await database();
}, 60_000);
afterAll(() => db.close());

/** So many clusters, with roles of their own. */
const fleetOf = (length: number) => {
  const names = Array.from({ length }, (_, at) => `prod-${at}`);
  return defineConfig({
    accounts: ['111122223333'],
    clusters: names.map(name => ({ name, nodeRoles: [`KarpenterNodeRole-${name}`, `nodes-of-${name}`] })),
    controllers: names.map(name => ({
      kind: 'karpenter' as const,
      cluster: name,
      roles: [`arn:aws:iam::111122223333:role/${name}-karpenter`],
    })),
  });
};

it('is one query where the settings name fifty clusters, with roles of their own', () => {
  for (const { source, layout } of layouts)
    expect(hunt([...detections, ...knowledge], fleetOf(50), { source, layout, table: ['t'] }).queries).toHaveLength(1);
});

describe.each(layouts.map(told => ({ name: `${told.source}, ${told.kind}`, told })))('a hunt in $name', ({ told }) => {
  it('finds every example that a rule asks for', async () => {
    for (const settings of [exampleSettings, defineConfig({})]) {
      const { lost, held } = await judged(db, told, examples, settings);
      expect(lost).toEqual([]);
      expect(held).toBeGreaterThan(100);
    }
  });

  it('finds as much where it takes several queries', async () => {
    const { source, layout } = told;
    const settings = fleetOf(120);
    const { queries } = hunt([...detections, ...knowledge], settings, { source, layout, table: ['t'] });
    expect(queries.length > 1).toBe(source === 'cloudtrail');
    const { lost, held } = await judged(db, told, examples, settings);
    expect(lost).toEqual([]);
    expect(held).toBeGreaterThan(100);
  });

  it('finds what a rule asks for among generated events, and not everything', async () => {
    const { lost, held, found, of } = await judged(db, told, [...take(2_000, generated(examples, 20_261_129))]);
    expect(lost).toEqual([]);
    expect(held).toBeGreaterThan(50);
    expect(found).toBeLessThan(of);
  });

  const recorded = recordedEvents();
  it.skipIf(recorded === undefined)('finds what a rule asks for among recorded events', async () => {
    const { lost, held } = await judged(db, told, recorded ?? []);
    expect(lost).toEqual([]);
    expect(held).toBeGreaterThan(0);
  });
});
