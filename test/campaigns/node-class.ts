import { call, nodeSession } from '../../core/cloudtrail/example.ts';
import { createFleet, createTemplate, fleetRun } from '../../core/cloudtrail/example-launch.ts';
import { audit, iamSession, node } from '../../core/kubernetes/example.ts';
import { nodeJoined } from '../../core/kubernetes/example-node.ts';
import { quiet, step } from '../stories/step.ts';
import type { Campaign } from './campaign.ts';
import { abroad, away, refusedBy } from './cast.ts';

const mallory = iamSession('developer', 'mallory', ['platform-readers']);
const theirs = { user: mallory, sourceIPs: [abroad] };
/** Through which the cluster leaves. */
const cluster = { sourceIPAddress: '203.0.113.10', userAgent: 'karpenter.sh-1.14.1' };
const instance = 'i-0bbbbccccddddeeee';
const name = 'ip-10-0-12-77.eu-west-1.compute.internal';
const session = { ...nodeSession(instance), accessKeyId: 'ASIAEXAMPLENODE00077' };
const kubelet = {
  ...node(name, instance),
  extra: { ...node(name, instance).extra, accessKeyId: ['ASIAEXAMPLENODE00077'] },
};

export const nodeClass: Campaign = {
  title: 'Karpenter: user data of a node class, and a node that calls home',
  source: 'Karpenter, "Threat Model"; systemshardening.com, "Karpenter Node Provisioning Security"',
  steps: [
    quiet(
      '03:00',
      'a developer looks at what makes nodes',
      'people look',
      audit('create', 'selfsubjectaccessreviews.authorization.k8s.io', theirs),
      audit('list', 'nodepools.karpenter.sh', theirs),
      audit('get', 'ec2nodeclasses.karpenter.k8s.aws', { ...theirs, objectRef: { name: 'default' } }),
    ),
    step(
      '03:06',
      'and changes a node class',
      audit('patch', 'ec2nodeclasses.karpenter.k8s.aws', { ...theirs, objectRef: { name: 'default' } }),
    ),
    step(
      '03:11',
      'Karpenter launches from it',
      createTemplate({ record: cluster }),
      createFleet({ instances: [instance], record: cluster }),
      fleetRun({
        instance: {
          instanceId: instance,
          privateIpAddress: '10.0.12.77',
          launchTime: Date.parse('2026-09-01T03:11:10Z'),
        },
      }),
    ),
    quiet('03:13', 'the node joins', 'ordinary', {
      ...nodeJoined({ name, instance }),
      record: { ...nodeJoined({ name, instance }).record, sourceIPs: ['10.0.12.77'] },
    }),
    step(
      '03:20',
      'the node’s credentials abroad',
      call('sts', 'GetCallerIdentity', { userIdentity: session, ...away }),
      call('eks', 'DescribeCluster', { userIdentity: session, ...away, requestParameters: { name: 'prod' } }),
      call('eks-auth', 'AssumeRoleForPodIdentity', {
        userIdentity: session,
        ...away,
        requestParameters: { clusterName: 'prod', token: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
      }),
      call('ecr', 'GetAuthorizationToken', { userIdentity: session, ...away }),
      call('iam', 'ListRoles', {
        userIdentity: session,
        ...away,
        awsRegion: 'us-east-1',
        ...refusedBy(session.arn ?? '', 'iam:ListRoles'),
      }),
    ),
    step(
      '03:26',
      'the node’s name in the cluster, from abroad',
      audit('list', 'pods', { user: kubelet, sourceIPs: [abroad] }),
      audit('get', 'secrets', {
        user: kubelet,
        sourceIPs: [abroad],
        objectRef: { namespace: 'payments', name: 'database' },
      }),
      audit('create', 'serviceaccounts/token', {
        user: kubelet,
        sourceIPs: [abroad],
        objectRef: { namespace: 'payments', name: 'api' },
        requestObject: { spec: { boundObjectRef: { kind: 'Pod', name: 'api-7d9c5b8f6-abcde' } } },
      }),
    ),
    step(
      '03:40',
      'the node class is put back',
      audit('patch', 'ec2nodeclasses.karpenter.k8s.aws', { ...theirs, objectRef: { name: 'default' } }),
    ),
  ],
  told: [
    {
      detection: 'kubernetes/provisioning-changed-by-unexpected',
      severity: 'high',
      on: 'ec2nodeclasses.karpenter.k8s.aws default',
      by: 2,
    },
    { detection: 'lineage/nodeclass-changed-then-launched', severity: 'critical', on: instance, by: 3 },
    { detection: 'cloudtrail/instance-credentials-off-instance', severity: 'critical', on: instance, by: 5 },
    { detection: 'kubernetes/node-identity-off-node', severity: 'critical', on: name, by: 6 },
  ],
  most: [5, 8],
};
