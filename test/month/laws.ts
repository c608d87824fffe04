import { fromItem } from '../../adapters/dynamodb.ts';
import { findingOf } from '../../core/findings/case.ts';
import { parseCase } from '../../core/findings/case-item.ts';
import { parseWindow } from '../../core/findings/window-item.ts';
import { retentionDays } from '../../core/tables.ts';
import { day } from '../../examples/day/random.ts';
import type { Database, Stored, TableName } from './database.ts';
import type { Stage } from './stage.ts';

/** How many items of a kind there are, and how large: bytes of all and of the largest. */
export interface Kind {
  count: number;
  bytes: number;
  largest: number;
  /** Which one that is. */
  name: string;
}

/** What lies in the tables at the end of a day. */
export interface Left {
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly wrong: readonly string[];
  readonly open: number;
  readonly cases: number;
}

const quarter = 15 * 60_000;
/** Of DynamoDB's 400 KB, a quarter: what a month makes must be far from it. */
const largest = 100 * 1_024;

/** `window`, `case`, `principal`, … in findings; the beginning of the key in state. */
const kindOf = (table: TableName, item: Stored): string => {
  const [pk = '', sk = ''] = [item['pk']?.S, item['sk']?.S];
  if (table === 'state') return `state ${pk.split('#')[0]}`;
  if (sk === 'case' || sk.startsWith('w#')) return sk === 'case' ? 'case' : 'window';
  return pk.split('#')[0] ?? '';
};

/** Bytes of names and values, as DynamoDB counts them but for a byte or two a value (Developer Guide, "Item sizes and formats"). */
const sizeOf = (value: unknown): number => {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (value instanceof Uint8Array) return value.length;
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + sizeOf(one), 0);
  if (typeof value !== 'object' || value === null) return 1;
  return Object.entries(value).reduce((sum, [name, one]) => sum + (name.length > 4 ? name.length : 0) + sizeOf(one), 0);
};

/** Measures both tables, and says what breaks the laws of a quiet moment: all was delivered, announced and swept. */
export const look = async (stage: Stage, database: Database): Promise<Left> => {
  const kinds = new Map<string, Kind>();
  const wrong: string[] = [];
  const findings = await database.items('findings');
  for (const [table, items] of [
    ['findings', findings],
    ['state', await database.items('state')],
  ] as const)
    for (const item of items) {
      const kind = kindOf(table, item);
      const bytes = sizeOf(item);
      const name = `${item['pk']?.S} ${item['sk']?.S ?? ''}`.trim();
      const known = kinds.get(kind) ?? { count: 0, bytes: 0, largest: 0, name: '' };
      kinds.set(kind, known);
      known.count++;
      known.bytes += bytes;
      if (bytes > known.largest) Object.assign(known, { largest: bytes, name });
      if (bytes > largest) wrong.push(`${name} takes ${bytes} bytes`);
      if (!(Number(item['expires']?.N) > 0)) wrong.push(`${name} never expires`);
    }
  const stored = findings.flatMap(item => parseCase(fromItem(item)) ?? []);
  const cases = stored.map(findingOf);
  const windows = findings.flatMap(item => parseWindow(fromItem(item)) ?? []);
  for (const one of cases) {
    const isAlert = one.ruleStatus === 'alerting' && one.status === 'open';
    if (isAlert && one.severity === 'critical' && !one.transitions.includes('first'))
      wrong.push(`${one.id} (${one.detection}) is open and critical, and nobody was told`);
    if (one.due !== undefined && one.due < stage.now - quarter)
      wrong.push(`${one.id} (${one.detection}) is due since ${new Date(one.due).toISOString()}`);
  }
  const expected = new Map(stage.folded);
  for (const { finding, bucket, seen, more } of windows) {
    const events = expected.get(`${finding} ${bucket}`)?.size ?? 0;
    expected.delete(`${finding} ${bucket}`);
    if (!more && seen.length !== events)
      wrong.push(`window ${bucket} of ${finding} counts ${seen.length} events, and ${events} were folded`);
  }
  for (const { content } of stored)
    for (const [bucket, count] of Object.entries(content.windows)) {
      const window = windows.find(one => one.finding === content.id && String(one.bucket) === bucket);
      if (window !== undefined && window.seen.length !== count)
        wrong.push(`${content.id} counts ${count} events in window ${bucket}, which has ${window.seen.length}`);
    }
  for (const name of expected.keys())
    if (Number(name.split(' ')[1]) > stage.now - retentionDays * day)
      wrong.push(`window ${name} was folded and is gone`);
  return {
    kinds,
    wrong,
    cases: cases.length,
    open: cases.filter(one => one.ruleStatus === 'alerting' && one.status !== 'resolved').length,
  };
};
