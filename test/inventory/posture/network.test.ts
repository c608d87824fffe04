import { describe, expect, test } from 'vitest';
import { defineConfig } from '../../../core/config.ts';
import { exampleSettings } from '../../../core/example-settings.ts';
import type { Network } from '../../../core/inventory/aws.ts';
import { networkPosture } from '../../../core/inventory/posture/network.ts';
import { network, tags } from '../parts.ts';
import { codes, found, said } from './said.ts';

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
