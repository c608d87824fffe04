import { kubernetes } from '../../core/detection.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { byObject } from '../../core/kubernetes/said.ts';
import { compare, confirm, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const target = 'machinehealthchecks.cluster.x-k8s.io';
const ref = { cluster: 'fleet', user: users.admin, objectRef: { namespace: 'fleet-eu', name: 'workers' } };

export const detection = kubernetes({
  id: 'kubernetes/machine-remediation-weakened',
  title: '{principal} weakened the repair of machines: {event}',
  severity: [['low', { fact: { 'principal.standing': 'likely-controller' } }], 'medium'],
  when: { fact: { 'capi.change': 'remediation-weakened', 'call.outcome': 'succeeded' } },
  unless: [{ fact: { 'principal.standing': ['controller', 'platform', 'gitops', 'service'] } }],
  by: byObject,
  attack: ['T1685'],
  why: 'A health check replaces machines that misbehave, and a pause stops every controller: either keeps a machine alive that an intruder holds.',
  references: ['cluster-api book, MachineHealthCheck; annotations cluster.x-k8s.io/paused and skip-remediation'],
  runbook: [
    confirm("objectRef.apiGroup = 'cluster.x-k8s.io' and objectRef.name = 'NAME'"),
    compare('-n NAMESPACE machinehealthcheck'),
    'Take a pause away: kubectl -n NAMESPACE annotate KIND NAME cluster.x-k8s.io/paused- ; and see which machines it kept: kubectl get machines -A -o wide',
    removeAccess,
    lookAround,
  ],
  blind: [
    'Without a body (EKS) a pause is not distinguished from another change: kubernetes/capi-object-changed-by-unexpected.',
    'A change by GitOps or the platform is theirs.',
  ],
  examples: {
    matches: [
      { name: 'a person deletes a health check', event: audit('delete', target, ref) },
      {
        name: 'a person pauses a Cluster',
        event: audit('patch', 'clusters.cluster.x-k8s.io', { ...ref, requestObject: { spec: { paused: true } } }),
      },
      {
        name: 'a person excepts a Machine',
        event: audit('patch', 'machines.cluster.x-k8s.io', {
          ...ref,
          requestObject: { metadata: { annotations: { 'cluster.x-k8s.io/skip-remediation': 'true' } } },
        }),
      },
      {
        name: 'Cluster API by its usual name, while the settings name no controller',
        event: audit('patch', target, { ...ref, user: users.capi }),
        settings: { controllers: [] },
      },
    ],
    misses: [
      { name: 'GitOps changes a health check', event: audit('patch', target, { ...ref, user: users.gitops }) },
      { name: 'a person creates one', event: audit('create', target, ref) },
      {
        name: 'a person labels a Cluster',
        event: audit('patch', 'clusters.cluster.x-k8s.io', {
          ...ref,
          requestObject: { metadata: { labels: { team: 'a' } } },
        }),
      },
      { name: 'a person may not', event: audit('delete', target, { ...ref, responseStatus: { code: 403 } }) },
    ],
  },
});
