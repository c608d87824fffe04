import { kubernetes } from '../../core/detection.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { byUserAndObjects, joinedObject } from '../../core/kubernetes/said.ts';
import { confirm, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const target = 'machines.cluster.x-k8s.io';
const ref = { cluster: 'fleet', user: users.admin, objectRef: { namespace: 'fleet-eu', name: 'extra-1' } };

export const detection = kubernetes({
  id: 'kubernetes/machine-created-by-unexpected',
  title: '{principal} made or scaled machines: {event}',
  severity: [['low', { fact: { 'principal.standing': 'likely-controller' } }], 'high'],
  when: {
    fact: { 'capi.change': ['machine-created', 'machine-scaled'], 'call.outcome': 'succeeded' },
  },
  unless: [{ fact: { 'principal.standing': ['controller', 'platform', 'gitops', 'service'] } }],
  by: byUserAndObjects,
  resources: joinedObject,
  attack: ['T1578.002', 'T1496.001'],
  why: 'A Machine is a node with the bootstrap data its author chose. Creating one is the shortest way from write access on a management cluster to root in a workload cluster.',
  references: ['cluster-api book, Machine, MachineSet, MachineDeployment, MachinePool (v1beta1 and v1beta2)'],
  runbook: [
    confirm("objectRef.apiGroup = 'cluster.x-k8s.io' and objectRef.name = 'NAME'"),
    'See what it makes: kubectl -n NAMESPACE get machine NAME -o yaml, and its infrastructureRef and bootstrap references',
    'Contain: kubectl -n NAMESPACE annotate machine NAME cluster.x-k8s.io/paused=true; once the instance is preserved (aws ec2 create-snapshots), kubectl -n NAMESPACE delete machine NAME',
    removeAccess,
    lookAround,
  ],
  blind: [
    'Without a body (EKS) a patch of replicas is kubernetes/capi-object-changed-by-unexpected.',
    'An autoscaler that scales MachineDeployments belongs among the settings’ controllers.',
  ],
  examples: {
    matches: [
      { name: 'a person creates a Machine', event: audit('create', target, ref) },
      {
        name: 'an ordinary service account scales a MachineSet',
        event: audit('update', 'machinesets.cluster.x-k8s.io/scale', { ...ref, user: users.workload }),
      },
      {
        name: 'Cluster API by its usual name, while the settings name no controller',
        event: audit('create', target, { ...ref, user: users.capi }),
        settings: { controllers: [] },
      },
    ],
    misses: [
      { name: 'Cluster API', event: audit('create', target, { ...ref, user: users.capi }) },
      { name: 'GitOps', event: audit('create', target, { ...ref, user: users.gitops }) },
      { name: 'a person deletes one (capi-object-changed-by-unexpected)', event: audit('delete', target, ref) },
      { name: 'the webhook refuses it', event: audit('create', target, { ...ref, responseStatus: { code: 422 } }) },
    ],
  },
});
