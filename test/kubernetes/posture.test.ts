import { describe, expect, test } from 'vitest';
import type { JsonObject } from '../../core/json.ts';
import { judge } from '../../core/posture/judge.ts';
import { hoursOf } from '../../core/posture/nodepool.ts';
import type { Code } from '../../core/posture/problem.ts';

const expectation = { nodeRoles: ['KarpenterNodeRole-*'], maximumNodeAge: '72h' };
const codes = (kind: string, spec: JsonObject, whole = true): readonly Code[] =>
  judge({ object: { kind, spec }, whole }, expectation).map(({ code }) => code);

const requirement = (key: string, operator: string, ...values: readonly string[]) => ({ key, operator, values });
const category = (...values: readonly string[]) => requirement('karpenter.k8s.aws/instance-category', 'In', ...values);
const noMetal = requirement('karpenter.k8s.aws/instance-size', 'NotIn', 'metal');
const pool = (requirements: readonly JsonObject[], over: JsonObject = {}, inner: JsonObject = {}) => ({
  limits: { cpu: '10' },
  disruption: { budgets: [{ nodes: '10%' }] },
  template: { spec: { requirements, expireAfter: '72h', ...inner } },
  ...over,
});

describe('NodePool', () => {
  const table: readonly (readonly [string, JsonObject, readonly Code[]])[] = [
    ['a restricted one', pool([category('c', 'm'), noMetal]), []],
    ['instance types alone', pool([requirement('node.kubernetes.io/instance-type', 'In', 'm7g.large')]), []],
    [
      'Auto Mode’s keys',
      pool([
        requirement('eks.amazonaws.com/instance-category', 'In', 'c'),
        requirement('eks.amazonaws.com/instance-hypervisor', 'In', 'nitro'),
      ]),
      [],
    ],
    [
      'requirements about the zone only',
      pool([requirement('topology.kubernetes.io/zone', 'In', 'eu-west-1a')]),
      ['instances-unrestricted'],
    ],
    [
      'a GPU family',
      pool([requirement('karpenter.k8s.aws/instance-family', 'In', 'g6e', 'm7g'), noMetal]),
      ['accelerators-allowed'],
    ],
    [
      'both GPU categories excluded',
      pool([requirement('karpenter.k8s.aws/instance-category', 'NotIn', 'g', 'p'), noMetal]),
      [],
    ],
    [
      'one GPU category excluded',
      pool([requirement('karpenter.k8s.aws/instance-category', 'NotIn', 'g'), noMetal]),
      ['accelerators-allowed'],
    ],
    [
      'GPUs ruled out by their count',
      pool([
        requirement('karpenter.k8s.aws/instance-category', 'NotIn', 'x'),
        requirement('karpenter.k8s.aws/instance-gpu-count', 'DoesNotExist'),
        noMetal,
      ]),
      [],
    ],
    [
      'families that only begin like a GPU’s are none',
      pool([requirement('karpenter.k8s.aws/instance-family', 'In', 'm7g', 'c7gn', 'i4g'), noMetal]),
      [],
    ],
    ['metal', pool([category('c')]), ['metal-allowed']],
    ['no limits', pool([category('c'), noMetal], { limits: {} }), ['unlimited']],
    ['no limits, of a static pool', pool([category('c'), noMetal], { limits: {}, replicas: 3 }), []],
    ['limits of what nodes lack', pool([category('c'), noMetal], { limits: { 'nvidia.com/gpu': '8' } }), ['unlimited']],
    ['a limit of nodes', pool([category('c'), noMetal], { limits: { nodes: '8', 'nvidia.com/gpu': '8' } }), []],
    ['no expiry', pool([category('c'), noMetal], {}, { expireAfter: 'Never' }), ['expiry-never']],
    ['a long life', pool([category('c'), noMetal], {}, { expireAfter: '72h1s' }), ['expiry-long']],
    [
      'the default life',
      { ...pool([]), template: { spec: { requirements: [category('c'), noMetal] } } },
      ['expiry-default'],
    ],
    ['no budget', pool([category('c'), noMetal], { disruption: {} }), ['no-disruption-budget']],
    [
      'a frozen budget',
      pool([category('c'), noMetal], { disruption: { budgets: [{ nodes: '0' }] } }),
      ['disruption-frozen'],
    ],
    [
      'a budget that freezes at night',
      pool([category('c'), noMetal], {
        disruption: { budgets: [{ nodes: '0', schedule: '0 22 * * *', duration: '8h' }] },
      }),
      [],
    ],
  ];
  test.each(table)('%s', (_, spec, expected) => expect(codes('NodePool', spec)).toEqual(expected));
  test('a patch is judged by what it sets', () => {
    expect(codes('NodePool', { weight: 10 }, false)).toEqual([]);
    expect(codes('NodePool', { limits: null }, false)).toEqual(['unlimited']);
    expect(codes('NodePool', { limits: { cpu: null } }, false)).toEqual(['unlimited']);
    expect(codes('NodePool', { limits: { cpu: null, memory: '1Ti' } }, false)).toEqual([]);
    expect(codes('NodePool', { limits: { 'nvidia.com/gpu': '8' } }, false)).toEqual([]);
    expect(codes('NodePool', { template: { spec: { requirements: [] } } }, false)).toEqual(['instances-unrestricted']);
  });
  test('a list of which only some elements are shown is not judged for what it lacks', () => {
    const subject = {
      object: { spec: { template: { spec: { requirements: [noMetal] } } } },
      whole: false,
      openLists: new Set(['spec.template.spec.requirements']),
    };
    expect(judge(subject, expectation, 'NodePool')).toEqual([]);
  });
});

test('durations are Karpenter’s', () => {
  expect([hoursOf('720h'), hoursOf('1h30m'), hoursOf('90s'), hoursOf('Never'), hoursOf(''), hoursOf('3d')]).toEqual([
    720,
    1.5,
    0.025,
    undefined,
    undefined,
    undefined,
  ]);
});

describe('EC2NodeClass', () => {
  const disk = (ebs: JsonObject) => ({ blockDeviceMappings: [{ deviceName: '/dev/xvda', ebs }] });
  const table: readonly (readonly [string, JsonObject, readonly Code[]])[] = [
    ['its defaults are hardened', { role: 'KarpenterNodeRole-prod' }, []],
    ['optional tokens', { metadataOptions: { httpTokens: 'optional' } }, ['imds-tokens-optional']],
    ['two hops', { metadataOptions: { httpPutResponseHopLimit: 2 } }, ['imds-hop-limit']],
    ['IPv6', { metadataOptions: { httpProtocolIPv6: 'enabled' } }, ['imds-ipv6']],
    ['no metadata at all', { metadataOptions: { httpEndpoint: 'disabled', httpTokens: 'optional' } }, []],
    ['encryption unset', disk({ volumeSize: '1Gi' }), ['volume-encryption-unset']],
    ['encryption off', disk({ encrypted: false }), ['volume-unencrypted']],
    ['a snapshot keeps its own', disk({ snapshotID: 'snap-0aaa' }), []],
    ['a public address', { associatePublicIPAddress: true }, ['public-address']],
    ['images by name', { amiSelectorTerms: [{ name: 'node-*' }] }, ['ami-unowned']],
    ['images by name and owner', { amiSelectorTerms: [{ name: 'node-*', owner: 'self' }] }, []],
    ['an alias', { amiSelectorTerms: [{ alias: 'al2023@latest' }] }, []],
    ['another role', { role: 'developer' }, ['role-not-node']],
  ];
  test.each(table)('%s', (_, spec, expected) => expect(codes('EC2NodeClass', spec)).toEqual(expected));
  test('roles are judged only where node roles are known', () => {
    expect(
      judge(
        { object: { kind: 'EC2NodeClass', spec: { role: 'developer' } }, whole: true },
        { ...expectation, nodeRoles: [] },
      ),
    ).toEqual([]);
  });
});

describe('AWSMachineTemplate', () => {
  const spec = {
    ami: { id: 'ami-0123456789abcdef0' },
    instanceMetadataOptions: { httpTokens: 'required' },
    sshKeyName: '',
    rootVolume: { size: 8, encrypted: true },
  };
  const of = (over: JsonObject, kind = 'AWSMachineTemplate') =>
    kind === 'AWSMachineTemplate'
      ? codes(kind, { template: { spec: { ...spec, ...over } } })
      : codes(kind, { ...spec, ...over });
  test('a hardened one, and the same as a machine', () => {
    expect(of({})).toEqual([]);
    expect(of({}, 'AWSMachine')).toEqual([]);
  });
  test('the provider’s defaults are not', () => {
    expect(codes('AWSMachineTemplate', { template: { spec: { instanceType: 'm7g.large' } } })).toEqual([
      'imds-tokens-optional',
      'ami-unpinned',
      'ssh-key-default',
      'volume-encryption-unset',
    ]);
  });
  test('bootstrap data in user data', () => {
    expect(of({ cloudInit: { insecureSkipSecretsManager: true } })).toEqual(['bootstrap-data-exposed']);
    expect(of({ ignition: { storageType: 'UnencryptedUserData' } })).toEqual(['bootstrap-data-exposed']);
  });
  test('further disks and public addresses', () => {
    expect(of({ nonRootVolumes: [{ size: 1, encrypted: false }], publicIP: true })).toEqual([
      'volume-unencrypted',
      'public-address',
    ]);
  });
  test('a managed pool without a launch template uses EKS’s own', () => {
    expect(codes('AWSManagedMachinePool', { instanceType: 'm7g.large' })).toEqual([]);
  });
});

test('other kinds are not judged', () => expect(codes('Pod', {})).toEqual([]));
