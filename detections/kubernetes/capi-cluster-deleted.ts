import { kubernetes } from '../../core/detection.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { unsaid } from '../../core/kubernetes/groups.ts';
import { byObject } from '../../core/kubernetes/said.ts';
import { confirm, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const target = 'clusters.cluster.x-k8s.io';
const definitions = 'customresourcedefinitions.apiextensions.k8s.io';
const ref = { cluster: 'fleet', user: users.admin, objectRef: { namespace: 'fleet-eu', name: 'prod-eu' } };

export const detection = kubernetes({
  id: 'kubernetes/capi-cluster-deleted',
  title: '{principal} deleted a cluster or its control plane: {object}',
  severity: [
    ['low', { fact: { 'principal.standing': 'likely-controller' } }],
    ['critical', { fact: { 'principal.standing': 'gitops' } }],
    'high',
  ],
  when: {
    $or: [
      { fact: { 'capi.change': 'cluster-deleted' } },
      // What is in it goes with a namespace, and every object of a kind with its definition.
      { verb: 'delete', objectRef: { resource: 'namespaces' }, fact: { 'namespace.role': 'cluster-api' } },
      {
        verb: ['delete', 'deletecollection'],
        objectRef: {
          apiGroup: 'apiextensions.k8s.io',
          resource: 'customresourcedefinitions',
          name: [{ suffix: 'cluster.x-k8s.io' }, ...unsaid],
        },
      },
    ],
    fact: { 'call.outcome': 'succeeded' },
  },
  unless: [{ fact: { 'principal.standing': ['controller', 'service'] } }],
  by: byObject,
  attack: ['T1485', 'T1578.003'],
  why: 'Deleting a Cluster deletes its machines, volumes and load balancers. By GitOps it is mostly an accident, a directory moved and pruned, and then it is fast.',
  references: ['cluster-api book, Deletion of a cluster', 'Flux documentation, Kustomization (prune)'],
  runbook: [
    confirm("objectRef.apiGroup like 'cluster.x-k8s.io' and verb like 'delete' and objectRef.name = 'NAME'"),
    'Stop it while finalizers still hold: kubectl -n NAMESPACE patch cluster NAME --type merge -p \'{"spec":{"paused":true}}\'; by GitOps: flux suspend kustomization NAME (or argocd app set NAME --sync-policy none)',
    'See what is left: clusterctl describe cluster NAME -n NAMESPACE, kubectl -n NAMESPACE get machines',
    removeAccess,
    lookAround,
  ],
  blind: [
    'A namespace is known to hold Clusters where the setting `clusterApiNamespaces` says so.',
    'Deleting the AWS resources directly leaves the objects (cloudtrail/*).',
  ],
  examples: {
    matches: [
      { name: 'a person deletes a Cluster', event: audit('delete', target, ref) },
      { name: 'GitOps prunes one', event: audit('delete', target, { ...ref, user: users.gitops }) },
      {
        name: 'the platform deletes a control plane',
        event: audit('delete', 'kubeadmcontrolplanes.controlplane.cluster.x-k8s.io', { ...ref, user: users.platform }),
      },
      {
        name: 'Cluster API by its usual name, while the settings name no controller',
        event: audit('delete', target, { ...ref, user: users.capi }),
        settings: { controllers: [] },
      },
      {
        name: 'a person deletes the namespace that a Cluster is in',
        event: audit('delete', 'namespaces', { ...ref, objectRef: { namespace: 'fleet-eu', name: 'fleet-eu' } }),
      },
      {
        name: 'a person deletes the definition of machine templates',
        event: audit('delete', definitions, {
          ...ref,
          objectRef: { name: 'awsmachinetemplates.infrastructure.cluster.x-k8s.io' },
        }),
      },
      {
        name: 'a person deletes all definitions',
        event: audit('deletecollection', definitions, { ...ref, objectRef: {} }),
      },
    ],
    misses: [
      {
        name: 'Cluster API deletes the control plane of a Cluster that goes',
        event: audit('delete', 'kubeadmcontrolplanes.controlplane.cluster.x-k8s.io', { ...ref, user: users.capi }),
      },
      { name: 'a person changes a Cluster', event: audit('patch', target, ref) },
      {
        name: 'a person deletes another namespace',
        event: audit('delete', 'namespaces', { ...ref, objectRef: { namespace: 'team-a', name: 'team-a' } }),
      },
      {
        name: 'a person labels the namespace that a Cluster is in',
        event: audit('patch', 'namespaces', { ...ref, objectRef: { namespace: 'fleet-eu', name: 'fleet-eu' } }),
      },
      {
        name: 'a person deletes a pod beside a Cluster',
        event: audit('delete', 'pods', { ...ref, objectRef: { namespace: 'fleet-eu', name: 'tool' } }),
      },
      {
        name: 'an injector of certificates changes the definition of Clusters',
        event: audit('patch', definitions, { ...ref, objectRef: { name: target } }),
      },
      {
        name: 'a person deletes another definition',
        event: audit('delete', definitions, { ...ref, objectRef: { name: 'widgets.example.com' } }),
      },
      {
        name: 'a person deletes another resource of the group',
        event: audit('delete', 'widgets.apiextensions.k8s.io', { ...ref, objectRef: { name: target } }),
      },
      {
        name: 'a person deletes a resource of that name elsewhere',
        event: audit('delete', 'customresourcedefinitions.example.com', { ...ref, objectRef: { name: target } }),
      },
      { name: 'a person may not', event: audit('delete', target, { ...ref, responseStatus: { code: 403 } }) },
    ],
  },
});
