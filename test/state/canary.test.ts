import { describe, expect, test } from 'vitest';
import { clusterCanary, findingsOf, lostMatch, patience, regionCanary } from '../../core/canary.ts';
import { defineConfig } from '../../core/config.ts';
import { findingId } from '../../core/findings/identity.ts';
import {
  askCanary,
  askRoster,
  callOf,
  canaryState,
  failureOf,
  knownRound,
  lateSince,
  namesIn,
  returnOf,
  rosterOf,
} from '../../core/state/canary.ts';
import type { Item, Observation } from '../../core/state/observation.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const noon = Date.parse('2026-09-01T12:00:00Z');
const name = 'region eu-west-1';

/** What items hold after these, as {@link askCanary} gives them: that of the day, and the day before's. */
const items = (...observations: readonly Observation[]): readonly Item[] => {
  const { scope, also = [] } = askCanary(name, noon);
  return [scope, ...also].map(one => {
    const sets = new Map<string, string[]>();
    for (const { scope: written, add = {} } of observations)
      if (written === one)
        for (const [set, members] of Object.entries(add)) sets.set(set, [...(sets.get(set) ?? []), ...members].sort());
    return Object.fromEntries(sets);
  });
};
const called = (time: number, round = `round-${time}`): Observation => callOf(name, round, time);
const returned = (event: number, told: number): Observation => returnOf(name, event, told);
const failed = (time: number, why = 'no such region'): Observation => failureOf(name, why, time);

test('what is known of a canary lies in an item of the day, which outlives a week and is asked with the day before', () => {
  expect(called(noon, 'r1')).toEqual({
    scope: 'canary#region eu-west-1#2026-09-01',
    add: { called: ['2026-09-01T12:00:00.000Z r1'] },
    cap: 400,
    quiet: true,
    expires: noon + 8 * day,
    read: false,
  });
  expect(failed(noon, 'x'.repeat(200)).add).toEqual({ failed: [`2026-09-01T12:00:00.000Z ${'x'.repeat(160)}`] });
  expect(returned(noon - day, noon)).toMatchObject({
    scope: 'canary#region eu-west-1#2026-08-31',
    add: { returned: ['2026-08-31T12:00:00.000Z 2026-09-01T12:00:00.000Z'] },
    expires: noon + 7 * day,
  });
  expect(askCanary(name, noon)).toEqual({
    scope: 'canary#region eu-west-1#2026-09-01',
    also: ['canary#region eu-west-1#2026-08-31'],
    expires: noon,
  });
});

test('which canaries there are is told by those of today and yesterday, each once', () => {
  expect(rosterOf(['b', 'a'], noon)).toMatchObject({ scope: 'canaries#2026-09-01', add: { names: ['b', 'a'] } });
  expect(askRoster(noon)).toEqual({ scope: 'canaries#2026-09-01', also: ['canaries#2026-08-31'], expires: noon });
  expect(namesIn([{ names: ['b', 'c'] }, { names: ['a', 'b'] }, {}])).toEqual(['a', 'b', 'c']);
});

describe('a canary', () => {
  test('of which nothing is known says nothing', () => {
    expect(canaryState(items())).toEqual({});
  });

  test('that was called waits', () => {
    expect(canaryState(items(called(noon), called(noon - 15 * minute)))).toEqual({ waiting: noon - 15 * minute });
  });

  test('that came back says when and how soon, and waits for the rounds after it', () => {
    const state = canaryState(
      items(
        called(noon - 30 * minute),
        returned(noon - 30 * minute, noon - 25 * minute),
        called(noon - 15 * minute),
        called(noon),
      ),
    );
    expect(state).toEqual({
      returned: { event: noon - 30 * minute, took: 5 * minute },
      waiting: noon - 15 * minute,
    });
  });

  test('came back though the clock of its event is a minute behind, and no more than that', () => {
    const back = (behind: number) => canaryState(items(called(noon), returned(noon - behind, noon + minute)));
    expect(back(minute)).toEqual({ returned: { event: noon - minute, took: 2 * minute } });
    expect(back(minute + 1).waiting).toBe(noon);
  });

  test('that came back twice was told the first time', () => {
    const twice = [returned(noon, noon + 9 * minute), returned(noon, noon + 3 * minute), returned(noon - day, noon)];
    expect(canaryState(items(...twice))).toEqual({ returned: { event: noon, took: 3 * minute } });
  });

  test('whose call could not be made says why, and is not waited for', () => {
    expect(canaryState(items(called(noon), failed(noon)))).toEqual({ failed: { at: noon, why: 'no such region' } });
    expect(canaryState(items(called(noon - minute), failed(noon - minute), called(noon)))).toEqual({ waiting: noon });
    expect(
      canaryState(items(called(noon - minute), called(noon), failed(noon, 'a'), failed(noon - minute, 'b'))),
    ).toEqual({
      failed: { at: noon, why: 'a' },
    });
    expect(canaryState(items(called(noon - minute), called(noon), failed(noon)))).toEqual({
      waiting: noon - minute,
      failed: { at: noon, why: 'no such region' },
    });
  });

  test('is late where it is waited for longer than the pipeline may take', () => {
    expect(lateSince({ waiting: noon }, noon + patience)).toBeUndefined();
    expect(lateSince({ waiting: noon }, noon + patience + 1)).toBe(noon);
    expect(lateSince({}, noon)).toBeUndefined();
  });
});

describe('a round is known', () => {
  const rule = knownRound<'cloudtrail'>(
    () => name,
    ({ event }) => event.account, // stands for whatever carries the round
  );
  const view = (round: string) =>
    ({ event: { id: 'e1', time: noon, account: round } }) as unknown as Parameters<typeof rule.decide>[0]; // all it looks at
  const decide = (round: string, ...observations: readonly Observation[]) => {
    const [item = {}, ...also] = items(...observations);
    return rule.decide(view(round), {}, [{ item, also, full: false }]);
  };

  test('by its name, where it was called today or the day before', () => {
    expect(rule.observe(view('r1'), {})).toEqual([askCanary(name, noon)]);
    const fires = [{ eventId: 'e1', time: noon }];
    expect(decide('r1', called(noon, 'r1'))).toEqual(fires);
    expect(decide('r1', called(noon - day, 'r1'))).toEqual(fires);
    expect(decide('r2', called(noon, 'r1'))).toEqual([]);
    expect(decide('r1', failed(noon, 'r1'))).toEqual([]);
    expect(decide('', called(noon, ''))).toEqual([]);
    expect(rule.decide(view('r1'), {}, [])).toEqual([]);
  });
});

describe('a canary that did not come back', () => {
  const account = '111122223333';
  const region = regionCanary('eu-west-1');
  const cluster = clusterCanary('prod', 'eu-central-1');

  test.each([
    [region, { source: 'cloudtrail', region: 'eu-west-1', cluster: '', resources: ['eu-west-1'] }],
    [cluster, { source: 'kubernetes', region: 'eu-central-1', cluster: 'prod', resources: ['prod'] }],
  ])('is a finding of its own: %j', (canary, where) => {
    const [match, ...others] = lostMatch(canary, account, noon, defineConfig({}));
    expect(others).toEqual([]);
    expect(match).toMatchObject({
      ...where,
      detection: 'pipeline/canary-lost',
      account,
      eventId: `canary-lost#${canary.name}#${noon}`,
      time: noon + patience,
      title: `The canary of ${canary.name} did not come back`,
      key: { canary: canary.name },
      severity: 'high',
      status: 'alerting',
      addresses: [],
      notes: ['called at 2026-09-01 12:00 UTC and not back in 30 minutes'],
    });
    expect(match?.evidence?.toJSON()).toEqual({ canary: canary.name, why: match?.notes[0] });
    expect(match && findingId(match)).toBe(findingsOf(canary, account).lost);
  });

  test('is told as the settings say', () => {
    const under = (one: { readonly status?: 'off' | 'watching'; readonly severity?: 'low' }) =>
      lostMatch(region, account, noon, defineConfig({ detections: { 'pipeline/canary-lost': one } }));
    expect(under({ status: 'off' })).toEqual([]);
    expect(under({ status: 'watching', severity: 'low' })).toMatchObject([{ status: 'watching', severity: 'low' }]);
  });
});
