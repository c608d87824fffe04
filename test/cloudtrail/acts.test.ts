import { describe, expect, test } from 'vitest';
import { call, developer, nodeSession } from '../../core/cloudtrail/example.ts';
import { ec2, wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { runInstances } from '../../core/cloudtrail/example-launch.ts';
import { bootstrapFacts } from '../../core/cloudtrail/facts/bootstrap.ts';
import { instanceFacts } from '../../core/cloudtrail/facts/instance.ts';
import { placeFacts } from '../../core/cloudtrail/facts/place.ts';
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
