import { describe, expect, test } from 'vitest';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Cluster, Found, Instance, MetadataOptions, Network, Role, Tag, Trail } from '../../core/inventory/aws.ts';
import { clusterPosture } from '../../core/inventory/posture/clusters.ts';
import { networkPosture } from '../../core/inventory/posture/network.ts';
import { instancePosture, templatePosture } from '../../core/inventory/posture/nodes.ts';
import { rolePosture } from '../../core/inventory/posture/roles.ts';
import { trailPosture } from '../../core/inventory/posture/trails.ts';
import type { Violation } from '../../core/inventory/violation.ts';
import { account, cluster, document, network, node, role, roleArn, tags, trail } from './parts.ts';

const found: Found = { account, region: 'eu-west-1', time: Date.parse('2026-09-01T12:00:00Z') };
const policyArn = (name: string, owner = account): string => `arn:aws:iam::${owner}:policy/${name}`;

/** What violations say, and of what: the severity and code, the title, the resources. */
const said = (all: readonly Violation[]) =>
  all.map(({ code, severity, title, resources }) => [`${severity} ${code}`, title, ...resources]);
const codes = (all: readonly Violation[]) => all.map(({ code, severity }) => `${severity} ${code}`);

describe('of a cluster', () => {
  const arn = `arn:aws:eks:eu-west-1:${account}:cluster/prod`;
  const of = (over: Partial<Cluster>) => clusterPosture(cluster('prod', over), found, exampleSettings);
  const admin = (name: string, ...policies: readonly string[]) => ({
    principal: roleArn(name),
    groups: [],
    policies: policies.map(one => `arn:aws:eks::aws:cluster-access-policy/${one}`),
  });

  test('that is sound nothing is said', () => {
    expect(of({})).toEqual([]);
    const entries = [admin('platform-deployer', 'AmazonEKSClusterAdminPolicy'), admin('web', 'AmazonEKSViewPolicy')];
    const pods = [{ namespace: 'shop', serviceAccount: 'web', role: roleArn('shop-web') }];
    expect(of({ entries, pods })).toEqual([]);
  });

  test.each<[string, Partial<Cluster>, readonly (readonly string[])[]]>([
    [
      'no audit log',
      { auditLogging: false },
      [['high audit-logging-off', 'The cluster prod writes no audit log: nothing of Kubernetes is seen there', arn]],
    ],
    [
      'an endpoint for anybody',
      { publicEndpoint: true, publicCidrs: ['203.0.113.0/24', '::/0'] },
      [['high public-endpoint', 'The cluster prod answers the whole internet', arn]],
    ],
    [
      'an endpoint for some',
      { publicEndpoint: true, publicCidrs: ['203.0.113.0/24', '198.51.100.0/24'] },
      [['low public-endpoint', 'The cluster prod answers from the internet to 203.0.113.0/24, 198.51.100.0/24', arn]],
    ],
    [
      'users of the config map',
      { authenticationMode: 'API_AND_CONFIG_MAP' },
      [
        [
          'low authentication-config-map',
          'The cluster prod still lets the config map aws-auth decide who its users are',
          arn,
        ],
      ],
    ],
    [
      'administrators whom nobody named, of a namespace too',
      {
        entries: [
          admin('intern', 'AmazonEKSViewPolicy', 'AmazonEKSClusterAdminPolicy'),
          admin('vendor', 'AmazonEKSAdminPolicy'),
          admin('reader', 'AmazonEKSAdminPolicyReader'),
        ],
      },
      ['intern', 'vendor'].map(name => [
        'high admin-access-entry',
        `The cluster prod makes ${name} an administrator, which the settings do not name as platform`,
        ...[arn, roleArn(name)],
      ]),
    ],
    [
      'pods with the role of nodes',
      { pods: [{ namespace: 'shop', serviceAccount: 'web', role: roleArn('KarpenterNodeRole-prod') }] },
      [
        [
          'high pod-has-node-role',
          'The cluster prod gives the node role KarpenterNodeRole-prod to the pods of shop/web',
          ...[arn, 'shop/web'],
        ],
      ],
    ],
  ])('%s is said', (_, over, expected) => {
    const all = of(over);
    expect(said(all)).toEqual(expected);
    for (const { key, cluster } of all)
      expect([key['cluster'], key['region'], cluster]).toEqual(['prod', 'eu-west-1', 'prod']);
  });
});

describe('of a network', () => {
  const steered = tags({ Name: 'nodes', 'karpenter.sh/discovery': 'prod' });
  const of = (over: Partial<Network>, settings = exampleSettings) => networkPosture(network(over), found, settings);
  const group = (IpPermissions: NonNullable<Network['groups'][number]['IpPermissions']>, own = steered) =>
    of({ groups: [{ GroupId: 'sg-0aaa', Tags: own, IpPermissions }] });
  const anyone = [{ CidrIp: '10.0.0.0/8' }, { CidrIp: '0.0.0.0/0' }];
  const ssh = { IpProtocol: 'tcp', FromPort: 22, ToPort: 22 };

  test('that is sound nothing is said', () => {
    expect(of({})).toEqual([]);
    expect(of({ groups: [{ GroupId: 'sg-0aaa', Tags: steered }], subnets: [{ SubnetId: 'subnet-0aaa' }] })).toEqual([]);
    expect(group([{ ...ssh, IpRanges: [{ CidrIp: '10.0.0.0/8' }], Ipv6Ranges: [{ CidrIpv6: 'fd00::/8' }] }])).toEqual(
      [],
    );
    expect(group([{ ...ssh, IpRanges: anyone }], tags({ Name: 'bastion' }))).toEqual([]);
    const hidden = { SubnetId: 'subnet-0aaa', MapPublicIpOnLaunch: false, Tags: steered };
    expect(of({ subnets: [hidden, { SubnetId: 'subnet-0bbb', MapPublicIpOnLaunch: true, Tags: [] }] })).toEqual([]);
  });

  test('a subnet that Karpenter selects and that gives public addresses is said', () => {
    expect(said(of({ subnets: [{ SubnetId: 'subnet-0aaa', MapPublicIpOnLaunch: true, Tags: steered }] }))).toEqual([
      [
        'medium subnet-public',
        'The subnet subnet-0aaa, which Karpenter selects, gives every node started there a public address',
        'subnet-0aaa',
      ],
    ]);
  });

  test('a tag of the settings selects too', () => {
    const own = defineConfig({ selectorTags: ['nodes/*'] });
    const subnets = [{ SubnetId: 'subnet-0aaa', MapPublicIpOnLaunch: true, Tags: tags({ 'nodes/blue': '' }) }];
    expect([codes(of({ subnets })), codes(of({ subnets }, own))]).toEqual([[], ['medium subnet-public']]);
    const usual = [{ SubnetId: 'subnet-0aaa', MapPublicIpOnLaunch: true, Tags: steered }];
    expect(codes(of({ subnets: usual }, own))).toEqual(['medium subnet-public']);
  });

  test.each([
    ['one port', [{ ...ssh, IpRanges: anyone }], '22-22'],
    ['all ports there are', [{ ...ssh, FromPort: 0, ToPort: 65_535, IpRanges: anyone }], '0-65535'],
    ['ports over IPv6', [{ ...ssh, ToPort: 80, Ipv6Ranges: [{ CidrIpv6: '::/0' }] }], '22-80'],
    ['every port', [{ IpProtocol: '-1', IpRanges: anyone }], 'every port'],
    [
      'each port once, and none that is for some',
      [
        { ...ssh, IpRanges: anyone },
        { ...ssh, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
        { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '10.0.0.0/8' }] },
        { IpProtocol: 'udp', FromPort: 53, ToPort: 54, IpRanges: anyone },
      ],
      '22-22, 53-54',
    ],
    ['a protocol without ports', [{ IpProtocol: '50', IpRanges: anyone }], 'protocol 50'],
    [
      'all of one that has types',
      [{ IpProtocol: 'icmp', FromPort: -1, ToPort: -1, IpRanges: anyone }],
      'protocol icmp',
    ],
  ])('a security group that lets everyone in on %s is said', (_, permissions, ports) => {
    expect(said(group(permissions))).toEqual([
      ['high security-group-open', `The security group sg-0aaa of nodes lets everyone in on ${ports}`, 'sg-0aaa'],
    ]);
  });

  test('so is one that its tags give to a cluster, and that Karpenter does not select', () => {
    const permissions = [{ ...ssh, IpRanges: anyone }];
    expect(codes(group(permissions, tags({ 'kubernetes.io/cluster/prod': 'owned' })))).toEqual([
      'high security-group-open',
    ]);
  });

  test('volumes without encryption are said, by region', () => {
    expect(of({ encryptsByDefault: false })).toEqual([
      {
        ...{ code: 'ebs-encryption-off', severity: 'medium', key: { region: 'eu-west-1' }, resources: [] },
        title: 'Volumes are not encrypted by default in eu-west-1',
      },
    ]);
  });
});

describe('of nodes', () => {
  const of = (...all: readonly Instance[]) => instancePosture(all, [], found, exampleSettings);
  const open = { PublicIpAddress: '203.0.113.77' };

  test('that are sound, and of what is none, nothing is said', () => {
    expect(of(node('i-1'))).toEqual([]);
    expect(of(node('i-1', { ...open, ImageId: 'ami-0ffff', Tags: tags({ Name: 'web' }) }))).toEqual([]);
    expect(of({ InstanceId: 'i-1', ...open })).toEqual([]);
  });

  test('one origin is one finding, which says how many nodes and names them in order', () => {
    expect(said(of(node('i-2', open), node('i-1', open)))).toEqual([
      ['medium public-address', '2 nodes of default: The node has a public address.', 'i-1', 'i-2'],
    ]);
    expect(said(of(node('i-1', open)))).toEqual([
      ['medium public-address', '1 node of default: The node has a public address.', 'i-1'],
    ]);
  });

  test('an address of any of its interfaces is one', () => {
    const NetworkInterfaces = [{}, { Association: { PublicIp: '203.0.113.78' } }];
    expect(codes(of(node('i-1', { NetworkInterfaces })))).toEqual(['medium public-address']);
  });

  test.each<[string, { readonly [key: string]: string }, Partial<Instance>]>([
    ['pool', { 'karpenter.sh/nodepool': 'pool', 'eks:nodegroup-name': 'group' }, {}],
    ['group', { 'eks:nodegroup-name': 'group', 'aws:autoscaling:groupName': 'scaling' }, {}],
    ['scaling', { 'aws:autoscaling:groupName': 'scaling', 'aws:ec2launchtemplate:id': 'lt-0aaa' }, {}],
    ['lt-0aaa', { 'aws:ec2launchtemplate:id': 'lt-0aaa' }, { IamInstanceProfile: { Arn: 'arn:x:instance-profile/p' } }],
    ['p', {}, { IamInstanceProfile: { Arn: `arn:aws:iam::${account}:instance-profile/p` } }],
    ['no profile', {}, { IamInstanceProfile: {} }],
    ['no profile', {}, {}],
  ])('the origin is %s, of tags %j', (origin, own, over) => {
    const [violation] = of(node('i-1', { ...open, Tags: tags({ 'eks:cluster-name': 'prod', ...own }), ...over }));
    expect(violation?.key).toEqual({ origin, region: 'eu-west-1' });
  });

  test.each<[string | undefined, { readonly [key: string]: string }]>([
    ['a', { 'eks:eks-cluster-name': 'a', 'eks:cluster-name': 'b' }],
    ['b', { 'eks:cluster-name': 'b', 'kubernetes.io/cluster/c': 'owned' }],
    ['c', { 'kubernetes.io/cluster/c': 'owned' }],
    ['d', { 'sigs.k8s.io/cluster-api-provider-aws/cluster/d': 'owned' }],
    [undefined, { 'karpenter.sh/nodepool': 'default' }],
    [undefined, { 'karpenter.sh/nodeclaim': 'default-abcde' }],
  ])('the cluster is %s, of tags %j', (cluster, own) => {
    const [violation] = of(node('i-1', { ...open, Tags: tags(own) }));
    expect([violation?.code, violation?.cluster]).toEqual(['public-address', cluster]);
  });

  test.each([
    { 'x-kubernetes.io/cluster/c': 'owned' },
    { 'karpenter.sh/nodepool-hash': '1' },
    { 'example.com/karpenter.sh/nodepool': 'x' },
  ])('tags that read like it make no node: %j', own => {
    expect(of(node('i-1', { ...open, Tags: tags(own) }))).toEqual([]);
  });

  test('an image is approved by its id, its owner or what its owner is called; where nothing is, every one', () => {
    const images = [
      { ImageId: 'ami-0aaa', OwnerId: '602401143452', ImageOwnerAlias: 'amazon' },
      { ImageId: 'ami-0bbb', OwnerId: '444455556666' },
    ];
    const under = (
      approvedImages: { readonly ids?: string[]; readonly owners?: string[] },
      ...ids: readonly string[]
    ) =>
      instancePosture(
        ids.map(ImageId => node('i-1', { ImageId, Tags: tags({ 'karpenter.sh/nodepool': ImageId }) })),
        images,
        found,
        defineConfig({ accounts: [account], approvedImages }),
      ).map(({ title }) => title);
    const all = ['ami-0aaa', 'ami-0bbb', 'ami-0ccc'];
    const of = (image: string, owner: string): string =>
      `1 node of ${image}: It runs the image ${image} of ${owner}, which is not approved.`;
    const unknown = of('ami-0ccc', 'an owner that is not known');
    expect(under({}, ...all)).toEqual([]);
    expect(under({ owners: ['amazon'] }, ...all)).toEqual([of('ami-0bbb', '444455556666'), unknown]);
    expect(under({ owners: ['444455556666'] }, ...all)).toEqual([of('ami-0aaa', '602401143452'), unknown]);
    expect(under({ ids: ['ami-0ccc'], owners: ['amazon'] }, ...all)).toEqual([of('ami-0bbb', '444455556666')]);
  });

  describe('a launch template', () => {
    const of = (name: string, MetadataOptions?: MetadataOptions, own?: readonly Tag[]) =>
      templatePosture(
        {
          ...{ LaunchTemplateName: name, LaunchTemplateId: 'lt-0aaa' },
          LaunchTemplateData: {
            MetadataOptions,
            ...(own === undefined ? {} : { TagSpecifications: [{}, { Tags: own }] }),
          },
        },
        found,
      );
    const weak: MetadataOptions = { HttpTokens: 'optional' };

    test('is judged where its name or the tags of what it launches say nodes', () => {
      for (const name of ['karpenter.k8s.aws/123', 'Karpenter-prod-1', 'eks-abc'])
        expect([name, ...codes(of(name, weak))]).toEqual([name, 'high template-imds-tokens-optional']);
      expect(codes(of('web', weak, tags({ 'eks:cluster-name': 'prod' })))).toHaveLength(1);
      expect(codes(of('web', weak, tags({ 'karpenter.sh/nodepool': 'x' })))).toHaveLength(1);
      for (const name of ['web', 'my-eks-abc', 'not-Karpenter-prod']) expect(of(name, weak)).toEqual([]);
      expect(of('web', weak, tags({ Name: 'web' }))).toEqual([]);
    });

    test('that leaves session tokens to the account is said a step lower; not where the service is off', () => {
      expect(said(of('eks-1', { HttpEndpoint: 'enabled' }))).toEqual([
        [
          'medium template-imds-tokens-unset',
          'The launch template eks-1: It leaves to account and image whether instance metadata needs a session token.',
          'lt-0aaa',
        ],
      ]);
      expect(codes(of('eks-1'))).toEqual(['medium template-imds-tokens-unset']);
      expect(codes(templatePosture({ LaunchTemplateName: 'eks-1' }, found))).toEqual([
        'medium template-imds-tokens-unset',
      ]);
      expect(of('eks-1', { HttpEndpoint: 'disabled' })).toEqual([]);
      expect(of('eks-1', node('i-1').MetadataOptions ?? {})).toEqual([]);
    });

    test('without a name is named by its id', () => {
      const [violation] = templatePosture(
        {
          LaunchTemplateId: 'lt-0aaa',
          LaunchTemplateData: { TagSpecifications: [{ Tags: tags({ 'eks:cluster-name': 'a' }) }] },
        },
        found,
      );
      expect([violation?.key, violation?.title.slice(0, 28)]).toEqual([
        { template: 'lt-0aaa', region: 'eu-west-1' },
        'The launch template lt-0aaa:',
      ]);
    });
  });
});

describe('of a role', () => {
  const allow = (Action: unknown, Resource: unknown = '*', over: object = {}) => ({
    Effect: 'Allow',
    Action,
    Resource,
    ...over,
  });
  const trust = (Principal: unknown) => document({ Effect: 'Allow', Action: 'sts:AssumeRole', Principal });
  const of = (name: string, over: Partial<Role>, settings = exampleSettings) =>
    rolePosture(role(name, over), found, settings);
  const nodes = (over: Partial<Role>) => of('KarpenterNodeRole-prod', over);
  const inline = (...statements: readonly object[]) => ({
    inline: [{ name: 'extra', document: document(...statements) }],
  });
  const attached = (arn: string, ...statements: readonly object[]) => ({
    attached: [{ arn, ...(statements.length === 0 ? {} : { document: document(...statements) }) }],
  });

  test.each([
    ['anyone', '*', 'critical', 'anyone'],
    ['other-account', { AWS: 'arn:aws:iam::999999999999:root' }, 'high', 'another account'],
    [
      'open-web-identity',
      { Federated: `arn:aws:iam::${account}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE` },
      'high',
      'every workload of an identity provider',
    ],
  ])('whom it trusts is said: %s', (risk, principal, severity, who) => {
    for (const [name, kind] of [
      ['KarpenterNodeRole-prod', 'node'],
      ['prod-karpenter', 'controller'],
    ] as const) {
      const [violation, ...more] = of(name, { trust: trust(principal) });
      expect(more).toEqual([]);
      expect(violation).toEqual({
        ...{ code: 'trust-too-wide', severity, key: { role: name, risk }, resources: [roleArn(name), risk] },
        title: `The ${kind} role ${name} may be assumed by ${who}`,
      });
    }
  });

  test('accounts of the settings are not others, and a trust that cannot be read is said', () => {
    const partner = { trust: trust({ AWS: 'arn:aws:iam::222222222222:root' }) };
    expect(codes(of('KarpenterNodeRole-prod', partner))).toEqual(['high trust-too-wide']);
    const both = { ...exampleSettings, accounts: [account, '222222222222'] };
    expect(of('KarpenterNodeRole-prod', partner, both)).toEqual([]);
    expect(
      of('KarpenterNodeRole-prod', { trust: trust({ AWS: roleArn('ops') }) }, { ...exampleSettings, accounts: [] }),
    ).toEqual([]);
    expect(nodes({ trust: '{' })[0]?.title).toMatch(/whom its trust policy names, which could not be read$/);
  });

  test.each<[string, Partial<Role>]>([
    ['a permitted policy', attached('arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy', allow('*'))],
    ['an inline policy of what nodes do', inline(allow(['ecr:BatchGetImage', 'ecr:GetAuthorizationToken']))],
    ['figures for CloudWatch', inline(allow('cloudwatch:PutMetricData'))],
    ['all of the agent’s channel, which is for nodes', inline(allow(['ssmmessages:*', 'ec2messages:*']))],
    ['what is denied', inline({ ...allow('s3:*'), Effect: 'Deny' })],
    ['all but something denied', inline({ Effect: 'Deny', NotAction: 'ec2:*', Resource: '*' })],
  ])('nodes may have %s', (_, over) => {
    expect(nodes(over)).toEqual([]);
  });

  const extra = policyArn('extra');
  test.each<[string, Partial<Role>, 'critical' | 'high', string]>([
    [
      'everything',
      attached('arn:aws:iam::aws:policy/AdministratorAccess'),
      'critical',
      'carries AdministratorAccess, which makes every pod on its nodes an administrator',
    ],
    [
      'everything by its text',
      inline(allow('*')),
      'critical',
      'carries extra, which makes every pod on its nodes an administrator',
    ],
    [
      'one thing more',
      inline(allow(['ecr:BatchGetImage', 's3:GetObject'])),
      'high',
      'carries extra, which grants what nodes do not need: s3:GetObject',
    ],
    [
      'five things more',
      inline(allow(['s3:A', 's3:B', 's3:C']), allow(['s3:D', 's3:E', 's3:A'])),
      'high',
      'carries extra, which grants what nodes do not need: s3:A, s3:B, s3:C, s3:D, s3:E',
    ],
    [
      'more than five',
      inline(allow(['s3:A', 's3:B', 's3:C', 's3:D', 's3:E', 's3:F', 's3:G'])),
      'high',
      'carries extra, which grants what nodes do not need: s3:A, s3:B, s3:C, s3:D, s3:E and 2 more',
    ],
    ['a whole service', inline(allow('s3:*')), 'high', 'carries extra, which grants what nodes do not need: s3:*'],
    [
      'wildcards, though nodes do some of it',
      inline(allow('ecr:*')),
      'high',
      'carries extra, which grants what nodes do not need: ecr:*',
    ],
    [
      'all but something',
      inline({ Effect: 'Allow', NotAction: ['s3:Delete*', 's3:Put*'], Resource: 'arn:aws:s3:::payments/*' }),
      'high',
      'carries extra, which grants what nodes do not need: everything but s3:Delete* and s3:Put*',
    ],
    [
      'a foreign policy that nobody read',
      attached(extra),
      'high',
      'carries extra, which is not among the permitted node policies',
    ],
    [
      'a policy that cannot be read',
      { attached: [{ arn: extra, document: '{' }] },
      'high',
      'carries extra, which is not among the permitted node policies',
    ],
    [
      'an inline policy called like a permitted one',
      { inline: [{ name: 'AmazonEKSWorkerNodePolicy', document: document(allow('s3:GetObject')) }] },
      'high',
      'carries AmazonEKSWorkerNodePolicy, which grants what nodes do not need: s3:GetObject',
    ],
  ])('nodes that may do %s are said', (_, over, severity, says) => {
    const policy =
      [...(over.attached ?? []).map(({ arn }) => arn), ...(over.inline ?? []).map(({ name }) => name)][0] ?? '';
    expect(nodes(over)).toEqual([
      {
        ...{ code: 'node-role-policy', severity, title: `The node role KarpenterNodeRole-prod ${says}` },
        ...{ key: { role: 'KarpenterNodeRole-prod', policy }, resources: [roleArn('KarpenterNodeRole-prod'), policy] },
      },
    ]);
  });

  test.each<[string, readonly object[], boolean]>([
    ['tags', [allow('ec2:CreateTags')], true],
    [
      'tags beside what is bound',
      [allow('ec2:RunInstances', 'arn:aws:ec2:*:*:subnet/*'), allow(['ec2:createTags'])],
      true,
    ],
    ['everything of EC2', [allow('ec2:*')], true],
    ['all but IAM', [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }], true],
    [
      'tags of all but something',
      [{ Effect: 'Allow', Action: 'ec2:CreateTags', NotResource: 'arn:aws:ec2:*:*:vpc/*' }],
      true,
    ],
    ['all but EC2', [{ Effect: 'Allow', NotAction: 'EC2:*', Resource: '*' }], false],
    [
      'tags under a condition',
      [allow('ec2:CreateTags', '*', { Condition: { StringEquals: { 'aws:RequestTag/a': 'b' } } })],
      false,
    ],
    ['tags of instances', [allow('ec2:CreateTags', 'arn:aws:ec2:*:*:instance/*')], false],
    ['no tags', [allow('ec2:RunInstances')], false],
    ['no tags, by a denial', [{ ...allow('ec2:CreateTags'), Effect: 'Deny' }], false],
  ])('a controller may write %s', (_, statements, isSaid) => {
    expect(said(of('prod-karpenter', attached(extra, ...statements)))).toEqual(
      isSaid
        ? [
            [
              'high controller-tags-anything',
              'The controller role prod-karpenter may tag anything by extra: what a tag steers, its holder steers',
              ...[roleArn('prod-karpenter'), extra],
            ],
          ]
        : [],
    );
  });
});

describe('of trails', () => {
  test('that are sound nothing is said: one that is whole is enough', () => {
    expect(trailPosture([trail('main')])).toEqual([]);
    expect(
      trailPosture([trail('other', { validated: false }), trail('main'), trail('off', { logging: false })]),
    ).toEqual([]);
  });

  test.each<[string, readonly Trail[], readonly string[]]>([
    ['none', [], ['high trail-missing', 'The account has no trail']],
    [
      'none whose files are sealed',
      [trail('a', { validated: false }), trail('b', { validated: false }), trail('off', { logging: false })],
      ['low trail-not-validated', 'Log files of a, b can be changed unnoticed: file validation is off', 'a', 'b'],
    ],
  ])('%s is said', (_, trails, expected) => {
    expect(said(trailPosture(trails))).toEqual([expected]);
  });

  test.each<Partial<Trail>>([
    { logging: false },
    { multiRegion: false },
    { management: 'some' },
    { management: 'none' },
  ])('none that is whole is said: %j', over => {
    expect(said(trailPosture([trail('a', over), trail('b', over)]))).toEqual([
      ['high trail-missing', 'No trail logs every management event of all regions: a, b', 'a', 'b'],
    ]);
  });
});
