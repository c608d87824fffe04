import { describe, expect, test } from 'vitest';
import { call, nodeSession } from '../../core/cloudtrail/example.ts';
import { awaitsLaunch, awaitsRecords, explained, judge, type Sighting } from '../../core/cloudtrail/off-instance.ts';
import { clustersOf, networkOf, type Place, placeOf } from '../../core/cloudtrail/place.ts';
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
      'sixteen minutes after its end',
      { place: 'ours', known: { ...launch, terminated: ['2026-09-01T09:44:00.000Z'] } },
      'critical',
    ],
    [
      'fourteen minutes after its end',
      { place: 'ours', known: { ...launch, terminated: ['2026-09-01T09:46:00.000Z'] } },
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

describe('what it says', () => {
  const said = (over: Partial<Sighting>) => {
    const suspicion = judge({ ...ordinary, ...over });
    return [suspicion?.severity, suspicion?.note];
  };
  const unseen = 'its launch was not seen, so that its own addresses are not known';
  const nobody = 'from an address that is neither its own nor configured egress';
  const gone = ['2026-09-01T09:00:00.000Z', String(Date.parse('2026-09-01T09:49:59.999Z'))];
  test.each<[string, Partial<Sighting>, readonly (string | undefined)[]]>([
    ['nothing but the place', {}, ['high', nobody]],
    ['what is not known', { known: {} }, ['medium', `${nobody}; ${unseen}`]],
    [
      'all that raises it, which is as grave as can be',
      { signals: ['sensitive-call', 'who-am-i', 'other-region'], delivery: '1.0' },
      [
        'critical',
        `${nobody}; the call is one that nodes do not make; it asked whose credentials they are; in another region than the instance's; an IMDSv1 credential set of an instance that requires IMDSv2`,
      ],
    ],
    [
      'nothing of an instance of which no version is known',
      { known: { ...launch, httpTokens: [] }, delivery: '3.0' },
      ['high', nobody],
    ],
    [
      'when it ended, by the first that says so, however it is written',
      { known: { ...launch, terminated: gone }, signals: ['who-am-i'] },
      ['critical', 'the instance was terminated at 2026-09-01T09:00:00.000Z; it asked whose credentials they are'],
    ],
    [
      'nothing within a quarter of an hour of that',
      { place: 'ours', known: { ...launch, terminated: ['1788255900000'] } },
      [undefined, undefined],
    ],
    [
      'and what comes a moment later',
      { place: 'ours', known: { ...launch, terminated: ['1788255899999'] } },
      ['critical', 'the instance was terminated at 2026-09-01T09:44:59.999Z'],
    ],
    [
      'where it leaves otherwise',
      { egressKnown: false, home: '203.0.113.9' },
      ['high', 'from an address of its own only, where it leaves through 203.0.113.9 otherwise'],
    ],
    ['a foreign endpoint', { place: 'foreign', known: {} }, ['high', "through another account's VPC endpoint"]],
    [
      'a known endpoint from a place that nobody knows; the least there is',
      { place: 'endpoint', address: '172.31.0.9', known: {} },
      ['low', `through a known endpoint, from outside every configured range; ${unseen}`],
    ],
    [
      'whose network it is',
      { place: 'cluster', address: '10.1.7.7', clusters: ['fleet', 'lab'] },
      ['medium', 'from the network of fleet, lab'],
    ],
    [
      'nothing of one of several networks',
      { place: 'cluster', address: '10.1.7.7', clusters: ['fleet', 'prod'] },
      [undefined, undefined],
    ],
    [
      'nothing of an instance of two',
      { place: 'cluster', address: '10.1.7.7', clusters: ['fleet'], known: { ...launch, cluster: ['prod', 'fleet'] } },
      [undefined, undefined],
    ],
    [
      'nothing of an instance whose cluster nobody knows',
      { place: 'cluster', clusters: ['fleet'], known: { privateIp: ['10.0.0.1'] } },
      [undefined, undefined],
    ],
    [
      'what nothing explains',
      { egressKnown: false, signals: ['who-am-i'] },
      [
        'medium',
        'from an address that nothing explains; `network.egress` is not set, so that it may be a NAT gateway or its own; it asked whose credentials they are',
      ],
    ],
    [
      'a contradiction',
      { mismatch: true, place: 'ours' },
      ['high', 'the record names one instance and its credentials another'],
    ],
  ])('is %s', (_, over, expected) => expect(said(over)).toEqual(expected));
});

describe('an address', () => {
  const owns = (privateIp: readonly string[], address: string) =>
    judge({ ...ordinary, place: 'endpoint', address, known: { privateIp } }) === undefined;
  test.each([
    [['2001:db8::1'], '2001:DB8:0:0::1', true],
    [['2001:db8::/80'], '2001:db8::9', true],
    [['10.0.0.1'], '2001:db8::1', false],
    [['2001:db8::1', '10.0.0.1'], '10.0.0.2', false],
    [['10.0.0.0/30'], '10.0.0.3', true],
    [['10.0.0.0/30'], '10.0.0.4', false],
    [['not an address'], 'not an address', false],
    [[], '10.0.0.1', false],
  ])('of %j: %s is its own: %s', (own, address, expected) => expect(owns(own, address)).toBe(expected));
});

describe('what an inventory knows of a place', () => {
  const network = {
    egress: new Set(['203.0.113.10']),
    ranges: ['10.0.0.0/16'],
    endpoints: new Set(['vpce-ours']),
  };
  const place = (at: Place, address: string, endpoint?: string, over: object = {}) =>
    explained(at, address, endpoint, { ...network, ...over });
  test.each<[Place, string, string | undefined, Place]>([
    ['public', '203.0.113.10', undefined, 'ours'],
    ['public', '203.0.113.11', 'vpce-ours', 'public'],
    ['endpoint', '10.0.7.7', undefined, 'ours'],
    ['endpoint', '172.31.0.9', undefined, 'endpoint'],
    ['unclear', '10.0.7.7', 'vpce-ours', 'ours'],
    ['unclear', '172.31.0.9', 'vpce-ours', 'endpoint'],
    ['unclear', '10.0.7.7', 'vpce-other', 'unclear'],
    ['unclear', '10.0.7.7', undefined, 'unclear'],
    ['foreign', '10.0.7.7', 'vpce-ours', 'foreign'],
    ['cluster', '10.0.7.7', 'vpce-ours', 'cluster'],
    ['nowhere', '203.0.113.10', undefined, 'nowhere'],
  ])('%s from %s by %s is %s', (at, address, endpoint, expected) =>
    expect(place(at, address, endpoint)).toBe(expected));
  test('is nothing of a private address where it found no network', () => {
    expect(place('endpoint', '10.0.7.7', undefined, { ranges: [] })).toBe('endpoint');
    expect(place('unclear', '10.0.7.7', 'vpce-ours', { ranges: [] })).toBe('unclear');
  });
});

test.each<[string, Partial<Sighting>, boolean]>([
  ['a public address of an instance whose launch was not seen', { known: {} }, true],
  ['a known endpoint of one', { known: {}, place: 'endpoint', address: '172.31.0.9' }, true],
  ['an instance whose addresses are known', {}, false],
  ['another account’s endpoint, which speaks for itself', { known: {}, place: 'foreign' }, false],
  ['a contradiction, which does too', { known: {}, mismatch: true }, false],
  ['an instance that has ended', { known: { terminated: ['2026-09-01T08:00:00.000Z'] } }, false],
  ['what nothing is said of anyway', { known: {}, egressKnown: false }, false],
  ['a place that is explained', { known: {}, place: 'ours' }, false],
])('a verdict waits for a launch: %s: %s', (_, over, waits) =>
  expect(awaitsLaunch({ ...ordinary, ...over })).toBe(waits));

test.each<[string, Partial<Sighting>, boolean]>([
  ['whose issue was not seen', { key: {} }, true],
  ['that was issued to the instance', { key: { instance: [ordinary.instance] } }, false],
  ['that was issued to another', { key: { instance: ['i-0eeeeffff00001111'] } }, false],
  ['of a record that says whose it is', { key: {}, stated: true }, false],
  ['of a call of which nothing is said anyway', { key: {}, place: 'ours' }, false],
])('a verdict waits for an access key: %s: %s', (_, over, waits) =>
  expect(awaitsRecords({ ...ordinary, stated: false, ...over })).toBe(waits));

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
