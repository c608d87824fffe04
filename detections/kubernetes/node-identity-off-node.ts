import { call, example } from '../../core/cloudtrail/example.ts';
import { kubernetes } from '../../core/detection.ts';
import { audit, node } from '../../core/kubernetes/example.ts';
import { sensitiveCalls } from '../../core/kubernetes/node.ts';
import { nodeOffNode } from '../../core/kubernetes/node-recall.ts';
import { said, texts } from '../../core/kubernetes/said.ts';
import { insights, lookAround, preserveNode } from '../../core/kubernetes/steps.ts';

const inside = ['10.0.1.17'];
const secret = { objectRef: { namespace: 'team-a', name: 'db' }, user: node(), sourceIPs: inside };
const issued = (instance: string) =>
  call('sts', 'AssumeRole', {
    eventTime: '2026-09-01T09:00:00Z',
    userIdentity: { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' },
    requestParameters: {
      roleArn: `arn:aws:iam::${example.account}:role/KarpenterNodeRole-prod`,
      roleSessionName: instance,
    },
    responseElements: { credentials: { accessKeyId: 'ASIAEXAMPLEDEVKEY001' } },
  });

export const detection = kubernetes({
  id: 'kubernetes/node-identity-off-node',
  title: 'The identity of node {node} was used at {address}',
  severity: 'critical',
  when: {
    user: { username: [{ prefix: 'system:node:' }] },
    fact: {
      'call.sensitive': [...sensitiveCalls],
    },
  },
  by: view => [
    {
      node: said(view, 'principal.id').replace(/^system:node:/, '') || 'unknown',
      address: said(view, 'source.last'),
    },
  ],
  resources: view => texts(view, 'node.anomalies'),
  state: nodeOffNode,
  attack: ['T1552.005', 'T1550', 'T1078.004'],
  why: 'Whoever takes a node’s role credentials from instance metadata can sign in to the API server as that node, and read the secrets of its pods. CloudTrail never shows where from: the control plane makes the call to STS.',
  references: [
    'aws-iam-authenticator, user extra (arn, accessKeyId, sessionName)',
    'EKS User Guide, Access entries of type EC2_LINUX',
    'Kubernetes documentation, Node authorization; kubernetes/apiserver, sourceIPs (only the last is the server’s own)',
  ],
  runbook: [
    `Confirm where the node calls from otherwise: ${insights("user.username = 'system:node:NODE'")}`,
    preserveNode,
    'Contain: aws eks delete-access-entry does not end a session; kubectl delete node NODE, which takes its rights over pods, and revoke the role’s older sessions as on cloudtrail/instance-credentials-off-instance',
    'Rotate every secret the identity read: they are in the finding’s events',
    lookAround,
  ],
  blind: [
    'Use from inside the VPC is seen only by a mismatch of instance, access key or role; from the node itself, not at all.',
    'Without ranges in the settings (`vpcRanges`, `podRanges`, `network`) addresses are not judged; without node roles, roles are not.',
    'Ordinary kubelet calls (node status, leases, pod status) are not looked at.',
    'Fargate and hybrid nodes have roles of their own: add them to `nodeRoles`.',
  ],
  examples: {
    matches: [
      {
        name: 'a secret is read from outside',
        event: audit('get', 'secrets', { ...secret, sourceIPs: ['192.0.2.77'] }),
      },
      {
        name: 'only the last address counts',
        event: audit('get', 'secrets', { ...secret, sourceIPs: ['10.0.1.17', '192.0.2.77'] }),
      },
      {
        name: 'the role behind it is no node role',
        event: audit('get', 'secrets', { ...secret, user: node(undefined, 'i-0aaaabbbbccccdddd', 'developer') }),
      },
      {
        name: 'the session is a person’s',
        event: audit('get', 'secrets', { ...secret, user: node(undefined, 'alice') }),
      },
      {
        name: 'a node that is called by its instance, with another’s session',
        event: audit('create', 'serviceaccounts/token', {
          ...secret,
          user: node('i-0aaaabbbbccccdddd', 'i-0bbbbccccddddeeee'),
        }),
      },
      {
        name: 'the access key was issued to another instance',
        event: audit('get', 'secrets', secret),
        after: [issued('i-0bbbbccccddddeeee')],
      },
      {
        name: 'it is refused a node of others, from outside',
        event: audit('patch', 'nodes', {
          ...secret,
          objectRef: { name: 'x' },
          sourceIPs: ['192.0.2.77'],
          responseStatus: { code: 403 },
        }),
      },
    ],
    misses: [
      { name: 'from the node', event: audit('get', 'secrets', secret) },
      {
        name: 'with its own access key',
        event: audit('get', 'secrets', secret),
        after: [issued('i-0aaaabbbbccccdddd')],
      },
      { name: 'through our NAT gateway', event: audit('get', 'secrets', { ...secret, sourceIPs: ['203.0.113.10'] }) },
      {
        name: 'a pod’s status from outside, which kubelets write all day',
        event: audit('patch', 'pods/status', { ...secret, sourceIPs: ['192.0.2.77'] }),
      },
      {
        name: 'an ordinary call from outside',
        event: audit('patch', 'nodes/status', { ...secret, objectRef: { name: 'x' }, sourceIPs: ['192.0.2.77'] }),
      },
      {
        name: 'a person from outside',
        event: audit('get', 'secrets', { objectRef: secret.objectRef, sourceIPs: ['192.0.2.77'] }),
      },
      {
        name: 'no ranges and no node roles are known',
        event: audit('get', 'secrets', { ...secret, sourceIPs: ['192.0.2.77'] }),
        settings: { clusters: [], nodeRoles: [] },
      },
    ],
  },
});
