import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import { suppressionsTable } from '../../adapters/suppressions.ts';
import { ConfigError, defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { findingId } from '../../core/findings/identity.ts';
import type { Pattern } from '../../core/pattern/language.ts';
import type { Suppression } from '../../core/settings.ts';
import { endOf, loadSuppression, suppressed, wouldHide } from '../../core/suppress.ts';
import { suppressing } from '../../functions/detection/suppressing.ts';
import { newMeter } from '../../functions/invocation/meter.ts';
import { at, finding, hour, window } from '../announce/case.ts';
import { match } from '../announce/tables.ts';
import { setUp } from './setup.ts';

const world = setUp();
const suppression = (over: Partial<Suppression> = {}): Suppression => ({
  id: 'load-test',
  when: { finding: { detection: ['cloudtrail/disallowed-instance-family-launched'] } },
  reason: 'the load test of September',
  owner: 'platform',
  from: '2026-09-01',
  expires: '2026-09-30',
  ...over,
});
const hides = (when: Pattern, one = match(0)) =>
  suppressed(one, [loadSuppression(suppression({ when }))]).status === 'watching';

describe('a suppressed match', () => {
  test('is watched, and says what hid it, why and until when', () => {
    expect(suppressed(match(0), [loadSuppression(suppression())])).toMatchObject({
      status: 'watching',
      notes: ['suppressed by load-test until 2026-09-30: the load test of September (platform)'],
    });
  });

  test.each<[Pattern, boolean]>([
    [{ finding: { principals: [{ suffix: 'user/mallory' }] } }, true],
    [{ finding: { principals: [{ suffix: 'user/alice' }] } }, false],
    [{ event: { eventName: ['RunInstances'] } }, true],
    [{ finding: { severity: ['high'] }, event: { eventName: ['TerminateInstances'] } }, false],
    [{ finding: { key: { principal: ['mallory'] } } }, true],
  ])('is one that %j holds for: %s', (when, expected) => {
    expect(hides(when)).toBe(expected);
  });

  test.each([
    ['before it begins', '2026-08-31T23:59:59Z', 'alerting'],
    ['on its first day', '2026-09-01T00:00:00Z', 'watching'],
    ['through its last day', '2026-09-30T23:59:59Z', 'watching'],
    ['after it', '2026-10-01T00:00:00Z', 'alerting'],
  ])('is judged by the event’s time: %s', (_, time, status) => {
    expect(suppressed(match(0, { time: Date.parse(time) }), [loadSuppression(suppression())]).status).toBe(status);
  });

  test('is never a canary that came back: it would be lost', () => {
    const everything = [loadSuppression(suppression({ when: { finding: { account: [{ exists: true }] } } }))];
    expect(suppressed(match(0), everything).status).toBe('watching');
    expect(suppressed(match(0, { detection: 'pipeline/canary-returned' }), everything).status).toBe('alerting');
  });

  test('is stored and counted, and nothing is due because of it', async () => {
    world.with({ settings: { ...exampleSettings, suppressions: [suppression()] } });
    const meter = newMeter();
    const one = match(0, {}, 'hidden');
    await world.tables.findings.fold(await suppressing([one, match(1, {}, 'hidden')], meter), world.now);
    const stored = await world.tables.findings.read(findingId(one));
    expect(stored?.finding).toMatchObject({
      count: 2,
      ruleStatus: 'watching',
      notes: [expect.stringContaining('load-test')],
    });
    expect(stored?.finding.due).toBeUndefined();
    expect(meter.counts()).toEqual({ MatchesSuppressed: 2 });
  });
});

describe('suppressions made by command', () => {
  const table = () => suppressionsTable(world.tables.local.client, world.tables.local.tables.findings);

  test('hold from the next minute on, until they are revoked', async () => {
    const one = { ...suppression({ id: 'by-command' }), by: 'alice' };
    expect(await table().add(one)).toBe(true);
    expect(await table().add(one)).toBe(false);
    expect(await table().list()).toEqual([one]);
    expect((await suppressing([match(0)], newMeter()))[0]?.status).toBe('watching');
    expect(await table().revoke('by-command', 'bob', at)).toBe(true);
    expect(await table().revoke('by-command', 'bob', at)).toBe(false);
    expect(await table().revoke('never-was', 'bob', at)).toBe(false);
    expect((await table().list())[0]?.revoked).toEqual({ by: 'bob', at });
    world.now += 61_000;
    expect((await suppressing([match(0)], newMeter()))[0]?.status).toBe('alerting');
  });

  test('hold, and can be listed, whatever somebody wrote beside them', async () => {
    const { client, tables } = world.tables.local;
    const odd = { pk: { S: 'suppressions' }, sk: { S: '!' }, pattern: { S: '{' }, ends: { N: '5' } };
    await client.send(new PutItemCommand({ TableName: tables.findings, Item: odd }));
    await table().add({ ...suppression({ id: 'beside-it' }), by: 'alice' });
    expect((await table().list()).map(({ id }) => id)).toEqual(expect.arrayContaining(['!', 'beside-it']));
    world.now += 61_000;
    expect((await suppressing([match(0)], newMeter()))[0]?.status).toBe('watching');
    await table().revoke('beside-it', 'bob', at);
    world.now += 61_000;
    expect((await suppressing([match(0)], newMeter()))[0]?.status).toBe('alerting');
  });

  test('are read once for findings that are folded side by side', async () => {
    let asked = 0;
    const list = async () => {
      asked++;
      return table().list();
    };
    world.with({ suppressions: () => ({ list, announced: async () => false }) });
    await Promise.all([1, 2, 3].map(n => suppressing([match(n)], newMeter())));
    expect(asked).toBe(1);
  });

  test('are asked for again where their table is not known', async () => {
    let asked = 0;
    const suppressions = () => {
      asked++;
      throw new Error('no table');
    };
    world.with({ suppressions });
    await expect(suppressing([match(0)], newMeter())).rejects.toThrow('no table');
    await expect(suppressing([match(0)], newMeter())).rejects.toThrow('no table');
    expect(asked).toBe(2);
  });

  test('that can’t be read hide nothing', async () => {
    world.with({
      suppressions: () => ({ list: async () => Promise.reject(new Error('throttled')), announced: async () => false }),
    });
    expect((await suppressing([match(0)], newMeter()))[0]?.status).toBe('alerting');
    expect(world.lines.join()).toContain('throttled');
  });
});

test('a preview asks of every window whether it would have been hidden', () => {
  const loaded = loadSuppression(suppression({ when: { event: { eventName: ['RunInstances'] } } }));
  const other = window({ bucket: at + hour, evidence: { eventName: 'CreateFleet' } });
  expect(wouldHide(loaded, finding(), [window()])).toBe(true);
  expect(wouldHide(loaded, finding(), [window(), other])).toBe(false);
  expect(wouldHide(loaded, finding(), [])).toBe(false);
});

describe('settings refuse a suppression', () => {
  test.each<[string, Partial<Suppression>, RegExp]>([
    ['of more than 90 days', { expires: '2026-12-31' }, /lasts longer than 90 days/],
    ['that ends before it begins', { expires: '2026-08-01' }, /ends before it begins/],
    ['without a reason', { reason: '' }, /say why/],
    ['of everything', { when: {} }, /a pattern in the rule language/],
    [
      'over a record instead of a finding and its event',
      { when: { eventName: ['RunInstances'] } },
      /over "finding" and "event"/,
    ],
    ['with an operator that is none', { when: { event: { eventName: [{ beginsWith: 'Run' }] } } }, /no such operator/],
  ])('%s', (_, over, reason) => {
    const load = () => defineConfig({ suppressions: [suppression(over) as never] });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(reason);
  });

  test('and take one that is right', () => {
    const [one] = defineConfig({ suppressions: [suppression() as never] }).suppressions;
    expect(one && endOf(one)).toBe(Date.parse('2026-10-01'));
  });
});
