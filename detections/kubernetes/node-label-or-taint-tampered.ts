import { kubernetes } from '../../core/detection.ts';
import { audit, node, users } from '../../core/kubernetes/example.ts';
import { texts } from '../../core/kubernetes/said.ts';
import { confirm, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const ref = { objectRef: { name: 'ip-10-0-1-17.eu-west-1.compute.internal' } };
const label = (key: string, value: string | null) => ({
  ...ref,
  requestObject: { metadata: { labels: { [key]: value } } },
});

export const detection = kubernetes({
  id: 'kubernetes/node-label-or-taint-tampered',
  title: '{principal} changed what steers the node {node}: {node.steering}',
  severity: 'medium',
  when: {
    fact: {
      'node.steering': [{ exists: true }],
      'principal.standing': ['person', 'mixed'],
      'call.outcome': 'succeeded',
    },
  },
  by: view => [{ node: view.record.objectRef?.name || 'unknown' }],
  resources: view => texts(view, 'node.steering'),
  attack: ['T1578', 'T1036'],
  why: 'Labels and taints decide which pods, and whose secrets, land on a node; Karpenter’s decide whether it is replaced at all. A node that an intruder holds draws workloads with them.',
  references: [
    'Kubernetes documentation, Well-Known Labels, Annotations and Taints; NodeRestriction',
    'Karpenter documentation, Disruption (karpenter.sh/do-not-disrupt)',
    'Kubernetes documentation, Owners and Dependents; Garbage Collection',
  ],
  runbook: [
    confirm("objectRef.resource = 'nodes' and objectRef.name = 'NODE' and verb in ['patch','update']"),
    'See what landed on it since: kubectl get pods -A --field-selector spec.nodeName=NODE -o wide',
    'Put it back: kubectl label node NODE KEY=VALUE --overwrite, kubectl taint node NODE KEY:EFFECT-',
    removeAccess,
    lookAround,
  ],
  blind: [
    'An update sends the whole node and does not say what it changes: a person’s is reported as `everything`.',
    'Nodes may set labels of their own that NodeRestriction leaves open: they are not judged here.',
  ],
  examples: {
    matches: [
      {
        name: 'a developer lets a node go without its instance',
        event: audit('patch', 'nodes', { ...ref, requestObject: { metadata: { finalizers: null } } }),
      },
      {
        name: 'a developer gives a node an owner that is not there: the garbage collector deletes it',
        event: audit('patch', 'nodes', {
          ...ref,
          requestObject: {
            metadata: {
              ownerReferences: [
                { apiVersion: 'v1', kind: 'Namespace', name: 'x', uid: '00000000-0000-4000-8000-000000000009' },
              ],
            },
          },
        }),
      },
      {
        name: 'a developer moves a node to another NodePool',
        event: audit('patch', 'nodes', label('karpenter.sh/nodepool', 'gpu')),
      },
      {
        name: 'a developer takes its taints away',
        event: audit('patch', 'nodes', { ...ref, requestObject: { spec: { taints: null } } }),
      },
      {
        name: 'a developer keeps Karpenter from replacing it',
        event: audit('patch', 'nodes', {
          ...ref,
          requestObject: { metadata: { annotations: { 'karpenter.sh/do-not-disrupt': 'true' } } },
        }),
      },
      {
        name: 'the platform impersonates a developer',
        event: audit('patch', 'nodes', {
          ...label('karpenter.sh/nodepool', 'gpu'),
          user: users.platform,
          impersonatedUser: users.developer,
        }),
      },
      {
        name: 'a developer sends it whole',
        event: audit('update', 'nodes', { ...ref, requestObject: { metadata: { labels: {} } } }),
      },
      {
        name: 'a developer takes all labels away',
        event: audit('patch', 'nodes', { ...ref, requestObject: { metadata: { labels: null } } }),
      },
    ],
    misses: [
      {
        name: 'a developer reports its status',
        event: audit('update', 'nodes/status', { ...ref, requestObject: { metadata: { labels: {} } } }),
      },
      { name: 'a developer sets a label of a team', event: audit('patch', 'nodes', label('example.com/team', 'a')) },
      {
        name: 'a developer cordons it',
        event: audit('patch', 'nodes', { ...ref, requestObject: { spec: { unschedulable: true } } }),
      },
      {
        name: 'Karpenter',
        event: audit('patch', 'nodes', { ...label('karpenter.sh/nodepool', 'gpu'), user: users.karpenter }),
      },
      {
        name: 'the platform',
        event: audit('patch', 'nodes', { ...label('karpenter.sh/nodepool', 'gpu'), user: users.platform }),
      },
      {
        name: 'the kubelet sets its zone',
        event: audit('patch', 'nodes', { ...label('topology.kubernetes.io/zone', 'eu-west-1a'), user: node() }),
      },
      {
        name: 'a developer may not',
        event: audit('patch', 'nodes', { ...label('karpenter.sh/nodepool', 'gpu'), responseStatus: { code: 403 } }),
      },
    ],
  },
});
