import { call, refused } from '../../../core/cloudtrail/example.ts';
import { runInstances } from '../../../core/cloudtrail/example-launch.ts';
import type { JsonObject } from '../../../core/json.ts';
import { asks, each, role, type Said } from './saying.ts';

const template = { LaunchTemplateData: { InstanceType: 'g5.xlarge' }, LaunchTemplateName: 'shop' };
const launched = (kind: string) => ({ 'launch.kind': kind });
export const launches: readonly Said[] = [
  [
    runInstances({ request: { metadataOptions: { httpTokens: 'optional' } } }),
    {
      'launch.images': ['request', 'launched'].map(from => ({
        id: 'ami-0123456789abcdef0',
        from,
        approval: 'approved',
      })),
      'launch.profiles': [{ name: 'prod-node', from: 'launched' }],
      'launch.imds': [
        { from: 'request', weak: ['tokens-optional'] },
        { from: 'launched', weak: [] },
      ],
      'launch.instances': [
        { id: 'i-0aaaabbbbccccdddd', image: 'ami-0123456789abcdef0', profile: 'prod-node', type: 'm7g.large' },
      ],
    },
  ],
  ...each(
    'ec2',
    'RunInstances CreateFleet ModifyFleet RequestSpotInstances RequestSpotFleet ModifySpotFleetRequest',
    { instanceType: 'g5.xlarge' },
    launched('instances'),
  ),
  ...each(
    'ec2',
    'CreateLaunchTemplate CreateLaunchTemplateVersion ModifyLaunchTemplate',
    template,
    launched('template'),
  ),
  [asks('ec2', 'ModifyInstanceAttribute', { instanceType: { value: 'g5.xlarge' } }), launched('resize')],
  ...each(
    'ec2',
    'PurchaseCapacityBlock CreateCapacityReservation',
    { instanceType: 'p5.48xlarge' },
    launched('capacity'),
  ),
  [asks('ec2', 'ModifyHosts', { hostId: 'h-0aaa', instanceFamily: 'p5' }), launched('capacity')],
  [
    asks(
      'ec2',
      'PurchaseCapacityBlockExtension',
      { CapacityReservationId: 'cr-0aaa' },
      { responseElements: { capacityBlockExtensionSet: { items: [{ instanceType: 'p5.48xlarge' }] } } },
    ),
    launched('capacity'),
  ],
  ...each(
    'autoscaling',
    'CreateAutoScalingGroup UpdateAutoScalingGroup',
    { autoScalingGroupName: 'a' },
    launched('instances'),
  ),
  [asks('autoscaling', 'CreateLaunchConfiguration', { instanceType: 'g5.xlarge' }), launched('template')],
  [
    asks('eks', 'CreateNodegroup', { clusterName: 'prod', nodeRole: role('x') }),
    { ...launched('instances'), 'launch.role': 'x', 'launch.cluster': 'prod', 'launch.nodes': 'eks' },
  ],
  ...each(
    'eks',
    'CreateCluster UpdateClusterConfig',
    { name: 'prod', computeConfig: { nodeRoleArn: role('x') } },
    { ...launched('instances'), 'launch.role': 'x' },
  ),
  [
    asks('eks', 'CreateCluster', { name: 'prod' }, { awsRegion: 'ap-south-1' }),
    { ...launched('none'), 'launch.region': 'unapproved' },
  ],
  [
    asks('account', 'EnableRegion', { regionName: 'ap-south-2' }),
    { ...launched('none'), 'launch.region': 'unapproved' },
  ],
  ...each('ec2', 'RunInstances CreateFleet', { instanceType: 'm7g.large' }, { 'launch.region': 'approved' }),
  ...each(
    'ec2',
    'CreateFleet ModifyFleet',
    { LaunchTemplateConfigs: { Overrides: { UserData: 'x', InstanceType: 'm7g.large' } } },
    { 'launch.foreign': ['UserData'] },
  ),
  ...each(
    'servicequotas',
    'RequestServiceQuotaIncrease PutServiceQuotaIncreaseRequestIntoTemplate',
    { quotaCode: 'L-417A185B' },
    { 'quota.code': 'L-417A185B' },
  ),
];

export const otherLaunches: readonly Said[] = [
  ...each('ec2', 'CreateCapacityReservationFleet AllocateHosts', { instanceType: 'p5.48xlarge' }, launched('capacity')),
  ...each(
    'batch',
    'CreateComputeEnvironment UpdateComputeEnvironment',
    { computeResources: { instanceTypes: ['p5.48xlarge'] } },
    launched('instances'),
  ),
  ...each(
    'sagemaker',
    'CreateCluster UpdateCluster',
    { instanceGroups: [{ instanceType: 'ml.p5.48xlarge' }] },
    launched('instances'),
  ),
  ...each(
    'sagemaker',
    'BatchAddClusterNodes',
    { nodesToAdd: [{ instanceTypes: ['ml.p5.48xlarge'] }] },
    launched('instances'),
  ),
  ...each('ssm', 'UnlabelParameterVersion', { name: '/shop/ami' }, { 'parameter.images': ['/shop/ami'] }),
];

const overrides = (...some: readonly JsonObject[]) => ({ LaunchTemplateConfigs: [{ Overrides: some }] });
export const launchesMore: readonly Said[] = [
  [asks('ec2', 'RunInstances', {}, { awsRegion: '' }), { 'launch.region': 'unknown' }],
  [asks('account', 'EnableRegion', {}), { 'launch.region': 'unknown' }],
  [asks('account', 'DisableRegion', { regionName: 'ap-south-2' }), { 'launch.region': 'unknown' }],
  // What Karpenter never sends, in one of several overrides, or for the template itself.
  ...['KeyName', 'IamInstanceProfile', 'MetadataOptions', 'BlockDeviceMapping', 'BlockDeviceMappings', 'UserData'].map(
    (member): Said => [
      asks('ec2', 'CreateFleet', overrides({ InstanceType: 'm7g.large' }, { [member]: 'x' })),
      { 'launch.foreign': [member] },
    ],
  ),
  ...each(
    'ec2',
    'CreateFleet ModifyFleet',
    {
      LaunchTemplateConfigs: [
        { LaunchTemplateSpecification: { LaunchTemplateSpecificationUserData: 'x' }, Overrides: [{ KeyName: 'x' }] },
        { Overrides: [] },
      ],
    },
    { 'launch.foreign': ['KeyName', 'UserData'] },
  ),
  [
    asks('ec2', 'CreateFleet', {
      LaunchTemplateConfig: {
        LaunchTemplateSpecification: { LaunchTemplateSpecificationUserData: 'x' },
        Overrides: { UserData: 'x' },
      },
    }),
    { 'launch.foreign': ['UserData'] },
  ],
  [asks('ec2', 'CreateFleet', overrides({ InstanceType: 'm7g.large' })), { 'launch.foreign': [] }],
  [asks('ec2', 'RunInstances', overrides({ KeyName: 'x' })), { 'launch.foreign': [] }],
  [asks('ec2', 'RequestServiceQuotaIncrease', { quotaCode: 'L-1' }), { 'quota.code': 'none' }],
  [asks('servicequotas', 'GetServiceQuota', { quotaCode: 'L-1' }), { 'quota.code': 'none' }],
  [asks('servicequotas', 'RequestServiceQuotaIncrease', {}), { 'quota.code': 'none' }],
  [
    call(
      'servicequotas',
      'RequestServiceQuotaIncrease',
      refused('x', 'arn:aws:servicequotas:eu-west-1:1:ec2/L-417A185B'),
    ),
    { 'quota.code': 'L-417A185B' },
  ],
  // What a template states, and what it leaves to defaults.
  ...(
    [
      [
        {},
        [
          ['tokens-optional', false],
          ['unencrypted', false],
        ],
      ],
      [{ MetadataOptions: { HttpTokens: 'required' } }, [['unencrypted', false]]],
      [
        { MetadataOptions: { HttpTokens: 'optional' } },
        [
          ['tokens-optional', true],
          ['unencrypted', false],
        ],
      ],
      [
        { MetadataOptions: { HttpEndpoint: 'disabled', HttpTokens: 'optional', HttpPutResponseHopLimit: 9 } },
        [['unencrypted', false]],
      ],
      [
        { MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2, HttpProtocolIpv6: 'enabled' } },
        [
          ['hop-limit', true],
          ['ipv6-endpoint', true],
          ['unencrypted', false],
        ],
      ],
      [{ MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 } }, [['unencrypted', false]]],
      [
        {
          MetadataOptions: { HttpTokens: 'required' },
          BlockDeviceMapping: [{ Ebs: { Encrypted: true } }, { Ebs: {} }],
        },
        [['unencrypted', false]],
      ],
      [{ MetadataOptions: { HttpTokens: 'required' }, BlockDeviceMapping: [{ Ebs: { Encrypted: true } }] }, []],
      [
        {
          MetadataOptions: { HttpTokens: 'required' },
          BlockDeviceMapping: [{ Ebs: { Encrypted: false } }, { Ebs: {} }],
        },
        [['unencrypted', true]],
      ],
      [
        { KeyName: 'ops', ImageId: 'ami-0fedcba9876543210', NetworkInterface: [{ AssociatePublicIpAddress: true }] },
        [
          ['public-address', true],
          ['key-pair', true],
          ['unapproved-image', true],
          ['tokens-optional', false],
          ['unencrypted', false],
        ],
      ],
      [
        { ImageId: 'ami-0123456789abcdef0', NetworkInterface: [{ AssociatePublicIpAddress: false }] },
        [
          ['tokens-optional', false],
          ['unencrypted', false],
        ],
      ],
    ] as const
  ).map(
    ([LaunchTemplateData, weak]): Said => [
      asks('ec2', 'CreateLaunchTemplate', { CreateLaunchTemplateRequest: { LaunchTemplateData } }),
      { 'launch.weaknesses': weak.map(([what, stated]) => ({ what, stated })) },
    ],
  ),
  // On top of another version it takes from that what it does not say.
  [
    asks('ec2', 'CreateLaunchTemplateVersion', {
      CreateLaunchTemplateVersionRequest: { SourceVersion: '1', LaunchTemplateData: { KeyName: 'ops' } },
    }),
    { 'launch.weaknesses': [{ what: 'key-pair', stated: true }] },
  ],
  // Whose nodes tags claim to be.
  ...(
    [
      ['karpenter.sh/nodepool', 'karpenter'],
      ['karpenter.sh/nodeclaim', 'karpenter'],
      ['karpenter.sh/managed-by', 'karpenter'],
      ['karpenter.sh/provisioner-name', 'karpenter'],
      ['karpenter.k8s.aws/ec2nodeclass', 'karpenter'],
      ['karpenter.sh/discovery', 'none'],
      ['sigs.k8s.io/cluster-api-provider-aws/role', 'cluster-api'],
      ['eks:nodegroup-name', 'eks'],
      ['aws:eks:cluster-name', 'eks'],
      ['kubernetes.io/cluster/prod', 'cluster'],
      ['shop', 'none'],
    ] as const
  ).map(
    ([key, nodes]): Said => [
      asks('ec2', 'RunInstances', {
        tagSpecificationSet: { items: [{ resourceType: 'instance', tags: [{ key: 'a' }, { key, value: 'x' }] }] },
      }),
      { 'launch.nodes': nodes },
    ],
  ),
];
