import { call } from '../../core/cloudtrail/example.ts';
import { ec2 } from '../../core/cloudtrail/example-ec2.ts';
import { eks, iam, other } from '../../core/cloudtrail/example-iam.ts';
import { audit, iamSession } from '../../core/kubernetes/example.ts';
import { quiet, step } from '../stories/step.ts';
import type { Campaign } from './campaign.ts';
import { abroad, away, user } from './cast.ts';

const thief = user('break-glass', 'AKIAEXAMPLE00000009');
const by = { by: thief, record: { ...away, readOnly: false } };
const theirs = {
  user: { ...iamSession('break-glass', 'x', ['system:masters']), username: thief.arn ?? '' },
  sourceIPs: [abroad],
};
const groups = ['eks-blue', 'eks-green', 'batch'];

export const ransom: Campaign = {
  title: 'Ransom: guards off, copies gone, nodes and clusters deleted',
  source:
    'Halcyon, "Abusing AWS Native Services: Ransomware Encrypting S3 Buckets with SSE-C" (Codefinger, 2025); MITRE ATT&CK, T1485 and T1490',
  steps: [
    quiet(
      '01:00',
      'a key is tried',
      'what a user looks at is another watch’s',
      call('sts', 'GetCallerIdentity', { userIdentity: thief, ...away }),
      call('s3', 'ListBuckets', { userIdentity: thief, ...away }),
      call('eks', 'ListClusters', { userIdentity: thief, ...away }),
      call('autoscaling', 'DescribeAutoScalingGroups', { userIdentity: thief, ...away }),
    ),
    step(
      '01:10',
      'the watch first',
      other(
        'cloudtrail',
        'PutEventSelectors',
        {
          trailName: 'main',
          eventSelectors: [{ readWriteType: 'ReadOnly', includeManagementEvents: true, dataResources: [] }],
        },
        by,
      ),
      other(
        'kms',
        'ScheduleKeyDeletion',
        {
          keyId: 'arn:aws:kms:eu-west-1:111122223333:key/00000000-0000-0000-0000-000000000000',
          pendingWindowInDays: 7,
        },
        by,
      ),
    ),
    step(
      '01:20',
      'then the cluster’s guards and pools',
      audit('delete', 'validatingwebhookconfigurations.admissionregistration.k8s.io', {
        ...theirs,
        objectRef: { name: 'kyverno-resource-validating-webhook-cfg' },
      }),
      ...['default', 'batch', 'gpu'].map(name =>
        audit('delete', 'nodepools.karpenter.sh', { ...theirs, objectRef: { name } }),
      ),
      audit('patch', 'deployments.apps/scale', {
        ...theirs,
        objectRef: { namespace: 'kube-system', name: 'karpenter' },
        requestObject: { spec: { replicas: 0 } },
      }),
    ),
    step(
      '01:30',
      'then the groups of nodes and the nodes',
      ...groups.map(nodegroupName => eks('DeleteNodegroup', { nodegroupName }, by)),
      ...groups.map(name =>
        other('autoscaling', 'DeleteAutoScalingGroup', { autoScalingGroupName: `eks-${name}`, forceDelete: true }, by),
      ),
      ec2(
        'TerminateInstances',
        {
          instancesSet: {
            items: Array.from({ length: 12 }, (_, index) => ({
              instanceId: `i-0aaaabbbbccccd0${String(index).padStart(2, '0')}`,
            })),
          },
        },
        { by: thief, record: away },
      ),
    ),
    step(
      '01:40',
      'then the cluster',
      eks('UpdateClusterConfig', { deletionProtection: false }, by),
      eks('DeleteCluster', {}, by),
      ec2('DeleteSnapshot', { snapshotId: 'snap-0aaaabbbbccccdddd' }, { by: thief, record: away }),
      iam('DeleteRole', { roleName: 'KarpenterNodeRole-prod' }, by),
    ),
    step(
      '01:50',
      'and out of the organization',
      call('organizations', 'LeaveOrganization', {
        userIdentity: thief,
        ...away,
        awsRegion: 'us-east-1',
        readOnly: false,
      }),
    ),
  ],
  told: [
    { detection: 'cloudtrail/detection-disabled', severity: 'critical', on: 'main', by: 2 },
    {
      detection: 'kubernetes/admission-guard-tampered',
      severity: 'critical',
      on: 'validatingwebhookconfigurations.admissionregistration.k8s.io kyverno-resource-validating-webhook-cfg',
      by: 3,
    },
    { detection: 'cloudtrail/node-group-changed-by-unexpected', severity: 'high', on: 'prod/eks-blue', by: 4 },
    { detection: 'cloudtrail/control-plane-changed-by-unexpected', severity: 'high', on: 'prod', by: 5 },
  ],
  most: [18, 18],
};
