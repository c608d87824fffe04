import { SNSClient } from '@aws-sdk/client-sns';
import type { DynamoDBStreamEvent, ScheduledEvent } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { canaryCalls } from '../../adapters/canary-call.ts';
import { findCanaries } from '../../adapters/doctor.ts';
import { snsChannel } from '../../adapters/sns.ts';
import { findingsOf, regionCanary } from '../../core/canary.ts';
import { compile } from '../../core/compile.ts';
import { defineConfig } from '../../core/config.ts';
import { canaryCheck } from '../../core/doctor/canary.ts';
import { askCanary, canaryState } from '../../core/state/canary.ts';
import { detections, knowledge } from '../../detections/index.ts';
import { handler as announceDeployed } from '../../functions/announce.ts';
import { handler as canaryDeployed } from '../../functions/canary.ts';
import { handler as trailDeployed } from '../../functions/cloudtrail.ts';
import { deps } from '../../functions/deps/deps.ts';
import { at } from '../announce/case.ts';
import { standIn } from '../announce/stand-in.ts';
import { startTables } from '../announce/tables.ts';
import { context, logged, measured, setUp } from '../functions/setup.ts';
import { policed } from '../policed.ts';
import { woken } from '../woken.ts';
import { type Account, delivered, startAccount } from './account.ts';

const announce = policed('announce', announceDeployed);
const canary = policed('canary', canaryDeployed);
const trail = policed('cloudtrail', trailDeployed);

const world = setUp();
const minute = 60_000;
const account = '111122223333';
const settings = defineConfig({ accounts: [account], home: 'eu-west-1' });
const match = compile(detections, knowledge, settings);

let aws: Account;
const start = at;
beforeAll(async () => {
  aws = await startAccount();
  process.env['CANARY_REGIONS'] = 'eu-west-1,us-east-1';
});
afterAll(async () => {
  delete process.env['CANARY_REGIONS'];
  await aws.stop();
});
beforeEach(async () => {
  await world.tables.stop();
  world.tables = await startTables();
  world.now = start;
  aws.ec2 = 'UnauthorizedOperation';
  aws.deaf = false;
  (aws.asked as unknown[]).length = 0; // a test looks at its own
  const sns = new SNSClient({ region: 'eu-west-1', maxAttempts: 1 });
  const topic = 'arn:aws:sns:eu-west-1:111122223333:tripline-production-alerts';
  world.with({
    settings,
    detections: () => detections,
    match: () => match,
    channels: () => [snsChannel(() => sns, topic)],
  });
});

const invoked = context({
  invokedFunctionArn: `arn:aws:lambda:eu-west-1:${account}:function:tripline-production-canary`,
});
const round = () => canary({} as ScheduledEvent, invoked); // it reads nothing of its event
const told = () => announce({ Records: woken(world.tables.local.stream()) } as DynamoDBStreamEvent, context());
const here = regionCanary('eu-west-1');
const there = regionCanary('us-east-1');
const finding = async (which: 'returned' | 'lost', of = here) =>
  (await world.tables.findings.cases([findingsOf(of, account)[which]]))[0];
const stateOf = async (of = here) => {
  const [answer] = await deps()
    .store()
    .observe([askCanary(of.name, world.now)]);
  return canaryState([answer?.item ?? {}, ...(answer?.also ?? [])]);
};
const callsOf = (region: string) => aws.calls().filter(({ headers }) => headers.authorization?.includes(`/${region}/`));
const newest = (region = 'eu-west-1') => callsOf(region).at(-1) ?? expect.fail(`no call in ${region}`);
/** The newest call comes back so long after it was made. */
const comesBack = async (after: number, region = 'eu-west-1') => {
  const calledAt = world.now;
  const event = delivered(newest(region), calledAt);
  world.now = calledAt + after;
  await trail(event, context());
  return event;
};
const metric = (name: string) => measured(world).flatMap(line => (name in line ? [line[name]].flat() : []));
const ours = () => aws.published().map(({ message }) => JSON.parse(message));

test('a call to a service that says nothing ends, and is unmade', async () => {
  const silent = await standIn(() => ({ never: true }));
  const before = process.env['AWS_ENDPOINT_URL'];
  process.env['AWS_ENDPOINT_URL'] = silent.address;
  try {
    const calls = canaryCalls(200);
    expect(await calls.region('eu-west-1', 'x')).toEqual({ state: 'unmade', why: 'EC2 of eu-west-1: TimeoutError' });
    expect(await calls.cluster('prod', 'eu-west-1', 'x')).toMatchObject({
      state: 'unmade',
      why: expect.stringContaining('eks:DescribeCluster: TimeoutError'),
    });
  } finally {
    process.env['AWS_ENDPOINT_URL'] = before;
    await silent.stop();
  }
});

describe('a round', () => {
  test('is one call in each region that is signed, carries the round, and is denied', async () => {
    await round();
    expect(aws.calls()).toHaveLength(2);
    for (const region of ['eu-west-1', 'us-east-1']) {
      const [call, ...more] = callsOf(region);
      expect(more).toEqual([]);
      expect(call?.headers['user-agent']).toMatch(/^aws-sdk-js\/.* tripline-canary[/#]\d{8}T\d{6}Z-[0-9a-f]{16}$/);
    }
    expect(metric('CanariesLate')).toEqual([0]);
    expect(metric('CanariesUncalled')).toEqual([0]);
  });

  test('comes back through detection, table and topic; is measured, resolved, and told to nobody who did not ask', async () => {
    await round();
    await comesBack(3 * minute);
    expect(await finding('returned')).toMatchObject({ severity: 'low', status: 'open', count: 1 });
    await told();
    expect(ours()).toEqual([
      expect.objectContaining({ finding: expect.objectContaining({ detection: 'pipeline/canary-returned' }) }),
    ]);
    expect(aws.published()[0]?.attributes).toMatchObject({ canary: 'returned', severity: 'low', kind: 'first' });
    const { disposition, status, due, last, resolvedAt } = (await finding('returned')) ?? {};
    expect({ disposition, status, due, same: last === resolvedAt }).toEqual({
      disposition: 'benign',
      status: 'resolved',
      due: undefined,
      same: true,
    });
    expect(metric('CanaryEventToAlert')).toEqual([3 * minute]);
    expect(metric('EventToAlert')).toEqual([]);
    expect(await stateOf()).toEqual({ returned: { event: start, took: 3 * minute } });
    expect(await stateOf(there)).toEqual({ waiting: start });
  });

  test('is news each time, and the case does not grow with the days', async () => {
    const sizes: number[] = [];
    process.env['CANARY_REGIONS'] = 'eu-west-1';
    for (let turn = 1; turn <= 9; turn++) {
      world.now = start + turn * 6 * 60 * minute;
      await round();
      await comesBack(2 * minute);
      await told();
      if (turn % 3 === 0) sizes.push((await finding('returned'))?.transitions.length ?? 0);
    }
    expect(aws.published()).toHaveLength(9);
    expect(new Set(ours().map(({ id }) => id)).size).toBe(9);
    expect(await finding('returned')).toMatchObject({ status: 'resolved', count: 9 });
    expect(await finding('lost')).toBeUndefined();
    const [third, sixth, ninth] = sizes;
    expect([sixth, ninth]).toEqual([third, third]);
    process.env['CANARY_REGIONS'] = 'eu-west-1,us-east-1';
  });

  test('delivered again and again is one round', async () => {
    await round();
    const event = await comesBack(2 * minute);
    await told();
    for (let again = 0; again < 3; again++) {
      world.now += minute;
      await trail(event, context());
      await told();
    }
    expect(aws.published()).toHaveLength(1);
    expect(await finding('returned')).toMatchObject({ status: 'resolved', count: 1 });
    expect(metric('CanaryEventToAlert')).toEqual([2 * minute]);
  });

  test('that nobody called makes no finding, whoever copies its mark; nor does one of another region', async () => {
    await round();
    const { headers, ...call } = newest();
    const agent = 'x tripline-canary/20260901T100000Z-0123456789abcdef';
    await trail(delivered({ ...call, headers: { ...headers, 'user-agent': agent } }, world.now), context());
    await trail(
      delivered(
        { ...call, headers: { ...headers, 'user-agent': newest('us-east-1').headers['user-agent'] } },
        world.now,
      ),
      context(),
    );
    await told();
    expect(aws.published()).toEqual([]);
    expect(await stateOf()).toEqual({ waiting: start });
  });

  test('of seventeen regions is seventeen announcements: no storm', async () => {
    const regions = Array.from({ length: 17 }, (_, index) => `xx-test-${index}`);
    process.env['CANARY_REGIONS'] = regions.join(',');
    await round();
    for (const region of regions) await trail(delivered(newest(region), start), context());
    await told();
    expect(ours().map(({ transition, finding: { detection } }) => [detection, transition.kind])).toEqual(
      regions.map(() => ['pipeline/canary-returned', 'first']),
    );
    process.env['CANARY_REGIONS'] = 'eu-west-1,us-east-1';
  });
});

test('a round writes what docs/deploy.md reckons with: at most 32 units of the tables, their indexes aside', async () => {
  process.env['CANARY_REGIONS'] = 'eu-west-1';
  const rounds = Number(process.env['ROUNDS'] ?? 3);
  let units = 0;
  world.tables.local.client.middlewareStack.add(
    next => async args => {
      Object.assign(args.input, { ReturnConsumedCapacity: 'TOTAL' });
      const answer = await next(args);
      const { ConsumedCapacity: used } = answer.output as {
        readonly ConsumedCapacity?:
          | { readonly CapacityUnits?: number }
          | readonly { readonly CapacityUnits?: number }[];
      }; // what every answer bears that was asked for it
      const isWrite = 'UpdateExpression' in args.input || JSON.stringify(args.input).includes('"PutRequest"');
      for (const { CapacityUnits = 0 } of [used ?? []].flat()) units += isWrite ? CapacityUnits : 0;
      return answer;
    },
    { step: 'initialize' },
  );
  for (let turn = 0; turn < rounds; turn++) {
    units = 0;
    world.now = start + turn * 30 * minute;
    await round();
    await comesBack(2 * minute);
    await told();
  }
  expect(units).toBeGreaterThan(10);
  expect(units, `${units} in round ${rounds}`).toBeLessThanOrEqual(32);
  process.env['CANARY_REGIONS'] = 'eu-west-1,us-east-1';
});

describe('a round that does not come back', () => {
  test('is late after half an hour: a number for the alarm, and one finding however often it is looked at', async () => {
    await round();
    world.now = start + 30 * minute;
    await round();
    expect(metric('CanariesLate')).toEqual([0, 0]);
    for (const after of [45, 60, 90]) {
      world.now = start + after * minute;
      await round();
    }
    expect(metric('CanariesLate').slice(2)).toEqual([2, 2, 2]);
    expect(await finding('lost')).toMatchObject({
      detection: 'pipeline/canary-lost',
      severity: 'high',
      status: 'open',
      count: 1,
      title: 'The canary of region eu-west-1 did not come back',
    });
    await told();
    expect(
      ours()
        .map(({ finding: { title } }) => title)
        .sort(),
    ).toEqual(['The canary of region eu-west-1 did not come back', 'The canary of region us-east-1 did not come back']);
    expect(aws.published().map(({ attributes }) => attributes['canary'])).toEqual([undefined, undefined]);
  });

  test('that comes back late is told and measured as it is, and the next look resolves what was lost', async () => {
    await round();
    const call = newest();
    world.now = start + 45 * minute;
    await round();
    expect(await finding('lost')).toMatchObject({ status: 'open' });
    world.now = start + 50 * minute;
    await trail(delivered(call, start), context());
    await told();
    expect(metric('CanaryEventToAlert')).toEqual([50 * minute]);
    expect(await stateOf()).toEqual({ returned: { event: start, took: 50 * minute }, waiting: start + 45 * minute });
    world.now = start + 60 * minute;
    await round();
    const lost = await finding('lost');
    expect(lost).toMatchObject({ status: 'resolved' });
    expect(lost?.trail?.at(-1)).toMatchObject({ who: 'tripline canary', note: 'it came back' });
    expect(await finding('lost', there)).toMatchObject({ status: 'open' });
  });

  test('and comes back together with the one after it: both are one announcement, and the next is news again', async () => {
    await round();
    const first = newest();
    world.now = start + 15 * minute;
    await round();
    const second = newest();
    world.now = start + 20 * minute;
    await trail(delivered(second, start + 15 * minute), context());
    await trail(delivered(first, start), context());
    await told();
    expect(aws.published()).toHaveLength(1);
    expect(await stateOf()).toMatchObject({ returned: { event: start + 15 * minute } });
    world.now = start + 30 * minute;
    await round();
    await comesBack(minute);
    await told();
    expect(ours().at(-1)?.transition.kind).toBe('reopened');
  });

  test('because the topic takes nothing has not come back, until it does', async () => {
    await round();
    aws.deaf = true;
    await comesBack(minute);
    const records = woken(world.tables.local.stream());
    const { batchItemFailures } = (await announce({ Records: records }, context())) ?? { batchItemFailures: [] };
    expect(batchItemFailures).toHaveLength(1);
    expect(await stateOf()).toEqual({ waiting: start });
    expect(await finding('returned')).toMatchObject({ status: 'open' });
    aws.deaf = false;
    await announce({ Records: records }, context());
    expect(await stateOf()).toMatchObject({ returned: { event: start } });
    expect(await finding('returned')).toMatchObject({ status: 'resolved' });
  });
});

test('the doctor reads from the state table which canaries there are, and how each is', async () => {
  await round();
  await comesBack(3 * minute);
  await told();
  world.now = start + 40 * minute;
  const { endpoint, tables } = world.tables.local;
  process.env['AWS_ENDPOINT_URL_DYNAMODB'] = endpoint;
  const found = await findCanaries('eu-west-1', tables.state, world.now);
  delete process.env['AWS_ENDPOINT_URL_DYNAMODB'];
  expect(found.map(([name, state]) => canaryCheck(name, state, settings, world.now))).toMatchObject([
    { name: 'canary region eu-west-1', state: 'good', says: expect.stringContaining('3 min after its call') },
    { name: 'canary region us-east-1', state: 'bad', says: expect.stringContaining('is missing') },
  ]);
});

describe('a crash', () => {
  const dying = (over: Partial<ReturnType<typeof deps>>) => world.with({ ...deps(), ...over });

  test('between the row and the call makes a round that is waited for, and the retry makes another', async () => {
    const calls = canaryCalls();
    dying({
      canary: () => ({
        ...calls,
        region: async () => {
          throw new Error('the process died');
        },
      }),
    });
    await expect(round()).rejects.toThrow('the process died');
    dying({ canary: () => calls });
    await round();
    await comesBack(minute);
    await told();
    expect(await stateOf()).toEqual({ returned: { event: start, took: minute } });
  });

  test('between the announcement and its mark is told again under the same id, and then all is done', async () => {
    await round();
    await comesBack(minute);
    const records = woken(world.tables.local.stream());
    const store = deps().store();
    dying({
      store: () => ({
        ...store,
        observe: async () => {
          throw new Error('the table is away');
        },
      }),
    });
    expect((await announce({ Records: records }, context()))?.batchItemFailures).toHaveLength(1);
    dying({ store: () => store });
    await announce({ Records: records }, context());
    expect(new Set(ours().map(({ id }) => id)).size).toBe(1);
    expect(await finding('returned')).toMatchObject({ status: 'resolved' });
    expect(await stateOf()).toMatchObject({ returned: { event: start } });
  });

  test('that left the finding open is mended by the next round, which is told', async () => {
    await round();
    await comesBack(minute);
    world.tables.local.stream();
    const stored = await finding('returned');
    if (stored === undefined) expect.fail('no finding');
    await world.tables.findings.recordTransition(stored.id, 'first', ['first']);
    await world.tables.findings.clearDue(stored);
    world.now = start + 30 * minute;
    await round();
    expect(await finding('returned')).toMatchObject({ status: 'resolved' });
    await comesBack(minute);
    await told();
    expect(ours().at(-1)?.transition.kind).toBe('reopened');
  });

  test('of another round in between: what is said again covers both', async () => {
    await round();
    const first = newest();
    world.now = start + 15 * minute;
    await round();
    const second = newest();
    await trail(delivered(first, start), context());
    const findings = deps().findings();
    let isFirst = true;
    dying({
      findings: () => ({
        ...findings,
        settle: async (...given) => {
          if (isFirst) await trail(delivered(second, start + 15 * minute), context());
          isFirst = false;
          return findings.settle(...given);
        },
      }),
    });
    const records = woken(world.tables.local.stream());
    expect((await announce({ Records: records }, context()))?.batchItemFailures).toHaveLength(1);
    await told();
    expect(await finding('returned')).toMatchObject({ status: 'resolved', count: 2 });
    expect(await stateOf()).toMatchObject({ returned: { event: start + 15 * minute } });
  });
});

describe('a call that cannot be made', () => {
  test('is said, is not waited for, and fails the function only where none could be made', async () => {
    aws.ec2 = 'RequestExpired';
    await expect(round()).rejects.toThrow('no canary could be called');
    expect(metric('CanariesUncalled')).toEqual([2]);
    const { failed, waiting } = await stateOf();
    expect(failed).toEqual({ at: start, why: 'EC2 of eu-west-1: RequestExpired' });
    expect(waiting).toBeUndefined();
    world.now = start + 60 * minute;
    await expect(round()).rejects.toThrow();
    expect(await finding('lost')).toBeUndefined();
    aws.ec2 = 'UnauthorizedOperation';
    world.now = start + 90 * minute;
    await round();
    expect(await stateOf()).toEqual({ waiting: start + 90 * minute });
  });

  test('is said where it is not denied: somebody gave the role a permission', async () => {
    const calls = canaryCalls();
    world.with({ ...deps(), canary: () => ({ ...calls, region: async () => ({ state: 'allowed' }) }) });
    await round();
    expect(logged(world).filter(({ level }) => level === 'warn')).toEqual([
      expect.objectContaining({ record: 'region eu-west-1', message: expect.stringContaining('allowed') }),
      expect.objectContaining({ record: 'region us-east-1' }),
    ]);
  });
});
