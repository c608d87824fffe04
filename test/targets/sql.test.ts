import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { match } from '../../core/pattern/match.ts';
import { pathOf } from '../../core/targets/clause.ts';
import { clausesOf } from '../../core/targets/derive.ts';
import { conditionAt } from '../../core/targets/sql/condition.ts';
import { type Layout, wholeRecords } from '../../core/targets/sql/place.ts';
import { detections } from '../../detections/index.ts';
import { eventFor, patterns } from '../pattern/arbitraries.ts';
import { type Database, database } from './database.ts';
import { isText, judged, layouts } from './hunting.ts';
import { exampleEvents, generated, recordedEvents, take } from './soundness.ts';

const numRuns = Number(process.env['RUNS'] ?? 200);
const examples = exampleEvents(detections);

let db: Database;
beforeAll(async () => {
  db = await database();
}, 60_000);
afterAll(() => db.close());

describe.each(layouts.map(told => ({ name: `${told.source}, ${told.kind}`, told })))('a hunt in $name', ({ told }) => {
  it('finds every example that a rule asks for', async () => {
    for (const settings of [exampleSettings, defineConfig({})]) {
      const { lost, held } = await judged(db, told, examples, settings);
      expect(lost).toEqual([]);
      expect(held).toBeGreaterThan(100);
    }
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

describe('a condition in SQL', () => {
  /** Everything lies in one column of JSON. */
  const layout: Layout = {
    ...wholeRecords('cloudtrail', 'record'),
    place: path => ({ is: 'json', column: '"record"', path }),
  };
  /** Lists in lists in lists, into which no path looks. */
  const isDeep = (value: unknown, lists = 0): boolean => {
    if (typeof value !== 'object' || value === null) return false;
    const depth = Array.isArray(value) ? lists + 1 : 0;
    return depth > 2 || Object.values(value).some(one => isDeep(one, depth));
  };
  it('holds for every record that its pattern matches', async () => {
    let matched = 0;
    let unsaid = 0;
    await fc.assert(
      fc.asyncProperty(
        patterns.chain(({ data, loaded }) => fc.tuple(fc.constant({ data, loaded }), eventFor(data))),
        async ([{ data, loaded }, record]) => {
          if (isDeep(record) || !isText(record) || !match(loaded, record)) return;
          matched++;
          const clauses = clausesOf(loaded, () => undefined);
          const lines = clauses.map(clause =>
            [...clause].flatMap(([path, tests]) => {
              const place = layout.place(pathOf(path));
              return place === undefined ? [] : (conditionAt(place, tests) ?? []);
            }),
          );
          if (lines.some(line => line.length === 0)) {
            unsaid++;
            return;
          }
          const where = lines.map(line => `(${line.join(' AND ')})`).join(' OR ');
          const text = JSON.stringify(record).replaceAll("'", "''");
          const rows = await db.rows(`SELECT 1 FROM (SELECT '${text}'::jsonb AS "record") AS one WHERE ${where}`);
          expect(rows, `${JSON.stringify(data)} ${where}`).toHaveLength(1);
        },
      ),
      { numRuns: 10 * numRuns },
    );
    expect(matched).toBeGreaterThan(numRuns);
    expect(unsaid).toBeLessThan(matched / 2);
  });
});
