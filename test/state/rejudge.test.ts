import { describe, expect, it } from 'vitest';
import { call } from '../../core/cloudtrail/example.ts';
import { compile } from '../../core/compile.ts';
import { cloudtrail, type Detection } from '../../core/detection.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { memoryFindings } from '../../core/findings/memory.ts';
import { detect } from '../../core/pipeline.ts';
import { rejudge } from '../../core/rejudge.ts';
import { marksOf, streamOf } from '../../core/state/heard.ts';
import { memoryStore } from '../../core/state/memory.ts';
import type { Observation, Store } from '../../core/state/observation.ts';
import { remembering } from '../../core/state/remembering.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const start = Date.parse('2026-09-01T10:00:00Z');
const stream = streamOf('kubernetes', '111122223333', 'prod');

/** Fires on a call that nothing followed within ten minutes. */
const lonely = (over: Partial<Detection<'cloudtrail'>> = {}) =>
  cloudtrail({
    id: 'lineage/lonely',
    title: '{event} was left alone',
    severity: 'high',
    when: { eventName: ['RunInstances'] },
    by: () => [{ who: 'alice' }],
    state: {
      kind: 'test',
      doc: 'test',
      observe: ({ event }) => [{ scope: `lonely#${event.account}`, expires: event.time }],
      decide: ({ event, again }, _key, [answer]) =>
        again === undefined || answer?.item['followed'] !== undefined ? [] : [{ eventId: event.id, time: event.time }],
      again: ({ event }) => ({ after: event.time + 10 * minute, streams: [stream] }),
    },
    attack: [],
    why: 'A test.',
    references: ['none'],
    runbook: ['a', 'b', 'c'],
    blind: ['all'],
    examples: {
      matches: [
        { name: 'a', event: call('ec2', 'RunInstances') },
        { name: 'b', event: call('ec2', 'RunInstances') },
      ],
      misses: [
        { name: 'c', event: call('ec2', 'StopInstances') },
        { name: 'd', event: call('ec2', 'StartInstances') },
      ],
    },
    ...over,
  });

const world = (detections = [lonely()]) => {
  const store = memoryStore();
  const findings = memoryFindings();
  const deps = {
    match: compile(detections, [], exampleSettings),
    store,
    findings,
    quarantine: { keep: async () => undefined },
  };
  const hear = async (time: number): Promise<void> => {
    await store.observe(marksOf([{ source: 'kubernetes', account: call('ec2', 'X').account, cluster: 'prod', time }]));
  };
  const launch = async (): Promise<void> => {
    await detect([{ kind: 'event', event: call('ec2', 'RunInstances') }], deps);
  };
  return { deps, store, findings, hear, launch };
};

describe('an event is judged again', () => {
  it('when what may be late has had its time, and not before', async () => {
    const { deps, findings, hear, launch } = world();
    await launch();
    await hear(start + 30 * minute);
    expect(await rejudge(deps, start + 24 * minute)).toBe(0);
    expect(findings.list()).toHaveLength(0);
    expect(await rejudge(deps, start + 25 * minute)).toBe(1);
    expect(findings.list().map(({ finding }) => finding.count)).toEqual([1]);
    expect(await rejudge(deps, start + 60 * minute)).toBe(0);
  });
  it('and finds nothing where the second half of the story came', async () => {
    const { deps, store, findings, hear, launch } = world();
    await launch();
    await store.observe([{ scope: 'lonely#111122223333', add: { followed: ['yes'] }, expires: start }]);
    await hear(start + 30 * minute);
    expect(await rejudge(deps, start + 25 * minute)).toBe(1);
    expect(findings.list()).toHaveLength(0);
  });
  it('only while the streams it listens to are heard: it waits for them, at most a day', async () => {
    const { deps, findings, hear, launch } = world();
    await launch();
    await hear(start + 9 * minute);
    expect(await rejudge(deps, start + 25 * minute)).toBe(0);
    await hear(start + 31 * minute);
    // It is looked at again in a quarter of an hour.
    expect(await rejudge(deps, start + 39 * minute)).toBe(0);
    expect(await rejudge(deps, start + 40 * minute)).toBe(1);
    expect(findings.list()).toHaveLength(1);

    const silent = world();
    await silent.launch();
    expect(await rejudge(silent.deps, start + 25 * 60 * minute)).toBe(0);
    await silent.hear(start + 31 * minute);
    expect(await rejudge(silent.deps, start + 50 * 60 * minute)).toBe(0);
    expect(silent.findings.list()).toHaveLength(0);
  });
  it('looked at some twenty times in a day of silence, each of which is a write, and within a quarter of the time it waited', async () => {
    const { deps, store, findings, hear, launch } = world();
    await launch();
    let writes = 0;
    const counted: Store = {
      ...store,
      postpone: async some => {
        writes++;
        await store.postpone(some);
      },
    };
    const sweep = async (now: number) => rejudge({ ...deps, store: counted }, now);
    for (let at = 25; at < 20 * 60; at += 5) expect(await sweep(start + at * minute)).toBe(0);
    expect(writes).toBeLessThan(20);
    await hear(start + 20 * 60 * minute);
    for (let at = 20 * 60; at <= 22 * 60; at += 5) await sweep(start + at * minute);
    expect(findings.list()).toHaveLength(1);
  });
  it('until a day has gone by since its moment, and not later', async () => {
    const given = start + 10 * minute + day;
    const patient = world();
    await patient.launch();
    expect(await rejudge(patient.deps, given - 1)).toBe(0);
    await patient.hear(start + 31 * minute);
    expect(await rejudge(patient.deps, given - 1 + 2 * 60 * minute)).toBe(1);
    const silent = world();
    await silent.launch();
    expect(await rejudge(silent.deps, given)).toBe(0);
    await silent.hear(start + 31 * minute);
    expect(await rejudge(silent.deps, given + 15 * minute)).toBe(0);
    expect(silent.findings.list()).toEqual([]);
  });
  it('though it could not be put off: nothing that waits is lost', async () => {
    const { deps, store, hear, launch } = world();
    await launch();
    const broken = { ...store, postpone: () => Promise.reject(new Error('down')) };
    await expect(rejudge({ ...deps, store: broken }, start + 25 * minute)).rejects.toThrow('down');
    await hear(start + 31 * minute);
    expect(await rejudge(deps, start + 40 * minute)).toBe(1);
  });
  it('when all streams were heard, not one of them', async () => {
    const other = streamOf('kubernetes', '111122223333', 'other');
    const rule = lonely();
    const state = {
      ...rule.state,
      again: ({ event }: { readonly event: { readonly time: number } }) => ({
        after: event.time + 10 * minute,
        streams: [stream, other],
      }),
    };
    const { deps, store, hear, launch } = world([lonely({ state } as Partial<Detection<'cloudtrail'>>)]);
    await launch();
    await hear(start + 31 * minute);
    expect(await rejudge(deps, start + 25 * minute)).toBe(0);
    await store.observe(
      marksOf([{ source: 'kubernetes', account: '111122223333', cluster: 'other', time: start + 31 * minute }]),
    );
    expect(await rejudge(deps, start + 40 * minute)).toBe(1);
  });
  it('with however many others, some at a time, as long as there is time', async () => {
    const { deps, hear, findings } = world();
    const reads = Array.from({ length: 120 }, (_, at) => ({
      kind: 'event' as const,
      event: call('ec2', 'RunInstances', { eventID: `e-${at}` }),
    }));
    await detect(reads, deps);
    await hear(start + 31 * minute);
    let asked = 0;
    expect(await rejudge(deps, start + 25 * minute, () => ++asked < 2)).toBe(50);
    expect(await rejudge(deps, start + 25 * minute)).toBe(70);
    expect(findings.list().map(({ finding }) => finding.count)).toEqual([120]);
  });
  it('by the version that has its detection: others leave it, at most a day', async () => {
    const { deps, findings, hear, launch } = world();
    await launch();
    await hear(start + 30 * minute);
    expect(await rejudge({ ...deps, knows: () => false }, start + 25 * minute)).toBe(0);
    expect(await rejudge(deps, start + 40 * minute)).toBe(1);
    expect(findings.list()).toHaveLength(1);

    const removed = world();
    await removed.launch();
    await rejudge({ ...removed.deps, knows: () => false }, start + 25 * 60 * minute);
    expect(await removed.store.due(start + 99 * 60 * minute, 1)).toEqual([]);
  });
  it('though another can’t be judged, of which it is said why', async () => {
    const { deps, store, findings, hear, launch } = world();
    await launch();
    await hear(start + 30 * minute);
    const [due] = await store.due(start + 25 * minute, 1);
    if (due === undefined) throw new Error('the launch is due');
    const foreign = { ...due, id: 'a', event: { ...call('ec2', 'RunInstances'), source: 'another' as 'cloudtrail' } };
    await store.postpone([foreign]);
    await expect(rejudge(deps, start + 25 * minute)).rejects.toBeInstanceOf(TypeError);
    expect(findings.list()).toHaveLength(1);
    expect((await store.due(start + 40 * minute, 10)).map(({ id }) => id)).toEqual(['a']);
  });
  it('as the same event, however often it was delivered and judged', async () => {
    const { deps, findings, hear, launch } = world();
    await hear(start + 30 * minute);
    for (let round = 0; round < 3; round++) {
      await launch();
      await launch();
      await rejudge(deps, start + 25 * minute);
    }
    expect(findings.list().map(({ finding }) => finding.count)).toEqual([1]);
  });
  it('once more where folding failed', async () => {
    const { deps, findings, hear, launch } = world();
    await launch();
    await hear(start + 30 * minute);
    const broken = { ...deps, findings: { fold: () => Promise.reject(new Error('down')) } };
    await expect(rejudge(broken, start + 25 * minute)).rejects.toThrow('down');
    expect(await rejudge(deps, start + 25 * minute)).toBe(1);
    expect(findings.list()).toHaveLength(1);
  });
  it('with its secrets removed', async () => {
    const { deps, store } = world();
    const secret = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
    const event = call('ec2', 'RunInstances', { responseElements: { credentials: { secretAccessKey: secret } } });
    await detect([{ kind: 'event', event }], deps);
    const [due] = await store.due(start + 25 * minute, 1);
    expect(due?.event.id).toBe(event.id);
    expect(JSON.stringify(due)).not.toContain(secret);
  });
  it('by no detection that is off by then', async () => {
    const { deps, findings, hear, launch } = world();
    await launch();
    await hear(start + 30 * minute);
    const off = { ...exampleSettings, detections: { 'lineage/lonely': { status: 'off' as const } } };
    await rejudge({ ...deps, match: compile([lonely()], [], off) }, start + 25 * minute);
    expect(findings.list()).toHaveLength(0);
  });
});

describe('a store that remembers', () => {
  const counted = () => {
    const asked: Observation[] = [];
    const inner = memoryStore();
    const store: Store = {
      ...inner,
      observe: observations => {
        asked.push(...observations);
        return inner.observe(observations);
      },
    };
    let now = 0;
    const pass = (ms: number): void => {
      now += ms;
    };
    return { asked, store: remembering(store, () => now), inner, pass };
  };
  const taught: Observation = { scope: 'a', add: { s: ['1'] }, expires: 1_000, read: false };

  it('teaches once', async () => {
    const { asked, store, inner } = counted();
    await store.observe([taught]);
    expect(await store.observe([taught, { scope: 'a', expires: 0 }])).toEqual([
      { item: {}, also: [], full: false },
      { item: { s: ['1'] }, also: [], full: false },
    ]);
    expect(asked.filter(({ add }) => add !== undefined)).toHaveLength(1);
    expect((await inner.observe([{ scope: 'a', expires: 0 }]))[0]?.item).toEqual({ s: ['1'] });
  });
  it('reads what may be stale once in its time, and what is not there each time', async () => {
    const { asked, store, inner, pass } = counted();
    const asking: Observation = { scope: 'a', also: ['b'], expires: 0, stale: 1_000 };
    await inner.observe([{ scope: 'a', add: { s: ['1'] }, expires: 1_000 }]);
    await store.observe([asking]);
    await inner.observe([{ scope: 'b', add: { s: ['2'] }, expires: 1_000 }]);
    const whole = [{ item: { s: ['1'] }, also: [{ s: ['2'] }], full: false }];
    expect(await store.observe([asking])).toEqual(whole);
    pass(1_000);
    expect(await store.observe([asking])).toEqual(whole);
    expect(asked).toHaveLength(2);
    pass(1);
    await inner.observe([{ scope: 'a', add: { s: ['3'] }, expires: 1_000 }]);
    expect((await store.observe([asking]))[0]?.item).toEqual({ s: ['1', '3'] });
    const { stale: _, ...fresh } = asking;
    await store.observe([fresh]);
    expect(asked).toHaveLength(4);
  });
  it('teaches again what is to be kept longer, what is asked about, and what did not fit', async () => {
    const { asked, store } = counted();
    await store.observe([taught]);
    await store.observe([{ ...taught, expires: 9_000_000 }]);
    const { read: _, ...asking } = taught;
    await store.observe([asking]);
    const full: Observation = { scope: 'b', add: { s: ['1', '2'] }, cap: 1, expires: 1_000, read: false };
    expect((await store.observe([full]))[0]?.full).toBe(true);
    expect((await store.observe([full]))[0]?.full).toBe(true);
    expect(asked).toHaveLength(5);
  });
});
