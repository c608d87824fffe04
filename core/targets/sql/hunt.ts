import type { AnyDetection, AnyKnowledge } from '../../detection.ts';
import type { Source } from '../../event.ts';
import { loadPattern } from '../../pattern/load.ts';
import type { Settings } from '../../settings.ts';
import { type Clause, pathOf, reduce } from '../clause.ts';
import { clausesOf } from '../derive.ts';
import { needsOf } from '../needs.ts';
import { conditionAt } from './condition.ts';
import { type Layout, literal, quoted } from './place.ts';

/** What one detection (or knowledge) asks of the table. */
export interface HuntRule {
  readonly id: string;
  /** The condition that its records meet; 'true': any record may be one. */
  readonly where: string;
  /** Members of which it asks something that the table or SQL has no words for: more is found for it. */
  readonly leftOut: readonly string[];
}

export interface Hunt {
  /**
   * Queries that Athena takes, one where there is room: for every record that a rule is about the condition of one of them is true, and
   * for some records that of several.
   */
  readonly queries: readonly string[];
  readonly rules: readonly HuntRule[];
}

/** What is asked of which table. */
export interface Asked {
  readonly source: Source;
  readonly layout: Layout;
  /** Trino is what Athena is made of. Default: Trino's. */
  readonly dialect?: 'trino' | 'postgresql';
  /** The table's name in its parts. */
  readonly table: readonly string[];
  /** ISO 8601; from the first on, before the second. */
  readonly from?: string;
  readonly to?: string;
}

/** The longest query that Athena takes, in bytes (Amazon Athena User Guide, "Service Quotas"). */
export const longestQuery = 262_144;
/** Bytes of it that are left to comments, of which whoever shows a query puts some before it. */
const commentRoom = 8_192;

/**
 * A query for the records of a table that rules may be about: what they ask, with what their facts need of a record and what shows
 * it (`Fact.signs`), as far as SQL can say it. It finds more, never less: `tripline scan` of what it finds is what decides.
 * @throws where what one rule asks is longer than Athena takes
 */
export const hunt = (rules: readonly (AnyDetection | AnyKnowledge)[], settings: Settings, asked: Asked): Hunt => {
  const { source, layout, dialect = 'trino', table, from, to } = asked;
  const needs = needsOf(source, settings, true);
  const own = rules
    .filter(({ on }) => on === source)
    .map(({ id, when }) => ({ id, clauses: clausesOf(loadPattern(when), needs) }));
  const sayable = (clause: Clause): Clause =>
    new Map([...clause].filter(([path, tests]) => (said(layout, path, tests) ?? 'true') !== 'true'));
  const lines = linesOf(reduce(own.flatMap(({ clauses }) => clauses.map(sayable))), layout);
  const between = [
    ...(from === undefined ? [] : [`${layout.time} >= ${literal(from)}`]),
    ...(to === undefined ? [] : [`${layout.time} < ${literal(to)}`]),
  ];
  const queryOf = (some: readonly string[]): string => {
    const where = dialect === 'trino' ? inParts(some) : anyOf(some);
    const condition = [...between, `(${where})`].join('\n  AND ');
    return [
      `SELECT ${layout.select}`,
      `FROM ${layout.from(table.map(quoted).join('.'), condition)}`,
      `WHERE ${condition}`,
      ...(layout.ending === '' ? [] : [layout.ending]),
    ].join('\n');
  };
  const whole = queryOf(lines);
  const bytes = Buffer.byteLength(whole);
  const most = longestQuery - commentRoom;
  const besides = bytes - lines.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
  const queries = bytes <= most ? [whole] : inRooms(lines, most - besides).map(queryOf);
  const longest = Math.max(...queries.map(query => Buffer.byteLength(query)));
  if (longest > longestQuery)
    throw new Error(
      `a query has ${longest} bytes, Athena takes ${longestQuery}: what one detection asks has no room in one; name fewer things in the settings (--settings)`,
    );
  return {
    queries,
    rules: own.map(({ id, clauses }) => ({
      id,
      where: anyOf(linesOf(reduce(clauses.map(sayable)), layout)),
      leftOut: [
        ...new Set(
          clauses.flatMap(clause =>
            [...clause].flatMap(([path, tests]) => (said(layout, path, tests) ? [] : [pathOf(path).join('.')])),
          ),
        ),
      ].toSorted(),
    })),
  };
};

const said = (layout: Layout, path: string, tests: Parameters<typeof conditionAt>[1]): string | undefined => {
  const place = layout.place(pathOf(path));
  return place === undefined ? undefined : conditionAt(place, tests);
};

/** What each clause asks; '' where it asks nothing. */
const linesOf = (clauses: readonly Clause[], layout: Layout): readonly string[] =>
  clauses.map(clause => [...clause].flatMap(([path, tests]) => said(layout, path, tests) ?? []).join(' AND '));

/** One clause a line; where one asks nothing: any record. */
const anyOf = (lines: readonly string[]): string => {
  if (lines.length === 0) return 'false';
  return lines.includes('') ? 'true' : lines.map(line => `(${line})`).join('\n    OR ');
};

/** Lines in their order, so many together as have room; one that has none by itself stands alone. @param room bytes */
const inRooms = (lines: readonly string[], room: number): readonly (readonly string[])[] => {
  const rooms: string[][] = [];
  let left = 0;
  for (const line of lines) {
    const bytes = Buffer.byteLength(line);
    if (rooms.length === 0 || bytes > left) {
      rooms.push([]);
      left = room;
    }
    rooms.at(-1)?.push(line);
    left -= bytes;
  }
  return rooms;
};

/** Characters of a condition that Trino compiles in one piece: it takes twice as many, and not four times ("maximum filters"). */
const longestPart = 12_000;

/** The same, cut into parts that Trino compiles one by one, as it does the body of a lambda. */
const inParts = (lines: readonly string[]): string => {
  if (lines.includes('') || lines.join('').length <= longestPart) return anyOf(lines);
  const parts: string[][] = [];
  let room = 0;
  for (const line of lines) {
    if (line.length > room) {
      parts.push([]);
      room = longestPart;
    }
    parts.at(-1)?.push(line);
    room -= line.length;
  }
  return parts.map(part => `any_match(ARRAY[true], yes -> yes AND (${anyOf(part)}))`).join('\n    OR ');
};
