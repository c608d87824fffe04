import { kubernetes } from '../../core/detection.ts';
import { audit, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { said } from '../../core/kubernetes/said.ts';
import { confirm, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const target = 'leases.coordination.k8s.io';
const ref = { objectRef: { namespace: 'kube-system', name: 'karpenter-leader-election' } };

export const detection = kubernetes({
  id: 'kubernetes/leader-lease-deleted',
  title: "{principal} deleted a controller's lease: {lease}",
  severity: [['low', { fact: { 'principal.standing': 'likely-controller' } }], 'medium'],
  when: {
    verb: ['delete', 'deletecollection'],
    objectRef: { apiGroup: 'coordination.k8s.io', resource: 'leases' },
    fact: { 'object.controller': ['karpenter', 'cluster-api', 'eks', 'kubeadm'], 'call.outcome': 'succeeded' },
  },
  unless: [{ fact: { 'principal.standing': ['controller', 'service'] } }],
  by: view => [{ lease: said(view, 'object.path') }],
  attack: ['T1489'],
  why: 'The holder of the lease is the controller that acts. Deleting it makes them stop and elect again, and lets another process take the lead.',
  references: [
    'Kubernetes documentation, Leases (leader election)',
    'karpenter-provider-aws, charts/karpenter, role.yaml (karpenter-leader-election)',
  ],
  runbook: [
    confirm("objectRef.resource = 'leases' and objectRef.name = 'NAME'"),
    "See who leads now: kubectl -n NAMESPACE get lease NAME -o jsonpath='{.spec.holderIdentity}', and that it is a pod of the controller's",
    'See that it works: kubectl -n NAMESPACE get pods, kubectl -n NAMESPACE logs deployment/CONTROLLER --since=15m',
    removeAccess,
    lookAround,
  ],
  blind: [
    'A lease that is overwritten, not deleted, is an update that looks like a renewal.',
    'In kube-system a lease is known by its controller’s name.',
  ],
  examples: {
    matches: [
      { name: 'a developer deletes Karpenter’s', event: audit('delete', target, ref) },
      {
        name: 'the platform deletes CAPA’s',
        event: audit('deletecollection', target, {
          cluster: 'fleet',
          user: users.platform,
          objectRef: { namespace: 'capa-system' },
        }),
      },
      {
        name: 'Karpenter by its usual name, while the settings name no controller',
        event: audit('delete', target, { ...ref, user: users.karpenter }),
        settings: { controllers: [] },
      },
    ],
    misses: [
      { name: 'Karpenter itself', event: audit('delete', target, { ...ref, user: users.karpenter }) },
      {
        name: 'another lease of kube-system',
        event: audit('delete', target, { objectRef: { namespace: 'kube-system', name: 'cp-vpc-resource-controller' } }),
      },
      {
        name: 'the namespace goes',
        event: audit('deletecollection', target, {
          cluster: 'fleet',
          objectRef: { namespace: 'capa-system' },
          user: serviceAccount('kube-system', 'namespace-controller'),
        }),
      },
      { name: 'a developer reads it', event: audit('get', target, ref) },
      { name: 'a resource of that name elsewhere', event: audit('delete', 'leases.example.com', ref) },
      { name: 'another resource of the group', event: audit('delete', 'leasecandidates.coordination.k8s.io', ref) },
      { name: 'a developer may not', event: audit('delete', target, { ...ref, responseStatus: { code: 403 } }) },
    ],
  },
});
