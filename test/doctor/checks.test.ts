import { describe, expect, test } from 'vitest';
import { defineConfig } from '../../core/config.ts';
import { ofAbsentStage } from '../../core/doctor/absence.ts';
import { canariesCheck, canaryCheck } from '../../core/doctor/canary.ts';
import { bad, type Check } from '../../core/doctor/check.ts';
import { clusterChecks, filterCheck, ruleCheck, trailCheck } from '../../core/doctor/feeds.ts';
import { concurrencyQuota, rulesQuota } from '../../core/doctor/quotas.ts';
import { settingsChecks, suppressionChecks } from '../../core/doctor/settings.ts';
import {
  clockCheck,
  deadLetterCheck,
  dueCheck,
  functionCheck,
  mappingCheck,
  ownFindingsCheck,
  quarantineCheck,
  subscriptionCheck,
  throttleCheck,
} from '../../core/doctor/stage.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Trail } from '../../core/inventory/aws.ts';
import { detections } from '../../detections/index.ts';

const now = Date.parse('2026-09-01T12:00:00Z');
const derived = { name: 'r', pattern: '{"source":["aws.ec2"],"detail":{"a":[1]}}', state: 'ENABLED' };
const standing = { pattern: '{ "detail": {"a": [1]}, "source": ["aws.ec2"] }', state: 'ENABLED', targets: 1 };
const trail = { name: 'main', logging: true, multiRegion: true, validated: true, management: 'all' } as const;
const active = { state: 'Active', update: 'Successful', modified: '2026-09-01T10:00:00.000+0000' };
const cluster = {
  ...{ name: 'prod', arn: '', auditLogging: true, vpc: '', publicEndpoint: false, publicCidrs: [] },
  ...{ authenticationMode: 'API', entries: [], pods: [], nodeRoles: [] },
};

const minute = 60_000;
const canary = (state: Parameters<typeof canaryCheck>[1], name = 'region eu-west-1') =>
  canaryCheck(name, state, exampleSettings, now);
const back = (minutes: number) => ({ event: now - minutes * minute, took: 3 * minute });
/** What the trail check says of two regions. */
const covered = (one: readonly Trail[], other: readonly Trail[] = one): Check => {
  const [check] = trailCheck(
    new Map([
      ['eu-west-1', one],
      ['us-east-1', other],
    ]),
  );
  if (check === undefined) throw new Error('no check');
  return check;
};
const days = (...counts: readonly number[]) =>
  counts.map((records, n) => ({ day: `2026-09-0${n + 1}`, records, more: false, reasons: ['not-json'] }));

describe('a check is', () => {
  test.each<[string, Check, Check['state']]>([
    ['good of a rule as derived, whatever the order of its members', ruleCheck('x', derived, standing), 'good'],
    ['bad of a rule that is gone', ruleCheck('x', derived, undefined), 'bad'],
    ['bad of a rule that is switched off', ruleCheck('x', derived, { ...standing, state: 'DISABLED' }), 'bad'],
    [
      'bad of a rule whose pattern was narrowed',
      ruleCheck('x', derived, { ...standing, pattern: '{"source":["aws.ec2"]}' }),
      'bad',
    ],
    ['bad of a rule without target', ruleCheck('x', derived, { ...standing, targets: 0 }), 'bad'],
    ['good of a filter as derived', filterCheck('g', 'p', { pattern: 'p' }), 'good'],
    ['bad of another filter', filterCheck('g', 'p', { pattern: 'q' }), 'bad'],
    ['bad of a group without filter', filterCheck('g', 'p', undefined), 'bad'],
    ['bad of a group that is full of others', filterCheck('g', 'p', undefined, ['a', 'b']), 'bad'],
    ['good of a rule that is not derived', ruleCheck('x', { name: 'guard', state: 'ENABLED' }, standing), 'good'],
    [
      'bad of one that is off',
      ruleCheck('x', { name: 'guard', state: 'ENABLED' }, { ...standing, state: 'DISABLED' }),
      'bad',
    ],
    ['bad of no group', filterCheck('g', 'p', 'missing'), 'bad'],
    ['good of a trail in every region', covered([trail], [trail]), 'good'],
    ['good of a trail in each region', covered([{ ...trail, multiRegion: false }], [{ ...trail, name: 'b' }]), 'good'],
    ['bad of a trail that is off', covered([{ ...trail, logging: false }]), 'bad'],
    ['bad of a region without trail', covered([{ ...trail, multiRegion: false }], []), 'bad'],
    ['bad of a trail of writes alone', covered([{ ...trail, management: 'some' }]), 'bad'],
    ['good of few rules', rulesQuota('eu-west-1', { rules: 100, wildcards: 2 }), 'good'],
    ['weak of nearly as many rules as a bus takes', rulesQuota('eu-west-1', { rules: 240, wildcards: 2 }), 'weak'],
    ['weak of as many where a bus takes fewer', rulesQuota('af-south-1', { rules: 100, wildcards: 2 }), 'weak'],
    ['weak of nearly as many wildcards', rulesQuota('eu-west-1', { rules: 30, wildcards: 24 }), 'weak'],
    ['good of room to run', concurrencyQuota({ all: 1_000, unreserved: 900 }), 'good'],
    ['weak of little room', concurrencyQuota({ all: 1_000, unreserved: 40 }), 'weak'],
    ['bad of a new account', concurrencyQuota({ all: 10, unreserved: 10 }), 'bad'],
    ['unknown of no answer', concurrencyQuota({ all: undefined, unreserved: undefined }), 'unknown'],
    ['good of an empty quarantine', quarantineCheck(days(0, 0, 0)), 'good'],
    ['good of one that was full last week', quarantineCheck(days(90, 0, 0)), 'good'],
    ['weak of some records', quarantineCheck(days(1, 2, 1)), 'weak'],
    ['bad of very many', quarantineCheck(days(150, 100, 100)), 'bad'],
    ['bad of many more than usual', quarantineCheck(days(0, 0, 30)), 'bad'],
    ['good of a pipeline that says nothing of itself', ownFindingsCheck([]), 'good'],
    ['weak of one that does', ownFindingsCheck([{ detection: 'pipeline/rule-failed', title: 'x' }]), 'weak'],
    ['good of a function', functionCheck('f', active, active.modified), 'good'],
    ['bad of a function that is gone', functionCheck('f', undefined, undefined), 'bad'],
    ['bad of a function whose update failed', functionCheck('f', { ...active, update: 'Failed' }, undefined), 'bad'],
    [
      'weak of a function changed after the deployment',
      functionCheck('f', active, '2026-08-01T00:00:00.000+0000'),
      'weak',
    ],
    ['good of an empty queue', deadLetterCheck('q', 0), 'good'],
    ['bad of a dead letter', deadLetterCheck('q', 1), 'bad'],
    ['good of a confirmed subscription', subscriptionCheck('alerts', 'e', 'arn:aws:sns:x'), 'good'],
    ['bad of a pending one', subscriptionCheck('alerts', 'e', 'PendingConfirmation'), 'bad'],
    ['good of a clock that is right', clockCheck(-2_000), 'good'],
    ['bad of a clock that is not', clockCheck(61_000), 'bad'],
    ['good where nothing waits', dueCheck(0), 'good'],
    ['bad where something waits', dueCheck(1), 'bad'],
    ['good of a canary that is back', canary({ returned: back(20) }), 'good'],
    ['good of one that is under way', canary({ returned: back(35), waiting: now - 5 * minute }), 'good'],
    ['bad of one that is late', canary({ returned: back(90), waiting: now - 31 * minute }), 'bad'],
    ['bad of one that never came back', canary({ waiting: now - 31 * minute }), 'bad'],
    ['bad of one that is called no more', canary({ returned: back(91) }), 'bad'],
    ['bad of one that cannot be called', canary({ failed: { at: now, why: 'it cannot be reached' } }), 'bad'],
    ['weak of one that was called just now', canary({ waiting: now - minute }), 'weak'],
  ])('%s', (_, check, state) => {
    expect(check.state).toBe(state);
    expect(check.todo === undefined).toBe(state === 'good');
  });

  test('made of clusters that are found, silent, not named or gone', () => {
    const states = clusterChecks('eu-west-1', [{ ...cluster, name: 'other', auditLogging: false }], exampleSettings);
    expect(states.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'cluster other bad',
      'cluster other weak',
      'cluster prod weak',
    ]);
  });

  test('made of canaries: when each came back, how long it took, which call is missing and where to look', () => {
    expect(canary({ returned: back(20) }).says).toBe(
      'It last came back at 2026-09-01 11:40 UTC, 3 min after its call.',
    );
    expect(canary({ returned: back(90), waiting: now - 60 * minute }).says).toMatch(/its call of 2026-09-01 11:00 UTC/);
    expect(canary({ waiting: now - 60 * minute }).todo).toMatch(/trail and rules of that region/);
    expect(canary({ waiting: now - 60 * minute }, 'cluster prod').todo).toMatch(/audit logging of the cluster/);
    expect(canariesCheck(['region eu-west-1'], exampleSettings)).toEqual([]);
    expect(canariesCheck([], exampleSettings)).toMatchObject([{ state: 'bad' }]);
    const off = defineConfig({ deployment: { canary: { regions: false } } });
    expect(canariesCheck([], off)).toMatchObject([{ state: 'weak' }]);
  });

  test('bad of what feeds nothing, and of a function that may never run', () => {
    const mapping = (...states: readonly string[]) =>
      mappingCheck(
        'f',
        states.map(state => ({ source: 'events', state })),
      ).map(({ state }) => state);
    expect([mapping('Enabled'), mapping('Disabled'), mapping()]).toEqual([['good'], ['bad'], ['bad']]);
    expect(throttleCheck('f', 0).map(({ state }) => state)).toEqual(['bad']);
    expect([throttleCheck('f', undefined), throttleCheck('f', 1)]).toEqual([[], []]);
  });

  test('weak of a trail whose files cannot be delivered, beside what it covers', () => {
    const failing = { ...trail, deliveryError: 'AccessDenied' };
    expect(trailCheck(new Map([['eu-west-1', [failing]]])).map(({ name, state }) => `${name} ${state}`)).toEqual([
      'trail good',
      'trail main weak',
    ]);
  });

  test('weak of suppressions that end within two weeks, and says nothing of those that ended', () => {
    const ending = (expires: string) =>
      suppressionChecks(
        [{ id: 's', when: {}, reason: 'a migration', owner: 'alice', from: '2026-08-01', expires }],
        now,
      ).map(({ says }) => says);
    expect(ending('2026-09-10')).toEqual([expect.stringContaining('ends in 10 days')]);
    expect([ending('2026-08-30'), ending('2026-11-01')]).toEqual([[], []]);
  });

  test('bad of settings for a detection that does not exist', () => {
    const settings = defineConfig({ detections: { 'cloudtrail/slip-of-the-pen': { status: 'off' } } });
    expect(settingsChecks([], settings, now)).toContainEqual(
      expect.objectContaining({ name: 'settings detections.cloudtrail/slip-of-the-pen', state: 'bad' }),
    );
  });

  test('silent on what an inventory finds, which no detection does, and bad of a slip in it', () => {
    const settings = defineConfig({
      detections: {
        'posture/audit-logging-off': { status: 'alerting' },
        'posture/inventory-incomplete': { status: 'alerting' },
        'posture/audit-loging-off': { status: 'alerting' },
      },
      channels: [
        { kind: 'slack', secret: 'Hook', detections: ['posture/*', 'posture/trail-missing', 'posture/trial'] },
      ],
    });
    const said = settingsChecks(detections, settings, now).filter(({ name }) => name.startsWith('settings'));
    expect(said).toMatchObject([
      { name: 'settings detections.posture/audit-loging-off', state: 'bad' },
      { name: 'settings channels.0.detections', says: expect.stringContaining('"posture/trial"') },
    ]);
  });

  test('bad of a channel for detections that do not exist, weak for clusters and accounts that nobody named', () => {
    const settings = defineConfig({
      accounts: ['111122223333'],
      clusters: [{ name: 'prod' }],
      channels: [
        {
          kind: 'slack',
          secret: 'Hook',
          detections: ['cloudtrial/*'],
          clusters: ['prod', 'prdo-*'],
          accounts: ['444455556666'],
        },
      ],
    });
    const said = settingsChecks(detections, settings, now).filter(({ name }) => name.startsWith('settings'));
    expect(said).toMatchObject([
      { name: 'settings channels.0.detections', state: 'bad', says: expect.stringContaining('"cloudtrial/*"') },
      { name: 'settings channels.0.clusters', state: 'weak', says: expect.stringContaining('"prdo-*"') },
      { name: 'settings channels.0.accounts', state: 'weak', says: expect.stringContaining('444455556666') },
    ]);
  });

  test('weak of exemptions that end within two weeks, or have ended', () => {
    const exempt = (expires: string) =>
      settingsChecks(
        [],
        defineConfig({
          detections: {
            'a/b': {
              exemptions: [
                { when: { a: ['b'] }, reason: 'the agent reads it until it has a role of its own', expires },
              ],
            },
          },
        }),
        now,
      ).filter(({ name }) => name.startsWith('exemption'));
    expect(exempt('2026-09-10')).toMatchObject([{ state: 'weak', says: expect.stringContaining('ends in 10 days') }]);
    expect(exempt('2026-08-30')).toMatchObject([
      { state: 'weak', says: expect.stringContaining('ended on 2026-08-30') },
    ]);
    expect(exempt('2026-12-31')).toEqual([]);
  });
});

describe('a stage of which nothing is there', () => {
  const absent = (name: string): readonly Check[] => [
    ruleCheck('eu-west-1', { ...derived, name: `tripline-${name}-candidates-1` }, undefined),
    ruleCheck('us-east-1', { ...derived, name: `tripline-${name}-candidates-1` }, undefined),
    functionCheck(`tripline-${name}-audit`, undefined, undefined),
    ...mappingCheck(`tripline-${name}-cloudtrail`, []),
    quarantineCheck([]),
    clockCheck(0),
  ];

  test('is one check, and what is not of it stays', () => {
    const checks = ofAbsentStage(absent('prod'), 'prod', 'eu-west-1');
    expect(checks.map(({ name, state }) => `${state} ${name}`)).toEqual(['good clock', 'bad stage prod']);
    expect(checks[1]?.says).toBe('It does not exist: none of 2 rules in all regions, none of 1 functions.');
    expect(checks[1]?.todo).toMatch(/--region eu-west-1 shows tripline-STAGE-findings .*npx sst deploy --stage prod\./);
  });

  test('is one check for all that it is made of; what is not of it stays, whatever it is called', () => {
    const gone = ['alerts', 'guard', 'guard us-east-1', 'announcements', 'canaries', 'pipeline', 'suppressions'];
    const stays = [
      ...['regions', 'clock', 'trail', 'trail pipeline', 'cluster alerts', 'quota of rules eu-west-1', 'controllers'],
      ...['audit log /aws/eks/prod/cluster', 'alerts to on-call@example.com', 'exemption of a/b', 'suppression s1'],
    ];
    const some = [...gone, ...stays].map(name => bad(name, 'x', 'y'));
    expect(ofAbsentStage([...absent('prod'), ...some], 'prod', 'eu-west-1').map(({ name }) => name)).toEqual([
      'clock',
      ...stays,
      'stage prod',
    ]);
  });

  test.each(['rule', 'function'])('is told part by part where no %s was looked at', kind => {
    const checks = absent('prod').filter(({ name }) => !name.startsWith(`${kind} `));
    expect(ofAbsentStage(checks, 'prod', 'eu-west-1')).toEqual(checks);
  });

  test.each<[string, readonly Check[]]>([
    ['a rule stands', [ruleCheck('eu-west-1', { ...derived, name: 'tripline-prod-guard-1' }, standing)]],
    [
      'a rule is switched off',
      [ruleCheck('eu-west-1', { ...derived, name: 'tripline-prod-guard-1' }, { ...standing, state: 'DISABLED' })],
    ],
    ['a function is there', [functionCheck('tripline-prod-sweep', active, undefined)]],
  ])('is told part by part where %s', (_, more) => {
    const checks = [...absent('prod'), ...more];
    expect(ofAbsentStage(checks, 'prod', 'eu-west-1')).toEqual(checks);
  });
});
