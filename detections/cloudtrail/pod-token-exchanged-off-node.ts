import { call, nodeSession, roleSession } from '../../core/cloudtrail/example.ts';
import { platform } from '../../core/cloudtrail/example-callers.ts';
import { said } from '../../core/cloudtrail/said.ts';
import { confirmCall, lookAround, revokeCaller } from '../../core/cloudtrail/steps.ts';
import { cloudtrail } from '../../core/detection.ts';
import { text } from '../../core/json.ts';

const exchanged = (over = {}) =>
  call('eks-auth', 'AssumeRoleForPodIdentity', {
    requestParameters: { clusterName: 'prod', token: 'HIDDEN_DUE_TO_SECURITY_REASONS' },
    readOnly: true,
    ...over,
  });

export const detection = cloudtrail({
  id: 'cloudtrail/pod-token-exchanged-off-node',
  title: '{attempt}{principal}, which is no node, exchanged the token of a pod of {cluster} for its role',
  severity: [['medium', { fact: { 'call.outcome': 'denied' } }], 'high'],
  when: {
    eventSource: 'eks-auth.amazonaws.com',
    eventName: 'AssumeRoleForPodIdentity',
    fact: { 'call.outcome': ['succeeded', 'denied'] },
  },
  unless: [
    { fact: { 'principal.kind': ['node', 'instance', 'service'] } },
    // Hybrid nodes sign in as machines of Systems Manager, or by certificates with roles of usual names.
    { userIdentity: { principalId: [{ wildcard: '*:mi-*' }] } },
    { userIdentity: { sessionContext: { sessionIssuer: { userName: [{ wildcard: '*ybrid*ode*' }] } } } },
  ],
  by: view => [
    {
      principal: said(view, 'principal.id'),
      cluster: text(view.record.requestParameters, 'clusterName') ?? 'unknown',
    },
  ],
  attack: ['T1528', 'T1550.001', 'T1078.004'],
  why: 'EKS Pod Identity gives a pod’s role to whoever brings its token. The agent on its node does, with the node’s role, and nobody else has reason to: a token that a person or another role brings was taken out of a pod.',
  references: [
    'EKS User Guide, "Learn how EKS Pod Identity grants pods access to AWS services"',
    'EKS Auth API Reference, AssumeRoleForPodIdentity',
  ],
  runbook: [
    confirmCall,
    'See which pod’s role it was, by the record of sts AssumeRole by pods.eks.amazonaws.com of the same second (its tags name pod and account), and what that access key did: aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=AssumeRole --region REGION',
    'End the token: kubectl -n NAMESPACE delete pod POD; end the sessions of the role that was got',
    revokeCaller,
    lookAround,
  ],
  blind: [
    'With the node’s own credentials, taken off it, it looks like the agent: cloudtrail/instance-credentials-off-instance is about those.',
    'Hybrid nodes whose role has another name than usual, by certificates: name it among `nodeRoles`, or each of their pods is reported.',
    'It is a read: it arrives only where read-only management events are delivered.',
  ],
  examples: {
    matches: [
      { name: 'a person brings a token', event: exchanged(), severity: 'high' },
      { name: 'the platform does, which runs no pods', event: exchanged({ userIdentity: platform }), severity: 'high' },
      { name: 'a person is refused', event: exchanged({ errorCode: 'AccessDeniedException' }), severity: 'medium' },
    ],
    misses: [
      { name: 'the agent of a node', event: exchanged({ userIdentity: nodeSession() }) },
      {
        name: 'a node whose role nobody named',
        event: exchanged({ userIdentity: nodeSession('i-0aaaabbbbccccdddd', 'workers') }),
      },
      {
        name: 'a hybrid node by Systems Manager',
        event: exchanged({ userIdentity: roleSession('edge', 'mi-0123456789abcdef0') }),
      },
      {
        name: 'a hybrid node by a certificate',
        event: exchanged({ userIdentity: roleSession('AmazonEKSHybridNodesRole', 'edge-7') }),
      },
      {
        name: 'a node whose role EKS may not let be assumed',
        event: exchanged({ userIdentity: nodeSession(), errorCode: 'AccessDenied' }),
      },
      { name: 'a token that has ended', event: exchanged({ errorCode: 'ExpiredTokenException' }) },
      { name: 'another call of a node’s', event: call('eks-auth', 'DescribeSomething') },
      { name: 'another service has such a call', event: call('example', 'AssumeRoleForPodIdentity') },
    ],
  },
});
