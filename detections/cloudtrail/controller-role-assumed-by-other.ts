import { call, example, karpenter, roleSession } from '../../core/cloudtrail/example.ts';
import type { CloudTrailRecord } from '../../core/cloudtrail/record.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { lookAround, revokeSessions } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import type { JsonObject } from '../../core/json.ts';

const role = 'arn:aws:iam::111122223333:role/prod-karpenter';
const provider = `arn:aws:iam::${example.account}:oidc-provider/oidc.eks.${example.region}.amazonaws.com/id/EXAMPLE0123456789`;

/** A pod's token for a role (IAM roles for service accounts). */
const byToken = (subject: string, identityProvider = provider, more: Partial<CloudTrailRecord> = {}) =>
  call('sts', 'AssumeRoleWithWebIdentity', {
    userIdentity: {
      type: 'WebIdentityUser',
      principalId: `${identityProvider}:sts.amazonaws.com:${subject}`,
      userName: subject,
      identityProvider,
    },
    requestParameters: { roleArn: role, roleSessionName: '1768825272022703283', durationSeconds: 3600 },
    ...more,
  });

/** EKS Pod Identity's own record: the only one that names the pod. */
const byPod = (tags: { readonly [key: string]: string }) =>
  call('sts', 'AssumeRole', {
    userIdentity: { type: 'AWSService', invokedBy: 'pods.eks.amazonaws.com' },
    sourceIPAddress: 'pods.eks.amazonaws.com',
    userAgent: 'pods.eks.amazonaws.com',
    requestParameters: {
      roleArn: role,
      roleSessionName: 'eks-prod-karpenter-6d-3f0c1a2b-0000-4000-8000-000000000001',
      tags: Object.entries(tags).map(([key, value]) => ({ key, value })),
    },
  });

const karpenterTags = {
  'eks-cluster-name': 'prod',
  'kubernetes-namespace': 'kube-system',
  'kubernetes-service-account': 'karpenter',
};
const byRole = (request: JsonObject, more: Partial<CloudTrailRecord> = {}) =>
  call('sts', 'AssumeRole', { requestParameters: { roleSessionName: 'x', ...request }, ...more });

const named = 'system:serviceaccount:kube-system:karpenter';

export const detection = cloudtrail({
  id: 'cloudtrail/controller-role-assumed-by-other',
  title: '{by} assumed the controller role {role}',
  severity: [['low', { fact: { 'assumed.role-kind': 'likely-controller' } }], 'critical'],
  when: {
    fact: {
      'assumed.named': 'stranger',
      'call.outcome': 'succeeded',
    },
  },
  by: view => [{ by: said(view, 'assumed.by'), role: said(view, 'assumed.role') }],
  resources: view => [said(view, 'assumed.role')],
  attack: ['T1078.004', 'T1550.001', 'T1134.001'],
  why: "A controller's role may launch machines with any image and hand them roles; only its own pods should ever hold it. Another service account, identity provider or person who assumes it has got past its trust policy.",
  references: [
    'EKS User Guide, "IAM roles for service accounts"; "EKS Pod Identities": session tags',
    'CloudTrail User Guide, "userIdentity element": web identity',
    'Karpenter, "Threat Model"',
  ],
  runbook: [
    'Confirm who may: aws iam get-role --role-name ROLE --query Role.AssumeRolePolicyDocument; aws eks list-pod-identity-associations --region REGION --cluster-name CLUSTER.',
    revokeSessions,
    'Restore the trust policy from version control: aws iam update-assume-role-policy --role-name ROLE --policy-document file://trust.json; delete an identity provider that is not yours: aws iam delete-open-id-connect-provider --open-id-connect-provider-arn PROVIDER.',
    "Look around: what the session's access key did (responseElements.credentials.accessKeyId): aws cloudtrail lookup-events --lookup-attributes AttributeKey=AccessKeyId,AttributeValue=ISSUED_KEY --region REGION; above all RunInstances, CreateFleet and CreateLaunchTemplate.",
    lookAround,
  ],
  blind: [
    "Whoever runs in the controller's own pod, or has its token, is the one the settings name: controller-role-used-elsewhere looks at where they act from.",
    'Pod identity associations with `disableSessionTags` name no pod; controllers without `serviceAccounts` in the settings name nobody: nothing is said of either.',
    'Two clusters of one account that both use EKS providers are not told apart by web identity.',
    'Denied attempts hold no role.',
  ],
  examples: {
    matches: [
      {
        name: 'another service account gets the role by its token',
        event: byToken('system:serviceaccount:apps:web'),
        severity: 'critical',
      },
      {
        name: 'the right name from a provider that is not EKS',
        event: byToken(named, `arn:aws:iam::${example.account}:oidc-provider/idp.example.com`),
        severity: 'critical',
      },
      {
        name: "the right name from another account's provider",
        event: byToken(named, provider.replace(example.account, example.otherAccount)),
        severity: 'critical',
      },
      {
        name: 'another pod gets it by EKS Pod Identity',
        event: byPod({ ...karpenterTags, 'kubernetes-service-account': 'web' }),
        severity: 'critical',
      },
      {
        name: 'the same service account of another cluster does',
        event: byPod({ ...karpenterTags, 'eks-cluster-name': 'sandbox' }),
        severity: 'critical',
      },
      { name: 'a person assumes it', event: byRole({ roleArn: role }), severity: 'critical' },
      {
        name: 'EC2 hands it to an instance',
        event: byRole({ roleArn: role }, { userIdentity: { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' } }),
        severity: 'critical',
      },
      {
        name: 'a person assumes a role that is Karpenter by its usual name only',
        event: byRole({ roleArn: role }),
        settings: { controllers: [] },
        severity: 'low',
      },
    ],
    misses: [
      { name: 'Karpenter itself by its token', event: byToken(named) },
      { name: 'Karpenter itself by EKS Pod Identity', event: byPod(karpenterTags) },
      { name: 'EKS Pod Identity without session tags', event: byPod({}) },
      {
        name: 'the platform, which may',
        event: byRole({ roleArn: role }, { userIdentity: roleSession('platform-deployer', 'ci') }),
      },
      {
        name: "EC2 hands out the Cluster API controllers' role, as clusterawsadm allows",
        event: byRole(
          { roleArn: 'arn:aws:iam::111122223333:role/controllers.cluster-api-provider-aws.sigs.k8s.io' },
          { userIdentity: { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' } },
        ),
      },
      { name: 'a person assumes another role', event: byRole({ roleArn: 'arn:aws:iam::111122223333:role/reporting' }) },
      {
        name: 'an attempt that failed',
        event: byToken('system:serviceaccount:apps:web', provider, { errorCode: 'ExpiredTokenException' }),
      },
      { name: 'Karpenter calls with the role', event: call('ec2', 'CreateFleet', { userIdentity: karpenter }) },
    ],
  },
});
