import { PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findingsTable } from '../../adapters/findings/table.ts';
import { type LocalDynamoDB, localDynamoDB } from '../../adapters/local-dynamodb.ts';
import { newsOf } from '../../core/announce/transitions.ts';
import type { Finding } from '../../core/finding.ts';
import { findingOfItem } from '../../core/findings/case-item.ts';
import { findingId } from '../../core/findings/identity.ts';
import { memoryFindings } from '../../core/findings/memory.ts';
import type { Match } from '../../core/match.ts';
import { expectedItems, tableItems } from './items.ts';
import { match, matches, minute, noon, redelivered } from './matches.ts';

const now = noon + 5 * 60 * minute;
const day = 24 * 60 * minute;

let database: LocalDynamoDB;
const open = () => findingsTable(database.client, database.tables.findings);
/** The finding of `match()`, as it is stored. */
const stored = async (id = findingId(match())): Promise<Finding> => {
  const found = await open().read(id);
  if (found === undefined) throw new Error(`finding ${id} is not there`);
  return found.finding;
};

beforeEach(async () => {
  database = await localDynamoDB();
  return () => database.close();
});

describe('law 1, in the table', () => {
  let shared: LocalDynamoDB;
  beforeAll(async () => {
    shared = await localDynamoDB();
  });
  afterAll(() => shared.close());

  it('any order, batching and repetition, by one worker or two, makes the items that memory makes', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(matches, { minLength: 1, maxLength: 12 }).chain(all => fc.tuple(fc.constant(all), redelivered(all))),
        async ([all, batches]) => {
          // Runs share a database: each has an account of its own.
          const account = String(100_000_000_000 + run++);
          const mine = (some: readonly Match[]) => some.map(one => ({ ...one, account }));
          const table = findingsTable(shared.client, shared.tables.findings);
          const rival = findingsTable(shared.client, shared.tables.findings);
          for (let at = 0; at < batches.length; at += 2) {
            await Promise.all([table.fold(mine(batches[at] ?? []), now), rival.fold(mine(batches[at + 1] ?? []), now)]);
          }
          const memory = memoryFindings();
          await memory.fold(mine(all), now);
          const found = await tableItems(shared.client, shared.tables.findings);
          const items = expectedItems(memory);
          const ids = new Set(memory.list().map(({ finding }) => finding.id));
          expect(found.filter(line => [...ids].some(id => line.includes(id)))).toEqual(items);
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe('folding into the table', () => {
  it('says whose record is kept as long as who speaks has none', async () => {
    const memory = memoryFindings();
    const change = match({ eventId: 'b', severity: 'high', evidence: { call: 'b' } });
    const graver = match({ eventId: 'b', severity: 'critical', title: 'it ran', evidence: null });
    const gravest = match({ eventId: 'b', severity: 'critical', title: 'it ran', evidence: { call: 'b' } });
    for (const one of [change, graver, gravest]) {
      for (const findings of [memory, open()]) await findings.fold([one], now);
      expect(await tableItems(database.client, database.tables.findings)).toEqual(expectedItems(memory));
    }
  });

  it('changes no item where the match is delivered again', async () => {
    await open().fold([match()], now);
    const before = await tableItems(database.client, database.tables.findings);
    expect(database.stream().length).toBeGreaterThan(0);
    await open().fold([match(), match()], now + minute);
    expect(await tableItems(database.client, database.tables.findings)).toEqual(before);
    expect(database.stream()).toEqual([]);
  });
  it('fits every item in 400 KB, whatever a sender writes', async () => {
    const long = (at: number) => `${at} ${'é'.repeat(3_000)}`;
    const many = Array.from({ length: 1_200 }, (_, at) =>
      match({
        eventId: `e${at}${'x'.repeat(500)}`,
        principals: [long(at)],
        resources: [long(at), long(at + 5_000)],
        addresses: [long(at)],
        region: long(at),
        notes: [long(at)],
        title: long(at),
        evidence: Array.from({ length: 2_000 }, () => long(at)),
      }),
    );
    await open().fold(many, now);
    const sizes = (await tableItems(database.client, database.tables.findings)).map(line => Buffer.byteLength(line));
    expect(Math.max(...sizes)).toBeLessThan(250_000);
  });
  it('keeps canary secrets out of every item', async () => {
    const canary = 'CANARY0canary1CANARY2canary3';
    const secret = `Authorization: Bearer ${canary}`;
    await open().fold(
      [
        match({
          title: `called with ${secret}`,
          principals: [secret],
          resources: [`https://example.com/?X-Amz-Signature=${canary}`],
          addresses: [`--token ${canary}`],
          notes: [`password=${canary}`],
          key: { principal: `aws_secret_access_key=${canary}`, other: 'x' },
          eventId: `token=${canary}`,
          evidence: {
            requestParameters: { userData: canary },
            responseElements: { credentials: { sessionToken: canary } },
          },
        }),
      ],
      now,
    );
    expect((await tableItems(database.client, database.tables.findings)).join('\n')).not.toContain(canary);
  });
});

describe('a fold', () => {
  /** Folds, and says what was sent, after each of which something else may happen. */
  const sent = async (some: readonly Match[], after: (command: string, nth: number) => Promise<void>) => {
    const client = database.connect();
    const commands: string[] = [];
    client.middlewareStack.add(
      (next, context) => async args => {
        const answer = await next(args);
        commands.push(String(context['commandName']).replace('Command', ''));
        await after(commands.at(-1) ?? '', commands.length);
        return answer;
      },
      { step: 'initialize', name: 'sent' },
    );
    await findingsTable(client, database.tables.findings).fold(some, now);
    return commands;
  };

  it('reads windows and case at once, and then writes what the case names, the window and the case', async () => {
    const expected = ['BatchGetItem', 'BatchWriteItem', 'UpdateItem', 'UpdateItem'];
    expect(await sent([match()], async () => undefined)).toEqual(expected);
    expect(await sent([match()], async () => undefined)).toEqual(['BatchGetItem']);
  });

  it.each([1, 2, 3])('loses nothing that a rival folds after request %i of it', async moment => {
    const other = match({ eventId: 'of-the-rival', time: noon + minute });
    const commands = await sent([match()], async (_, nth) => {
      if (nth === moment) await open().fold([other], now);
    });
    expect(commands.length).toBeGreaterThan(4); // what was no longer as it was read is read again
    const memory = memoryFindings();
    await memory.fold([match(), other], now);
    expect(await tableItems(database.client, database.tables.findings)).toEqual(expectedItems(memory));
  });

  // `npm run faults -- --seed 5916`: what the announcer takes off a case says nothing of what comes while it does so.
  it.each([
    1, 2, 3,
  ])('leaves its news due where the announcer says what was before after request %i of it', async moment => {
    await open().fold([match()], now);
    const id = findingId(match());
    const other = match({ eventId: 'b', resources: ['i-0bbbbccccddddeeee'] });
    await sent([other], async (_, nth) => {
      if (nth !== moment) return;
      const read = await open().read(id);
      const news = read && newsOf(read.finding, read.windows);
      if (read === undefined || news === undefined) throw new Error('there is news');
      await open().recordTransition(id, news.id, news.covers);
      expect(await open().clearDue(read.finding)).toBe('cleared');
    });
    const after = await open().read(id);
    expect(after?.finding).toMatchObject({ due: now, resources: expect.arrayContaining([...other.resources]) });
    expect(after && newsOf(after.finding, after.windows)?.kind).toBe('resource');
  });
});

describe('reading', () => {
  const two = async () => {
    await open().fold([match()], now);
    await open().fold([match({ eventId: 'b', time: noon + 2 * 60 * minute, principals: ['bob'] })], now);
  };
  it('gives a finding with its windows, the newest first', async () => {
    await two();
    const found = await open().read(findingId(match()));
    expect(found?.finding).toMatchObject({ count: 2, principals: [match().principals[0], 'bob'] });
    expect(found?.windows.map(({ bucket }) => bucket)).toEqual([noon + 2 * 60 * minute, noon]);
    expect((await open().read(findingId(match()), 1))?.windows).toHaveLength(1);
    const canary = match({ detection: 'pipeline/canary-returned', key: { canary: 'region eu-west-1' } });
    await open().fold([canary, { ...canary, eventId: 'next', time: noon + day }], now);
    expect((await open().read(findingId(canary)))?.windows.map(({ bucket }) => bucket)).toEqual([noon + day]);
    expect((await open().read(findingId(canary), 5))?.windows).toHaveLength(2);
  });
  it('gives nothing where there is none', async () => {
    expect(await open().read('0000000000000000')).toBeUndefined();
    expect(await open().cases(['0000000000000000'])).toEqual([]);
    expect(await open().list({})).toEqual({ items: [] });
  });
  it('says in which findings an entity took part', async () => {
    await two();
    await open().fold([match({ detection: 'cloudtrail/other', principals: ['bob'] })], now);
    expect((await open().about('principal', 'bob')).items.map(({ detection, bucket }) => [detection, bucket])).toEqual([
      [match().detection, noon + 2 * 60 * minute],
      ['cloudtrail/other', noon],
    ]);
    expect((await open().about('resource', 'i-0aaaabbbbccccdddd')).items).toHaveLength(3);
    expect((await open().about('address', '198.51.100.23')).items).toHaveLength(3);
    expect((await open().about('principal', 'nobody')).items).toEqual([]);
  });
  it('and whom and what the key of one names alone, as does a listing', async () => {
    const key = { principal: 'carol', target: 'i-0ccccddddeeeeffff', range: '192.0.2.0/24', api: 'iam:ListRoles' };
    const one = match({ key, principals: [], resources: ['what was done to it'] });
    await open().fold([one, match()], now);
    const about = async (kind: 'principal' | 'resource' | 'address', name: string) =>
      (await open().about(kind, name)).items.map(({ finding }) => finding);
    expect(await about('principal', 'carol')).toEqual([findingId(one)]);
    expect(await about('resource', 'i-0ccccddddeeeeffff')).toEqual([findingId(one)]);
    expect(await about('address', '192.0.2.0/24')).toEqual([findingId(one)]);
    expect(await about('resource', 'iam:ListRoles')).toEqual([]);
    for (const filter of [{ principal: 'carol' }, { resource: 'i-0ccccddddeeeeffff' }])
      expect((await open().list(filter)).items.map(({ id }) => id)).toEqual([findingId(one)]);
  });
});

describe('listing', () => {
  const made = Array.from({ length: 30 }, (_, at) =>
    match({
      eventId: `e${at}`,
      time: noon + at * minute,
      key: { principal: `p${at}` },
      principals: [`p${at}`],
      detection: at % 2 === 0 ? 'cloudtrail/even' : 'cloudtrail/odd',
      severity: (['low', 'medium', 'high', 'critical'] as const)[at % 4] ?? 'low',
      cluster: at < 10 ? 'prod' : '',
    }),
  );
  /** Holds what was made, once for all who only read it. */
  let full: LocalDynamoDB;
  beforeAll(async () => {
    full = await localDynamoDB();
    await table().fold(made, now);
  });
  afterAll(() => full.close());
  const table = () => findingsTable(full.client, full.tables.findings);

  type Filter = Parameters<ReturnType<typeof open>['list']>[0];
  const all = async (filter: Filter, limit = 7, from = table()) => {
    const found: Finding[] = [];
    let after: string | undefined;
    let pages = 0;
    do {
      const page = await from.list(filter, { limit, ...(after === undefined ? {} : { after }) });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      found.push(...page.items);
      after = page.next;
    } while (after !== undefined && pages++ < 100);
    return found;
  };

  it('pages through the unresolved, the most severe first and then the newest', async () => {
    const found = await all({});
    expect(found).toHaveLength(30);
    const order = { low: 0, medium: 1, high: 2, critical: 3 };
    expect(found).toEqual(found.toSorted((a, b) => order[b.severity] - order[a.severity] || b.last - a.last));
  });
  it.each<[string, Filter, number]>([
    ['severity', { severity: 'high' }, 14],
    ['detection', { detection: 'cloudtrail/odd' }, 15],
    ['account', { account: '111122223333' }, 30],
    ['another account', { account: '444455556666' }, 0],
    ['cluster', { cluster: 'prod' }, 10],
    ['principal', { principal: 'p7' }, 1],
    ['resource', { resource: 'i-0aaaabbbbccccdddd' }, 30],
    ['time', { since: noon + 10 * minute, until: noon + 19 * minute }, 10],
    ['several', { severity: 'critical', detection: 'cloudtrail/odd', since: noon + 10 * minute }, 5],
    ['status', { statuses: ['suppressed'] }, 0],
  ])('narrows by %s', async (_, filter, count) => expect(await all(filter)).toHaveLength(count));
  it('lists the resolved too, over months, the newest first', async () => {
    const old = match({ time: Date.parse('2026-07-30T00:00:00Z'), key: { principal: 'old' } });
    await open().fold([...made, old], now);
    const one = await stored(findingId(made[3] ?? old));
    expect(await open().work(one, { act: 'resolve' }, { who: 'alice', at: now })).toBe('set');
    const since = Date.parse('2026-07-01T00:00:00Z');
    const statuses = ['open', 'resolved'] as const;
    const mine = (filter: Filter) => all(filter, 7, open());
    const found = await mine({ statuses, since, until: now });
    expect(found).toHaveLength(31);
    expect(found).toEqual(found.toSorted((a, b) => b.last - a.last));
    expect((await mine({ statuses: ['resolved'], since, until: now })).map(({ id }) => id)).toEqual([one.id]);
    expect(await mine({ statuses, since, until: noon - minute })).toHaveLength(1);
    expect(await mine({ statuses, since, until: now, severity: 'critical', cluster: 'prod' })).toHaveLength(2);
    expect(await mine({})).toHaveLength(30);
  });
  it('refuses a cursor that is none, and a list of the resolved without times', async () => {
    await expect(table().list({}, { after: 'x' })).rejects.toThrow('"x" is no page of a listing');
    await expect(async () => table().list({ statuses: ['resolved'] })).rejects.toThrow('since and until');
  });
});

describe('an item of a version that hashes what this one can’t read', () => {
  /** Gives every item of the finding another revision, as a version would whose items have a member more. */
  const rehash = async (): Promise<void> => {
    const { client, tables } = database;
    const { Items: items = [] } = await client.send(new ScanCommand({ TableName: tables.findings }));
    for (const item of items.filter(one => one['revision'] !== undefined))
      await client.send(
        new PutItemCommand({ TableName: tables.findings, Item: { ...item, revision: { S: 'of another version' } } }),
      );
  };

  it('is folded into, said and worked on all the same', async () => {
    await open().fold([match()], now);
    await rehash();
    expect(await open().clearDue(await stored())).toBe('cleared');
    await open().fold([match({ eventId: 'b' })], now + minute);
    expect((await stored()).count).toBe(2);
    await rehash();
    expect(await open().work(await stored(), { act: 'resolve' }, { who: 'alice', at: now })).toBe('set');
  });
  it('is left as it is where nothing is new', async () => {
    await open().fold([match()], now);
    await rehash();
    database.stream();
    await open().fold([match()], now + minute);
    expect(database.stream()).toEqual([]);
  });
});

describe('announcing from the table', () => {
  it('lists what is due, the longest first, until it is cleared', async () => {
    await open().fold([match()], now);
    await open().fold([match({ key: { principal: 'b' } })], now - minute);
    expect((await open().due(now)).items).toEqual([findingId(match({ key: { principal: 'b' } })), findingId(match())]);
    expect((await open().due(now - minute)).items).toHaveLength(1);
    expect(await open().clearDue(await stored())).toBe('cleared');
    expect((await open().due(now)).items).toEqual([findingId(match({ key: { principal: 'b' } }))]);
    expect((await stored()).due).toBeUndefined();
  });
  it('records a transition once, with what it covers', async () => {
    await open().fold([match()], now);
    const id = findingId(match());
    expect(await open().recordTransition(id, 'first', ['severity#high', 'first'])).toBe('recorded');
    expect(await open().recordTransition(id, 'first')).toBe('already');
    expect((await stored()).transitions).toEqual(['first', 'severity#high']);
  });
  it('records it once even where ten try at the same time', async () => {
    await open().fold([match()], now);
    const tried = await Promise.all(
      Array.from({ length: 10 }, () => open().recordTransition(findingId(match()), 'first')),
    );
    expect(tried.filter(one => one === 'recorded')).toHaveLength(1);
  });
  it('records nothing of a case that is not there', async () => {
    expect(await open().recordTransition('0000000000000000', 'first')).toBe('already');
    expect(await tableItems(database.client, database.tables.findings)).toEqual([]);
  });
  it('keeps a case due that changed since it was read', async () => {
    await open().fold([match()], now);
    const read = await stored();
    await open().fold([match({ eventId: 'b', severity: 'critical' })], now);
    expect(await open().clearDue(read)).toBe('changed');
    expect((await stored()).due).toBe(now);
  });
  it('is not due again for what was said, and is for what is new', async () => {
    const say = async (...marks: string[]) => {
      await open().recordTransition(findingId(match()), marks[0] ?? '', marks);
      await open().clearDue(await stored());
    };
    await open().fold([match()], now);
    const found = await open().read(findingId(match()));
    const first = found && newsOf(found.finding, found.windows);
    expect(first?.kind).toBe('first');
    await say(...(first?.covers ?? []));
    await open().fold([match({ eventId: 'b' })], now + 1);
    expect((await stored()).due).toBeUndefined();
    await open().fold([match({ eventId: 'c', principals: ['new'] })], now + 2);
    expect((await stored()).due).toBe(now + 2);
  });
});

describe("a finding's status", () => {
  const resolve = async () => {
    await open().fold([match()], now);
    expect(await open().work(await stored(), { act: 'resolve' }, { who: 'alice', at: noon + minute })).toBe('set');
  };
  it('leaves and joins the index of the unresolved', async () => {
    await resolve();
    expect((await open().list({})).items).toEqual([]);
    expect(await open().work(await stored(), { act: 'acknowledge' }, { who: 'alice', at: now })).toBe('set');
    expect((await open().list({})).items).toMatchObject([{ status: 'acknowledged' }]);
  });
  it('is opened again by an event later than its resolution, and by no other', async () => {
    await resolve();
    await open().fold([match(), match({ eventId: 'late', time: noon + minute })], now);
    expect(await stored()).toMatchObject({ status: 'resolved', count: 2 });
    await open().fold([match({ eventId: 'later', time: noon + minute + 1 })], now);
    expect(await stored()).toMatchObject({ status: 'open', count: 3, resolvedAt: noon + minute });
    expect((await open().list({})).items).toHaveLength(1);
  });
  it('covers the newest event it was read with, whatever the clock of who resolves it says', async () => {
    await open().fold([match()], now);
    await open().work(await stored(), { act: 'resolve' }, { who: 'alice', at: noon - day });
    await open().fold([match()], now);
    expect(await stored()).toMatchObject({ status: 'resolved', resolvedAt: noon });
  });
  it('is not set where the finding changed since it was read', async () => {
    await open().fold([match()], now);
    const read = await stored();
    await open().fold([match({ eventId: 'b' })], now);
    expect(await open().work(read, { act: 'resolve' }, { who: 'alice', at: now })).toBe('changed');
    expect((await stored()).status).toBe('open');
  });
  it('is lost to no fold at the same time: the later event reopens', async () => {
    for (let round = 0; round < 8; round++) {
      const key = { principal: `race-${round}` };
      await open().fold([match({ key })], now);
      const read = await stored(findingId(match({ key })));
      const [set] = await Promise.all([
        open().work(read, { act: 'resolve' }, { who: 'alice', at: noon + minute }),
        open().fold([match({ key, eventId: 'b', time: noon + 2 * minute })], now),
      ]);
      expect(set === 'changed' || (await stored(read.id)).status === 'open').toBe(true);
    }
  });
});

describe('the local stream', () => {
  it('carries cases as they are stored', async () => {
    await open().fold([match()], now);
    const images = database.stream().map(record => findingOfItem(record.dynamodb?.NewImage as never));
    expect(images.filter(found => found !== undefined)).toEqual([await stored()]);
  });
});
