import { call, karpenter, roleSession } from '../../core/cloudtrail/example.ts';
import { karpenterTags } from '../../core/cloudtrail/example-ec2.ts';
import { eks, iam } from '../../core/cloudtrail/example-iam.ts';
import { createFleet, runInstances } from '../../core/cloudtrail/example-launch.ts';
import { audit, iamSession } from '../../core/kubernetes/example.ts';
import { quiet, step } from '../stories/step.ts';
import type { Campaign } from './campaign.ts';
import { abroad, away, refusedBy } from './cast.ts';

const developer = roleSession('developer', 'mallory');
const theirs = { user: iamSession('developer', 'mallory'), sourceIPs: [abroad] };
const provider = 'arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE0123456789';
const subject = 'system:serviceaccount:kube-system:karpenter';
const stolen = { ...karpenter, accessKeyId: 'ASIAEXAMPLEIRSA00666' };
const role = 'arn:aws:iam::111122223333:role/prod-karpenter';

export const podRoles: Campaign = {
  title: 'Roles of pods: a token of Karpenter’s, its role abroad, an association of one’s own',
  source:
    'Datadog Security Labs, "Attacking and securing cloud identities in managed Kubernetes part 1: Amazon EKS" (2023)',
  steps: [
    quiet(
      '15:00',
      'a developer looks for accounts with roles',
      'people look',
      audit('list', 'serviceaccounts', theirs),
      audit('get', 'serviceaccounts', { ...theirs, objectRef: { namespace: 'kube-system', name: 'karpenter' } }),
      call('eks', 'ListPodIdentityAssociations', {
        userIdentity: developer,
        ...away,
        requestParameters: { name: 'prod' },
      }),
    ),
    step(
      '15:06',
      'asks for a token of Karpenter’s',
      audit('create', 'serviceaccounts/token', {
        ...theirs,
        objectRef: { namespace: 'kube-system', name: 'karpenter' },
        requestObject: { spec: { audiences: ['sts.amazonaws.com'], expirationSeconds: 86400 } },
      }),
    ),
    step(
      '15:08',
      'takes its role with it, abroad',
      call('sts', 'AssumeRoleWithWebIdentity', {
        userIdentity: {
          type: 'WebIdentityUser',
          principalId: `${provider}:sts.amazonaws.com:${subject}`,
          userName: subject,
          identityProvider: provider,
        },
        ...away,
        requestParameters: { roleArn: role, roleSessionName: 'x', durationSeconds: 3600 },
        responseElements: {
          credentials: { accessKeyId: 'ASIAEXAMPLEIRSA00666', expiration: 'Sep 1, 2026, 4:08:00 PM' },
          subjectFromWebIdentityToken: subject,
          provider,
          audience: 'sts.amazonaws.com',
        },
      }),
      call('sts', 'GetCallerIdentity', { userIdentity: stolen, ...away }),
      call('ec2', 'DescribeInstances', { userIdentity: stolen, ...away }),
      call('ec2', 'DescribeLaunchTemplateVersions', { userIdentity: stolen, ...away }),
      iam('ListRoles', null, { by: stolen, record: { ...away, ...refusedBy(stolen.arn ?? '', 'iam:ListRoles') } }),
    ),
    step(
      '15:15',
      'launches with it',
      createFleet({ by: stolen, types: ['p5.48xlarge'], launched: null, record: away }),
      iam('CreateInstanceProfile', { instanceProfileName: 'prod_escalate', path: '/' }, { by: stolen, record: away }),
      iam(
        'AddRoleToInstanceProfile',
        { instanceProfileName: 'prod_escalate', roleName: 'admin' },
        { by: stolen, record: away },
      ),
      runInstances({
        by: stolen,
        tags: karpenterTags,
        instance: {
          instanceId: 'i-0ffff00000000009',
          privateIpAddress: '10.0.66.6',
          iamInstanceProfile: { arn: 'arn:aws:iam::111122223333:instance-profile/prod_escalate', id: 'AIPAEXAMPLE' },
        },
        request: { iamInstanceProfile: { name: 'prod_escalate' } },
        record: away,
      }),
    ),
    step(
      '15:30',
      'gives an account of its own Karpenter’s role',
      eks(
        'CreatePodIdentityAssociation',
        { namespace: 'team-a', serviceAccount: 'app', roleArn: role },
        { by: developer, record: away },
      ),
      audit('create', 'pods', {
        ...theirs,
        objectRef: { namespace: 'team-a', name: 'shell' },
        requestObject: {
          spec: { serviceAccountName: 'app', containers: [{ name: 'shell', image: 'amazon/aws-cli' }] },
        },
      }),
      call('sts', 'AssumeRole', {
        userIdentity: { type: 'AWSService', invokedBy: 'pods.eks.amazonaws.com' },
        sourceIPAddress: 'pods.eks.amazonaws.com',
        userAgent: 'pods.eks.amazonaws.com',
        requestParameters: {
          roleArn: role,
          roleSessionName: 'eks-prod-shell-3f0c1a2b-0000-4000-8000-000000000001',
          durationSeconds: 21600,
          tags: [
            { key: 'eks-cluster-arn', value: 'arn:aws:eks:eu-west-1:111122223333:cluster/prod' },
            { key: 'eks-cluster-name', value: 'prod' },
            { key: 'kubernetes-namespace', value: 'team-a' },
            { key: 'kubernetes-service-account', value: 'app' },
            { key: 'kubernetes-pod-name', value: 'shell' },
          ],
        },
        responseElements: { credentials: { accessKeyId: 'ASIAEXAMPLEPODID0666' } },
      }),
    ),
    step(
      '15:40',
      'and the trust of that role another account',
      iam(
        'UpdateAssumeRolePolicy',
        {
          roleName: 'prod-karpenter',
          policyDocument:
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::444455556666:root"},"Action":"sts:AssumeRole"}]}',
        },
        { by: developer, record: away },
      ),
    ),
  ],
  told: [
    { detection: 'kubernetes/controller-token-minted', severity: 'critical', on: 'kube-system/karpenter', by: 2 },
    { detection: 'cloudtrail/controller-role-used-elsewhere', severity: 'high', on: role, by: 3 },
    { detection: 'cloudtrail/unintended-role-launched', severity: 'critical', on: 'prod_escalate', by: 4 },
    { detection: 'cloudtrail/pod-identity-association-changed', severity: 'high', on: role, by: 5 },
    { detection: 'cloudtrail/controller-role-assumed-by-other', severity: 'critical', on: role, by: 5 },
    { detection: 'cloudtrail/node-or-controller-trust-changed', severity: 'critical', on: 'prod-karpenter', by: 6 },
  ],
  most: [7, 4],
};
