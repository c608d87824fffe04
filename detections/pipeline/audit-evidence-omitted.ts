import { kubernetes } from '../../core/detection.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { byUserAndObject } from '../../core/kubernetes/said.ts';
import { confirm, lookAround } from '../../core/kubernetes/steps.ts';

const cut = { annotations: { 'audit.k8s.io/truncated': 'true' }, level: 'Metadata' };

export const detection = kubernetes({
  id: 'pipeline/audit-evidence-omitted',
  title: '{principal} wrote {object}, and the audit event was cut: its content is not known',
  severity: 'medium',
  when: {
    verb: ['create', 'update', 'patch'],
    $or: [
      { objectRef: { resource: ['nodes', 'certificatesigningrequests'] } },
      { objectRef: { apiGroup: ['rbac.authorization.k8s.io', 'admissionregistration.k8s.io'] } },
      {
        objectRef: {
          resource: [
            'pods',
            'deployments',
            'daemonsets',
            'statefulsets',
            'jobs',
            'cronjobs',
            'nodepools',
            'ec2nodeclasses',
            'awsmachinetemplates',
            'configmaps',
          ],
          // Not their status, which kubelets and controllers write all day: no rule judges it.
          subresource: [{ exists: false }, 'ephemeralcontainers'],
        },
      },
    ],
    fact: { 'evidence.omitted': true },
  },
  unless: [{ fact: { 'principal.standing': ['controller', 'service'] } }],
  by: byUserAndObject,
  attack: ['T1685.002', 'T1685'],
  why: 'The API server cuts the bodies of audit events that are too large, and rules that look at content see nothing. An object padded with annotations until its event is cut is a way past them.',
  references: ['kubernetes/apiserver, plugin/pkg/audit/truncate (annotation audit.k8s.io/truncated)'],
  runbook: [
    confirm("annotations.`audit.k8s.io/truncated` = 'true'"),
    'Look at what was written, not at what was logged: kubectl get RESOURCE NAME -n NAMESPACE -o yaml, and what makes it so large (annotations, environment, scripts)',
    lookAround,
  ],
  blind: [
    'EKS does not say at which size it cuts; where an event is dropped instead of cut, nothing arrives at all.',
    'Only resources whose content a rule judges are looked at.',
  ],
  examples: {
    matches: [
      {
        name: 'a developer’s pod is too large to log',
        event: audit('create', 'pods', { ...cut, objectRef: { namespace: 'shop', name: 'web' } }),
      },
      {
        name: 'a padded role',
        event: audit('update', 'clusterroles.rbac.authorization.k8s.io', { ...cut, objectRef: { name: 'edit-all' } }),
      },
      {
        name: 'a node, by its status too',
        event: audit('patch', 'nodes/status', {
          ...cut,
          objectRef: { name: 'ip-10-0-12-34.eu-west-1.compute.internal' },
        }),
      },
    ],
    misses: [
      {
        name: 'the status of a large pod',
        event: audit('patch', 'pods/status', { ...cut, objectRef: { namespace: 'shop', name: 'web' } }),
      },
      {
        name: 'the same pod, logged whole',
        event: audit('create', 'pods', { objectRef: { namespace: 'shop', name: 'web' } }),
      },
      {
        name: 'a large list that is only read',
        event: audit('list', 'pods', { ...cut, objectRef: { namespace: 'shop' } }),
      },
      {
        name: 'a large custom resource that no rule judges',
        event: audit('create', 'dashboards.example.com', { ...cut, objectRef: { namespace: 'shop', name: 'all' } }),
      },
      {
        name: 'Karpenter’s own write',
        event: audit('patch', 'nodes', {
          ...cut,
          user: users.karpenter,
          objectRef: { name: 'ip-10-0-12-34.eu-west-1.compute.internal' },
        }),
      },
    ],
  },
});
