import { describe, expect, test } from 'vitest';
import { addressScopeOf, egressDays, egressOf, homeOf, isSettled, sight } from '../../core/cloudtrail/egress.ts';
import { call, developer, karpenter, nodeSession, roleSession } from '../../core/cloudtrail/example.ts';
import { bootstrapFacts } from '../../core/cloudtrail/facts/bootstrap.ts';
import { instanceFacts } from '../../core/cloudtrail/facts/instance.ts';
import { placeFacts } from '../../core/cloudtrail/facts/place.ts';
import { agentFamily, fromPods, listOf, networkOf, podAddresses } from '../../core/cloudtrail/place.ts';
import type { CloudTrailRecord } from '../../core/cloudtrail/record.ts';
import { cloudtrailSource } from '../../core/cloudtrail/source.ts';
import { defineConfig } from '../../core/config.ts';
import type { Event } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Settings } from '../../core/settings.ts';
import type { Item } from '../../core/state/observation.ts';

const facts = { ...bootstrapFacts, ...instanceFacts, ...placeFacts };
const read = (name: string, event: Event<'cloudtrail'>, settings: Settings = exampleSettings) =>
  facts[name]?.read(event, settings) ?? 'no such fact';
const from = (sourceIPAddress: string): CloudTrailRecord => call('ec2', 'DescribeVolumes', { sourceIPAddress }).record;

describe('an address', () => {
  test('is in a list of addresses and ranges; what is neither is left out', () => {
    const list = listOf([
      '192.0.2.1',
      '198.51.100.0/24',
      '2001:db8::/32',
      '10.0.0.0/33',
      '10.0.0.0/x8',
      '10.0.0.0/8x',
      'x/8',
      '::/129',
      '',
    ]);
    const holds = (address: string) => list.check(address, address.includes(':') ? 'ipv6' : 'ipv4');
    expect(['192.0.2.1', '198.51.100.9', '2001:db8::7'].map(holds)).toEqual([true, true, true]);
    expect(['192.0.2.2', '10.0.0.1', '2001:db9::7'].map(holds)).toEqual([false, false, false]);
    expect(listOf(['192.0.2.1/32']).check('192.0.2.1', 'ipv4')).toBe(true);
    expect(listOf(['2001:db8::1/128']).check('2001:db8::1', 'ipv6')).toBe(true);
  });

  test.each([
    ['2001:DB8:ABCD::1', '2001:db8:abcd::/48'],
    ['2001:db8::', '2001:db8:0::/48'],
    ['2001::5', '2001:0:0::/48'],
    ['1:2:3:4:5:6:7:8', '1:2:3::/48'],
    ['1::4:5:6:7:8', '1:0:0::/48'],
    ['1::3:4:5:6:7:8', '1:0:3::/48'],
    ['::', '0:0:0::/48'],
    ['0001:0002:0003::', '1:2:3::/48'],
    ['203.0.113.77', '203.0.113.0/24'],
  ])('%s is of the network %s', (address, network) => expect(networkOf(from(address))).toBe(network));

  test('is a pod’s in pod ranges alone, and nobody’s where there is none', () => {
    expect(
      [from('100.64.9.9'), from('10.0.9.9'), from('AWS Internal')].map(one => fromPods(one, exampleSettings)),
    ).toEqual([true, false, false]);
    expect(read('source.pod', { ...call('ec2', 'X'), record: from('192.168.7.7') })).toBe(true);
  });

  test('of pods begins with the whole numbers of its range, or may be anything', () => {
    const signs = (...podRanges: readonly string[]) =>
      podAddresses(defineConfig({ clusters: [{ name: 'a', podRanges: [...podRanges] }, { name: 'b' }] }));
    const sixth = { wildcard: '*:*' };
    expect(signs('100.64.0.0/10')).toEqual([{ prefix: '100.' }, sixth]);
    expect(signs('10.1.2.0/24', '10.9.9.9')).toEqual([{ prefix: '10.1.2.' }, { prefix: '10.9.9.9' }, sixth]);
    expect(signs('fd00::/8')).toEqual([sixth]);
    expect(signs()).toEqual([]);
  });
});

test.each([
  ['aws-cli/2.30.0 md/Boto3#1', 'aws-cli'],
  ['[karpenter.sh-1.8.0] aws-sdk-go-v2/1.0', 'karpenter.sh'],
  ['APN/1.0 HashiCorp/1.0 Terraform/1.9', 'hashicorp'],
  ['[S3Console/0.4]', 's3console'],
  ['Mozilla/5.0 (X11)', 'mozilla'],
  ['[own.tool-1 x]', '[own.tool-1'],
  ['1.0 aws-sdk-go-v2/1.0', 'aws-sdk-go-v2'],
  ['7', 'none'],
  ['', 'none'],
])('the user agent %s is of %s', (userAgent, family) => {
  const event = call('ec2', 'X', { userAgent });
  expect(agentFamily(event.record, exampleSettings)).toBe(family);
  expect(read('agent.family', event)).toBe(family);
});
test('a user agent that is no text is none, and an application’s is told from a node agent’s', () => {
  expect(read('agent.family', call('ec2', 'X', { userAgent: 7 as unknown as string }))).toBe('none'); // any JSON
  const application = (userAgent: string) => read('agent.application', call('ec2', 'X', { userAgent }));
  expect(['Boto3/1', 'aws-sdk-java/2', 'Terraform/1', 'console.amazonaws.com'].map(application)).toEqual([
    true,
    true,
    true,
    true,
  ]);
  expect(['aws-cli/2', 'aws-sdk-go-v2/1', 'kubelet/1', 'x-curl'].map(application)).toEqual([false, false, false, true]);
});

test('a call is sensitive by its service and its name', () => {
  const sensitive = (service: string, api: string) => read('call.sensitive', call(service, api));
  expect(
    [
      ['iam', 'ListRoles'],
      ['sts', 'AssumeRole'],
      ['sts', 'GetCallerIdentity'],
      ['ssm', 'StartSession'],
      ['ssm', 'StartSessions'],
      ['secretsmanager', 'BatchGetSecretValue'],
      ['secretsmanager', 'ListSecrets'],
      ['kms', 'Decrypt'],
      ['kms', 'DecryptX'],
      ['ec2', 'RunInstances'],
      ['ec2', 'DescribeInstances'],
      ['constructor', 'x'],
    ].map(([service = '', api = '']) => sensitive(service, api)),
  ).toEqual([true, true, false, true, false, true, false, true, false, true, false, false]);
});

test('an instance is claimed by what AWS says, or by the name of an older record’s session', () => {
  const claimed = (userIdentity: object) => read('instance.claimed', call('ec2', 'X', { userIdentity }));
  expect(claimed(nodeSession())).toBe('i-0aaaabbbbccccdddd');
  expect(claimed(roleSession('worker', 'i-0aaaabbbbccccdddd'))).toBe('i-0aaaabbbbccccdddd');
  expect(claimed(roleSession('worker', 'i-x'))).toBe('none');
  expect(claimed({})).toBe('none');
  expect(read('instance.mismatch', call('ec2', 'X', { userIdentity: developer }))).toBe(false);
});

describe('addresses through which instances leave', () => {
  const account = '111122223333';
  const hour = 3_600_000;
  const noon = Date.parse('2026-09-01T12:30:00Z');
  const at = (hours: number) => `203.0.113.9 ${new Date(noon - (noon % hour) + hours * hour).toISOString()}`;
  const of = (
    instances: readonly string[],
    hours: readonly number[],
    over: object = {},
    taken?: { readonly revoked: readonly string[] },
  ) =>
    egressOf({
      items: [{ seen: instances.map(one => `203.0.113.9 ${one}`).sort(), hours: hours.map(at).sort(), ...over }],
      taken,
    }).get('203.0.113.9');

  test('are remembered by the day, and each can be revoked', () => {
    expect(egressDays(account, noon)).toEqual(
      [0, -1, 1].map(day => `egress#${account}#${Date.parse('2026-09-01T00:00:00Z') + day * 24 * hour}`),
    );
    const [seen, named] = sight({ account, address: '203.0.113.9', instance: 'i-1', time: noon, flagged: false });
    expect(seen).toMatchObject({
      scope: egressDays(account, noon)[0],
      add: { seen: ['203.0.113.9 i-1'], hours: ['203.0.113.9 2026-09-01T12:00:00.000Z'] },
      ...{ cap: 1_000, quiet: true, expires: Date.parse('2026-10-02T00:00:00Z') },
    });
    expect(seen?.also?.slice(0, 2)).toEqual(egressDays(account, noon).slice(1));
    expect(seen?.also).toHaveLength(3);
    expect(JSON.stringify(named)).toContain(addressScopeOf(account, '203.0.113.9'));
    expect(addressScopeOf(account, 'x')).toBe(`egress#${account}#x`);
    const [flagged] = sight({ account, address: '203.0.113.9', instance: 'i-1', time: noon, flagged: true });
    expect(flagged?.add).toEqual({ flagged: ['i-1'] });
  });

  test('are learned by three instances in an hour or more, by nobody that was flagged', () => {
    expect(of(['a', 'b', 'c'], [0, 1])?.standing).toBe('learned');
    expect(of(['a', 'b', 'c'], [0])?.standing).toBe('pending');
    expect(of(['a', 'b'], [0, 5])?.standing).toBe('pending');
    expect(of(['a'], [0, 5])?.standing).toBe('lone');
    expect(of(['c', 'a', 'b', 'a'], [3, 1, 3])).toEqual({
      standing: 'learned',
      instances: ['a', 'b', 'c'],
      hours: [1, 3].map(one => Date.parse(at(one).slice(12))),
    });
    expect(of(['a', 'b', 'c'], [0, 1], { flagged: ['b', 'c'] })?.standing).toBe('lone');
    expect(of(['a', 'b', 'c'], [])?.standing).toBe('pending');
    expect(egressOf({ items: [{ hours: ['203.0.113.8 x'] }], taken: undefined }).size).toBe(0);
  });

  test('are settled by ten instances in an hour: whoever is flagged then takes nothing back, and revoking does', () => {
    const ten = [...'abcdefghij'];
    const settled = (instances: readonly string[], hours: readonly number[], over: object = {}, taken?: Item) =>
      isSettled(
        { items: [{ seen: instances.map(one => `203.0.113.9 ${one}`), hours: hours.map(at), ...over }], taken },
        '203.0.113.9',
      );
    expect(settled(ten, [0, 1])).toBe(true);
    expect(settled(ten.slice(1), [0, 1])).toBe(false);
    expect(settled(ten, [0])).toBe(false);
    expect(settled(ten, [0, 1], { seen: ten.map(one => `203.0.113.90 ${one}`) })).toBe(false);
    expect(settled(ten, [0, 1], { flagged: ten })).toBe(true);
    expect(of(ten, [0, 1], { flagged: ten })?.standing).toBe('learned');
    expect(of(ten.slice(1), [0, 1], { flagged: ten })?.standing).toBe('lone');
    expect(settled(ten, [0, 1], {}, { revoked: ['2026-09-01T12:00:00.000Z 203.0.113.9'] })).toBe(false);
    // Of two days, what either saw.
    const halves = [ten.slice(0, 5), ten.slice(5)].map((some, day) => ({
      seen: some.map(one => `203.0.113.9 ${one}`),
      hours: [at(day)],
    }));
    expect(isSettled({ items: halves, taken: undefined }, '203.0.113.9')).toBe(true);
  });

  test('tell where an instance belongs that is seen at another', () => {
    const items = [
      {
        seen: ['a a', 'a x', 'a y', 'b a', 'b x', 'b y', 'c a', 'd ba'],
        hours: ['a', 'b'].flatMap(name => [0, 1].map(one => `${name} ${at(one).slice(12)}`)),
      },
    ];
    const home = (instance: string, address: string, over: object = {}) =>
      homeOf({ items, taken: undefined, ...over }, instance, address);
    expect(home('a', 'elsewhere')).toBe('a');
    expect(home('a', 'c')).toBe('a');
    expect(home('a', 'b')).toBeUndefined(); // learned itself
    expect(home('z', 'elsewhere')).toBeUndefined();
    expect(home('ba', 'elsewhere')).toBeUndefined();
    expect(home('a', 'elsewhere', { items: [...items, { flagged: ['a'] }] })).toBeUndefined();
    const taken = { revoked: ['2026-09-01T12:00:00.000Z a'] };
    expect(home('a', 'elsewhere', { taken })).toBe('b');
  });
});

describe('a description of a call', () => {
  const described = (over: object, settings: Settings = exampleSettings) =>
    cloudtrailSource.describe(call('ec2', 'RunInstances', over), settings);
  test('names all who stood behind it', () => {
    const userIdentity = {
      ...developer,
      sessionContext: {
        ...developer.sessionContext,
        sourceIdentity: 'alice',
        webIdFederationData: { federatedProvider: 'idp' },
      },
      onBehalfOf: { userId: 'u-1' },
      invokedBy: 'x.amazonaws.com',
    };
    expect(described({ userIdentity }).principals).toEqual([
      'arn:aws:iam::111122223333:role/developer',
      developer.arn,
      'source identity alice',
      'web identity of idp',
      'on behalf of u-1',
      'through x.amazonaws.com',
    ]);
    expect(described({ userIdentity: {} }).principals).toEqual(['unknown']);
  });

  test('says where it came from, IPv6 in small letters, and what was left out', () => {
    expect(described({ sourceIPAddress: '2001:DB8::1' }).addresses).toEqual(['2001:db8::1']);
    expect(described({ sourceIPAddress: 'EC2.amazonaws.com' }).addresses).toEqual(['EC2.amazonaws.com']);
    expect(described({ sourceIPAddress: '' })).toMatchObject({
      addresses: ['unknown'],
      holes: { source: 'unknown', event: 'RunInstances' },
    });
    const omitted = { omitted: true };
    expect(described({ requestParameters: omitted, responseElements: { omitted: 'true' } }).notes).toEqual([
      'CloudTrail left out requestParameters, responseElements as too large',
    ]);
    expect(described({}).notes).toEqual([]);
    const bare = defineConfig({});
    expect(described({ userIdentity: nodeSession() }, bare).notes).toEqual([
      "KarpenterNodeRole-prod/i-0aaaabbbbccccdddd is taken for a node by its role's usual name only: set `nodeRoles` in the settings",
    ]);
    expect(described({ userIdentity: karpenter }, bare).notes).toHaveLength(1);
    expect(described({ userIdentity: nodeSession() }).notes).toEqual([]);
  });
});
