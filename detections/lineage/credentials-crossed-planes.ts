import { call, example } from '../../core/cloudtrail/example.ts';
import { revokeActingNode } from '../../core/cloudtrail/steps.ts';
import { kubernetes } from '../../core/detection.ts';
import { audit, iamSession, node, users } from '../../core/kubernetes/example.ts';
import { sensitiveCalls } from '../../core/kubernetes/node.ts';
import { contradiction, extraOf } from '../../core/kubernetes/origin.ts';
import { said } from '../../core/kubernetes/said.ts';
import { insights, lookAround, preserveNode, removeAccess } from '../../core/kubernetes/steps.ts';
import { recall } from '../../core/state/recall.ts';

const key = 'ASIAEXAMPLEDEVKEY001';
const roleArn = `arn:aws:iam::${example.account}:role/KarpenterNodeRole-prod`;
const issued = (roleSessionName: string, over = {}) =>
  call('sts', 'AssumeRole', {
    eventTime: '2026-09-01T09:00:00Z',
    userIdentity: { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' },
    requestParameters: { roleArn, roleSessionName, ...over },
    responseElements: { credentials: { accessKeyId: key } },
  });
const forPod = call('sts', 'AssumeRole', {
  eventTime: '2026-09-01T09:00:00Z',
  userIdentity: { type: 'AWSService', invokedBy: 'pods.eks.amazonaws.com' },
  requestParameters: {
    roleArn: `arn:aws:iam::${example.account}:role/prod-web`,
    roleSessionName: 'eks-prod-web-0',
    tags: [
      { key: 'kubernetes-namespace', value: 'shop' },
      { key: 'kubernetes-service-account', value: 'web' },
    ],
  },
  responseElements: { credentials: { accessKeyId: key } },
});
const secret = { objectRef: { namespace: 'team-a', name: 'db' } };
const asPerson = audit('get', 'secrets', {
  ...secret,
  user: iamSession('KarpenterNodeRole-prod', 'i-0aaaabbbbccccdddd'),
});
const asNode = audit('get', 'secrets', { ...secret, user: node() });
const asDeveloper = audit('get', 'secrets', secret);

export const detection = kubernetes({
  id: 'lineage/credentials-crossed-planes',
  title: 'The access key {key} signed in to Kubernetes as somebody who cannot have it',
  severity: 'critical',
  when: {
    user: { extra: { accessKeyId: [{ prefix: 'ASIA' }] } },
    fact: {
      'call.sensitive': [...sensitiveCalls],
    },
  },
  by: ({ record }) => [{ key: extraOf(record, 'accessKeyId') }],
  window: '24h',
  principals: ({ record }) => [extraOf(record, 'arn')],
  state: recall({
    kind: 'recall-key',
    doc: 'Compares the user name, role and session with what CloudTrail recorded about the access key when it was issued: to an instance, or to a pod. People’s sessions are judged again when late records have come.',
    scopes: ({ record }) => [`key#${extraOf(record, 'accessKeyId')}`],
    stale: 3_600_000, // a key is issued once
    conclude: ({ record }, _key, [known = {}]) => {
      const note = contradiction(record, known);
      return note === undefined ? [] : [{ note }];
    },
    // A kubelet makes such calls all day: its key was issued before it could, and is known or never will be.
    again: (view, _key, [known = {}]) =>
      Object.keys(known).length > 0 || said(view, 'principal.form') === 'node' ? undefined : { after: view.event.time },
  }),
  attack: ['T1552.005', 'T1550.001', 'T1078.004'],
  why: 'A key that EC2 gave to a node, or EKS to a pod, belongs to that node or pod in Kubernetes too. Under any other name it was carried off, or somebody maps a stolen role to a user of their own.',
  references: [
    'kubernetes-sigs/aws-iam-authenticator, user.extra (accessKeyId, sessionName, arn)',
    'AWS CloudTrail User Guide, AssumeRole by ec2.amazonaws.com and pods.eks.amazonaws.com',
  ],
  runbook: [
    `Confirm what the key did on both sides: npx tripline entity KEY, and ${insights("user.extra.accessKeyId.0 = 'KEY'")}`,
    revokeActingNode,
    removeAccess,
    preserveNode,
    lookAround,
  ],
  blind: [
    'Known are keys whose AssumeRole record was read: read-only management events must be delivered, and keys older than the watch are not known.',
    'A role that the cluster maps to another name on purpose (aws-auth) is found: exempt it.',
    'Only sensitive calls are judged, and of kubelets only those whose key is known when they are made.',
  ],
  examples: {
    matches: [
      { name: 'a node’s key under a user of its own', event: asPerson, after: [issued('i-0aaaabbbbccccdddd')] },
      { name: 'a pod’s key as a node', event: asNode, after: [forPod] },
      { name: 'a node’s key in the session of another', event: asNode, after: [issued('i-0eeeeffff00001111')] },
      { name: 'a pod’s key in the session of another role', event: asDeveloper, after: [forPod] },
      { name: 'the record that issued it comes late', event: asDeveloper, later: [forPod] },
    ],
    misses: [
      { name: 'a node’s key as that node', event: asNode, after: [issued('i-0aaaabbbbccccdddd')] },
      { name: 'a key that nobody was seen to issue', event: asPerson },
      {
        name: 'a pod’s key in its role’s session',
        event: audit('get', 'secrets', { ...secret, user: iamSession('prod-web', 'eks-prod-web-0') }),
        after: [forPod],
      },
      {
        name: 'an ordinary call with a node’s key',
        event: audit('list', 'pods', { user: iamSession('KarpenterNodeRole-prod', 'i-0aaaabbbbccccdddd') }),
        after: [issued('i-0aaaabbbbccccdddd')],
      },
      {
        name: 'a service account’s call',
        event: audit('get', 'secrets', { ...secret, user: users.workload }),
        after: [issued('i-0aaaabbbbccccdddd')],
      },
      {
        name: 'a long-lived key, which nobody issues for a session',
        event: audit('get', 'secrets', {
          ...secret,
          user: { ...users.developer, extra: { ...users.developer.extra, accessKeyId: ['AKIAEXAMPLEKEY000001'] } },
        }),
        after: [forPod],
      },
    ],
  },
});
