import { call, karpenter, nodeSession, roleSession } from '../../core/cloudtrail/example.ts';
import type { CloudTrailRecord, UserIdentity } from '../../core/cloudtrail/record.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { lookAround, preserveNode, revokeNodes } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { threshold } from '../../core/state/threshold.ts';

const refused = (userIdentity: UserIdentity, minute: number, more: Partial<CloudTrailRecord> = {}) =>
  call('ec2', 'DescribeVpcEndpoints', {
    userIdentity,
    eventTime: `2026-09-01T10:${String(minute).padStart(2, '0')}:00Z`,
    errorCode: 'Client.UnauthorizedOperation',
    ...more,
  });

/** The Pod Identity agent asks for a pod whose role does not trust EKS. */
const untrusting = (minute: number, more: Partial<CloudTrailRecord> = {}) =>
  call('eks-auth', 'AssumeRoleForPodIdentity', {
    userIdentity: nodeSession(),
    eventTime: `2026-09-01T10:${String(minute).padStart(2, '0')}:00Z`,
    errorCode: 'AccessDenied',
    errorMessage: 'Unauthorized Exception! EKS does not have permissions to assume the associated role.',
    requestParameters: { clusterName: 'prod', token: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
    ...more,
  });
const own = `User: ${nodeSession().arn} is not authorized to perform: eks-auth:AssumeRoleForPodIdentity on resource: arn:aws:eks:eu-west-1:111122223333:cluster/prod because no identity-based policy allows the eks-auth:AssumeRoleForPodIdentity action`;

const four = (userIdentity: UserIdentity) => [1, 2, 3, 4].map(minute => refused(userIdentity, minute));

export const detection = cloudtrail({
  id: 'cloudtrail/node-or-controller-denied-burst',
  title: '{principal} was denied again and again',
  severity: [['low', { fact: { 'principal.kind': 'likely-controller' } }], 'medium'],
  when: {
    fact: { 'call.outcome': 'denied' },
    $or: [
      { fact: { 'node.role': [{ 'anything-but': 'none' }] } },
      { fact: { 'principal.controller': [{ 'anything-but': 'none' }] } },
    ],
  },
  unless: [
    // The role of the pod's association does not trust EKS: the agent asks for every pod that tries, and the node's own role was allowed.
    {
      eventName: 'AssumeRoleForPodIdentity',
      errorMessage: [{ prefix: 'Unauthorized Exception! EKS does not have permissions' }],
    },
  ],
  by: view => [{ role: said(view, 'principal.id') }],
  resources: view => [said(view, 'instance.id')].filter(id => id !== 'none'),
  state: threshold({
    id: 'cloudtrail/node-or-controller-denied-burst',
    doc: 'At least 5 denied calls of one session of a node or controller role within 10 minutes (`threshold` in the settings).',
    count: 5,
    within: 10 * 60_000,
    apart: view => said(view, 'principal.session'),
    note: count => `${count} denied calls in 10 minutes`,
  }),
  attack: ['T1078.004', 'T1580', 'T1087.004'],
  why: 'Nodes and controllers call the same few APIs, and their policies allow them. A session that is refused again and again is somebody finding out what the stolen credentials are good for.',
  references: [
    'EC2 API Reference, "Error codes" (Client.UnauthorizedOperation)',
    'IAM User Guide, "Troubleshoot access denied error messages"',
  ],
  runbook: [
    'Confirm what was tried: aws cloudtrail lookup-events --lookup-attributes AttributeKey=Username,AttributeValue=SESSION --region REGION --query \'Events[].CloudTrailEvent\' --output text | grep -o \'"errorCode":"[^"]*"\\|"eventName":"[^"]*"\'; a policy that lost a permission shows the same call over and over, enumeration shows different ones.',
    revokeNodes,
    preserveNode,
    lookAround,
  ],
  blind: [
    'Below the threshold, or slower than it, nothing is said.',
    'Denied calls of data planes (S3 objects, DynamoDB items) are seen only where a trail logs them.',
    'A role that a Pod Identity association names but that does not trust EKS is the pod’s trouble, not counted (recorded on the pages of an AWS workshop about Pod Identity).',
    'Karpenter checks its permissions with dry runs: a controller whose policy lacks one is denied too, and looks like this.',
  ],
  examples: {
    matches: [
      {
        name: "a node's fifth denied call in ten minutes",
        event: refused(nodeSession(), 5),
        after: four(nodeSession()),
        severity: 'medium',
      },
      {
        name: "Karpenter's fifth, the services differ in how they say no",
        event: call('iam', 'ListRoles', {
          userIdentity: karpenter,
          eventTime: '2026-09-01T10:05:00Z',
          errorCode: 'AccessDenied',
        }),
        after: four(karpenter),
        severity: 'medium',
      },
      {
        name: 'a node may not ask for the roles of pods at all',
        event: untrusting(5, { errorMessage: own }),
        after: [1, 2, 3, 4].map(minute => untrusting(minute, { errorMessage: own })),
        severity: 'medium',
      },
      {
        name: 'another call, with these words',
        event: refused(nodeSession(), 5, {
          errorMessage: 'Unauthorized Exception! EKS does not have permissions to assume the associated role.',
        }),
        after: four(nodeSession()),
        severity: 'medium',
      },
      {
        name: 'a role that is Karpenter by its usual name only',
        event: refused(karpenter, 5),
        after: four(karpenter),
        settings: { controllers: [] },
        severity: 'low',
      },
    ],
    misses: [
      {
        name: 'the role of a pod does not trust EKS',
        event: untrusting(5),
        after: [1, 2, 3, 4].map(minute => untrusting(minute)),
      },
      { name: 'the fourth', event: refused(nodeSession(), 4), after: four(nodeSession()).slice(0, 3) },
      {
        name: 'the fifth, eleven minutes after the first',
        event: refused(nodeSession(), 12),
        after: four(nodeSession()),
      },
      {
        name: 'another node of the role',
        event: refused(nodeSession('i-0eeeeffff00001111'), 5),
        after: four(nodeSession()),
      },
      {
        name: 'calls that failed for another reason',
        event: refused(nodeSession(), 5, { errorCode: 'Client.RequestLimitExceeded' }),
        after: four(nodeSession()),
      },
      {
        name: 'a person',
        event: refused(roleSession('developer', 'alice'), 5),
        after: four(roleSession('developer', 'alice')),
      },
    ],
  },
});
