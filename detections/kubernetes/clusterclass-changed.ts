import { kubernetes } from '../../core/detection.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { byObject } from '../../core/kubernetes/said.ts';
import { compare, confirm, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const target = 'clusterclasses.cluster.x-k8s.io';
const ref = { cluster: 'fleet', user: users.admin, objectRef: { namespace: 'fleet-eu', name: 'standard' } };

export const detection = kubernetes({
  id: 'kubernetes/clusterclass-changed',
  title: '{principal} changed a ClusterClass, and with it every cluster made from it: {object}',
  severity: [
    ['low', { fact: { 'principal.standing': 'likely-controller' } }],
    ['high', { fact: { 'principal.standing': ['platform', 'gitops', 'controller', 'service'] } }],
    'critical',
  ],
  when: { fact: { 'capi.change': 'clusterclass', 'call.outcome': 'succeeded' } },
  by: byObject,
  attack: ['T1578.005', 'T1195.002'],
  why: 'A ClusterClass is the template of a whole fleet: one write changes the images, roles, versions and patches of every cluster that refers to it, and they roll out by themselves.',
  references: ['cluster-api book, ClusterClass and managed topologies'],
  runbook: [
    confirm("objectRef.resource = 'clusterclasses' and objectRef.name = 'NAME'"),
    'Stop the roll-out: kubectl get clusters.cluster.x-k8s.io -A -o custom-columns=NS:.metadata.namespace,N:.metadata.name,CLASS:.spec.topology.class,REF:.spec.topology.classRef.name; for each of the class: kubectl -n NS patch cluster WORKLOAD_CLUSTER --type merge -p \'{"spec":{"paused":true}}\'',
    compare('-n NAMESPACE clusterclass'),
    removeAccess,
    lookAround,
  ],
  blind: [
    'EKS logs no bodies of ClusterClasses.',
    'A template that the class refers to is an object of its own (kubernetes/capi-object-changed-by-unexpected).',
  ],
  examples: {
    matches: [
      { name: 'a person', event: audit('patch', target, ref) },
      { name: 'GitOps', event: audit('patch', target, { ...ref, user: users.gitops }) },
      {
        name: 'Cluster API by its usual name, while the settings name no controller',
        event: audit('patch', target, { ...ref, user: users.capi }),
        settings: { controllers: [] },
      },
    ],
    misses: [
      { name: 'it is read', event: audit('get', target, ref) },
      { name: 'its status', event: audit('patch', `${target}/status`, { ...ref, user: users.capi }) },
      { name: 'another object', event: audit('patch', 'clusters.cluster.x-k8s.io', ref) },
      {
        name: 'it is tried dry',
        event: audit('patch', target, {
          ...ref,
          requestURI: '/apis/cluster.x-k8s.io/v1beta2/namespaces/fleet-eu/clusterclasses/standard?dryRun=All',
        }),
      },
    ],
  },
});
