import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineConfig } from '../../core/config.ts';
import type { AnyKnowledge } from '../../core/detection.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { JsonObject } from '../../core/json.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import { match } from '../../core/pattern/match.ts';
import type { Group } from '../../core/pattern/node.ts';
import type { Settings } from '../../core/settings.ts';
import { pathOf } from '../../core/targets/clause.ts';
import { clausesOf } from '../../core/targets/derive.ts';
import { conditionAt } from '../../core/targets/sql/condition.ts';
import { hunt, longestQuery } from '../../core/targets/sql/hunt.ts';
import { athenaTrail, type Layout, wholeRecords } from '../../core/targets/sql/place.ts';
import { detections, knowledge } from '../../detections/index.ts';
import { eventFor, patterns } from '../pattern/arbitraries.ts';
import { type Database, database } from './database.ts';
import { isText } from './hunting.ts';

const numRuns = Number(process.env['RUNS'] ?? 200);

let db: Database;
beforeAll(async () => {
  db = await database();
}, 60_000);
afterAll(() => db.close());

describe('a condition in SQL', () => {
  /** Everything lies in one column of JSON. */
  const layout: Layout = {
    ...wholeRecords('cloudtrail', 'record'),
    place: path => ({ is: 'json', column: '"record"', path }),
  };
  /** The condition of a pattern; undefined where any record may be meant. */
  const conditionOf = (pattern: Group, { place }: Layout = layout): string | undefined => {
    const lines = clausesOf(pattern, () => undefined).map(clause =>
      [...clause].flatMap(([path, tests]) => {
        const at = place(pathOf(path));
        return at === undefined ? [] : (conditionAt(at, tests) ?? []);
      }),
    );
    return lines.some(line => line.length === 0)
      ? undefined
      : lines.map(line => `(${line.join(' AND ')})`).join(' OR ');
  };
  const isFound = async (record: JsonObject, where: string): Promise<boolean> => {
    const text = JSON.stringify(record).replaceAll("'", "''");
    const from = `(SELECT *, "record"->>'a' AS a FROM (SELECT '${text}'::jsonb AS "record") AS one) AS two`;
    return (await db.rows(`SELECT 1 FROM ${from} WHERE ${where}`)).length === 1;
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
          const where = conditionOf(loaded);
          if (where === undefined) unsaid++;
          else expect(await isFound(record, where), `${JSON.stringify(data)} ${where}`).toBe(true);
        },
      ),
      { numRuns: 10 * numRuns },
    );
    expect(matched).toBeGreaterThan(numRuns);
    expect(unsaid).toBeLessThan(matched / 2);
  });

  /** A column of text, and a member of JSON. */
  const inText: Layout = { ...layout, place: () => ({ is: 'text', column: 'a' }) };
  it.each<[JsonObject, readonly unknown[], readonly unknown[]]>([
    [{ a: ['x'] }, ['x'], ['X', 'xy', '', undefined]],
    [{ a: ["it's", 'x'] }, ["it's", 'x'], ['its', undefined]],
    [{ a: [{ prefix: 'ab' }] }, ['ab', 'abc'], ['xab', 'Ab', undefined]],
    [{ a: [{ prefix: 'a%_!' }] }, ['a%_!', 'a%_!c'], ['abcd', 'a%__', undefined]],
    [{ a: [{ prefix: { 'equals-ignore-case': 'AB' } }] }, ['abc', 'aB'], ['xab', undefined]],
    [{ a: [{ suffix: 'bc' }] }, ['bc', 'abc'], ['bcd', 'ABC', undefined]],
    [{ a: [{ suffix: { 'equals-ignore-case': 'bC' } }] }, ['aBc'], ['bcd', undefined]],
    [{ a: [{ 'equals-ignore-case': 'Ab' }] }, ['ab', 'AB'], ['abc', undefined]],
    [{ a: [{ wildcard: 'a*c*e' }] }, ['ace', 'abcde'], ['xace', 'acex', 'aec', undefined]],
    [{ a: [{ wildcard: '*c*' }] }, ['c', 'abcde'], ['abde', undefined]],
    [{ a: [{ 'anything-but': ['x', 'y'] }] }, ['z', ''], ['x', 'y', undefined]],
    [{ a: [{ exists: true }] }, ['x', ''], [undefined]],
    [{ a: [{ exists: false }] }, [undefined], ['x', '']],
    [{ a: [{ exists: false }, 'x'] }, [undefined, 'x'], ['y']],
    [{ a: [true] }, [true], [false, undefined]],
    [{ a: ['x', null] }, ['x'], ['y']],
    [{ a: [{ 'anything-but': ['x', 'q"'] }] }, ['z'], [undefined]],
  ])('%j holds for %j and not for %j, in columns of text and in JSON', async (data, found, not) => {
    for (const where of [conditionOf(loadPattern(data)), conditionOf(loadPattern(data), inText)]) {
      const finds = (a: unknown) => isFound((a === undefined ? {} : { a }) as JsonObject, where ?? 'no condition');
      for (const value of found) expect(await finds(value), `${value} ${where}`).toBe(true);
      for (const value of not) expect(await finds(value), `${value} ${where}`).toBe(false);
    }
  });

  it.each<[JsonObject, readonly JsonObject[], readonly JsonObject[]]>([
    [{ a: { b: ['x'] } }, [{ a: [{ b: 'y' }, { b: ['x'] }] }, { a: [[{ b: [['x']] }]] }], [{ b: 'x' }, { a: 'x' }]],
    [{ a: [403] }, [{ a: 403 }, { a: [1, 403] }], [{ a: 401 }, { a: '403' }, {}]],
    [{ a: [{ numeric: ['>=', 400, '<', 500] }] }, [{ a: 400 }, { a: 499.5 }], [{ a: 399 }, { a: 501 }, { a: '450' }]],
    [{ a: [{ numeric: ['>', 5] }] }, [{ a: 6 }], [{ a: 4 }, { a: 'x' }, {}]],
    [{ a: [{ numeric: ['<', 5] }] }, [{ a: -4 }], [{ a: 6 }, {}]],
    [{ a: [null] }, [{ a: null }], [{ a: 'x' }, {}]],
    [{ a: [{ 'anything-but': 'x' }] }, [{ a: 5 }, { a: null }, { a: ['x', 'y'] }], [{ a: 'x' }, { a: ['x'] }, {}]],
    [{ a: [{ exists: false }] }, [{ a: { b: 'x' } }, { a: [] }], [{ a: ['x'] }, { a: [['x']] }, { a: null }]],
    [{ a: [{ exists: true }] }, [{ a: [0] }], [{ a: [] }]],
    [{ 'a.b': { "c'd": ['x'] } }, [{ 'a.b': { "c'd": 'x' } }], [{ a: { b: 'x' } }]],
    [{ a: ['q"\\ü'] }, [{ a: 'q"\\ü' }], [{ a: 'vu' }, { a: 'x' }]],
    [{ a: [{ matches: '^i-[0-9]+$' }] }, [{ a: 'i-1' }], [{ a: 'vol-1' }]],
    [
      { a: ['x'], $or: [{ b: ['y'] }, { c: ['z'] }] },
      [
        { a: 'x', b: 'y' },
        { a: 'x', c: 'z' },
      ],
      [{ a: 'x' }, { b: 'y' }],
    ],
  ])('%j holds for %j and not for %j', async (data, found, not) => {
    const where = conditionOf(loadPattern(data)) ?? 'no condition';
    for (const record of found) expect(await isFound(record, where), JSON.stringify(record)).toBe(true);
    for (const record of not) expect(await isFound(record, where), JSON.stringify(record)).toBe(false);
  });

  it.each<JsonObject>([
    { a: [{ cidr: '10.0.0.0/8' }] },
    { a: [{ equalsField: ['b'] }] },
    { a: [{ matches: 'x' }] },
    { 'a"b': ['x'] },
    { a: { 'b"c': ['x'] } },
  ])('%j is nothing that can be asked', data => {
    expect(conditionOf(loadPattern(data))).toBeUndefined();
  });

  it.each<JsonObject>([
    { a: [5] },
    { a: [{ numeric: ['>', 5] }] },
  ])('%j is nothing that a column of text can be asked', data => {
    expect(conditionOf(loadPattern(data), inText)).toBeUndefined();
  });

  it('of what may be there or not is met by any record', () => {
    expect(conditionOf(loadPattern({ a: [{ exists: true }, 'x', { exists: false }] }), inText)).toBe('(true)');
  });

  it('of a member that the table lacks is asked where its value shows', () => {
    const place = athenaTrail.place(['userIdentity', 'inScopeOf', 'issuerType']);
    if (place === undefined) throw new Error('it has no place');
    expect(conditionAt(place, [{ is: 'equal', value: 'AWS::EC2::Instance' }])).toBe("useridentity.arn LIKE '%/i-%'");
    expect(conditionAt(place, [{ is: 'equal', value: 'AWS::Lambda::Function' }])).toBeUndefined();
    expect(conditionAt(place, [{ is: 'exists' }])).toBeUndefined();
  });
});

describe('a query', () => {
  const all = (table: string, settings = exampleSettings) =>
    hunt([...detections, ...knowledge], settings, {
      source: 'kubernetes',
      layout: wholeRecords('kubernetes', 'record'),
      table: [table],
    });

  it('is cut into parts that Trino compiles one by one, and says the same', () => {
    const [sql = ''] = all('t').queries;
    const plain =
      hunt([...detections, ...knowledge], exampleSettings, {
        ...{ source: 'kubernetes', layout: wholeRecords('kubernetes', 'record'), table: ['t'], dialect: 'postgresql' },
      }).queries[0] ?? '';
    const parts = sql.split('any_match(ARRAY[true], yes -> yes AND (').slice(1);
    expect(parts.length).toBeGreaterThan(5);
    for (const part of parts) expect(part.length).toBeLessThan(13_000);
    const bare = (text: string): string =>
      text.replaceAll('any_match(ARRAY[true], yes -> yes AND (', '').replaceAll(/[()\s]/g, '');
    expect(bare(sql)).toBe(bare(plain));
  });

  const accounts = (length: number) =>
    defineConfig({
      controllers: [
        {
          kind: 'karpenter',
          serviceAccounts: Array.from(
            { length },
            (_, at) => `system:serviceaccount:team-${at}:controller-of-everything`,
          ),
        },
      ],
    });

  it('that Athena would not take is several, each of which it takes, that ask the same together', () => {
    const { queries } = all('t', accounts(900));
    expect(queries.length).toBeGreaterThan(2);
    for (const sql of queries) expect(Buffer.byteLength(sql)).toBeLessThan(longestQuery - 8_000);
    const clauses = (settings: Settings): readonly string[] =>
      hunt([...detections, ...knowledge], settings, {
        ...{ source: 'kubernetes', layout: wholeRecords('kubernetes', 'record'), table: ['t'], dialect: 'postgresql' },
      }).queries.flatMap(sql => sql.slice(sql.indexOf('WHERE (') + 7, -1).split('\n    OR '));
    const many = clauses(accounts(900));
    expect(new Set(many).size).toBe(many.length);
    expect(many.length).toBe(clauses(accounts(2)).length);
  });

  it('of which one clause alone is longer than Athena takes is refused', () => {
    const names = Array.from({ length: 900 }, (_, at) => `${at}-${'long'.repeat(75)}`);
    const rule: AnyKnowledge = {
      ...{ id: 'knowledge/long', on: 'kubernetes', doc: 'Long.', observe: () => [] },
      when: { user: { username: names } },
    };
    const asked = { source: 'kubernetes', layout: wholeRecords('kubernetes', 'record'), table: ['t'] } as const;
    expect(() => hunt([rule], exampleSettings, asked)).toThrow(/a query has \d+ bytes, Athena takes 262144/);
  });
});
