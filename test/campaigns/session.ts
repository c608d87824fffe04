import { call } from '../../core/cloudtrail/example.ts';
import { eks, iam, other } from '../../core/cloudtrail/example-iam.ts';
import { audit, iamSession } from '../../core/kubernetes/example.ts';
import { quiet, step } from '../stories/step.ts';
import type { Campaign } from './campaign.ts';
import { abroad, administrator, away } from './cast.ts';

const by = { by: administrator, record: { ...away, readOnly: false } };
const support = 'arn:aws:iam::111122223333:role/support';
const theirs = { user: iamSession('support', 'helpdesk'), sourceIPs: [abroad] };
const cluster = 'prod';
const read = (namespace: string, name: string) =>
  audit('get', 'secrets', { ...theirs, objectRef: { namespace, name } });

export const session: Campaign = {
  title: 'A session of an administrator: help desk, single sign-on, access entries',
  source:
    'Permiso, "LUCR-3: Scattered Spider Getting SaaS-y in the Cloud" (2023); Wiz, "New EKS Access Management and Pod Identity features" (2023)',
  steps: [
    quiet(
      '02:10',
      'somebody signs in and looks around',
      'how people sign in, and what they look at, is another watch’s',
      call('signin', 'ConsoleLogin', {
        userIdentity: administrator,
        ...away,
        awsRegion: 'us-east-1',
        eventType: 'AwsConsoleSignIn',
        responseElements: { ConsoleLogin: 'Success' },
        additionalEventData: { MobileVersion: 'No', MFAUsed: 'No' },
      }),
      call('eks', 'ListClusters', { userIdentity: administrator, ...away }),
      call('eks', 'DescribeCluster', { userIdentity: administrator, ...away, requestParameters: { name: cluster } }),
      call('eks', 'ListAccessEntries', { userIdentity: administrator, ...away, requestParameters: { name: cluster } }),
      call('iam', 'ListRoles', { userIdentity: administrator, ...away, awsRegion: 'us-east-1' }),
    ),
    step(
      '02:20',
      'a role gets the cluster',
      eks('CreateAccessEntry', { principalArn: support, type: 'STANDARD' }, by),
      eks(
        'AssociateAccessPolicy',
        {
          principalArn: encodeURIComponent(support),
          policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
          accessScope: { type: 'cluster' },
        },
        by,
      ),
      eks(
        'UpdateClusterConfig',
        { resourcesVpcConfig: { endpointPublicAccess: true, publicAccessCidrs: ['0.0.0.0/0'] } },
        by,
      ),
    ),
    step(
      '02:30',
      'the role reads secrets',
      audit('create', 'selfsubjectaccessreviews.authorization.k8s.io', theirs),
      audit('list', 'secrets', theirs),
      ...Array.from({ length: 18 }, (_, index) => read('payments', `secret-${index}`)),
    ),
    step(
      '02:40',
      'enters Karpenter, makes itself administrator for good, and a pod on every node',
      audit('create', 'pods/exec', {
        ...theirs,
        objectRef: { namespace: 'kube-system', name: 'karpenter-5d4f8c7b9d-x2x7z' },
        requestURI:
          '/api/v1/namespaces/kube-system/pods/karpenter-5d4f8c7b9d-x2x7z/exec?command=sh&stdin=true&tty=true',
      }),
      audit('create', 'clusterrolebindings.rbac.authorization.k8s.io', {
        ...theirs,
        objectRef: { name: 'support-admin' },
        requestObject: {
          roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
          subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
        },
      }),
      audit('create', 'daemonsets.apps', {
        ...theirs,
        objectRef: { namespace: 'default', name: 'node-agent' },
        requestObject: {
          spec: {
            template: {
              spec: {
                hostPID: true,
                containers: [{ name: 'agent', image: 'alpine', securityContext: { privileged: true } }],
              },
            },
          },
        },
      }),
    ),
    step(
      '02:50',
      'the watch is switched off',
      eks(
        'UpdateClusterConfig',
        { logging: { clusterLogging: [{ types: ['audit', 'authenticator'], enabled: false }] } },
        by,
      ),
      other('guardduty', 'DeleteDetector', { detectorId: '12abc34d567e8fa901bc2d34e56789f0' }, by),
      other('cloudtrail', 'StopLogging', { name: 'main' }, by),
      other('logs', 'DeleteLogGroup', { logGroupName: '/aws/eks/prod/cluster' }, by),
    ),
    step(
      '03:00',
      'a shell on a node, and a user that stays',
      other('ssm', 'StartSession', { target: 'i-0aaaabbbbccccdddd' }, by),
      iam('CreateUser', { userName: 'svc-backup' }, by),
      iam('CreateAccessKey', { userName: 'svc-backup' }, by),
      iam('AttachUserPolicy', { userName: 'svc-backup', policyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' }, by),
    ),
  ],
  told: [
    { detection: 'cloudtrail/eks-access-granted', severity: 'critical', on: support, by: 2 },
    { detection: 'cloudtrail/eks-endpoint-exposed', severity: 'high', on: cluster, by: 2 },
    {
      detection: 'kubernetes/controller-pod-entered',
      severity: 'critical',
      on: 'kube-system/karpenter-5d4f8c7b9d-x2x7z',
      by: 4,
    },
    { detection: 'cloudtrail/eks-audit-logging-disabled', severity: 'critical', on: cluster, by: 5 },
    { detection: 'cloudtrail/detection-disabled', severity: 'critical', on: 'main', by: 5 },
  ],
  most: [13, 13],
};
