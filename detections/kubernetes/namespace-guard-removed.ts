import { kubernetes } from '../../core/detection.ts';
import { audit, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { garbageCollector } from '../../core/kubernetes/known-users.ts';
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
      {
        objectRef: { resource: 'namespaces' },
        fact: { 'guardrail.lowered': 'yes', 'namespace.role': ['controller', 'cluster-api'] },
      },
      {
        fact: {
          'guardrail.lowered': 'unsaid',
          'namespace.role': ['controller', 'cluster-api'],
          'principal.standing': 'person',
        },
      },
      // What a person does to a policy that is there, and one more of theirs that lets everything through.
      {
        verb: ['update', 'patch'],
        objectRef: { apiGroup: 'networking.k8s.io', resource: 'networkpolicies' },
        fact: {
          'object.controller': ['karpenter', 'cluster-api', 'eks', 'kubeadm'],
          'principal.standing': 'person',
        },
      },
      {
        fact: {
          'guardrail.lowered': 'yes',
          'object.controller': ['karpenter', 'cluster-api', 'eks', 'kubeadm'],
          'principal.standing': ['person', 'service-account', 'mixed'],
        },
      },
      {
        verb: ['delete', 'deletecollection'],
        objectRef: { apiGroup: 'networking.k8s.io', resource: 'networkpolicies' },
        fact: { 'object.controller': ['karpenter', 'cluster-api', 'eks', 'kubeadm'] },
      },
    ],
    fact: { 'call.outcome': 'succeeded' },
  },
  // The garbage collector deletes for whoever wrote an owner that is not there.
  unless: [{ user: { username: { 'anything-but': garbageCollector } }, fact: { 'principal.standing': 'service' } }],
  by: view => {
    const { namespace, name, resource } = view.record.objectRef ?? {};
    return [{ namespace: (resource === 'namespaces' ? name : namespace) || 'unknown' }];
  },
  attack: ['T1685'],
  why: 'Pod Security keeps privileged pods out of the controllers’ namespaces, network policies keep their credentials in. Both go first.',
  references: [
    'Kubernetes documentation, Pod Security Admission (enforce label)',
    'Kubernetes documentation, Network Policies; Owners and Dependents',
  ],
  runbook: [
    confirm("(objectRef.resource = 'namespaces' or objectRef.resource = 'networkpolicies') and user.username = 'USER'"),
    'Put it back: kubectl label namespace NAMESPACE pod-security.kubernetes.io/enforce=restricted --overwrite; kubectl -n NAMESPACE apply -f networkpolicy.yaml',
    'See what was started meanwhile: kubectl -n NAMESPACE get pods --sort-by=.metadata.creationTimestamp',
    removeAccess,
    lookAround,
  ],
  blind: [
    'A lowered level is recognised by what is sent: restricted to baseline is not. A namespace that a person sends whole without a level counts as one that lost it.',
    'In kube-system a network policy is known by its controller’s name.',
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
        name: 'the garbage collector deletes one, since somebody wrote an owner into it that is not there',
        event: audit('delete', 'networkpolicies.networking.k8s.io', { ...fleet, ...policy, user: users.garbage }),
      },
      {
        name: 'the namespace of Clusters',
        event: audit('patch', 'namespaces', { ...fleet, ...level('privileged'), objectRef: { name: 'fleet-eu' } }),
      },
      {
        name: 'all labels are removed at once',
        event: audit('patch', 'namespaces', {
          ...fleet,
          objectRef: { name: 'capi-system' },
          requestObject: { metadata: { labels: null } },
        }),
      },
      {
        name: 'a strategic merge puts other labels in their place',
        event: audit('patch', 'namespaces', {
          ...fleet,
          user: users.workload,
          objectRef: { name: 'capi-system' },
          requestObject: { metadata: { labels: { $patch: 'replace', team: 'a' } } },
        }),
      },
      {
        name: 'a person sends it whole, without a level',
        event: audit('update', 'namespaces', {
          ...fleet,
          objectRef: { name: 'capi-system' },
          requestObject: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'capi-system' } },
        }),
      },
      {
        name: 'a person changes a network policy of CAPA',
        event: audit('patch', 'networkpolicies.networking.k8s.io', {
          ...fleet,
          ...policy,
          requestObject: { spec: { podSelector: { matchLabels: { a: 'b' } } } },
        }),
      },
      {
        name: 'a workload adds a policy that lets everything out',
        event: audit('create', 'networkpolicies.networking.k8s.io', {
          cluster: 'fleet',
          user: users.workload,
          objectRef: { namespace: 'capa-system', name: 'tool' },
          requestObject: { spec: { podSelector: {}, policyTypes: ['Egress'], egress: [{}] } },
        }),
      },
    ],
    misses: [
      {
        name: 'a program sends it whole, without a level',
        event: audit('update', 'namespaces', {
          cluster: 'fleet',
          user: users.workload,
          objectRef: { name: 'capi-system' },
          requestObject: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'capi-system' } },
        }),
      },
      {
        name: 'a person sends it whole, with its level',
        event: audit('update', 'namespaces', {
          ...fleet,
          objectRef: { name: 'capi-system' },
          requestObject: {
            apiVersion: 'v1',
            kind: 'Namespace',
            metadata: { name: 'capi-system', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
          },
        }),
      },
      {
        name: 'a person sends an ordinary namespace whole',
        event: audit('update', 'namespaces', {
          ...fleet,
          objectRef: { name: 'team-a' },
          requestObject: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a' } },
        }),
      },
      {
        name: 'a person adds a policy that lets out to DNS',
        event: audit('create', 'networkpolicies.networking.k8s.io', {
          ...fleet,
          objectRef: { namespace: 'capa-system', name: 'tool' },
          requestObject: { spec: { podSelector: {}, egress: [{ ports: [{ port: 53 }] }] } },
        }),
      },
      {
        name: 'a person changes an ingress of CAPA',
        event: audit('patch', 'ingresses.networking.k8s.io', { ...fleet, ...policy }),
      },
      {
        name: 'a person changes a policy of that name in another group',
        event: audit('patch', 'networkpolicies.crd.projectcalico.org', { ...fleet, ...policy }),
      },
      {
        name: 'GitOps installs one that lets everything out',
        event: audit('create', 'networkpolicies.networking.k8s.io', {
          cluster: 'fleet',
          user: users.gitops,
          objectRef: { namespace: 'capa-system', name: 'tool' },
          requestObject: { spec: { podSelector: {}, egress: [{}] } },
        }),
      },
      {
        name: 'a team lets everything out of its own',
        event: audit('create', 'networkpolicies.networking.k8s.io', {
          ...fleet,
          objectRef: { namespace: 'team-a', name: 'tool' },
          requestObject: { spec: { podSelector: {}, egress: [{}] } },
        }),
      },
      {
        name: 'a person changes a network policy of a team',
        event: audit('patch', 'networkpolicies.networking.k8s.io', {
          ...fleet,
          objectRef: { namespace: 'team-a', name: 'deny-egress' },
        }),
      },
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
        name: 'GitOps changes a network policy',
        event: audit('patch', 'networkpolicies.networking.k8s.io', {
          ...policy,
          cluster: 'fleet',
          user: users.gitops,
        }),
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
