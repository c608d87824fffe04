import { describe, expect, test } from 'vitest';
import { call, developer, karpenter, roleSession } from '../../core/cloudtrail/example.ts';
import { clusterApi, platform } from '../../core/cloudtrail/example-callers.ts';
import { assumedFacts } from '../../core/cloudtrail/facts/assumed.ts';
import { eksFacts } from '../../core/cloudtrail/facts/eks.ts';
import { iamFacts } from '../../core/cloudtrail/facts/iam.ts';
import type { UserIdentity } from '../../core/cloudtrail/record.ts';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import type { Settings } from '../../core/settings.ts';

const facts = { ...assumedFacts, ...eksFacts, ...iamFacts };
/** What a fact says of a call: of the service it belongs to, and whether another service's call of that name says nothing. */
const of = (
  name: string,
  service: string,
  api: string,
  over: object,
  settings: Settings = exampleSettings,
): readonly [Json, Json] => {
  const read = (source: string) => facts[name]?.read(call(source, api, over), settings) ?? 'no such fact';
  return [read(service), read('sns')];
};
const row = <const T>(api: string, requestParameters: JsonObject, expected: T, more: object = {}) =>
  [api, { requestParameters, ...more }, expected] as const;

describe('what an IAM call is about', () => {
  const said = (resource: string) => ({
    errorMessage: `User: x is not authorized to perform: iam:X on resource: ${resource} because`,
  });
  test.each([
    row('AttachRolePolicy', { roleName: 'worker' }, 'worker'),
    row('AttachRolePolicy', { roleName: 'path/worker' }, 'worker'),
    row('AttachRolePolicy', { roleName: '' }, 'none'),
    row('AttachRolePolicy', {}, 'worker', said('role worker')),
    row('AttachRolePolicy', { roleName: '' }, 'worker', said('role a/b/worker')),
    row('AttachRolePolicy', {}, 'worker', said('arn:aws-cn:iam::111122223333:role/a/worker')),
    row('AttachRolePolicy', {}, 'w+=,.@-1', said('arn:aws:iam::111122223333:role/w+=,.@-1')),
    row('AttachRolePolicy', {}, 'none', said('user worker')),
    row('AttachRolePolicy', {}, 'none', said('policy arn:aws:iam::111122223333:policy/x')),
    row('AttachRolePolicy', {}, 'none', { errorMessage: 7 }),
  ])('the role of %s %j is %s', (api, over, expected) => {
    expect(of('iam.role', 'iam', api, over)).toEqual([expected, 'none']);
  });

  test.each([
    row('DeleteUser', { userName: 'alice' }, 'alice'),
    row('DeleteUser', { userName: '' }, 'alice', said('user alice')),
    row('DeleteUser', {}, 'alice', said('user a/b/alice')),
    row('DeleteUser', {}, 'alice', said('arn:aws-cn:iam::111122223333:user/a/b/alice')),
    row('DeleteUser', {}, 'none', said('role alice')),
    row('CreateAccessKey', {}, 'bob', { responseElements: { accessKey: { userName: 'bob' } } }),
  ])('the user of %s %j is %s', (api, over, expected) => {
    expect(of('iam.user', 'iam', api, over)).toEqual([expected, 'none']);
  });

  test.each([
    row('DeleteRole', { roleName: 'prod-karpenter' }, 'controller'),
    row('DeleteRole', { roleName: 'KarpenterNodeRole-prod' }, 'node'),
    row('DeleteRole', { roleName: 'tripline-prod-Announce' }, 'pipeline'),
    row('DeleteRole', { roleName: 'worker' }, 'other'),
    row('DeleteRole', {}, 'none'),
  ])('%s %j is of a role that is %s', (api, over, expected) => {
    expect(of('iam.role-kind', 'iam', api, over)).toEqual([expected, 'none']);
  });

  const arn = (name: string) => `arn:aws:iam::aws:policy/${name}`;
  const everything = JSON.stringify({ Statement: { Effect: 'Allow', Action: '*', Resource: '*' } });
  const everyUser = JSON.stringify({
    Statement: { Effect: 'Allow', Action: 'iam:CreateAccessKey', Resource: 'arn:aws:iam::111122223333:user/*' },
  });
  const anyRole = JSON.stringify({ Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' } });
  const little = JSON.stringify({ Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' } });
  test.each([
    row('AttachRolePolicy', { policyArn: arn('AdministratorAccess') }, ['admin', arn('AdministratorAccess')]),
    row('AttachRolePolicy', { policyArn: arn('ReadOnlyAccess') }, ['other', arn('ReadOnlyAccess')]),
    row('AttachRolePolicy', { policyArn: arn('AmazonEKSWorkerNodePolicy') }, [
      'permitted',
      arn('AmazonEKSWorkerNodePolicy'),
    ]),
    row('PutRolePermissionsBoundary', { permissionsBoundary: arn('x') }, ['other', arn('x')]),
    row('PutRolePolicy', { policyName: 'AdministratorAccess' }, ['unread', 'AdministratorAccess']),
    row('PutRolePolicy', { policyName: 'x', policyDocument: '{' }, ['unread', 'x']),
    row('PutRolePolicy', { policyName: 'x', policyDocument: `${' '.repeat(50_000)}${everything}` }, ['admin', 'x']),
    row('PutRolePolicy', { policyName: 'x', policyDocument: `%0A${encodeURIComponent(everything)}` }, ['admin', 'x']),
    row('PutRolePolicy', { policyName: 'x', policyDocument: everyUser }, ['admin', 'x']),
    row('PutRolePolicy', { policyName: 'x', policyDocument: anyRole }, ['admin', 'x']),
    row('PutRolePolicy', { policyName: 'AmazonEKSWorkerNodePolicy', policyDocument: everything }, [
      'admin',
      'AmazonEKSWorkerNodePolicy',
    ]),
    row('PutRolePolicy', { policyName: 'x', policyDocument: little }, ['other', 'x']),
    row('DeleteRole', {}, ['none', 'none']),
  ])('the policy of %s %j is %j', (api, over, [kind, policy]) => {
    const settings = { ...exampleSettings, nodePolicies: ['AmazonEKSWorkerNodePolicy'] };
    expect(of('iam.policy-kind', 'iam', api, over, settings)).toEqual([kind, 'none']);
    expect(of('iam.policy', 'iam', api, over)).toEqual([policy, 'none']);
    expect(of('iam.policy-name', 'iam', api, over)).toEqual([String(policy).split('/').at(-1), 'none']);
  });

  test.each([
    row('SetDefaultPolicyVersion', {}, true),
    row('CreatePolicyVersion', { setAsDefault: true }, true),
    row('CreatePolicyVersion', { setAsDefault: 'true' }, true),
    row('CreatePolicyVersion', { setAsDefault: 'false' }, false),
    row('CreatePolicyVersion', {}, false),
    row('CreatePolicy', { setAsDefault: true }, false),
  ])('%s %j puts a version in force: %s', (api, over, expected) => {
    expect(of('iam.version-in-force', 'iam', api, over)).toEqual([expected, false]);
  });

  const anyone = JSON.stringify({ Statement: { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' } });
  const account = (id: string) =>
    JSON.stringify({ Statement: { Effect: 'Allow', Principal: { AWS: id }, Action: 'sts:AssumeRole' } });
  test.each([
    row('CreateRole', { assumeRolePolicyDocument: anyone }, ['anyone']),
    row('UpdateAssumeRolePolicy', { policyDocument: anyone }, ['anyone']),
    row('UpdateAssumeRolePolicy', { policyDocument: account('111122223333') }, []),
    row('UpdateAssumeRolePolicy', { policyDocument: account('444455556666') }, ['other-account']),
    row('CreateRole', { policyDocument: anyone }, []),
    row('PutRolePolicy', { policyDocument: anyone }, []),
    row('CreateRole', {}, []),
  ])('%s %j lets in %j', (api, over, expected) => {
    expect(of('iam.trust', 'iam', api, over)).toEqual([expected, []]);
    // The account that the record is of is ours, whether settings name any or not.
    if (!JSON.stringify(over).includes('4444'))
      expect(of('iam.trust', 'iam', api, over, defineConfig({}))[0]).toEqual(expected);
  });

  const name = 'instanceProfileName';
  test.each([
    row('CreateInstanceProfile', { [name]: 'prod_123456789012345' }, true),
    row('CreateInstanceProfile', { [name]: 'prod_12345678901234' }, false),
    row('CreateInstanceProfile', { [name]: 'prod_123456789012345x' }, false),
    row('AddRoleToInstanceProfile', { [name]: 'x', path: '/karpenter/eu-west-1/' }, true),
    row('CreateInstanceProfile', { [name]: 'x' }, true, {
      responseElements: { instanceProfile: { path: '/karpenter/x/' } },
    }),
    row('CreateInstanceProfile', { [name]: 'x', path: '/a/karpenter/' }, false),
    row('TagInstanceProfile', { [name]: 'x', tags: [{ key: 'karpenter.k8s.aws/ec2nodeclass', value: 'x' }] }, true),
    row('TagInstanceProfile', { [name]: 'x', tags: [{ key: 'x/karpenter.k8s.aws/' }] }, false),
    row('UntagInstanceProfile', { [name]: 'x', tagKeys: [7, 'karpenter.k8s.aws/ec2nodeclass'] }, true),
    row('GetInstanceProfile', { [name]: 'prod_123456789012345' }, false),
    row('DeleteInstanceProfile', {}, false),
  ])('%s %j is of a profile of Karpenter’s: %s', (api, over, expected) => {
    expect(of('profile.karpenter', 'iam', api, over)).toEqual([expected, false]);
    const named = api === 'GetInstanceProfile' ? 'none' : (over.requestParameters[name] ?? 'unknown');
    expect(of('profile.name', 'iam', api, over)).toEqual([named, 'none']);
  });

  test('a profile is foreign to a cluster’s Karpenter where it bears another cluster’s name', () => {
    const by = (userIdentity: UserIdentity, profile: string, api = 'DeleteInstanceProfile') =>
      of('profile.foreign', 'iam', api, { userIdentity, requestParameters: { [name]: profile } })[0];
    expect(by(karpenter, 'other_123')).toBe(true);
    expect(by(karpenter, 'prod_123')).toBe(false);
    expect(by(karpenter, 'other_123', 'GetInstanceProfile')).toBe(false);
    expect(by(clusterApi, 'other_123')).toBe(false);
    const role = 'arn:aws:iam::111122223333:role/prod-karpenter';
    const shared = defineConfig({
      clusters: [{ name: 'a' }, { name: 'b' }, { name: 'c' }],
      controllers: [
        ...['a', 'b'].map(cluster => ({ kind: 'karpenter' as const, cluster, roles: [role] })),
        { kind: 'karpenter', cluster: 'c', roles: ['arn:aws:iam::111122223333:role/else'] },
      ],
    });
    const of2 = (profile: string) =>
      of(
        'profile.foreign',
        'iam',
        'DeleteInstanceProfile',
        { userIdentity: karpenter, requestParameters: { [name]: profile } },
        shared,
      )[0];
    expect([of2('a_1'), of2('b_1'), of2('c_1')]).toEqual([false, false, true]);
  });
});

describe('who assumes a role', () => {
  const role = 'arn:aws:iam::111122223333:role/prod-karpenter';
  const capa = 'arn:aws:iam::111122223333:role/controllers.cluster-api-provider-aws.sigs.k8s.io';
  const eks = 'arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/X';
  const pod = (userName: string, identityProvider = eks) => ({
    userIdentity: { type: 'WebIdentityUser', userName, identityProvider },
  });
  const agent = (tags: { readonly [key: string]: string }) => ({
    userIdentity: { type: 'AWSService', invokedBy: 'pods.eks.amazonaws.com' },
    requestParameters: { roleArn: role, tags: Object.entries(tags).map(([key, value]) => ({ key, value })) },
  });
  const own = { 'kubernetes-namespace': 'kube-system', 'kubernetes-service-account': 'karpenter' };
  const service = (invokedBy: string) => ({ userIdentity: { type: 'AWSService', invokedBy } });
  const subject = 'system:serviceaccount:kube-system:karpenter';
  const web = 'AssumeRoleWithWebIdentity';

  test.each<[string, string, object, string, string]>([
    ['its own account', web, pod(subject), 'named', subject],
    ['another account', web, pod('system:serviceaccount:x:karpenter'), 'stranger', 'system:serviceaccount:x:karpenter'],
    ['a provider of another account', web, pod(subject, eks.replace('1111', '4444')), 'stranger', subject],
    ['a provider that is not EKS’s', web, pod(subject, eks.replace('oidc.eks', 'x.eks')), 'stranger', subject],
    ['no provider', web, pod(subject, 'accounts.google.com'), 'stranger', subject],
    [
      'what the answer says of both',
      web,
      { userIdentity: {}, responseElements: { subjectFromWebIdentityToken: subject, provider: eks } },
      'named',
      subject,
    ],
    ['nobody', web, { userIdentity: { type: 'WebIdentityUser' } }, 'unknown', 'unknown'],
    ['its pod identity', 'AssumeRole', agent(own), 'named', subject],
    ['that of its cluster', 'AssumeRole', agent({ ...own, 'eks-cluster-name': 'prod' }), 'named', subject],
    ['that of another cluster', 'AssumeRole', agent({ ...own, 'eks-cluster-name': 'x' }), 'stranger', subject],
    ['a pod identity without tags', 'AssumeRole', agent({}), 'unknown', 'pods.eks.amazonaws.com'],
    [
      'one with half of them',
      'AssumeRole',
      agent({ 'kubernetes-namespace': 'kube-system' }),
      'unknown',
      'pods.eks.amazonaws.com',
    ],
    [
      'one with an empty tag',
      'AssumeRole',
      agent({ ...own, 'kubernetes-namespace': '' }),
      'unknown',
      'pods.eks.amazonaws.com',
    ],
    ['a service', 'AssumeRole', service('ec2.amazonaws.com'), 'stranger', 'ec2.amazonaws.com'],
    [
      'the platform',
      'AssumeRole',
      { userIdentity: platform },
      'named',
      'arn:aws:iam::111122223333:role/platform-deployer',
    ],
    ['a person', 'AssumeRole', { userIdentity: developer }, 'stranger', 'arn:aws:iam::111122223333:role/developer'],
  ])('%s', (_, api, over, named, by) => {
    const whole = { requestParameters: { roleArn: role }, ...over };
    expect(of('assumed.named', 'sts', api, whole)).toEqual([named, 'none']);
    expect(of('assumed.by', 'sts', api, whole)).toEqual([by, 'none']);
    expect(of('assumed.role', 'sts', api, whole)).toEqual([role, 'none']);
    expect(of('assumed.role-kind', 'sts', api, whole)).toEqual(['controller', 'none']);
    expect(of('assumed.node-role', 'sts', api, whole)).toEqual(['none', 'none']);
  });

  test('EC2 hands out the role of Cluster API’s controllers, EKS that of its control plane', () => {
    const settings = defineConfig({
      controllers: [
        { kind: 'karpenter', roles: [role, capa] },
        { kind: 'cluster-api', roles: [capa] },
        { kind: 'eks', roles: ['arn:aws:iam::111122223333:role/eks'] },
      ],
    });
    const named = (roleArn: string, by: string, given = settings) =>
      of('assumed.named', 'sts', 'AssumeRole', { ...service(by), requestParameters: { roleArn } }, given)[0];
    expect(named(capa, 'ec2.amazonaws.com')).toBe('named');
    expect(named(capa, 'eks.amazonaws.com')).toBe('stranger');
    expect(named('arn:aws:iam::111122223333:role/eks', 'eks.amazonaws.com')).toBe('named');
    expect(named('arn:aws:iam::111122223333:role/eks', 'ec2.amazonaws.com')).toBe('stranger');
    expect(named(role, 'eks.amazonaws.com')).toBe('stranger');
    expect(named(role, 'lambda.amazonaws.com', defineConfig({}))).toBe('named');
  });

  test('usual accounts stand in where settings name none, and accounts of any cluster where they name no cluster', () => {
    const bare = defineConfig({});
    const said = (over: object, settings: Settings, api = web, roleArn = role) =>
      of('assumed.named', 'sts', api, { requestParameters: { roleArn }, ...over }, settings)[0];
    expect(said(pod('system:serviceaccount:x:karpenter'), bare)).toBe('named');
    expect(said(pod('system:serviceaccount:x:web'), bare)).toBe('stranger');
    expect(said(agent({ ...own, 'eks-cluster-name': 'any' }), bare, 'AssumeRole')).toBe('named');
    const open = defineConfig({
      controllers: [
        { kind: 'karpenter', roles: [role], serviceAccounts: [subject] },
        { kind: 'karpenter', roles: [role] },
      ],
    });
    expect(said(agent({ ...own, 'eks-cluster-name': 'any' }), open, 'AssumeRole')).toBe('named');
    const none = defineConfig({ controllers: [{ kind: 'karpenter', roles: [role] }] });
    expect(said(pod(subject), none)).toBe('unknown');
    const own1 = defineConfig({
      clusters: [{ name: 'eks' }, { name: 'own', kind: 'kubeadm' }],
      controllers: [
        { kind: 'karpenter', cluster: 'own', roles: [role], serviceAccounts: [subject] },
        { kind: 'karpenter', cluster: 'eks', roles: [role], serviceAccounts: [subject] },
      ],
    });
    expect(said(pod(subject, 'arn:aws:iam::111122223333:oidc-provider/own.example.com'), own1)).toBe('named');
  });

  test('of a node is its name, and of other calls nobody', () => {
    const node = { requestParameters: { roleArn: 'arn:aws:iam::111122223333:role/a/KarpenterNodeRole-prod' } };
    expect(of('assumed.node-role', 'sts', 'AssumeRoleWithSAML', node)).toEqual(['KarpenterNodeRole-prod', 'none']);
    expect(of('assumed.role', 'sts', 'GetFederationToken', node)[0]).toBe('none');
    for (const name of ['assumed.role', 'assumed.role-kind', 'assumed.by', 'assumed.named', 'assumed.node-role'])
      expect(of(name, 'sts', 'AssumeRole', { requestParameters: null })[0], name).toBe('none');
    const worker = { requestParameters: { roleArn: 'arn:aws:iam::111122223333:role/worker' } };
    expect(of('assumed.named', 'sts', 'AssumeRole', worker)[0]).toBe('none');
    expect(of('assumed.role-kind', 'sts', 'AssumeRole', worker)[0]).toBe('other');
    const web1 = { userIdentity: roleSession('worker', 'x'), ...worker };
    expect(of('assumed.by', 'sts', 'AssumeRole', web1)[0]).toBe('arn:aws:iam::111122223333:role/worker');
  });
});

describe('what an EKS call says', () => {
  const policy = (name: string) => `arn:aws:eks::aws:cluster-access-policy/${name}`;
  test.each([
    row('AssociateAccessPolicy', { policyArn: policy('AmazonEKSClusterAdminPolicy') }, [
      'admin',
      'AmazonEKSClusterAdminPolicy',
    ]),
    row('AssociateAccessPolicy', { policyArn: policy('AmazonEKSViewPolicy') }, ['other', 'AmazonEKSViewPolicy']),
    row('AssociateAccessPolicy', { policyArn: encodeURIComponent(policy('AmazonEKSAdminPolicy')) }, [
      'admin',
      'AmazonEKSAdminPolicy',
    ]),
    row('CreateAccessEntry', { kubernetesGroups: ['system:masters'] }, ['admin', 'none']),
    row('CreateAccessEntry', { kubernetesGroups: ['dev'], type: 'STANDARD' }, ['other', 'none']),
    row('UpdateAccessEntry', { type: 'EC2_LINUX' }, ['node', 'none']),
    row('CreateAccessEntry', { type: '' }, ['other', 'none']),
    row('DeleteAccessEntry', { type: 'EC2_LINUX' }, ['none', 'none']),
  ])('%s %j grants %j', (api, over, [access, name]) => {
    expect(of('eks.access', 'eks', api, over)).toEqual([access, 'none']);
    expect(of('eks.policy', 'eks', api, over)).toEqual([name, 'none']);
  });

  test('is its cluster and who is granted something, as the address has them', () => {
    const arn = 'arn:aws:iam::111122223333:role/a';
    const named = (over: JsonObject) => of('eks.cluster', 'eks', 'X', { requestParameters: over });
    expect(named({ name: 'prod', clusterName: 'x' })).toEqual(['prod', 'none']);
    expect(named({ name: '', clusterName: 'pr%6fd' })[0]).toBe('prod');
    expect(named({ name: '100%zz' })[0]).toBe('100%zz');
    expect(named({ name: '%ff%41' })[0]).toBe('%ff%41');
    expect(named({})[0]).toBe('none');
    const granted = (principalArn: string) => of('eks.grantee', 'eks', 'X', { requestParameters: { principalArn } });
    expect(granted(encodeURIComponent(arn))).toEqual([arn, 'none']);
    expect(granted('')[0]).toBe('none');
  });

  const logging = (...clusterLogging: readonly JsonObject[]) => ({ logging: { clusterLogging } });
  test.each([
    row('UpdateClusterConfig', logging({ types: ['audit', 7, 'api'], enabled: false }), ['api', 'audit']),
    row('UpdateClusterConfig', logging({ types: ['audit'], enabled: 'false' }, { types: ['api'], enabled: true }), [
      'audit',
    ]),
    row('CreateCluster', logging({ types: ['audit'] }), []),
    row('UpdateClusterVersion', logging({ types: ['audit'], enabled: false }), []),
  ])('%s %j switches off %j', (api, over, expected) => {
    expect(of('eks.logging-off', 'eks', api, over)).toEqual([expected, []]);
  });

  const endpoint = (over: JsonObject) => ({ resourcesVpcConfig: over });
  test.each([
    row('UpdateClusterConfig', endpoint({ endpointPublicAccess: true }), true),
    row('UpdateClusterConfig', endpoint({ endpointPublicAccess: 'true', publicAccessCidrs: ['0.0.0.0/0'] }), true),
    row('UpdateClusterConfig', endpoint({ endpointPublicAccess: true, publicAccessCidrs: ['198.51.100.0/24'] }), false),
    row('UpdateClusterConfig', endpoint({ endpointPublicAccess: true, publicAccessCidrs: [7] }), true),
    row('UpdateClusterConfig', endpoint({ publicAccessCidrs: ['198.51.100.0/24', '0.0.0.0/0'] }), true),
    row('UpdateClusterConfig', endpoint({ publicAccessCidrs: ['0.0.0.0/0'], endpointPublicAccess: 'false' }), false),
    row('UpdateClusterConfig', endpoint({}), false),
    row('DescribeCluster', endpoint({ endpointPublicAccess: true }), false),
  ])('%s %j opens the API server: %s', (api, over, expected) => {
    expect(of('eks.endpoint-opened', 'eks', api, over)).toEqual([expected, false]);
  });

  const role = (name: string, account = '111122223333') => `arn:aws:iam::${account}:role/${name}`;
  const association = (over: JsonObject) => ({ responseElements: { association: over } });
  test.each([
    row('CreatePodIdentityAssociation', { roleArn: role('a'), targetRoleArn: role('prod-karpenter') }, [
      role('prod-karpenter'),
      'controller',
    ]),
    row(
      'UpdatePodIdentityAssociation',
      {},
      [role('b'), 'other'],
      association({ roleArn: role('a'), targetRoleArn: role('b') }),
    ),
    row('UpdatePodIdentityAssociation', {}, [role('a'), 'other'], association({ roleArn: role('a') })),
    row('CreateAddon', { serviceAccountRoleArn: role('KarpenterNodeRole-prod') }, [
      role('KarpenterNodeRole-prod'),
      'node',
    ]),
    row(
      'CreateAddon',
      {
        podIdentityAssociations: [
          { roleArn: role('x') },
          { roleArn: role('prod-karpenter') },
          { roleArn: role('x') },
          {},
        ],
      },
      [`${role('x')}, ${role('prod-karpenter')}`, 'controller'],
    ),
    row('CreateAddon', { serviceAccountRoleArn: role('prod-karpenter', '444455556666') }, [
      role('prod-karpenter', '444455556666'),
      'other',
    ]),
    row('CreateAddon', { serviceAccountRoleArn: 'prod-karpenter' }, ['prod-karpenter', 'controller']),
    row('CreateAddon', {}, ['none', 'none']),
  ])('%s %j gives pods %j', (api, over, [roles, kind]) => {
    expect(of('eks.role', 'eks', api, over)).toEqual([roles, 'none']);
    expect(of('eks.role-kind', 'eks', api, over)).toEqual([kind, 'none']);
  });

  test.each([
    row('CreatePodIdentityAssociation', { namespace: 'a', serviceAccount: 'b' }, 'a/b'),
    row(
      'UpdatePodIdentityAssociation',
      { associationId: 'x' },
      'a/b',
      association({ namespace: 'a', serviceAccount: 'b' }),
    ),
    row('UpdatePodIdentityAssociation', { associationId: 'x', namespace: 'a' }, 'x'),
    row('UpdatePodIdentityAssociation', { associationId: 'x' }, 'x', association({ serviceAccount: 'b' })),
    row('CreateAddon', { addonName: 'vpc%2Dcni' }, 'add-on vpc-cni'),
    row('CreateCapability', { capabilityName: 'argo%2Dcd' }, 'capability argo-cd'),
    row('CreateAddon', {}, 'none'),
  ])('%s %j is about %s', (api, over, expected) => {
    expect(of('eks.service-account', 'eks', api, over)).toEqual([expected, 'none']);
  });
});
