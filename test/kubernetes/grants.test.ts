import { describe, expect, test } from 'vitest';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { awsAuthMaps } from '../../core/kubernetes/aws-auth.ts';
import { expiryOf, tokenIdOf } from '../../core/kubernetes/bootstrap-token.ts';
import { capiChange } from '../../core/kubernetes/cluster-api.ts';
import { asksForMasters, requestedNode, signerOf } from '../../core/kubernetes/csr.ts';
import { audit, node, users } from '../../core/kubernetes/example.ts';
import { nodeAnomalies } from '../../core/kubernetes/node.ts';
import { nodeObject } from '../../core/kubernetes/node-join.ts';
import { contradiction, extraOf, roleNameOf } from '../../core/kubernetes/origin.ts';
import { grantsOf } from '../../core/kubernetes/rbac.ts';
import type { Settings } from '../../core/settings.ts';

type Over = Parameters<typeof audit>[2];
const api = 'rbac.authorization.k8s.io';
const rule = (
  apiGroups: readonly Json[],
  resources: readonly Json[],
  verbs: readonly Json[],
  over: JsonObject = {},
) => ({
  ...{ apiGroups, resources, verbs },
  ...over,
});

describe('a role', () => {
  const granted = (rules: readonly JsonObject[], namespace = '', settings: Settings = exampleSettings) =>
    grantsOf(
      audit('create', `${namespace === '' ? 'clusterroles' : 'roles'}.${api}`, {
        objectRef: { name: 'x', ...(namespace === '' ? {} : { namespace }) },
        requestObject: { rules },
        cluster: 'fleet',
      }),
      settings,
    );
  const named = (...resourceNames: readonly string[]) => ({ resourceNames });

  test.each<[JsonObject, readonly string[]]>([
    [rule(['*'], ['*'], ['*']), ['everything']],
    [rule(['*'], ['*'], ['get']), ['read-secrets']],
    [rule([''], ['users'], ['impersonate']), ['impersonate']],
    [rule([''], ['groups'], ['impersonate']), ['impersonate']],
    [rule([''], ['serviceaccounts'], ['impersonate']), ['impersonate']],
    [rule(['authentication.k8s.io'], ['uids'], ['*']), ['impersonate']],
    [rule([''], ['users'], ['get']), []],
    [rule(['apps'], ['users'], ['impersonate']), []],
    [rule([''], ['pods'], ['impersonate']), []],
    [rule([api], ['roles'], ['escalate']), ['escalate']],
    [rule([api], ['clusterroles'], ['bind', 'escalate']), ['escalate', 'bind']],
    [rule([api], ['rolebindings'], ['bind']), []],
    [rule(['apps', 'karpenter.sh'], ['nodepools'], ['get', 'patch']), ['write-provisioning']],
    [rule(['karpenter.sh'], [], ['patch']), []],
    [rule(['karpenter.sh'], ['nodepools'], ['get', 'list']), []],
    [rule(['cluster.x-k8s.io'], ['machines'], ['deletecollection']), ['write-cluster-api']],
    [rule(['*'], ['nodepools'], ['update']), ['write-provisioning', 'write-cluster-api']],
    [rule([''], ['secrets'], ['watch']), ['read-secrets']],
    [rule([''], ['secrets'], ['create']), []],
    [rule([''], ['secrets'], ['get'], named('db')), []],
    [rule([''], ['secrets'], ['get'], named('db', 'bootstrap-token-abcdef')), ['read-secrets']],
    [rule([''], ['secrets'], ['get'], named('prod-kubeconfig')), ['read-secrets']],
    [rule([''], ['secrets'], ['get'], named('prod-kubeconfig2', 'x-bootstrap-token-1', '-ca')), []],
    [rule([''], ['serviceaccounts/token'], ['create']), ['mint-tokens']],
    [rule([''], ['*/token'], ['create']), ['mint-tokens']],
    [rule([''], ['serviceaccounts/token'], ['get']), []],
    [rule([''], ['serviceaccounts/token'], ['create'], named('web')), []],
    [rule([''], ['serviceaccounts/token'], ['create'], named('web', 'capi-manager')), ['mint-tokens']],
    [rule(['certificates.k8s.io'], ['signers'], ['approve']), ['approve-certificates']],
    [
      rule(['certificates.k8s.io'], ['signers'], ['sign'], named('kubernetes.io/kube-apiserver-client')),
      ['approve-certificates'],
    ],
    [rule(['certificates.k8s.io'], ['signers'], ['sign'], named('kubernetes.io/*')), ['approve-certificates']],
    [
      rule(
        ['certificates.k8s.io'],
        ['signers'],
        ['sign'],
        named('kubernetes.io/*x', 'x/kubernetes.io/*', 'example.com/*'),
      ),
      [],
    ],
    [rule(['authentication.k8s.io'], ['users'], ['impersonate:user-info']), ['impersonate']],
    [rule(['authentication.k8s.io'], ['nodes'], ['impersonate:arbitrary-node']), ['impersonate']],
    [rule([''], ['nodes/proxy'], ['create']), ['enter-pods']],
    [rule([''], ['*/proxy'], ['*']), ['enter-pods']],
    [rule([''], ['nodes/proxy'], ['get', 'list', 'watch']), []],
    [rule([''], ['pods', 'pods/exec'], ['create']), []],
    [rule([7, ''], [7, 'secrets'], [7, 'get']), ['read-secrets']],
    [rule([], [], []), []],
  ])('%j grants %j', (one, grants) => {
    expect(granted([one])).toEqual(grants);
    expect(granted([one, rule(['apps'], ['deployments'], ['get']), one])).toEqual(grants);
  });

  test('of a namespace reaches secrets and tokens where controllers or Clusters are', () => {
    const both = [rule([''], ['secrets', 'serviceaccounts/token'], ['*'])];
    expect(granted(both, 'capi-system')).toEqual(['read-secrets', 'mint-tokens']);
    expect(granted(both, 'fleet-a')).toEqual(['read-secrets', 'mint-tokens']);
    expect(granted(both, 'shop')).toEqual([]);
  });

  test('of a namespace of controllers runs and enters pods there', () => {
    const run = [rule(['apps'], ['deployments'], ['patch'])];
    const exec = [rule([''], ['pods/exec'], ['get'])];
    expect(granted(run, 'capi-system')).toEqual(['run-pods']);
    expect(granted([rule([''], ['pods'], ['delete'])], 'capi-system')).toEqual([]);
    expect(granted(exec, 'capi-system')).toEqual(['enter-pods']);
    expect(granted([rule([''], ['pods/ephemeralcontainers'], ['patch'])], 'capi-system')).toEqual(['enter-pods']);
    expect([granted(run, 'shop'), granted(exec, 'shop')]).toEqual([[], []]);
    for (const one of [rule([''], ['pods'], ['create']), rule(['batch'], ['jobs'], ['update'])])
      expect([one, granted([one], 'fleet-a')]).toEqual([one, ['run-pods']]);
    for (const resource of ['pods/exec', '*/exec', 'pods/attach', '*/attach'])
      for (const verb of ['get', 'create'])
        expect([resource, granted([rule([''], [resource], [verb])], 'fleet-a')]).toEqual([resource, ['enter-pods']]);
    for (const resource of ['pods/ephemeralcontainers', '*/ephemeralcontainers'])
      for (const verb of ['update', 'patch'])
        expect([resource, granted([rule([''], [resource], [verb])], 'fleet-a')]).toEqual([resource, ['enter-pods']]);
  });

  const written = (requestObject: Json, over: Over = {}, verb = 'patch') =>
    grantsOf(audit(verb, `clusterroles.${api}`, { objectRef: { name: 'x' }, requestObject, ...over }), exampleSettings);

  test('that gathers the API server’s own roles has what they have', () => {
    const gathering = (selector: Json) =>
      written({ aggregationRule: { clusterRoleSelectors: [selector] }, rules: null }, {}, 'create');
    const expression = (key: string, operator: string, ...values: readonly string[]) =>
      gathering({ matchExpressions: [{ key, operator, ...(values.length > 0 && { values }) }] });
    expect(gathering({})).toEqual(['everything']);
    expect(gathering({ matchLabels: { 'kubernetes.io/bootstrapping': 'rbac-defaults' } })).toEqual(['everything']);
    expect(expression('kubernetes.io/bootstrapping', 'Exists')).toEqual(['everything']);
    expect(expression('kubernetes.io/bootstrapping', 'In', 'x', 'rbac-defaults')).toEqual(['everything']);
    expect(expression('x', 'DoesNotExist')).toEqual(['everything']);
    expect(expression('x', 'NotIn', 'y')).toEqual(['everything']);
    expect(gathering({ matchLabels: { 'rbac.authorization.k8s.io/aggregate-to-admin': 'true' } })).toEqual(['admin']);
    expect(expression('rbac.authorization.k8s.io/aggregate-to-edit', 'Exists')).toEqual(['edit']);
    expect(gathering({ matchLabels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } })).toEqual([]);
    expect(gathering({ matchLabels: { 'serving.knative.dev/controller': 'true' } })).toEqual([]);
    expect(expression('kubernetes.io/bootstrapping', 'DoesNotExist')).toEqual([]);
    expect(expression('kubernetes.io/bootstrapping', 'In', 'x')).toEqual([]);
    expect(expression('kubernetes.io/bootstrapping', 'NotIn', 'x')).toEqual(['everything']);
    expect(expression('kubernetes.io/bootstrapping', 'NotIn', 'rbac-defaults')).toEqual([]);
    expect(gathering({ matchLabels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', team: 'x' } })).toEqual([]);
  });

  test('is judged as it stands where it is labelled to be gathered, or where a part of a rule is changed', () => {
    const whole = { responseObject: { metadata: {}, rules: [rule(['*'], ['*'], ['*'])] } };
    const labels = (key: string, value = 'true') => ({ metadata: { labels: { [key]: value } } });
    expect(written(labels('rbac.authorization.k8s.io/aggregate-to-edit'), whole)).toEqual(['everything']);
    expect(written(labels('helm.sh/chart', 'karpenter-1.14.1'), whole)).toEqual([]);
    expect(written(labels('rbac.authorization.k8s.io/aggregate-to-edit', 'false'), whole)).toEqual([]);
    const two = { ...labels('team').metadata.labels, 'rbac.authorization.k8s.io/aggregate-to-edit': 'true' };
    expect(written({ metadata: { labels: two } }, whole)).toEqual(['everything']);
    expect(written(labels('team'), { objectRef: { name: 'cluster-admin' } })).toEqual(['cluster-admin']);
    for (const name of ['team-admin', 'cluster-admins', 'admins', 'editors', 'x-system:node'])
      expect([name, written(labels('team'), { ...whole, objectRef: { name } })]).toEqual([name, []]);
    // Neither without labels, nor where it is sent whole, nor of a namespace's role that bears the name.
    const node = { objectRef: { name: 'system:node' } };
    expect(written({ metadata: { annotations: {} } }, node)).toEqual([]);
    expect(written({ ...labels('team'), rules: [] }, node, 'update')).toEqual([]);
    expect(written({ rules: [] }, { objectRef: { name: 'admin' } }, 'create')).toEqual([]);
    const ofNamespace = { objectRef: { namespace: 'capi-system', name: 'admin' }, cluster: 'fleet', ...whole };
    expect(
      grantsOf(audit('patch', `roles.${api}`, { ...ofNamespace, requestObject: labels('team') }), exampleSettings),
    ).toEqual([]);
    const verbs = [{ op: 'replace', path: '/rules/0/verbs', value: ['*'] }];
    expect(written(verbs, whole)).toEqual(['everything']);
    expect(written(verbs)).toEqual([]);
  });

  test('reaches accounts that settings name by wildcards', () => {
    const settings = defineConfig({
      controllers: [{ kind: 'karpenter', serviceAccounts: ['system:serviceaccount:kube-system:karp*'] }],
    });
    const mint = (name: string) =>
      granted([rule([''], ['serviceaccounts/token'], ['create'], named(name))], '', settings);
    expect(mint('karpenter')).toEqual(['mint-tokens']);
    expect(mint('web')).toEqual([]);
  });
});

describe('a binding', () => {
  const granted = (over: JsonObject, namespace = '', verb = 'create', more: Over = {}) =>
    grantsOf(
      audit(verb, `${namespace === '' ? 'clusterrolebindings' : 'rolebindings'}.${api}`, {
        objectRef: { name: 'x', ...(namespace === '' ? {} : { namespace }) },
        requestObject: over,
        cluster: 'fleet',
        ...more,
      }),
      exampleSettings,
    );
  const bound = (name: string, over: JsonObject = {}) => ({
    roleRef: { kind: 'ClusterRole', name },
    subjects: [{ kind: 'User', name: 'x' }],
    ...over,
  });

  test.each([
    ['cluster-admin', ['cluster-admin'], ['cluster-admin'], ['cluster-admin']],
    ['admin', ['admin'], ['admin'], []],
    ['edit', ['edit'], ['edit'], []],
    ['karpenter-admin', ['write-provisioning'], [], []],
    ['karpenter', ['write-provisioning'], [], []],
    ['karpenter-core', ['write-provisioning'], [], []],
    ['capi-manager-role', ['write-cluster-api'], ['write-cluster-api'], []],
    ['capi-aggregated-manager-role', ['write-cluster-api'], ['write-cluster-api'], []],
    ['capa-manager-role', ['write-cluster-api'], ['write-cluster-api'], []],
    ['system:kube-controller-manager', ['read-secrets', 'mint-tokens'], ['read-secrets', 'mint-tokens'], []],
    ['system:node', ['read-secrets', 'mint-tokens'], ['read-secrets', 'mint-tokens'], []],
    ['system:kubelet-api-admin', ['enter-pods'], [], []],
    ['system:aggregate-to-edit', ['edit'], ['edit'], []],
    ['system:controller:generic-garbage-collector', ['everything'], ['everything'], []],
    ['system:controller:job-controller', ['run-pods'], ['run-pods'], []],
    ['system:controller:resourcequota-controller', ['read-secrets'], ['read-secrets'], []],
    ['system:controller:route-controller', [], [], []],
    ['system:node-proxier', [], [], []],
    ['system:auth-delegator', [], [], []],
    ['system:controller:clusterrole-aggregation-controller', ['escalate'], [], []],
    ['system:certificates.k8s.io:kube-apiserver-client-approver', ['approve-certificates'], [], []],
    ['system:certificates.k8s.io:kube-apiserver-client-kubelet-approver', ['approve-certificates'], [], []],
    ['view', [], [], []],
    ['constructor', [], [], []],
  ])('of %s grants %j everywhere, %j beside controllers, %j elsewhere', (name, everywhere, near, elsewhere) => {
    expect([granted(bound(name)), granted(bound(name), 'capi-system'), granted(bound(name), 'shop')]).toEqual([
      everywhere,
      near,
      elsewhere,
    ]);
  });

  test('of a Role that the API server makes in kube-system reads its secrets; of one of that name elsewhere, nothing', () => {
    const signer = bound('system:controller:bootstrap-signer', {
      roleRef: { kind: 'Role', name: 'system:controller:bootstrap-signer' },
    });
    const karpenter = { cluster: 'prod' };
    expect(granted(signer, 'kube-system', 'create', karpenter)).toEqual(['read-secrets']);
    expect(granted(signer, 'kube-public', 'create', karpenter)).toEqual([]);
    expect(granted(signer, 'fleet-a')).toEqual([]);
    expect(granted(signer, 'shop', 'create', karpenter)).toEqual([]);
  });

  test('grants nothing to nobody, nor by a role of a namespace that bears the name', () => {
    expect(granted(bound('cluster-admin', { subjects: [] }))).toEqual([]);
    expect(granted(bound('cluster-admin', { roleRef: { kind: 'Role', name: 'cluster-admin' } }), 'shop')).toEqual([]);
    expect(granted({ subjects: [{}] })).toEqual([]);
  });

  test('grants what its patch asks for: of whom or what is said, not of a label', () => {
    const whole = { responseObject: { metadata: {}, ...bound('cluster-admin') } };
    expect(granted({ metadata: { labels: {} } }, '', 'patch', whole)).toEqual([]);
    expect(granted({ subjects: [{ kind: 'User', name: 'y' }] }, '', 'patch', whole)).toEqual(['cluster-admin']);
    expect(granted({ roleRef: { name: 'x' } }, '', 'patch', whole)).toEqual(['cluster-admin']);
  });
});

test.each<[string, string, JsonObject | undefined, string]>([
  ['create', 'machines.cluster.x-k8s.io', {}, 'machine-created'],
  ['create', 'machinepools.cluster.x-k8s.io', {}, 'machine-created'],
  ['create', 'machines.bootstrap.cluster.x-k8s.io', {}, 'other'],
  ['patch', 'machinedeployments.cluster.x-k8s.io', { spec: { replicas: 3 } }, 'machine-scaled'],
  ['patch', 'machinedeployments.cluster.x-k8s.io', { spec: { replicas: '3' } }, 'other'],
  ['update', 'machinedeployments.cluster.x-k8s.io/scale', undefined, 'machine-scaled'],
  ['delete', 'machinedeployments.cluster.x-k8s.io/scale', undefined, 'other'],
  ['patch', 'machinedeployments.cluster.x-k8s.io/status', { spec: { replicas: 3 } }, 'status'],
  ['patch', 'clusterclasses.cluster.x-k8s.io', {}, 'clusterclass'],
  ['update', 'awsclusterroleidentities.infrastructure.cluster.x-k8s.io', {}, 'identity'],
  ['create', 'awsclusterstaticidentities.infrastructure.cluster.x-k8s.io', {}, 'identity'],
  ['delete', 'clusters.cluster.x-k8s.io', undefined, 'cluster-deleted'],
  ['deletecollection', 'clusters.cluster.x-k8s.io', undefined, 'cluster-deleted'],
  ['delete', 'kubeadmcontrolplanes.controlplane.cluster.x-k8s.io', undefined, 'cluster-deleted'],
  ['delete', 'clusters.infrastructure.cluster.x-k8s.io', undefined, 'other'],
  ['update', 'clusters.cluster.x-k8s.io', {}, 'other'],
  ['update', 'machinehealthchecks.cluster.x-k8s.io', {}, 'remediation-weakened'],
  ['create', 'machinehealthchecks.cluster.x-k8s.io', {}, 'other'],
  ['patch', 'clusters.cluster.x-k8s.io', { spec: { paused: true } }, 'remediation-weakened'],
  ['patch', 'clusters.cluster.x-k8s.io', { spec: { paused: 'true' } }, 'other'],
  ['create', 'clusters.cluster.x-k8s.io', { spec: { paused: true } }, 'other'],
  [
    'patch',
    'clusters.cluster.x-k8s.io',
    { metadata: { annotations: { 'cluster.x-k8s.io/paused': '' } } },
    'remediation-weakened',
  ],
  [
    'patch',
    'machines.cluster.x-k8s.io',
    { metadata: { annotations: { 'cluster.x-k8s.io/skip-remediation': 'x' } } },
    'remediation-weakened',
  ],
  ['get', 'machines.cluster.x-k8s.io', undefined, 'unknown'],
  ['create', 'pods', {}, 'unknown'],
])('%s %s %j changes Cluster API: %s', (verb, target, requestObject, change) => {
  expect(capiChange(audit(verb, target, { objectRef: { name: 'x' }, requestObject }).record)).toBe(change);
});

describe('aws-auth', () => {
  const own = 'arn:aws:iam::111122223333:role/KarpenterNodeRole-prod';
  const foreign = 'arn:aws:iam::111122223333:role/mallory';
  const maps = (data: JsonObject, settings: Settings = exampleSettings) =>
    awsAuthMaps(audit('update', 'configmaps', { objectRef: { name: 'aws-auth' }, requestObject: { data } }), settings);
  const entry = (arn: string, group = 'system:nodes') => ({
    rolearn: arn,
    username: 'system:node:{{EC2PrivateDNSName}}',
    groups: ['system:bootstrappers', group],
  });
  const block = (...arns: readonly string[]) =>
    arns
      .map(
        arn =>
          `- rolearn: ${arn}\n  username: system:node:{{EC2PrivateDNSName}}\n  groups:\n  - system:bootstrappers\n  - system:nodes\n`,
      )
      .join('');

  test.each<[string, string]>([
    ['a block', block(own, foreign)],
    ['a block, the other way round', block(foreign, own)],
    [
      'groups before ARNs',
      `- groups:\n  - system:nodes\n  rolearn: ${own}\n- groups:\n  - system:nodes\n  rolearn: ${foreign}`,
    ],
    ['dashes on lines of their own', block(foreign, own).replaceAll('- rolearn', '-\n  rolearn')],
    [
      'dashes alone, groups first',
      `-\n  groups:\n  - system:nodes\n  rolearn: ${own}\n-\n  groups: [system:nodes]\n  rolearn: ${foreign}`,
    ],
    ['dashes with a remark', block(foreign, own).replaceAll('- rolearn', '- # x\n  rolearn')],
    ['another member first', block(foreign, own).replaceAll('- rolearn', '- note: x\n  rolearn')],
    ['no list at all', block(foreign, own).replaceAll('- rolearn', '  rolearn')],
    ['quoted members', block(own, foreign).replaceAll('rolearn', "'rolearn'")],
    [
      'flow style',
      `[{rolearn: ${own}, username: 'system:node:{{EC2PrivateDNSName}}', groups: [system:nodes]}, {rolearn: ${foreign}, groups: [system:nodes]}]`,
    ],
    [
      'flow style with room',
      `[ { rolearn: ${own}, groups: [system:nodes] }, { rolearn: ${foreign}, groups: [system:nodes] } ]`,
    ],
    [
      'flow entries of a block',
      `- {rolearn: ${own}, groups: [system:nodes]}\n- {groups: [system:nodes], rolearn: ${foreign}}`,
    ],
    ['JSON', JSON.stringify([entry(own), entry(foreign)])],
    ['JSON on lines', JSON.stringify([entry(foreign), entry(own)], undefined, 2)],
  ])('that is %s shows a foreign role among nodes', (_, mapRoles) => {
    expect(maps({ mapRoles })).toEqual(['foreign-node']);
    expect(maps({ mapRoles: mapRoles.replaceAll('system:nodes', 'nodes-x') })).toEqual([]);
    expect(maps({ mapRoles: mapRoles.replaceAll('system:nodes', 'system:nodes-x') })).toEqual(['trusted']);
    expect(maps({ mapRoles: mapRoles.replaceAll(foreign, own) })).toEqual([]);
    expect(maps({ mapRoles }, defineConfig({}))).toEqual([]);
  });

  test('an entry without an ARN maps nobody, and what says so may be read otherwise elsewhere', () =>
    expect(maps({ mapRoles: '- rolearn:\n  groups:\n  - system:nodes' })).toEqual(['foreign-node', 'emptied']));

  test('shows administrators, and nothing of what is no text', () => {
    expect(
      maps({
        mapRoles: block(own),
        mapUsers: JSON.stringify([entry('arn:aws:iam::111122223333:user/x', 'system:masters')]),
      }),
    ).toEqual(['masters']);
    expect(maps({ mapRoles: 7, mapAccounts: '- system:masters' })).toEqual(['stranger']);
    expect(awsAuthMaps(audit('update', 'configmaps', { objectRef: { name: 'aws-auth' } }), exampleSettings)).toEqual(
      [],
    );
  });

  test('knows node roles by ARN, wildcards included', () => {
    const by = (...nodeRoles: readonly string[]) =>
      maps({ mapRoles: block(own) }, { ...exampleSettings, clusters: [], nodeRoles });
    expect([by(own), by('arn:aws:iam::111122223333:role/*'), by('Karp*'), by(foreign)]).toEqual([
      [],
      [],
      [],
      ['foreign-node'],
    ]);
  });
});

test('a node’s role is a node’s where settings name it by an ARN with wildcards, whatever the authenticator says of it', () => {
  const user = node();
  const said = { ...user, extra: { arn: user.extra?.['arn'] ?? [], sessionName: user.extra?.['sessionName'] ?? [] } };
  const anomalies = (nodeRole: string) =>
    nodeAnomalies(audit('get', 'pods', { user: said }), { ...exampleSettings, clusters: [], nodeRoles: [nodeRole] });
  expect(anomalies('arn:aws:iam::111122223333:role/Karpenter*')).toEqual([]);
  expect(anomalies('arn:aws:iam::111122223333:role/other-*')).toEqual(['foreign-role']);
});

describe('a certificate request', () => {
  const csr = 'certificatesigningrequests.certificates.k8s.io';
  const pem = (subject: string) =>
    Buffer.from(
      `-----BEGIN CERTIFICATE REQUEST-----\n${Buffer.from(`\u0001${subject}\u0002`).toString('base64')}\n-----END CERTIFICATE REQUEST-----`,
    ).toString('base64');
  const asked = (spec: JsonObject, verb = 'create', target = csr) =>
    audit(verb, target, { objectRef: { name: 'x' }, requestObject: { spec } }).record;

  test.each([
    ['kubernetes.io/kube-apiserver-client', 'client'],
    ['kubernetes.io/kube-apiserver-client-kubelet', 'kubelet-client'],
    ['kubernetes.io/kubelet-serving', 'other'],
  ])('for %s makes a certificate of %s', (signerName, signer) => {
    expect(signerOf(asked({ signerName }))).toBe(signer);
    expect(signerOf(asked({ signerName }, 'create', 'configmaps'))).toBe('unknown');
    expect(signerOf(asked({}))).toBe('unknown');
  });

  test('asks for administrators in its subject, or in the groups that its caller writes', () => {
    expect(asksForMasters(asked({ request: pem('system:masters') }))).toBe(true);
    expect(asksForMasters(asked({ request: pem('kubeadm:cluster-admins') }))).toBe(true);
    const block = (inner: string, before = '', headers = '') =>
      Buffer.from(
        `${before}-----BEGIN CERTIFICATE REQUEST-----\n${headers}${inner}\n-----END CERTIFICATE REQUEST-----\n`,
      ).toString('base64');
    const masters = Buffer.from('system:masters').toString('base64');
    const wide = Buffer.from([...'system:masters'].flatMap(letter => [0, letter.charCodeAt(0)])).toString('base64');
    expect(asksForMasters(asked({ request: block(masters, '-----BEGIN X-----\nAAAA\n') }))).toBe(true);
    expect(asksForMasters(asked({ request: block(masters, '-----BEGIN X-----\nAAA\n-----END X-----\n') }))).toBe(true);
    for (const header of ['Proc-Type: abc', 'Proc-Type: 4,ENCRYPTED', 'A: b'])
      expect([header, asksForMasters(asked({ request: block(masters, '', `${header}\n\n`) }))]).toEqual([header, true]);
    expect(asksForMasters(asked({ request: Buffer.from(masters).toString('base64') }))).toBe(false);
    expect(asksForMasters(asked({ request: block(wide) }))).toBe(true);
    expect(asksForMasters(asked({ request: pem('developers') }))).toBe(false);
    expect(asksForMasters(asked({ groups: ['a', 'system:masters'] }))).toBe(true);
    // The server fills in the groups of whoever asked.
    expect(asksForMasters(asked({ groups: ['system:masters'] }, 'update'))).toBe(false);
    expect(asksForMasters(asked({ request: 'not base64 of a PEM' }))).toBe(false);
  });

  test('is for the node in its subject', () => {
    expect(requestedNode(asked({ request: pem('system:node:ip-10-0-0-1') }))).toBe('ip-10-0-0-1');
    expect(requestedNode(asked({ request: pem('alice') }))).toBe('');
    expect(requestedNode(asked({}))).toBe('');
  });
});

test('a bootstrap token joins for as long as its body says', () => {
  const at = (data: JsonObject | undefined, target = 'secrets') =>
    expiryOf(audit('create', target, { objectRef: { name: 'x' }, requestObject: data, time: '2026-09-01T10:00:00Z' }));
  const until = (time: string) => ({ stringData: { expiration: time } });
  expect(at(until('2026-09-01T10:15:00Z'))).toBe('short');
  expect(at(until('2026-09-01T10:15:01Z'))).toBe('long');
  expect(at({ data: { expiration: Buffer.from('2026-09-01T10:05:00Z').toString('base64') } })).toBe('short');
  expect(at({ ...until('2027-01-01T00:00:00Z'), data: { expiration: '' } })).toBe('long');
  expect(at({ data: {} })).toBe('none');
  expect(at(undefined)).toBe('unknown');
  expect(at(until('2026-09-01T10:15:00Z'), 'configmaps')).toBe('unknown');
  expect(
    [
      'bootstrap-token-abcdef',
      'system:bootstrap:abc123',
      'bootstrap-token-abcdefg',
      'x-bootstrap-token-abcdef',
      'bootstrap-token-ABCDEF',
    ].map(tokenIdOf),
  ).toEqual(['abcdef', 'abc123', '', '', '']);
});

test('a node’s instance is what its object says, else the session of the node itself', () => {
  const name = 'ip-10-0-1-17.eu-west-1.compute.internal';
  const of = (over: Over) => nodeObject(audit('create', 'nodes', over).record);
  const id = 'i-0eeeeffff00001111';
  const spec = (providerID: string) => ({ metadata: { name }, spec: { providerID } });
  expect(of({ user: node(), requestObject: spec(`aws:///eu-west-1a/${id}`) })).toEqual({ name, instance: id });
  expect(of({ user: node(), requestObject: spec('aws:///eu-west-1a/other') })).toEqual({
    name,
    instance: 'i-0aaaabbbbccccdddd',
  });
  expect(of({ user: node(), objectRef: { name: 'another' } })).toEqual({ name: 'another', instance: '' });
  expect(of({ user: users.developer, objectRef: { name } })).toEqual({ name, instance: '' });
  expect(of({ user: node(name, 'no-instance'), objectRef: { name } }).instance).toBe('');
  expect(of({ user: users.developer, objectRef: { name: 'n'.repeat(300) } }).name).toHaveLength(253);
  expect(of({ user: users.developer })).toEqual({ name: '', instance: '' });
});

describe('an identity that its access key can not have', () => {
  const instance = 'i-0aaaabbbbccccdddd';
  const said = (key: { readonly [set: string]: readonly string[] }, user = node()) =>
    contradiction(audit('get', 'pods', { user }).record, key);
  test('is told by where the key went', () => {
    expect(said({})).toBeUndefined();
    expect(said({ role: ['arn:aws:iam::1:role/x'] })).toBeUndefined();
    expect(said({ subject: ['system:serviceaccount:a:b'] })).toMatch(
      /^the key was issued to the pod system:serviceaccount:a:b/,
    );
    expect(said({ instance: ['i-0eeee'] })).toBe(`the key was issued to i-0eeee, and the session says ${instance}`);
    expect(said({ instance: ['i-0eeee', instance] })).toBeUndefined();
    expect(said({ instance: ['alice'] }, users.developer)).toMatch(
      /^the key was issued to the node alice, not to arn:/,
    );
    const role = (arn: string) => said({ instance: [instance], role: [arn] });
    expect(role('arn:aws:iam::1:role/a/KarpenterNodeRole-prod')).toBeUndefined();
    expect(role('arn:aws:iam::1:role/other')).toBe(
      'the key was issued for the role other, and the session says KarpenterNodeRole-prod',
    );
    expect(role('arn:aws:iam::1:user/other')).toBeUndefined();
    expect(said({ subject: ['x'] }, users.developer)).toBeUndefined();
  });

  test('by names of roles and what the authenticator says', () => {
    expect(
      ['arn:aws:sts::1:assumed-role/a/b', 'arn:aws:iam::1:role/p/a', 'arn:aws:iam::1:user/a', 'role', 'x'].map(
        roleNameOf,
      ),
    ).toEqual(['a', 'a', '', '', '']);
    const extra = (value: Json) =>
      extraOf(audit('get', 'pods', { user: { username: 'x', extra: { arn: [value] } as never } }).record, 'arn');
    expect([extra('a'), extra(7), extra('x'.repeat(2_049)), extra('x'.repeat(2_048)).length]).toEqual([
      'a',
      '',
      '',
      2_048,
    ]);
  });
});
