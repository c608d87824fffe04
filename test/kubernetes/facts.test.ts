import { describe, expect, test } from 'vitest';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { kubernetesFacts } from '../../core/kubernetes/facts/index.ts';
import { keepsOwnGuard } from '../../core/kubernetes/guard.ts';
import type { Settings } from '../../core/settings.ts';

type Over = Parameters<typeof audit>[2];

const read = (name: string, verb: string, target: string, over: Over = {}, settings: Settings = exampleSettings) =>
  kubernetesFacts[name]?.read(audit(verb, target, over), settings) ?? 'no such fact';
const ref = (namespace: string, name?: string, over: object = {}): Over => ({
  objectRef: { namespace, ...(name === undefined ? {} : { name }), ...over },
});

/** Accounts that settings name, with and without a cluster and wildcards. */
const own = defineConfig({
  clusters: [{ name: 'prod' }, { name: 'other', clusterApiNamespaces: ['team-*'] }],
  controllers: [
    { kind: 'karpenter', cluster: 'prod', serviceAccounts: ['system:serviceaccount:kube-system:karpenter'] },
    { kind: 'cluster-api', cluster: 'other', serviceAccounts: ['system:serviceaccount:capi:manager'] },
    { kind: 'eks', serviceAccounts: ['system:serviceaccount:eks-*:*'] },
  ],
  gitops: {
    users: [
      'system:serviceaccount:deploy:flux',
      'system:serviceaccount:*:argo',
      'alice:serviceaccount:home:x',
      'system:node:n',
    ],
  },
});

describe('whose an object is', () => {
  test.each([
    ['kube-system', 'karpenter', 'prod', 'karpenter'],
    ['kube-system', 'karpenter-cert', 'prod', 'karpenter'],
    ['kube-system', 'karpenterx', 'prod', 'none'],
    ['kube-system', 'karpenter', 'other', 'none'],
    ['kube-system', 'karpenter', '', 'karpenter'],
    ['kube-system', 'kube-root-ca.crt', 'prod', 'none'],
    ['capi', 'anything', 'other', 'cluster-api'],
    ['capi', 'istio-ca-root-cert', 'other', 'none'],
    ['capi', 'anything', 'prod', 'none'],
    ['eks-a', 'x', 'prod', 'eks'],
    ['shop', 'karpenter', 'prod', 'none'],
    ['', 'karpenter', 'prod', 'none'],
  ])('%s/%s in cluster "%s": %s', (namespace, name, cluster, owner) => {
    expect(read('object.controller', 'get', 'configmaps', { ...ref(namespace, name), cluster }, own)).toBe(owner);
  });

  test.each([
    ['karpenter', 'prod', 'karpenter'],
    ['karpenter', 'other', 'none'],
    ['karpenter', '', 'karpenter'],
    ['karpenter-cert', 'prod', 'none'],
    ['default', 'prod', 'none'],
    ['generic-garbage-collector', 'prod', 'kubernetes'],
  ])('the token of kube-system/%s in cluster "%s" is asked of %s', (name, cluster, owner) => {
    const over = { ...ref('kube-system', name), cluster };
    expect(read('token.account', 'create', 'serviceaccounts/token', over, own)).toBe(owner);
    expect(read('token.account', 'create', 'serviceaccounts', over, own)).toBe('unknown');
    expect(read('token.account', 'create', 'pods/token', over, own)).toBe('unknown');
  });

  test.each([
    ['team-a', 'other', 'cluster-api'],
    ['team-a', 'nowhere', 'cluster-api'],
    ['team-a', 'prod', 'other'],
    ['kube-system', 'prod', 'controller'],
    ['kube-system', 'other', 'other'],
    ['capi', '', 'controller'],
    ['deploy', 'prod', 'gitops'],
    ['flux-system', 'prod', 'gitops'],
    ['argocd', 'prod', 'gitops'],
    ['home', 'prod', 'other'],
    ['n', 'prod', 'other'],
    ['shop', 'prod', 'other'],
    ['', 'prod', 'other'],
  ])('namespace "%s" in cluster "%s" is %s', (namespace, cluster, role) => {
    expect(read('namespace.role', 'update', 'pods', { ...ref(namespace, 'x'), cluster }, own)).toBe(role);
    expect(read('namespace.role', 'update', 'namespaces', { ...ref('', namespace), cluster }, own)).toBe(role);
  });

  test('its namespace may be exempt, or not said', () => {
    const settings = { ...exampleSettings, exemptNamespaces: ['sandbox-*'] };
    expect(read('namespace.exempt', 'get', 'pods', ref('sandbox-1', 'x'), settings)).toBe('yes');
    expect(read('namespace.exempt', 'get', 'pods', ref('shop', 'x'), settings)).toBe('no');
    expect(read('namespace.exempt', 'get', 'nodes', {}, settings)).toBe('no');
    expect(read('object.namespace', 'get', 'pods', ref('shop', 'x'))).toBe('shop');
    expect(read('object.namespace', 'list', 'nodes')).toBe('(all)');
    const made = { ...ref('shop'), responseObject: { metadata: { name: 'made' } } };
    expect(read('object.path', 'create', 'pods', made)).toBe('shop/made');
    expect(read('object.path', 'create', 'pods', { ...made, ...ref('shop', 'asked') })).toBe('shop/asked');
    expect(read('object.path', 'list', 'pods', ref('shop'))).toBe('shop/(all)');
  });
});

describe('what a secret is', () => {
  const list = (labelSelector: string) => ({
    requestURI: `/api/v1/namespaces/kube-system/secrets?labelSelector=${encodeURIComponent(labelSelector)}`,
  });
  const bare = defineConfig({});
  test.each<[string, string, Over, string, Settings?]>([
    ['get', 'kube-system/bootstrap-token-abcdef', ref('kube-system', 'bootstrap-token-abcdef'), 'bootstrap-token'],
    ['get', 'elsewhere', ref('shop', 'bootstrap-token-abcdef'), 'other'],
    ['get', 'a cluster’s', ref('fleet-a', 'prod-kubeconfig'), 'cluster-credential'],
    ['get', 'a cluster’s by another name', ref('fleet-a', 'prod-kubeconfig2'), 'bootstrap-data'],
    ['get', 'no cluster’s', ref('fleet-a', '-ca'), 'bootstrap-data'],
    ['create', 'one without a name', ref('fleet-a'), 'bootstrap-data'],
    ['create', 'one without a name elsewhere', ref('shop'), 'other'],
    ['list', 'all of a fleet', ref('fleet-a'), 'all-in-namespace'],
    ['list', 'all of the system', ref('kube-system'), 'all-in-namespace'],
    ['list', 'all of a shop', ref('shop'), 'other'],
    ['list', 'all', {}, 'all-in-cluster'],
    ['list', 'Helm’s', { ...ref('kube-system'), ...list('status=x, owner=helm') }, 'other'],
    ['list', 'Helm’s, said twice', { ...ref('kube-system'), ...list('owner==helm') }, 'other'],
    ['list', 'not only Helm’s', { ...ref('kube-system'), ...list('owner=helmet') }, 'all-in-namespace'],
    ['list', 'another owner’s', { ...ref('kube-system'), ...list('x-owner=helm') }, 'all-in-namespace'],
    ['list', 'any but Helm’s', { ...ref('kube-system'), ...list('owner!=helm') }, 'all-in-namespace'],
    ['get', 'a controller’s', { ...ref('kube-system', 'karpenter-cert'), cluster: 'prod' }, 'controller'],
    ['get', 'anybody’s', ref('shop', 'db'), 'other'],
    ['get', 'what is called so', ref('shop', 'prod-kubeconfig'), 'other'],
    [
      'get',
      'what is called so, where nobody says where clusters are',
      ref('shop', 'prod-kubeconfig'),
      'likely-cluster-credential',
      bare,
    ],
    ['list', 'all of a namespace, where nobody does', ref('shop'), 'other', bare],
  ])('%s: %s', (verb, _, over, kind, settings = exampleSettings) => {
    expect(read('secret.kind', verb, 'secrets', { cluster: 'fleet', ...over }, settings)).toBe(kind);
  });

  test('nothing else is one', () => {
    expect(read('secret.kind', 'get', 'configmaps', ref('kube-system', 'bootstrap-token-x'))).toBe('unknown');
    expect(read('secret.kind', 'get', 'secrets.example.com', ref('kube-system', 'bootstrap-token-x'))).toBe('unknown');
  });
});

describe('how a pod gets at its node', () => {
  const container = (securityContext: JsonObject) => [{ name: 'a' }, { name: 'b', securityContext }];
  const access = (requestObject: JsonObject, target = 'pods', verb = 'create') =>
    read('pod.hostAccess', verb, target, { ...ref('shop', 'x'), requestObject });
  const path = (at: string) => ({ spec: { volumes: [{ emptyDir: {} }, { hostPath: { path: at } }] } });

  test.each<[JsonObject, readonly string[]]>([
    [{ hostNetwork: true, hostPID: true, hostIPC: true }, ['hostNetwork', 'hostPID', 'hostIPC']],
    [{ hostNetwork: false, hostPID: 'true' }, []],
    [{ containers: container({ privileged: true }) }, ['privileged']],
    [{ initContainers: container({ privileged: true }) }, ['privileged']],
    [{ ephemeralContainers: container({ privileged: true }) }, ['privileged']],
    [{ containers: container({ privileged: false }) }, []],
    [{ securityContext: { windowsOptions: { hostProcess: true } } }, ['hostProcess']],
    [{ initContainers: container({ windowsOptions: { hostProcess: true } }) }, ['hostProcess']],
  ])('%j: %j', (spec, ways) => {
    expect(access({ spec })).toEqual(ways);
    expect(access({ spec: { template: { spec } } }, 'deployments.apps')).toEqual(ways);
    expect(access({ spec: { jobTemplate: { spec: { template: { spec } } } } }, 'cronjobs.batch')).toEqual(ways);
  });

  test.each([
    ['/', true],
    ['/var', true],
    ['/var/lib/kubelet', true],
    ['/var/./lib//kubelet/pods', true],
    ['/var/lib/kubelet-x', false],
    ['/srv/../etc/kubernetes', true],
    ['/root', true],
    ['/etc', true],
    ['/opt/cni/bin', true],
    ['/var/log', false],
  ])('by host path %s: %s', (at, sensitive) => {
    const ways = sensitive ? [`hostPath ${at}`] : [];
    expect(access(path(at))).toEqual(ways);
    for (const kind of ['hostPath', 'local'])
      expect(access({ spec: { [kind]: { path: at } } }, 'persistentvolumes')).toEqual(ways);
  });

  test('is asked of writes of pods themselves', () => {
    const body = path('/');
    expect(access(body, 'pods/ephemeralcontainers', 'update')).toEqual(['hostPath /']);
    for (const [target, verb] of [
      ['pods/status', 'update'],
      ['pods', 'get'],
      ['configmaps', 'create'],
    ] as const)
      expect(access(body, target, verb), `${verb} ${target}`).toEqual([]);
  });

  const account = (verb: string, requestObject: JsonObject, over: Over = {}) =>
    read('pod.runsAs', verb, 'deployments.apps', { ...ref('kube-system', 'x'), requestObject, ...over });
  const result = {
    responseObject: {
      kind: 'Deployment',
      metadata: {},
      spec: { template: { spec: { serviceAccountName: 'karpenter' } } },
    },
  };
  const template = (spec: JsonObject) => ({ spec: { template: { spec } } });
  test.each<[string, string, JsonObject, Over, string]>([
    ['as it says', 'create', template({ serviceAccountName: 'karpenter' }), {}, 'karpenter'],
    ['by the name of old', 'create', template({ serviceAccount: 'karpenter' }), {}, 'karpenter'],
    [
      'as one inside the control plane',
      'create',
      template({ serviceAccountName: 'generic-garbage-collector' }),
      {},
      'kubernetes',
    ],
    ['as nobody of ours', 'create', template({ serviceAccountName: 'x' }), {}, 'none'],
    ['as nobody says', 'create', template({ containers: [{ name: 'a' }] }), result, 'unknown'],
    [
      'as the result says of a patch of what runs',
      'patch',
      template({ containers: [{ name: 'a' }] }),
      result,
      'karpenter',
    ],
    ['as it says of what runs first', 'patch', template({ initContainers: [{ name: 'a' }] }), result, 'karpenter'],
    ['as nobody says of a patch of something else', 'patch', template({ nodeSelector: {} }), result, 'unknown'],
    ['as nobody says where there is no result', 'patch', template({ containers: [{ name: 'a' }] }), {}, 'unknown'],
  ])('it runs %s', (_, verb, body, over, owner) => {
    expect(account(verb, body, over)).toBe(owner);
  });
});

describe('what became of an admission guard', () => {
  const hooks = 'validatingwebhookconfigurations.admissionregistration.k8s.io';
  const binding = 'validatingadmissionpolicybindings.admissionregistration.k8s.io';
  const policy = 'clusterpolicies.kyverno.io';
  const rule = (groups: readonly string[], ...resources: readonly string[]) => ({ apiGroups: groups, resources });
  const webhooks = (over: JsonObject) => ({
    webhooks: [
      { name: 'a', rules: [rule(['apps'], 'x')] },
      { name: 'b', rules: [rule(['apps'], 'x')], ...over },
    ],
  });
  const service = { clientConfig: { service: { name: 's' } } };

  test.each<[string, string, JsonObject | undefined, string]>([
    ['delete', hooks, undefined, 'deleted'],
    ['deletecollection', hooks, undefined, 'deleted'],
    ['delete', 'policyexceptions.kyverno.io', undefined, 'unknown'],
    ['delete', 'k8srequiredlabels.constraints.gatekeeper.sh', undefined, 'deleted'],
    ['update', 'k8srequiredlabels.constraints.gatekeeper.sh', {}, 'unknown'],
    ['delete', 'updaterequests.kyverno.io', undefined, 'unknown'],
    ['delete', 'pods', undefined, 'unknown'],
    ['get', hooks, undefined, 'unknown'],
    ['create', 'policyexceptions.kyverno.io', {}, 'excepted'],
    ['patch', 'policyexceptions.policies.kyverno.io', {}, 'excepted'],
    ['update', `${hooks}/status`, webhooks({ failurePolicy: 'Ignore' }), 'unknown'],
    ['update', hooks, undefined, 'opaque'],
    ['update', hooks, webhooks({ failurePolicy: 'Fail' }), 'unknown'],
    ['update', hooks, webhooks({ failurePolicy: 'Ignore' }), 'weak'],
    ['update', hooks, webhooks({ rules: [] }), 'weak'],
    ['patch', hooks, webhooks({ rules: null }), 'weakened'],
    ['patch', hooks, { apiVersion: 'v1', ...webhooks({ rules: null }) }, 'weak'],
    ['patch', hooks, { webhooks: [] }, 'weakened'],
    ['patch', hooks, { webhooks: null }, 'weakened'],
    ['patch', hooks, { metadata: { labels: {} } }, 'unknown'],
    ['create', hooks, webhooks({ failurePolicy: 'Ignore' }), 'unknown'],
    ['patch', policy, { spec: { failurePolicy: 'Ignore' } }, 'weakened'],
    ['patch', policy, { spec: { validationFailureAction: 'audit' } }, 'weakened'],
    ['patch', policy, { spec: { validationFailureAction: 'Enforce' } }, 'unknown'],
    ['patch', policy, { spec: { validationFailureAction: 7 } }, 'unknown'],
    ...['rules', 'validations', 'matchConstraints'].map(
      name => ['patch', policy, { spec: { [name]: null } }, 'weakened'] as [string, string, JsonObject, string],
    ),
    ['update', policy, { spec: { rules: [{}, { validate: { failureAction: 'Audit' } }] } }, 'weak'],
    ['update', policy, { spec: { rules: [{ validate: { failureAction: 'Enforce' } }] } }, 'unknown'],
    ['update', binding, { spec: { validationActions: ['Audit'] } }, 'weak'],
    ['update', binding, { spec: { validationActions: ['Audit', 'Deny'] } }, 'unknown'],
    ['patch', binding, { spec: { validationActions: null } }, 'weakened'],
    ['patch', binding, { spec: { validationActions: 'Audit' } }, 'unknown'],
    ['patch', binding, { spec: {} }, 'unknown'],
  ])('%s %s %j: %s', (verb, target, requestObject, change) => {
    expect(read('guard.change', verb, target, { objectRef: { name: 'x' }, requestObject })).toBe(change);
  });

  const mutating = 'mutatingadmissionpolicies.admissionregistration.k8s.io';
  const constraints = (...rules: readonly JsonObject[]) => ({ spec: { matchConstraints: { resourceRules: rules } } });
  test.each<[string, string, JsonObject, string]>([
    ['create', hooks, webhooks({ rules: [rule(['apps'], 'x'), rule(['*'], '*')] }), 'intercepting'],
    ['create', hooks, webhooks({ rules: [rule(['apps', 'karpenter.sh'], 'nodepools')] }), 'intercepting'],
    ['create', hooks, webhooks({ rules: [rule(['karpenter.sh'])] }), 'unknown'],
    ['create', hooks, webhooks({ rules: [rule(['', 'apps'], 'pods', 'secrets')] }), 'intercepting'],
    ['create', hooks, webhooks({ rules: [rule([''], 'pods')] }), 'unknown'],
    ['create', hooks, webhooks({ rules: [rule(['apps'], 'secrets')] }), 'unknown'],
    ['create', hooks, { webhooks: [] }, 'unknown'],
    ['update', hooks, webhooks({ rules: [rule(['*'], '*')] }), 'intercepting'],
    ['patch', hooks, webhooks({ rules: [rule(['*'], '*')], ...service }), 'intercepting'],
    ['patch', hooks, webhooks({ rules: [rule(['*'], '*')], clientConfig: { url: 'https://x' } }), 'intercepting'],
    ['patch', hooks, webhooks({ rules: [rule(['*'], '*')], clientConfig: { caBundle: 'x' } }), 'rewritten'],
    ['patch', hooks, { webhooks: [{ name: 'a', clientConfig: { caBundle: 'x' } }] }, 'unknown'],
    ['patch', hooks, { webhooks: [{ name: 'a', timeoutSeconds: 5 }] }, 'unknown'],
    ['patch', hooks, { webhooks: [{ name: 'a', objectSelector: {} }] }, 'rewritten'],
    ['patch', hooks, { webhooks: [{ name: 'a', clientConfig: { url: 'https://x' } }] }, 'rewritten'],
    ['patch', hooks, { apiVersion: 'x/v1', webhooks: [{ name: 'a', objectSelector: {} }] }, 'unknown'],
    ['update', hooks, { webhooks: [{ name: 'a', rules: [rule(['apps'], 'x')], objectSelector: {} }] }, 'unknown'],
    ['patch', hooks, { webhooks: [{ name: 'a', $patch: 'delete' }] }, 'weakened'],
    [
      'patch',
      mutating.replace('mutating', 'validating'),
      { spec: { validations: [{ expression: 'true' }] } },
      'rewritten',
    ],
    ['create', mutating, constraints(rule(['apps'], 'x'), rule([''], 'nodes')), 'intercepting'],
    ['create', mutating, constraints(rule(['apps'], 'x')), 'unknown'],
    ['create', mutating.replace('mutating', 'validating'), constraints(rule(['*'], '*')), 'unknown'],
  ])('%s %s %j: %s', (verb, target, requestObject, change) => {
    expect(read('guard.change', verb, target, { objectRef: { name: 'x' }, requestObject })).toBe(change);
  });

  test('a patch of a policy’s labels intercepts nothing, whatever the policy does', () => {
    const over = {
      requestObject: { metadata: {} },
      responseObject: { metadata: {}, ...constraints(rule(['*'], '*')) },
    };
    expect(read('guard.change', 'patch', mutating, over)).toBe('unknown');
    expect(read('guard.change', 'patch', mutating, { ...over, requestObject: { spec: {} } })).toBe('intercepting');
  });

  test('an admission controller keeps its own webhooks, and nobody else does in its name', () => {
    const keeps = (namespace: string, name: string, target = hooks, over: Over = {}) =>
      keepsOwnGuard(audit('update', target, { user: serviceAccount(namespace, 'x'), objectRef: { name }, ...over }));
    expect(keeps('kyverno', 'kyverno-policy')).toBe(true);
    expect(keeps('gatekeeper-system', 'gatekeeper-validating')).toBe(true);
    expect(keeps('gatekeeper-system', 'kyverno-policy')).toBe(false);
    expect(keeps('kyverno', 'my-kyverno-policy')).toBe(false);
    expect(keeps('kyverno', 'kyverno-policy', policy)).toBe(false);
    expect(keeps('kyverno', 'kyverno-policy', hooks, { impersonatedUser: users.developer })).toBe(false);
    expect(keeps('kyverno', 'kyverno-policy', hooks, { user: users.developer })).toBe(false);
  });
});

test.each<[string, string, string, string | null | undefined, string]>([
  ['patch', 'namespaces', 'removes the level', null, 'yes'],
  ['patch', 'namespaces', 'lets everything in', 'privileged', 'yes'],
  ['update', 'namespaces', 'lets everything in', 'privileged', 'yes'],
  ['update', 'namespaces', 'says null, which an object does not', null, 'unsaid'],
  ['update', 'namespaces', 'leaves it out', undefined, 'unsaid'],
  ['update', 'namespaces/finalize', 'leaves it out', undefined, 'unknown'],
  ['patch', 'namespaces', 'raises it', 'restricted', 'unknown'],
  ['patch', 'namespaces', 'leaves it', undefined, 'unknown'],
  ['create', 'namespaces', 'makes one', 'privileged', 'unknown'],
  ['patch', 'pods', 'is about something else', 'privileged', 'unknown'],
])('a %s of %s that %s (%s) lowers a guardrail: %s', (verb, target, _, level, lowered) => {
  const labels = level === undefined ? {} : { 'pod-security.kubernetes.io/enforce': level };
  const over = { objectRef: { name: 'shop' }, requestObject: { metadata: { labels } } };
  expect(read('guardrail.lowered', verb, target, over)).toBe(lowered);
});

describe('what does not fit a node', () => {
  const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`;
  const session = (name: string, of: string) => `arn:aws:sts::111122223333:assumed-role/${name}/${of}`;
  const signedIn = (arns: readonly string[], sessionName?: string) => ({
    extra: { arn: arns, ...(sessionName === undefined ? {} : { sessionName: [sessionName] }) },
  });
  const own = [session('KarpenterNodeRole-prod', 'i-0aaaabbbbccccdddd'), role('KarpenterNodeRole-prod')];
  const arnOf = (pattern: string): Settings => ({ ...exampleSettings, nodeRoles: [pattern], clusters: [] });
  const fargate = 'fargate-ip-10-0-1-2.eu-west-1.compute.internal';
  test.each<[string, string, object, readonly string[], Settings?]>([
    ['nothing, of a node with its own role', 'ip-10-0-1-2', signedIn(own, 'i-0aaaabbbbccccdddd'), []],
    ['nothing, of a node that signs in with a certificate', 'ip-10-0-1-2', {}, []],
    [
      'a role that is none of nodes',
      'ip-10-0-1-2',
      signedIn([role('reports')], 'i-0aaaabbbbccccdddd'),
      ['foreign-role'],
    ],
    [
      'a user who is called like its role',
      'ip-10-0-1-2',
      signedIn(['arn:aws:iam::111122223333:user/KarpenterNodeRole-prod'], 'i-0aaaabbbbccccdddd'),
      ['foreign-role'],
    ],
    [
      'a user whose path reads like its role',
      'ip-10-0-1-2',
      signedIn(['arn:aws:iam::111122223333:user/x:role/n'], 'i-0aaaabbbbccccdddd'),
      ['foreign-role'],
      arnOf('arn:aws:iam::*:role/n'),
    ],
    ['not a second ARN beside its own', 'ip-10-0-1-2', signedIn([...own, role('reports')], 'i-0aaaabbbbccccdddd'), []],
    [
      'not a path of its role',
      'ip-10-0-1-2',
      signedIn([role('a/b/KarpenterNodeRole-prod')], 'i-0aaaabbbbccccdddd'),
      [],
    ],
    [
      'a path that is called so',
      'ip-10-0-1-2',
      signedIn([role('KarpenterNodeRole-prod/x')], 'i-0aaaabbbbccccdddd'),
      ['foreign-role'],
    ],
    [
      'a session that is called so',
      'ip-10-0-1-2',
      signedIn([session('reports', 'KarpenterNodeRole-prod')], 'i-0aaaabbbbccccdddd'),
      ['foreign-role'],
    ],
    [
      'not a role that settings name by its ARN',
      'ip-10-0-1-2',
      signedIn([role('a/n')], 'i-0aaaabbbbccccdddd'),
      [],
      arnOf(role('a/n')),
    ],
    [
      'not its session, which has no path',
      'ip-10-0-1-2',
      signedIn([session('n', 'x')], 'i-0aaaabbbbccccdddd'),
      [],
      arnOf(role('a/n')),
    ],
    [
      'another role than settings name so',
      'ip-10-0-1-2',
      signedIn([role('m')], 'i-0aaaabbbbccccdddd'),
      ['foreign-role'],
      arnOf(role('a/n')),
    ],
    [
      'no role where settings name none',
      'ip-10-0-1-2',
      signedIn([role('reports')], 'i-0aaaabbbbccccdddd'),
      [],
      defineConfig({}),
    ],
    ['a session that is no instance’s', 'ip-10-0-1-2', signedIn(own, 'alice'), ['foreign-instance']],
    ['a session without a name', 'ip-10-0-1-2', signedIn(own), ['foreign-instance']],
    ['not one of the node’s name, as of Fargate', fargate, signedIn(own, fargate), []],
    ['another instance’s', 'i-0123456789abcdef0', signedIn(own, 'i-0aaaabbbbccccdddd'), ['foreign-instance']],
    ['not its own', 'i-0aaaabbbbccccdddd', signedIn(own, 'i-0aaaabbbbccccdddd'), []],
  ])('is %s: %s', (_, name, over, anomalies, settings = exampleSettings) => {
    const user = { username: `system:node:${name}`, ...over };
    expect(read('node.anomalies', 'get', 'pods', { user, sourceIPs: ['10.0.1.2'] }, settings)).toEqual(anomalies);
  });

  test.each([
    ['mapRoles', '- rolearn: arn:aws:iam::999988887777:role/x', exampleSettings, ['stranger']],
    ['mapUsers', '[{"userarn": "arn:aws-cn:iam::999988887777:user/x"}]', exampleSettings, ['stranger']],
    ['mapAccounts', '- "111122223333"\n- "999988887777"', exampleSettings, ['stranger']],
    ['mapAccounts', '- "111122223333"', exampleSettings, []],
    ['mapRoles', '- rolearn: arn:aws:iam::111122223333:role/x', exampleSettings, []],
    ['mapRoles', '- rolearn: arn:aws:iam::999988887777:role/x', defineConfig({ accounts: ['999988887777'] }), []],
  ])('aws-auth whose %s are %s, by accounts: %#', (list, value, settings, maps) => {
    const over = {
      objectRef: { namespace: 'kube-system', name: 'aws-auth' },
      requestObject: { data: { [list]: value } },
    };
    expect(read('awsAuth.maps', 'update', 'configmaps', over, settings)).toEqual(maps);
  });

  test.each([
    ['role/KarpenterNodeRole-prod', []],
    ['role/path/KarpenterNodeRole-prod', []],
    ['user/KarpenterNodeRole-prod', ['foreign-node']],
    ['user/x:role/KarpenterNodeRole-prod', ['foreign-node']],
  ])('aws-auth that maps %s to nodes: %j', (of, maps) => {
    const member = of.startsWith('user') ? ['mapUsers', 'userarn'] : ['mapRoles', 'rolearn'];
    const [list = '', name = ''] = member;
    const data = {
      [list]: `- ${name}: arn:aws:iam::111122223333:${of}\n  username: system:node:{{EC2PrivateDNSName}}\n  groups:\n    - system:nodes\n`,
    };
    const over = { objectRef: { namespace: 'kube-system', name: 'aws-auth' }, requestObject: { data } };
    expect(read('awsAuth.maps', 'update', 'configmaps', over)).toEqual(maps);
  });

  test.each([
    ['taints', { spec: { taints: [] } }, ['taints']],
    ['whose node it is', { spec: { providerID: 'aws:///x' } }, ['providerID']],
    ['both', { spec: { taints: null, providerID: null } }, ['taints', 'providerID']],
    ['cordoning is neither', { spec: { unschedulable: true } }, []],
  ])('a patch of a node that changes %s', (_, requestObject, steering) => {
    expect(read('node.steering', 'patch', 'nodes', { requestObject })).toEqual(steering);
  });
});

test.each<[JsonObject | readonly JsonObject[], string]>([
  [{ egress: [{}] }, 'yes'],
  [{ ingress: [{ from: [] }] }, 'yes'],
  [[{ op: 'add', path: '/spec/egress/-', value: {} }], 'yes'],
  [{ egress: [{ to: [{ ipBlock: { cidr: '192.0.2.0/24' } }] }] }, 'unknown'],
  [{ egress: [{ ports: [{ port: 53 }] }] }, 'unknown'],
  [{ egress: [] }, 'unknown'],
])('a network policy with %j lowers a guardrail: %s', (spec, lowered) => {
  const requestObject = Array.isArray(spec) ? spec : { spec };
  const over = { objectRef: { name: 'x' }, requestObject };
  expect(read('guardrail.lowered', 'patch', 'networkpolicies.networking.k8s.io', over)).toBe(lowered);
  expect(read('guardrail.lowered', 'patch', 'networkpolicies.crd.projectcalico.org', over)).toBe('unknown');
});

test.each([
  ['get', '/api/v1/nodes/a/proxy/metrics/cadvisor?x', 'measures'],
  ['create', '/api/v1/nodes/a/proxy/metrics', 'other'],
  ['get', '/api/v1/nodes/a/proxy/', 'other'],
  ['get', '/api/v1/nodes/a/proxy/pods', 'other'],
  ['get', '/api/v1/nodes/a/proxy/exec/b/c/d?command=id', 'enter'],
  ['get', '/api/v1/nodes/a/proxy//exec/b', 'enter'],
  ['get', '/api/v1/nodes/a/proxy/%65xec/b', 'enter'],
  ['get', '/api/v1/nodes/a%2Fproxy%2Fexec/b', 'enter'],
  ['get', '/api/v1/nodes/a/proxy/metrics/../run/b', 'enter'],
  ['create', '/api/v1/nodes/https:a:10250/proxy/checkpoint/b/c/d', 'enter'],
  ['get', '/api/v1/nodes/a/proxy/metrics/%zz', 'other'],
  ['get', '/api/v1/nodes/a/proxy/%65xec/b/%ff/c', 'enter'],
])('%s %s reaches of a kubelet: %s', (verb, requestURI, reaches) => {
  expect(read('proxy.reaches', verb, 'nodes/proxy', { objectRef: { name: 'a' }, requestURI })).toBe(reaches);
  expect(read('proxy.reaches', verb, 'pods/proxy', { objectRef: { name: 'a' }, requestURI })).toBe('unknown');
});
