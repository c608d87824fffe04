import { describe, expect, test } from 'vitest';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Found, Instance, Part, Profile } from '../../core/inventory/aws.ts';
import { askProfiles, correctProfiles, knowledgeOf, notKarpenter } from '../../core/inventory/knowledge.ts';
import { roleAt } from '../../core/state/profile.ts';
import { account, network, node, part, role, tags, trail } from './parts.ts';

const day = 86_400_000;
const time = Date.parse('2026-09-01T12:00:00Z');
const found: Found = { account, region: 'eu-west-1', time };
const taught = (one: Part) => knowledgeOf(one, found, exampleSettings);
/** How long each is kept, in days. */
const keptFor = (one: Part) => taught(one).map(({ expires }) => (expires - time) / day);

describe('an instance teaches', () => {
  const launched = new Date('2026-08-30T10:00:00Z');
  const whole = node('i-1', {
    ...{ InstanceType: 'm7g.large', LaunchTime: launched, VpcId: 'vpc-0aaa', SubnetId: 'subnet-0aaa' },
    ...{ PublicIpAddress: '203.0.113.77', MetadataOptions: { HttpTokens: 'optional' } },
    IamInstanceProfile: { Arn: `arn:aws:iam::${account}:instance-profile/nodes` },
    Tags: tags({ 'eks:cluster-name': 'prod', 'aws:ec2launchtemplate:id': 'lt-0aaa' }),
    NetworkInterfaces: [
      {
        NetworkInterfaceId: 'eni-0aaa',
        PrivateIpAddresses: [{ PrivateIpAddress: '10.0.12.34' }, {}],
        Ipv4Prefixes: [{ Ipv4Prefix: '10.0.13.0/28' }],
      },
      {
        NetworkInterfaceId: 'eni-0bbb',
        Association: { PublicIp: '203.0.113.78' },
        Ipv6Addresses: [{ Ipv6Address: '2001:db8::1' }],
      },
      { PrivateIpAddresses: [{ PrivateIpAddress: '10.0.12.35' }] },
    ],
  });

  test('all that is said of it, and of each of its interfaces, for ninety days', () => {
    expect(taught(part.instances(whole)).map(({ scope, add }) => [scope, add])).toEqual([
      [
        `instance#${account}#i-1`,
        {
          privateIp: ['10.0.12.34', '10.0.13.0/28', '2001:db8::1', '10.0.12.35'],
          publicIp: ['203.0.113.77', '203.0.113.78'],
          interface: ['eni-0aaa', 'eni-0bbb'],
          ...{ vpc: ['vpc-0aaa'], subnet: ['subnet-0aaa'], profile: ['nodes'], image: ['ami-0123456789abcdef0'] },
          ...{ type: ['m7g.large'], httpTokens: ['optional'], cluster: ['prod'], launchTemplate: ['lt-0aaa'] },
          ...{ launched: [launched.toISOString()], launchedBy: [notKarpenter] },
        },
      ],
      [`interface#${account}#eni-0aaa`, { instance: ['i-1'], privateIp: ['10.0.12.34'] }],
      [`interface#${account}#eni-0bbb`, { instance: ['i-1'] }],
    ]);
    expect(keptFor(part.instances(whole))).toEqual([90, 90, 90]);
  });

  test('no more than is said: no empty set, and of a node of Karpenter’s no launch', () => {
    const sets = (...all: readonly Instance[]) =>
      taught(part.instances(...all)).flatMap(({ add = {} }) => Object.keys(add));
    expect(sets({ InstanceId: 'i-1' })).toEqual(['launchedBy']);
    expect(sets({ InstanceId: 'i-1', ImageId: '', InstanceType: 'x'.repeat(513), VpcId: 'x'.repeat(512) })).toEqual([
      'vpc',
      'launchedBy',
    ]);
    expect(sets(node('i-1', { LaunchTime: launched }))).toEqual(['image', 'httpTokens', 'cluster']);
    expect(sets({ ImageId: 'ami-0123456789abcdef0' })).toEqual([]);
  });
});

test('an image teaches who owns it, for a year', () => {
  const images: Part = {
    ...{ kind: 'instances', instances: [] },
    images: [{ ImageId: 'ami-0aaa', OwnerId: '602401143452', ImageOwnerAlias: 'amazon' }, { OwnerId: '444455556666' }],
  };
  expect(taught(images).map(({ scope, add }) => [scope, add])).toEqual([
    ['image#ami-0aaa', { owner: ['602401143452', 'amazon'] }],
  ]);
  expect(keptFor(images)).toEqual([365]);
});

test('a network teaches, by the day and for four, by what addresses it leaves, what ranges it has and what endpoints', () => {
  const one: Part = {
    kind: 'network',
    network: network({
      gateways: [{ NatGatewayAddresses: [{ PublicIp: '203.0.113.10' }, {}] }, {}],
      addresses: [{ PublicIp: '203.0.113.11' }],
      vpcs: [
        {
          CidrBlockAssociationSet: [{ CidrBlock: '10.0.0.0/16' }],
          Ipv6CidrBlockAssociationSet: [{ Ipv6CidrBlock: '2001:db8::/56' }],
        },
        {},
      ],
      endpoints: [{ VpcEndpointId: 'vpce-0aaa' }],
    }),
  };
  expect(taught(one).map(({ scope, add }) => [scope, add])).toEqual([
    [
      `network#${account}#2026-09-01`,
      {
        egress: ['203.0.113.10', '203.0.113.11'],
        range: ['10.0.0.0/16', '2001:db8::/56'],
        endpoint: ['vpce-0aaa'],
      },
    ],
  ]);
  expect(keptFor(one)).toEqual([4]);
});

test('policies of node roles and of controllers are told apart, those of others are nobody’s', () => {
  const attached = ['a', 'b'].map(name => ({ arn: `arn:aws:iam::${account}:policy/${name}` }));
  const roles = part.roles(
    ...['KarpenterNodeRole-prod', 'prod-karpenter', 'web'].map(name => role(name, { attached })),
  );
  expect(taught(roles).map(({ scope, add }) => [scope.slice(-2), add])).toEqual([
    ['/a', { node: ['KarpenterNodeRole-prod'] }],
    ['/b', { node: ['KarpenterNodeRole-prod'] }],
    ['/a', { controller: ['prod-karpenter'] }],
    ['/b', { controller: ['prod-karpenter'] }],
  ]);
  expect(keptFor(roles)).toEqual([365, 365, 365, 365]);
});

test('what else is found teaches nothing, and nothing is asked back that is told', () => {
  for (const one of [part.clusters(), part.trails(trail('main')), part.taggers()]) expect(taught(one)).toEqual([]);
  const told = [
    part.instances(node('i-1', { NetworkInterfaces: [{ NetworkInterfaceId: 'eni-0aaa' }] })),
    { kind: 'instances', instances: [], images: [{ ImageId: 'ami-0aaa', OwnerId: '444455556666' }] } as const,
    part.network({}),
    part.roles(role('KarpenterNodeRole-prod', { attached: [{ arn: `arn:aws:iam::${account}:policy/a` }] })),
  ].flatMap(taught);
  expect(told).toHaveLength(5);
  for (const one of told) expect(one.read).toBe(false);
});

describe('of a profile', () => {
  const made = new Date('2026-01-01T00:00:00Z');
  const profile = (RoleName?: string, over: Profile = {}): Profile => ({
    ...{ InstanceProfileName: 'nodes', CreateDate: made, Roles: RoleName === undefined ? [] : [{ RoleName }] },
    ...over,
  });
  /** What is added of a profile, of which an item is known. */
  const added = (one: Profile, item: { readonly [set: string]: readonly string[] } = {}) =>
    correctProfiles([one], [{ item, size: 0 } as never], found).map(({ add }) => add); // what it reads of an answer
  const known = (role: string) => ({ added: [`2026-02-01T00:00:00.000Z ${role}`] });

  test('is asked before anything is said, and kept for a year', () => {
    expect(askProfiles([profile('a')], found)).toEqual([
      { scope: `instance-profile#${account}#nodes`, expires: time + 365 * day },
    ]);
    expect(
      correctProfiles([profile('a')], [], found).map(({ scope, expires, read }) => [scope, expires, read]),
    ).toEqual([[`instance-profile#${account}#nodes`, time + 365 * day, false]]);
  });

  test('nobody knew anything, it carries its role since it was made; by now where that is not said', () => {
    expect(added(profile('a'))).toEqual([{ added: ['2026-01-01T00:00:00.000Z a'] }]);
    expect(added({ InstanceProfileName: 'nodes', Roles: [{ RoleName: 'a' }] })).toEqual([
      { added: ['2026-09-01T12:00:00.000Z a'] },
    ]);
  });

  test('another role was known, it has changed by now', () => {
    expect(added(profile('a'), known('b'))).toEqual([{ added: ['2026-09-01T12:00:00.000Z a'] }]);
  });

  test('it carries none any more, the one that was known is gone', () => {
    const [gone = {}] = added(profile(), known('b'));
    expect(gone).toEqual({ removed: ['2026-09-01T12:00:00.000Z b'] });
    expect(roleAt({ ...known('b'), ...gone }, time + 1)).toBeUndefined();
  });

  test('nothing is new, nothing is said', () => {
    expect(added(profile('b'), known('b'))).toEqual([]);
    expect(added(profile())).toEqual([]);
    expect(added({ InstanceProfileName: 'nodes' })).toEqual([]);
    expect(added({ Roles: [{ RoleName: 'a' }] })).toEqual([]);
  });
});
