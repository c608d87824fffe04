import { kubernetes } from '../../core/detection.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { byObject } from '../../core/kubernetes/said.ts';
import { compare, confirm, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const target = 'nodepools.karpenter.sh';
const ref = { objectRef: { name: 'default' } };

export const detection = kubernetes({
  id: 'kubernetes/nodepool-deleted',
  title: '{principal} deleted a NodePool, or all nodes: {object}',
  severity: [
    ['low', { fact: { 'principal.standing': ['platform', 'gitops', 'controller', 'likely-controller'] } }],
    // kubectl deletes nodes one by one, whatever it is told: a collection of them is nobody's upkeep.
    ['high', { objectRef: { resource: 'nodes' } }],
    'medium',
  ],
  when: {
    $or: [
      { verb: ['delete', 'deletecollection'], objectRef: { apiGroup: 'karpenter.sh', resource: 'nodepools' } },
      { verb: 'deletecollection', objectRef: { resource: 'nodes' } },
    ],
    fact: { 'call.outcome': 'succeeded' },
  },
  by: byObject,
  attack: ['T1485', 'T1489'],
  why: 'Deleting a NodePool deletes its NodeClaims, and with them every node: they drain at once. So they do where the nodes are deleted in one call. The pods have nowhere to go unless another pool takes them.',
  references: [
    'Karpenter documentation, Disruption (deleting a NodePool; a node that is deleted is drained and ended)',
    'Kubernetes API Reference, Node (delete collection)',
  ],
  runbook: [
    confirm("objectRef.resource in ['nodepools','nodes'] and verb like 'delete'"),
    `Put it back: ${compare('nodepool')}`,
    'Watch the nodes: kubectl get nodeclaims -w, kubectl get pods -A --field-selector=status.phase=Pending',
    removeAccess,
    lookAround,
  ],
  blind: [
    'Removing the finalizers of NodeClaims, or deleting nodes one by one (`kubectl delete nodes --all` does), drains as well: see kubernetes/provisioning-changed-by-unexpected, and lineage/node-churn for nodes that are replaced. Where nothing replaces them, nothing counts them.',
  ],
  examples: {
    matches: [
      { name: 'a developer deletes one', event: audit('delete', target, ref) },
      { name: 'a developer deletes all', event: audit('deletecollection', target) },
      { name: 'a developer deletes all nodes at once', event: audit('deletecollection', 'nodes'), severity: 'high' },
      { name: 'the platform deletes one', event: audit('delete', target, { ...ref, user: users.platform }) },
    ],
    misses: [
      { name: 'a developer changes one (provisioning-changed-by-unexpected)', event: audit('patch', target, ref) },
      { name: 'a developer deletes a node', event: audit('delete', 'nodes', ref) },
      { name: 'a developer deletes all pods of a namespace', event: audit('deletecollection', 'pods') },
      { name: 'a developer deletes a NodeClaim', event: audit('delete', 'nodeclaims.karpenter.sh', ref) },
      {
        name: 'a developer deletes a node pool of another product',
        event: audit('delete', 'nodepools.example.com', ref),
      },
      { name: 'a developer may not', event: audit('delete', target, { ...ref, responseStatus: { code: 403 } }) },
    ],
  },
});
