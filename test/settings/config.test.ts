import { describe, expect, test } from 'vitest';
import { type Config, ConfigError, defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { isSet, type SettingName } from '../../core/settings.ts';

const problemsOf = (config: unknown): readonly string[] => {
  try {
    defineConfig(config as Config); // wrong on purpose
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
};

const suppression = {
  id: 'load-test',
  when: { finding: { detection: ['cloudtrail/launch-burst'] } },
  reason: 'the load test of September',
  owner: 'platform',
  from: '2026-09-01',
  expires: '2026-09-30',
};

describe('defineConfig', () => {
  test('is safe with no settings at all', () => {
    const settings = defineConfig({});
    expect(settings.families.disallowed).toContain('p*');
    expect(settings.nodePolicies).toHaveLength(6);
    expect(settings.latenessMinutes).toBe(15);
    expect(settings.controllers).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    ['an account that is a number', { accounts: [111122223333] }, 'accounts.0: '],
    ['a setting that does not exist', { aproved: [] }, 'aproved: no such setting'],
    ['a setting in letters that only look like ours', { 'h\u043eme': 'eu-west-1' }, 'h\\u{43e}me: no such setting'],
    [
      'a range of the whole world',
      { network: { egress: ['0.0.0.0/0'] } },
      'network.egress.0: a range of the whole world',
    ],
    ['a range that is no range', { network: { ranges: ['10.0.0.0/33'] } }, 'network.ranges.0: an address'],
    ['two clusters of one name', { clusters: [{ name: 'a' }, { name: 'a' }] }, 'clusters: "a" stands twice'],
    ['a controller that names nobody', { controllers: [{ kind: 'karpenter' }] }, 'controllers.0: a controller needs'],
    [
      'a controller of no cluster',
      { controllers: [{ kind: 'eks', roles: ['arn:x'], cluster: 'a' }] },
      'controllers.0.cluster: no',
    ],
    ['a wildcard that names everybody', { platform: { users: ['**'] } }, 'platform.users.0: a wildcard of stars'],
    [
      'an exemption without an end',
      { detections: { 'a/b': { exemptions: [{ when: { a: '1' }, reason: 'because' }] } } },
      'expires: is missing',
    ],
    [
      'an exemption of everything',
      { detections: { 'a/b': { exemptions: [{ when: {}, reason: 'because', expires: '2027-01-01' }] } } },
      'when: a pattern',
    ],
    ['a time zone that is none', { businessHours: { timeZone: 'Mars/Olympus' } }, 'businessHours.timeZone: an IANA'],
    [
      'egress inside our own ranges',
      { network: { egress: ['10.0.0.9'], ranges: ['10.0.0.0/8'] } },
      'network.egress.0: 10.0.0.9 lies inside',
    ],
    [
      'a webhook without TLS',
      { channels: [{ kind: 'webhook', address: 'http://example.com/x', secret: 'Hook' }] },
      'channels.0.address: an https address',
    ],
    [
      'triage by nobody',
      {
        channels: [
          {
            kind: 'slack-app',
            token: 'Bot',
            channel: 'C0123456789',
            triage: { signing: 'Signing', users: [], team: 'T0123456789' },
          },
        ],
      },
      'channels.0.triage.users: name at least one user',
    ],
    [
      'a Slack channel by its name',
      { channels: [{ kind: 'slack-app', token: 'Bot', channel: '#alerts' }] },
      'channels.0.channel: a Slack channel id',
    ],
    [
      'a secret where its name belongs',
      { channels: [{ kind: 'pagerduty', secret: 'r0utingkey-with-dashes' }] },
      'channels.0.secret: the name of an SST secret',
    ],
    [
      'a route to everything',
      { channels: [{ kind: 'email', address: 'soc@example.com', detections: ['*'] }] },
      'channels.0.detections.0: a wildcard of stars',
    ],
    [
      'canaries that would not be back before the next',
      { deployment: { canary: { minutes: 5 } } },
      'deployment.canary.minutes: a round takes minutes: 15 at least',
    ],
    [
      'a canary of a cluster that nobody names, or that is no EKS cluster',
      {
        clusters: [{ name: 'fleet', kind: 'kubeadm' }],
        deployment: { canary: { clusters: ['fleet'] } },
      },
      'deployment.canary.clusters.0: no EKS cluster of `clusters` is named "fleet"',
    ],
    [
      'a detection off whose canary is on',
      { detections: { 'pipeline/canary-returned': { status: 'off' } } },
      'detections.pipeline/canary-returned.status: its canary would never be back',
    ],
    ['a channel of an unknown kind', { channels: [{ kind: 'pager' }] }, 'channels.0.kind: '],
  ])('refuses %s, saying where and what', (_, config, expected) => {
    const problems = problemsOf(config);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(expected);
  });

  /** What a setting takes, and what only looks like it: each alone. */
  const edges: readonly (readonly [
    setting: string,
    of: (value: never) => unknown,
    taken: unknown[],
    refused: unknown[],
  ])[] = [
    [
      'accounts',
      value => ({ accounts: [value] }),
      ['111122223333'],
      ['11112222333', '1111222233334', 'a11122223333', ''],
    ],
    [
      'home',
      value => ({ home: value }),
      ['eu-west-1', 'us-gov-west-1', 'ap-southeast-7'],
      ['eu-west', 'eu-west-11', 'Eu-west-1', 'xeu-west-1', 'eu--1', '-west-1'],
    ],
    [
      'network.ranges',
      value => ({ network: { ranges: [value] } }),
      ['10.0.0.0/8', '10.0.0.0/32', '192.0.2.1', '2001:db8::/56', '2001:db8::/128', '2001:db8::1'],
      [
        '10.0.0.0/33',
        '10.0.0.0/',
        '10.0.0.0/8/8',
        '10.0.0.0/a',
        '10.0.0/8',
        '2001:db8::/129',
        '10.0.0.0/0',
        '::/0',
        '::/00',
        '',
      ],
    ],
    [
      'clusters.allowedFamilies',
      value => ({ clusters: [{ name: 'a', allowedFamilies: [value] }] }),
      ['m7g', 'p*', '*.metal', 'u-*', 'm7g.large', '*.metal-24xl'],
      ['M7g', 'm7g.', '.large', 'm7g.large.x', 'x m7g', 'm7g large', ''],
    ],
    [
      'controllers.roles',
      value => ({ controllers: [{ kind: 'eks', roles: [value] }] }),
      ['arn:aws:iam::*:role/x'],
      ['role/x', 'xarn:aws:iam::1:role/x', '*'],
    ],
    [
      'controllers.serviceAccounts',
      value => ({ controllers: [{ kind: 'eks', serviceAccounts: [value] }] }),
      ['system:serviceaccount:a:b'],
      ['a:b', 'system:serviceaccounts:a', 'x system:serviceaccount:a:b'],
    ],
    [
      'detections',
      value => ({ detections: { [value]: { status: 'watching' } } }),
      ['cloudtrail/launch-burst', 'a/b2'],
      [
        'launch-burst',
        'cloudtrail/Launch',
        'cloud-trail/launch',
        'cloudtrail/launch/burst',
        'cloudtrail/',
        '/a',
        'x cloudtrail/a',
      ],
    ],
    ['detections.threshold', value => ({ detections: { 'a/b': { threshold: value } } }), [1, 5], [0, 1.5, -1, '5']],
    [
      'suppressions.id',
      value => ({ suppressions: [{ ...suppression, id: value }] }),
      ['load-test', '0a', 'a'.repeat(61)],
      ['a', '-a', 'A1', 'a b', 'a'.repeat(62), 'x_y'],
    ],
    ['suppressions.reason', value => ({ suppressions: [{ ...suppression, reason: value }] }), ['tests'], ['test', '']],
    ['suppressions.owner', value => ({ suppressions: [{ ...suppression, owner: value }] }), ['a'], ['']],
    [
      'suppressions.expires',
      value => ({ suppressions: [{ ...suppression, expires: value }] }),
      ['2026-09-02', '2026-11-30'],
      ['2026-09-01', '2026-08-31', '2026-12-01', '2026-9-2', 'soon'],
    ],
    [
      'businessHours.from',
      value => ({ businessHours: { timeZone: 'Europe/Berlin', from: value } }),
      ['00:00', '09:59', '19:30', '23:59'],
      ['24:00', '8:00', '08:60', '08:00:00', '108:00'],
    ],
    ['businessHours.days', value => ({ businessHours: { timeZone: 'UTC', days: [value] } }), [1, 7], [0, 8, 1.5]],
    ['maximumNodeAge', value => ({ maximumNodeAge: value }), ['72h', '7d'], ['72', 'h', '72m', '7d ', 'x7d', '1.5h']],
    ['latenessMinutes', value => ({ latenessMinutes: value }), [1, 120], [0, 121]],
    ['approvedImages.ids', value => ({ approvedImages: { ids: [value] } }), ['ami-0a'], ['0a', 'xami-0a']],
    [
      'channels.secret',
      value => ({ channels: [{ kind: 'pagerduty', secret: value }] }),
      ['Pager', 'P1'],
      ['pager', '1Pager', 'Pager-Duty', 'xPager', ''],
    ],
    [
      'channels.channel',
      value => ({ channels: [{ kind: 'slack-app', token: 'Bot', channel: value }] }),
      ['C0123456789', 'G01234'],
      ['D0123456789', 'C0123', 'c0123456789', 'C0123456789x', 'xC0123456789', `C${'0'.repeat(21)}`],
    ],
    [
      'channels.triage',
      value => ({
        channels: [
          {
            kind: 'slack-app',
            token: 'Bot',
            channel: 'C0123456789',
            triage: { signing: 'Signing', ...(value as object) },
          },
        ],
      }),
      [
        { users: ['U0123456789', 'W0123456789'], team: 'T0123456789' },
        { users: ['U012345'], team: 'E012345' },
      ],
      [
        { users: ['C0123456789'], team: 'T0123456789' },
        { users: ['U0123456789'], team: 'U0123456789' },
      ],
    ],
    [
      'channels.address',
      value => ({ channels: [{ kind: 'webhook', address: value, secret: 'Hook' }] }),
      ['https://example.com/x'],
      ['https://', 'ftp://example.com', 'example.com', 'xhttps://example.com'],
    ],
    [
      'deployment.archives.key',
      value => ({ deployment: { archives: [{ bucket: 'abc', key: value }] } }),
      ['arn:aws:kms:eu-west-1:111122223333:key/a', 'arn:aws-us-gov:kms:x'],
      ['alias/a', 'arn:aws:s3:::a', 'xarn:aws:kms:x'],
    ],
    [
      'deployment.hub',
      value => ({ deployment: { hub: value } }),
      ['arn:aws:events:eu-west-1:111122223333:event-bus/hub'],
      [
        'hub',
        'arn:aws:events:eu-west-1:111122223333:event-bus/',
        'arn:aws:events:event-bus/a',
        'xarn:aws:events:e:1:event-bus/a',
      ],
    ],
    ['deployment.canary.minutes', value => ({ deployment: { canary: { minutes: value } } }), [15, 60], [14, 61, 15.5]],
  ];

  test.each(edges)('takes of %s what is one, and nothing that only looks like it', (_, of, taken, refused) => {
    for (const value of taken) expect([value, problemsOf(of(value as never))]).toEqual([value, []]); // any value, to be judged
    for (const value of refused) expect([value, problemsOf(of(value as never)).length]).not.toEqual([value, 0]); // as above
  });

  test('says every problem at once', () => {
    expect(problemsOf({ accounts: ['1'], home: 'moon', latenessMinutes: 0 })).toHaveLength(3);
  });
});

test('every setting that a detection may require is unset in an empty configuration and set in the example', () => {
  const names: readonly SettingName[] = [
    'accounts',
    'approvedRegions',
    'approvedImages',
    'businessHours',
    'clusters',
    'controllers',
    'nodeRoles',
    'platform',
    'ranges',
  ];
  const empty = defineConfig({});
  expect(names.filter(name => isSet(empty, name))).toEqual([]);
  expect(names.filter(name => !isSet(exampleSettings, name))).toEqual([]);
});
