import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { fromEnvironment } from '../../functions/deps/deps.ts';
import { lambda, said, warn } from '../../functions/invocation/lambda.ts';
import { newMeter } from '../../functions/invocation/meter.ts';
import { context, logged, measured, setUp } from './setup.ts';

const world = setUp();

describe('a handler', () => {
  test('that throws is logged in visible characters and throws on, so that the queue keeps the record', async () => {
    const handler = lambda('broken', async () => {
      throw new TypeError('no \u001b[31mcolour\nlevel=info forged');
    });
    await expect(handler({}, context())).rejects.toThrow('no ');
    expect(logged(world)).toEqual([
      {
        level: 'error',
        function: 'broken',
        requestId: 'request-1',
        ms: 0,
        error: 'TypeError',
        message: 'no \\e[31mcolour\\nlevel=info forged',
      },
    ]);
    expect(world.lines[0]).not.toContain('\n');
  });

  test('says of each line when it was written, without which Lambda takes it for one of level INFO', () => {
    warn('audit', 'one', new Error('away'));
    expect(JSON.parse(world.lines[0] ?? '')).toMatchObject({ level: 'warn', timestamp: '2026-09-01T10:01:00.000Z' });
  });

  test('throws on nothing that an error carries along: Lambda’s own client logs all of it', async () => {
    const thrown = Object.assign(new TypeError('the queue\n    at home is away'), {
      input: 'token=abc',
      cause: new Error('AKIA'),
    });
    const handler = lambda('broken', async () => {
      throw thrown;
    });
    const told = await handler({}, context()).catch((error: Error) => error);
    expect({ ...told }).toEqual({});
    expect(told).toMatchObject({ name: 'TypeError', message: 'the queue\\n    at home is away' });
    expect(told.stack).toMatch(/^TypeError: the queue\\n {4}at home is away\n {4}at (?!home)/);
    expect(inspect(told)).not.toMatch(/abc|AKIA/);
  });

  test('counts each invocation for itself, also when they overlap', async () => {
    const handler = lambda('counting', async (by: number, meter) => {
      meter.add('EventsRead', by);
      await new Promise(done => setTimeout(done, 5));
      meter.add('EventsRead', by);
    });
    await Promise.all([handler(1, context()), handler(10, context())]);
    expect(measured(world).map(({ EventsRead }) => EventsRead)).toEqual([2, 20]);
  });

  test('whose time is over does not answer: what it is at would go on in the next invocation', async () => {
    const handler = lambda('slow', () => new Promise(done => setTimeout(done, 50, 'done')));
    await expect(handler({}, context({ getRemainingTimeInMillis: () => 20 }))).resolves.toBe('done');
  });

  test('logs nothing of an error but its name and message', () => {
    const error = Object.assign(new Error('the queue is away'), { secret: 'AKIA', cause: new Error('token=abc') });
    expect(said(error)).toEqual({ error: 'Error', message: 'the queue is away' });
    expect(said('token=abc')).toEqual({ error: 'unknown', message: 'what was thrown is not an error' });
  });
});

describe('metrics', () => {
  test('of an invocation that counted nothing are no line', () => {
    expect(newMeter().emf({ stage: 's', function: 'x' }, 0)).toBeUndefined();
  });

  test('are told apart by stage and function', () => {
    const meter = newMeter();
    meter.add('EventsRead', 2);
    meter.latency('EventToAlert', 7);
    const line = JSON.parse(meter.emf({ stage: 'blue', function: 'x' }, 0) ?? '');
    expect(line).toMatchObject({ stage: 'blue', function: 'x', EventsRead: 2, EventToAlert: [7] });
    expect(line._aws.CloudWatchMetrics[0].Dimensions).toEqual([['stage', 'function']]);
    expect(line._aws.CloudWatchMetrics[0].Metrics).toEqual([
      { Name: 'EventsRead', Unit: 'Count' },
      { Name: 'EventToAlert', Unit: 'Milliseconds' },
    ]);
  });

  test('hold at most a hundred latencies, none of them negative', () => {
    const meter = newMeter();
    for (let at = 0; at < 150; at++) meter.latency('EventToFinding', at - 5);
    const line = JSON.parse(meter.emf({ stage: 's', function: 'x' }, 0) ?? '');
    expect(line.EventToFinding).toHaveLength(100);
    expect(Math.min(...line.EventToFinding)).toBe(0);
    expect(line._aws.CloudWatchMetrics[0].Metrics).toEqual([{ Name: 'EventToFinding', Unit: 'Milliseconds' }]);
  });
});

describe('the environment', () => {
  test.each([
    ['findings', 'FINDINGS_TABLE'],
    ['store', 'STATE_TABLE'],
    ['ledger', 'STATE_TABLE'],
    ['quarantine', 'QUARANTINE_BUCKET'],
    ['channels', 'TOPIC_ARN'],
  ] as const)('is asked for %s only when it is used, and says which variable is missing', (part, variable) => {
    const deps = fromEnvironment({});
    expect(() => deps[part]()).toThrow(`the environment variable ${variable} is not set`);
  });

  test('keeps Slack’s webhook out of every error', async () => {
    const deps = fromEnvironment({ SLACK_WEBHOOK: 'http://hooks.slack.example/SECRET' });
    const error = await deps.slack.post({} as never).catch((caught: unknown) => caught);
    expect(String(error)).not.toContain('SECRET');
    await expect(async () => fromEnvironment({}).slack.post({} as never)).rejects.toThrow('SLACK_WEBHOOK');
  });

  test('makes each part once', () => {
    const deps = fromEnvironment({ FINDINGS_TABLE: 'f', STATE_TABLE: 's' });
    expect(deps.findings()).toBe(deps.findings());
  });
});
