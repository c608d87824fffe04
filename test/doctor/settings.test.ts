import { describe, expect, test } from 'vitest';
import { defineConfig } from '../../core/config.ts';
import type { AnyDetection } from '../../core/detection.ts';
import { settingsChecks, suppressionChecks } from '../../core/doctor/settings.ts';
import { exampleSettings } from '../../core/example-settings.ts';

const now = Date.parse('2026-09-01T12:00:00Z');
const day = 86_400_000;

describe('of settings', () => {
  const detection = (id: string, requires: AnyDetection['requires'] = []) =>
    ({ ...{ id, requires } }) as unknown as AnyDetection; // what the check reads
  const all = [
    detection('a/full'),
    detection('a/fuller'),
    detection('a/met', ['clusters']),
    detection('a/lacking-more', ['approvedRegions', 'businessHours', 'clusters']),
    detection('a/lacking', ['businessHours']),
    detection('a/watching'),
    detection('a/off', ['businessHours']),
  ];
  const settings = defineConfig({
    clusters: [{ name: 'prod' }],
    controllers: [{ kind: 'karpenter', roles: [], serviceAccounts: ['system:serviceaccount:a:b'] }],
    detections: { 'a/watching': { status: 'watching' }, 'a/off': { status: 'off' } },
  });

  test('it says how many detections are in force, and what the others lack, the most wanted first', () => {
    const [force, ...others] = settingsChecks(all, settings, now);
    expect(force).toMatchObject({
      state: 'weak',
      says: '3 of 7 detections alert, 3 only watch, 1 are off.',
      todo: expect.stringMatching(/^Set `businessHours` \(3\), `approvedRegions` \(1\) in/),
    });
    expect(others.map(({ name }) => name)).toEqual(['controllers']);
    expect(settingsChecks(all.slice(0, 1), exampleSettings, now).map(({ state }) => state)).toEqual(['good']);
  });

  test('it takes controllers for named where one of them is', () => {
    const names = (...roles: readonly (readonly string[] | undefined)[]) =>
      settingsChecks(
        [],
        defineConfig({
          controllers: roles.map(some => ({
            ...{ kind: 'karpenter' as const, serviceAccounts: ['system:serviceaccount:a:b'] },
            ...(some === undefined ? {} : { roles: [...some] }),
          })),
        }),
        now,
      ).map(({ name }) => name);
    const role = 'arn:aws:iam::111122223333:role/karpenter';
    expect(names(undefined, [], [role])).toEqual(['detections']);
    expect(names(undefined, [])).toEqual(['detections', 'controllers']);
  });

  test('it has nothing to say of a channel that hears everything', () => {
    const hears = { channels: [{ kind: 'slack' as const, secret: 'Hook' }] };
    const named = { accounts: ['111122223333'], clusters: [{ name: 'prod' }] };
    expect(settingsChecks([], defineConfig({ ...hears, ...named }), now).map(({ name }) => name)).toEqual([
      'detections',
      'controllers',
    ]);
  });

  test('it believes wildcards where nothing is named that they could be of', () => {
    const channel = { kind: 'slack' as const, secret: 'Hook', clusters: ['prod-*'], accounts: ['444455556666'] };
    const names = (over: object) =>
      settingsChecks([], defineConfig({ channels: [channel], ...over }), now)
        .map(({ name }) => name)
        .filter(name => name.startsWith('settings'));
    expect(names({})).toEqual([]);
    expect(names({ clusters: [{ name: 'prod-1' }, { name: 'other' }] })).toEqual([]);
    expect(names({ clusters: [{ name: 'other' }] })).toEqual(['settings channels.0.clusters']);
  });

  test.each([
    ['2026-09-15', []],
    ['2026-09-14', ['The exemption "it is known" of bob ends in 14 days.']],
    ['2026-09-01', ['The exemption "it is known" of bob ends in 1 day.']],
    ['2026-08-31', ['The exemption "it is known" of bob ended on 2026-08-31 and does nothing.']],
  ])('an exemption until %s is told of: %j', (expires, said) => {
    const exemption = { when: { a: ['b'] }, reason: 'it is known', owner: 'bob', expires };
    const given = defineConfig({ detections: { 'posture/trail-missing': { exemptions: [exemption] } } });
    const checks = settingsChecks([], given, now).filter(({ name }) => name.startsWith('exemption'));
    expect(checks.map(({ says }) => says)).toEqual(said);
  });

  test('an exemption of nobody is told of without an owner', () => {
    const exemption = { when: { a: ['b'] }, reason: 'it is known', expires: '2026-09-02' };
    const given = defineConfig({ detections: { 'posture/trail-missing': { exemptions: [exemption] } } });
    expect(settingsChecks([], given, now).map(({ says }) => says)).toContain(
      'The exemption "it is known" ends in 2 days.',
    );
  });

  test.each([
    [-1, undefined],
    [0, undefined],
    [1, 'ends in 1 day:'],
    [day + 1, 'ends in 2 days:'],
    [14 * day, 'ends in 14 days:'],
    [14 * day + 1, undefined],
  ])('a suppression that ends in %i ms: %s', (left, said) => {
    const expires = new Date(now + left).toISOString();
    const one = { id: 's', when: {}, reason: 'a migration', owner: 'alice', from: '2026-08-01', expires };
    expect(suppressionChecks([one], now).map(({ says }) => says)).toEqual(
      said === undefined ? [] : [expect.stringContaining(said)],
    );
  });
});
