import { describe, expect, test } from 'vitest';
import { dynamoStore } from '../../adapters/state-table.ts';
import { escalateAfter } from '../../core/announce/transitions.ts';
import { call } from '../../core/cloudtrail/example.ts';
import type { AnyDetection } from '../../core/detection.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { findingId } from '../../core/findings/identity.ts';
import type { Change } from '../../core/findings/life.ts';
import { handler as announceDeployed } from '../../functions/announce.ts';
import { deps } from '../../functions/deps/deps.ts';
import { patience, handler as sweepDeployed } from '../../functions/sweep.ts';
import { at } from '../announce/case.ts';
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

  test('is said again behind hundreds that were told together', async () => {
    await said('behind');
    const { transitions, ...waiting } = await read('behind');
    const folded = { ...waiting, transitions: transitions.filter(mark => !mark.startsWith('since#')) };
    const full = { items: Array(100).fill(folded), next: 'more' };
    let pages = 0;
    const list: typeof world.tables.findings.list = async (filter, page) =>
      ++pages > 6 || filter.statuses?.[0] !== 'open'
        ? world.tables.findings.list(filter, { limit: page?.limit ?? 1 })
        : full;
    world.with({ findings: () => ({ ...world.tables.findings, list }) });
    world.now += escalateAfter;
    await sweep(scheduled, context());
    expect(kinds('behind')).toEqual(['first', 'escalated']);
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

describe('a finding of a detection that was switched off', () => {
  const id = 'cloudtrail/disallowed-instance-family-launched';
  const off = { ...exampleSettings, detections: { [id]: { status: 'off' as const } } };
  const known = { detections: () => [{ id } as AnyDetection] }; // nothing else is asked of it
  const hour = 60 * 60_000;
  const nextHour = (hours = 1) => {
    world.now = Math.ceil((world.now + hours * hour) / hour) * hour;
    return sweep(scheduled, context());
  };

  test('ends an hour after its newest event, which is said once, and opens again with a later event', async () => {
    await said('noisy', { severity: 'high' });
    world.with({ ...known, settings: off });
    world.now = at + hour / 2;
    await sweep(scheduled, context());
    expect((await read('noisy')).status).toBe('open');
    await nextHour();
    await stream();
    await nextHour();
    await stream();
    const ended = await read('noisy');
    expect(ended).toMatchObject({
      status: 'resolved',
      resolvedAt: ended.last,
      trail: [
        {
          act: 'resolve',
          who: 'tripline sweep (detection switched off)',
          note: expect.stringMatching(/is off in the settings/),
        },
      ],
    });
    expect(ended.disposition).toBeUndefined();
    expect(kinds('noisy')).toEqual(['first', 'resolved']);
    expect(world.lines.join('\n')).toMatch(/"function":"sweep","ended":\d+/);

    world.with(known);
    await world.tables.findings.fold([match(2, {}, 'noisy')], world.now);
    await stream();
    expect((await read('noisy')).status).toBe('open');
    expect(kinds('noisy')).toEqual(['first', 'resolved', 'reopened']);
  });

  test('that was never said ends without a word', async () => {
    await world.tables.findings.fold([match(0, { status: 'watching' }, 'silent')], world.now);
    world.with({ ...known, settings: off });
    await nextHour(2);
    await stream();
    expect((await read('silent')).status).toBe('resolved');
    expect(kinds('silent')).toEqual([]);
  });

  test('stays where people are at it or want it open, where it is critical, and where it is still to be said', async () => {
    const acts: { readonly [of: string]: Change } = {
      acknowledged: { act: 'acknowledge' },
      assigned: { act: 'assign', to: 'bob' },
      true: { act: 'judge', disposition: 'true-positive' },
      wanted: { act: 'reopen' },
    };
    for (const [of, act] of Object.entries(acts)) {
      await said(of, { severity: 'high' });
      if (of === 'wanted') await work(of, { act: 'resolve' });
      await work(of, act);
      await stream();
    }
    await said('grave', { severity: 'critical' });
    world.with({ ...known, settings: off, escalateAfter: Number.POSITIVE_INFINITY });
    await world.tables.findings.fold([match(0, {}, 'unsaid')], at + 2 * hour - 60_000);
    await nextHour(2);
    for (const of of ['assigned', 'true', 'wanted', 'grave', 'unsaid'])
      expect([of, (await read(of)).status]).toEqual([of, 'open']);
    expect((await read('acknowledged')).status).toBe('acknowledged');
  });

  test('waits for the next hour where the time is needed to announce what is due', async () => {
    await said('patient', { severity: 'high' });
    world.with({ ...known, settings: off });
    world.now = at + 2 * hour;
    await sweep(scheduled, context({ getRemainingTimeInMillis: () => 59_999 }));
    expect((await read('patient')).status).toBe('open');
    await sweep(scheduled, context({ getRemainingTimeInMillis: () => 60_000 }));
    expect((await read('patient')).status).toBe('resolved');
  });

  test('holds up no other where it can’t be resolved, and fails the sweep', async () => {
    for (const of of ['before', 'heavy', 'after']) await said(of, { severity: 'high' });
    const { findings } = world.tables;
    world.with({
      ...known,
      settings: off,
      findings: () => ({
        ...findings,
        work: (finding, ...rest) =>
          finding.key['principal'] === 'heavy'
            ? Promise.reject(new Error('too large'))
            : findings.work(finding, ...rest),
      }),
    });
    await expect(nextHour(2)).rejects.toThrow('too large');
    expect([(await read('before')).status, (await read('heavy')).status, (await read('after')).status]).toEqual([
      'resolved',
      'open',
      'resolved',
    ]);
  });

  test('that was removed waits a day, for another version may have it; one that is there stays', async () => {
    await said('renamed', { severity: 'high', detection: 'cloudtrail/renamed' });
    await said('there', { severity: 'high' });
    world.with(known);
    const renamed = async () => {
      const removed = findingId(match(0, { detection: 'cloudtrail/renamed' }, 'renamed'));
      return (await world.tables.findings.cases([removed]))[0];
    };
    await nextHour(22);
    expect((await renamed())?.status).toBe('open');
    await nextHour(2);
    expect(await renamed()).toMatchObject({
      status: 'resolved',
      trail: [{ who: 'tripline sweep (detection removed)' }],
    });
    expect((await read('there')).status).toBe('open');
  });
});

describe('a finding of something that was missing', () => {
  const account = '111122223333';
  const instance = 'i-0bbbbccccddddeeee';
  const launched = 'lineage/node-never-launched';
  const joined = 'lineage/instance-never-joined';
  const known = {
    detections: () => [{ id: launched }, { id: joined }] as AnyDetection[],
    escalateAfter: Number.POSITIVE_INFINITY,
  };
  const found = (of: string, detection: string) =>
    match(0, { detection, severity: 'critical', key: { instance: of } }, of);
  const read = async (of: string, detection: string) =>
    (await world.tables.findings.cases([findingId(found(of, detection))]))[0];
  const learn = (scope: string, set: string, time: number) =>
    deps()
      .store()
      .observe([{ scope, add: { [set]: [new Date(time).toISOString()] }, expires: world.now + 24 * 60 * 60_000 }]);
  const fold = async (of: string, detection: string) => {
    await world.tables.findings.fold([found(of, detection)], world.now);
    await stream();
  };
  const nextHour = () => {
    world.now = at + 60 * 60_000;
    return sweep(scheduled, context());
  };

  test.each([
    [launched, 'launched', `instance#${account}#${instance}`, -60_000, 'launch recorded late'],
    [joined, 'joined', `joined#${account}#${instance}`, 14 * 60_000, 'node recorded late'],
  ])('ends where its record comes late: %s', async (detection, set, scope, offset, who) => {
    world.with(known);
    await fold(instance, detection);
    await nextHour();
    expect((await read(instance, detection))?.status).toBe('open');
    await learn(scope, set, at + offset);
    await nextHour();
    expect(await read(instance, detection)).toMatchObject({
      status: 'resolved',
      trail: [{ act: 'resolve', who: `tripline sweep (${who})` }],
    });
    await stream();
    expect(world.heard.at(-1)?.message.transition.kind).toBe('resolved');
  });

  test('stays where what came was too late, is of another instance, or somebody is at it', async () => {
    world.with(known);
    const cases = [
      ['i-0late', launched, 'i-0late', 'launched', 60_000],
      ['i-0slow', joined, 'i-0slow', 'joined', 16 * 60_000],
      ['i-0other', launched, 'i-0another', 'launched', -60_000],
      ['i-0taken', launched, 'i-0taken', 'launched', -60_000],
    ] as const;
    for (const [of, detection, learned, set, offset] of cases) {
      await fold(of, detection);
      await learn(`${set === 'launched' ? 'instance' : 'joined'}#${account}#${learned}`, set, at + offset);
    }
    const taken = await read('i-0taken', launched);
    if (taken === undefined) throw new Error('it is not there');
    await world.tables.findings.work(taken, { act: 'assign', to: 'bob' }, { who: 'alice', at: world.now });
    await nextHour();
    for (const [of, detection] of cases) expect([of, (await read(of, detection))?.status]).toEqual([of, 'open']);
  });
});
