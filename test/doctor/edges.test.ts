import { describe, expect, test } from 'vitest';
import { patience } from '../../core/canary.ts';
import { defineConfig } from '../../core/config.ts';
import { canariesCheck, canaryCheck } from '../../core/doctor/canary.ts';
import type { Check } from '../../core/doctor/check.ts';
import { clusterChecks, filterCheck, ruleCheck, trailCheck } from '../../core/doctor/feeds.ts';
import { doctorActions, doctorPolicy, ownDoctorActions } from '../../core/doctor/permissions.ts';
import { concurrencyQuota, rulesQuota } from '../../core/doctor/quotas.ts';
import {
  clockCheck,
  deadLetterCheck,
  dueCheck,
  functionCheck,
  mappingCheck,
  ownFindingsCheck,
  quarantineCheck,
} from '../../core/doctor/stage.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Cluster, Trail } from '../../core/inventory/aws.ts';
import type { CanaryState } from '../../core/state/canary.ts';

const now = Date.parse('2026-09-01T12:00:00Z');
const minute = 60_000;
const day = 24 * 60 * minute;
const noted = ({ state, says }: Check): readonly [string, string] => [state, says];

describe('its policy', () => {
  const { Version, Statement } = doctorPolicy('prod') as {
    readonly Version: string;
    readonly Statement: readonly {
      readonly Sid: string;
      readonly Effect: string;
      readonly Action: readonly string[];
      readonly Resource: string | readonly string[];
      readonly Condition?: object;
    }[];
  }; // as IAM takes it
  const own = Statement.filter(({ Sid }) => Sid.startsWith('Stage'));

  test('lets it read any resource by calls that take none, and decrypt by the stage’s key through DynamoDB alone', () => {
    expect(Version).toBe('2012-10-17');
    expect(Statement.filter(one => !own.includes(one))).toEqual([
      { Sid: 'Account', Effect: 'Allow', Action: doctorActions, Resource: '*' },
      {
        Sid: 'Key',
        Effect: 'Allow',
        Action: ['kms:Decrypt'],
        Resource: '*',
        Condition: {
          StringLike: { 'kms:ViaService': 'dynamodb.*.amazonaws.com' },
          'ForAnyValue:StringLike': { 'kms:ResourceAliases': 'alias/tripline-prod-key' },
        },
      },
    ]);
  });

  test('has nothing but reading', () => {
    for (const action of [...doctorActions, ...ownDoctorActions])
      expect(action).toMatch(/^[a-z0-9]+:(BatchGet|Describe|Get|List|Query)/);
  });

  test('lets it do the rest to what the stage owns, each to resources of its own service', () => {
    expect(own.flatMap(({ Action }) => Action).sort()).toEqual(ownDoctorActions);
    expect(own.map(({ Sid, Effect }) => `${Sid} ${Effect}`)).toEqual(own.map((_, at) => `Stage${at + 1} Allow`));
    for (const { Action, Resource } of own)
      for (const [action, resource] of Action.flatMap(action => [Resource].flat().map(one => [action, one] as const))) {
        expect(resource).toMatch(new RegExp(`^arn:\\*:${action.split(':')[0]}:(\\*:\\*:|::)`));
        // Groups of audit logs have names of EKS's.
        if (action !== 'logs:DescribeSubscriptionFilters') expect(resource).toContain('tripline-prod-');
      }
  });
});

describe('where a check turns', () => {
  const active = { state: 'Active', update: 'Successful', modified: new Date(now).toISOString() };
  const changed = (after: number) => functionCheck('f', active, new Date(now - after).toISOString());
  const mapping = (state: string) => mappingCheck('f', [{ source: 'events', state }])[0];
  const kept = (...counts: readonly number[]) =>
    quarantineCheck(counts.map(records => ({ day: '', records, more: false, reasons: ['not-json'] })));
  const room = (unreserved: number) => concurrencyQuota({ all: 1_000, unreserved });
  const rules = (region: string, count: number, wildcards = 0) => rulesQuota(region, { rules: count, wildcards });
  const group = (...others: readonly string[]) => filterCheck('g', 'p', undefined, others);
  const canary = (state: CanaryState) => canaryCheck('region eu-west-1', state, exampleSettings, now);
  const rounds = 2 * exampleSettings.deployment.canary.minutes * minute + patience;
  const pattern = { name: 'r', pattern: '{"a":[1,2]}', state: 'ENABLED' };
  const rule = (other: string, one = pattern) => ruleCheck('x', one, { pattern: other, state: 'ENABLED', targets: 1 });
  const nulls = (other: string) => rule(other, { ...pattern, pattern: '{"a":[null]}' });

  test.each<[string, Check['state'], Check | undefined, Check['state'], Check | undefined]>([
    [
      'a function that is not active',
      'bad',
      functionCheck('f', { ...active, state: 'Pending' }, undefined),
      'good',
      functionCheck('f', { ...active, state: '' }, undefined),
    ],
    [
      'one that was changed a quarter of an hour after its fellows',
      'good',
      changed(15 * minute),
      'weak',
      changed(15 * minute + 1),
    ],
    ['one whose fellows are not known', 'good', functionCheck('f', active, undefined), 'weak', changed(day)],
    ['a mapping that is made, or unmade', 'good', mapping('Creating'), 'bad', mapping('Deleting')],
    ['one that comes, or goes', 'good', mapping('Enabling'), 'bad', mapping('Disabling')],
    ['one that is changed, or something like it', 'good', mapping('Updating'), 'bad', mapping('Updating failed')],
    ['one that is on, or something like it', 'good', mapping('Enabled'), 'bad', mapping('Not Enabled')],
    ['a hundred records a day', 'weak', kept(90, 100, 99), 'bad', kept(90, 100, 100)],
    ['twenty times as many as usual', 'weak', kept(1, 1, 10, 10), 'bad', kept(1, 0, 10, 10)],
    ['fewer than twenty records', 'weak', kept(0, 0, 19), 'bad', kept(0, 0, 20)],
    ['a stage of two days', 'weak', kept(10, 9), 'bad', kept(10, 10)],
    ['fifty invocations', 'weak', room(49), 'good', room(50)],
    ['twenty invocations', 'bad', room(19), 'weak', room(20)],
    [
      'one of two numbers that Lambda did not say',
      'unknown',
      concurrencyQuota({ all: 1, unreserved: undefined }),
      'bad',
      room(1),
    ],
    ['the other', 'unknown', concurrencyQuota({ all: undefined, unreserved: 1 }), 'bad', room(1)],
    ['four of five rules', 'good', rules('eu-west-1', 239), 'weak', rules('eu-west-1', 240)],
    ['four of five where there are fewer', 'good', rules('eu-south-1', 79), 'weak', rules('eu-south-1', 80)],
    ['four of five rules with wildcards', 'good', rules('eu-west-1', 0, 23), 'weak', rules('eu-west-1', 0, 24)],
    ['a minute of a clock', 'good', clockCheck(60_000), 'bad', clockCheck(-61_000)],
    ['a clock that nobody knows', 'unknown', clockCheck(undefined), 'good', clockCheck(0)],
    [
      'a canary that is due back',
      'good',
      canary({ returned: { event: now, took: 1 }, waiting: now - patience }),
      'bad',
      canary({ returned: { event: now, took: 1 }, waiting: now - patience - 1 }),
    ],
    [
      'one of which no round was called',
      'good',
      canary({ returned: { event: now - rounds, took: 1 } }),
      'bad',
      canary({ returned: { event: now - rounds - 1, took: 1 } }),
    ],
    ['a pattern in another order', 'good', rule('{ "a": [1, 2] }'), 'bad', rule('{"a":[2,1]}')],
    ['a pattern that asks for null', 'good', nulls('{ "a": [null] }'), 'bad', nulls('{"a":[{}]}')],
    ['a pattern that is none', 'bad', rule('{'), 'good', rule('{"a":[1,2]}')],
    ['two letters that were given up', 'good', deadLetterCheck('q', 0), 'bad', deadLetterCheck('q', 2)],
    ['a group with room for one', 'bad', group('a'), 'bad', group('a', 'b')],
  ])('it turns: %s', (_, before, one, after, other) => {
    expect([one?.state, other?.state]).toEqual([before, after]);
  });

  test('a full group is told from one with room', () => {
    expect([group('a'), group('a', 'b')].map(({ todo }) => todo)).toEqual([
      'Invoke the function subscribe.',
      expect.stringMatching(/remove one of them/),
    ]);
  });
});

describe('what it says', () => {
  const quarantined = (day: string, records: number, more: boolean, ...reasons: readonly string[]) => ({
    ...{ day, records, more, reasons },
  });
  const canary = (name: string, state: CanaryState) => canaryCheck(name, state, exampleSettings, now);
  const back = (took: number) => ({ returned: { event: now - minute, took } });

  test('of the quarantine is how many, why, and how many there were before', () => {
    expect(
      noted(
        quarantineCheck([
          quarantined('a', 1, false, 'too-large'),
          quarantined('b', 2, true),
          quarantined('c', 3, true, 'not-json', 'bad-gzip'),
          quarantined('d', 4, false, 'not-json'),
        ]),
      ),
    ).toEqual([
      'weak',
      '7 or more records could not be read yesterday and today, 1.5 a day in the days before. Reasons: bad-gzip, not-json.',
    ]);
    expect(noted(quarantineCheck([quarantined('c', 0, false)]))).toEqual([
      'good',
      '0 records could not be read yesterday and today, 0.0 a day in the days before.',
    ]);
  });

  test('of the pipeline is how many findings it has of itself, and the first three', () => {
    const own = (count: number) =>
      ownFindingsCheck(Array.from({ length: count }, (_, at) => ({ detection: 'pipeline/x', title: `t${at}` }))).says;
    expect(own(3)).toBe('3 open findings are about the pipeline itself: t0; t1; t2');
    expect(own(4)).toBe('4 open findings are about the pipeline itself: t0; t1; t2; …');
  });

  test('of what waits is how much, of a clock whither', () => {
    expect([dueCheck(1), dueCheck(2)].map(({ says }) => says)).toEqual([
      'A case has waited for over 15 minutes to be announced.',
      '2 or more cases have waited for over 15 minutes to be announced.',
    ]);
    expect([clockCheck(90_400), clockCheck(-90_400)].map(({ says }) => says)).toEqual([
      "This clock is 90 s ahead of AWS's: what it signs may be refused.",
      "This clock is 90 s behind AWS's: what it signs may be refused.",
    ]);
  });

  test('of a canary is when it came back and what it took, in seconds under two minutes', () => {
    expect(canary('region eu-west-1', back(2 * minute - 1)).says).toMatch(/11:59 UTC, 120 s after its call\.$/);
    expect(canary('region eu-west-1', back(2 * minute)).says).toMatch(/, 2 min after its call\.$/);
    const failed = { failed: { at: now, why: 'the endpoint is closed' } };
    expect(canary('cluster prod', failed)).toMatchObject({
      state: 'bad',
      says: 'Its call could not be made at 2026-09-01 12:00 UTC: the endpoint is closed. It has not come back in two days.',
      todo: expect.stringContaining('deployment.canary.clusters'),
    });
    expect(canary('region eu-west-1', failed).todo).toBe('Read the log of the function canary.');
  });

  test('of canaries is that they are off, where neither regions nor clusters have one', () => {
    const states = (canary: object) =>
      canariesCheck([], defineConfig({ clusters: [{ name: 'prod' }], deployment: { canary } })).map(
        ({ state }) => state,
      );
    expect(states({ regions: false, clusters: ['prod'] })).toEqual(['bad']);
    expect(states({ regions: true, clusters: [] })).toEqual(['bad']);
    expect(states({ regions: false, clusters: [] })).toEqual(['weak']);
  });

  test('of trails is which log, which regions are dark and whose files do not arrive', () => {
    const trail: Trail = { name: 'a', logging: true, multiRegion: false, validated: true, management: 'all' };
    const of = (...regions: readonly (readonly [string, readonly Trail[]])[]) =>
      trailCheck(new Map(regions)).map(noted);
    const off = { ...trail, name: 'off', logging: false, deliveryError: 'AccessDenied' };
    const some = { ...trail, name: 'some', management: 'some' } as const;
    expect(of(['one', [trail, off]], ['other', [{ ...trail, name: 'b' }, trail]])).toEqual([
      ['good', "a, b log every enabled region's management events."],
    ]);
    expect(of(['one', [trail, some]])).toEqual([['good', "a logs every enabled region's management events."]]);
    expect(of(['one', [trail]], ['other', [some]], ['third', []])).toEqual([
      ['bad', 'No trail logs every management event of other, third.'],
    ]);
    expect(of(['one', [some, off]])).toEqual([['bad', 'No trail logs every management event of one.']]);
    expect(of(['one', [off]])).toEqual([['bad', 'No trail is logging: EventBridge gets no CloudTrail events.']]);
    expect(of(['one', [{ ...trail, deliveryError: 'AccessDenied' }]]).map(([state]) => state)).toEqual([
      'good',
      'weak',
    ]);
  });

  test('of clusters is which are silent, and which are not named or not there, of those of the region', () => {
    const found = (name: string, auditLogging = true): Cluster => ({
      ...{ name, arn: '', auditLogging, vpc: '', publicEndpoint: false, publicCidrs: [] },
      ...{ authenticationMode: 'API', entries: [], pods: [], nodeRoles: [] },
    });
    const settings = defineConfig({
      home: 'eu-west-1',
      clusters: [
        { name: 'here', kind: 'eks' },
        { name: 'there', kind: 'eks', region: 'us-east-1' },
        { name: 'own', kind: 'kubeadm' },
      ],
    });
    const of = (region: string, ...all: readonly Cluster[]) =>
      clusterChecks(region, all, settings).map(({ name, state }) => `${name} ${state}`);
    expect(of('eu-west-1', found('here'))).toEqual(['cluster here good']);
    expect(of('eu-west-1', found('new', false))).toEqual(['cluster new bad', 'cluster new weak', 'cluster here weak']);
    expect(of('us-east-1')).toEqual(['cluster there weak']);
  });
});
