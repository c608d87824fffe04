import { kubernetes } from '../../core/detection.ts';
import { audit, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { garbageCollector } from '../../core/kubernetes/known-users.ts';
import { byUserAndObject } from '../../core/kubernetes/said.ts';
import { confirm, insights, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const ref = { objectRef: { namespace: 'kube-system', name: 'karpenter' } };
const capa = {
  cluster: 'fleet',
  user: users.admin,
  objectRef: { namespace: 'capa-system', name: 'capa-controller-manager' },
};
const replicas = (count: number) => ({ requestObject: { spec: { replicas: count } } });

export const detection = kubernetes({
  id: 'kubernetes/controller-stopped',
  title: '{principal} stopped a controller that makes nodes: {event}',
  severity: [['low', { fact: { 'principal.standing': 'likely-controller' } }], 'high'],
  when: {
    $or: [
      { fact: { 'workload.stopped': true, 'object.controller': ['karpenter', 'cluster-api', 'eks', 'kubeadm'] } },
      { verb: 'delete', objectRef: { resource: 'namespaces' }, fact: { 'namespace.role': 'controller' } },
    ],
    fact: { 'call.outcome': 'succeeded' },
  },
  unless: [
    { fact: { 'principal.standing': ['controller', 'platform', 'gitops'] } },
    // It deletes for whoever wrote the owner that is not there: nobody owns these.
    { user: { username: { 'anything-but': garbageCollector } }, fact: { 'principal.standing': 'service' } },
  ],
  by: byUserAndObject,
  attack: ['T1489', 'T1685'],
  why: 'Without Karpenter no node is replaced, drained before an interruption or taken back for drift, and without Cluster API’s controllers no machine is mended: what somebody changed on a node stays. Restarting is ordinary, none at all is not.',
  references: [
    'Karpenter documentation, Disruption; karpenter-provider-aws, charts/karpenter (deployment.yaml)',
    'cluster-api book, Machine health checks; kubernetes-sigs/cluster-api, cmd/clusterctl (upgrade deletes a provider before it installs the next)',
    'Kubernetes documentation, Owners and Dependents; Garbage Collection',
    'Kubernetes API Reference, Deployment and Scale; kubernetes/api, autoscaling/v1 (a number of 0 is not written)',
  ],
  runbook: [
    confirm("objectRef.namespace = 'NAMESPACE' and objectRef.name = 'NAME' and verb in ['delete','update','patch']"),
    'Start it again: kubectl -n NAMESPACE scale deployment NAME --replicas=2; or have GitOps apply what was deleted',
    'See what it did not do meanwhile: kubectl get nodeclaims,nodes --sort-by=.metadata.creationTimestamp; kubectl get machines -A',
    `${removeAccess}. Where the garbage collector deleted it, of whoever wrote its owner or deleted that: ${insights("objectRef.name = 'NAME' and verb in ['update','patch']")}`,
    lookAround,
  ],
  blind: [
    'clusterctl upgrade deletes each provider’s deployment as the person who runs it, and makes it again: name administrators in `platform`. Cluster API’s operator does the same: name its account in `controllers`, for the usual one is unknown once the settings name others.',
    'What scales everything to none at night (kube-downscaler and the like) is reported unless it leaves these namespaces out, which it should.',
    'A pod of it that is deleted or evicted comes back, and drains do so all day: not judged, however often.',
    'That its rights are taken (its ClusterRoleBinding deleted, its role emptied), or that a policy of one’s own refuses what it makes, is not looked at: it runs on and does nothing (lineage/node-churn and pods that stay pending tell).',
    'That its service account is deleted is not looked at: its pods keep their tokens for an hour, and whoever deletes it deletes the rest.',
    'One that is kept from working otherwise (a network policy, a node selector that no node has, its priority) is not distinguished from another change.',
    'In shared namespaces a controller’s own are known by its account’s name.',
  ],
  examples: {
    matches: [
      {
        name: 'a program that scales down at night does not spare it',
        event: audit('patch', 'deployments.apps', { ...ref, ...replicas(0), user: users.workload }),
        severity: 'high',
      },
      {
        name: 'a developer scales Karpenter to none',
        event: audit('patch', 'deployments.apps/scale', { ...ref, ...replicas(0) }),
      },
      {
        name: 'the same by a client that sends the scale whole: none is left out',
        event: audit('update', 'deployments.apps/scale', { ...ref, requestObject: { kind: 'Scale', spec: {} } }),
      },
      {
        name: 'the same in the deployment, by JSON Patch',
        event: audit('patch', 'deployments.apps', {
          ...ref,
          requestObject: [{ op: 'replace', path: '/spec/replicas', value: 0 }],
        }),
      },
      { name: 'a developer deletes its deployment', event: audit('delete', 'deployments.apps', ref) },
      { name: 'a person deletes Cluster API’s provider', event: audit('delete', 'deployments.apps', capa) },
      {
        name: 'its namespace',
        event: audit('delete', 'namespaces', { ...capa, objectRef: { name: 'capa-system' } }),
      },
      {
        name: 'the garbage collector, since somebody wrote an owner into it that is not there',
        event: audit('delete', 'deployments.apps', { ...ref, user: users.garbage }),
        severity: 'high',
      },
      {
        name: 'Cluster API’s operator by its usual name, while the settings name no controller',
        event: audit('delete', 'deployments.apps', { ...capa, user: users.capi }),
        settings: { controllers: [] },
        severity: 'low',
      },
    ],
    misses: [
      { name: 'its account', event: audit('delete', 'serviceaccounts', ref) },
      { name: 'the platform', event: audit('delete', 'deployments.apps', { ...ref, user: users.platform }) },
      {
        name: 'the namespace’s controller, once the namespace is deleted',
        event: audit('delete', 'deployments.apps', {
          ...ref,
          user: serviceAccount('kube-system', 'namespace-controller'),
        }),
      },
      { name: 'GitOps', event: audit('patch', 'deployments.apps', { ...ref, ...replicas(0), user: users.gitops }) },
      { name: 'one replica more', event: audit('patch', 'deployments.apps/scale', { ...ref, ...replicas(3) }) },
      {
        name: 'a restart',
        event: audit('patch', 'deployments.apps', {
          ...ref,
          requestObject: { spec: { template: { metadata: { annotations: { a: 'b' } } } } },
        }),
      },
      { name: 'one of its pods', event: audit('delete', 'pods', ref) },
      {
        name: 'a deployment of a team',
        event: audit('delete', 'deployments.apps', { objectRef: { namespace: 'team-a', name: 'karpenter-ui' } }),
      },
      {
        name: 'a team’s is scaled to none',
        event: audit('patch', 'deployments.apps/scale', {
          objectRef: { namespace: 'team-a', name: 'shop' },
          ...replicas(0),
        }),
      },
      { name: 'a team’s namespace', event: audit('delete', 'namespaces', { objectRef: { name: 'team-a' } }) },
      {
        name: 'its namespace is made',
        event: audit('create', 'namespaces', { ...capa, objectRef: { name: 'capa-system' } }),
      },
      {
        name: 'somebody may not',
        event: audit('delete', 'deployments.apps', { ...ref, responseStatus: { code: 403 } }),
      },
    ],
  },
});
