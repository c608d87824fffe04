import { call, nodeSession, roleSession } from '../../core/cloudtrail/example.ts';
import { iam, other } from '../../core/cloudtrail/example-iam.ts';
import { runInstances } from '../../core/cloudtrail/example-launch.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit, component, iamSession, users } from '../../core/kubernetes/example.ts';
import { type Family, type Form, unseen } from './form.ts';

const trust = (Principal: JsonObject) =>
  JSON.stringify({ Statement: [{ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }] });
const handed: Form['seen'] = ['cloudtrail/exempt-identity-handed-on', 'high'];
const misused: Form['seen'] = ['kubernetes/component-identity-misused', 'critical'];
const platform = roleSession('platform-deployer', 'ci');
const role = 'arn:aws:iam::111122223333:role/prod-karpenter';
const withUser = { platform: { arns: ['arn:aws:iam::111122223333:user/rollout'] } };
const withSets = {
  platform: {
    arns: ['arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO_Platform_*'],
  },
};
const inside = { cluster: 'fleet', sourceIPs: ['10.1.0.5'] };
const outside = { cluster: 'fleet', sourceIPs: ['192.0.2.77'] };
const secret = { objectRef: { namespace: 'fleet-eu', name: 'prod-eu-ca' } };
const binding = 'clusterrolebindings.rbac.authorization.k8s.io';
const administrator = {
  objectRef: { name: 'tool' },
  requestObject: {
    roleRef: { kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ kind: 'User', name: 'mallory' }],
  },
};

/** Those who pass the rules, and how one becomes one of them. */
export const ofExempt: Family = {
  goal: 'Who passes the rules: the platform’s identity, and names of the control plane',
  forms: [
    {
      form: 'the platform’s role for everybody',
      event: iam('UpdateAssumeRolePolicy', { roleName: 'platform-deployer', policyDocument: trust({ AWS: '*' }) }),
      seen: ['cloudtrail/exempt-identity-handed-on', 'critical'],
    },
    {
      form: 'the platform’s role for a role of the account',
      event: iam('UpdateAssumeRolePolicy', {
        roleName: 'platform-deployer',
        policyDocument: trust({ AWS: 'arn:aws:iam::111122223333:role/developer' }),
      }),
      seen: handed,
    },
    {
      form: 'the platform’s role for a service (CloudFormation, Lambda)',
      event: iam('UpdateAssumeRolePolicy', {
        roleName: 'platform-deployer',
        policyDocument: trust({ Service: 'cloudformation.amazonaws.com' }),
      }),
      seen: handed,
    },
    {
      form: 'the platform’s role made again, for another account',
      event: iam('CreateRole', {
        roleName: 'platform-deployer',
        assumeRolePolicyDocument: trust({ AWS: 'arn:aws:iam::999999999999:root' }),
      }),
      seen: ['cloudtrail/exempt-identity-handed-on', 'critical'],
    },
    {
      form: 'a role that is named like a permission set of the platform’s',
      event: iam('CreateRole', {
        roleName: 'AWSReservedSSO_Platform_0123456789abcdee',
        assumeRolePolicyDocument: trust({ AWS: 'arn:aws:iam::111122223333:root' }),
      }),
      settings: withSets,
      seen: handed,
    },
    {
      form: 'what such a role does in a cluster',
      event: audit('patch', 'nodepools.karpenter.sh', {
        objectRef: { name: 'default' },
        user: iamSession('AWSReservedSSO_Platform_0123456789abcdee', 'mallory'),
      }),
      settings: withSets,
      seen: unseen(
        'the authenticator leaves out the path, which alone tells it from the real one; that it was made is seen',
      ),
    },
    ...['CreateAccessKey', 'CreateLoginProfile', 'UpdateLoginProfile'].map(
      (api): Form => ({
        form: `the platform’s user (${api})`,
        event: iam(api, { userName: 'rollout' }),
        settings: withUser,
        seen: handed,
      }),
    ),
    {
      form: 'a controller’s role given to a stack of CloudFormation',
      event: call('sts', 'AssumeRole', {
        userIdentity: { type: 'AWSService', invokedBy: 'cloudformation.amazonaws.com' },
        requestParameters: { roleArn: role, roleSessionName: 'AWSCloudFormation' },
      }),
      seen: ['cloudtrail/controller-role-assumed-by-other', 'critical'],
    },
    {
      form: 'the role of nodes given to a function',
      event: call('sts', 'AssumeRole', {
        userIdentity: { type: 'AWSService', invokedBy: 'lambda.amazonaws.com' },
        requestParameters: { roleArn: 'arn:aws:iam::111122223333:role/KarpenterNodeRole-prod', roleSessionName: 'x' },
      }),
      seen: ['cloudtrail/node-role-taken', 'high'],
    },
    {
      form: 'a stack that runs with the platform’s role',
      event: other('cloudformation', 'CreateStack', {
        stackName: 'x',
        roleARN: 'arn:aws:iam::111122223333:role/platform-deployer',
      }),
      seen: unseen('that is how platforms let others deploy: whom the role trusts is seen when it changes'),
    },
    {
      form: 'the platform’s role, assumed by whom it trusts',
      event: call('sts', 'AssumeRole', {
        requestParameters: {
          roleArn: 'arn:aws:iam::111122223333:role/platform-deployer',
          roleSessionName: 'x',
          sourceIdentity: 'bob',
        },
      }),
      seen: unseen('who may is in its trust policy, and that is seen when it changes'),
    },
    {
      form: 'the platform’s role for a vendor for some hours (AcceptDelegationRequest)',
      event: iam('AcceptDelegationRequest', { delegationRequestId: 'dr-0123456789abcdef' }, { by: platform }),
      seen: unseen('vendors are set up so: what the vendor’s account then does is judged as nobody’s who is exempt'),
    },
    {
      form: 'what the vendor’s account does as the platform',
      event: iam(
        'AttachRolePolicy',
        { roleName: 'KarpenterNodeRole-prod', policyArn: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess' },
        { by: { ...platform, invokedByDelegate: { accountId: '444455556666' } } },
      ),
      seen: ['cloudtrail/node-role-policy-attached', 'high'],
    },
    {
      form: 'session tags like those of EKS Pod Identity',
      event: call('sts', 'AssumeRole', {
        requestParameters: {
          roleArn: 'arn:aws:iam::111122223333:role/shop',
          roleSessionName: 'eks-prod-karpenter',
          tags: [{ key: 'kubernetes-service-account', value: 'karpenter' }],
        },
      }),
      seen: unseen('they count where a policy asks for them, and none of Karpenter’s, EKS’s or Cluster API’s does'),
    },
    {
      form: 'a token of a pod, exchanged by a person',
      event: call('eks-auth', 'AssumeRoleForPodIdentity', {
        requestParameters: { clusterName: 'prod', token: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
      }),
      seen: ['cloudtrail/pod-token-exchanged-off-node', 'high'],
    },
    {
      form: 'a token of a pod, exchanged by another instance’s role',
      event: call('eks-auth', 'AssumeRoleForPodIdentity', {
        userIdentity: nodeSession('i-0eeeeffff00001111', 'bastion'),
        sourceIPAddress: '10.0.7.7',
        requestParameters: { clusterName: 'prod', token: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
      }),
      after: [runInstances({ instance: { instanceId: 'i-0eeeeffff00001111', privateIpAddress: '10.0.7.7' } })],
      seen: unseen('nodes whose role nobody named look the same'),
    },
    {
      form: 'a web identity token of AWS’s for a node (GetWebIdentityToken)',
      event: call('sts', 'GetWebIdentityToken', {
        userIdentity: nodeSession(),
        sourceIPAddress: '10.0.12.34',
        requestParameters: { audience: ['example.com'] },
      }),
      seen: ['cloudtrail/node-role-beyond-baseline', 'medium'],
    },
    {
      form: 'a web identity token of AWS’s for a person',
      event: call('sts', 'GetWebIdentityToken', { requestParameters: { audience: ['example.com'] } }),
      seen: unseen('it says who somebody is to others outside of AWS, and gives no rights here'),
    },
    {
      form: 'certificates taken as somebody else’s (Roles Anywhere)',
      event: other('rolesanywhere', 'PutAttributeMapping', { profileId: 'p-1', certificateField: 'x509SAN' }),
      seen: ['cloudtrail/hybrid-machine-admitted', 'medium'],
    },
    {
      form: 'a list of revoked certificates, shorter (UpdateCrl)',
      event: other('rolesanywhere', 'UpdateCrl', { crlId: 'crl-1' }),
      seen: unseen('it looks as every update of it'),
    },
    {
      form: 'a role for every instance, by Systems Manager',
      event: other('ssm', 'UpdateServiceSetting', {
        settingId: '/ssm/managed-instance/default-ec2-instance-management-role',
        settingValue: 'KarpenterNodeRole-prod',
      }),
      seen: ['cloudtrail/hybrid-machine-admitted', 'high'],
    },
    {
      form: 'the same by the call of its own (RegisterDefaultHostManagementConfiguration)',
      event: other('ssm', 'RegisterDefaultHostManagementConfiguration', {
        permissionModel: 'SELF_MANAGED',
        roleArn: 'arn:aws:iam::111122223333:role/KarpenterNodeRole-prod',
      }),
      seen: ['cloudtrail/hybrid-machine-admitted', 'high'],
    },
    {
      form: 'the scheduler’s name on a certificate, for cluster-admin',
      event: audit('create', binding, { ...inside, ...administrator, user: component('kube-scheduler') }),
      seen: misused,
    },
    {
      form: 'kube-proxy’s name on a certificate, for a NodePool of an EKS cluster',
      event: audit('patch', 'nodepools.karpenter.sh', {
        objectRef: { name: 'default' },
        user: component('kube-proxy'),
      }),
      seen: misused,
    },
    ...['apiserver', 'kube-controller-manager', 'cloud-controller-manager'].map(
      (name): Form => ({
        form: `the name of ${name} on a certificate, from outside`,
        event: audit('get', 'secrets', { ...outside, ...secret, user: component(name) }),
        seen: misused,
      }),
    ),
    {
      form: 'the account of a controller inside kube-controller-manager, from outside',
      event: audit('create', binding, {
        ...outside,
        ...administrator,
        user: { username: 'system:serviceaccount:kube-system:clusterrole-aggregation-controller' },
      }),
      seen: misused,
    },
    {
      form: 'kube-controller-manager’s name on a certificate, from its own network',
      event: audit('get', 'secrets', { ...inside, ...secret, user: component('kube-controller-manager') }),
      seen: unseen('its role is wide, and it reads secrets all day: that the key was read is seen'),
    },
    {
      form: 'a certificate for a pod (PodCertificateRequest) in the name of Karpenter’s account',
      event: audit('create', 'podcertificaterequests.certificates.k8s.io', {
        objectRef: { namespace: 'kube-system', name: 'x' },
        requestObject: {
          spec: { signerName: 'kubernetes.io/kube-apiserver-client-pod', serviceAccountName: 'karpenter' },
        },
      }),
      seen: unseen('no signer of Kubernetes’ own issues any yet, by its documentation'),
    },
    {
      form: 'the platform’s session of another role of the same name, in another account',
      event: audit('patch', 'nodepools.karpenter.sh', {
        objectRef: { name: 'default' },
        user: {
          ...users.platform,
          username: 'arn:aws:sts::999999999999:assumed-role/platform-deployer/ci',
          extra: { arn: ['arn:aws:sts::999999999999:assumed-role/platform-deployer/ci'] },
        },
      }),
      seen: ['kubernetes/provisioning-changed-by-unexpected', 'high'],
    },
    {
      form: 'a controller’s role for everybody, by a role called like the platform’s under another path',
      event: iam(
        'UpdateAssumeRolePolicy',
        { roleName: 'prod-karpenter', policyDocument: trust({ AWS: '*' }) },
        { by: roleSession('path/platform-deployer', 'ci') },
      ),
      seen: ['cloudtrail/node-or-controller-trust-changed', 'critical'],
    },
  ],
};
