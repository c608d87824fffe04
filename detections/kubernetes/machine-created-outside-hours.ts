import { kubernetes } from '../../core/detection.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { byUser, objectOf } from '../../core/kubernetes/said.ts';
import { confirm, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const target = 'machinedeployments.cluster.x-k8s.io';
const night = {
  cluster: 'fleet',
  user: users.admin,
  time: '2026-09-01T23:30:00Z',
  objectRef: { namespace: 'fleet-eu', name: 'workers' },
};

export const detection = kubernetes({
  id: 'kubernetes/machine-created-outside-hours',
  title: '{principal} made or scaled machines outside business hours: {event}',
  severity: 'medium',
  when: {
    fact: {
      'capi.change': ['machine-created', 'machine-scaled'],
      'clock.hours': 'outside',
      'principal.form': 'person',
      'call.outcome': 'succeeded',
    },
  },
  by: byUser,
  resources: view => [objectOf(view)],
  requires: ['businessHours'],
  attack: ['T1578.002', 'T1496.001'],
  why: 'Controllers make machines all night; people do it in the daytime. Machines that a person asks for at night are either an incident being fixed or one being made.',
  references: ['cluster-api book, Machine deployments and scaling (scale subresource)'],
  runbook: [
    confirm(
      "objectRef.apiGroup = 'cluster.x-k8s.io' and verb in ['create','update','patch'] and user.username = 'USER'",
    ),
    'Ask whoever is on call; if nobody knows of it: kubectl -n NAMESPACE scale machinedeployment NAME --replicas=BEFORE',
    'See what was made: kubectl get machines -A --sort-by=.metadata.creationTimestamp',
    removeAccess,
    lookAround,
  ],
  blind: [
    'Without a body (EKS) a patch of replicas is not distinguished from another; the scale subresource is.',
    'A commit pushed at night is applied by GitOps, not by a person.',
  ],
  examples: {
    matches: [
      { name: 'a person creates a MachineDeployment at night', event: audit('create', target, night) },
      {
        name: 'the platform’s person scales one on Sunday',
        event: audit('patch', `${target}/scale`, { ...night, user: users.platform, time: '2026-09-06T10:00:00Z' }),
      },
      {
        name: 'a person patches the replicas',
        event: audit('patch', target, { ...night, requestObject: { spec: { replicas: 30 } } }),
      },
    ],
    misses: [
      { name: 'in the afternoon', event: audit('create', target, { ...night, time: '2026-09-01T14:00:00Z' }) },
      { name: 'a controller at night', event: audit('create', target, { ...night, user: users.capi }) },
      {
        name: 'a person patches a label at night',
        event: audit('patch', target, { ...night, requestObject: { metadata: { labels: { team: 'a' } } } }),
      },
      { name: 'a person may not', event: audit('create', target, { ...night, responseStatus: { code: 403 } }) },
    ],
  },
});
