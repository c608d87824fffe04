import { call, karpenter, nodeSession, refused, roleSession } from '../../../core/cloudtrail/example.ts';
import type { UserIdentity } from '../../../core/cloudtrail/record.ts';
import { asks, each, role, type Said } from './saying.ts';

/** Roles that are controllers' by their usual names, where settings name none. */
const usualControllers = [
  'KarpenterControllerRole-shop',
  'KarpenterController-shop',
  'KarpenterIRSA-shop',
  'karpenter-shop',
  'eks-controlplane.cluster-api-provider-aws.sigs.k8s.io',
  'AmazonEKSAutoClusterRole',
  'AmazonEKSClusterRole',
  'eksClusterRole',
  'eksctl-shop-cluster-ServiceRole-1',
];

export const assumed: readonly Said[] = [
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
  ...['controllers.cluster-api-provider-aws.sigs.k8s.io', 'shop-karpenter', ...usualControllers].map(
    (name): Said => [asks('sts', 'AssumeRole', { roleArn: role(name) }), {}],
  ),
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

const policy = 'arn:aws:iam::aws:policy/AdministratorAccess';
const trust = JSON.stringify({ Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' }] });
export const iam: readonly Said[] = [
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
  [asks('iam', 'PutRolePolicy', { roleName: 'x', policyDocument: '{' }), { 'iam.policy-kind': 'none' }],
  [
    asks('iam', 'PutRolePolicy', { roleName: 'x', policyName: 'y', policyDocument: '{' }),
    { 'iam.policy-kind': 'unread' },
  ],
  [asks('iam', 'PutRolePermissionsBoundary', { roleName: 'x', permissionsBoundary: policy }), { 'iam.policy': policy }],
  [
    call('iam', 'AttachRolePolicy', refused('AttachRolePolicy', 'role prod-karpenter')),
    { 'iam.role': 'prod-karpenter', 'iam.role-kind': 'controller' },
  ],
  [
    asks('iam', 'UpdateAssumeRolePolicy', { roleName: 'platform-deployer', policyDocument: trust }),
    { 'iam.exempt': 'platform' },
  ],
  [asks('iam', 'UpdateAssumeRolePolicy', { roleName: 'x', policyDocument: trust }), { 'iam.exempt': 'none' }],
  [asks('iam', 'CreateAccessKey', { userName: 'platform-deployer' }), { 'iam.exempt': 'none' }],
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

export const users: readonly Said[] = [
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

const asDelivered = (ec2RoleDelivery: string): UserIdentity =>
  roleSession('KarpenterNodeRole-prod', 'i-0aaaabbbbccccdddd', { sessionContext: { ec2RoleDelivery } });
/** As records were before `inScopeOf`. */
const older = roleSession('KarpenterNodeRole-prod', 'i-0aaaabbbbccccdddd');
const { sessionContext: _, ...withoutContext } = nodeSession();

export const principals: readonly Said[] = [
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
  ...['controllers.cluster-api-provider-aws.sigs.k8s.io', ...usualControllers].map(
    (name): Said => [call('ec2', 'CreateFleet', { userIdentity: roleSession(name, 'x') }), {}],
  ),
];
