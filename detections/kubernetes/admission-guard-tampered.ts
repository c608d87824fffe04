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
const mutating = 'mutatingwebhookconfigurations.admissionregistration.k8s.io';
const exceptions = 'policyexceptions.kyverno.io';
const exception = { objectRef: { namespace: 'team-a', name: 'tool' } };
/** A webhook that is asked about resources of some groups. */
const hook = (apiGroups: readonly string[], resources: readonly string[]) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'MutatingWebhookConfiguration',
  metadata: { name: 'tool' },
  webhooks: [
    {
      name: 'a.example.com',
      clientConfig: { service: { namespace: 'team-a', name: 'tool' } },
      failurePolicy: 'Fail',
      rules: [{ apiGroups, apiVersions: ['*'], operations: ['*'], resources }],
    },
  ],
});
const own = serviceAccount('kyverno', 'kyverno-admission-controller');

export const detection = kubernetes({
  id: 'kubernetes/admission-guard-tampered',
  title: '{principal} tampered with what guards admission ({guard.change}): {object}',
  severity: [
    ['high', { fact: { 'guard.change': ['opaque', 'rewritten', 'excepted', 'intercepting'] } }],
    [
      'medium',
      { fact: { 'guard.change': 'deleted', 'principal.standing': ['platform', 'gitops', 'likely-controller'] } },
    ],
    'critical',
  ],
  when: {
    $or: [
      { fact: { 'guard.change': ['deleted', 'weakened'] } },
      { fact: { 'guard.change': ['weak', 'opaque', 'rewritten', 'intercepting'], 'principal.standing': 'person' } },
      {
        fact: {
          'guard.change': 'excepted',
          'principal.standing': [{ 'anything-but': ['platform', 'gitops', 'likely-controller', 'service'] }],
        },
      },
    ],
    fact: { 'call.outcome': 'succeeded' },
  },
  unless: [{ fact: { 'guard.keeper': 'own' } }],
  by: byObject,
  attack: ['T1685'],
  why: 'Admission policies are what keeps privileged pods, foreign images and unpinned node classes out. Deleting one, or letting it fail open, precedes what it forbade. A webhook of one’s own sees the secrets that pass, and writes into node classes what nobody applied.',
  references: [
    'Kubernetes documentation, Dynamic Admission Control (failurePolicy) and Validating Admission Policy (validationActions)',
    'Kyverno documentation, Validate Rules (validationFailureAction, failureAction) and Policy Exceptions',
    'Gatekeeper documentation, Constraints and Constraint Templates',
    'Kubernetes documentation, Mutating Admission Policy',
  ],
  runbook: [
    confirm(
      "objectRef.apiGroup in ['admissionregistration.k8s.io','kyverno.io','policies.kyverno.io','constraints.gatekeeper.sh','templates.gatekeeper.sh'] and objectRef.name = 'NAME'",
    ),
    compare('KIND'),
    'See what was let in since: kubectl get pods -A --sort-by=.metadata.creationTimestamp, and re-check with kubectl get policyreports -A',
    removeAccess,
    lookAround,
  ],
  blind: [
    'EKS logs no bodies of Kyverno’s policies: a person’s change of one is a finding at high, whatever it changes; GitOps’ and the platform’s are not seen. Of Gatekeeper’s only the deletion is.',
    'A webhook that a program makes is taken for its own: only a person’s is looked at for what passes through it.',
    'What Kyverno and Gatekeeper are told to leave out altogether (a config map, a Config) is not a guard’s object.',
    'A person’s patch of selectors, conditions, rules or parameters is a finding at high, whatever it changes: a program’s, and one that sends the guard whole without a webhook that it had, are not seen.',
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
        name: 'GitOps prunes a webhook, of which its repository tells',
        event: audit('delete', webhooks, { ...named('image-policy'), user: users.gitops }),
        severity: 'medium',
      },
      {
        name: 'a person deletes a constraint of Gatekeeper',
        event: audit('delete', 'k8spspprivilegedcontainer.constraints.gatekeeper.sh', named('no-privileged')),
        severity: 'critical',
      },
      {
        name: 'a workload makes an exception to Kyverno’s policies',
        event: audit('create', exceptions, { ...exception, user: users.workload }),
        severity: 'high',
      },
      {
        name: 'a person puts a webhook before node classes',
        event: audit('create', mutating, { ...named('tool'), requestObject: hook(['karpenter.k8s.aws'], ['*']) }),
        severity: 'high',
      },
      {
        name: 'a person puts a webhook before secrets',
        event: audit('create', mutating, { ...named('tool'), requestObject: hook([''], ['secrets']) }),
      },
      {
        name: 'a person sends what a webhook is asked elsewhere',
        event: audit('patch', mutating, {
          ...named('tool'),
          requestObject: { webhooks: [{ name: 'a.example.com', clientConfig: { url: 'https://198.51.100.7/' } }] },
          responseObject: hook(['*'], ['*']),
        }),
      },
      {
        name: 'a person lets a policy rewrite NodePools',
        event: audit('create', 'mutatingadmissionpolicies.admissionregistration.k8s.io', {
          ...named('tool'),
          requestObject: {
            spec: { matchConstraints: { resourceRules: [{ apiGroups: ['karpenter.sh'], resources: ['nodepools'] }] } },
          },
        }),
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
        name: 'the definition of Kyverno’s policies is deleted, and every policy with it',
        event: audit('delete', 'customresourcedefinitions.apiextensions.k8s.io', named('clusterpolicies.kyverno.io')),
        severity: 'critical',
      },
      {
        name: 'one webhook of two is taken out by its index',
        event: audit('patch', webhooks, {
          ...named('image-policy'),
          user: users.workload,
          requestObject: [{ op: 'remove', path: '/webhooks/0' }],
        }),
        severity: 'critical',
      },
      {
        name: 'one webhook of two is taken out by its name',
        event: audit('patch', webhooks, {
          ...named('image-policy'),
          user: users.workload,
          requestObject: { webhooks: [{ name: 'images.example.com', $patch: 'delete' }] },
        }),
      },
      {
        name: 'a webhook fails open, by a path that only the API server takes for one',
        event: audit('patch', webhooks, {
          ...named('image-policy'),
          user: users.workload,
          requestObject: [{ op: 'replace', path: 'x/webhooks/-1/failurePolicy', value: 'Ignore' }],
        }),
      },
      {
        name: 'a webhook is deleted, with a dry run in the address that its body does not ask for',
        event: audit('delete', webhooks, {
          ...named('image-policy'),
          requestURI: '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/image-policy?dryRun=All',
          requestObject: { kind: 'DeleteOptions', apiVersion: 'v1' },
        }),
      },
      {
        name: 'a person leaves a namespace out',
        event: audit('patch', webhooks, {
          ...named('image-policy'),
          requestObject: [
            {
              op: 'add',
              path: '/webhooks/0/namespaceSelector',
              value: { matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['x'] }] },
            },
          ],
        }),
        severity: 'high',
      },
      {
        name: 'a person lets somebody else answer for pods',
        event: audit('patch', webhooks, {
          ...named('image-policy'),
          requestObject: { webhooks: [{ name: 'images.example.com', clientConfig: { url: 'https://198.51.100.7/' } }] },
          responseObject: hook([''], ['pods']),
        }),
        severity: 'high',
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
        name: 'the definition of somebody’s own kind goes',
        event: audit('delete', 'customresourcedefinitions.apiextensions.k8s.io', named('tools.example.com')),
      },
      {
        name: 'a program keeps the selector of its webhook',
        event: audit('patch', webhooks, {
          ...named('image-policy'),
          user: users.workload,
          requestObject: { webhooks: [{ name: 'images.example.com', namespaceSelector: {} }] },
        }),
      },
      {
        name: 'a person applies a webhook whole, as it was',
        event: audit('patch', webhooks, {
          ...named('image-policy'),
          requestObject: {
            ...open,
            webhooks: [{ name: 'images.example.com', failurePolicy: 'Fail', objectSelector: {} }],
          },
        }),
      },
      {
        name: 'a certificate is put in',
        event: audit('patch', webhooks, {
          ...named('image-policy'),
          requestObject: { webhooks: [{ name: 'images.example.com', clientConfig: { caBundle: 'AA==' } }] },
        }),
      },
      {
        name: 'Kyverno ends a request of its own',
        event: audit('delete', 'updaterequests.kyverno.io', {
          ...named('ur-x2x7z'),
          user: serviceAccount('kyverno', 'kyverno-background-controller'),
        }),
      },
      {
        name: 'a constraint is noted in its status to be gone',
        event: audit('delete', 'k8spspprivilegedcontainer.constraints.gatekeeper.sh/status', named('no-privileged')),
      },
      {
        name: 'GitOps makes an exception',
        event: audit('create', exceptions, { ...exception, user: users.gitops }),
      },
      { name: 'an exception ends', event: audit('delete', exceptions, exception) },
      {
        name: 'a person installs a webhook for a kind of its own',
        event: audit('create', mutating, { ...named('tool'), requestObject: hook(['cert-manager.io'], ['*']) }),
      },
      {
        name: 'a person installs one that puts containers into pods',
        event: audit('create', mutating, { ...named('tool'), requestObject: hook([''], ['pods']) }),
      },
      {
        name: 'a policy engine installs one for everything',
        event: audit('create', mutating, {
          ...named('tool'),
          user: users.workload,
          requestObject: hook(['*'], ['*']),
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
