import { kubernetes } from '../../core/detection.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { byUserAndObjects, joinedObject } from '../../core/kubernetes/said.ts';
import { compare, confirm, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const target = 'kubeadmconfigtemplates.bootstrap.cluster.x-k8s.io';
const ref = { cluster: 'fleet', user: users.admin, objectRef: { namespace: 'fleet-eu', name: 'workers' } };

export const detection = kubernetes({
  id: 'kubernetes/capi-object-changed-by-unexpected',
  title: '{principal} changed a Cluster API object: {event}',
  severity: [
    ['low', { fact: { 'principal.standing': 'likely-controller' } }],
    // Which of them a ClusterResourceSet applies, the call does not say.
    ['medium', { objectRef: { resource: 'configmaps' } }],
    'high',
  ],
  when: {
    $or: [
      { fact: { 'capi.change': 'other' } },
      // Controllers keep it all day, and nobody else: by it they go.
      { fact: { 'capi.change': 'status', 'principal.standing': ['person', 'mixed'] } },
      // What a ClusterResourceSet applies to workload clusters, as their administrator.
      {
        verb: ['create', 'update', 'patch'],
        objectRef: { resource: 'configmaps' },
        fact: { 'namespace.role': 'cluster-api', 'principal.standing': ['person', 'mixed'] },
      },
    ],
    fact: { 'call.outcome': 'succeeded' },
  },
  unless: [{ fact: { 'principal.standing': ['controller', 'platform', 'gitops', 'service'] } }],
  by: byUserAndObjects,
  resources: joinedObject,
  attack: ['T1578.005', 'T1098'],
  why: 'Bootstrap configuration runs as root on machines, infrastructure templates choose their image and role, a ClusterResourceSet applies whatever its config maps hold to workload clusters, an ExtensionConfig answers for the controllers.',
  references: [
    'cluster-api book, Provider contracts, ClusterResourceSet, Runtime Extensions',
    'Cluster API providers for AWS, Azure and GCP (identities)',
  ],
  runbook: [
    confirm("objectRef.apiGroup like 'cluster.x-k8s.io' and objectRef.name = 'NAME'"),
    'Stop its effect: kubectl -n NAMESPACE patch cluster WORKLOAD_CLUSTER --type merge -p \'{"spec":{"paused":true}}\'',
    compare('-n NAMESPACE KIND'),
    removeAccess,
    lookAround,
  ],
  blind: [
    'EKS logs no bodies of these objects: that one changed is seen, not how.',
    'A config map of those namespaces that no ClusterResourceSet applies is reported as well. clusterctl (`move`, `upgrade`) writes as the person who runs it, each object a finding: name administrators in `platform`.',
    'A status, or a config map, that a program writes is not judged: controllers do so all day.',
    'Machines made or scaled, ClusterClasses, identities, deleted clusters and remediation have findings of their own.',
  ],
  examples: {
    matches: [
      { name: 'a person changes bootstrap configuration', event: audit('patch', target, ref) },
      {
        name: 'a person applies a ClusterResourceSet',
        event: audit('create', 'clusterresourcesets.addons.cluster.x-k8s.io', ref),
      },
      {
        name: 'a person registers an extension',
        event: audit('create', 'extensionconfigs.runtime.cluster.x-k8s.io', ref),
      },
      {
        name: 'a person says in its status which data a machine boots with',
        event: audit('patch', 'kubeadmconfigs.bootstrap.cluster.x-k8s.io/status', ref),
      },
      {
        name: 'a person changes what is applied to clusters',
        event: audit('update', 'configmaps', ref),
        severity: 'medium',
      },
      {
        name: 'a person changes an Azure identity',
        event: audit('update', 'azureclusteridentities.infrastructure.cluster.x-k8s.io', ref),
      },
      { name: 'a person deletes a Machine', event: audit('delete', 'machines.cluster.x-k8s.io', ref) },
      {
        name: 'Cluster API by its usual name, while the settings name no controller',
        event: audit('patch', target, { ...ref, user: users.capi }),
        settings: { controllers: [] },
      },
    ],
    misses: [
      {
        name: 'a program keeps its status',
        event: audit('patch', 'kubeadmconfigs.bootstrap.cluster.x-k8s.io/status', { ...ref, user: users.workload }),
      },
      {
        name: 'a program writes a config map there',
        event: audit('update', 'configmaps', { ...ref, user: users.workload }),
      },
      { name: 'a person reads one', event: audit('get', 'configmaps', ref) },
      { name: 'a person writes a service there', event: audit('update', 'services', ref) },
      {
        name: 'a person writes a config map of a team',
        event: audit('update', 'configmaps', { ...ref, objectRef: { namespace: 'team-a', name: 'app' } }),
      },
      { name: 'Cluster API', event: audit('patch', target, { ...ref, user: users.capi }) },
      { name: 'the platform', event: audit('patch', target, { ...ref, user: users.platform }) },
      {
        name: 'a person makes a Machine (machine-created-by-unexpected)',
        event: audit('create', 'machines.cluster.x-k8s.io', ref),
      },
      { name: 'a person reads it', event: audit('get', target, ref) },
      { name: 'a person may not', event: audit('patch', target, { ...ref, responseStatus: { code: 403 } }) },
    ],
  },
});
