import { expect, test } from 'vitest';
import { bounded, mostFindings, mostHands } from '../../core/flood.ts';
import { memoryStore } from '../../core/state/memory.ts';
import type { Observation } from '../../core/state/observation.ts';
import { type MatchParts, match, minute, noon } from './matches.ts';

const day = 24 * 60 * minute;
/** Matches of so many findings, each of its own key. */
const flood = (count: number, over: MatchParts = {}) =>
  Array.from({ length: count }, (_, at) => match({ eventId: `e-${at}`, key: { instance: `i-${at}` }, ...over }));

test('so many findings are made of one detection in an hour; what comes after them is one of the day', async () => {
  const store = memoryStore();
  const first = flood(mostFindings);
  expect(await bounded(first, store)).toEqual(first);
  const [beyond, , ...others] = await bounded(
    [
      match({ key: { instance: 'i-new' }, eventId: 'e-new', notes: ['said'] }),
      first[3] ?? match(),
      match({ key: { instance: 'i-newer' } }),
    ],
    store,
  );
  expect(beyond).toEqual({
    ...match({ eventId: 'e-new' }),
    detection: 'pipeline/limit-reached',
    version: 'built-in',
    key: {
      limit: 'findings of cloudtrail/disallowed-instance-family-launched in an hour',
      by: 'arn:aws:iam::111122223333:role/developer',
    },
    window: day,
    title:
      'More than 500 findings of cloudtrail/disallowed-instance-family-launched in an hour: what came after them by arn:aws:iam::111122223333:role/developer is joined here',
    resources: ['i-new', 'i-0aaaabbbbccccdddd'],
    notes: ['said', 'each event is counted here; its own finding was not made'],
  });
  expect(others.map(({ detection }) => detection)).toEqual(['pipeline/limit-reached']);
});

test('what nobody in particular did is joined without a name', async () => {
  const store = memoryStore();
  await bounded(flood(mostFindings), store);
  const [beyond] = await bounded([match({ key: { instance: 'i-new' }, principals: [] })], store);
  expect(beyond).toMatchObject({
    key: { limit: 'findings of cloudtrail/disallowed-instance-family-launched in an hour' },
    title:
      'More than 500 findings of cloudtrail/disallowed-instance-family-launched in an hour: what came after them is joined here',
  });
  expect(Object.keys(beyond?.key ?? {})).toEqual(['limit']);
});

test('what decides where a match belongs is kept for thirty days, longer than any queue keeps a message', async () => {
  const asked: Observation[] = [];
  const { observe } = memoryStore();
  const store = {
    observe: (some: readonly Observation[]) => {
      asked.push(...some);
      return observe(some);
    },
  };
  await bounded(flood(mostFindings + 1), store);
  expect(new Set(asked.map(({ scope }) => scope.includes('#hands#')))).toEqual(new Set([false, true]));
  expect(new Set(asked.map(({ expires }) => expires))).toEqual(new Set([noon + 30 * day]));
});

test('what was let in stays in, and what was kept out stays out, whatever is delivered again', async () => {
  const store = memoryStore();
  const all = flood(mostFindings + 20);
  const detections = async () => (await bounded(all, store)).map(({ detection }) => detection);
  const once = await detections();
  expect(once.filter(detection => detection === 'pipeline/limit-reached')).toHaveLength(20);
  expect(await detections()).toEqual(once);
  expect((await bounded(all.toReversed(), store)).map(({ detection }) => detection)).toEqual(once.toReversed());
});

test.each<[string, MatchParts]>([
  ['another severity', { severity: 'critical' }],
  ['another account', { account: '444455556666' }],
  ['another cluster', { cluster: 'prod' }],
  ['another detection', { detection: 'cloudtrail/other' }],
  ['the next hour', { time: noon + 60 * minute }],
  ['the pipeline itself', { detection: 'pipeline/rule-failed' }],
])('a flood keeps out nothing of %s', async (_, over) => {
  const store = memoryStore();
  await bounded(flood(mostFindings), store);
  const one = match({ key: { instance: 'i-new' }, ...over });
  expect(await bounded([one], store)).toEqual([one]);
  const later = match({ key: { instance: 'i-newer' }, time: noon + 60 * minute - 1 });
  expect(await bounded([later, one], store)).toMatchObject([{ detection: 'pipeline/limit-reached' }, one]);
});

test('what comes after them is one finding for each of twenty hands, so that none hides another, and one for the rest', async () => {
  const store = memoryStore();
  const by = (name: string, at: number): MatchParts => ({
    principals: [name],
    key: { instance: `i-${name}-${at}` },
    eventId: `${name}-${at}`,
  });
  const session = (role: string, at: number) => match(by(`arn:aws:sts::111122223333:assumed-role/${role}/s-${at}`, at));
  await bounded(flood(mostFindings), store);
  const keys = async (some: readonly ReturnType<typeof match>[]) =>
    (await bounded(some, store)).map(({ key }) => key['by']);
  expect(await keys([session('loud', 1), session('loud', 2), session('quiet', 1)])).toEqual(
    ['loud', 'loud', 'quiet'].map(role => `arn:aws:iam::111122223333:role/${role}`),
  );
  expect(await keys([match({ principals: [], key: { instance: 'i-nobody' } })])).toEqual([undefined]);
  const users = Array.from({ length: 30 }, (_, at) => match(by(`user-${at}`, at)));
  const first = await keys(users);
  expect(first.filter(Boolean)).toHaveLength(mostHands - 2);
  expect((await keys(users.toReversed())).toReversed()).toEqual(first);
  expect(await keys([session('quiet', 9)])).toEqual(['arn:aws:iam::111122223333:role/quiet']);
});

test('what was decided is remembered for longer than any queue keeps a message', async () => {
  const asked: { readonly expires: number }[] = [];
  const store = {
    observe: async (some: readonly { readonly expires: number }[]) => {
      asked.push(...some);
      return some.map(() => ({ item: {}, also: [], full: false }));
    },
  };
  const twice = [match(), match({ eventId: 'again', time: noon + minute })];
  expect(await bounded(twice, store)).toEqual(twice);
  expect(asked).toMatchObject([{ expires: noon + 30 * day, cap: mostFindings, read: false }]);
  // 500 of them are kept in one item of the table.
  expect(asked).toEqual([
    expect.objectContaining({
      scope: expect.stringMatching(/^flood#[0-9a-f]{16}#2026-09-01T12:00:00\.000Z$/),
      add: { findings: [expect.stringMatching(/^[0-9a-f]{8}$/)] },
    }),
  ]);
  expect(await bounded(flood(3, { detection: 'pipeline/rule-failed' }), store)).toHaveLength(3);
  expect(asked).toHaveLength(1);
});
