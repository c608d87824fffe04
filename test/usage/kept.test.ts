import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { localDynamoDB } from '../../adapters/local-dynamodb.ts';
import { dynamoStore } from '../../adapters/state-table.ts';
import { call, nodeSession, roleSession } from '../../core/cloudtrail/example.ts';
import { denied } from '../../core/cloudtrail/example-iam.ts';
import type { CloudTrailRecord } from '../../core/cloudtrail/record.ts';
import type { Event } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { memoryStore } from '../../core/state/memory.ts';
import type { Store } from '../../core/state/observation.ts';
import { askRoles, askUsage, rolesIn, usageMarks, usesIn } from '../../core/usage/kept.ts';
import { keptRole } from '../../core/usage/kept-role.ts';
import { handler as trail } from '../../functions/cloudtrail.ts';
import { deps } from '../../functions/deps/deps.ts';
import { context, setUp } from '../functions/setup.ts';
import { tripline } from './run.ts';

const account = '111122223333';
const role = `arn:aws:iam::${account}:role/KarpenterNodeRole-prod`;
const day = 86_400_000;
const noon = Date.parse('2026-09-01T12:00:00Z');
const at = (time: number) => ({ eventTime: new Date(time).toISOString() });
const byNode = (service: string, api: string, time: number, over: Partial<CloudTrailRecord> = {}) =>
  call(service, api, { userIdentity: nodeSession(), ...at(time), ...over });

const story: readonly Event<'cloudtrail'>[] = [
  byNode('ecr', 'GetAuthorizationToken', noon),
  byNode('ecr', 'GetAuthorizationToken', noon + 60_000),
  byNode('ecr', 'GetAuthorizationToken', noon + 3_600_000),
  byNode('secretsmanager', 'GetSecretValue', noon + day, denied('no')),
  byNode('secretsmanager', 'GetSecretValue', noon + day + 1),
  byNode('ec2', 'RunInstances', noon, {
    requestParameters: { tagSpecificationSet: { items: [] }, iamInstanceProfile: { name: 'x' } },
  }),
  // Neither a node nor a controller; no API call; no role at all.
  call('s3', 'GetObject', { userIdentity: roleSession('webserver', 'x'), ...at(noon) }),
  byNode('signin', 'ConsoleLogin', noon, { eventType: 'AwsConsoleSignIn' }),
  call('s3', 'GetObject', { userIdentity: { type: 'IAMUser', userName: 'alice' }, ...at(noon) }),
];

const read = async (store: Store, of: string, from: number, to: number) => {
  const asked = askUsage(of, from, to);
  const answers = await store.observe(asked);
  return usesIn(
    of,
    asked.map(({ scope }, n) => ({ date: scope.slice(-10), item: answers[n]?.item ?? {} })),
  );
};

describe('what a stage keeps of a role', () => {
  test('is its APIs with the hours of each outcome, and what lies beyond being a node', async () => {
    const store = memoryStore();
    await store.observe(usageMarks(story, exampleSettings));
    expect(rolesIn((await store.observe([askRoles(account)]))[0]?.item ?? {})).toEqual({ roles: [role], full: false });
    const { uses, full } = await read(store, role, noon - day, noon + 2 * day);
    expect(full).toBe(false);
    expect(uses.map(one => [`${one.service}:${one.api}`, one.calls, one.denied, one.node])).toEqual([
      ['ec2:RunInstances', 1, 0, 'sensitive'],
      ['ecr:GetAuthorizationToken', 2, 0, 'baseline'],
      ['secretsmanager:GetSecretValue', 2, 1, 'sensitive'],
    ]);
    const [run, token] = uses;
    expect(run).toMatchObject({ actions: ['ec2:CreateTags', 'ec2:RunInstances'], passesProfile: true });
    expect([token?.first, token?.last]).toEqual([noon, noon + 3_600_000]);
  });

  test('expires a quarter after its day, and longer names than a set holds are left out', () => {
    const marks = usageMarks(story, exampleSettings);
    expect(marks.length).toBeGreaterThan(6);
    for (const { scope, expires, cap, quiet, read: reads } of marks) {
      const at = scope.endsWith('2026-09-02') ? noon + day : noon;
      const ends = Math.floor(at / day) * day + 91 * day;
      // Of its roles an account keeps those that were heard last.
      if (scope !== `usage#${account}`) expect([scope, expires]).toEqual([scope, ends]);
      expect([cap, quiet, reads]).toEqual([1_000, true, false]);
    }
    const handed = (length: number) =>
      usageMarks(
        [
          byNode('lambda', 'CreateFunction20150331', noon, {
            requestParameters: { role: `arn:aws:iam::${account}:role/${'r'.repeat(length)}` },
          }),
        ],
        exampleSettings,
      ).flatMap(({ add }) => add?.['besides'] ?? []);
    const [besides = ''] = handed(400);
    expect(handed(400 + 512 - besides.length)[0]).toHaveLength(512);
    expect(handed(401 + 512 - besides.length)).toEqual([]);
  });

  test('of a role is asked day by day, ninety days back at most', () => {
    const dates = (from: number, to: number) => askUsage(role, from, to).map(({ scope }) => scope);
    expect(dates(noon - day, noon)).toEqual([`usage#${role}#2026-08-31`, `usage#${role}#2026-09-01`]);
    expect(dates(0, noon)).toHaveLength(91);
    expect(dates(0, noon)[0]).toBe(`usage#${role}#2026-06-03`);
  });

  test('counts each hour of an outcome once, and says roles that were handed on, and to whom', async () => {
    const store = memoryStore();
    const worker = `arn:aws:iam::${account}:role/worker`;
    const create = (hours: number, over: Partial<CloudTrailRecord> = {}) =>
      byNode('lambda', 'CreateFunction20150331', noon + hours * 3_600_000, {
        requestParameters: { role: worker },
        ...over,
      });
    const refused = { requestParameters: { role: `arn:aws:iam::${account}:role/admin` }, ...denied('no') };
    const events = [create(0), create(0, { errorCode: 'ServiceException' }), create(1), create(2, refused)];
    const forwarded = byNode('kms', 'Decrypt', noon, {
      userIdentity: { ...nodeSession(), invokedBy: 'secretsmanager.amazonaws.com' },
    });
    const ready = byNode('ec2', 'RunInstances', noon, { errorCode: 'Client.DryRunOperation' });
    await store.observe(usageMarks([...events, forwarded, ready], exampleSettings));
    const { uses } = await read(store, role, noon, noon);
    expect(uses.map(({ service, calls, denied: no, failed, node }) => [service, calls, no, failed, node])).toEqual([
      ['ec2', 1, 0, 0, 'sensitive'],
      ['kms', 1, 0, 0, 'forwarded'],
      ['lambda', 4, 1, 1, 'sensitive'],
    ]);
    expect(uses.map(({ passedRoles, passesProfile }) => [passedRoles, passesProfile])).toEqual([
      [[], false],
      [[], false],
      [[worker], false],
    ]);
    expect(uses[2]).toMatchObject({ first: noon, last: noon + 2 * 3_600_000, resources: [] });
  });

  test('tells what each API of each service handed on, of all days', () => {
    const item = (marks: readonly string[], besides: readonly string[]) => ({ permitted: marks, besides });
    const mark = (source: string, api: string, duty = 'other') => `${source}.amazonaws.com ${api} ${duty} 12`;
    const more = (source: string, api: string, what: string) => `${source}.amazonaws.com ${api} ${what}`;
    const arns = ['b', 'a'].map(name => `arn:aws:iam::${account}:role/${name}`);
    const days = [
      {
        date: '2026-09-01',
        item: item(
          [mark('lambda', 'Create', 'sensitive'), mark('lambda', 'Update'), mark('ecs', 'Create')],
          [
            more('lambda', 'Create', `role ${arns[0]}`),
            more('lambda', 'Update', 'profile'),
            more('ecs', 'Create', 'tags'),
          ],
        ),
      },
      {
        date: '2026-09-02',
        item: item(
          [mark('lambda', 'Create', 'baseline'), mark('ec2', 'Create')],
          arns.map(arn => more('lambda', 'Create', `role ${arn}`)),
        ),
      },
    ];
    const { uses, full } = usesIn(role, days);
    expect(full).toBe(false);
    expect(
      uses.map(one => [`${one.service}:${one.api}`, one.node, one.passedRoles, one.passesProfile, one.actions]),
    ).toEqual([
      ['ec2:Create', 'other', [], false, ['ec2:Create']],
      ['ecs:Create', 'other', [], false, ['ec2:CreateTags', 'ecs:Create']],
      ['lambda:Create', 'sensitive', arns.toReversed(), false, ['lambda:Create']],
      ['lambda:Update', 'other', [], true, ['lambda:Update']],
    ]);
    const filled = { date: '2026-09-03', item: { seen: Array.from({ length: 1_000 }, (_, n) => `${n}`) } };
    expect(usesIn(role, [...days, filled]).full).toBe(true);
    const long = { date: '2026-09-03', item: { seen: Array.from({ length: 690 }, () => 'x'.repeat(512)) } };
    expect([
      usesIn(role, [long]).full,
      usesIn(role, [{ ...long, item: { seen: long.item.seen.slice(20) } }]).full,
    ]).toEqual([true, false]);
  });

  test('is nothing of events without a time, and of a member that nobody wrote', () => {
    const [event] = story;
    if (event === undefined) throw new Error('there is a story');
    for (const time of [Number.NaN, Number.POSITIVE_INFINITY, 8.1e14, -8.1e14])
      expect(usageMarks([{ ...event, time }], exampleSettings)).toEqual([]);
    const item = { permitted: ['', 'a b c 00', 'ec2.amazonaws.com X baseline 99', 'ec2.amazonaws.com X odd 00'] };
    expect(usesIn(role, [{ date: '2026-09-01', item }]).uses).toEqual([]);
  });

  test('is the same in whatever order and however often it arrives', async () => {
    const [once, often] = [memoryStore(), memoryStore()];
    await once.observe(usageMarks(story, exampleSettings));
    for (const events of [story.toReversed(), story, ...story.map(one => [one])])
      await often.observe(usageMarks(events, exampleSettings));
    const span = [role, noon - day, noon + 2 * day] as const;
    expect(await read(often, ...span)).toEqual(await read(once, ...span));
  });

  test('grows with distinct calls of a day up to a bound, which is said', async () => {
    const store = memoryStore();
    const many = Array.from({ length: 1_200 }, (_, n) => byNode('made', `Up${n}`, noon));
    await store.observe(usageMarks(many, exampleSettings));
    const { uses, full } = await read(store, role, noon, noon);
    expect([uses.length, full]).toEqual([1_000, true]);
  });

  test('says that it is full, too, where long names fill an item before its bound of members', async () => {
    const store = memoryStore();
    const handed = (n: number) => `arn:aws:iam::${account}:role/${'r'.repeat(400)}${n}`;
    const many = Array.from({ length: 900 }, (_, n) =>
      byNode('lambda', 'CreateFunction20150331', noon, { requestParameters: { role: handed(n) } }),
    );
    await store.observe(usageMarks(many, exampleSettings));
    const { uses, full } = await read(store, role, noon, noon);
    expect(uses[0]?.passedRoles.length).toBeLessThan(900);
    expect(full).toBe(true);
  });

  test('says of an account that it has more roles than are kept', async () => {
    const store = memoryStore();
    const roles = Array.from({ length: 1_001 }, (_, n) => `KarpenterNodeRole-${n}`);
    const many = roles.map(name =>
      call('ec2', 'DescribeInstances', { userIdentity: roleSession(name, 'i-0aaaabbbbccccdddd'), ...at(noon) }),
    );
    await store.observe(usageMarks(many, exampleSettings));
    expect(rolesIn((await store.observe([askRoles(account)]))[0]?.item ?? {})).toMatchObject({ full: true });
  });

  test('takes no name that is none: neither spaces nor control characters reach the table', () => {
    const hostile = [
      byNode('ec2', 'Run Instances baseline 00', noon),
      byNode('ec2', '\u001b[31m', noon),
      call('ec2', 'RunInstances', {
        userIdentity: { sessionContext: { sessionIssuer: { arn: `${role} x` } } } as never, // as nobody would write it
        ...at(noon),
      }),
    ];
    expect(usageMarks(hostile, exampleSettings)).toEqual([]);
  });
});

const world = setUp();
test('the deployed handler keeps it, and delivering again changes nothing', async () => {
  const now = world.now - 4_000;
  const { record } = byNode('sqs', 'ListQueues', now);
  const id = '11111111-2222-4333-8444-000000000001';
  const detail = { ...record, eventID: id };
  const body = JSON.stringify({
    ...{ version: '0', id, 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.sqs', account },
    ...{ time: record.eventTime, region: 'eu-west-1', resources: [], detail },
  });
  const messages = { Records: [{ messageId: id, body, eventSource: 'aws:sqs' }] } as unknown as Parameters<
    typeof trail
  >[0];
  for (let delivery = 0; delivery < 2; delivery++) await trail(messages, context());
  const { uses } = await read(deps().store(), role, now - day, now);
  expect(uses.map(one => [one.service, one.api, one.calls, one.node])).toEqual([['sqs', 'ListQueues', 1, 'other']]);
});

describe('tripline usage of a stage', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tripline-'));
  const database = join(folder, 'db');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const shift = Date.now() - noon - 2 * day;
  const usage = (...argv: readonly string[]) =>
    tripline('usage', '--database', database, '--settings', 'examples/tripline.config.ts', ...argv);

  test('says in which hours, as text, JSON, a policy and Terraform; and what it cannot know', async () => {
    const local = await localDynamoDB(database);
    const moved = story.map(event => ({ ...event, time: event.time + shift }));
    await dynamoStore(local.client, local.tables.state).observe(usageMarks(moved, exampleSettings));
    await local.close();

    const text = await usage();
    expect([text.code, text.stderr]).toEqual([0, '']);
    expect(text.stdout).toMatch(/HOURS/);
    expect(text.stdout).toContain('3 APIs, 2 of them beyond being a node');
    const lines = (await usage('--json', '--beyond')).stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(lines.map(({ api, unit, calls, denied: refused }) => [api, unit, calls, refused])).toEqual([
      ['RunInstances', 'hours', 1, 0],
      ['GetSecretValue', 'hours', 2, 1],
    ]);
    const policy = await usage('--policy');
    expect(JSON.parse(policy.stdout).Statement[0].Action).toEqual([
      'ec2:CreateTags',
      'ec2:RunInstances',
      'ecr:GetAuthorizationToken',
      'secretsmanager:GetSecretValue',
    ]);
    expect(policy.stderr).toContain('Only events that the stage admits were kept');
    expect((await usage('--terraform')).stdout).toMatch(/^data "aws_iam_policy_document" "KarpenterNodeRole-prod"/);
    expect((await usage('--role', 'nobody')).code).toBe(1);
  });

  test('refuses logs and a stage together, neither, and a span that is none', async () => {
    expect((await usage('logs/')).stderr).toContain('either logs or a stage');
    expect((await tripline('usage')).stderr).toContain('--stage NAME');
    expect((await usage('--for', 'ever')).stderr).toContain('--for takes a time');
  });
});

describe('a role of which something is kept', () => {
  const made = (arn: unknown): CloudTrailRecord => {
    const { record } = byNode('ecr', 'GetAuthorizationToken', noon);
    return { ...record, userIdentity: { sessionContext: { sessionIssuer: { arn } } } } as unknown as CloudTrailRecord; // any JSON
  };

  test('is told by its ARN', () => {
    expect(keptRole(made(role), exampleSettings)).toEqual({ role, account });
  });

  test.each([
    ['another role', `arn:aws:iam::${account}:role/webserver`],
    ['a name without an account', 'arn:aws:iam::role/KarpenterNodeRole-prod'],
    ['a number', 7],
    ['an object', { role }],
    ['null', null],
    ['nothing', undefined],
    ['a text without end', `${role}${'x'.repeat(100_000)}`],
  ])('is not %s', (_, arn) => {
    expect(keptRole(made(arn), exampleSettings)).toBeUndefined();
  });

  test.each([
    [null],
    ['x'],
    [{ sessionContext: null }],
    [{ sessionContext: { sessionIssuer: null } }],
  ])('is not in an identity %j', userIdentity => {
    expect(keptRole({ ...made(role), userIdentity } as unknown as CloudTrailRecord, exampleSettings)).toBeUndefined();
  });
});
