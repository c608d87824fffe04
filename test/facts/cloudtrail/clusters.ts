import { asks, each, role, type Said } from './saying.ts';

export const eks: readonly Said[] = [
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
      kubeApiServerConfig: { serviceNodePortRange: { minPort: 22, maxPort: 32767 } },
    },
    { 'eks.endpoint-opened': true, 'eks.node-ports-lowered': true },
  ),
  [
    asks('eks', 'UpdateClusterConfig', {
      name: 'prod',
      logging: { clusterLogging: [{ enabled: 'false', types: ['audit'] }] },
    }),
    { 'eks.logging-off': ['audit'], 'eks.endpoint-opened': false, 'eks.node-ports-lowered': false },
  ],
  [
    asks('eks', 'CreatePodIdentityAssociation', {
      name: 'prod',
      roleArn: role('prod-karpenter'),
      namespace: 'shop',
      serviceAccount: 'app',
    }),
    {
      'eks.role': role('prod-karpenter'),
      'eks.role-kind': 'controller',
      'eks.service-account': 'shop/app',
      'eks.role-own': false,
    },
  ],
  ...['prod', 'fleet'].map(
    (name): Said => [
      asks('eks', 'CreatePodIdentityAssociation', {
        name,
        roleArn: role('prod-karpenter'),
        namespace: 'kube-system',
        serviceAccount: 'karpenter',
      }),
      { 'eks.role-own': name === 'prod' },
    ],
  ),
  [
    asks('eks', 'CreateAddon', { name: 'prod', addonName: 'vpc-cni', serviceAccountRoleArn: role('x') }),
    { 'eks.service-account': 'add-on vpc-cni', 'eks.role-kind': 'other' },
  ],
];

export const hybrid: readonly Said[] = [
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
  ...each(
    'rolesanywhere',
    'PutAttributeMapping DeleteAttributeMapping',
    { profileId: 'p-1', certificateField: 'x509SAN' },
    { 'hybrid.act': 'mapping', 'hybrid.subjects': ['p-1'] },
  ),
  [
    asks('ssm', 'UpdateServiceSetting', {
      settingId: '/ssm/managed-instance/default-ec2-instance-management-role',
      settingValue: 'service-role/reports',
    }),
    { 'hybrid.act': 'host-management', 'hybrid.subjects': ['service-role/reports'], 'hybrid.role-kind': 'other' },
  ],
  [
    asks('ssm', 'RegisterDefaultHostManagementConfiguration', { permissionModel: 'SERVICE_MANAGED' }),
    { 'hybrid.act': 'host-management', 'hybrid.subjects': ['SERVICE_MANAGED'], 'hybrid.role-kind': 'none' },
  ],
  [
    asks('ssm', 'RegisterDefaultHostManagementConfiguration', {
      permissionModel: 'SELF_MANAGED',
      roleArn: 'arn:aws:iam::111122223333:role/KarpenterNodeRole-prod',
    }),
    { 'hybrid.act': 'host-management', 'hybrid.subjects': ['KarpenterNodeRole-prod'], 'hybrid.role-kind': 'node' },
  ],
  [
    asks('ssm', 'UpdateServiceSetting', { settingId: '/ssm/opsinsights/opscenter', settingValue: 'Enabled' }),
    { 'hybrid.act': 'none', 'hybrid.subjects': [], 'hybrid.role-kind': 'none' },
  ],
  [
    asks('eks', 'UpdateClusterConfig', {
      name: 'prod',
      remoteNetworkConfig: { remoteNodeNetworks: [{ cidrs: ['10.200.0.0/16'] }] },
    }),
    { 'hybrid.act': 'network', 'hybrid.subjects': ['prod'] },
  ],
];

const profile = (name: string, ...roles: readonly string[]) => ({ name, roleArns: roles.map(role) });
export const hybridMore: readonly Said[] = [
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
