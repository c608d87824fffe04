import { describe, expect, it } from 'vitest';
import { call, karpenter } from '../../core/cloudtrail/example.ts';
import { ec2, wrappedEc2 } from '../../core/cloudtrail/example-ec2.ts';
import { createFleet, createTemplate, runInstances } from '../../core/cloudtrail/example-launch.ts';
import { type Launch, launchEvents, launchOf } from '../../core/cloudtrail/launch.ts';
import { type Part, part } from '../../core/cloudtrail/launch-part.ts';
import type { Event } from '../../core/event.ts';
import type { JsonObject } from '../../core/json.ts';

const autoscaling = (api: string, requestParameters: JsonObject) => call('autoscaling', api, { requestParameters });
const eks = (api: string, requestParameters: JsonObject) => call('eks', api, { requestParameters });
const template = { LaunchTemplateName: 'by-name', Version: '$Latest' };
const said = (tags: readonly { readonly key: string; readonly value?: string }[]) =>
  tags.map(({ key, value }) => `${key}=${value}`);

describe('a launch', () => {
  it.each<[string, Event<'cloudtrail'>, object]>([
    [
      'names image and key in the first item of a direct one, whether it ran or not',
      ec2('RunInstances', {
        instancesSet: { items: [{ imageId: 'ami-1', keyName: 'ops' }] },
        instanceType: 'm7g.large',
        iamInstanceProfile: { arn: 'arn:aws:iam::111122223333:instance-profile/path/node' },
        userData: '<sensitiveDataRemoved>',
      }),
      {
        ...{ kind: 'instances', reported: true, cluster: undefined, role: undefined },
        parts: [{ from: 'request', image: 'ami-1', key: 'ops', type: 'm7g.large', profile: 'node', userData: true }],
      },
    ],
    [
      'of a resize is its new type, by name or by attribute',
      ec2('ModifyInstanceAttribute', { instanceId: 'i-0aaa', instanceType: { value: 'p5.48xlarge' } }),
      { kind: 'resize', parts: [{ from: 'request', type: 'p5.48xlarge', image: undefined }], reported: false },
    ],
    [
      'is none of another attribute with a value',
      ec2('ModifyInstanceAttribute', { instanceId: 'i-0aaa', attribute: 'kernel', value: 'p5.48xlarge' }),
      { kind: 'none', parts: [] },
    ],
    [
      'of a launch configuration is a template of its own',
      autoscaling('CreateLaunchConfiguration', { imageId: 'ami-1', instanceType: 'g5.xlarge', keyName: 'ops' }),
      { kind: 'template', parts: [{ from: 'template', image: 'ami-1', type: 'g5.xlarge', key: 'ops' }] },
    ],
    [
      'of a group is its template’s and its overrides',
      autoscaling('UpdateAutoScalingGroup', {
        launchTemplate: { launchTemplateId: 'lt-1' },
        mixedInstancesPolicy: {
          launchTemplate: {
            launchTemplateSpecification: { launchTemplateName: 'mixed' },
            overrides: [{ instanceType: 'g5.xlarge' }, { instanceRequirements: { vCpuCount: { min: 1 } } }],
          },
        },
        tags: [{ key: 'team', value: 'payments' }],
      }),
      {
        parts: [
          { from: 'override', type: 'g5.xlarge' },
          { from: 'override', requirements: { vCpuCount: { min: 1 } } },
        ],
        ...{ templates: ['mixed', 'lt-1'], tags: [{ key: 'team', value: 'payments' }] },
      },
    ],
    [
      'of a spot fleet is its specifications and its configs',
      ec2('ModifySpotFleetRequest', {
        spotFleetRequestConfig: {
          launchSpecifications: [{ instanceType: 'g5.xlarge' }, { instanceType: 'm7g.large' }],
          tagSpecificationSet: { items: [{ resourceType: 'instance', tags: [{ key: 'a', value: 'b' }] }] },
          launchTemplateConfigs: [
            { launchTemplateSpecification: { launchTemplateId: 'lt-2' }, overrides: [{ instanceType: 'inf2.xlarge' }] },
          ],
        },
      }),
      {
        parts: [
          { from: 'request', type: 'g5.xlarge' },
          { from: 'request', type: 'm7g.large' },
          { from: 'override', type: 'inf2.xlarge' },
        ],
        ...{ templates: ['lt-2'], tags: [{ key: 'a', value: 'b' }], reported: false },
      },
    ],
    [
      'of a spot request is its one specification',
      ec2('RequestSpotInstances', {
        launchSpecification: {
          imageId: 'ami-1',
          tagSpecificationSet: { items: [{ resourceType: 'instance', tags: [{ key: 'a', value: 'b' }] }] },
        },
      }),
      { parts: [{ from: 'request', image: 'ami-1' }], tags: [{ key: 'a', value: 'b' }] },
    ],
    [
      'of a node group is its types, its cluster and its role',
      eks('CreateNodegroup', { clusterName: 'prod', nodeRole: 'arn:x', instanceTypes: ['g5.xlarge', 'm7g.large'] }),
      {
        parts: [
          { from: 'request', type: 'g5.xlarge' },
          { from: 'request', type: 'm7g.large' },
        ],
        ...{ cluster: 'prod', role: 'arn:x', tags: [] },
      },
    ],
    [
      'of a cluster is one where it runs in Auto Mode',
      eks('CreateCluster', { name: 'prod', computeConfig: { enabled: true, nodeRoleArn: 'arn:y' } }),
      { kind: 'instances', cluster: 'prod', role: 'arn:y', parts: [] },
    ],
    ['of a cluster without is none', eks('UpdateClusterConfig', { name: 'prod' }), { kind: 'none' }],
    [
      'of a reservation is what the answer says of it',
      wrappedEc2('PurchaseCapacityBlock', {}, { response: { capacityReservation: { instanceType: 'p5.48xlarge' } } }),
      { kind: 'capacity', parts: [{ from: 'request', type: 'p5.48xlarge' }] },
    ],
    ['of one that was refused is nothing', wrappedEc2('PurchaseCapacityBlock', {}, { response: null }), { parts: [] }],
    [
      'is not of a reservation that another call answers with',
      wrappedEc2('ModifyFleet', {}, { response: { capacityReservation: { instanceType: 'p5.48xlarge' } } }),
      { kind: 'instances', parts: [] },
    ],
    [
      'of a fleet that launches later is not reported yet',
      createFleet({ request: { Type: 'maintain' } }),
      { reported: false },
    ],
    ['of one that launches at once is', createFleet(), { reported: true }],
    [
      'of EKS alone names a cluster and a role',
      ec2('RunInstances', { name: 'prod', clusterName: 'prod', nodeRole: 'x', instanceType: 'm7g.large' }),
      { cluster: undefined, role: undefined },
    ],
    ['is none of a member of every object', ec2('constructor', { instanceType: 'g5.xlarge' }), { kind: 'none' }],
  ])('%s', (_, event, expected) => expect(launchOf(event)).toMatchObject(expected));

  it('is the same however its template is named, and by the name behind an id', () => {
    const templates = (event: Event<'cloudtrail'>) => launchOf(event).templates;
    expect(templates(createTemplate())).toEqual(['karpenter.k8s.aws/1234567890123456789', 'lt-0aaa']);
    expect(
      templates(
        wrappedEc2(
          'ModifyLaunchTemplate',
          { LaunchTemplateId: 'lt-1' },
          { response: { launchTemplate: { launchTemplateName: 'n' } } },
        ),
      ),
    ).toEqual(['n', 'lt-1']);
    expect(
      templates(
        wrappedEc2(
          'CreateLaunchTemplateVersion',
          { LaunchTemplateId: 'lt-1' },
          { response: { launchTemplateVersion: { launchTemplateName: 'n' } } },
        ),
      ),
    ).toEqual(['n', 'lt-1']);
    expect(templates(ec2('RunInstances', { launchTemplate: { launchTemplateName: 'n' } }))).toEqual(['n']);
    expect(templates(eks('CreateNodegroup', { launchTemplate: { name: 'n', id: 'lt-1' } }))).toEqual(['n', 'lt-1']);
    const config = { tag: 1, LaunchTemplateSpecification: template };
    expect(templates(wrappedEc2('ModifyFleet', { LaunchTemplateConfig: config }))).toEqual(['by-name']);
  });

  it('has the tags of request, template and instances, those of a group where it is a group’s', () => {
    const tagged = createTemplate({
      data: { TagSpecification: { tag: 1, ResourceType: 'instance', Tag: { tag: 1, Key: 'inner', Value: '1' } } },
      tags: { outer: '2' },
    });
    expect(said(launchOf(tagged).tags)).toEqual(['outer=2', 'inner=1']);
    expect(said(launchOf(runInstances({ tags: { a: 'b' } })).tags)).toEqual(['a=b', 'a=b']);
    const tags = [{ key: 'a', value: 'b' }];
    expect(launchOf(ec2('RunInstances', { tags })).tags).toEqual([]);
  });

  it('by Batch has the types, image, profile, template and cluster of its compute resources', () => {
    const launch = launchOf(
      call('batch', 'CreateComputeEnvironment', {
        requestParameters: {
          eksConfiguration: { eksClusterArn: 'arn:aws:eks:eu-west-1:111122223333:cluster/prod' },
          computeResources: {
            instanceTypes: ['optimal', 'default_arm64', 'p5', 'g6.xlarge'],
            instanceRole: 'arn:aws:iam::111122223333:instance-profile/nodes',
            ec2KeyPair: 'ops',
            launchTemplate: { launchTemplateId: 'lt-1', version: '$Latest' },
            ec2Configuration: [{ imageType: 'EKS_AL2023', imageIdOverride: 'ami-1' }],
            tags: { 'kubernetes.io/cluster/prod': 'owned' },
          },
        },
      }),
    );
    expect(launch).toMatchObject({ kind: 'instances', cluster: 'prod', templates: ['lt-1'] });
    expect(launch.parts.flatMap(one => one.type ?? [])).toEqual(['p5', 'g6.xlarge']);
    expect(launch.parts.flatMap(one => one.profile ?? [])).toEqual(['nodes']);
    expect(launch.parts.flatMap(one => one.image ?? [])).toEqual(['ami-1']);
    expect(launch.tags).toEqual([{ key: 'kubernetes.io/cluster/prod', value: 'owned' }]);
    const named = { instanceTypes: ['m7i.large'], imageId: 'ami-2', ec2KeyPair: 'ops' };
    const { parts } = launchOf(
      call('batch', 'CreateComputeEnvironment', { requestParameters: { computeResources: named } }),
    );
    expect(parts.map(({ from, type, image, key }) => [from, type, image, key])).toEqual([
      ['request', undefined, 'ami-2', 'ops'],
      ['request', 'm7i.large', undefined, undefined],
    ]);
  });

  it('by HyperPod has EC2’s types, and the cluster where EKS orchestrates it', () => {
    const launched = (requestParameters: JsonObject) =>
      launchOf(call('sagemaker', 'CreateCluster', { requestParameters }));
    const instanceGroups = [{ instanceType: 'ml.p5.48xlarge' }];
    const eks = { clusterArn: 'arn:aws:eks:eu-west-1:111122223333:cluster/prod' };
    expect(launched({ instanceGroups, orchestrator: { eks } }).cluster).toBe('prod');
    expect(launched({ instanceGroups }).cluster).toBeUndefined();
    expect(launched({ instanceGroups }).parts.map(({ type }) => type)).toEqual(['p5.48xlarge']);
    const restrictedInstanceGroups = [{ instanceType: 'ml.g6.xlarge', imageId: 'ami-3' }, { instanceCount: 1 }];
    expect(
      launched({ instanceGroups, restrictedInstanceGroups }).parts.map(({ from, type, image }) => [from, type, image]),
    ).toEqual([
      ['request', 'p5.48xlarge', undefined],
      ['request', 'g6.xlarge', 'ami-3'],
      ['request', undefined, undefined],
    ]);
    const instanceRequirements = { instanceTypes: ['ml.g6.xlarge', 'ml.p5.48xlarge'] };
    const types = [{ instanceRequirements }, { instanceRequirements: {} }].map(group =>
      launched({ instanceGroups: [group] }).parts.map(({ type }) => type),
    );
    expect(types).toEqual([['g6.xlarge', 'p5.48xlarge'], [undefined]]);
    const nodesToAdd = [{ instanceGroupName: 'a', incrementTargetCountBy: 1, instanceTypes: ['ml.p5.48xlarge'] }];
    expect(launched({ nodesToAdd }).parts.map(({ type }) => type)).toEqual(['p5.48xlarge']);
  });

  it('reserves hosts by type or family, and fleets of types', () => {
    const types = (api: string, requestParameters: JsonObject) =>
      launchOf(call('ec2', api, { requestParameters })).parts.map(({ type }) => type);
    expect(types('AllocateHosts', { instanceType: 'p5.48xlarge', quantity: 1 })).toEqual(['p5.48xlarge']);
    expect(types('AllocateHosts', { instanceFamily: 'g6', quantity: 1 })).toEqual(['g6']);
    const older = { instanceTypeSpecificationSet: { items: [{ instanceType: 'g6.xlarge' }] } };
    expect(types('CreateCapacityReservationFleet', older)).toEqual(['g6.xlarge']);
    const specifications = { InstanceTypeSpecification: { tag: 1, InstanceType: 'p5.48xlarge' } };
    expect(types('CreateCapacityReservationFleet', { CreateCapacityReservationFleetRequest: specifications })).toEqual([
      'p5.48xlarge',
    ]);
  });

  it('is read once for each event', () => {
    const event = createFleet();
    expect(launchOf(event)).toBe(launchOf(event));
  });

  it('comes through no other service or API than filters let through', () => {
    const services = ['ec2', 'autoscaling', 'eks', 'batch', 'sagemaker'];
    expect(launchEvents.eventSource).toEqual(services.map(service => `${service}.amazonaws.com`));
    const kinds = new Set<Launch['kind']>();
    for (const source of services)
      for (const api of launchEvents.eventName) {
        const { kind } = launchOf(call(source, api, { requestParameters: { instanceType: 'x', nodeRole: 'x' } }));
        kinds.add(kind);
      }
    expect([...kinds].sort()).toEqual(['capacity', 'instances', 'none', 'resize', 'template']);
    expect(launchEvents.eventName).toHaveLength(26);
  });
});

describe('what was launched', () => {
  const found = (response: JsonObject) =>
    launchOf(call('ec2', 'RunInstances', { userIdentity: karpenter, responseElements: response })).instances;

  it('is each instance with where it can be reached', () => {
    const instance = {
      ...{ instanceId: 'i-0aaa', instanceType: 'm7g.large', imageId: 'ami-1', vpcId: 'vpc-1', subnetId: 'subnet-1' },
      privateIpAddress: '10.0.0.1',
      iamInstanceProfile: { arn: 'arn:aws:iam::111122223333:instance-profile/node' },
      metadataOptions: { httpTokens: 'optional' },
      launchTime: 7,
      networkInterfaceSet: {
        items: [
          {
            privateIpAddress: '10.0.0.2',
            privateIpAddressesSet: { items: [{ privateIpAddress: '10.0.0.1' }, { privateIpAddress: '10.0.0.3' }] },
            ipv6AddressesSet: { items: [{ ipv6Address: '2001:db8::1' }] },
          },
        ],
      },
    };
    const none = { instanceType: 'p5.48xlarge', privateIpAddress: '10.0.0.9' };
    expect(found({ instancesSet: { items: [none, instance, { instanceId: 'i-0bbb' }] } })).toEqual([
      {
        ...{ id: 'i-0aaa', type: 'm7g.large', image: 'ami-1', profile: 'node', vpc: 'vpc-1', subnet: 'subnet-1' },
        ...{ addresses: ['10.0.0.1', '10.0.0.2', '10.0.0.3', '2001:db8::1'], tokens: 'optional', launched: 7 },
      },
      { id: 'i-0bbb', addresses: [] },
    ]);
  });

  it('by a fleet is each id, as what it was launched alike', () => {
    const overrides = { imageId: 'ami-1', iamInstanceProfile: { name: 'node' }, instanceType: 'm7g.large' };
    const fleetInstanceSet = {
      item: [
        { instanceType: 'm7g.xlarge', instanceIds: { item: ['i-0aaa', null, 'i-0bbb'] } },
        { instanceIds: { item: 'i-0ccc' }, launchTemplateAndOverrides: { overrides } },
      ],
    };
    expect(found({ fleetInstanceSet })).toEqual([
      { id: 'i-0aaa', type: 'm7g.xlarge', addresses: [] },
      { id: 'i-0bbb', type: 'm7g.xlarge', addresses: [] },
      { id: 'i-0ccc', type: 'm7g.large', image: 'ami-1', profile: 'node', addresses: [] },
    ]);
  });
});

describe('a description of instances', () => {
  const described = (body: JsonObject): Part => part('template', body);

  it('says whether any interface gets a public address, where one says', () => {
    const face = (associatePublicIpAddress: boolean) => ({ associatePublicIpAddress });
    const of = (body: JsonObject) => described(body).publicAddress;
    expect(of({})).toBeUndefined();
    expect(of({ NetworkInterface: { SecurityGroupId: 'sg-1' } })).toBeUndefined();
    expect(of({ associatePublicIpAddress: false })).toBe(false);
    for (const list of ['NetworkInterface', 'NetworkInterfaces', 'networkInterfaceSet'])
      expect(of({ [list]: [face(false), face(true)] })).toBe(true);
  });

  it('says of each disk whether it is encrypted, and of none that is no EBS volume', () => {
    const disks = [
      { ebs: { encrypted: true } },
      { virtualName: 'ephemeral0' },
      { ebs: {} },
      { ebs: { encrypted: false } },
    ];
    for (const list of ['BlockDeviceMapping', 'BlockDeviceMappings', 'blockDeviceMappingSet'])
      expect(described({ [list]: disks }).disks).toEqual([true, undefined, false]);
  });

  it('says of metadata what it states', () => {
    expect(described({}).metadata).toBeUndefined();
    const options = {
      httpTokens: 'optional',
      httpPutResponseHopLimit: '2',
      httpProtocolIpv6: 'enabled',
      httpEndpoint: 'on',
    };
    expect(described({ MetadataOptions: options }).metadata).toEqual({
      ...{ tokens: 'optional', hops: 2, ipv6: 'enabled', endpoint: 'on' },
    });
    expect(described({ userData: '' }).userData).toBe(true);
    expect(described({}).userData).toBe(false);
  });

  it.each<[JsonObject, string | undefined]>([
    [{ iamInstanceProfile: { name: 'n', arn: 'arn:x/a' } }, 'n'],
    [{ iamInstanceProfile: { arn: 'arn:aws:iam::111122223333:instance-profile/p/a' } }, 'a'],
    [{ iamInstanceProfile: 'plain' }, 'plain'],
    [{ iamInstanceProfile: '' }, undefined],
    [{ iamInstanceProfile: { name: '' } }, undefined],
    [{}, undefined],
  ])('has of %j the profile %s', (body, profile) => expect(described(body).profile).toBe(profile));
});
