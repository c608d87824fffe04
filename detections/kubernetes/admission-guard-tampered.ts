import { kubernetes } from '../../core/detection.ts';
import { audit, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { byObject } from '../../core/kubernetes/said.ts';
import { compare, confirm, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const webhooks = 'validatingwebhookconfigurations.admissionregistration.k8s.io';
const bindings = 'validatingadmissionpolicybindings.admissionregistration.k8s.io';
const named = (name: string) => ({ objectRef: { name } });
const open = {
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingWebhookConfiguration',
  metadata: { name: 'image-policy' },
  webhooks: [{ name: 'images.example.com', failurePolicy: 'Ignore', rules: [{ apiGroups: [''] }] }],
};
const own = serviceAccount('kyverno', 'kyverno-admission-controller');

export const detection = kubernetes({
  id: 'kubernetes/admission-guard-tampered',
  title: '{principal} {guard.change} an admission guard: {object}',
  severity: [['high', { fact: { 'guard.change': 'opaque' } }], 'critical'],
  when: {
    $or: [
      { fact: { 'guard.change': ['deleted', 'weakened'] } },
      { fact: { 'guard.change': ['weak', 'opaque'], 'principal.standing': 'person' } },
    ],
    fact: { 'call.outcome': 'succeeded' },
  },
  unless: [{ fact: { 'guard.keeper': 'own' } }],
  by: byObject,
  attack: ['T1685'],
  why: 'Admission policies are what keeps privileged pods, foreign images and unpinned node classes out. Deleting one, or letting it fail open, precedes what it forbade.',
  references: [
    'Kubernetes documentation, Dynamic Admission Control (failurePolicy) and Validating Admission Policy (validationActions)',
    'Kyverno documentation, Validate Rules (validationFailureAction, failureAction)',
  ],
  runbook: [
    confirm(
      "objectRef.apiGroup in ['admissionregistration.k8s.io','kyverno.io','policies.kyverno.io'] and objectRef.name = 'NAME'",
    ),
    compare('KIND'),
    'See what was let in since: kubectl get pods -A --sort-by=.metadata.creationTimestamp, and re-check with kubectl get policyreports -A',
    removeAccess,
    lookAround,
  ],
  blind: [
    'EKS logs no bodies of Kyverno’s policies: a person’s change of one is a finding at high, whatever it changes; GitOps’ and the platform’s are not seen.',
    'A selector that leaves a namespace out, a wider match condition or a parameter changed weakens as well and is not judged.',
    'A guard whose pods are stopped fails as its failurePolicy says: see its deployment.',
  ],
  examples: {
    matches: [
      { name: 'a webhook is deleted', event: audit('delete', webhooks, named('image-policy')) },
      {
        name: 'the platform deletes a Kyverno policy',
        event: audit('delete', 'clusterpolicies.kyverno.io', { ...named('no-privileged'), user: users.platform }),
      },
      {
        name: 'a patch lets a webhook fail open',
        event: audit('patch', webhooks, {
          ...named('image-policy'),
          user: users.workload,
          requestObject: { webhooks: [{ name: 'images.example.com', failurePolicy: 'Ignore' }] },
        }),
      },
      {
        name: 'a patch takes Deny away',
        event: audit('patch', bindings, {
          ...named('ec2nodeclass'),
          requestObject: { spec: { validationActions: ['Audit'] } },
        }),
      },
      {
        name: 'a person sends a webhook whole, failing open',
        event: audit('update', webhooks, { ...named('image-policy'), requestObject: open }),
      },
      {
        name: 'a person changes a Kyverno policy, as EKS logs it',
        event: audit('patch', 'clusterpolicies.kyverno.io', named('no-privileged')),
      },
      {
        name: 'an account of another namespace deletes Kyverno’s webhook',
        event: audit('delete', webhooks, { ...named('kyverno-resource-validating-webhook-cfg'), user: users.workload }),
      },
    ],
    misses: [
      {
        name: 'Kyverno renews its own webhook',
        event: audit('delete', webhooks, { ...named('kyverno-resource-validating-webhook-cfg'), user: own }),
      },
      {
        name: 'a controller sends its webhook whole, failing open as before',
        event: audit('update', webhooks, { ...named('image-policy'), user: users.workload, requestObject: open }),
      },
      {
        name: 'GitOps changes a Kyverno policy, as EKS logs it',
        event: audit('patch', 'clusterpolicies.kyverno.io', { ...named('no-privileged'), user: users.gitops }),
      },
      {
        name: 'a certificate is put in',
        event: audit('patch', webhooks, {
          ...named('image-policy'),
          requestObject: { webhooks: [{ name: 'images.example.com', clientConfig: { caBundle: 'AA==' } }] },
        }),
      },
      {
        name: 'a guard is created',
        event: audit('create', webhooks, { ...named('image-policy'), requestObject: open }),
      },
      {
        name: 'a person may not',
        event: audit('delete', webhooks, { ...named('image-policy'), responseStatus: { code: 403 } }),
      },
    ],
  },
});
