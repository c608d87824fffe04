import { PGlite } from '@electric-sql/pglite';
import { at, type Json, type JsonObject } from '../../core/json.ts';
import { trailColumns, trailDocuments } from '../../core/targets/sql/place.ts';

/** Where queries are tried. */
export interface Database {
  readonly dialect: 'trino' | 'postgresql';
  /** What stands before a table's name. */
  readonly schema: readonly string[];
  /** A table whose column `record` holds each record whole. */
  records(name: string, records: readonly JsonObject[]): Promise<void>;
  /** A table like the one that CloudTrail's console makes in Athena, each record an object of its own, named by its place. */
  trail(name: string, records: readonly JsonObject[]): Promise<void>;
  /** Rows of a query, in its order of columns. */
  rows(sql: string): Promise<readonly (readonly unknown[])[]>;
  close(): Promise<void>;
}

const quoted = (name: string): string => `"${name}"`;

/** A member of a structure is a column of its own here, of the same name. */
const flat = (sql: string): string => sql.replaceAll(/\buseridentity(?:\.[a-z0-9]+)+/g, quoted);

/** As the SerDe of that table gives a member: null where the record says nothing, or null. */
const asText = (value: Json | undefined): string | null =>
  value === undefined || value === null ? null : String(value);
const asDocument = (value: Json | undefined): string | null =>
  value === undefined || value === null ? null : JSON.stringify(value);

/** PostgreSQL in this process (PGlite): it reads the SQL/JSON of the standard, as Trino does, of which Athena is made. */
export const database = async (): Promise<Database> => {
  const db = await PGlite.create();
  /** @param rows objects with a text, or null, for each column */
  const fill = async (name: string, columns: readonly string[], rows: readonly JsonObject[]): Promise<void> => {
    await db.exec(`CREATE TABLE "${name}" (${columns.map(column => `${quoted(column)} text`).join(', ')})`);
    const picked = columns.map(column => `row->>'${column}'`).join(', ');
    await db.query(`INSERT INTO "${name}" SELECT ${picked} FROM json_array_elements($1::json) AS rows(row)`, [
      JSON.stringify(rows),
    ]);
  };
  return {
    dialect: 'postgresql',
    schema: [],
    records: async (name, records) => {
      await fill(
        name,
        ['record'],
        records.map(record => ({ record: JSON.stringify(record) })),
      );
      await db.exec(`ALTER TABLE "${name}" ALTER COLUMN record TYPE jsonb USING record::jsonb`);
    },
    trail: async (name, records) => {
      const columns = [...trailColumns].map(([path, column]) => ({ path: path.split('.'), column, as: asText }));
      const documents = [...trailDocuments].map(path => ({ path: [path], column: path.toLowerCase(), as: asDocument }));
      const all = [...columns, ...documents];
      await fill(
        name,
        ['$path', ...all.map(({ column }) => column)],
        records.map((record, place) => ({
          $path: String(place),
          ...Object.fromEntries(all.map(({ path, column, as }) => [column, as(at(record, ...path))])),
        })),
      );
      for (const { column } of documents)
        await db.exec(`ALTER TABLE "${name}" ALTER COLUMN ${column} TYPE jsonb USING ${column}::jsonb`);
    },
    rows: async sql => (await db.query<unknown[]>(flat(sql), [], { rowMode: 'array' })).rows,
    close: () => db.close(),
  };
};
