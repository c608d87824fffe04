import { describe, expect, test } from 'vitest';
import { dynamoStore } from '../../adapters/state-table.ts';
import { escalateAfter } from '../../core/announce/transitions.ts';
import { call } from '../../core/cloudtrail/example.ts';
import { findingId } from '../../core/findings/identity.ts';
import type { Change } from '../../core/findings/life.ts';
import { handler as announceDeployed } from '../../functions/announce.ts';
import { patience, handler as sweepDeployed } from '../../functions/sweep.ts';
import { match } from '../announce/tables.ts';
import { policed } from '../policed.ts';
import { woken } from '../woken.ts';
import { context, logged, setUp } from './setup.ts';

const announce = policed('announce', announceDeployed);
const sweep = policed('sweep', sweepDeployed);

const world = setUp();
const scheduled = {} as Parameters<typeof sweep>[0]; // a sweep reads nothing of its event
const idOf = (of: string) => findingId(match(0, {}, of));
const stream = () => announce({ Records: woken(world.tables.local.stream()) }, context());
const kinds = (of: string) =>
  world.heard
    .filter(({ message, channel }) => channel === 'sns' && message.finding.id === idOf(of))
    .map(({ message }) => message.transition.kind);
const said = async (of: string, over = {}) => {
  await world.tables.findings.fold([match(0, { severity: 'critical', ...over }, of)], world.now);
  await stream();
};
const read = async (of: string) => {
  const stored = await world.tables.findings.read(idOf(of));
  if (stored === undefined) throw new Error(`${of} is not there`);
  return stored.finding;
};
const work = async (of: string, change: Change) =>
  world.tables.findings.work(await read(of), change, { who: 'alice', at: world.now });

describe('a critical finding that nobody takes up', () => {
  test('is said again after fifteen minutes, once, on every channel', async () => {
    await said('one');
    world.now += escalateAfter - 1;
    await sweep(scheduled, context());
    expect(kinds('one')).toEqual(['first']);
    world.now += 1;
    await sweep(scheduled, context());
    world.now += 60 * 60_000;
    await sweep(scheduled, context());
    expect(kinds('one')).toEqual(['first', 'escalated']);
    expect(world.heard.filter(({ channel }) => channel === 'bus')).toHaveLength(2);
    expect((await read('one')).due).toBeUndefined();
  });

  test('is not where somebody did, where it is only high, or where escalating is off', async () => {
    await said('taken');
    await work('taken', { act: 'acknowledge' });
    await said('high', { severity: 'high' });
    world.now += 2 * escalateAfter;
    await sweep(scheduled, context());
    expect([kinds('taken'), kinds('high')]).toEqual([['first', 'acknowledged'], ['first']]);
    world.with({ escalateAfter: Number.POSITIVE_INFINITY });
    await said('off');
    world.now += 2 * escalateAfter;
    await sweep(scheduled, context());
    expect(kinds('off')).toEqual(['first']);
  });

  test('is said again by the next sweep where a channel was away', async () => {
    await said('late');
    world.now += escalateAfter;
    world.dead.add('bus');
    await sweep(scheduled, context());
    world.dead.clear();
    world.now += 6 * 60_000;
    await sweep(scheduled, context());
    expect(kinds('late')).toEqual(['first', 'escalated']);
    const bus = world.heard.filter(({ channel, message }) => channel === 'bus' && message.finding.id === idOf('late'));
    expect(bus.map(({ message }) => message.transition.kind)).toEqual(['first', 'escalated']);
    expect(logged(world).some(({ level }) => level === 'warn')).toBe(true);
  });
});

describe('what a detection of another version is to judge again', () => {
  test('is left to that version', async () => {
    const { client, tables } = world.tables.local;
    const store = dynamoStore(client, tables.state);
    const event = call('ec2', 'RunInstances');
    const after = world.now - 60_000;
    await store.postpone([{ id: 'theirs', at: world.now, detection: 'lineage/not-ours', event, streams: [], after }]);
    await sweep(scheduled, context());
    expect((await store.due(world.now + 15 * 60_000, 1)).map(({ id }) => id)).toEqual(['theirs']);
    await store.done([{ id: 'theirs' }]);
  });
});

describe('what people do', () => {
  test('is announced from the stream, each act once', async () => {
    await said('worked', { severity: 'high' });
    await work('worked', { act: 'acknowledge' });
    await stream();
    await work('worked', { act: 'resolve', disposition: 'benign' });
    await stream();
    await stream();
    expect(kinds('worked')).toEqual(['first', 'acknowledged', 'resolved']);
    expect(world.heard.at(-1)?.message.finding).toMatchObject({ status: 'resolved', disposition: 'benign' });
  });
});

describe('a suppression of one finding', () => {
  test('ends by itself, and the trail says so', async () => {
    await said('quiet', { severity: 'high' });
    await work('quiet', { act: 'suppress', until: world.now + 60_000 });
    await sweep(scheduled, context());
    expect((await read('quiet')).status).toBe('suppressed');
    world.now += 60_000;
    await sweep(scheduled, context());
    expect(await read('quiet')).toMatchObject({
      status: 'open',
      trail: [{ act: 'suppress' }, { act: 'reopen', who: 'tripline' }],
    });
  });
});

describe('a part of the sweep that fails', () => {
  test('fails it when all others had their turn, so that an alarm tells', async () => {
    await world.tables.findings.fold([match(0, {}, 'waiting')], world.now);
    world.now += patience;
    const list = () => Promise.reject(new Error('not allowed to query'));
    world.with({ findings: () => ({ ...world.tables.findings, list }) });
    await expect(sweep(scheduled, context())).rejects.toThrow('not allowed to query');
    expect(kinds('waiting')).toEqual(['first']);
    expect(logged(world)).toContainEqual(expect.objectContaining({ level: 'warn', record: 'what is due by time' }));
  });
});
