import { describe, expect, test } from 'vitest';
import { addressScopeOf, egressDays, egressOf, homeOf, sight } from '../../core/cloudtrail/egress.ts';
import { call, developer, karpenter, nodeSession, roleSession } from '../../core/cloudtrail/example.ts';
import { ec2, wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { runInstances } from '../../core/cloudtrail/example-launch.ts';
import { bootstrapFacts } from '../../core/cloudtrail/facts/bootstrap.ts';
import { instanceFacts } from '../../core/cloudtrail/facts/instance.ts';
import { placeFacts } from '../../core/cloudtrail/facts/place.ts';
import { agentFamily, fromPods, listOf, networkOf, podAddresses } from '../../core/cloudtrail/place.ts';
import type { CloudTrailRecord } from '../../core/cloudtrail/record.ts';
import { cloudtrailSource } from '../../core/cloudtrail/source.ts';
import { defineConfig } from '../../core/config.ts';
import type { Event } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { JsonObject } from '../../core/json.ts';
import type { Settings } from '../../core/settings.ts';

const facts = { ...bootstrapFacts, ...instanceFacts, ...placeFacts };
const read = (name: string, event: Event<'cloudtrail'>, settings: Settings = exampleSettings) =>
  facts[name]?.read(event, settings) ?? 'no such fact';
const asked = (service: string, api: string, requestParameters: JsonObject, over: object = {}) =>
  call(service, api, { requestParameters, ...over });
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
    egressOf([{ seen: instances.map(one => `203.0.113.9 ${one}`), hours: hours.map(at), ...over }], taken).get(
      '203.0.113.9',
    );

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
    expect(egressOf([{ hours: ['203.0.113.8 x'] }], undefined).size).toBe(0);
  });

  test('tell where an instance belongs that is seen at another', () => {
    const known = egressOf(
      [
        {
          seen: ['b a', 'b x', 'b y', 'a x', 'a y', 'a a', 'c a'],
          hours: [0, 1].flatMap(one => ['a', 'b'].map(name => `${name} ${at(one).slice(12)}`)),
        },
      ],
      undefined,
    );
    expect(homeOf(known, 'a', 'elsewhere')).toBe('a');
    expect(homeOf(known, 'a', 'c')).toBe('a');
    expect(homeOf(known, 'a', 'b')).toBeUndefined();
    expect(homeOf(known, 'z', 'elsewhere')).toBeUndefined();
  });
});

describe('what is opened, shared or left open', () => {
  const permission = (over: JsonObject) => ({ groupId: 'sg-1', ipPermissions: { items: [over] } });
  const world = { ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] } };
  const opens = (over: JsonObject) =>
    (
      read(
        'network.opened',
        ec2('AuthorizeSecurityGroupIngress', permission({ ...world, ...over })),
      ) as readonly JsonObject[]
    ).map(one => one['what']);
  test.each<[JsonObject, readonly string[]]>([
    [{ ipProtocol: 'tcp', fromPort: 22, toPort: 22 }, ['ssh']],
    [{ ipProtocol: 'UDP', fromPort: 22, toPort: 22 }, ['ssh']],
    [{ ipProtocol: '17', fromPort: 22, toPort: 22 }, ['ssh']],
    [{ ipProtocol: '6', fromPort: 3000, toPort: 11_000 }, ['rdp', 'kubelet']],
    [{ ipProtocol: 'tcp', fromPort: 32_767, toPort: 40_000 }, ['node-ports']],
    [{ ipProtocol: 'tcp', fromPort: 32_768, toPort: 40_000 }, []],
    [{ ipProtocol: 'tcp', fromPort: 1, toPort: 65_535 }, ['all']],
    [{ ipProtocol: 'tcp', fromPort: -1, toPort: -1 }, ['all']],
    [{ ipProtocol: 'tcp' }, ['all']],
    [{ ipProtocol: 'tcp', fromPort: 2, toPort: 65_535 }, ['ssh', 'rdp', 'kubelet', 'etcd', 'node-ports']],
    [{ ipProtocol: 'icmp', fromPort: -1, toPort: -1 }, []],
    [{ ipProtocol: '-1' }, ['all']],
    [{ ipProtocol: 'all' }, ['all']],
    [{}, ['all']],
  ])('%j opens %j', (over, what) => expect(opens(over)).toEqual(what));

  test('to the world, by every form of the request', () => {
    const range = (cidrIp: string) =>
      ec2('AuthorizeSecurityGroupIngress', { groupName: 'web', ipProtocol: 'tcp', fromPort: 22, toPort: 22, cidrIp });
    expect(read('network.opened', range('198.51.100.7/0'))).toEqual([
      { group: 'web', what: 'ssh', range: '198.51.100.7/0' },
    ]);
    for (const narrow of ['10.0.0.0/8', '0.0.0.0/0x', '0.0.0.0', '0.0.0.0/99'])
      expect(read('network.opened', range(narrow)), narrow).toEqual([]);
    const sixth = (cidrIpv6: string) => opens({ ipRanges: {}, ipv6Ranges: { items: [{ cidrIpv6 }] } });
    expect([sixth('::/0'), sixth('fc00::/7'), sixth('2000::/3')]).toEqual([['all'], [], ['all']]);
    const rule = (over: JsonObject) =>
      wrappedEc2('ModifySecurityGroupRules', {
        GroupId: 'sg-2',
        SecurityGroupRule: { tag: 1, SecurityGroupRule: over },
      });
    expect(read('network.opened', rule({ IpProtocol: 'tcp', FromPort: 22, ToPort: 22, CidrIpv6: '::/0' }))).toEqual([
      { group: 'sg-2', what: 'ssh', range: '::/0' },
    ]);
    expect(read('network.opened', rule({ IpProtocol: 'icmp', CidrIpv4: '0.0.0.0/0' }))).toEqual([]);
    const answered = ec2(
      'AuthorizeSecurityGroupIngress',
      { groupName: 'web', ...permission({ ...world }), groupId: undefined } as never,
      {
        response: { securityGroupRuleSet: { items: [{ groupId: 'sg-3' }] } },
      },
    );
    expect(read('network.opened', answered)).toMatchObject([{ group: 'sg-3' }]);
    expect(
      read('network.opened', call('vpc', 'AuthorizeSecurityGroupIngress', { requestParameters: permission(world) })),
    ).toEqual([]);
    expect(read('network.opened', ec2('RevokeSecurityGroupIngress', permission(world)))).toEqual([]);
  });

  const shared = (api: string, over: JsonObject, service = 'ec2') =>
    (read('image.shared', call(service, api, { requestParameters: over })) as readonly JsonObject[]).map(
      one => `${one['kind']} ${one['resource']} with ${one['with']}${one['ours'] === true ? ', ours' : ''}`,
    );
  test('with whom an image or a snapshot is shared', () => {
    const add = (...items: readonly JsonObject[]) => ({ add: { items } });
    const image = {
      imageId: 'ami-1',
      launchPermission: add(
        { userId: '444455556666' },
        { group: 'all' },
        { userId: '111122223333' },
        { organizationArn: 'arn:o' },
        { organizationalUnitArn: 'arn:u' },
        { group: 'x' },
      ),
    };
    expect(shared('ModifyImageAttribute', image)).toEqual([
      'image ami-1 with 444455556666',
      'image ami-1 with world',
      'image ami-1 with 111122223333, ours',
      'image ami-1 with arn:o',
      'image ami-1 with arn:u',
    ]);
    expect(shared('ModifyImageAttribute', image, 'rds')).toEqual([]);
    expect(shared('DescribeImageAttribute', image)).toEqual([]);
    expect(shared('ModifySnapshotAttribute', { createVolumePermission: add({ group: 'all' }) })).toEqual([
      'snapshot unknown with world',
    ]);
    const flat = {
      snapshotId: 'snap-1',
      operationType: 'add',
      userIdSet: { items: [{ userId: '444455556666' }] },
      groupSet: { items: [{ group: 'all' }] },
    };
    expect(shared('ModifySnapshotAttribute', flat)).toEqual([
      'snapshot snap-1 with 444455556666',
      'snapshot snap-1 with world',
    ]);
    expect(shared('ModifySnapshotAttribute', { ...flat, operationType: 'remove' })).toEqual([]);
    const own = defineConfig({});
    const event = call('ec2', 'ModifyImageAttribute', { requestParameters: image });
    expect((read('image.shared', event, own) as readonly JsonObject[])[2]?.['ours']).toBe(true);
  });

  test('a volume is unencrypted where a call says so', () => {
    const disk = (encrypted: boolean) => ({ items: [{ ebs: { encrypted: true } }, { ebs: { encrypted } }] });
    expect(read('volume.unencrypted', ec2('RunInstances', { blockDeviceMapping: disk(false) }))).toBe(true);
    expect(read('volume.unencrypted', ec2('RunInstances', { blockDeviceMappingSet: disk(false) }))).toBe(true);
    expect(read('volume.unencrypted', ec2('RunInstances', { blockDeviceMapping: disk(true) }))).toBe(false);
    expect(read('volume.unencrypted', ec2('CreateVolume', { encrypted: false }))).toBe(true);
    expect(read('volume.unencrypted', ec2('CreateVolume', {}))).toBe(false);
    expect(read('volume.unencrypted', ec2('CopySnapshot', { encrypted: false, blockDeviceMapping: disk(false) }))).toBe(
      false,
    );
  });
});

describe('what is done to instances', () => {
  test.each<[string, string, JsonObject, string, readonly string[]]>([
    ['ec2', 'ModifyInstanceAttribute', { instanceId: 'i-1', userData: 'x' }, 'user-data', ['i-1']],
    ['ec2', 'ModifyInstanceAttribute', { instanceId: 'i-1', attribute: 'UserData' }, 'user-data', ['i-1']],
    ['ec2', 'ModifyInstanceAttribute', { instanceId: 'i-1', attribute: 'kernel' }, 'none', ['i-1']],
    ['ec2', 'ModifyInstanceAttribute', {}, 'none', []],
    ['ec2', 'AttachVolume', { instanceId: 'i-1', device: '/dev/xvda' }, 'root-volume', ['i-1']],
    ['ec2', 'AttachVolume', { instanceId: 'i-1', device: '/dev/sda1' }, 'root-volume', ['i-1']],
    ['ec2', 'AttachVolume', { instanceId: 'i-1', device: '/dev/xvdaa' }, 'none', ['i-1']],
    ['ec2', 'AttachVolume', { instanceId: 'i-1' }, 'none', ['i-1']],
    [
      'ec2',
      'StopInstances',
      { instancesSet: { items: [{ instanceId: 'i-1' }, { instanceId: 'i-1' }] } },
      'stop',
      ['i-1'],
    ],
    ['ssm', 'StartSession', { target: 'i-1' }, 'enter', ['i-1']],
    ['ssm', 'StartSession', { target: 'mi-1' }, 'enter', ['mi-1']],
    ['ssm', 'StartSession', { target: 'ecs:i-1' }, 'enter', []],
    ['ssm', 'StartSession', {}, 'enter', []],
    [
      'ssm',
      'SendCommand',
      {
        instanceIds: ['i-1'],
        targets: [{ key: 'instanceids', values: ['i-2'] }, { key: 'tag:x', values: ['i-3'] }, {}],
      },
      'enter',
      ['i-1', 'i-2'],
    ],
    [
      'ssm',
      'CreateAssociation',
      { instanceId: 'i-1', targets: [{ key: 'InstanceIds', values: ['i-2'] }] },
      'enter',
      ['i-1', 'i-2'],
    ],
    ['ssm', 'CreateAssociationBatch', { entries: [{ instanceId: 'i-1' }] }, 'enter', ['i-1']],
    ['ec2', 'StartSession', { target: 'i-1' }, 'none', []],
    ['ec2', 'constructor', { instanceId: 'i-1' }, 'none', []],
  ])('%s %s %j: %s of %j', (service, api, request, act, targets) => {
    const event = asked(service, api, request);
    expect([read('instance.act', event), read('instance.targets', event)]).toEqual([act, targets]);
  });

  const defaults = 'ModifyInstanceMetadataDefaults';
  const options = 'ModifyInstanceMetadataOptions';
  test.each<[string, JsonObject, readonly string[], string]>([
    [options, { InstanceId: 'i-1', HttpTokens: 'optional' }, ['tokens-optional'], 'i-1'],
    [options, { HttpTokens: 'required', HttpEndpoint: 'enabled' }, [], 'unknown'],
    [options, { HttpEndpoint: 'enabled' }, ['endpoint-enabled'], 'unknown'],
    [options, { HttpEndpoint: 'disabled' }, [], 'unknown'],
    [options, { HttpTokens: 'no-preference', HttpTokensEnforced: 'disabled' }, [], 'unknown'],
    [defaults, { HttpTokens: 'no-preference' }, ['tokens-unset'], 'defaults'],
    [defaults, { HttpTokensEnforced: 'disabled' }, ['enforcement-disabled'], 'defaults'],
    [defaults, { HttpTokensEnforced: 'enabled', HttpTokens: 'required' }, [], 'defaults'],
    ['DescribeInstances', { HttpTokens: 'optional', InstanceId: 'i-1' }, [], 'unknown'],
  ])('%s %j weakens %j of %s', (api, request, weakened, whose) => {
    const event = wrappedEc2(api, request);
    expect(read('instance.weakened', event)).toEqual(weakened);
    expect(read('instance.metadata-of', event)).toBe(whose);
  });
  test('whose metadata options change may stand in the answer', () => {
    expect(read('instance.metadata-of', ec2(options, {}, { response: { instanceId: 'i-2' } }))).toBe('i-2');
  });

  test('a profile is put on an instance by two calls', () => {
    const request = { iamInstanceProfile: { name: 'admin' } };
    for (const api of ['AssociateIamInstanceProfile', 'ReplaceIamInstanceProfileAssociation'])
      expect(read('instance.profile', ec2(api, request))).toBe('admin');
    expect(read('instance.profile', ec2('AssociateIamInstanceProfile', {}))).toBe('unknown');
    expect(read('instance.profile', runInstances({ request }))).toBe('unknown');
    const answer = { iamInstanceProfileAssociation: { instanceId: 'i-1' } };
    expect(
      read('instance.targets', ec2('ReplaceIamInstanceProfileAssociation', request, { response: answer })),
    ).toEqual(['i-1']);
    expect(
      read('node.role-names', ec2('X', {}), defineConfig({ nodeRoles: ['arn:aws:iam::1:role/a/nodes-*'] })),
    ).toEqual(['nodes-*']);
    expect(read('node.role-names', ec2('X', {}), defineConfig({}))).toContain('KarpenterNodeRole-*');
  });
});

describe('who reads what machines boot with', () => {
  const secret = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:aws.cluster.x-k8s.io/a';
  const parameter = '/cluster.x-k8s.io/a';
  test.each<[string, string, JsonObject, string, string]>([
    ['ec2', 'DescribeInstanceAttribute', { instanceId: 'i-1', attribute: 'userData' }, 'user-data', 'i-1'],
    ['ec2', 'DescribeInstanceAttribute', { instanceId: 'i-1', attribute: 'kernel' }, 'none', 'none'],
    ['ec2', 'DescribeInstanceAttribute', {}, 'none', 'none'],
    ['ec2', 'GetLaunchTemplateData', { instanceId: 'i-1' }, 'user-data', 'i-1'],
    [
      'ec2',
      'DescribeLaunchTemplateVersions',
      { launchTemplateName: 'a', launchTemplateId: 'lt-1' },
      'launch-template',
      'a',
    ],
    ['ec2', 'DescribeLaunchTemplateVersions', { launchTemplateId: 'lt-1' }, 'launch-template', 'lt-1'],
    ['ec2', 'DescribeLaunchTemplateVersions', {}, 'launch-template', 'unknown'],
    ['secretsmanager', 'GetSecretValue', { secretId: secret }, 'secret', secret],
    ['secretsmanager', 'GetSecretValue', { secretId: 'db' }, 'none', 'none'],
    ['secretsmanager', 'BatchGetSecretValue', { secretIdList: [7, 'db', secret] }, 'secret', secret],
    ['secretsmanager', 'DescribeSecret', { secretId: secret }, 'none', 'none'],
    ['ssm', 'GetParameters', { names: ['/db', parameter] }, 'parameter', parameter],
    ['ssm', 'GetParametersByPath', { path: '/cluster.x-k8s.io' }, 'parameter', '/cluster.x-k8s.io'],
    ['ssm', 'GetParameter', { name: '/cluster.x-k8s.iox' }, 'none', 'none'],
  ])('%s %s %j: %s %s', (service, api, request, kind, resource) => {
    const event = asked(service, api, request);
    expect([read('bootstrap.kind', event), read('bootstrap.resource', event)]).toEqual([kind, resource]);
  });

  test('is the machine itself by its own user data, or a node by a secret of Cluster API', () => {
    const own = (service: string, api: string, request: JsonObject, userIdentity: object = nodeSession()) =>
      read('bootstrap.own', asked(service, api, request, { userIdentity }));
    const data = (instanceId: string) => ({ instanceId, attribute: 'userData' });
    expect(own('ec2', 'DescribeInstanceAttribute', data('i-0aaaabbbbccccdddd'))).toBe(true);
    expect(own('ec2', 'DescribeInstanceAttribute', data('i-0eeeeffff00001111'))).toBe(false);
    expect(own('secretsmanager', 'GetSecretValue', { secretId: secret })).toBe(true);
    expect(own('ssm', 'GetParameter', { name: parameter })).toBe(true);
    expect(own('ssm', 'GetParameter', { name: parameter }, developer)).toBe(false);
    expect(own('ec2', 'DescribeLaunchTemplateVersions', { launchTemplateId: 'lt-1' })).toBe(false);
  });

  test('may be somebody whom the settings name, by role or by session', () => {
    const reader = (arns: readonly string[], userIdentity: object = developer) =>
      read(
        'principal.reader',
        asked('ec2', 'X', {}, { userIdentity }),
        defineConfig({ secretReaders: { arns: [...arns] } }),
      );
    expect(reader(['arn:aws:iam::111122223333:role/developer'])).toBe(true);
    expect(reader(['arn:aws:sts::111122223333:assumed-role/developer/*'])).toBe(true);
    expect(reader(['arn:aws:iam::111122223333:role/other'])).toBe(false);
    expect(reader([])).toBe(false);
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
