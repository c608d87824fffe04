import { describe, expect, test, vi } from 'vitest';
import { call } from '../../core/cloudtrail/example.ts';
import { defineConfig } from '../../core/config.ts';
import type { AnyEvent } from '../../core/event.ts';
import { findingId } from '../../core/findings/identity.ts';
import { memoryFindings } from '../../core/findings/memory.ts';
import { marksOf } from '../../core/state/heard.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { handler as announce } from '../../functions/announce.ts';
import { deps, use } from '../../functions/deps/deps.ts';
import { findSilences, streams } from '../../functions/sources/silence.ts';
import { policed } from '../policed.ts';
import { woken } from '../woken.ts';
import { context, setUp } from './setup.ts';

const world = setUp();

const noon = Date.parse('2026-09-01T12:00:00Z');
const minute = 60_000;

const at = (time: number): AnyEvent => call('ec2', 'DescribeInstances', { eventTime: new Date(time).toISOString() });

test('a silent source is one finding, however often the sweep looks', async () => {
  const before = deps();
  const store = memoryStore();
  await store.observe(marksOf([-30, -15, 0].map(one => at(noon + one * minute))));
  const findings = memoryFindings();
  let now = noon + 2 * 60 * minute;
  const settings = defineConfig({ accounts: ['111122223333'], clusters: [{ name: 'prod' }] });
  use({
    ...before,
    settings,
    store: () => store,
    findings: () => ({ ...before.findings, ...findings }) as never,
    now: () => now,
  });
  try {
    expect(await findSilences(undefined)).toEqual({ silent: 1, back: 0 });
    now += 5 * minute;
    await findSilences(undefined);
  } finally {
    use(before);
  }
  const [only, ...more] = findings.list();
  expect(more).toEqual([]);
  expect(only?.finding).toMatchObject({ detection: 'pipeline/source-silent', severity: 'high', count: 1 });
  expect(only?.finding.title).toBe('Nothing has come from CloudTrail of 111122223333 since 2026-09-01 12:00 UTC');
});

test('a cluster that the settings give to no account is heard in the stage’s own, whichever of theirs that is', () => {
  const settings = defineConfig({
    accounts: ['111122223333', '444455556666'],
    clusters: [{ name: 'any' }, { name: 'one', account: '111122223333' }],
  });
  const heard = (own: string | undefined) =>
    streams(settings, own).flatMap(({ cluster, account }) => (cluster === '' ? [] : [`${cluster} ${account}`]));
  expect(heard('444455556666')).toEqual(['any 444455556666', 'one 111122223333']);
  expect(heard(undefined)).toEqual(['any 111122223333', 'one 111122223333']);
});

describe('a source that speaks again', () => {
  const account = '111122223333';
  const sweep = policed('sweep', () => findSilences(account));
  const hear = (...minutes: readonly number[]) =>
    deps()
      .store()
      .observe(marksOf(minutes.map(one => at(noon + one * minute))));
  const id = findingId({
    ...{ detection: 'pipeline/source-silent', account, cluster: '' },
    key: { source: `CloudTrail of ${account}` },
  });
  const finding = async () => (await world.tables.findings.read(id))?.finding;

  const announced = async () => {
    await announce({ Records: woken(world.tables.local.stream()) }, context());
    expect((await finding())?.due).toBeUndefined();
  };

  test('resolves its finding, which opens again when it falls silent once more', async () => {
    world.with({ settings: defineConfig({ accounts: [account] }) });
    await hear(-30, -15, 0);
    world.now = noon + 120 * minute;
    expect(await sweep()).toEqual({ silent: 1, back: 0 });
    expect(await sweep()).toEqual({ silent: 1, back: 0 });
    await hear(120);
    world.now += 5 * minute;
    expect(await sweep(), 'nobody has heard of it yet').toEqual({ silent: 0, back: 0 });
    await announced();
    expect(await sweep()).toEqual({ silent: 0, back: 1 });
    expect(await finding()).toMatchObject({ status: 'resolved', trail: [{ who: 'tripline sweep', act: 'resolve' }] });
    expect(await sweep()).toEqual({ silent: 0, back: 0 });
    world.now += 24 * 60 * minute;
    expect(await sweep()).toEqual({ silent: 1, back: 0 });
    expect(await finding()).toMatchObject({ status: 'open', count: 2 });
  });

  test('is none where its marks are merely forgotten: nothing was heard since', async () => {
    world.with({ settings: defineConfig({ accounts: [account] }) });
    const open = await finding();
    expect(open?.status).toBe('open');
    world.now += 30 * 24 * 60 * minute;
    expect(await sweep()).toEqual({ silent: 0, back: 0 });
    expect((await finding())?.status).toBe('open');
  });

  test('is looked for where there may have been a silence alone', async () => {
    world.with({ settings: defineConfig({ accounts: [account] }) });
    const cases = vi.spyOn(world.tables.findings, 'cases');
    world.now = noon + (400 * 24 * 60 + 5) * minute;
    const steady = Array.from({ length: 2 * 96 + 4 }, (_, quarter) => 400 * 24 * 60 - 15 * quarter);
    await hear(...steady);
    expect(await sweep()).toEqual({ silent: 0, back: 0 });
    expect(cases).not.toHaveBeenCalled();
    world.now += 90 * minute;
    await hear(400 * 24 * 60 + 75, 400 * 24 * 60 + 90);
    await sweep();
    expect(cases).toHaveBeenCalledTimes(1);
  });

  test('resolves what could not be announced for days, whatever it said meanwhile', async () => {
    const other = '444455556666';
    world.with({ settings: defineConfig({ accounts: [other] }) });
    const start = 500 * 24 * 60;
    const hearOther = (...minutes: readonly number[]) =>
      deps()
        .store()
        .observe(marksOf(minutes.map(one => ({ ...at(noon + one * minute), account: other }))));
    const mine = findingId({
      ...{ detection: 'pipeline/source-silent', account: other, cluster: '' },
      key: { source: `CloudTrail of ${other}` },
    });
    const read = async () => (await world.tables.findings.read(mine))?.finding;
    await hearOther(start - 30, start - 15, start);
    world.now = noon + (start + 120) * minute;
    expect(await sweep()).toEqual({ silent: 1, back: 0 });
    const days = 3 * 24 * 60;
    await hearOther(...Array.from({ length: 3 * 96 + 4 }, (_, quarter) => start + 180 + days - 15 * quarter));
    world.now += (days + 5) * minute;
    expect(await sweep(), 'nobody has heard of it yet').toEqual({ silent: 0, back: 0 });
    expect((await read())?.due).toBeDefined();
    await announce({ Records: woken(world.tables.local.stream()) }, context());
    expect((await read())?.due).toBeUndefined();
    expect(await sweep()).toEqual({ silent: 0, back: 0 });
    world.now += 55 * minute;
    expect(await sweep()).toEqual({ silent: 0, back: 1 });
    expect((await read())?.status).toBe('resolved');
  });
});
