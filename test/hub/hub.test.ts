import { type AttributeValue, type DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { SQSEvent } from 'aws-lambda';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { hubTable } from '../../adapters/hub-table.ts';
import { createTables, type LocalDynamoDB, localDynamoDB } from '../../adapters/local-dynamodb.ts';
import type { Finding } from '../../core/finding.ts';
import { readGathered } from '../../core/hub.ts';
import type { JsonObject } from '../../core/json.ts';
import { ocsf } from '../../core/ocsf.ts';
import { hubTable as schema } from '../../core/tables.ts';
import { fromEnvironment, use } from '../../functions/deps/deps.ts';
import { hub } from '../../functions/hub.ts';
import { at, hour } from '../announce/case.ts';
import { later, message } from '../announce/message.ts';
import { context } from '../functions/setup.ts';

const sender = '111122223333';
const other = '444455556666';
const lines: string[] = [];
let local: LocalDynamoDB;
let client: DynamoDBClient;
let now = at;

beforeAll(async () => {
  local = await localDynamoDB();
  client = local.client;
});
afterAll(() => local.close());

let run = 0;
let table = '';
beforeEach(async () => {
  table = `${run++}${schema.name}`;
  await createTables(client, table.slice(0, -schema.name.length), [schema]);
  lines.length = 0;
  now = at;
  use({ ...fromEnvironment({}), now: () => now, print: line => void lines.push(line) });
});

const envelope = (detail: JsonObject, account = sender, region = 'eu-west-1', over: JsonObject = {}): string =>
  JSON.stringify({
    version: '0',
    id: 'envelope',
    source: 'tripline',
    'detail-type': 'Detection Finding',
    account,
    time: '2026-09-01T10:00:00Z',
    region,
    resources: [],
    detail,
    ...over,
  });

const first = () => ocsf(message());
/** What is announced after the first: the case as it became. */
const then = (over: Partial<Finding>) => ocsf(later(over));

/** One finding's life, in the order in which it was announced. */
const life = (): readonly JsonObject[] => {
  const marks = ['first', 'severity#high', 'principal#a', 'address#b', 'region#c', 'resource#d'];
  const grown = { count: 3, last: at + hour, severity: 'critical' as const };
  const resolved = {
    worked: { status: 'resolved' as const, who: 'ada', at: at + 2 * hour },
    resolvedAt: at + 2 * hour,
  };
  return [
    first(),
    then({ ...grown, transitions: marks }),
    ocsf(later({ ...grown, ...resolved, status: 'resolved', acts: 1, transitions: [...marks, 'severity#critical'] })),
    ocsf(
      later({
        ...grown,
        count: 4,
        last: at + 3 * hour,
        resolvedAt: at + 2 * hour,
        due: at + 3 * hour,
        acts: 1,
        transitions: [...marks, 'severity#critical', `resolved#x`],
      }),
    ),
  ];
};

const handler = hub(
  () => [sender, other],
  () => hubTable(client, table),
);
const deliver = async (...bodies: readonly string[]) => {
  const records = bodies.map((body, index) => ({ messageId: `m${index}`, body }));
  return handler({ Records: records } as unknown as SQSEvent, context()); // as much of a record as is read
};

const read = async (account = sender, region = 'eu-west-1'): Promise<Record<string, AttributeValue> | undefined> => {
  const key = { pk: { S: account }, sk: { S: `0123456789abcdef#${region}` } };
  return (await client.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }))).Item;
};

const open = async (status = 'open') => {
  const { Items: items = [] } = await client.send(
    new QueryCommand({
      TableName: table,
      IndexName: 'open',
      ScanIndexForward: false,
      KeyConditionExpression: '#open = :open',
      ExpressionAttributeNames: { '#open': 'open' },
      ExpressionAttributeValues: { ':open': { S: status } },
    }),
  );
  return items.map(item => `${item['account']?.S} ${item['severity']?.S}`);
};

describe('the hub', () => {
  test('keeps a finding as it was announced, with the whole document', async () => {
    expect(await deliver(envelope(first()))).toEqual({ batchItemFailures: [] });
    const item = await read();
    expect(item).toMatchObject({
      account: { S: sender },
      home: { S: 'eu-west-1' },
      detection: { S: 'cloudtrail/disallowed-instance-family-launched' },
      severity: { S: 'high' },
      status: { S: 'open' },
      count: { N: '1' },
      principals: { L: [{ S: 'arn:aws:iam::111122223333:role/developer' }] },
      addresses: { L: [{ S: '198.51.100.23' }] },
    });
    expect(JSON.parse(item?.['ocsf']?.S ?? '')).toEqual(first());
  });

  test('ends in the newest announcement, in any order and however often each is delivered', async () => {
    const steps = life().map(detail => envelope(detail));
    for (const step of steps) await deliver(step);
    const ordered = await read();
    expect(ordered).toMatchObject({ status: { S: 'open' }, severity: { S: 'critical' }, count: { N: '4' } });
    const deliveries = fc
      .tuple(
        fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }),
        fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 4 }),
      )
      .map(([order, again]) => [...again, ...order, ...again].map(index => steps[index] ?? ''));
    await fc.assert(
      fc.asyncProperty(deliveries, async bodies => {
        table = `${run++}${schema.name}`;
        await createTables(client, table.slice(0, -schema.name.length), [schema]);
        expect(await deliver(...bodies)).toEqual({ batchItemFailures: [] });
        expect(await read()).toEqual(ordered);
      }),
      { numRuns: 20 },
    );
  }, 30_000);

  test('takes what was resolved off the open list, and puts it back when it is reopened', async () => {
    const [begun = {}, raised = {}, resolved = {}, reopened = {}] = life();
    await deliver(envelope(begun), envelope(raised));
    expect(await open()).toEqual([`${sender} critical`]);
    await deliver(envelope(resolved));
    expect(await open()).toEqual([]);
    await deliver(envelope(raised));
    expect(await open()).toEqual([]);
    await deliver(envelope(reopened));
    expect(await open()).toEqual([`${sender} critical`]);
  });

  test('lists the findings of all accounts, the most severe first', async () => {
    await deliver(envelope(first()), envelope(then({ severity: 'critical' }), other));
    expect(await open()).toEqual([`${other} critical`, `${sender} high`]);
  });

  test('lets no account change the finding of another, or one stage that of another', async () => {
    const forged = then({ severity: 'critical', count: 9, transitions: ['first', 'a', 'b'] });
    await deliver(envelope(first()), envelope(forged, other), envelope(forged, sender, 'us-east-1'));
    expect(await read()).toMatchObject({ severity: { S: 'high' }, count: { N: '1' } });
    expect(await read(other)).toMatchObject({ severity: { S: 'critical' }, account: { S: other } });
    expect(await read(sender, 'us-east-1')).toMatchObject({ count: { N: '9' } });
  });

  test('begins anew where the old item only waits to be forgotten', async () => {
    await deliver(envelope(then({ count: 500, transitions: Array.from({ length: 50 }, (_, mark) => `m${mark}`) })));
    await deliver(envelope(first()));
    expect(await read()).toMatchObject({ count: { N: '500' } });
    now = at + 401 * 24 * hour;
    await deliver(envelope(first()));
    expect(await read()).toMatchObject({ count: { N: '1' } });
  });

  test('keeps the row, without the document, of one that DynamoDB would not take', async () => {
    const huge = { ...first(), comment: 'x'.repeat(310 * 1024) };
    expect(await deliver(envelope(huge))).toEqual({ batchItemFailures: [] });
    expect(await read()).toMatchObject({ severity: { S: 'high' } });
    expect(await read()).not.toHaveProperty('ocsf');
  });

  test('gives back what it cannot keep, alone, and says why without repeating it', async () => {
    const bad = envelope({ ...first(), class_uid: 2001 });
    const foreign = envelope(first(), '999988887777');
    expect(await deliver('no json', bad, envelope(first()), foreign)).toEqual({
      batchItemFailures: [{ itemIdentifier: 'm0' }, { itemIdentifier: 'm1' }, { itemIdentifier: 'm3' }],
    });
    expect(await read()).toBeDefined();
    expect(await read('999988887777')).toBeUndefined();
    expect(lines.join()).toContain('detail.class_uid');
    expect(lines.join()).toContain('deployment.gathers');
  });
});

describe('what the hub reads', () => {
  test.each([
    ['another source', { source: 'aws.ec2' }],
    ['another kind of event', { 'detail-type': 'Heartbeat' }],
    ['no account', { account: '' }],
    ['a key that would run into another', { region: 'eu-west-1#x' }],
    ['a finding that is none', { detail: { ...first(), finding_info: { uid: '../x' } } }],
    [
      'a time that is no time',
      { detail: { ...first(), finding_info: { ...Object(first()['finding_info']), last_seen_time: 9e15 } } },
    ],
    ['a severity that is none', { detail: { ...first(), severity_id: 6 } }],
    ['a count that is no number', { detail: { ...first(), count: '1' } }],
  ])('refuses %s', (_, over) => {
    expect(() => readGathered(envelope(first(), sender, 'eu-west-1', over), [sender])).toThrow('not a finding');
  });

  test('takes an announcement of a stage that numbers none yet', () => {
    const { sequence: _, ...metadata } = Object(first()['metadata']);
    expect(readGathered(envelope({ ...first(), metadata }), [sender]).detail.metadata.sequence).toBe(0);
  });
});
