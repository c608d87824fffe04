import { call, developer, karpenter, nodeSession, refused, roleSession } from '../../core/cloudtrail/example.ts';
import { runInstances } from '../../core/cloudtrail/example-launch.ts';
import type { CloudTrailRecord, UserIdentity } from '../../core/cloudtrail/record.ts';
import type { Event } from '../../core/event.ts';
import type { Json, JsonObject } from '../../core/json.ts';

/** An event, and what facts say of it under the example settings. */
export type Saying<E> = readonly [event: E, said: { readonly [fact: string]: Json }];
type Said = Saying<Event<'cloudtrail'>>;

type Over = Partial<CloudTrailRecord>;

/** A call with these parameters. */
const asks = (service: string, api: string, requestParameters: JsonObject, over: Over = {}): Event<'cloudtrail'> =>
  call(service, api, { requestParameters, ...over });

/** The same of several APIs of one service. */
const each = (
  service: string,
  apis: string,
  requestParameters: JsonObject,
  said: Said[1] | ((api: string) => Said[1]),
  over: Over = {},
): readonly Said[] =>
  apis
    .split(' ')
    .map(api => [asks(service, api, requestParameters, over), typeof said === 'function' ? said(api) : said]);

const role = (name: string): string => `arn:aws:iam::111122223333:role/${name}`;

const assumed: readonly Said[] = [
  ...each(
    'sts',
    'AssumeRole AssumeRoleWithSAML',
    { roleArn: role('prod-karpenter') },
    {
      'assumed.role': role('prod-karpenter'),
      'assumed.role-kind': 'controller',
      'assumed.named': 'stranger',
      'assumed.by': role('developer'),
    },
  ),
  [
    asks(
      'sts',
      'AssumeRoleWithWebIdentity',
      { roleArn: role('prod-karpenter') },
      {
        userIdentity: {
          type: 'WebIdentityUser',
          userName: 'system:serviceaccount:kube-system:karpenter',
          identityProvider: 'arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE',
        },
      },
    ),
    { 'assumed.named': 'named', 'assumed.by': 'system:serviceaccount:kube-system:karpenter' },
  ],
  ...[
    'controllers.cluster-api-provider-aws.sigs.k8s.io',
    // By their usual names, where settings name none.
    'shop-karpenter',
    'KarpenterControllerRole-shop',
    'KarpenterController-shop',
    'KarpenterIRSA-shop',
    'karpenter-shop',
    'eks-controlplane.cluster-api-provider-aws.sigs.k8s.io',
    'AmazonEKSAutoClusterRole',
    'AmazonEKSClusterRole',
    'eksClusterRole',
    'eksctl-shop-cluster-ServiceRole-1',
  ].map((name): Said => [asks('sts', 'AssumeRole', { roleArn: role(name) }), {}]),
  ...['KarpenterNodeRole-prod', 'path/KarpenterNodeRole-prod'].flatMap(name =>
    each(
      'sts',
      'AssumeRole AssumeRoleWithWebIdentity AssumeRoleWithSAML',
      { roleArn: role(name) },
      { 'assumed.node-role': 'KarpenterNodeRole-prod', 'assumed.role-kind': 'node', 'assumed.named': 'none' },
    ),
  ),
  ...[
    'nodes.cluster-api-provider-aws.sigs.k8s.io',
    'control-plane.cluster-api-provider-aws.sigs.k8s.io',
    'Karpenter-shop',
    'eksctl-shop-NodeInstanceRole-1',
    'AmazonEKSNodeRole',
    'AmazonEKSAutoNodeRole',
    'a-eks-node-group-1',
    'eks-nodegroup.cluster-api-provider-aws.sigs.k8s.io',
  ].flatMap((name): readonly Said[] => [
    [asks('sts', 'AssumeRole', { roleArn: role(name) }), {}],
    [call('s3', 'ListBuckets', { userIdentity: nodeSession('i-0aaaabbbbccccdddd', name) }), {}],
  ]),
  // No provider is told, so that the subject is anybody's word.
  [
    asks(
      'sts',
      'AssumeRoleWithWebIdentity',
      { roleArn: role('prod-karpenter') },
      {
        userIdentity: { type: 'WebIdentityUser', userName: 'system:serviceaccount:kube-system:karpenter' },
      },
    ),
    { 'assumed.named': 'stranger' },
  ],
  [asks('sts', 'AssumeRole', { roleArn: role('reports') }), { 'assumed.role-kind': 'other', 'assumed.named': 'none' }],
  [
    call('sts', 'AssumeRole', refused('AssumeRole', role('prod-karpenter'))),
    { 'assumed.role': 'none', 'assumed.by': 'none' },
  ],
];

const secret = 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:aws.cluster.x-k8s.io/0a1b-AbCdEf';
const parameter = 'arn:aws:ssm:eu-west-1:111122223333:parameter/cluster.x-k8s.io/0a1b';

const secretWrites = 'PutSecretValue UpdateSecret UpdateSecretVersionStage PutResourcePolicy ReplicateSecretToRegions';
const parameterWrites = 'PutParameter LabelParameterVersion';

const bootstrap: readonly Said[] = [
  ...each(
    'secretsmanager',
    secretWrites,
    { secretId: secret },
    { 'bootstrap.written': true, 'bootstrap.own': false },
    { userIdentity: nodeSession() },
  ),
  ...each(
    'ssm',
    parameterWrites,
    { name: parameter },
    { 'bootstrap.written': true, 'bootstrap.own': false },
    { userIdentity: nodeSession() },
  ),
  ...each(
    'ssm',
    'GetParametersByPath',
    { path: '/', recursive: true },
    { 'bootstrap.resource': '/', 'bootstrap.written': false },
  ),
  ...each('ssm', 'GetParametersByPath', { path: '/', recursive: false }, { 'bootstrap.kind': 'none' }),
  [
    asks('ec2', 'DescribeInstanceAttribute', { attribute: 'userData', instanceId: 'i-0aaaabbbbccccdddd' }),
    { 'bootstrap.kind': 'user-data', 'bootstrap.resource': 'i-0aaaabbbbccccdddd', 'bootstrap.own': false },
  ],
  [
    asks(
      'ec2',
      'DescribeInstanceAttribute',
      { attribute: 'userData', instanceId: 'i-0aaaabbbbccccdddd' },
      { userIdentity: nodeSession() },
    ),
    { 'bootstrap.own': true },
  ],
  [
    asks('ec2', 'DescribeInstanceAttribute', { attribute: 'instanceType', instanceId: 'i-0aaaabbbbccccdddd' }),
    { 'bootstrap.kind': 'none' },
  ],
  [asks('ec2', 'GetLaunchTemplateData', { instanceId: 'i-0aaaabbbbccccdddd' }), { 'bootstrap.kind': 'user-data' }],
  [
    asks('ec2', 'DescribeLaunchTemplateVersions', {
      DescribeLaunchTemplateVersionsRequest: { LaunchTemplateName: 'shop' },
    }),
    { 'bootstrap.kind': 'launch-template', 'bootstrap.resource': 'shop' },
  ],
  // In whichever member a call names it.
  ...['aws.cluster.x-k8s.io/0a1b', secret].flatMap(name =>
    [{ secretId: name }, { secretIdList: ['shop', name] }].flatMap(request =>
      each('secretsmanager', `GetSecretValue BatchGetSecretValue ${secretWrites}`, request, {
        'bootstrap.kind': 'secret',
        'bootstrap.resource': name,
      }),
    ),
  ),
  ...['GetSecretValue', 'BatchGetSecretValue', ...secretWrites.split(' ')].map(
    (api): Said => [call('secretsmanager', api, refused(api, secret)), { 'bootstrap.resource': secret }],
  ),
  ...['/cluster.x-k8s.io/0a1b', '/cluster.x-k8s.io', parameter].flatMap(name =>
    [{ name }, { names: ['/shop', name] }, { path: name }].flatMap(request =>
      each('ssm', `GetParameter GetParameters GetParameterHistory GetParametersByPath ${parameterWrites}`, request, {
        'bootstrap.kind': 'parameter',
        'bootstrap.resource': name,
      }),
    ),
  ),
  ...['GetParameter', 'GetParameters', 'GetParameterHistory', 'GetParametersByPath', ...parameterWrites.split(' ')].map(
    (api): Said => [call('ssm', api, refused(api, parameter)), { 'bootstrap.resource': parameter }],
  ),
  [asks('secretsmanager', 'GetSecretValue', { secretId: 'shop/aws.cluster.x-k8s.io/1' }), { 'bootstrap.kind': 'none' }],
  [asks('ssm', 'GetParameter', { name: '/shop/cluster.x-k8s.io' }), { 'bootstrap.kind': 'none' }],
];

const eks: readonly Said[] = [
  ...each('eks', 'DescribeCluster ListNodegroups', { name: 'prod' }, { 'eks.cluster': 'prod' }),
  [asks('eks', 'DescribeNodegroup', { clusterName: 'a%2Fb' }), { 'eks.cluster': 'a/b' }],
  ...each(
    'eks',
    'CreateAccessEntry UpdateAccessEntry',
    { name: 'prod', principalArn: role('x'), kubernetesGroups: ['system:masters'] },
    {
      'eks.access': 'admin',
      'eks.grantee': role('x'),
      'eks.policy': 'none',
    },
  ),
  [
    asks('eks', 'AssociateAccessPolicy', {
      name: 'prod',
      principalArn: encodeURIComponent(role('x')),
      policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
    }),
    { 'eks.access': 'admin', 'eks.policy': 'AmazonEKSClusterAdminPolicy', 'eks.grantee': role('x') },
  ],
  [asks('eks', 'CreateAccessEntry', { name: 'prod', type: 'EC2_LINUX' }), { 'eks.access': 'node' }],
  [asks('eks', 'CreateAccessEntry', { name: 'prod', type: 'STANDARD' }), { 'eks.access': 'other' }],
  [asks('eks', 'DeleteAccessEntry', { name: 'prod', principalArn: role('x') }), { 'eks.access': 'none' }],
  ...each(
    'eks',
    'UpdateClusterConfig CreateCluster',
    {
      name: 'prod',
      logging: {
        clusterLogging: [
          { enabled: false, types: ['audit', 'api'] },
          { enabled: true, types: ['scheduler'] },
        ],
      },
      resourcesVpcConfig: { endpointPublicAccess: true },
    },
    { 'eks.endpoint-opened': true },
  ),
  [
    asks('eks', 'UpdateClusterConfig', {
      name: 'prod',
      logging: { clusterLogging: [{ enabled: 'false', types: ['audit'] }] },
    }),
    { 'eks.logging-off': ['audit'], 'eks.endpoint-opened': false },
  ],
  [
    asks('eks', 'CreatePodIdentityAssociation', {
      name: 'prod',
      roleArn: role('prod-karpenter'),
      namespace: 'shop',
      serviceAccount: 'app',
    }),
    { 'eks.role': role('prod-karpenter'), 'eks.role-kind': 'controller', 'eks.service-account': 'shop/app' },
  ],
  [
    asks('eks', 'CreateAddon', { name: 'prod', addonName: 'vpc-cni', serviceAccountRoleArn: role('x') }),
    { 'eks.service-account': 'add-on vpc-cni', 'eks.role-kind': 'other' },
  ],
];

const cut = { reason: 'too large', originalSize: 149_893 };
const evidence: readonly Said[] = (
  ['requestParameters', 'responseElements', 'additionalEventData', 'serviceEventDetails'] as const
).flatMap(member =>
  [true, 'true'].map(
    (omitted): Said => [
      call('ec2', 'CreateFleet', { [member]: { ...cut, omitted } }),
      { 'evidence.omitted': true, 'evidence.missing': [member] },
    ],
  ),
);

const world = { ipProtocol: 'tcp', fromPort: 22, toPort: 22, cidrIp: '0.0.0.0/0' };
const exposure: readonly Said[] = [
  [
    asks('ec2', 'ModifyImageAttribute', {
      imageId: 'ami-0fedcba9876543210',
      launchPermission: { add: { items: [{ userId: '444455556666' }] } },
    }),
    {
      'image.shared': [
        { resource: 'ami-0fedcba9876543210', kind: 'image', with: '444455556666', ours: false, approval: 'unapproved' },
      ],
    },
  ],
  [
    asks('ec2', 'ModifySnapshotAttribute', {
      snapshotId: 'snap-0aaa',
      createVolumePermission: { add: { items: [{ group: 'all' }] } },
    }),
    {
      'image.shared': [{ resource: 'snap-0aaa', kind: 'snapshot', with: 'world', ours: false, approval: 'unapproved' }],
    },
  ],
  [
    asks('ec2', 'AuthorizeSecurityGroupIngress', { groupId: 'sg-0aaa', ...world }),
    { 'network.opened': [{ group: 'sg-0aaa', what: 'ssh', range: '0.0.0.0/0' }] },
  ],
  [
    asks('ec2', 'ModifySecurityGroupRules', {
      ModifySecurityGroupRulesRequest: {
        GroupId: 'sg-0aaa',
        SecurityGroupRule: { tag: 1, SecurityGroupRule: { IpProtocol: '-1', CidrIpv6: '::/0' } },
      },
    }),
    { 'network.opened': [{ group: 'sg-0aaa', what: 'all', range: '::/0' }] },
  ],
  ...each(
    'ec2',
    'CreateStoreImageTask',
    { imageId: 'ami-0aaa', bucket: 'b' },
    {
      'image.shared': [{ resource: 'ami-0aaa', kind: 'image', with: 'bucket b', ours: false, approval: 'unapproved' }],
    },
  ),
  ...each(
    'ec2',
    'ExportImage',
    { imageId: 'ami-0aaa', s3ExportLocation: { s3Bucket: 'b' } },
    {
      'image.shared': [{ resource: 'ami-0aaa', kind: 'image', with: 'bucket b', ours: false, approval: 'unapproved' }],
    },
  ),
  ...each(
    'ec2',
    'CreateInstanceExportTask',
    { instanceId: 'i-0aaa', exportToS3: { s3Bucket: 'b' } },
    {
      'image.shared': [{ resource: 'i-0aaa', kind: 'instance', with: 'bucket b', ours: false, approval: 'unapproved' }],
    },
  ),
  [asks('ec2', 'CreateVolume', { encrypted: false }), { 'volume.unencrypted': true }],
  [
    asks('ec2', 'RunInstances', { blockDeviceMapping: { items: [{ ebs: { encrypted: false } }] } }),
    { 'volume.unencrypted': true },
  ],
];

const hybrid: readonly Said[] = [
  [
    asks('ssm', 'CreateActivation', { iamRole: 'KarpenterNodeRole-prod' }),
    { 'hybrid.act': 'activation', 'hybrid.subjects': ['KarpenterNodeRole-prod'], 'hybrid.role-kind': 'node' },
  ],
  [
    asks('ssm', 'UpdateManagedInstanceRole', { iamRole: 'reports', instanceId: 'mi-0aaa' }),
    { 'hybrid.act': 'machine-role', 'hybrid.subjects': ['mi-0aaa'], 'hybrid.role-kind': 'other' },
  ],
  ...each(
    'rolesanywhere',
    'CreateProfile UpdateProfile EnableProfile',
    { name: 'p', roleArns: [role('EKSHybridNode-1')] },
    {
      'hybrid.act': 'profile',
      'hybrid.subjects': ['EKSHybridNode-1'],
      'hybrid.role-kind': 'hybrid',
    },
  ),
  ...each(
    'rolesanywhere',
    'CreateTrustAnchor UpdateTrustAnchor EnableTrustAnchor',
    { name: 'mine' },
    { 'hybrid.act': 'trust-anchor', 'hybrid.subjects': ['mine'] },
  ),
  ...each(
    'rolesanywhere',
    'DisableCrl DeleteCrl',
    { crlId: 'crl-1' },
    { 'hybrid.act': 'revocation', 'hybrid.subjects': ['crl-1'] },
  ),
  [
    asks('eks', 'UpdateClusterConfig', {
      name: 'prod',
      remoteNetworkConfig: { remoteNodeNetworks: [{ cidrs: ['10.200.0.0/16'] }] },
    }),
    { 'hybrid.act': 'network', 'hybrid.subjects': ['prod'] },
  ],
];

const profile = (name: string, ...roles: readonly string[]) => ({ name, roleArns: roles.map(role) });
const hybridMore: readonly Said[] = [
  [
    asks('eks', 'UpdateClusterConfig', {
      name: 'prod',
      remoteNetworkConfig: { remotePodNetworks: [{ cidrs: ['10.201.0.0/16'] }] },
    }),
    { 'hybrid.act': 'network' },
  ],
  // No network is added.
  ...[
    {},
    { remoteNetworkConfig: { remoteNodeNetworks: [] } },
    { remoteNetworkConfig: { remoteNodeNetworks: [{ cidrs: [7] }] } },
  ].map(
    (request): Said => [
      asks('eks', 'UpdateClusterConfig', { name: 'prod', ...request }),
      { 'hybrid.act': 'none', 'hybrid.subjects': [], 'hybrid.role-kind': 'none' },
    ],
  ),
  // What the request does not say, the response does.
  [
    asks(
      'rolesanywhere',
      'EnableProfile',
      { profileId: 'p-1' },
      {
        responseElements: { profile: profile('machines', 'prod-karpenter', 'KarpenterNodeRole-prod', 'reports') },
      },
    ),
    { 'hybrid.subjects': ['KarpenterNodeRole-prod', 'prod-karpenter'], 'hybrid.role-kind': 'controller' },
  ],
  [
    asks(
      'rolesanywhere',
      'EnableProfile',
      { profileId: 'p-1' },
      { responseElements: { profile: profile('machines', 'reports') } },
    ),
    { 'hybrid.subjects': ['machines'], 'hybrid.role-kind': 'other' },
  ],
  [
    asks('rolesanywhere', 'CreateProfile', {
      name: 'p',
      roleArns: [role('eksctl-x-HybridNodes-1'), role('a/EKSHybridNode'), '', 7, role('a/EKSHybridNode')],
    }),
    { 'hybrid.subjects': ['EKSHybridNode', 'eksctl-x-HybridNodes-1'], 'hybrid.role-kind': 'hybrid' },
  ],
  [
    asks(
      'rolesanywhere',
      'EnableTrustAnchor',
      { trustAnchorId: 'ta-1' },
      { responseElements: { trustAnchor: { name: 'mine' } } },
    ),
    { 'hybrid.subjects': ['mine'] },
  ],
  [
    asks('rolesanywhere', 'DisableCrl', { crlId: 'crl-1' }, { responseElements: { crl: { name: 'revoked' } } }),
    { 'hybrid.subjects': ['revoked'] },
  ],
  ...['trustAnchorId', 'profileId', 'crlId', 'instanceId'].map(
    (member): Said => [
      asks('rolesanywhere', 'DeleteCrl', { [member]: 'x-1', name: '' }),
      { 'hybrid.subjects': ['x-1'] },
    ],
  ),
  [asks('rolesanywhere', 'DeleteCrl', {}), { 'hybrid.subjects': ['unknown'] }],
  [asks('ssm', 'CreateActivation', { iamRole: 'AmazonEKSHybridNodesRole-x' }), { 'hybrid.role-kind': 'hybrid' }],
  [asks('ssm', 'CreateActivation', { iamRole: 'tripline-prod-Role-abcdefgh' }), { 'hybrid.role-kind': 'pipeline' }],
  // A role that a call of another kind names is no machine's.
  [
    asks('rolesanywhere', 'CreateTrustAnchor', { iamRole: 'prod-karpenter', roleArns: [role('prod-karpenter')] }),
    { 'hybrid.role-kind': 'none' },
  ],
];

const policy = 'arn:aws:iam::aws:policy/AdministratorAccess';
const trust = JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] });
const iam: readonly Said[] = [
  [
    asks('iam', 'AttachRolePolicy', { roleName: 'KarpenterNodeRole-prod', policyArn: policy }),
    {
      'iam.role': 'KarpenterNodeRole-prod',
      'iam.role-kind': 'node',
      'iam.policy': policy,
      'iam.policy-name': 'AdministratorAccess',
      'iam.policy-kind': 'admin',
      'iam.policy-restricts': false,
    },
  ],
  [
    asks('iam', 'DeleteRolePolicy', { roleName: 'x', policyName: 'deny-all' }),
    { 'iam.policy-restricts': true, 'iam.policy-kind': 'other' },
  ],
  [asks('iam', 'PutRolePermissionsBoundary', { roleName: 'x', permissionsBoundary: policy }), { 'iam.policy': policy }],
  [
    call('iam', 'AttachRolePolicy', refused('AttachRolePolicy', 'role prod-karpenter')),
    { 'iam.role': 'prod-karpenter', 'iam.role-kind': 'controller' },
  ],
  [asks('iam', 'SetDefaultPolicyVersion', { policyArn: policy }), { 'iam.version-in-force': true }],
  ...[true, 'true'].map(
    (setAsDefault): Said => [asks('iam', 'CreatePolicyVersion', { setAsDefault }), { 'iam.version-in-force': true }],
  ),
  [asks('iam', 'CreatePolicyVersion', { setAsDefault: false }), { 'iam.version-in-force': false }],
  [asks('iam', 'CreateRole', { assumeRolePolicyDocument: trust }), { 'iam.trust': ['anyone'] }],
  [asks('iam', 'UpdateAssumeRolePolicy', { policyDocument: trust }), { 'iam.trust': ['anyone'] }],
  ...each(
    'iam',
    'CreateInstanceProfile DeleteInstanceProfile AddRoleToInstanceProfile RemoveRoleFromInstanceProfile TagInstanceProfile UntagInstanceProfile',
    { instanceProfileName: 'other_12345678901234567' },
    { 'profile.name': 'other_12345678901234567', 'profile.karpenter': true, 'profile.foreign': true },
    { userIdentity: karpenter },
  ),
  [
    asks('iam', 'CreateInstanceProfile', { instanceProfileName: 'shop' }),
    { 'profile.karpenter': false, 'profile.foreign': false },
  ],
];

const users: readonly Said[] = [
  ...each(
    'iam',
    'CreateAccessKey AttachUserPolicy',
    { userName: 'capa' },
    { 'iam.user': 'capa', 'iam.user-kind': 'other' },
  ),
  [
    asks('iam', 'CreateAccessKey', {}, { responseElements: { accessKey: { userName: 'capa' } } }),
    { 'iam.user': 'capa' },
  ],
  [call('iam', 'CreateAccessKey', refused('CreateAccessKey', 'user tools/capa')), { 'iam.user': 'capa' }],
];

const named = { instanceId: 'i-0aaaabbbbccccdddd' };
const listed = { instancesSet: { items: [named] } };
const target = { 'instance.targets': ['i-0aaaabbbbccccdddd'] };
const instances: readonly Said[] = [
  [
    asks('ec2', 'ModifyInstanceAttribute', { ...named, userData: '<sensitiveDataRemoved>' }),
    { 'instance.act': 'user-data', ...target },
  ],
  [asks('ec2', 'CreateReplaceRootVolumeTask', named), { 'instance.act': 'root-volume', ...target }],
  [asks('ec2', 'AttachVolume', { ...named, device: '/dev/xvda' }), { 'instance.act': 'root-volume', ...target }],
  [
    asks('ec2', 'AssociateIamInstanceProfile', { ...named, iamInstanceProfile: { name: 'shop' } }),
    { 'instance.act': 'profile', 'instance.profile': 'shop', ...target },
  ],
  [
    asks(
      'ec2',
      'ReplaceIamInstanceProfileAssociation',
      { iamInstanceProfile: { arn: 'arn:aws:iam::111122223333:instance-profile/shop' } },
      {
        responseElements: { iamInstanceProfileAssociation: named },
      },
    ),
    { 'instance.act': 'profile', 'instance.profile': 'shop', ...target },
  ],
  ...each('ec2', 'StopInstances StartInstances TerminateInstances', listed, api => ({
    'instance.act': api.slice(0, -'Instances'.length).toLowerCase(),
    ...target,
  })),
  [asks('ec2', 'GetPasswordData', named), { 'instance.act': 'enter', ...target }],
  ...each('ec2-instance-connect', 'SendSSHPublicKey SendSerialConsoleSSHPublicKey', named, {
    'instance.act': 'enter',
    ...target,
  }),
  [asks('ssm', 'StartSession', { target: 'i-0aaaabbbbccccdddd' }), { 'instance.act': 'enter', ...target }],
  [
    asks('ssm', 'SendCommand', { instanceIds: ['i-0aaaabbbbccccdddd'] }),
    { 'instance.act': 'enter', ...target, 'instance.selectors': [] },
  ],
  ...each(
    'ssm',
    'CreateAssociation UpdateAssociation RegisterTaskWithMaintenanceWindow UpdateMaintenanceWindowTask RegisterTargetWithMaintenanceWindow UpdateMaintenanceWindowTarget',
    {
      targets: [
        { key: 'InstanceIds', values: ['i-0aaaabbbbccccdddd'] },
        { key: 'tag:eks', values: ['a', 'b'] },
      ],
    },
    { 'instance.act': 'enter', ...target, 'instance.selectors': ['tag:eks=a,b'] },
  ),
  [asks('ssm', 'CreateAssociationBatch', { entries: [named] }), { 'instance.act': 'enter', ...target }],
  [
    asks('ec2', 'ModifyInstanceMetadataOptions', { ...named, httpTokens: 'optional' }),
    { 'instance.weakened': ['tokens-optional'], 'instance.metadata-of': 'i-0aaaabbbbccccdddd' },
  ],
  [
    asks('ec2', 'ModifyInstanceMetadataDefaults', { httpTokens: 'no-preference' }),
    { 'instance.weakened': ['tokens-unset'], 'instance.metadata-of': 'defaults' },
  ],
];

const queue = 'https://sqs.eu-west-1.amazonaws.com/111122223333/prod';
const interruption: readonly Said[] = [
  ...each(
    'sqs',
    'SetQueueAttributes AddPermission',
    { queueUrl: queue, attributes: { Policy: '' } },
    { 'interruption.queues': ['prod'], 'interruption.opened': true },
  ),
  ...each(
    'sqs',
    'RemovePermission DeleteQueue PurgeQueue',
    { queueUrl: queue },
    { 'interruption.queues': ['prod'], 'interruption.opened': false },
  ),
  [
    asks('events', 'PutTargets', { targets: [{ arn: 'arn:aws:sqs:eu-west-1:111122223333:prod' }] }),
    { 'interruption.queues': ['prod'], 'interruption.opened': true },
  ],
  [
    asks('events', 'PutTargets', {
      targets: [
        'sqs:eu-west-1:111122223333:prod',
        'sqs:eu-west-1:111122223333:Karpenter-a',
        'sns:eu-west-1:111122223333:prod-karpenter',
        'sqs:x',
      ].map(arn => ({ arn: `arn:aws:${arn}` })),
    }),
    { 'interruption.queues': ['Karpenter-a', 'prod'] },
  ],
  [
    asks('events', 'PutTargets', { targets: [{}, { arn: 'arn:aws:sns:eu-west-1:111122223333:prod' }] }),
    { 'interruption.queues': [] },
  ],
  [asks('sqs', 'PurgeQueue', {}), { 'interruption.queues': [], 'interruption.opened': false }],
  [
    asks('sqs', 'SetQueueAttributes', { queueUrl: queue, attributes: { VisibilityTimeout: '1' } }),
    { 'interruption.opened': false },
  ],
  // By its usual name, where settings name no cluster.
  ...each(
    'sqs',
    'SetQueueAttributes AddPermission RemovePermission DeleteQueue PurgeQueue',
    { queueUrl: 'https://sqs.eu-west-1.amazonaws.com/111122223333/Karpenter-shop' },
    { 'interruption.queues': ['Karpenter-shop'] },
  ),
  // Other services have calls of these names.
  ...each(
    'sns',
    'AddPermission',
    { topicArn: 'arn:aws:sns:eu-west-1:111122223333:prod' },
    { 'interruption.opened': false },
  ),
  ...each('lambda', 'AddPermission20150331v2', { functionName: 'prod' }, { 'interruption.opened': false }),
  [asks('sqs', 'DeleteQueue', { queueUrl: `${queue}-other` }), { 'interruption.queues': [] }],
];

const template = { LaunchTemplateData: { InstanceType: 'g5.xlarge' }, LaunchTemplateName: 'shop' };
const launched = (kind: string) => ({ 'launch.kind': kind });
const launches: readonly Said[] = [
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
  [asks('servicequotas', 'RequestServiceQuotaIncrease', { quotaCode: 'L-417A185B' }), { 'quota.code': 'L-417A185B' }],
];

const otherLaunches: readonly Said[] = [
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
  ...each('ssm', 'UnlabelParameterVersion', { name: '/shop/ami' }, { 'parameter.images': ['/shop/ami'] }),
];

const overrides = (...some: readonly JsonObject[]) => ({ LaunchTemplateConfigs: [{ Overrides: some }] });
const launchesMore: readonly Said[] = [
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

const ours = 'tripline-prod-Thing-abcdefgh';
const blinding: readonly Said[] = (
  [
    [
      'cloudtrail',
      'StopLogging DeleteTrail PutEventSelectors UpdateTrail StopEventDataStoreIngestion DeleteEventDataStore UpdateEventDataStore',
    ],
    ['organizations', 'LeaveOrganization RemoveAccountFromOrganization'],
    [
      'logs',
      'DeleteSubscriptionFilter PutSubscriptionFilter DeleteLogGroup DeleteLogStream PutRetentionPolicy PutTransformer PutDataProtectionPolicy PutLogGroupDeletionProtection PutAccountPolicy DeleteAccountPolicy PutDestinationPolicy DeleteDestination DisassociateKmsKey AssociateKmsKey',
    ],
    [
      'events',
      'DisableRule DeleteRule PutRule RemoveTargets PutTargets DeleteEventBus UpdateEventBus PutPermission RemovePermission',
    ],
    ['scheduler', 'UpdateSchedule DeleteSchedule'],
    [
      'lambda',
      'UpdateFunctionCode20150331v2 UpdateFunctionConfiguration20150331v2 DeleteFunction20150331 PutFunctionConcurrency20171031 PutFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig DeleteFunctionEventInvokeConfig AddPermission20150331v2 RemovePermission20150331v2 CreateEventSourceMapping20150331 UpdateEventSourceMapping20150331 DeleteEventSourceMapping20150331',
    ],
    [
      'sns',
      'DeleteTopic Subscribe Unsubscribe SetTopicAttributes SetSubscriptionAttributes AddPermission PutDataProtectionPolicy RemovePermission',
    ],
    ['sqs', 'PurgeQueue DeleteQueue SetQueueAttributes AddPermission StartMessageMoveTask RemovePermission'],
    [
      'dynamodb',
      'DeleteTable UpdateTable UpdateTimeToLive UpdateContinuousBackups PutItem UpdateItem DeleteItem BatchWriteItem TransactWriteItems PutResourcePolicy',
    ],
    [
      's3',
      'DeleteBucket PutBucketPolicy DeleteBucketPolicy PutBucketLifecycle PutBucketEncryption PutBucketNotification PutBucketVersioning PutBucketReplication PutObjectLockConfiguration PutBucketObjectLockConfiguration PutBucketPublicAccessBlock DeleteBucketPublicAccessBlock',
    ],
    ['kms', 'DisableKey ScheduleKeyDeletion PutKeyPolicy UpdateAlias DeleteAlias'],
    ['monitoring', 'DeleteAlarms DisableAlarmActions PutMetricAlarm PutCompositeAlarm SetAlarmState PutAlarmMuteRule'],
    ['ec2', 'DeleteFlowLogs'],
    ['route53resolver', 'DeleteResolverQueryLogConfig DisassociateResolverQueryLogConfig'],
    [
      'iam',
      'DetachRolePolicy DeleteRolePolicy PutRolePolicy AttachRolePolicy PutRolePermissionsBoundary UpdateAssumeRolePolicy DeleteRole',
    ],
  ] as const
).flatMap(([service, apis]) =>
  each(
    service,
    apis,
    {
      ...Object.fromEntries(
        'name trailName eventDataStore filterName policyName destinationName rule eventBusName functionName eventSourceArn topicArn subscriptionArn resourceArn queueUrl sourceArn tableName bucketName keyId aliasName resolverQueryLogConfigId roleName s3BucketName'
          .split(' ')
          .map(member => [member, ours]),
      ),
      eventSelectors: [{ includeManagementEvents: false }],
      logGroupName: '/aws/eks/prod/cluster',
      retentionInDays: 1,
      retentionPeriod: 1,
      deletionProtectionEnabled: false,
      destinationArn: 'elsewhere',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: false },
      alarmNames: [ours],
      flowLogIds: ['fl-0aaa'],
    },
    {},
  ),
);

const blinded: readonly Said[] = [
  ...each(
    'cloudtrail',
    'StopLogging',
    { name: 'main' },
    { 'blinding.resources': ['main'], 'blinding.how': 'trail stopped' },
  ),
  ...each('cloudtrail', 'StartLogging', { name: 'main' }, { 'blinding.resources': [], 'blinding.how': 'none' }),
];

const asDelivered = (ec2RoleDelivery: string): UserIdentity =>
  roleSession('KarpenterNodeRole-prod', 'i-0aaaabbbbccccdddd', { sessionContext: { ec2RoleDelivery } });
/** As records were before `inScopeOf`. */
const older = roleSession('KarpenterNodeRole-prod', 'i-0aaaabbbbccccdddd');
const { sessionContext: _, ...withoutContext } = nodeSession();

const principals: readonly Said[] = [
  ...['1.0', '2.0'].map(
    (version): Said => [
      call('s3', 'ListBuckets', { userIdentity: asDelivered(version) }),
      {
        'instance.id': 'i-0aaaabbbbccccdddd',
        'instance.claimed': 'i-0aaaabbbbccccdddd',
        'instance.delivery': version,
        'instance.mismatch': false,
        'node.role': 'KarpenterNodeRole-prod',
        'node.call': 'sensitive',
      },
    ],
  ),
  // Not as AWS writes them: no session stands there, and no role.
  [
    call('s3', 'ListBuckets', { userIdentity: { ...older, principalId: 'i-0aaaabbbbccccdddd' } }),
    { 'instance.claimed': 'none' },
  ],
  [
    call('s3', 'ListBuckets', {
      userIdentity: { ...older, sessionContext: { sessionIssuer: { arn: 'KarpenterNodeRole-prod' } } },
    }),
    { 'node.role': 'none', 'node.call': 'none' },
  ],
  // A path that reads like a role is a user's own choice.
  [
    call('iam', 'CreateAccessKey', {
      userIdentity: {
        type: 'IAMUser',
        principalId: 'AIDAEXAMPLE',
        arn: 'arn:aws:iam::111122223333:user/x:role/prod-karpenter',
        userName: 'prod-karpenter',
      },
    }),
    { 'principal.controller': 'none', 'principal.kind': 'person' },
  ],
  // An instance's by AWS's word, and no member says which one.
  ...[
    {
      ...asDelivered('2.0'),
      principalId: 'AROAEXAMPLEEXAMPLEEXA:x',
      arn: 'arn:aws:sts::111122223333:assumed-role/x/x',
    },
    { ...withoutContext, principalId: 'AROAEXAMPLEEXAMPLEEXA:x', inScopeOf: { issuerType: 'AWS::EC2::Instance' } },
  ].map(
    (userIdentity): Said => [
      call('s3', 'ListBuckets', { userIdentity }),
      { 'instance.id': 'unknown', 'instance.claimed': 'unknown', 'instance.mismatch': false },
    ],
  ),
  [
    call('s3', 'ListBuckets', { userIdentity: withoutContext }),
    { 'instance.id': 'i-0aaaabbbbccccdddd', 'instance.delivery': 'unknown', 'node.role': 'none' },
  ],
  [
    call('ec2', 'DescribeInstances', { userIdentity: older }),
    { 'instance.claimed': 'i-0aaaabbbbccccdddd', 'instance.id': 'none', 'node.call': 'baseline' },
  ],
  [
    call('sqs', 'ReceiveMessage', {
      userIdentity: { ...nodeSession(), principalId: 'AROAEXAMPLEEXAMPLEEXA:i-0123456789abcdef0' },
    }),
    { 'instance.mismatch': true, 'node.call': 'other' },
  ],
  [
    call('s3', 'ListBuckets'),
    {
      'instance.id': 'none',
      'instance.claimed': 'none',
      'node.role': 'none',
      'node.call': 'none',
      'principal.controller': 'none',
    },
  ],
  [
    call('ec2', 'CreateFleet', { userIdentity: karpenter }),
    { 'principal.controller': 'karpenter', 'principal.kind': 'controller' },
  ],
  ...[
    'controllers.cluster-api-provider-aws.sigs.k8s.io',
    'KarpenterControllerRole-shop',
    'KarpenterController-shop',
    'KarpenterIRSA-shop',
    'karpenter-shop',
    'eks-controlplane.cluster-api-provider-aws.sigs.k8s.io',
    'AmazonEKSAutoClusterRole',
    'AmazonEKSClusterRole',
    'eksClusterRole',
    'eksctl-shop-cluster-ServiceRole-1',
  ].map((name): Said => [call('ec2', 'CreateFleet', { userIdentity: roleSession(name, 'x') }), {}]),
];

const sensitive: readonly Said[] = [
  ...each('iam', 'ListRoles', {}, { 'call.sensitive': true }),
  ...each('organizations', 'ListAccounts', {}, { 'call.sensitive': true }),
  ...each('account', 'GetContactInformation', {}, { 'call.sensitive': true }),
  ...each(
    'sts',
    'AssumeRole AssumeRoleWithWebIdentity GetFederationToken GetSessionToken',
    {},
    { 'call.sensitive': true },
  ),
  ...each('secretsmanager', 'GetSecretValue BatchGetSecretValue', {}, { 'call.sensitive': true }),
  ...each('ssm', 'GetParameter GetParametersByPath SendCommand StartSession', {}, { 'call.sensitive': true }),
  ...each(
    'ec2',
    'RunInstances CreateFleet RequestSpotFleet CreateLaunchTemplate ModifySnapshotAttribute ModifyImageAttribute GetPasswordData',
    {},
    { 'call.sensitive': true },
  ),
  ...each('kms', 'Decrypt', {}, { 'call.sensitive': true }),
  ...each('sts', 'GetCallerIdentity', {}, { 'call.sensitive': false }),
  ...each('secretsmanager', 'ListSecrets', {}, { 'call.sensitive': false }),
  ...each('ssm', 'SendCommands UpdateInstanceInformation', {}, { 'call.sensitive': false }),
  ...each('ec2', 'DescribeInstances', {}, { 'call.sensitive': false }),
  ...each('kms', 'DecryptAll ReEncrypt', {}, { 'call.sensitive': false }),
];

const outcomes: readonly Said[] = [
  [call('ec2', 'RunInstances'), { 'call.outcome': 'succeeded' }],
  [call('ec2', 'RunInstances', { errorCode: 'Client.UnauthorizedOperation' }), { 'call.outcome': 'denied' }],
  [call('ec2', 'RunInstances', { errorCode: 'Client.DryRunOperation' }), { 'call.outcome': 'dry-run' }],
  [call('signin', 'ConsoleLogin', { errorMessage: 'Failed authentication' }), { 'call.outcome': 'failed' }],
];

const parameters: readonly Said[] = [
  ...each(
    'ssm',
    'PutParameter DeleteParameter LabelParameterVersion',
    { name: '/shop/ami' },
    { 'parameter.images': ['/shop/ami'] },
  ),
  ...each('ssm', 'DeleteParameters', { names: ['/shop/ami', '/shop/db'] }, { 'parameter.images': ['/shop/ami'] }),
  // By ARN, with a path and without.
  ...each(
    'ssm',
    'LabelParameterVersion',
    { name: 'arn:aws:ssm:eu-west-1:111122223333:parameter/shop/ami' },
    { 'parameter.images': ['/shop/ami'] },
  ),
  ...each(
    'ssm',
    'LabelParameterVersion',
    { name: 'arn:aws:ssm:eu-west-1:111122223333:parameter/ami-web' },
    { 'parameter.images': ['ami-web'] },
  ),
  ...each(
    'ssm',
    'LabelParameterVersion',
    { name: 'arn:aws:ssm:eu-west-1:111122223333:x/ami' },
    {
      'parameter.images': ['arn:aws:ssm:eu-west-1:111122223333:x/ami'],
    },
  ),
  ...each('ssm', 'PutParameter', { name: 'a:parameter/ami' }, { 'parameter.images': ['a:parameter/ami'] }),
  ...each(
    'ssm',
    'DeleteParameters',
    { names: ['/b/ami', '/a/ami', 7, '/a/ami'] },
    { 'parameter.images': ['/a/ami', '/b/ami'] },
  ),
  ...each('ssm', 'GetParameter', { name: '/shop/ami' }, { 'parameter.images': [] }),
  ...each('ssm', 'PutParameter', { name: '/shop/db', dataType: 'aws:ec2:image' }, { 'parameter.images': ['/shop/db'] }),
];

const places: readonly Said[] = [
  [
    call('s3', 'ListBuckets', { sourceIPAddress: '100.64.3.4' }),
    { 'source.pod': true, 'source.clusters': ['prod'], 'source.place': 'cluster', 'source.network': '100.64.3.0/24' },
  ],
  [call('s3', 'ListBuckets', { sourceIPAddress: '192.168.3.4' }), { 'source.pod': true, 'source.clusters': ['fleet'] }],
  [call('s3', 'ListBuckets', { sourceIPAddress: '::ffff:100.64.3.4' }), { 'source.pod': true }],
  [
    call('s3', 'ListBuckets', { sourceIPAddress: '10.0.3.4' }),
    { 'source.pod': false, 'source.clusters': ['prod'], 'source.kind': 'address' },
  ],
  [call('s3', 'ListBuckets', { sourceIPAddress: 'AWS Internal' }), { 'source.pod': false, 'source.kind': 'internal' }],
  ...[
    'Boto3/1.40',
    'aws-sdk-java/2',
    '[S3Console/0.4]',
    'curl/8',
    'APN/1.0 HashiCorp/1.0 Terraform/1.9',
    'x Boto3/1.40',
  ].map((userAgent): Said => [call('s3', 'ListBuckets', { userAgent }), { 'agent.application': true }]),
  ...[
    'Go-http-client/1.1',
    'aws-sdk-go-v2/1.41 exec-env/x',
    'aws-cli/2.30 Botocore/1',
    'amazon-ssm-agent/3 curl',
    'kubelet/v1',
    'containerd/2',
    'ecr-credential-provider/1',
  ].map((userAgent): Said => [call('s3', 'ListBuckets', { userAgent }), { 'agent.application': false }]),
];

const key = { tagSet: { items: [{ key: 'karpenter.sh/nodepool', value: 'x' }] } };
const specified = {
  tagSpecificationSet: { items: [{ resourceType: 'instance', tags: [{ key: 'karpenter.sh/nodepool' }] }] },
};
const tags: readonly Said[] = [
  ...each('ec2', 'CreateTags DeleteTags', { ...key, resourcesSet: { items: [{ resourceId: 'i-0aaa' }] } }, api => ({
    'tags.written': [
      {
        key: 'karpenter.sh/nodepool',
        value: 'x',
        action: api === 'CreateTags' ? 'create' : 'delete',
        atCreation: false,
        resourceType: 'instance',
        resources: ['i-0aaa'],
        steering: true,
        selectsImages: true,
      },
    ],
  })),
  ...each(
    'ec2',
    'RunInstances CreateFleet RequestSpotInstances CreateLaunchTemplate CreateLaunchTemplateVersion CreateSecurityGroup CreateSubnet CreateImage CopyImage RegisterImage CreateRestoreImageTask',
    specified,
    {
      'tags.written': [
        {
          key: 'karpenter.sh/nodepool',
          value: 'any',
          action: 'create',
          atCreation: true,
          resourceType: 'instance',
          resources: [],
          steering: true,
          selectsImages: true,
        },
      ],
    },
  ),
];

/** The type that an id tells, of each kind that tags matter on, and ids of what a call makes. */
const ids: readonly (readonly [id: string, type: string])[] = [
  ['i-0aaa', 'instance'],
  ['sg-0aaa', 'security-group'],
  ['subnet-0aaa', 'subnet'],
  ['lt-0aaa', 'launch-template'],
  ['vol-0aaa', 'volume'],
  ['eni-0aaa', 'network-interface'],
  ['ami-0aaa', 'image'],
  ['snap-0aaa', 'snapshot'],
  ['fleet-0aaa', 'fleet'],
  ['sir-0aaa', 'spot-instances-request'],
  ['sfr-0aaa', 'spot-fleet-request'],
  ['vpc-0aaa', 'vpc'],
  ['cr-0aaa', 'capacity-reservation'],
  ['rtb-0aaa', 'other'],
  ['x', 'other'],
];
const tag = { value: 'x', action: 'create', atCreation: true, steering: true, selectsImages: true } as const;
const nodepool = { ...tag, key: 'karpenter.sh/nodepool' };
const answers: readonly (readonly [api: string, type: string, id: string, response: JsonObject])[] = [
  ['RunInstances', 'instance', 'i-0aaa', { instancesSet: { items: [{ instanceId: 'i-0aaa' }] } }],
  ['CreateFleet', 'fleet', 'fleet-0aaa', { CreateFleetResponse: { fleetId: 'fleet-0aaa' } }],
  [
    'CreateFleet',
    'instance',
    'i-0aaa',
    { CreateFleetResponse: { fleetInstanceSet: { item: { instanceIds: { item: 'i-0aaa' } } } } },
  ],
  [
    'RequestSpotInstances',
    'spot-instances-request',
    'sir-0aaa',
    { spotInstanceRequestSet: { items: [{ spotInstanceRequestId: 'sir-0aaa' }] } },
  ],
  [
    'CreateLaunchTemplate',
    'launch-template',
    'lt-0aaa',
    { CreateLaunchTemplateResponse: { launchTemplate: { launchTemplateId: 'lt-0aaa' } } },
  ],
  [
    'CreateLaunchTemplateVersion',
    'launch-template',
    'lt-0aaa',
    { CreateLaunchTemplateVersionResponse: { launchTemplateVersion: { launchTemplateId: 'lt-0aaa' } } },
  ],
  ['CreateSecurityGroup', 'security-group', 'sg-0aaa', { groupId: 'sg-0aaa' }],
  ['CreateSubnet', 'subnet', 'subnet-0aaa', { subnet: { subnetId: 'subnet-0aaa' } }],
  ...['CreateImage', 'CopyImage', 'RegisterImage', 'CreateRestoreImageTask'].map(
    api => [api, 'image', 'ami-0aaa', { imageId: 'ami-0aaa' }] as const,
  ),
];
const written: readonly Said[] = [
  ...ids.map(
    ([id, resourceType]): Said => [
      asks('ec2', 'CreateTags', {
        tagSet: { items: [{ key: 'karpenter.sh/nodepool', value: 'x' }] },
        resourcesSet: { items: [{ resourceId: id }] },
      }),
      { 'tags.written': [{ ...nodepool, atCreation: false, resourceType, resources: [id] }] },
    ],
  ),
  ...answers.map(
    ([api, resourceType, id, responseElements]): Said => [
      asks(
        'ec2',
        api,
        { tagSpecificationSet: { items: [{ resourceType, tags: [{ key: 'karpenter.sh/nodepool', value: 'x' }] }] } },
        { responseElements },
      ),
      { 'tags.written': [{ ...nodepool, resourceType, resources: [id] }] },
    ],
  ),
  // What a template will tag does not exist yet: the template stands for it.
  [
    asks(
      'ec2',
      'CreateLaunchTemplate',
      {
        CreateLaunchTemplateRequest: {
          LaunchTemplateData: { TagSpecification: { ResourceType: 'instance', Tag: { Key: 'shop', Value: 'x' } } },
        },
      },
      { responseElements: { CreateLaunchTemplateResponse: { launchTemplate: { launchTemplateId: 'lt-0aaa' } } } },
    ),
    {
      'tags.written': [
        {
          ...tag,
          key: 'shop',
          steering: false,
          selectsImages: false,
          resourceType: 'instance',
          resources: ['lt-0aaa'],
        },
      ],
    },
  ],
  // Without tags it deletes all of them.
  [
    asks('ec2', 'DeleteTags', {
      resourcesSet: { items: [{ resourceId: 'i-0aaa' }, { resourceId: 'i-0bbb' }, { resourceId: 'i-0aaa' }, {}] },
    }),
    {
      'tags.written': [
        {
          ...tag,
          key: '*',
          value: 'any',
          action: 'delete',
          atCreation: false,
          resourceType: 'instance',
          resources: ['i-0aaa', 'i-0bbb'],
        },
      ],
    },
  ],
  [asks('ec2', 'CreateTags', { resourcesSet: { items: [{ resourceId: 'i-0aaa' }] } }), { 'tags.written': [] }],
  ...each(
    'elasticloadbalancing',
    'CreateTags',
    { tagSet: { items: [{ key: 'a' }] }, resourcesSet: { items: [{ resourceId: 'i-0aaa' }] } },
    { 'tags.written': [] },
  ),
  ...each('ec2', 'CreateVolume toString', specified, { 'tags.written': [] }),
];

/** Ordinary calls of which no fact that needs anything says anything, but who made them. */
export const ordinaryCalls: readonly Event<'cloudtrail'>[] = [
  call('rekognition', 'DetectLabels', { requestParameters: { maxLabels: 1 }, userIdentity: developer }),
];

/** Calls to AWS in which facts say something: each call, member and form that a fact takes heed of. */
export const cloudtrailSayings: readonly Said[] = [
  ...assumed,
  ...bootstrap,
  ...eks,
  ...evidence,
  ...exposure,
  ...hybrid,
  ...hybridMore,
  ...iam,
  ...users,
  ...instances,
  ...interruption,
  ...launches,
  ...otherLaunches,
  ...launchesMore,
  ...blinding,
  ...blinded,
  ...principals,
  ...sensitive,
  ...outcomes,
  ...parameters,
  ...places,
  ...tags,
  ...written,
];
