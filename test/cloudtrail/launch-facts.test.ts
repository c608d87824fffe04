import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { call, developer, karpenter, roleSession } from '../../core/cloudtrail/example.ts';
import { autoScaling } from '../../core/cloudtrail/example-callers.ts';
import { ec2, karpenterTags, wrappedEc2, writeTags } from '../../core/cloudtrail/example-ec2.ts';
import { createFleet, createTemplate, fleetRun, runInstances } from '../../core/cloudtrail/example-launch.ts';
import { instanceFacts } from '../../core/cloudtrail/facts/instance.ts';
import { launchFacts } from '../../core/cloudtrail/facts/launch.ts';
import { tagFacts } from '../../core/cloudtrail/facts/tags.ts';
import type { UserIdentity } from '../../core/cloudtrail/record.ts';
import type { Event } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { Cluster, Settings } from '../../core/settings.ts';

const facts = { ...launchFacts, ...tagFacts, ...instanceFacts };
const fact = (name: string, event: Event<'cloudtrail'>, settings: Settings = exampleSettings): Json => {
  const found = facts[name];
  if (found === undefined) throw new Error(`no fact ${name}`);
  return found.read(event, settings);
};

const types = (event: Event<'cloudtrail'>, settings?: Settings): readonly string[] =>
  (fact('launch.types', event, settings) as readonly JsonObject[]).map(
    one => `${one['type']} ${one['stage']} ${one['standing']}${one['special'] === true ? ' special' : ''}`,
  );

const spot = {
  spotPrice: '1.0',
  instanceCount: 3,
  type: 'one-time',
  launchSpecification: {
    imageId: 'ami-0fedcba9876543210',
    instanceType: 'g5.xlarge',
    iamInstanceProfile: { name: 'x' },
    keyName: 'ops',
  },
};

describe('the instance types of a call', () => {
  it.each<[string, Event<'cloudtrail'>, readonly string[]]>([
    ['a direct launch', runInstances({ type: 'p5.48xlarge' }), ['p5.48xlarge launched disallowed special']],
    [
      'a direct launch that failed',
      runInstances({ type: 'p5.48xlarge', record: { errorCode: 'Server.InsufficientInstanceCapacity' } }),
      ['p5.48xlarge named disallowed special'],
    ],
    [
      'a direct launch without a response',
      runInstances({ type: 'p5.48xlarge', response: null }),
      ['p5.48xlarge named disallowed special'],
    ],
    [
      'a fleet with a choice',
      createFleet({ types: ['m7g.large', 'g5.xlarge'] }),
      ['m7g.large launched allowed', 'g5.xlarge offered disallowed special'],
    ],
    [
      'groups of HyperPod, which are all launched',
      call('sagemaker', 'UpdateCluster', {
        requestParameters: { instanceGroups: [{ instanceType: 'ml.m7g.large' }, { instanceType: 'ml.g5.xlarge' }] },
      }),
      ['m7g.large named allowed', 'g5.xlarge named disallowed special'],
    ],
    [
      'a fleet without a choice that launched nothing',
      createFleet({ types: ['g5.xlarge'], launched: null }),
      ['g5.xlarge offered disallowed special'],
    ],
    [
      'a denied fleet without a choice',
      createFleet({ types: ['g5.xlarge'], record: { errorCode: 'Client.UnauthorizedOperation' } }),
      ['g5.xlarge named disallowed special'],
    ],
    [
      'a fleet with several configs',
      createFleet({
        request: {
          LaunchTemplateConfigs: [
            { tag: 1, Overrides: { InstanceType: 'm7g.large' } },
            { tag: 2, Overrides: [{ InstanceType: 'inf2.xlarge' }] },
          ],
        } as never,
      }),
      ['m7g.large launched allowed', 'inf2.xlarge offered disallowed special'],
    ],
    [
      'a modified fleet',
      wrappedEc2('ModifyFleet', {
        FleetId: 'fleet-0aaa',
        LaunchTemplateConfig: { tag: 1, Overrides: { InstanceType: 'trn1.32xlarge' } },
      }),
      ['trn1.32xlarge named disallowed special'],
    ],
    ['a spot request', ec2('RequestSpotInstances', spot), ['g5.xlarge named disallowed special']],
    [
      'a spot fleet request',
      ec2('RequestSpotFleet', {
        spotFleetRequestConfig: {
          targetCapacity: 2,
          launchSpecifications: [{ instanceType: 'g5.xlarge' }, { instanceType: 'm7g.large' }],
        },
      }),
      ['g5.xlarge offered disallowed special', 'm7g.large offered allowed'],
    ],
    ['a metal size', runInstances({ type: 'm7i.metal-24xl' }), ['m7i.metal-24xl launched disallowed special']],
    [
      'a capacity block',
      wrappedEc2(
        'PurchaseCapacityBlock',
        { CapacityBlockOfferingId: 'cb-0aaa', InstancePlatform: 'Linux/UNIX' },
        { response: { capacityReservation: { instanceType: 'p5.48xlarge' } } },
      ),
      ['p5.48xlarge named disallowed special'],
    ],
    [
      'a capacity reservation',
      wrappedEc2('CreateCapacityReservation', { InstanceType: 'p5.48xlarge', InstanceCount: 1 }),
      ['p5.48xlarge named disallowed special'],
    ],
    [
      'a resize by attribute',
      ec2('ModifyInstanceAttribute', { instanceId: 'i-0aaa', attribute: 'instanceType', value: 'p5.48xlarge' }),
      ['p5.48xlarge launched disallowed special'],
    ],
    [
      'a launch configuration',
      call('autoscaling', 'CreateLaunchConfiguration', {
        requestParameters: { launchConfigurationName: 'x', instanceType: 'g5.xlarge' },
      }),
      ['g5.xlarge named disallowed special'],
    ],
    ['a template without a type', createTemplate(), []],
    [
      'a change of another attribute',
      ec2('ModifyInstanceAttribute', { instanceId: 'i-0aaa', sourceDestCheck: { value: false } }),
      [],
    ],
    [
      'the same API of another service',
      call('elasticmapreduce', 'RunInstances', { requestParameters: { instanceType: 'p5.48xlarge' } }),
      [],
    ],
  ])('of %s', (_, event, expected) => expect(types(event)).toEqual(expected));

  it.each<[string, JsonObject, readonly string[]]>([
    [
      'allowed types',
      {
        AllowedInstanceType: [
          { tag: 1, content: 'p5.*' },
          { tag: 2, content: 'm7g.*' },
        ],
      },
      ['p5.* offered disallowed special', 'm7g.* offered allowed'],
    ],
    [
      'one allowed type',
      { AllowedInstanceType: { tag: 1, content: 'p5.48xlarge' } },
      ['p5.48xlarge named disallowed special'],
    ],
    ['accelerators', { AcceleratorCount: { Min: 1 } }, ['accelerated named disallowed special']],
    ['a named accelerator', { AcceleratorName: { tag: 1, content: 'h100' } }, ['accelerated named disallowed special']],
    ['no accelerators', { AcceleratorCount: { Max: 0 }, AcceleratorManufacturer: 'nvidia' }, []],
    ['bare metal', { BareMetal: 'required' }, ['metal named disallowed special']],
    ['no bare metal', { BareMetal: 'excluded' }, []],
  ])('asked for by attribute: %s', (_, InstanceRequirements, expected) => {
    const event = createFleet({
      types: ['x'],
      override: { InstanceType: undefined, InstanceRequirements },
      request: { Type: 'maintain' },
      launched: null,
    });
    expect(types(event)).toEqual(expected);
  });

  const withCluster: Settings = {
    ...exampleSettings,
    clusters: [
      {
        name: 'prod',
        kind: 'eks',
        role: 'workload',
        allowedFamilies: ['m7g', 'g5'],
        disallowedFamilies: ['m7g.metal'],
      },
      { name: 'edge', kind: 'eks', role: 'workload', disallowedFamilies: ['m7g'] },
    ],
  };
  it("follow a cluster's own lists where the claim can be trusted", () => {
    const claim = { type: 'g5.xlarge', tags: { 'eks:eks-cluster-name': 'prod' } };
    expect(types(runInstances({ ...claim, by: karpenter }), withCluster)).toEqual([
      'g5.xlarge launched allowed special',
    ]);
    expect(types(runInstances({ ...claim, by: autoScaling }), withCluster)).toEqual([
      'g5.xlarge launched allowed special',
    ]);
    expect(types(runInstances({ ...claim, by: developer }), withCluster)).toEqual([
      'g5.xlarge launched disallowed special',
    ]);
    expect(types(runInstances({ ...claim, by: karpenter, type: 'c7g.large' }), withCluster)).toEqual([
      'c7g.large launched not-allowed',
    ]);
  });
  it('are a cluster’s own for its controllers, for the platform, and where the API itself names the cluster', () => {
    const own: Omit<Cluster, 'name'> = {
      kind: 'eks',
      role: 'workload',
      allowedFamilies: ['g5'],
      disallowedFamilies: ['g5.metal'],
    };
    const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
    const settings: Settings = {
      ...exampleSettings,
      clusters: [
        { name: 'a', ...own },
        { name: 'b', ...own },
        { name: 'c', ...own, allowedFamilies: [] },
      ],
      controllers: [
        { kind: 'karpenter', cluster: 'a', roles: [role('of-a')] },
        { kind: 'karpenter', roles: [role('of-any')] },
        { kind: 'karpenter', cluster: 'b' },
      ],
    };
    const by = (name: string, cluster: string, type = 'g5.xlarge') =>
      types(runInstances({ type, tags: { 'eks:eks-cluster-name': cluster }, by: roleSession(name, 'x') }), settings);
    const loose = ['g5.xlarge launched allowed special'];
    const strict = ['g5.xlarge launched disallowed special'];
    expect([by('of-a', 'a'), by('of-a', 'b'), by('of-any', 'b'), by('else', 'a')]).toEqual([
      loose,
      strict,
      loose,
      strict,
    ]);
    expect([by('platform-deployer', 'a'), by('of-any', 'c'), by('of-any', 'none')]).toEqual([loose, strict, strict]);
    // A part of what a cluster allows it may disallow.
    expect(by('of-a', 'a', 'g5.metal')).toEqual(['g5.metal launched disallowed special']);
    expect(by('of-a', 'b', 'g5.metal')).toEqual(['g5.metal launched disallowed special']);
    const group = call('eks', 'CreateNodegroup', {
      requestParameters: { clusterName: 'a', nodeRole: 'x', instanceTypes: ['g5.xlarge', 'm7g.large'] },
    });
    expect(types(group, settings)).toEqual(['g5.xlarge offered allowed special', 'm7g.large offered not-allowed']);
  });

  const asked = (InstanceRequirements: JsonObject, launched: string | null = null) =>
    types(
      createFleet({
        types: [],
        launched,
        request: { LaunchTemplateConfigs: { tag: 1, Overrides: { InstanceRequirements } } },
      }),
    );
  it.each<[JsonObject, readonly string[]]>([
    [{ AcceleratorCount: { Min: 1 } }, ['accelerated offered disallowed special']],
    [{ AcceleratorCount: { Min: 0 } }, []],
    [{ AcceleratorCount: { Max: 0 }, AcceleratorType: 'gpu' }, []],
    [{ AcceleratorType: 'gpu' }, ['accelerated offered disallowed special']],
    [{ AcceleratorTypes: ['gpu'] }, ['accelerated offered disallowed special']],
    [{ AcceleratorName: 'h100' }, ['accelerated offered disallowed special']],
    [{ AcceleratorNames: ['h100'] }, ['accelerated offered disallowed special']],
    [{ AcceleratorManufacturer: 'nvidia' }, ['accelerated offered disallowed special']],
    [{ AcceleratorManufacturers: ['nvidia'] }, ['accelerated offered disallowed special']],
    [{ BareMetal: 'included' }, ['metal offered disallowed special']],
    [{ BareMetal: 'required' }, ['metal offered disallowed special']],
    [{ BareMetal: 'excluded' }, []],
    [{ AllowedInstanceType: 'm7g.*', BareMetal: 'included', AcceleratorType: 'gpu' }, ['m7g.* offered allowed']],
    [{ AllowedInstanceTypes: ['p5.*', {}] }, ['p5.* offered disallowed special']],
    [{ allowedInstanceTypeSet: { items: ['p5.*'] } }, ['p5.* offered disallowed special']],
    [{ acceleratorTypeSet: { items: ['gpu'] } }, ['accelerated offered disallowed special']],
    [{ acceleratorManufacturerSet: { items: ['nvidia'] } }, ['accelerated offered disallowed special']],
    [{}, []],
  ])('of attributes %j are %j', (requirements, expected) => {
    expect(asked(requirements)).toEqual(expected);
  });
  it('of accelerators are disallowed where one of their families is, and not allowed where one is not', () => {
    const event = createFleet({
      types: [],
      launched: null,
      request: { LaunchTemplateConfigs: { tag: 1, Overrides: { InstanceRequirements: { AcceleratorType: 'gpu' } } } },
    });
    const under = (families: Settings['families']) => types(event, { ...exampleSettings, families });
    for (const family of ['p*', 'g*', 'trn*', 'inf*'])
      expect([family, under({ allowed: [], disallowed: [family] })]).toEqual([
        family,
        ['accelerated offered disallowed special'],
      ]);
    expect(under({ allowed: ['p*'], disallowed: [] })).toEqual(['accelerated offered not-allowed special']);
    expect(under({ allowed: [], disallowed: ['m7g'] })).toEqual(['accelerated offered allowed special']);
  });
  it('of bare metal are what lists say of it, whatever its size', () => {
    const settings = { ...exampleSettings, families: { allowed: [], disallowed: ['m7g.metal'] } };
    expect(types(runInstances({ type: 'm7g.metal-24xl' }), settings)).toEqual([
      'm7g.metal-24xl launched disallowed special',
    ]);
    expect(types(runInstances({ type: 'm7g.large' }), settings)).toEqual(['m7g.large launched allowed']);
  });
  it('are not a cluster’s own for a user whose path reads like the role of its controller', () => {
    const settings: Settings = {
      ...exampleSettings,
      clusters: [{ name: 'a', kind: 'eks', role: 'workload', allowedFamilies: ['g5'] }],
      controllers: [{ kind: 'karpenter', cluster: 'a', roles: ['arn:aws:iam::*:role/of-a'] }],
    };
    const by = (identity: UserIdentity) =>
      types(runInstances({ type: 'g5.xlarge', tags: { 'eks:eks-cluster-name': 'a' }, by: identity }), settings);
    expect(by(roleSession('of-a', 'x'))).toEqual(['g5.xlarge launched allowed special']);
    expect(by({ type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/x:role/of-a', userName: 'of-a' })).toEqual([
      'g5.xlarge launched disallowed special',
    ]);
  });
  it('of attributes are told by what they ask for, not by a type that stands for it', () => {
    const families = (requirements: JsonObject) =>
      (
        fact(
          'launch.types',
          createFleet({
            types: [],
            launched: null,
            request: { LaunchTemplateConfigs: { tag: 1, Overrides: { InstanceRequirements: requirements } } },
          }),
        ) as readonly JsonObject[]
      ).map(one => one['family']);
    expect([
      families({ AcceleratorType: 'gpu' }),
      families({ BareMetal: 'required' }),
      families({ AllowedInstanceType: 'm7g.large' }),
    ]).toEqual([['accelerated'], ['metal'], ['m7g']]);
  });
  it('are of a resize what runs, where it was done', () => {
    const resize = (record: JsonObject = {}) =>
      types(ec2('ModifyInstanceAttribute', { instanceId: 'i-1', instanceType: { value: 'p5.48xlarge' } }, { record }));
    expect(resize()).toEqual(['p5.48xlarge launched disallowed special']);
    expect(resize({ errorCode: 'Client.UnauthorizedOperation' })).toEqual(['p5.48xlarge named disallowed special']);
  });

  it("are held to a cluster's stricter list by anyone's claim", () => {
    const event = runInstances({ tags: { 'kubernetes.io/cluster/edge': 'owned' } });
    expect(types(event, withCluster)).toEqual(['m7g.large launched disallowed']);
  });
});

describe('what is launched', () => {
  it('is the same from a direct launch and from the same instance by fleet', () => {
    for (const event of [runInstances(), fleetRun()])
      expect(fact('launch.images', event)).toContainEqual({
        id: 'ami-0123456789abcdef0',
        from: 'launched',
        approval: 'approved',
      });
    expect(
      fact('launch.instances', createFleet({ instances: ['i-0aaaabbbbccccdddd', 'i-0eeeeffff00001111'] })),
    ).toEqual(
      ['i-0aaaabbbbccccdddd', 'i-0eeeeffff00001111'].map(id => ({
        id,
        type: 'm7g.large',
        image: 'ami-0123456789abcdef0',
        profile: 'unknown',
      })),
    );
  });
  it('names template, cluster, owner and kind of node', () => {
    const named = (event: Event<'cloudtrail'>) =>
      ['launch.template', 'launch.cluster', 'launch.owner', 'launch.nodes'].map(name => fact(name, event));
    expect(named(createFleet())).toEqual([
      'karpenter.k8s.aws/1234567890123456789',
      'prod',
      'prod/default',
      'karpenter',
    ]);
    expect(named(createTemplate({ tags: {} }))).toEqual([
      'karpenter.k8s.aws/1234567890123456789',
      'unknown',
      'karpenter.k8s.aws/1234567890123456789',
      'karpenter',
    ]);
    expect(named(runInstances())).toEqual(['none', 'unknown', 'unknown', 'none']);
    expect(named(runInstances({ tags: { 'sigs.k8s.io/cluster-api-provider-aws/cluster/fleet': 'owned' } }))).toEqual([
      'none',
      'fleet',
      'unknown',
      'cluster-api',
    ]);
    expect(named(runInstances({ tags: { 'karpenter.sh/discovery': 'prod' } }))[3]).toBe('none');
    expect(
      named(
        call('eks', 'CreateNodegroup', {
          requestParameters: { name: 'prod', launchTemplate: { name: 'x', version: '1' } },
        }),
      ),
    ).toEqual(['x', 'prod', 'x', 'eks']);
  });
  it('knows an image by parameter, and one whose owner no record tells', () => {
    const images = (settings: Settings, id: string) =>
      fact('launch.images', createTemplate({ data: { ImageId: id } }), settings);
    const owners = { ...exampleSettings, approvedImages: { ids: [], owners: ['amazon'] } };
    expect(images(exampleSettings, 'resolve:ssm:/x')).toEqual([
      { id: 'resolve:ssm:/x', from: 'template', approval: 'parameter' },
    ]);
    expect(images(owners, 'ami-0aaa')).toEqual([{ id: 'ami-0aaa', from: 'template', approval: 'owner-unknown' }]);
  });
  it('says which weaknesses a template states and which it leaves to defaults', () => {
    expect(fact('launch.weaknesses', createTemplate())).toEqual([]);
    expect(
      fact(
        'launch.weaknesses',
        createTemplate({
          data: { MetadataOptions: { HttpTokens: 'optional' }, BlockDeviceMapping: undefined, KeyName: 'ops' },
        }),
      ),
    ).toEqual([
      { what: 'tokens-optional', stated: true },
      { what: 'key-pair', stated: true },
      { what: 'unencrypted', stated: false },
    ]);
  });
  it('does not call absent what a version takes from the one it builds on', () => {
    const version = (more: JsonObject) =>
      wrappedEc2('CreateLaunchTemplateVersion', { LaunchTemplateName: 'x', LaunchTemplateData: {}, ...more });
    expect(fact('launch.weaknesses', version({ SourceVersion: '1' }))).toEqual([]);
    expect(fact('launch.weaknesses', version({}))).toHaveLength(2);
  });
});

describe('tags written', () => {
  const written = (event: Event<'cloudtrail'>) =>
    (fact('tags.written', event) as readonly JsonObject[]).map(
      one =>
        `${one['action']} ${one['key']}=${one['value']} on ${one['resourceType']} ${String(one['resources'])}${one['steering'] === true ? ' steering' : ''}`,
    );
  it('pair each tag with each type of resource', () => {
    expect(
      written(
        writeTags('CreateTags', ['i-0aaa', 'i-0bbb', 'subnet-0ccc'], { 'karpenter.sh/discovery': 'prod', Team: 'x' }),
      ),
    ).toEqual([
      'create karpenter.sh/discovery=prod on instance i-0aaa,i-0bbb',
      'create Team=x on instance i-0aaa,i-0bbb',
      'create karpenter.sh/discovery=prod on subnet subnet-0ccc steering',
      'create Team=x on subnet subnet-0ccc',
    ]);
  });
  it('are read where DeleteTags names no value, and where it names no tag', () => {
    expect(written(writeTags('DeleteTags', ['i-0aaa'], { 'karpenter.sh/nodepool': null }))).toEqual([
      'delete karpenter.sh/nodepool=any on instance i-0aaa steering',
    ]);
    expect(written(writeTags('DeleteTags', ['i-0aaa'], {}))).toEqual(['delete *=any on instance i-0aaa steering']);
  });
  it('at creation stand on what was created', () => {
    expect(written(runInstances({ tags: { 'karpenter.sh/nodepool': 'x' } }))).toEqual([
      'create karpenter.sh/nodepool=x on instance i-0aaaabbbbccccdddd steering',
    ]);
    expect(written(createFleet())).toContain('create karpenter.sh/nodepool=default on fleet fleet-0aaa steering');
    expect(written(createTemplate({ tags: { Team: 'x' } }))).toEqual(['create Team=x on launch-template lt-0aaa']);
    expect(
      written(runInstances({ tags: karpenterTags, record: { errorCode: 'Client.UnauthorizedOperation' } }))[0],
    ).toBe('create karpenter.sh/nodepool=default on instance  steering');
  });
  it("follow the settings' own selector keys", () => {
    const event = writeTags('CreateTags', ['subnet-0aaa'], { 'example.com/nodes': 'yes' });
    expect(fact('tags.written', event, { ...exampleSettings, selectorTags: ['example.com/*'] })).toMatchObject([
      { steering: true },
    ]);
    expect(fact('tags.written', event)).toMatchObject([{ steering: false }]);
  });
  it('of 1,000 resources and 50 tags stay 50 elements', () => {
    const ids = Array.from({ length: 1_000 }, (_, index) => `i-0${index}`);
    const tags = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, 'v']));
    expect(written(writeTags('CreateTags', ids, tags))).toHaveLength(50);
  });
});

describe('existing instances', () => {
  it.each<[string, Event<'cloudtrail'>, string, readonly string[]]>([
    [
      'user data',
      ec2('ModifyInstanceAttribute', { instanceId: 'i-0aaa', userData: { value: 'x' } }),
      'user-data',
      ['i-0aaa'],
    ],
    [
      'a replaced profile, named by the response',
      wrappedEc2(
        'ReplaceIamInstanceProfileAssociation',
        { AssociationId: 'x' },
        { response: { iamInstanceProfileAssociation: { instanceId: 'i-0aaa' } } },
      ),
      'profile',
      ['i-0aaa'],
    ],
    [
      'several stopped',
      ec2('StopInstances', { instancesSet: { items: [{ instanceId: 'i-0aaa' }, { instanceId: 'i-0bbb' }] } }),
      'stop',
      ['i-0aaa', 'i-0bbb'],
    ],
    [
      'a command by instance ids',
      call('ssm', 'SendCommand', { requestParameters: { instanceIds: ['i-0aaa'] } }),
      'enter',
      ['i-0aaa'],
    ],
    [
      'a command by target key',
      call('ssm', 'SendCommand', {
        requestParameters: { targets: [{ key: 'InstanceIds', values: ['i-0aaa', 'i-0bbb'] }] },
      }),
      'enter',
      ['i-0aaa', 'i-0bbb'],
    ],
    [
      'a session on a container',
      call('ssm', 'StartSession', { requestParameters: { target: 'ecs:a_b_c' } }),
      'enter',
      [],
    ],
    [
      'the same name at another service',
      call('glue', 'StartSession', { requestParameters: { target: 'i-0aaa' } }),
      'none',
      [],
    ],
  ])('%s', (_, event, act, targets) => {
    expect([fact('instance.act', event), fact('instance.targets', event)]).toEqual([act, targets]);
  });

  it('know the world however it is written, and what a range of ports opens', () => {
    const rule = (over: JsonObject) =>
      fact(
        'network.opened',
        ec2('AuthorizeSecurityGroupIngress', {
          groupId: 'sg-0aaa',
          ipPermissions: { items: [{ ipProtocol: 'tcp', ipRanges: { items: [{ cidrIp: '0.0.0.0/0' }] }, ...over }] },
        }),
      ) as readonly JsonObject[];
    expect(rule({ fromPort: 0, toPort: 65_535 }).map(one => one['what'])).toEqual(['all']);
    expect(rule({ fromPort: 20, toPort: 4_000 }).map(one => one['what'])).toEqual(['ssh', 'rdp', 'etcd']);
    expect(rule({ fromPort: '22', toPort: '22' }).map(one => one['what'])).toEqual(['ssh']);
    expect(rule({ ipProtocol: 'icmp', fromPort: -1, toPort: -1 })).toEqual([]);
    expect(rule({ fromPort: 22, toPort: 22, ipRanges: { items: [{ cidrIp: '10.0.0.0/8' }] } })).toEqual([]);
  });
});

describe('every fact', () => {
  const neutral = new Map(
    Object.keys(facts).map(name => [name, JSON.stringify(fact(name, call('sts', 'GetCallerIdentity')))]),
  );
  const names = [
    ...new Set(
      Object.values(facts).flatMap(
        one => (one.needs(exampleSettings) as { eventName?: readonly string[] }).eventName ?? [],
      ),
    ),
  ];
  const sources = ['ec2', 'autoscaling', 'eks', 'ssm', 'ec2-instance-connect', 'account', 's3'];
  const example = [createFleet(), runInstances({ tags: karpenterTags }), createTemplate(), fleetRun()];

  it('is total, and neutral on every event that its needs leave out', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.constantFrom(...sources),
        fc.constantFrom(...example),
        fc.jsonValue(),
        fc.boolean(),
        (name, source, from, junk, mix) => {
          const { requestParameters, responseElements } = from.record;
          const request = mix
            ? { ...requestParameters, [Object.keys(requestParameters ?? {})[0] ?? 'x']: junk }
            : requestParameters;
          const record = {
            ...from.record,
            eventName: name,
            eventSource: `${source}.amazonaws.com`,
            requestParameters: request,
            responseElements: mix ? junk : responseElements,
          };
          const event = { ...from, record } as unknown as Event<'cloudtrail'>; // any shape may come from outside
          for (const [key, one] of Object.entries(facts)) {
            const value = JSON.stringify(one.read(event, exampleSettings));
            const needs = one.needs(exampleSettings) as {
              eventName?: readonly string[];
              eventSource?: readonly string[];
            };
            const admitted =
              (needs.eventName?.includes(name) ?? true) && (needs.eventSource?.includes(record.eventSource) ?? true);
            expect(admitted || value === neutral.get(key)).toBe(true);
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});
