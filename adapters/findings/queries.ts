import { type AttributeValue, type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { Severity } from '../../core/detection.ts';
import type { Finding, FindingStatus } from '../../core/finding.ts';
import { rank } from '../../core/findings/best.ts';
import { findingOfItem, monthOf } from '../../core/findings/case-item.ts';
import { type EntityKind, type EntityRow, entityKey, keyParts } from '../../core/findings/entity.ts';
import { parseEntity } from '../../core/findings/window-item.ts';
import { fromItem } from '../dynamodb.ts';

type Item = Record<string, AttributeValue>;

/** What to list. Every member narrows; times are of the finding's newest event, in milliseconds. */
export interface Filter {
  /** Default: open and acknowledged. With `resolved` among them the list is over time, and `since` is needed. */
  readonly statuses?: readonly FindingStatus[];
  /** The lowest to list. */
  readonly severity?: Severity;
  readonly detection?: string;
  readonly account?: string;
  readonly cluster?: string;
  readonly principal?: string;
  readonly resource?: string;
  readonly since?: number;
  readonly until?: number;
}

export interface PageRequest {
  /** Findings a page holds at most; default 100. */
  readonly limit?: number;
  /** Where the page before ended. */
  readonly after?: string;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Absent on the last page. */
  readonly next?: string;
}

/** What lies on either side of a time. */
export interface Around {
  readonly items: readonly EntityRow[];
  /** Whether there is nothing further from it. */
  readonly isAll: boolean;
}

/** One query of a listing: an index, its partition, a bound on its range, and what only a filter can tell. */
interface Step {
  readonly index?: string;
  readonly condition: string;
  readonly values: Item;
  readonly names?: Record<string, string>;
  readonly filter?: string;
  readonly forward?: boolean;
}

/** The reading half of the findings table: each listing is a chain of queries, paged by where in which one it stopped. */
export const queries = (client: DynamoDBClient, table: string) => {
  const page = async <T>(
    steps: readonly Step[],
    { limit = 100, after }: PageRequest,
    parse: (item: Item) => T | undefined,
  ) => {
    const items: T[] = [];
    let [at, key] = after === undefined ? [0, undefined] : parseCursor(after);
    for (let asked = 0; at < steps.length && items.length < limit; asked++) {
      const step = steps[at];
      // A filter that lets little through must not read a whole index in one call: the next page goes on from here.
      if (step === undefined || asked === 25) break;
      const answer = await client.send(
        new QueryCommand({
          TableName: table,
          ...(step.index === undefined ? { ConsistentRead: true } : { IndexName: step.index }),
          KeyConditionExpression: step.condition,
          ExpressionAttributeValues: step.values,
          ...(step.names === undefined ? {} : { ExpressionAttributeNames: step.names }),
          ...(step.filter === undefined ? {} : { FilterExpression: step.filter }),
          ScanIndexForward: step.forward === true,
          Limit: step.filter === undefined ? limit - items.length : Math.max(100, limit - items.length),
          ...(key === undefined ? {} : { ExclusiveStartKey: key }),
        }),
      );
      const found = answer.Items ?? [];
      const room = found.slice(0, limit - items.length);
      items.push(...room.flatMap(item => parse(item) ?? []));
      const last = room.at(-1);
      if (room.length < found.length && last !== undefined) key = keyOf(last, step);
      else key = answer.LastEvaluatedKey;
      if (key === undefined) at++;
    }
    const done = at >= steps.length;
    return done ? { items } : { items, next: cursor(at, key) };
  };

  return {
    list: (filter: Filter, request: PageRequest = {}): Promise<Page<Finding>> =>
      page(listing(filter), request, item => findingOfItem(fromItem(item))),
    about: (kind: EntityKind, name: string, request: PageRequest = {}): Promise<Page<EntityRow>> =>
      page([{ condition: 'pk = :entity', values: { ':entity': { S: entityKey(kind, name) } } }], request, item =>
        parseEntity(fromItem(item)),
      ),
    around: async (kind: EntityKind, name: string, time: number, limit: number): Promise<Around> => {
      const values = { ':entity': { S: entityKey(kind, name) }, ':time': { S: new Date(time).toISOString() } };
      const side = (sign: '<' | '>=', forward: boolean) =>
        page([{ condition: `pk = :entity AND sk ${sign} :time`, values, forward }], { limit }, item =>
          parseEntity(fromItem(item)),
        );
      const [before, since] = await Promise.all([side('<', false), side('>=', true)]);
      return {
        items: [...before.items, ...since.items],
        isAll: before.next === undefined && since.next === undefined,
      };
    },
    due: (before: number, request: PageRequest = {}): Promise<Page<string>> =>
      page(
        [
          {
            index: 'due',
            condition: 'owed = :due AND due <= :before',
            values: { ':due': { S: 'due' }, ':before': { N: String(before) } },
            forward: true,
          },
        ],
        request,
        item => item['pk']?.S,
      ),
  };
};

const unresolved: readonly FindingStatus[] = ['open', 'acknowledged', 'suppressed'];

/** Unresolved findings come from the index of their status, in order of severity; any others from that of their month. */
const listing = (filter: Filter): readonly Step[] => {
  const statuses = filter.statuses ?? ['open', 'acknowledged'];
  const { expressions, names, values } = narrowing(filter);
  if (statuses.every(status => unresolved.includes(status))) {
    return unresolved
      .filter(status => statuses.includes(status))
      .map(status => ({
        index: 'open',
        condition: '#open = :open AND priority >= :priority',
        names: { ...names, '#open': 'open' },
        values: { ...values, ':open': { S: status }, ':priority': { S: `${rank(filter.severity ?? 'low')}#` } },
        ...(expressions.length === 0 ? {} : { filter: expressions.join(' AND ') }),
      }));
  }
  const { since, until } = filter;
  if (since === undefined || until === undefined) {
    throw new Error('a list with resolved findings needs the times between which to look: since and until');
  }
  const among = statuses.map((_, at) => `:status${at}`);
  const all = [
    ...expressions.filter(expression => !expression.startsWith('#last')),
    `#status IN (${among.join(', ')})`,
    ...(filter.severity === undefined ? [] : ['priority >= :priority']),
  ];
  return months(since, until).map(month => ({
    index: 'recent',
    condition: '#month = :month AND #last BETWEEN :since AND :until',
    names: { ...names, '#month': 'month', '#last': 'last', '#status': 'status' },
    values: {
      ...values,
      ':month': { S: month },
      ':since': { N: String(since) },
      ':until': { N: String(until) },
      ...Object.fromEntries(statuses.map((status, at) => [`:status${at}`, { S: status }])),
      ...(filter.severity === undefined ? {} : { ':priority': { S: `${rank(filter.severity)}#` } }),
    },
    filter: all.join(' AND '),
  }));
};

/** What a filter expression tells, over the attributes of a case. */
const narrowing = (filter: Filter) => {
  const expressions: string[] = [];
  const names: Record<string, string> = {};
  const values: Item = {};
  for (const name of ['detection', 'account', 'cluster'] as const) {
    const value = filter[name];
    if (value === undefined) continue;
    expressions.push(`#${name} = :${name}`);
    names[`#${name}`] = name;
    values[`:${name}`] = { S: value };
  }
  for (const [kind, name, value] of [
    ['principal', 'principals', filter.principal],
    ['resource', 'resources', filter.resource],
  ] as const) {
    if (value === undefined) continue;
    const parts = Object.keys(keyParts).filter(part => keyParts[part] === kind);
    const inKey = parts.map(part => `#key.#${part} = :${name}`);
    expressions.push(`(${[`contains(#${name}, :${name})`, ...inKey].join(' OR ')})`);
    Object.assign(names, { '#key': 'key', ...Object.fromEntries(parts.map(part => [`#${part}`, part])) });
    names[`#${name}`] = name;
    values[`:${name}`] = { S: value };
  }
  for (const [name, sign, value] of [
    ['since', '>=', filter.since],
    ['until', '<=', filter.until],
  ] as const) {
    if (value === undefined) continue;
    expressions.push(`#last ${sign} :${name}`);
    names['#last'] = 'last';
    values[`:${name}`] = { N: String(value) };
  }
  return { expressions, names, values };
};

/** The months between two times, the newest first; at most 120. */
const months = (since: number, until: number): readonly string[] => {
  const found: string[] = [];
  const month = new Date(`${monthOf(until)}-01T00:00:00Z`);
  while (found.length < 120 && monthOf(month.getTime()) >= monthOf(since)) {
    found.push(monthOf(month.getTime()));
    month.setUTCMonth(month.getUTCMonth() - 1);
  }
  return found;
};

const indexKeys: { readonly [index: string]: readonly string[] } = {
  open: ['pk', 'sk', 'open', 'priority'],
  recent: ['pk', 'sk', 'month', 'last'],
  due: ['pk', 'sk', 'owed', 'due'],
};

/** Where a query stood at one of its items: the attributes of its index and table keys. */
const keyOf = (item: Item, step: Step): Item =>
  Object.fromEntries(
    (indexKeys[step.index ?? ''] ?? ['pk', 'sk']).flatMap(name => {
      const value = item[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );

const cursor = (step: number, key: Item | undefined): string =>
  Buffer.from(JSON.stringify([step, key ?? null])).toString('base64url');

/** Cursors come back from outside: a wrong one is an error that says so; a forged key reads no other table's items. */
const parseCursor = (text: string): [number, Item | undefined] => {
  try {
    const [step, key] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [number, Item | null];
    if (Number.isInteger(step) && step >= 0) return [step, key ?? undefined];
  } catch {}
  throw new Error(`"${text}" is no page of a listing: leave it out to start over`);
};
