/**
 * The queries of `tripline hunt`, judged by Trino itself, of which Athena is made: `npm run trino`. It needs Java 17 and Maven, which
 * fetches Trino (once, some 300 MB). Ends with 1 where a record that a rule asks for is not found.
 */
import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';

import { at, type Json, type JsonObject } from '../../core/json.ts';
import { literal, quoted, trailColumns, trailDocuments } from '../../core/targets/sql/place.ts';
import { detections } from '../../detections/index.ts';
import type { Database } from '../targets/database.ts';
import { judged, layouts } from '../targets/hunting.ts';
import { exampleEvents, generated, recordedEvents, take } from '../targets/soundness.ts';

const here = import.meta.dirname;
const has = (command: string, ...args: readonly string[]): boolean => spawnSync(command, args).status === 0;

/** A structure's members, lower-cased as the table has them. */
interface Row {
  readonly [name: string]: Row | string;
}

/** Columns of text and of structures, with the path of each member in a record. */
const shape = (): Row => {
  const root: { [name: string]: Row | string } = {};
  for (const path of trailColumns.keys()) {
    const names = path.split('.');
    let row = root;
    for (const name of names.slice(0, -1)) {
      const inner = row[name.toLowerCase()] ?? {};
      row[name.toLowerCase()] = inner;
      row = inner as { [name: string]: Row | string }; // no member is both a text and a structure
    }
    row[(names.at(-1) ?? '').toLowerCase()] = path;
  }
  return root;
};
const columns = shape();

const typeOf = (row: Row | string): string =>
  typeof row === 'string'
    ? 'varchar'
    : `ROW(${Object.entries(row)
        .map(([name, inner]) => `"${name}" ${typeOf(inner)}`)
        .join(', ')})`;

const asText = (value: Json | undefined): string | null =>
  value === undefined || value === null ? null : String(value);
const columnOf = (row: Row | string, record: JsonObject): Json =>
  typeof row === 'string'
    ? asText(at(record, ...row.split('.')))
    : Object.fromEntries(Object.entries(row).map(([name, inner]) => [name, columnOf(inner, record)]));

const nullable = (text: string | null): string =>
  text === null ? 'CAST(NULL AS varchar)' : `CAST(${literal(text)} AS varchar)`;

const expression = (row: Row | string, record: JsonObject): string => {
  const value = columnOf(row, record);
  if (typeof row === 'string') return nullable(value as string | null); // as `columnOf` gives it
  return `CAST(json_parse(${literal(JSON.stringify(value))}) AS ${typeOf(row)})`;
};

/** Trino in a process of its own. */
const trino = async (): Promise<Database> => {
  const build = spawnSync(
    'mvn',
    ['-q', '-B', 'compile', 'dependency:build-classpath', '-Dmdep.outputFile=target/classpath'],
    { cwd: here, stdio: ['ignore', 'inherit', 'inherit'] },
  );
  if (build.status !== 0) throw new Error('Maven could not build test/trino: see above');
  const classes = `target/classes:${spawnSync('cat', ['target/classpath'], { cwd: here }).stdout}`;
  const java = spawn('java', ['-cp', classes, 'Statements'], { cwd: here, stdio: ['pipe', 'pipe', 'ignore'] });
  const answers = createInterface({ input: java.stdout })[Symbol.asyncIterator]();
  const execute = async (sql: string): Promise<readonly string[]> => {
    java.stdin.write(`${Buffer.from(sql).toString('base64')}\n`);
    const { value, done } = await answers.next();
    if (done === true) throw new Error('Trino ended');
    const decoded = (text: string): string => Buffer.from(text, 'base64').toString();
    if (value.startsWith('!')) throw new Error(`${decoded(value.slice(1))}\n${sql.slice(0, 2_000)}`);
    return value === '' ? [] : value.split(',').map(decoded);
  };
  const schema = ['memory', 'default'];
  /** It takes no `CREATE TABLE` but of what a query gives. */
  const fill = async (name: string, names: readonly string[], rows: readonly string[]): Promise<void> => {
    const table = `"memory"."default"."${name}"`;
    for (let from = 0; from < rows.length; from += 50) {
      const values = `VALUES ${rows.slice(from, from + 50).join(', ')}`;
      const head = from === 0 ? `CREATE TABLE ${table} AS` : `INSERT INTO ${table}`;
      await execute(`${head} SELECT * FROM (${values}) AS rows (${names.map(quoted).join(', ')})`);
    }
  };
  return {
    dialect: 'trino',
    schema,
    records: (name, records) =>
      fill(
        name,
        ['record'],
        records.map(record => `(${nullable(JSON.stringify(record))})`),
      ),
    trail: (name, records) => {
      const documents = [...trailDocuments];
      const all = Object.entries(columns);
      const names = ['$path', ...all.map(([column]) => column), ...documents.map(one => one.toLowerCase())];
      const rows = records.map((record, place) => {
        const values = [
          nullable(String(place)),
          ...all.map(([, row]) => expression(row, record)),
          ...documents.map(name => nullable(record[name] ? JSON.stringify(record[name]) : null)),
        ];
        return `(${values.join(', ')})`;
      });
      return fill(name, names, rows);
    },
    rows: async sql => (await execute(sql)).map(value => [value]),
    close: async () => void java.stdin.end(),
  };
};

const run = async (): Promise<number> => {
  if (!has('java', '-version') || !has('mvn', '-version')) {
    console.log('skipped: java 17 and mvn are not both installed here');
    return 0;
  }
  const db = await trino();
  const examples = exampleEvents(detections);
  let code = 0;
  for (const told of layouts)
    for (const [what, events, settings] of [
      ['examples', examples, exampleSettings],
      ['examples, settings that say nothing', examples, defineConfig({})],
      ['generated events', [...take(1_000, generated(examples, 1))], exampleSettings],
      ['recorded events', (recordedEvents() ?? []).filter((_, index) => index % 5 === 0), exampleSettings],
    ] as const) {
      const { lost, held, found, of } = await judged(db, told, events, settings);
      console.log(
        `${told.source}, ${told.kind}, ${what}: of ${of} ${found} found, ${held} asked for, ${lost.length} lost`,
      );
      for (const one of lost.slice(0, 3)) console.log(JSON.stringify(one));
      if (lost.length > 0) code = 1;
    }
  await db.close();
  return code;
};

process.exitCode = await run();
