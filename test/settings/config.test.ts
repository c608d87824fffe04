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

const audit = (...places: readonly object[]) => ({
  clusters: places.map((place, index) => ({ name: `c${index}`, kind: 'kubeadm', audit: place })),
});
const controls = (by: object) => ({ controllers: [{ kind: 'karpenter', ...by }] });
const hook = (address: string) => ({ channels: [{ kind: 'webhook', address, secret: 'Hook' }] });

describe('what is said of a wrong setting', () => {
  const slackAddress = 'https://hooks.slack.com/services/T0000/B0000/not-a-real-token';

  test.each<[unknown, ...string[]]>([
    [undefined, 'the settings are missing: defineConfig({}) will do'],
    [null, 'the settings: an object: {…}'],
    [{ home: 'eu-west1' }, 'home: a region reads like "eu-west-1" (it says "eu-west1")'],
    [{ homee: 'eu-west-1' }, 'homee: no such setting; near it: home (core/settings.ts lists them all)'],
    [{ colour: 1 }, 'colour: no such setting (core/settings.ts lists them all)'],
    [
      { clusters: [{ name: 'a', nodeRole: [] }] },
      'clusters.0.nodeRole: no such setting; near it: nodeRoles (core/settings.ts lists them all)',
    ],
    [
      { channels: [{ kind: 'slack', secret: 'A', minimun: 'high' }] },
      'channels.0.minimun: no such setting; near it: minimum (core/settings.ts lists them all)',
    ],
    [
      { deployment: { canary: { minute: 30 } } },
      'deployment.canary.minute: no such setting; near it: minutes (core/settings.ts lists them all)',
    ],
    [
      { detections: { 'cloudtrail/x': { statsu: 'off' } } },
      'detections.cloudtrail/x.statsu: no such setting; near it: status (core/settings.ts lists them all)',
    ],
    [{ home: 5 }, 'home: a text in quotes (it says 5)'],
    [
      { accounts: [111122223333] },
      'accounts.0: an account id is twelve digits, in quotes: "111122223333" (it says 111122223333)',
    ],
    [{ accounts: '111122223333' }, 'accounts: a list: […] (it says "111122223333")'],
    [{ clusters: [{}] }, 'clusters.0.name: is missing'],
    [{ clusters: ['prod'] }, 'clusters.0: an object: {…} (it says "prod")'],
    [{ clusters: [{ name: 'prod', reader: 'yes' }] }, 'clusters.0.reader: true or false (it says "yes")'],
    [
      { controllers: [{ kind: 'karpentr', roles: ['arn:aws:iam::111122223333:role/x'] }] },
      'controllers.0.kind: one of "karpenter", "cluster-api", "eks", "kubeadm" (it says "karpentr")',
    ],
    [{ platform: ['x'] }, 'platform: an object, {…}, not a list (core/settings.ts says of what)'],
    [{ latenessMinutes: 0 }, 'latenessMinutes: at least 1 (it says 0)'],
    [{ latenessMinutes: '15' }, 'latenessMinutes: a number (it says "15")'],
    [{ nodeRoles: true }, 'nodeRoles: a list: […] (it says true)'],
    [{ home: false }, 'home: a text in quotes (it says false)'],
    [{ home: '' }, 'home: a region reads like "eu-west-1"'],
    [{ home: 'x'.repeat(90) }, `home: a region reads like "eu-west-1" (it says "${'x'.repeat(79)}…")`],
    [{ detections: 'off' }, 'detections: an object: {…} (it says "off")'],
    [{ families: 5 }, 'families: an object: {…} (it says 5)'],
    [
      { clusters: [['prod']] },
      'clusters.0.name: is missing',
      'clusters.0: an object, {…}, not a list (core/settings.ts says of what)',
    ],
    [
      { clusters: [{ name: 'a', rolee: 'x' }] },
      'clusters.0.rolee: no such setting; near it: role (core/settings.ts lists them all)',
    ],
    [
      { deployment: { archives: [{ bucket: 'abc', prefx: 'a' }] } },
      'deployment.archives.0.prefx: no such setting; near it: prefix (core/settings.ts lists them all)',
    ],
    [{ network: { rangs: [] } }, 'network.rangs: no such setting; near it: ranges (core/settings.ts lists them all)'],
    [{ channels: [{ kind: 'pagerduty', secret: 'Pager', region: 'asia' }] }, 'channels.0.region: one of "us", "eu"'],
    [
      { clusters: [{ name: 'a', vodRanges: [] }] },
      'clusters.0.vodRanges: no such setting; near it: podRanges, vpcRanges (core/settings.ts lists them all)',
    ],
    [
      { channels: [{ kind: 'slack-app', token: 'Bot', channel: 'C0123456789', triage: ['x'] }] },
      'channels.0.triage.signing: is missing',
      'channels.0.triage.users: is missing',
      'channels.0.triage.team: is missing',
      'channels.0.triage: an object, {…}, not a list (core/settings.ts says of what)',
    ],
    [
      { suppressions: [{ ...suppression, when: 'x' }] },
      'suppressions.0.when: a pattern in the rule language: an object that says something (docs/language.md) (it says "x")',
    ],
    [{ businessHours: {} }, 'businessHours.timeZone: is missing'],
    [{ businessHours: { timeZone: 5 } }, 'businessHours.timeZone: a text in quotes (it says 5)'],
    [{ latenessMinutes: 500 }, 'latenessMinutes: at most 120 (it says 500)'],
    [{ announcing: { stormFindings: 2.5 } }, 'announcing.stormFindings: a whole number (it says 2.5)'],
    [{ channels: [{}] }, 'channels.0.kind: is missing: one of "email", "slack", "slack-app", "pagerduty", "webhook"'],
    [{ channels: [slackAddress] }, 'channels.0: an object: {…}'],
    [{ home: '\u001b[31m' }, 'home: a region reads like "eu-west-1" (it says "\\e[31m")'],
  ])('%j: %s', (config, ...problems) => {
    expect(problemsOf(config)).toEqual(problems);
  });

  test.each([
    { channels: slackAddress },
    { channels: [slackAddress] },
    { channels: [{ kind: slackAddress }] },
    { channels: [{ kind: 'slack', secret: slackAddress }] },
    { channels: [{ kind: 'email', address: slackAddress }] },
    { channels: [{ kind: 'slack', secret: 'Slack', minimum: slackAddress }] },
    { deployment: { heartbeat: slackAddress } },
    { deployment: slackAddress },
  ])('%j: says nothing of what may be a secret', config => {
    const problems = problemsOf(config);
    expect(problems).not.toEqual([]);
    expect(problems.join()).not.toContain('hooks.slack.com');
  });
});

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
      { controllers: [{ kind: 'eks', roles: ['arn:aws:iam::111122223333:role/x'], cluster: 'a' }] },
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
    ['half of the world', { network: { ranges: ['0.0.0.0/1'] } }, 'network.ranges.0: a range of the whole world, or'],
    [
      'half of the IPv6 world',
      { network: { ranges: ['8000::/1'] } },
      'network.ranges.0: a range of the whole world, or',
    ],
    ['the internet of IPv6', { network: { onPrem: ['2000::/3'] } }, 'network.onPrem.0: a range of the whole world, or'],
    ['an address of one interface', { network: { ranges: ['fe80::1%eth0'] } }, 'network.ranges.0: an address'],
    ['bits that could be octal', { network: { ranges: ['10.0.0.0/016'] } }, 'network.ranges.0: an address'],
    ['IPv4 written as IPv6', { network: { ranges: ['::ffff:10.0.0.0/104'] } }, 'network.ranges.0: an address'],
    [
      'a cluster by its ARN',
      { clusters: [{ name: 'arn:aws:eks:eu-west-1:111122223333:cluster/a' }] },
      'clusters.0.name: ',
    ],
    ['an EKS cluster with a dot', { clusters: [{ name: 'prod.eu' }] }, 'clusters.0.name: a cluster’s name'],
    ['a cluster with a space', { clusters: [{ name: ' prod', kind: 'kubeadm' }] }, 'clusters.0.name: a cluster’s name'],
    [
      'a cluster of nobody’s account',
      { accounts: ['111122223333'], clusters: [{ name: 'a', account: '444455556666' }] },
      'clusters.0.account: 444455556666 is not one',
    ],
    [
      'a log group by its ARN',
      audit({ logGroup: 'arn:aws:logs:eu-west-1:111122223333:log-group:/x:*' }),
      'clusters.0.audit.logGroup: a log group’s name',
    ],
    ['log groups by wildcard', audit({ logGroup: '/aws/*' }), 'clusters.0.audit.logGroup: a log group’s name'],
    ['no log group', audit({ logGroup: '' }), 'clusters.0.audit.logGroup: a log group’s name'],
    [
      'a bucket by its address',
      audit({ bucket: 's3://audit', prefix: 'a/' }),
      'clusters.0.audit.bucket: a bucket’s name',
    ],
    [
      'two clusters in one log group',
      audit({ logGroup: '/x' }, { logGroup: '/x' }),
      'clusters.1.audit: "c0" has the same',
    ],
    [
      'two clusters in one folder',
      audit({ bucket: 'audit', prefix: 'a/' }, { bucket: 'audit', prefix: 'a/' }),
      'clusters.1.audit: "c0" has the same',
    ],
    [
      'a controller by its session',
      controls({ roles: ['arn:aws:sts::111122223333:assumed-role/k/s'] }),
      'controllers.0.roles.0: a role’s ARN',
    ],
    [
      'a controller by its instance profile',
      controls({ roles: ['arn:aws:iam::111122223333:instance-profile/k'] }),
      'controllers.0.roles.0: a role’s ARN',
    ],
    [
      'every user as a controller',
      controls({ roles: ['arn:aws:iam::*:user/*'] }),
      'controllers.0.roles.0: a role’s ARN',
    ],
    [
      'every role as a controller',
      controls({ roles: ['arn:aws:iam::*:role/*'] }),
      'controllers.0.roles.0: a role’s ARN',
    ],
    ['everybody as a controller', controls({ roles: ['arn:*'] }), 'controllers.0.roles.0: a role’s ARN'],
    [
      'a service account without its namespace',
      controls({ serviceAccounts: ['system:serviceaccount:karpenter'] }),
      'controllers.0.serviceAccounts.0: ',
    ],
    [
      'every service account',
      controls({ serviceAccounts: ['system:serviceaccount:*:*'] }),
      'controllers.0.serviceAccounts.0: ',
    ],
    [
      'a controller of another partition',
      { home: 'us-gov-west-1', ...controls({ roles: ['arn:aws:iam::111122223333:role/k'] }) },
      'controllers.0.roles: arn:aws:iam::111122223333:role/k is of another partition',
    ],
    [
      'a platform of another partition',
      { home: 'cn-north-1', platform: { arns: ['arn:aws:iam::111122223333:role/k'] } },
      'platform.arns: arn:aws:iam',
    ],
    [
      'a policy of another partition',
      { home: 'us-gov-west-1', nodePolicies: ['AmazonEKS_CNI_Policy', 'arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy'] },
      'nodePolicies: arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy is of another partition',
    ],
    [
      'a webhook with a password',
      hook('https://user:secret@example.com/x'),
      'channels.0.address: an address without user',
    ],
    [
      'a webhook to the machine itself',
      hook('https://localhost:8443/x'),
      'channels.0.address: an address on the internet',
    ],
    [
      'a webhook to instance metadata',
      hook('https://169.254.169.254/x'),
      'channels.0.address: an address on the internet',
    ],
    [
      'a webhook to a private address as one number',
      hook('https://0x0a000001/x'),
      'channels.0.address: an address on the internet',
    ],
    [
      'a webhook to a private address of IPv6',
      hook('https://[fd00:ec2::254]/x'),
      'channels.0.address: an address on the internet',
    ],
    [
      'a webhook to an IPv4 address in IPv6',
      hook('https://[::ffff:127.0.0.1]/x'),
      'channels.0.address: an address on the internet',
    ],
    ['a webhook that is no address', hook('https://exa mple.com'), 'channels.0.address: an https address'],
    [
      'one address of mail twice',
      { channels: [0, 1].map(() => ({ kind: 'email', address: 'a@example.com' })) },
      'channels: a@example.com stands twice',
    ],
    [
      'a channel for an incoming webhook, which has one',
      { channels: [{ kind: 'slack', secret: 'Hook', channel: '#incidents' }] },
      'channels.0.channel: an incoming webhook posts to',
    ],
    [
      'a channel that hears nothing',
      { channels: [{ kind: 'slack', secret: 'Hook', detections: [] }] },
      'channels.0.detections: names none',
    ],
    [
      'a key by its alias',
      { deployment: { archives: [{ bucket: 'trail', key: 'arn:aws:kms:us-east-1:111122223333:alias/x' }] } },
      'deployment.archives.0.key: the ARN of a KMS key',
    ],
    [
      'a bucket by its ARN',
      { deployment: { archives: [{ bucket: 'arn:aws:s3:::trail' }] } },
      'deployment.archives.0.bucket: a bucket’s name',
    ],
    ['a bus of nobody', { deployment: { hub: 'arn:aws:events:eu-west-1:1:event-bus/a b' } }, 'deployment.hub: the ARN'],
    [
      'more subnets than Lambda takes',
      {
        deployment: {
          network: {
            subnets: Array.from({ length: 17 }, () => 'subnet-0123456789abcdef0'),
            securityGroups: ['sg-0123456789abcdef0'],
          },
        },
      },
      'deployment.network.subnets: Lambda takes',
    ],
    [
      'subnets in which nothing runs',
      {
        clusters: [{ name: 'prod' }],
        deployment: { network: { subnets: ['subnet-0123456789abcdef0'], securityGroups: ['sg-0123456789abcdef0'] } },
      },
      'deployment.network: no function runs there',
    ],
    [
      'an account that reports twice',
      { deployment: { gathers: ['111122223333', '444455556666', '111122223333'] } },
      'deployment.gathers: 111122223333 stands twice',
    ],
    [
      'a heartbeat by a channel’s secret',
      { deployment: { heartbeat: 'Hook' }, channels: [{ kind: 'pagerduty', secret: 'Hook' }] },
      'deployment.heartbeat: a channel has this secret',
    ],
    [
      'a heartbeat by what Slack signs with',
      {
        deployment: { heartbeat: 'Signing' },
        channels: [
          {
            kind: 'slack-app',
            token: 'Bot',
            channel: 'C0123456789',
            triage: { signing: 'Signing', users: ['U0123456789'], team: 'T0123456789' },
          },
        ],
      },
      'deployment.heartbeat: a channel has this secret',
    ],
    [
      'a key of another region than home, where its bucket is then, too',
      {
        home: 'eu-west-1',
        deployment: { archives: [{ bucket: 'trail', key: 'arn:aws:kms:us-east-1:111122223333:key/a' }] },
      },
      'deployment.archives.0.key: a bucket’s key is in the bucket’s region',
    ],
    [
      'an archive within another',
      {
        deployment: {
          archives: [
            { bucket: 'trail', prefix: 'AWSLogs/o-example/' },
            { bucket: 'trail' },
            { bucket: 'other', prefix: 'AWSLogs/o-example/' },
          ],
        },
      },
      'deployment.archives.0: another archive has these objects of trail already',
    ],
    [
      'an archive twice',
      { deployment: { archives: [{ bucket: 'trail' }, { bucket: 'trail' }] } },
      'deployment.archives.1: another archive has these objects',
    ],
    [
      'a region of another partition',
      { home: 'eu-west-1', approvedRegions: ['eu-west-1', 'us-gov-west-1'] },
      'approvedRegions.1: us-gov-west-1 is of another partition than `home` (eu-west-1)',
    ],
    [
      'a cluster in another partition',
      { home: 'eu-west-1', clusters: [{ name: 'a' }, { name: 'b', region: 'cn-north-1' }] },
      'clusters.1.region: cn-north-1 is of another partition',
    ],
    ['a platform by a bare name', { platform: { arns: ['terraform'] } }, 'platform.arns.0: an ARN like'],
    [
      'a permission set without its path',
      { platform: { arns: ['arn:aws:iam::111122223333:role/AWSReservedSSO_Admin_*'] } },
      'platform.arns.0: a permission set’s role has a path',
    ],
    [
      'two suppressions of one name',
      { suppressions: [suppression, suppression] },
      'suppressions: "load-test" stands twice',
    ],
    [
      'a suppression of what no finding has',
      { suppressions: [{ ...suppression, when: { finding: { colour: ['red'] } } }] },
      'suppressions.0: suppression load-test: a finding has no "colour": it has detection, ',
    ],
    [
      'a suppression whose pattern is none',
      { suppressions: [{ ...suppression, when: { event: { eventName: [] } } }] },
      'suppressions.0: suppression load-test: event.eventName: an empty list',
    ],
    ['hours without a day', { businessHours: { timeZone: 'UTC', days: [] } }, 'businessHours.days: name a day'],
    [
      'hours without an hour',
      { businessHours: { timeZone: 'UTC', from: '08:00', to: '08:00' } },
      'businessHours.to: as `from`',
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
      'more archives than a role’s policies have room for',
      {
        deployment: {
          archives: Array.from({ length: 60 }, (_, at) => ({
            bucket: `trail-${at}`.padEnd(63, 'x'),
            key: `arn:aws:kms:us-east-1:111122223333:key/${at}`,
          })),
        },
      },
      'deployment.archives: the 60 buckets that are read and their 60 keys take 7970 characters',
    ],
    [
      'more clusters’ buckets than a role’s policies have room for',
      {
        clusters: Array.from({ length: 90 }, (_, at) => ({
          name: `c-${at}`,
          kind: 'kubeadm',
          audit: { bucket: `audit-${at}`.padEnd(63, 'x'), prefix: 'a/b/c/' },
        })),
      },
      'deployment.archives: the 90 buckets that are read take',
    ],
    [
      'archives under more prefixes than a bus takes wildcards',
      { deployment: { archives: Array.from({ length: 21 }, (_, at) => ({ bucket: 'trail', prefix: `${at}/` })) } },
      'deployment.archives: 21 prefixes take a rule with a wildcard each, and an event bus has room for 20',
    ],
    [
      'a Slack that is none',
      { channels: [{ kind: 'slack-app', token: 'Bot', channel: 'C0123456789', domain: 'slack.example' }] },
      'channels.0.domain: where the workspace is: slack.com, or for GovSlack slack-gov.com',
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
    [
      'a detection that only watches, whose canary is on',
      { detections: { 'pipeline/canary-returned': { status: 'watching' } } },
      'detections.pipeline/canary-returned.status: its canary would never be back',
    ],
    [
      'a detection off whose canary is of clusters alone',
      {
        clusters: [{ name: 'prod' }],
        deployment: { canary: { regions: false, clusters: ['prod'] } },
        detections: { 'pipeline/audit-canary-returned': { status: 'off' } },
      },
      'detections.pipeline/audit-canary-returned.status: its canary would never be back',
    ],
    [
      'a reader of a cluster that is not of EKS',
      { clusters: [{ name: 'fleet', kind: 'kubeadm', reader: true }] },
      'clusters.0.reader: only EKS keeps bodies from its audit log: give "fleet" an audit policy',
    ],
    [
      'egress that is one address of ours',
      { network: { egress: ['192.0.2.0/32'], ranges: ['203.0.113.0/24', '192.0.2.0'] } },
      'network.egress.0: 192.0.2.0/32 lies inside',
    ],
    [
      'egress inside our own ranges of IPv6',
      { network: { egress: ['192.0.2.1', '2001:db8::1'], ranges: ['2001:db8::/56'] } },
      'network.egress.1: 2001:db8::1 lies inside',
    ],
    ...(
      [
        ['gitops', { gitops: { arns: ['arn:aws:iam::111122223333:role/k'] } }, 'gitops.arns'],
        ['readers', { secretReaders: { arns: ['arn:aws:iam::111122223333:role/k'] } }, 'secretReaders.arns'],
        ['node roles', { nodeRoles: ['arn:aws:iam::111122223333:role/k'] }, 'nodeRoles'],
        [
          'node roles of a cluster',
          { clusters: [{ name: 'a' }, { name: 'b', nodeRoles: ['arn:aws:iam::111122223333:role/k'] }] },
          'clusters.1.nodeRoles',
        ],
        [
          'a key',
          { deployment: { archives: [{ bucket: 'abc', key: 'arn:aws:kms:us-east-1:111122223333:key/a' }] } },
          'deployment.archives.0.key',
        ],
        ['a hub', { deployment: { hub: 'arn:aws:events:us-east-1:111122223333:event-bus/a' } }, 'deployment.hub'],
      ] as const
    ).map(
      ([what, config, where]) =>
        [`${what} of another partition`, { home: 'us-gov-west-1', ...config }, `${where}: arn:aws:`] as [
          string,
          unknown,
          string,
        ],
    ),
    [
      'two clusters, each of another’s place',
      audit({ logGroup: '/x', streamPrefix: 'a' }, { logGroup: '/x' }, { logGroup: '/x', streamPrefix: 'a' }),
      'clusters.2.audit: "c0" has the same',
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
      ['eu-west-1', 'us-gov-west-1', 'ap-southeast-7', 'eusc-de-east-1'],
      [
        'eu-west',
        'eu-west-11',
        'Eu-west-1',
        'xxxeu-west-1',
        'eu--1',
        '-west-1',
        'eu-wset-1',
        'eu-1',
        'eu-west-west-west-1',
      ],
    ],
    [
      'deployment.gathers',
      value => ({ deployment: { gathers: Array.from({ length: value }, (_, at) => String(111_122_223_333 + at)) } }),
      [0, 1, 100],
      [101],
    ],
    [
      'deployment.archives.prefix',
      value => ({ deployment: { archives: [{ bucket: 'trail', prefix: value }] } }),
      ['AWSLogs/', 'o-example1234/AWSLogs/', 'year=2026/a b', ''],
      ['/AWSLogs/', 's3://trail/AWSLogs/', 'AWSLogs/*', 'AWSLogs/?', 'a/$b/', 'AWSLogs/ ', ' a/', 'a\\b'],
    ],
    [
      'clusters.audit.prefix',
      value => ({ clusters: [{ name: 'a', kind: 'kubeadm', audit: { bucket: 'audit', prefix: value } }] }),
      ['edge/', ''],
      ['/edge/', 'edge/*', 'edge/!{timestamp:yyyy}/'],
    ],
    [
      'platform.arns',
      value => ({ platform: { arns: [value] } }),
      [
        'arn:aws:iam::111122223333:role/deployer',
        'arn:aws:iam::*:role/deployer-*',
        '*:role/deployer',
        'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*',
        'arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_*',
      ],
      ['deployer', ' arn:aws:iam::111122223333:role/x', 'arn:aws:iam::111122223333:role/x ', '**'],
    ],
    [
      'exemptNamespaces',
      value => ({ exemptNamespaces: [value] }),
      ['kube-system', 'a-*'],
      ['kube-system ', '\tx', ' ', ''],
    ],
    [
      'approvedImages.owners',
      value => ({ approvedImages: { owners: [value] } }),
      ['111122223333'],
      ['', ' 111122223333'],
    ],
    ['selectorTags', value => ({ selectorTags: [value] }), ['karpenter.sh/discovery'], ['', 'a ']],
    [
      'network.ranges',
      value => ({ network: { ranges: [value] } }),
      ['10.0.0.0/8', '10.0.0.0/32', '192.0.2.1', '2001:db8::/56', '2001:db8::/128', '2001:db8::1', '2001:db8::ffff:1'],
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
    [
      'approvedImages.ids',
      value => ({ approvedImages: { ids: [value] } }),
      ['ami-0a'],
      ['0a', 'xami-0a', 'ami-', 'ami-xyz', 'ami-0a '],
    ],
    [
      'interruptionQueues',
      value => ({ interruptionQueues: [value] }),
      ['prod', 'Karpenter-*', 'karpenter.fifo'],
      ['https://sqs.eu-west-1.amazonaws.com/111122223333/prod', 'arn:aws:sqs:eu-west-1:111122223333:prod'],
    ],
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
      'channels.domain',
      value => ({ channels: [{ kind: 'slack-app', token: 'Bot', channel: 'C0123456789', domain: value }] }),
      ['slack.com', 'slack-gov.com'],
      ['hooks.slack.com', 'https://slack-gov.com', 'slack-gov.com.example', 'SLACK.COM', ''],
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
      [
        'https://example.com/x',
        'https://203.0.113.9/x',
        'https://[2001:db8::1]:8443/x',
        'https://local.example.com',
        'https://intranet-local.example',
        'https://internal.example.com.',
      ],
      [
        'https://',
        'ftp://example.com',
        'example.com',
        'xhttps://example.com',
        'https://user@example.com/x',
        'https://:secret@example.com/x',
        'https://localhost/x',
        'https://a.localhost./x',
        'https://printer.local/x',
        'https://ip-10-0-0-1.eu-west-1.compute.internal/x',
        'https://invalid/x',
        'https://0.0.0.0/x',
        'https://[::]/x',
        'https://[::1]/x',
        'https://192.168.1.1/x',
        'https://100.64.0.1/x',
      ],
    ],
    [
      'deployment.archives.key',
      value => ({ deployment: { archives: [{ bucket: 'abc', key: value }] } }),
      ['arn:aws:kms:us-east-1:111122223333:key/a', 'arn:aws:kms:us-east-1:111122223333:key/mrk-0a'],
      ['alias/a', 'arn:aws:s3:::a', 'xarn:aws:kms:us-east-1:111122223333:key/a', 'arn:aws-us-gov:kms:x'],
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
    [
      'deployment.network',
      value => ({ deployment: { evidence: {}, network: value } }),
      [
        { subnets: ['subnet-01234567'], securityGroups: ['sg-0123456789abcdef0'] },
        {
          subnets: Array.from({ length: 16 }, () => 'subnet-01234567'),
          securityGroups: Array.from({ length: 5 }, () => 'sg-01234567'),
        },
      ],
      [
        { subnets: [], securityGroups: ['sg-01234567'] },
        { subnets: ['subnet-01234567'], securityGroups: [] },
        { subnets: ['subnet-01234567'], securityGroups: Array.from({ length: 6 }, () => 'sg-01234567') },
        { subnets: ['sg-01234567'], securityGroups: ['sg-01234567'] },
        { subnets: ['subnet-0123456'], securityGroups: ['sg-01234567'] },
        { subnets: ['subnet-0123456789abcdef01'], securityGroups: ['sg-01234567'] },
        { subnets: ['xsubnet-01234567'], securityGroups: ['sg-01234567'] },
        { subnets: ['subnet-01234567'] },
      ],
    ],
    [
      'deployment.archives.bucket',
      value => ({ deployment: { archives: [{ bucket: value }] } }),
      ['abc', 'a.b-c', 'a'.repeat(63)],
      ['ab', 'Abc', 'abc-', '.abc', 'a'.repeat(64), 'a_c', ''],
    ],
    [
      'deployment.evidence',
      value => ({ deployment: { evidence: { retentionDays: value } } }),
      [1, 3650],
      [0, 3651, 1.5],
    ],
    ['deployment.gathers', value => ({ deployment: { gathers: [value] } }), ['111122223333'], ['1']],
    ['announcing.escalateMinutes', value => ({ announcing: { escalateMinutes: value } }), [1, 1440], [0, 1441]],
    ['announcing.stormFindings', value => ({ announcing: { stormFindings: value } }), [2, 400], [1, 401]],
    [
      'network.endpoints',
      value => ({ network: { endpoints: value } }),
      [{ 'vpce-0a': {} }, { 'vpce-0a': { vpc: 'vpc-0a', account: '111122223333' } }],
      [{ 'vpc-0a': {} }, { 'vpce-0a': { account: '1' } }, { 'vpce-0a': { region: 'x' } }],
    ],
    ['selectorTags', value => ({ selectorTags: [value] }), ['a'], ['']],
    [
      'network.onPrem',
      value => ({ network: { onPrem: [value] } }),
      ['10.0.0.0/8', '2001:db8::/16', '3fff::/16', 'fc00::/7', 'fd23::/8', '10.0.0.1', '2001:db8::1'],
      ['10.0.0.0/7', '2001::/15', '3000::/15', 'fc00::/6', '1::/6'],
    ],
    [
      'clusters.name',
      value => ({ clusters: [{ name: value }] }),
      ['a', 'Prod_1-eu', 'a'.repeat(100)],
      ['', '-a', '_a', 'a b', 'a/b', 'a'.repeat(101)],
    ],
    [
      'clusters.name of kubeadm',
      value => ({ clusters: [{ name: value, kind: 'kubeadm' }] }),
      ['a.b', 'a_b-c', 'a'.repeat(253)],
      ['.a', 'a/b', 'a b', 'a'.repeat(254)],
    ],
    ['nodeRoles', value => ({ nodeRoles: [value] }), ['a*', '*a'], ['', '*', '**']],
    [
      'detections.exemptions',
      value => ({
        detections: { 'a/b': { exemptions: [{ reason: 'because', expires: '2027-01-01', ...(value as object) }] } },
      }),
      [{ when: { a: ['1'] } }, { when: { a: ['1'] }, owner: 'me', reason: 'tests' }],
      [{}, { when: null }, { when: 'a' }, { when: [] }, { when: ['a'] }, { when: { a: ['1'] }, reason: 'test' }],
    ],
    ['deployment.canary.minutes', value => ({ deployment: { canary: { minutes: value } } }), [15, 60], [14, 61, 15.5]],
  ];

  test.each(edges)('takes of %s what is one, and nothing that only looks like it', (_, of, taken, refused) => {
    for (const value of taken) expect([value, problemsOf(of(value as never))]).toEqual([value, []]); // any value, to be judged
    for (const value of refused) expect([value, problemsOf(of(value as never)).length]).not.toEqual([value, 0]); // as above
  });

  test('says of very many problems the first thirty, and how many more there are', () => {
    const wrong = (count: number): string => {
      try {
        defineConfig({ accounts: Array.from({ length: count }, (_, at) => `x${at}`) });
      } catch (error) {
        return error instanceof ConfigError ? `${error.name}: ${error.message}` : '';
      }
      return '';
    };
    expect(wrong(1).split('\n')).toEqual([
      'ConfigError: tripline.config.ts is not valid:',
      expect.stringMatching(/^ {2}- accounts\.0: an account id is twelve digits/),
    ]);
    expect(wrong(30).split('\n')).toHaveLength(31);
    expect(wrong(30)).not.toContain('more of this kind');
    expect(wrong(32).split('\n')).toHaveLength(32);
    expect(wrong(32)).toMatch(/\n {2}- 2 more of this kind or another$/);
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

test.each<[SettingName, Config, boolean]>([
  ['approvedImages', { approvedImages: { ids: ['ami-0a'] } }, true],
  ['approvedImages', { approvedImages: { owners: ['111122223333'] } }, true],
  ['approvedImages', { approvedImages: { ids: ['ami-0a'], owners: ['111122223333'] } }, true],
  ['businessHours', { businessHours: { timeZone: 'UTC' } }, true],
  ['nodeRoles', { nodeRoles: ['node'] }, true],
  ['nodeRoles', { clusters: [{ name: 'a' }, { name: 'b', nodeRoles: ['node'] }] }, true],
  ['nodeRoles', { clusters: [{ name: 'a' }, { name: 'b', nodeRoles: [] }] }, false],
  ['platform', { platform: { users: ['ada'] } }, true],
  ['platform', { platform: { arns: ['*ada'], users: ['ada'], groups: ['ops'] } }, true],
  ['platform', { platform: { groups: [] } }, false],
  ['ranges', { network: { ranges: ['10.0.0.0/8'] } }, true],
  ['ranges', { clusters: [{ name: 'a' }, { name: 'b', vpcRanges: ['10.0.0.0/8'] }] }, true],
  ['ranges', { clusters: [{ name: 'a', vpcRanges: [] }], network: { egress: ['203.0.113.1'] } }, false],
  ['controllers', { controllers: [{ kind: 'eks', roles: ['arn:aws:iam::111122223333:role/x'] }] }, true],
])('%s is said in %j: %s', (name, config, said) => {
  expect(isSet(defineConfig(config), name)).toBe(said);
});

describe('settings that look odd and are meant', () => {
  test.each<[string, unknown]>([
    [
      'private ranges as wide as there are',
      { network: { ranges: ['10.0.0.0/8', 'fc00::/7'], onPrem: ['100.64.0.0/10'] } },
    ],
    ['a kubeadm cluster with a dot', { clusters: [{ name: 'fleet.eu', kind: 'kubeadm' }] }],
    [
      'a role with a path, and wildcards',
      controls({ roles: ['arn:aws:iam::111122223333:role/team/a/k-*', 'arn:*:iam::*:role/k'] }),
    ],
    ['service accounts of one namespace', controls({ serviceAccounts: ['system:serviceaccount:karpenter:*'] })],
    [
      'two clusters in one log group by streams',
      audit({ logGroup: '/x', streamPrefix: 'a' }, { logGroup: '/x', streamPrefix: 'b' }),
    ],
    ['one folder inside another', audit({ bucket: 'audit', prefix: 'a/' }, { bucket: 'audit', prefix: 'a/b/' })],
    [
      'two Slack channels of one webhook',
      { channels: ['high', 'low'].map(minimum => ({ kind: 'slack', secret: 'Hook', minimum })) },
    ],
    ['a cluster of no account where accounts are listed', { accounts: ['111122223333'], clusters: [{ name: 'a' }] }],
    ['an account of a cluster where none are listed', { clusters: [{ name: 'a', account: '444455556666' }] }],
    [
      'detections of canaries off, where there are no canaries',
      {
        deployment: { canary: { regions: false } },
        detections: {
          'pipeline/canary-returned': { status: 'off' },
          'pipeline/audit-canary-returned': { status: 'watching' },
        },
      },
    ],
    [
      'canaries of clusters by wildcard',
      {
        clusters: [{ name: 'prod-eu' }, { name: 'fleet', kind: 'kubeadm' }],
        deployment: { canary: { clusters: ['prod-*'] } },
      },
    ],
    ['a reader of an EKS cluster', { clusters: [{ name: 'prod', reader: true }] }],
    ['no reader of another', { clusters: [{ name: 'fleet', kind: 'kubeadm', reader: false }] }],
    [
      'egress beside our own ranges',
      {
        network: { egress: ['203.0.113.0/24', '2001:db8:1::1'], ranges: ['192.0.2.0', '10.0.0.0/8', '2001:db8::/56'] },
      },
    ],
    [
      'archives under as many prefixes as a bus takes',
      {
        deployment: { archives: Array.from({ length: 20 }, (_, at) => ({ bucket: 'trail', prefix: `${at}/` })) },
      },
    ],
    [
      'addresses of mail that differ',
      {
        channels: ['a', 'b'].map(name => ({ kind: 'email', address: `${name}@example.com` })),
      },
    ],
    [
      'ARNs of every partition, and of home’s',
      {
        home: 'us-gov-west-1',
        nodeRoles: ['arn:*:iam::*:role/k', 'arn:aws-us-gov:iam::111122223333:role/k', 'my-arn:aws:k'],
      },
    ],
    ['hours over midnight', { businessHours: { timeZone: 'UTC', from: '22:00', to: '06:00' } }],
  ])('takes %s', (_, config) => {
    expect(problemsOf(config)).toEqual([]);
  });
});
