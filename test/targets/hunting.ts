import type { AnyEvent, Source } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { at, type Json, type JsonObject } from '../../core/json.ts';
import { hunt } from '../../core/targets/sql/hunt.ts';
import { athenaTrail, type Layout, oneText, trailColumns, wholeRecords } from '../../core/targets/sql/place.ts';
import { detections, knowledge } from '../../detections/index.ts';
import type { Database } from './database.ts';
import { asks } from './soundness.ts';

const rules = [...detections, ...knowledge];

const recordOf = (event: AnyEvent): JsonObject => event.record as unknown as JsonObject; // records are JSON objects

/** PostgreSQL's text has no such character, and no record here needs one. */
export const isText = (record: JsonObject): boolean => !JSON.stringify(record).includes('\\u0000');

/** Whether a table of text columns holds a record's members as they are: one text, `true` or `false` each, or none. */
export const isTabular = (record: JsonObject, paths: readonly (readonly string[])[]): boolean =>
  paths.every(path => {
    const value = at(record, ...path);
    const isInside = path.slice(0, -1).every((_, length) => {
      const outer = at(record, ...path.slice(0, length + 1));
      return outer === undefined || (typeof outer === 'object' && outer !== null && !Array.isArray(outer));
    });
    return isInside && (value === undefined || typeof value === 'string' || typeof value === 'boolean');
  });

/** EC2's sessions are: mutations may name them otherwise. */
const isNamedByInstance = (record: JsonObject): boolean =>
  at(record, 'userIdentity', 'inScopeOf', 'issuerType') !== 'AWS::EC2::Instance' ||
  String(at(record, 'userIdentity', 'arn')).includes('/i-');

export interface Told {
  readonly source: Source;
  readonly layout: Layout;
  readonly kind: 'trail' | 'records';
  /** Members that are columns of text, which the record must say as such. */
  readonly paths: readonly (readonly string[])[];
}
export const layouts: readonly Told[] = [
  {
    source: 'cloudtrail',
    layout: athenaTrail,
    kind: 'trail',
    paths: [...trailColumns.keys()].map(path => path.split('.')),
  },
  ...(['cloudtrail', 'kubernetes'] as const).map(
    (source): Told => ({
      source,
      layout: wholeRecords(source, 'record'),
      kind: 'records',
      paths: oneText,
    }),
  ),
];

let tables = 0;
/** What a hunt found among some events. */
export interface Judged {
  /** Rules' `when` holds for them, and the query does not find them. */
  readonly lost: readonly { readonly ids: readonly string[]; readonly record: unknown }[];
  readonly held: number;
  readonly found: number;
  readonly of: number;
}

/** Of some events, those that a rule's `when` holds for and a table's query does not find; how many it finds, and how many hold. */
export const judged = async (
  db: Database,
  told: Told,
  some: readonly AnyEvent[],
  settings = exampleSettings,
): Promise<Judged> => {
  const { source, layout, kind, paths } = told;
  const events = some.filter(
    event =>
      event.source === source &&
      isText(recordOf(event)) &&
      isTabular(recordOf(event), paths) &&
      (kind === 'records' || isNamedByInstance(recordOf(event))),
  );
  const name = `t${tables++}`;
  await db[kind](name, events.map(recordOf));
  const { queries } = hunt(rules, settings, { source, layout, dialect: db.dialect, table: [...db.schema, name] });
  const key = (event: AnyEvent, at: number): string =>
    kind === 'trail' ? String(at) : JSON.stringify(sorted(recordOf(event)));
  const found = new Set<string>();
  for (const sql of queries)
    for (const [first] of await db.rows(sql))
      found.add(kind === 'trail' ? String(first) : JSON.stringify(sorted(parsed(first))));
  const holding = rules.filter(({ on }) => on === source).map(rule => ({ id: rule.id, holds: asks(rule, settings) }));
  const held = events.flatMap((event, at) => {
    const ids = holding.filter(({ holds }) => holds(event)).map(({ id }) => id);
    return ids.length === 0 ? [] : [{ key: key(event, at), ids, event }];
  });
  return {
    lost: held.filter(one => !found.has(one.key)).map(({ ids, event }) => ({ ids, record: event.record })),
    held: held.length,
    found: found.size,
    of: events.length,
  };
};

/** One database gives back JSON, another its text. */
const parsed = (value: unknown): unknown => (typeof value === 'string' ? JSON.parse(value) : value);

const sorted = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, one]) => [name, sorted(one)]),
  );
};

/** `node test/targets/hunting.ts`: of 5,000 ordinary records of each source, how many rules ask for, and how many a hunt finds. */
if (import.meta.main) {
  const { ordinaryAudit, ordinaryTrail } = await import('../../bench/ordinary-log.ts');
  const { readCloudTrail } = await import('../../core/cloudtrail/read.ts');
  const { readAudit } = await import('../../core/kubernetes/read.ts');
  const { database } = await import('./database.ts');
  const place = { account: '111122223333', region: 'eu-west-1', cluster: 'prod' };
  // Records are JSON objects.
  const events = [
    ...ordinaryTrail(5_000).map(record => readCloudTrail(record as unknown as Json, place)),
    ...ordinaryAudit(5_000).map(record => readAudit(record as unknown as Json, place)),
  ].filter(one => 'record' in one);
  const db = await database();
  for (const told of layouts) {
    const { lost, held, found, of } = await judged(db, told, events);
    console.log(`${told.source}, ${told.kind}: of ${of} ${held} asked for, ${found} found, ${lost.length} lost`);
  }
  await db.close();
}
