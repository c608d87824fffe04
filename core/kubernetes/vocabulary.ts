import type { MembersOf } from '../member-slips.ts';
import type { Code } from '../posture/problem.ts';
import type { Vocabulary } from '../vocabulary.ts';
import { awsAuthMapNames } from './aws-auth.ts';
import { capiChanges } from './cluster-api.ts';
import type { Grant } from './known-roles.ts';
import { sensitiveCalls } from './node.ts';
import type { Failure } from './reading.ts';
import type { AuditRecord, AuditUser } from './record.ts';

const whether = [true, false];
const form = ['person', 'service-account', 'node', 'service', 'bootstrap', 'anonymous', 'unknown'];
const kind = ['controller', 'likely-controller', 'platform', 'gitops', ...form];
const owner = ['karpenter', 'cluster-api', 'eks', 'kubeadm', 'none'];
const credential = [
  'bootstrap-token',
  'cluster-credential',
  'bootstrap-data',
  'likely-cluster-credential',
  'controller',
];

/** The names of a union, of which the compiler lets none be forgotten. */
const every = <Name extends string>(names: { readonly [name in Name]: true }): readonly string[] => Object.keys(names);

const grants = every<Grant>({
  'cluster-admin': true,
  everything: true,
  impersonate: true,
  escalate: true,
  bind: true,
  admin: true,
  edit: true,
  'mint-tokens': true,
  'run-pods': true,
  'enter-pods': true,
  'approve-certificates': true,
  'write-provisioning': true,
  'write-cluster-api': true,
  'read-secrets': true,
});

const problems = every<Code>({
  'instances-unrestricted': true,
  'accelerators-allowed': true,
  'metal-allowed': true,
  unlimited: true,
  'expiry-default': true,
  'expiry-long': true,
  'expiry-never': true,
  'no-disruption-budget': true,
  'disruption-frozen': true,
  'imds-tokens-optional': true,
  'imds-hop-limit': true,
  'imds-ipv6': true,
  'volume-unencrypted': true,
  'volume-encryption-unset': true,
  'public-address': true,
  'ami-unowned': true,
  'ami-unapproved': true,
  'ami-unpinned': true,
  'role-not-node': true,
  'ssh-key': true,
  'ssh-key-default': true,
  'bootstrap-data-exposed': true,
});

const failures = every<Failure>({
  gone: true,
  replaced: true,
  forbidden: true,
  unauthorized: true,
  untrusted: true,
  undescribed: true,
  redirected: true,
  'too-large': true,
  unreadable: true,
  misnamed: true,
  refused: true,
  slow: true,
  throttled: true,
  unavailable: true,
  unreachable: true,
});

const facts: Vocabulary['facts'] = {
  'principal.kind': kind,
  'principal.effective': kind,
  'principal.standing': [...kind, 'mixed'],
  'principal.form': form,
  'principal.id': 'text',
  'principal.controller': owner,
  'principal.reader': ['listed', 'unlisted'],
  'impersonation.target': ['controller', 'node', 'masters', 'system', 'other', 'unknown'],
  'impersonation.name': 'text',
  'call.outcome': ['succeeded', 'denied', 'dry-run', 'failed', 'unknown'],
  'call.sensitive': sensitiveCalls,
  'proxy.reaches': ['enter', 'measures', 'other', 'unknown'],
  'command.seeks': ['instance-metadata', 'pod-identity', 'node'],
  'source.last': 'text',
  'source.place': ['inside', 'outside', 'unknown'],
  'clock.hours': ['inside', 'outside', 'unknown'],
  'node.anomalies': ['outside-address', 'foreign-role', 'foreign-instance'],
  'component.anomalies': ['outside-address', 'beyond-role'],
  'evidence.omitted': whether,
  'object.path': 'text',
  'object.namespace': 'text',
  'object.controller': owner,
  'namespace.role': ['cluster-api', 'controller', 'gitops', 'other'],
  'namespace.exempt': ['yes', 'no'],
  'secret.kind': [...credential, 'all-in-namespace', 'all-in-cluster', 'other', 'unknown'],
  'capi.change': [...capiChanges, 'unknown'],
  'pod.hostAccess': 'text',
  'pod.runsAs': [...owner, 'kubernetes', 'unknown'],
  'pod.secrets': credential,
  'token.account': [...owner, 'kubernetes', 'gitops', 'unknown'],
  'token.expiry': ['short', 'long', 'none', 'unknown'],
  'node.steering': 'text',
  'workload.stopped': whether,
  'service.takes': 'text',
  'guardrail.lowered': ['yes', 'unsaid', 'unknown'],
  'body.form': ['object', 'result', 'patch', 'reading', 'none'],
  'posture.problems': problems,
  'posture.severity': ['high', 'medium', 'low', 'unknown'],
  'nodeClass.userData': ['set', 'removed', 'rewritten', 'unknown'],
  'reading.failure': [...failures, 'unknown'],
  'karpenter.act': ['baseline', 'beyond', 'unknown'],
  'rbac.grants': grants,
  'guard.change': ['deleted', 'weakened', 'weak', 'opaque', 'rewritten', 'excepted', 'intercepting', 'unknown'],
  'definition.converted': ['elsewhere', 'unknown'],
  'guard.keeper': ['own', 'other'],
  'awsAuth.maps': [...awsAuthMapNames],
  'csr.signer': ['client', 'kubelet-client', 'other', 'unknown'],
  'csr.masters': ['yes', 'system-name', 'unknown'],
  'csr.node': 'text',
};

const user = {
  username: 'text',
  uid: 'text',
  groups: 'text',
  extra: 'object',
} as const satisfies MembersOf<AuditUser>;

const objectRef = {
  resource: 'text',
  namespace: 'text',
  name: 'text',
  uid: 'text',
  apiGroup: 'text',
  apiVersion: 'text',
  resourceVersion: 'text',
  subresource: 'text',
} as const satisfies MembersOf<NonNullable<AuditRecord['objectRef']>>;

const responseStatus = {
  metadata: 'object',
  status: 'text',
  message: 'text',
  reason: 'text',
  details: 'object',
  code: 'number',
} as const satisfies MembersOf<NonNullable<AuditRecord['responseStatus']>>;

/** kubernetes/apiserver, audit.k8s.io/v1 `Event`, and what the posture reader adds. */
const members = {
  kind: 'text',
  apiVersion: 'text',
  level: 'text',
  auditID: 'text',
  stage: 'text',
  requestURI: 'text',
  verb: 'text',
  user,
  impersonatedUser: user,
  sourceIPs: 'text',
  userAgent: 'text',
  objectRef,
  responseStatus,
  requestObject: 'object',
  responseObject: 'object',
  requestReceivedTimestamp: 'text',
  stageTimestamp: 'text',
  annotations: 'object',
  authenticationMetadata: { impersonationConstraint: 'text' },
  reading: 'object',
} as const satisfies MembersOf<AuditRecord>;

/** What may be asked of a request to a cluster and can hold: its facts' values as their `doc` states them. */
export const kubernetesVocabulary: Vocabulary = { facts, members };
