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
