import { describe, expect, test } from 'vitest';
import { type Config, defineConfig } from '../../core/config.ts';
import type { AnyDetection } from '../../core/detection.ts';
import { canariesCheck, canaryCheck } from '../../core/doctor/canary.ts';
import type { Check } from '../../core/doctor/check.ts';
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
import type { Cluster, Trail } from '../../core/inventory/aws.ts';

const now = Date.parse('2026-09-01T12:00:00Z');
const hour = 3_600_000;

const rule = { name: 'candidates-1', pattern: '{"a":[1]}', state: 'ENABLED' };
const guard = { name: 'guard-keys-1', state: 'ENABLED' };
const standing = { pattern: '{"a":[1]}', state: 'ENABLED', targets: 1 };
const trail: Trail = { name: 'main', logging: true, multiRegion: true, validated: true, management: 'all' };
const trails = (one: Partial<Trail>, region = 'eu-west-1') => trailCheck(new Map([[region, [{ ...trail, ...one }]]]));
const cluster: Cluster = {
  ...{ name: 'prod', arn: '', auditLogging: true, vpc: '', publicEndpoint: false, publicCidrs: [] },
  ...{ authenticationMode: 'API', entries: [], pods: [], nodeRoles: [] },
};
const clusters = (...found: readonly Cluster[]) =>
  clusterChecks('eu-west-1', found, defineConfig({ home: 'eu-west-1', clusters: [{ name: 'prod' }] }));
const active = { state: 'Active', update: 'Successful', modified: '2026-09-01T10:00:00.000+0000' };
const mapping = (...states: readonly string[]) =>
  mappingCheck(
    'audit',
    states.map(state => ({ source: 'events', state })),
  );
const quarantined = (records: number) =>
  quarantineCheck([{ day: '2026-09-01', records, more: false, reasons: ['not-json'] }]);
const canary = (state: Parameters<typeof canaryCheck>[1]) =>
  canaryCheck('region eu-west-1', state, exampleSettings, now);
const back = (hours: number) => ({ event: now - hours * hour, took: 1_000 });
const detection = (id: string, requires: AnyDetection['requires'] = []) =>
  ({ id, requires }) as unknown as AnyDetection; // what the check reads
const said = (name: string, config: Config, ...all: readonly AnyDetection[]) =>
  settingsChecks(all, defineConfig(config), now).filter(one => one.name === name);
const exempt = (expires: string): Config => ({
  detections: {
    'posture/trail-missing': { exemptions: [{ when: { a: ['b'] }, reason: 'it is known', expires }] },
  },
});
const channel = (over: object): Config => ({
  accounts: ['111122223333'],
  clusters: [{ name: 'prod' }],
  channels: [{ kind: 'slack', secret: 'Hook', ...over }],
});

/** What each look may come to, by the name under which it stands; beside each what of it the sentence must hold. */
const looks: {
  readonly [name: string]: readonly (readonly [check: Check | undefined, ...holds: readonly string[]])[];
} = {
  'rule candidates-1 eu-west-1': [
    [ruleCheck('eu-west-1', rule, standing), 'as derived'],
    [ruleCheck('eu-west-1', rule, undefined)],
    [ruleCheck('eu-west-1', rule, { ...standing, state: 'DISABLED' }), 'DISABLED', 'ENABLED'],
    [ruleCheck('eu-west-1', rule, { ...standing, pattern: '{"a":[2]}' }), 'pattern'],
    [ruleCheck('eu-west-1', rule, { ...standing, targets: 0 }), 'target'],
  ],
  'rule guard-keys-1 us-east-1': [[ruleCheck('us-east-1', guard, standing), 'enabled', 'target']],
  'audit log /aws/eks/prod/cluster': [
    [filterCheck('/aws/eks/prod/cluster', 'p', { pattern: 'p' })],
    [filterCheck('/aws/eks/prod/cluster', 'p', { pattern: 'q' })],
    [filterCheck('/aws/eks/prod/cluster', 'p', 'missing'), 'no such log group'],
    [filterCheck('/aws/eks/prod/cluster', 'p', undefined), 'no subscription filter'],
    [filterCheck('/aws/eks/prod/cluster', 'p', undefined, ['shop', 'search']), 'no room', 'shop, search'],
  ],
  trail: [
    [trails({})[0], 'main'],
    [trails({ logging: false })[0], 'No trail is logging'],
    [trails({ management: 'some' })[0], 'eu-west-1'],
  ],
  'trail main': [[trails({ deliveryError: 'AccessDenied' })[1], 'AccessDenied']],
  'cluster prod': [
    [clusters(cluster)[0]],
    [clusters({ ...cluster, auditLogging: false })[0], 'no audit log'],
    [clusters()[0], 'eu-west-1'],
  ],
  'cluster other': [[clusters({ ...cluster, name: 'other' })[1], 'settings']],
  'canary region eu-west-1': [
    [canary({ returned: back(0.2) }), '2026-09-01 11:48 UTC', '1 s'],
    [canary({ waiting: now - 60_000 })],
    [canary({ returned: back(5) }), '2026-09-01 07:00 UTC', 'no round'],
    [canary({ returned: back(2), waiting: now - hour }), '2026-09-01 10:00 UTC', '2026-09-01 11:00 UTC'],
    [canary({ failed: { at: now, why: 'it cannot be reached' } }), 'it cannot be reached'],
  ],
  canaries: [
    [canariesCheck([], defineConfig({}))[0]],
    [canariesCheck([], defineConfig({ deployment: { canary: { regions: false } } }))[0], 'settings'],
  ],
  'function audit': [
    [functionCheck('audit', active, active.modified)],
    [functionCheck('audit', undefined, undefined)],
    [functionCheck('audit', { ...active, state: 'Inactive' }, undefined), 'Inactive'],
    [functionCheck('audit', { ...active, update: 'Failed' }, undefined), 'failed'],
    [functionCheck('audit', active, '2026-08-01T00:00:00.000+0000'), active.modified, '2026-08-01T00:00:00.000+0000'],
    [throttleCheck('audit', 0)[0], 'concurrency'],
  ],
  'source of audit': [
    [mapping('Enabled')[0], 'events'],
    [mapping('Disabled')[0], 'events', 'Disabled'],
    [mapping()[0]],
  ],
  quarantine: [
    [quarantined(0), '0 records'],
    [quarantined(3), '3 records', 'not-json'],
  ],
  pipeline: [
    [ownFindingsCheck([])],
    [ownFindingsCheck([{ detection: 'pipeline/rule-failed', title: 'a rule threw' }]), 'a rule threw'],
  ],
  'queue events-dlq': [[deadLetterCheck('events-dlq', 0)], [deadLetterCheck('events-dlq', 7), '7 messages']],
  'alerts to on-call@example.com': [
    [subscriptionCheck('alerts', 'on-call@example.com', 'arn:aws:sns:x')],
    [subscriptionCheck('alerts', 'on-call@example.com', 'PendingConfirmation'), 'never confirmed'],
  ],
  clock: [[clockCheck(2_000), '2 s'], [clockCheck(90_000), '90 s', 'ahead'], [clockCheck(undefined)]],
  announcements: [[dueCheck(0)], [dueCheck(4), '4']],
  'quota of rules eu-west-1': [
    [rulesQuota('eu-west-1', { rules: 9, wildcards: 2 }), '9 of 300', '2 of 30'],
    [rulesQuota('eu-west-1', { rules: 290, wildcards: 3 }), '290 of 300', '3 of 30'],
  ],
  'quota of rules af-south-1': [[rulesQuota('af-south-1', { rules: 9, wildcards: 2 }), '9 of 100', '2 of 30']],
  'quota of concurrency': [
    [concurrencyQuota({ all: 1_000, unreserved: 900 }), '1000', '900'],
    [concurrencyQuota({ all: 1_000, unreserved: 40 }), '1000', '40', '50'],
    [concurrencyQuota({ all: undefined, unreserved: undefined })],
  ],
  detections: [
    [said('detections', {}, detection('a/full'))[0], '1 of 1'],
    [said('detections', {}, detection('a/full'), detection('a/lacking', ['clusters']))[0], '1 of 2', '1 only watch'],
  ],
  controllers: [[said('controllers', {})[0]]],
  'settings detections.a/b': [[said('settings detections.a/b', { detections: { 'a/b': { status: 'off' } } })[0]]],
  'settings channels.0.clusters': [[said('settings channels.0.clusters', channel({ clusters: ['prdo'] }))[0], 'prdo']],
  'settings channels.0.accounts': [
    [said('settings channels.0.accounts', channel({ accounts: ['444455556666'] }))[0], '444455556666'],
  ],
  'exemption of posture/trail-missing': [
    [said('exemption of posture/trail-missing', exempt('2026-09-10'))[0], '"it is known" ends', '10 days'],
    [said('exemption of posture/trail-missing', exempt('2026-08-01'))[0], '"it is known" ended', '2026-08-01'],
  ],
  'suppression s1': [
    [
      suppressionChecks(
        [{ id: 's1', when: {}, reason: 'a move', owner: 'alice', from: '2026-08-01', expires: '2026-09-10' }],
        now,
      )[0],
      ...['a move', 'alice', '10 days'],
    ],
  ],
};

const rows = Object.entries(looks).flatMap(([name, all]) => all.map(([check, ...holds]) => ({ name, check, holds })));

describe('whatever a look comes to', () => {
  test.each(rows)('$name: $check.state, $check.says', ({ name, check, holds }) => {
    expect(check?.name).toBe(name);
    for (const text of holds) expect(check?.says).toContain(text);
  });

  test('it is a sentence, and one of what to do where not all is well', () => {
    for (const { name, check } of rows) {
      expect([name, check?.says]).toEqual([name, expect.stringMatching(/^\S+ \S/)]);
      expect([name, check?.says]).not.toEqual([name, expect.stringMatching(/undefined|NaN|Invalid/)]);
      if (check?.state !== 'good') expect([name, check?.todo]).toEqual([name, expect.stringMatching(/^['A-Za-z]+ \S/)]);
    }
  });

  test('it says something else where something else was found', () => {
    for (const [name, all] of Object.entries(looks))
      expect([name, new Set(all.map(([check]) => check?.says)).size]).toEqual([name, all.length]);
  });
});

describe('what is to be done names', () => {
  const todo = (checks: readonly (Check | undefined)[]): readonly (string | undefined)[] =>
    checks.map(check => check?.todo);

  test('the cluster whose audit log is off, and its region', () => {
    expect(todo(clusters({ ...cluster, auditLogging: false }))).toEqual([
      expect.stringMatching(/--region eu-west-1 --name prod --logging .*"types":\["audit"\],"enabled":true/),
    ]);
  });

  test('who changed it, of whatever stood as deployed and does not', () => {
    const changed = [
      ...[undefined, { ...standing, state: 'DISABLED' }, { ...standing, targets: 0 }].map(found =>
        ruleCheck('eu-west-1', rule, found),
      ),
      functionCheck('audit', undefined, undefined),
      throttleCheck('audit', 0)[0],
      mapping('Disabled')[0],
    ];
    for (const one of todo(changed)) expect(one).toContain('cloudtrail/detection-disabled');
  });
});
