import { kubernetes } from '../../core/detection.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import type { Failure } from '../../core/kubernetes/reading.ts';
import { objectOf, said } from '../../core/kubernetes/said.ts';
import { lookAround } from '../../core/kubernetes/steps.ts';

const target = 'nodepools.karpenter.sh';
const unread = (failure: Failure) => ({
  objectRef: { name: 'default' },
  reading: { at: '2026-09-01T10:00:04.000Z', failure },
});

export const detection = kubernetes({
  id: 'pipeline/object-unread',
  title: 'What was written in {cluster} could not be read ({reading.failure}): its content was not judged',
  severity: [['low', { fact: { 'reading.failure': ['gone', 'replaced'] } }], 'medium'],
  when: {
    fact: {
      'reading.failure': [
        'gone',
        'replaced',
        'forbidden',
        'unauthorized',
        'untrusted',
        'undescribed',
        'redirected',
        'too-large',
        'unreadable',
        'misnamed',
        'refused',
        'slow',
        'throttled',
        'unavailable',
        'unreachable',
      ],
    },
  },
  by: view => [{ cluster: view.event.cluster || 'unknown', reason: said(view, 'reading.failure') }],
  resources: view => [objectOf(view)],
  window: '24h',
  attack: ['T1685'],
  why: 'The posture reader judges what EKS does not log. While it is shut out, a NodePool or node class can be weakened unseen; and what is made, used and deleted within seconds was never judged.',
  references: [
    'Amazon EKS User Guide, Grant IAM users access to Kubernetes with EKS access entries',
    'Kubernetes documentation, API conventions: Response Status Kind',
  ],
  runbook: [
    'forbidden, unauthorized: compare the access entry and the ClusterRole with examples/posture-reader.yaml: aws eks list-access-entries --region REGION --cluster-name CLUSTER',
    'slow, unreachable: the endpoint is private or admits other addresses only: set deployment.network, and see aws eks describe-cluster --region REGION --name CLUSTER --query cluster.resourcesVpcConfig',
    'untrusted: the answer came from something other than the cluster, or its authority was rotated this minute: aws eks describe-cluster --region REGION --name CLUSTER --query cluster.certificateAuthority',
    'gone, replaced: look at who wrote and deleted it, and at what was launched meanwhile: kubectl get nodeclaims --sort-by=.metadata.creationTimestamp',
    lookAround,
  ],
  blind: [
    'It speaks only where a cluster has `reader: true`.',
    'A reader that is never asked says nothing: its queue’s alarms do.',
  ],
  examples: {
    matches: [
      { name: 'the role has no access entry', event: audit('patch', target, unread('unauthorized')) },
      { name: 'its group has no role', event: audit('patch', target, unread('forbidden')) },
      { name: 'the API server does not answer', event: audit('patch', target, unread('slow')) },
      {
        name: 'the object was deleted at once',
        event: audit('create', 'ec2nodeclasses.karpenter.k8s.aws', unread('gone')),
      },
    ],
    misses: [
      { name: 'nobody tried', event: audit('patch', target, { objectRef: { name: 'default' } }) },
      {
        name: 'it was read',
        event: audit('patch', target, {
          objectRef: { name: 'default' },
          user: users.platform,
          reading: { at: '2026-09-01T10:00:04.000Z', object: { kind: 'NodePool', spec: {} }, changes: [] },
        }),
      },
    ],
  },
});
