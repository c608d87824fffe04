import { kubernetes } from '../../core/detection.ts';
import { audit, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { confirm, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const fleet = { cluster: 'fleet', user: users.admin };
const policy = { objectRef: { namespace: 'capa-system', name: 'deny-egress' } };
const level = (value: string | null) => ({
  objectRef: { name: 'capi-system' },
  requestObject: { metadata: { labels: { 'pod-security.kubernetes.io/enforce': value } } },
});

export const detection = kubernetes({
  id: 'kubernetes/namespace-guard-removed',
  title: "{principal} took a guard off a controller's namespace: {event}",
  severity: 'high',
  when: {
    $or: [
      { fact: { 'guardrail.lowered': 'yes', 'namespace.role': ['controller', 'cluster-api'] } },
      {
        verb: ['delete', 'deletecollection'],
        objectRef: { apiGroup: 'networking.k8s.io', resource: 'networkpolicies' },
        fact: { 'object.controller': ['karpenter', 'cluster-api', 'eks', 'kubeadm'] },
      },
    ],
    fact: { 'call.outcome': 'succeeded' },
  },
  unless: [{ fact: { 'principal.standing': 'service' } }],
  by: view => {
    const { namespace, name, resource } = view.record.objectRef ?? {};
    return [{ namespace: (resource === 'namespaces' ? name : namespace) || 'unknown' }];
  },
  attack: ['T1685'],
  why: 'Pod Security keeps privileged pods out of the controllers’ namespaces, network policies keep their credentials in. Both go first.',
  references: [
    'Kubernetes documentation, Pod Security Admission (enforce label)',
    'Kubernetes documentation, Network Policies',
  ],
  runbook: [
    confirm("(objectRef.resource = 'namespaces' or objectRef.resource = 'networkpolicies') and user.username = 'USER'"),
    'Put it back: kubectl label namespace NAMESPACE pod-security.kubernetes.io/enforce=restricted --overwrite; kubectl -n NAMESPACE apply -f networkpolicy.yaml',
    'See what was started meanwhile: kubectl -n NAMESPACE get pods --sort-by=.metadata.creationTimestamp',
    removeAccess,
    lookAround,
  ],
  blind: [
    'A lowered level is told from what is sent: restricted to baseline is not, nor an update that leaves the label out.',
    'Policies of a network plugin’s own kind are not watched.',
  ],
  examples: {
    matches: [
      { name: 'the level is removed', event: audit('patch', 'namespaces', { ...fleet, ...level(null) }) },
      {
        name: 'the level is set to privileged',
        event: audit('patch', 'namespaces', { ...fleet, ...level('privileged') }),
      },
      {
        name: 'a network policy of CAPA is deleted',
        event: audit('delete', 'networkpolicies.networking.k8s.io', { ...fleet, ...policy }),
      },
      {
        name: 'the namespace of Clusters',
        event: audit('patch', 'namespaces', { ...fleet, ...level('privileged'), objectRef: { name: 'fleet-eu' } }),
      },
    ],
    misses: [
      { name: 'the level is raised', event: audit('patch', 'namespaces', { ...fleet, ...level('restricted') }) },
      {
        name: 'an ordinary namespace',
        event: audit('patch', 'namespaces', { ...fleet, ...level(null), objectRef: { name: 'team-a' } }),
      },
      {
        name: 'a network policy of another namespace',
        event: audit('delete', 'networkpolicies.networking.k8s.io', {
          ...fleet,
          objectRef: { namespace: 'team-a', name: 'deny-egress' },
        }),
      },
      {
        name: 'a network policy is changed',
        event: audit('patch', 'networkpolicies.networking.k8s.io', { ...fleet, ...policy }),
      },
      { name: 'an ingress is deleted', event: audit('delete', 'ingresses.networking.k8s.io', { ...fleet, ...policy }) },
      {
        name: 'a policy of that name in another group',
        event: audit('delete', 'networkpolicies.crd.projectcalico.org', { ...fleet, ...policy }),
      },
      {
        name: 'the namespace is deleted',
        event: audit('deletecollection', 'networkpolicies.networking.k8s.io', {
          ...fleet,
          objectRef: { namespace: 'capa-system' },
          user: serviceAccount('kube-system', 'namespace-controller'),
        }),
      },
      {
        name: 'it is refused',
        event: audit('patch', 'namespaces', { ...fleet, ...level(null), responseStatus: { code: 403 } }),
      },
    ],
  },
});
