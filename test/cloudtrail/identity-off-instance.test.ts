import { describe, expect, test } from 'vitest';
import { call, nodeSession } from '../../core/cloudtrail/example.ts';
import { judge, type Sighting } from '../../core/cloudtrail/off-instance.ts';
import { clustersOf, networkOf, placeOf } from '../../core/cloudtrail/place.ts';
import type { CloudTrailRecord } from '../../core/cloudtrail/record.ts';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';

const launch = {
  launched: ['2026-09-01T09:00:00.000Z'],
  privateIp: ['10.0.12.34', '10.0.3.16/28'],
  cluster: ['prod'],
  httpTokens: ['required'],
};
const ordinary: Sighting = {
  time: Date.parse('2026-09-01T10:00:00Z'),
  address: '198.51.100.23',
  place: 'public',
  clusters: [],
  stated: true,
  instance: 'i-0aaaabbbbccccdddd',
  mismatch: false,
  egressKnown: true,
  signals: [],
  delivery: '2.0',
  known: launch,
  key: {},
};

describe('what an instance session seen somewhere means', () => {
  const cases: readonly (readonly [string, Partial<Sighting>, string | undefined])[] = [
    ['an unexplained public address', {}, 'high'],
    ['the same, for a call that nodes do not make', { signals: ['sensitive-call'] }, 'critical'],
    ['several signals raise it once', { known: {}, signals: ['sensitive-call', 'who-am-i', 'other-region'] }, 'high'],
    ['the same, launch not seen', { known: {} }, 'medium'],
    ['any address, where no egress is configured', { egressKnown: false }, undefined],
    ['the same, for a call that nodes do not make', { egressKnown: false, signals: ['sensitive-call'] }, 'medium'],
    ['not its own Elastic IP', { egressKnown: false, known: { ...launch, publicIp: ['203.0.113.77'] } }, 'high'],
    ['its own Elastic IP', { known: { ...launch, publicIp: ['198.51.100.23'] } }, undefined],
    ['configured egress', { place: 'ours' }, undefined],
    ['its own private address', { place: 'endpoint', address: '10.0.12.34' }, undefined],
    ["an address in its network plugin's prefix", { place: 'endpoint', address: '10.0.3.20' }, undefined],
    ['a known endpoint, outside every range', { place: 'endpoint', address: '172.31.0.9' }, 'medium'],
    ['the same, launch not seen', { place: 'endpoint', address: '172.31.0.9', known: {} }, 'low'],
    ["its own cluster's network", { place: 'cluster', address: '10.0.77.7', clusters: ['prod'] }, undefined],
    ["another cluster's network", { place: 'cluster', address: '10.1.77.7', clusters: ['fleet'] }, 'medium'],
    [
      "a cluster's network, for an instance of no cluster",
      { place: 'cluster', known: { ...launch, cluster: [] }, clusters: ['fleet'] },
      undefined,
    ],
    [
      'a cluster without a name',
      { place: 'cluster', known: { ...launch, cluster: ['unnamed'] }, clusters: ['fleet'] },
      undefined,
    ],
    ["another account's endpoint", { place: 'foreign', address: '10.0.77.7', known: {} }, 'high'],
    ['an endpoint that nobody knows', { place: 'unclear', address: '10.0.77.7' }, undefined],
    [
      'eleven minutes after its end',
      { place: 'ours', known: { ...launch, terminated: ['2026-09-01T09:49:00.000Z'] } },
      'critical',
    ],
    [
      'nine minutes after its end',
      { place: 'ours', known: { ...launch, terminated: ['2026-09-01T09:51:00.000Z'] } },
      undefined,
    ],
    ['a record that contradicts itself', { place: 'ours', mismatch: true }, 'high'],
    ["another instance's access key", { place: 'ours', key: { instance: ['i-0eeeeffff00001111'] } }, 'high'],
    ['its own access key', { place: 'ours', key: { instance: ['i-0aaaabbbbccccdddd'] } }, undefined],
    [
      "a pod's access key proves nothing about the instance",
      { stated: false, key: { subject: ['system:serviceaccount:a:b'] } },
      undefined,
    ],
    ['a claim that nothing proves', { stated: false }, undefined],
    ['a claim that the access key proves', { stated: false, key: { instance: ['i-0aaaabbbbccccdddd'] } }, 'high'],
    ['an IMDSv1 set of an instance that requires IMDSv2', { delivery: '1.0' }, 'critical'],
    [
      'an IMDSv1 set of an instance that once allowed it',
      { delivery: '1.0', known: { ...launch, httpTokens: ['optional', 'required'] } },
      'high',
    ],
    ['an IMDSv1 set in its place raises nothing from nothing', { delivery: '1.0', place: 'ours' }, undefined],
  ];
  test.each(cases)('%s', (_, over, severity) => {
    expect(judge({ ...ordinary, ...over })?.severity).toBe(severity);
  });
  test('what is not known is said', () => {
    expect(judge({ ...ordinary, known: {} })?.note).toContain('its launch was not seen');
    expect(judge({ ...ordinary, egressKnown: false, signals: ['who-am-i'] })?.note).toContain(
      '`network.egress` is not set',
    );
  });
});

describe('where a call came from', () => {
  const at = (over: Partial<CloudTrailRecord>) =>
    call('ec2', 'DescribeVolumes', { userIdentity: nodeSession(), ...over }).record;
  const own = 'vpce-0123456789abcdef0';
  const cases: readonly (readonly [string, Partial<CloudTrailRecord>, string])[] = [
    ['a service', { sourceIPAddress: 'ec2fleet.amazonaws.com' }, 'nowhere'],
    ['AWS Internal', { sourceIPAddress: 'AWS Internal' }, 'nowhere'],
    ['a NAT gateway of ours', { sourceIPAddress: '203.0.113.10' }, 'ours'],
    ['a stranger', { sourceIPAddress: '203.0.113.11' }, 'public'],
    ['a stranger by IPv6', { sourceIPAddress: '2001:db8::1' }, 'public'],
    ['our endpoint, our network', { sourceIPAddress: '10.0.12.34', vpcEndpointId: own }, 'cluster'],
    ['our endpoint, no network of ours', { sourceIPAddress: '172.31.0.9', vpcEndpointId: own }, 'endpoint'],
    [
      "an unknown endpoint, an address like ours: everybody's VPC may be 10.0.0.0/16",
      { sourceIPAddress: '10.0.12.34', vpcEndpointId: 'vpce-0fedcba9876543210' },
      'unclear',
    ],
    [
      'an endpoint of our account',
      { sourceIPAddress: '10.0.12.34', vpcEndpointId: 'vpce-0fedcba9876543210', vpcEndpointAccountId: '111122223333' },
      'unclear',
    ],
    [
      "another account's endpoint",
      { sourceIPAddress: '10.0.12.34', vpcEndpointId: 'vpce-0fedcba9876543210', vpcEndpointAccountId: '444455556666' },
      'foreign',
    ],
    [
      "an endpoint of AWS's own, which is no account's",
      { sourceIPAddress: '10.0.12.34', vpcEndpointId: 'AWS Internal', vpcEndpointAccountId: 'AWS Internal' },
      'unclear',
    ],
    [
      "a known endpoint in the network team's account",
      { sourceIPAddress: '10.0.12.34', vpcEndpointId: own, vpcEndpointAccountId: '444455556666' },
      'cluster',
    ],
  ];
  test.each(cases)('%s', (_, over, place) => {
    expect(placeOf(at(over), exampleSettings)).toBe(place);
  });
  test('nothing is foreign where no accounts are named', () => {
    expect(
      placeOf(
        at({ sourceIPAddress: '10.0.12.34', vpcEndpointId: 'vpce-0f', vpcEndpointAccountId: '444455556666' }),
        defineConfig({}),
      ),
    ).toBe('unclear');
  });
  test('clusters are told by VPC and pod ranges', () => {
    expect(clustersOf(at({ sourceIPAddress: '100.64.1.1' }), exampleSettings)).toEqual(['prod']);
    expect(clustersOf(at({ sourceIPAddress: '10.1.1.1' }), exampleSettings)).toEqual(['fleet']);
    expect(clustersOf(at({ sourceIPAddress: 'AWS Internal' }), exampleSettings)).toEqual([]);
  });
  test.each([
    ['198.51.100.23', '198.51.100.0/24'],
    ['2001:db8:1:2::3', '2001:db8:1::/48'],
    ['2001:DB8::1', '2001:db8:0::/48'],
    ['::1', '0:0:0::/48'],
    ['ec2.amazonaws.com', 'none'],
  ])('the network of %s is %s', (sourceIPAddress, network) => {
    expect(networkOf(at({ sourceIPAddress }))).toBe(network);
  });
});
