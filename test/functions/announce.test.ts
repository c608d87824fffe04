import type { DynamoDBStreamEvent } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { findingId } from '../../core/findings/identity.ts';
import { handler as announceDeployed } from '../../functions/announce.ts';
import { fromEnvironment } from '../../functions/deps/deps.ts';
import { mostCases, patience, handler as sweepDeployed } from '../../functions/sweep.ts';
import { match } from '../announce/tables.ts';
import { policed } from '../policed.ts';
import { woken } from '../woken.ts';
import { context, logged, measured, setUp } from './setup.ts';

const announce = policed('announce', announceDeployed);
const sweep = policed('sweep', sweepDeployed);

const world = setUp();
const streamed = (): DynamoDBStreamEvent => ({ Records: woken(world.tables.local.stream()) });
const scheduled = {} as Parameters<typeof sweep>[0]; // a sweep reads nothing of its event
const fold = (of: string, n = 0, over = {}) => world.tables.findings.fold([match(n, over, of)], world.now);
const heardOf = (of: string) =>
  world.heard.filter(({ message }) => message.finding.id === findingId(match(0, {}, of))).map(({ channel }) => channel);

describe('the stream', () => {
  test('announces what is due, once, though a case is in many records', async () => {
    await fold('a');
    await fold('a', 1);
    await fold('b');
    const event = streamed();
    expect(event.Records.length).toBeGreaterThan(2);
    expect(await announce(event, context())).toEqual({ batchItemFailures: [] });
    expect(heardOf('a')).toEqual(['sns', 'bus']);
    expect(heardOf('b')).toEqual(['sns', 'bus']);
    expect(await announce(event, context())).toEqual({ batchItemFailures: [] });
    expect(await announce(streamed(), context())).toEqual({ batchItemFailures: [] });
    expect(world.heard).toHaveLength(4);
  });

  test('says in which stage the finding is', async () => {
    world.with({ stage: 'production' });
    await fold('staged');
    await announce(streamed(), context());
    const [{ message } = { message: undefined }] = world.heard;
    expect(message?.commands[0]?.command).toBe(`npx tripline findings show ${message?.finding.id} --stage production`);
    expect(fromEnvironment({ STAGE: 'production' }).stage).toBe('production');
  });

  test('hands back the record of a case that could not be said, and of no other', async () => {
    await fold('c');
    const failing = world.tables.local.stream();
    world.dead.add('bus');
    const { batchItemFailures } = (await announce({ Records: [...failing] }, context())) ?? { batchItemFailures: [] };
    const last = failing.findLast(({ dynamodb }) => dynamodb?.NewImage?.['sk']?.S === 'case');
    expect(batchItemFailures).toEqual([{ itemIdentifier: last?.dynamodb?.SequenceNumber }]);
    expect(heardOf('c')).toEqual(['sns']);
    world.dead.clear();
    await announce({ Records: [...failing] }, context());
    expect(heardOf('c')).toEqual(['sns', 'bus']);
  });

  test('begins no case when time runs out, and hands back what it did not begin', async () => {
    await fold('hurried');
    const records = world.tables.local.stream();
    const late = context({ getRemainingTimeInMillis: () => 14_999 });
    const { batchItemFailures } = (await announce({ Records: [...records] }, late)) ?? { batchItemFailures: [] };
    expect(batchItemFailures).toHaveLength(1);
    expect(heardOf('hurried')).toEqual([]);
    expect(await announce({ Records: [...records] }, context({ getRemainingTimeInMillis: () => 15_000 }))).toEqual({
      batchItemFailures: [],
    });
    expect(heardOf('hurried')).toEqual(['sns', 'bus']);
  });

  test('passes over windows, entity rows, deletions and what it does not know', async () => {
    const records = [
      {},
      { dynamodb: {} },
      { eventName: 'REMOVE' as const, dynamodb: { Keys: { pk: { S: 'x' } } } },
      { dynamodb: { NewImage: { pk: { S: 'x' }, sk: { S: 'w#2026' }, due: { N: '1' } } } },
      { dynamodb: { NewImage: { pk: { S: 'x' }, sk: { S: 'case' } } } },
    ];
    expect(await announce({ Records: records }, context())).toEqual({ batchItemFailures: [] });
    expect(world.heard).toEqual([]);
  });

  test('logs one line of JSON and its metrics for an invocation', async () => {
    await fold('d');
    await announce(streamed(), context());
    expect(logged(world)).toEqual([
      { level: 'info', function: 'announce', requestId: 'request-1', ms: 0, Announced: 1 },
    ]);
    expect(measured(world)).toEqual([
      {
        _aws: {
          Timestamp: world.now,
          CloudWatchMetrics: [
            {
              Namespace: 'Tripline',
              Dimensions: [['stage', 'function']],
              Metrics: [
                { Name: 'Announced', Unit: 'Count' },
                { Name: 'EventToAlert', Unit: 'Milliseconds' },
              ],
            },
          ],
        },
        stage: 'local',
        function: 'announce',
        Announced: 1,
        EventToAlert: [60_000, 60_000],
      },
    ]);
  });
});

describe('how old an event is when it is told', () => {
  const ages = () => measured(world).flatMap(({ EventToAlert }) => EventToAlert ?? []);

  test('is counted from the first event of a new finding, and from the newest of what follows', async () => {
    await fold('aged');
    await announce(streamed(), context());
    world.lines.length = 0;
    world.now += 3_600_000;
    await fold('aged', 3_000, { severity: 'critical' });
    await announce(streamed(), context());
    expect(ages()).toEqual([660_000, 660_000]);
  });

  test('is not counted of what people do, nor of events of yesterday', async () => {
    await fold('worked');
    await announce(streamed(), context());
    const [finding] = await world.tables.findings.cases([findingId(match(0, {}, 'worked'))]);
    if (finding === undefined) throw new Error('no finding');
    world.lines.length = 0;
    await world.tables.findings.work(finding, { act: 'acknowledge' }, { who: 'ada', at: world.now });
    await announce(streamed(), context());
    await fold('late');
    const waiting = streamed();
    world.now += 25 * 3_600_000;
    await announce(waiting, context());
    expect(measured(world).map(({ Announced }) => Announced)).toEqual([1, 1]);
    expect(ages()).toEqual([]);
  });
});

describe('the sweep', () => {
  test('says what has been due for over five minutes, and nothing younger', async () => {
    await fold('old');
    world.now += patience - 1;
    await sweep(scheduled, context());
    expect(heardOf('old')).toEqual([]);
    world.now += 1;
    await fold('young');
    await sweep(scheduled, context());
    expect(heardOf('old')).toEqual(['sns', 'bus']);
    expect(heardOf('young')).toEqual([]);
  });

  test('goes on past a case that fails, and fails only where nothing could be said', async () => {
    await fold('e');
    await fold('f');
    world.now += 2 * patience;
    world.dead.add('sns');
    await expect(sweep(scheduled, context())).rejects.toThrow('sns is away');
    expect(heardOf('e')).toEqual(['bus']);
    expect(heardOf('f')).toEqual(['bus']);
    world.dead.clear();
    await sweep(scheduled, context());
    expect(heardOf('e')).toEqual(['bus', 'sns']);
  });

  test('reads page by page until everything is said', async () => {
    const names = Array.from({ length: 120 }, (_, at) => `page-${at}`);
    await world.tables.findings.fold(
      names.map(of => match(0, {}, of)),
      world.now,
    );
    world.now += 2 * patience;
    await sweep(scheduled, context());
    expect(names.filter(name => heardOf(name).length !== 2)).toEqual([]);
    expect(names.length).toBeLessThan(mostCases);
  });

  test('begins nothing when its time is nearly up, and says so', async () => {
    await fold('g');
    world.now += 2 * patience;
    await sweep(scheduled, context({ getRemainingTimeInMillis: () => 14_999 }));
    expect(heardOf('g')).toEqual([]);
    expect(measured(world)[0]).toMatchObject({ SweepLeft: 1 });
    await sweep(scheduled, context());
    expect(heardOf('g')).toEqual(['sns', 'bus']);
  });
});
