import { describe, expect, test } from 'vitest';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { firstUnguarded, judgeManifest, unguarded } from '../../core/posture/manifest.ts';

const admission = 'admissionregistration.k8s.io/v1';
const made = (
  apiVersion: string,
  kind: string,
  more: JsonObject,
  metadata: JsonObject = { name: 'x' },
): JsonObject => ({
  apiVersion,
  kind,
  metadata,
  ...more,
});
const judged = (document: Json) => judgeManifest(document, exampleSettings);
const codes = (document: Json) => judged(document).map(({ code, path }) => `${code} ${path.join('.')}`);

describe('a guard in a repository', () => {
  const ignores = { spec: { failurePolicy: 'Ignore' } };
  const open: readonly (readonly [string, string, JsonObject])[] = [
    [admission, 'ValidatingAdmissionPolicy', ignores],
    [admission, 'ValidatingAdmissionPolicyBinding', { spec: { validationActions: ['Audit'] } }],
    [admission, 'MutatingAdmissionPolicy', ignores],
    [admission, 'ValidatingWebhookConfiguration', { webhooks: [{ failurePolicy: 'Ignore' }] }],
    [admission, 'MutatingWebhookConfiguration', { webhooks: [] }],
    ['kyverno.io/v1', 'ClusterPolicy', { spec: { validationFailureAction: 'Audit' } }],
    ['kyverno.io/v2beta1', 'Policy', { spec: { rules: [] } }],
    ['policies.kyverno.io/v1', 'ValidatingPolicy', { spec: { validationActions: ['Audit'] } }],
  ];
  test.each(open)('of %s, %s, is found open', (apiVersion, kind, more) => {
    expect(judged(made(apiVersion, kind, more))).toEqual([
      {
        code: 'admission-guard-weak',
        path: ['spec'],
        severity: 'medium',
        message: `The ${kind} refuses nothing, or lets requests pass while it cannot judge them (Audit, Ignore, no rules).`,
      },
    ]);
    expect(judged(made('example.com/v1', kind, more))).toEqual([]);
    expect(judged(made(apiVersion, `${kind}s`, more))).toEqual([]);
    expect(judged(made(apiVersion, kind, { spec: { failurePolicy: 'Fail' } }))).toEqual([]);
  });
});

describe('what makes nodes is guarded', () => {
  const pool = made('karpenter.sh/v1', 'NodePool', {});
  const over = (...apiGroups: readonly Json[]) => ({
    spec: { matchConstraints: { resourceRules: [{ apiGroups: ['apps'] }, { apiGroups }] } },
  });
  const hooked = (...apiGroups: readonly Json[]) => ({
    webhooks: [{ rules: [{ apiGroups: [''] }] }, { rules: [{ apiGroups }] }],
  });
  const rule = (match: JsonObject, more: JsonObject = { validate: {} }) => ({
    spec: { rules: [{ name: 'a' }, { match, ...more }] },
  });
  const kinds = (...names: readonly Json[]) => ({ resources: { kinds: names } });
  const kyverno = (spec: JsonObject, kind = 'ClusterPolicy') => made('kyverno.io/v1', kind, spec);
  const policy = (spec: JsonObject, name = 'x') => made(admission, 'ValidatingAdmissionPolicy', spec, { name });
  const binding = (policyName: string, validationActions = ['Deny']) =>
    made(admission, 'ValidatingAdmissionPolicyBinding', { spec: { policyName, validationActions } });
  const cel = (spec: JsonObject) => made('policies.kyverno.io/v1', 'ValidatingPolicy', spec);
  const hook = (more: JsonObject) => made(admission, 'ValidatingWebhookConfiguration', more);

  test.each<[string, readonly JsonObject[], boolean]>([
    ['not by nothing', [], false],
    ['by a policy over Karpenter’s group that is bound', [policy(over('karpenter.sh')), binding('x')], true],
    ['by one over all groups', [policy(over('*')), binding('x')], true],
    ['by one over Cluster API', [policy(over('apps', 'infrastructure.cluster.x-k8s.io')), binding('x')], true],
    ['whichever comes first', [binding('x'), policy(over('*'))], true],
    ['not by one that is not bound', [policy(over('*'))], false],
    ['not by one that another binding is of', [policy(over('*')), binding('y')], false],
    ['not by one that is bound to audit', [policy(over('*')), binding('x', ['Audit'])], false],
    ['not by one over other groups', [policy(over('apps', 7)), binding('x')], false],
    ['by one of two that is bound', [policy(over('*'), 'a'), policy(over('*'), 'b'), binding('b')], true],
    [
      'not by one that lets pass what it cannot judge',
      [policy({ spec: { ...over('*').spec, failurePolicy: 'Ignore' } }), binding('x')],
      false,
    ],
    ['by Kyverno’s over the group', [cel(over('karpenter.k8s.aws'))], true],
    ['not by Kyverno’s over another', [cel(over('apps'))], false],
    ['by a webhook over the group', [hook(hooked('karpenter.sh'))], true],
    ['not by a webhook over another', [hook(hooked('apps'))], false],
    ['not by a webhook that rewrites', [made(admission, 'MutatingWebhookConfiguration', hooked('*'))], false],
    ['by a rule of Kyverno', [kyverno(rule(kinds('NodePool')))], true],
    ['by a rule of one namespace', [kyverno(rule(kinds('MachineDeployment')), 'Policy')], true],
    ['by one among many', [kyverno(rule({ any: [kinds('Pod'), kinds('karpenter.k8s.aws/v1/EC2NodeClass')] }))], true],
    ['by all of some', [kyverno(rule({ all: [kinds('karpenter.sh/*/NodePool/status')] }))], true],
    ['by a rule over everything', [kyverno(rule(kinds('*')))], true],
    ['not by a rule over what is called alike', [kyverno(rule(kinds('NodePoolX', 'XNodePool', 7)))], false],
    ['not by a rule that only changes', [kyverno(rule(kinds('NodePool'), { mutate: {} }))], false],
    ['not by something else', [made('v1', 'ConfigMap', rule(kinds('NodePool')))], false],
  ])('%s', (_, guards, isGuarded) => {
    expect(firstUnguarded([...guards, pool])).toBe(isGuarded ? undefined : guards.length);
    expect(firstUnguarded(guards)).toBeUndefined();
  });

  test('what else is called so makes no nodes', () => {
    for (const kind of ['XNodePool', 'NodePoolX', 'Pod'])
      expect(firstUnguarded([made('x/v1', kind, {})])).toBeUndefined();
    expect(firstUnguarded(['x', 7, null, [], made('x/v1', 'List', { items: [7, null, pool] })])).toBe(4);
    expect(unguarded).toMatchObject({ code: 'provisioning-unguarded', path: [], severity: 'low' });
    expect(unguarded.message).toContain('ValidatingAdmissionPolicy');
  });
});

describe('rights in a repository', () => {
  const rbac = (kind: string, more: JsonObject, namespace?: string) =>
    made('rbac.authorization.k8s.io/v1', kind, more, { name: 'x', ...(namespace === undefined ? {} : { namespace }) });
  const rule = (apiGroup: string, resource: string, verb: string) => ({
    apiGroups: [apiGroup],
    resources: [resource],
    verbs: [verb],
  });
  const rows: readonly (readonly [string, string, JsonObject, RegExp])[] = [
    ['critical', 'everything', rule('*', '*', '*'), /every verb on every resource/],
    ['critical', 'impersonate', rule('', 'users', 'impersonate'), /every right of whoever is impersonated/],
    ['critical', 'escalate', rule('rbac.authorization.k8s.io', 'roles', 'escalate'), /more rights than its own/],
    ['critical', 'bind', rule('rbac.authorization.k8s.io', 'clusterroles', 'bind'), /any role to anybody/],
    ['high', 'write-provisioning', rule('karpenter.sh', 'nodepools', 'patch'), /NodePools and node classes/],
    ['high', 'write-cluster-api', rule('cluster.x-k8s.io', 'machines', 'create'), /Cluster API objects/],
    ['high', 'read-secrets', rule('', 'secrets', 'list'), /secrets of controllers/],
    ['high', 'mint-tokens', rule('', 'serviceaccounts/token', 'create'), /tokens of controllers/],
    ['high', 'approve-certificates', rule('certificates.k8s.io', 'signers', 'approve'), /approval of certificates/],
  ];
  test.each(rows)('%s: %s', (severity, grant, granting, message) => {
    const [fault, ...more] = judged(rbac('ClusterRole', { rules: [rule('', 'pods', 'get'), granting] }));
    expect(more).toEqual([]);
    expect(fault).toMatchObject({ code: `rbac-${grant}`, path: ['rules', 1], severity });
    expect(fault?.message).toMatch(/^It grants /);
    expect(fault?.message).toMatch(message);
    expect(judged(rbac('ClusterRoles', { rules: [granting] }))).toEqual([]);
  });

  test('secrets and tokens matter in a namespace of controllers alone', () => {
    for (const granting of [rule('', 'secrets', 'get'), rule('', 'serviceaccounts/token', 'create')]) {
      expect(codes(rbac('Role', { rules: [granting] }, 'kube-system'))).toHaveLength(1);
      expect(codes(rbac('Role', { rules: [granting] }, 'shop'))).toEqual([]);
      expect(codes(rbac('Role', { rules: [granting] }))).toEqual([]);
    }
  });

  const bound = (name: string) => ({
    roleRef: { kind: 'ClusterRole', name },
    subjects: [{ kind: 'User', name: 'bob' }],
  });
  test.each<[string, string, string | undefined, readonly string[], RegExp?]>([
    [
      'ClusterRoleBinding',
      'cluster-admin',
      undefined,
      ['critical rbac-cluster-admin roleRef'],
      /every right over the cluster/,
    ],
    ['ClusterRoleBinding', 'admin', undefined, ['high rbac-admin roleRef'], /admin cluster-wide/],
    ['ClusterRoleBinding', 'edit', undefined, ['high rbac-edit roleRef'], /running pods as any service account/],
    ['RoleBinding', 'edit', 'kube-system', ['high rbac-edit roleRef'], /beside controllers/],
    ['RoleBinding', 'edit', 'shop', []],
    ['RoleBinding', 'cluster-admin', 'shop', ['critical rbac-cluster-admin roleRef']],
    ['RoleBinding', 'view', 'kube-system', []],
  ])('%s of %s in %s', (kind, name, namespace, expected, message = /./) => {
    const faults = judged(rbac(kind, bound(name), namespace));
    expect(faults.map(({ severity, code, path }) => `${severity} ${code} ${path.join('.')}`)).toEqual(expected);
    for (const fault of faults) expect(fault.message).toMatch(message);
  });
});

describe('an IAM policy in a repository', () => {
  const allow = (more: JsonObject) => ({ Effect: 'Allow', Resource: '*', ...more });
  const said = (statement: JsonObject) =>
    judged({ Statement: [statement] }).map(({ severity, code, message }) => [severity, code, message.split(/[:.]/)[0]]);
  const provider = 'arn:aws:iam::111122223333:oidc-provider/x';
  test.each<[string, JsonObject, readonly (readonly string[])[]]>([
    [
      'of everything',
      allow({ Action: '*' }),
      [
        [
          'critical',
          'policy-admin',
          'It grants everything, or what lets its holder take everything (all of IAM, passing any role)',
        ],
      ],
    ],
    [
      'of a service',
      allow({ Action: 's3:*' }),
      [['high', 'policy-broad', 'It grants every action of a service on every resource']],
    ],
    ['of one call', allow({ Action: 's3:GetObject' }), []],
    [
      'that anyone may assume',
      allow({ Action: 'sts:AssumeRole', Principal: '*' }),
      [['critical', 'trust-anyone', 'The trust policy lets anyone in any account assume the role']],
    ],
    [
      'by any call',
      allow({ Action: ['x:y', '*'], Principal: '*' }),
      [['critical', 'trust-anyone', 'The trust policy lets anyone in any account assume the role']],
    ],
    [
      'that another account may assume',
      allow({ Action: 'sts:AssumeRole', Principal: { AWS: '444455556666' } }),
      [['high', 'trust-other-account', 'The trust policy lets in an account that the settings do not name as ours']],
    ],
    [
      'that every workload may assume',
      allow({ Action: 'sts:AssumeRoleWithWebIdentity', Principal: { Federated: provider } }),
      [['high', 'trust-open-web-identity', 'The trust policy lets in every workload of its identity provider']],
    ],
    // IAM reads the names of actions in either case (IAM User Guide, "IAM JSON policy elements: Action").
    [
      'that anyone may assume, in capitals',
      allow({ Action: 'STS:AssumeRole', Principal: '*' }),
      [['critical', 'trust-anyone', 'The trust policy lets anyone in any account assume the role']],
    ],
    ['of a bucket, which is no trust', allow({ Action: 's3:GetObject', Principal: '*' }), []],
    ['of what is called alike', allow({ Action: ['xsts:AssumeRole', 7], Principal: '*' }), []],
  ])('%s', (_, statement, expected) => expect(said(statement)).toEqual(expected));

  test('is one where every statement allows or denies, in so many words', () => {
    for (const Effect of ['Allows', 'XAllow', 'allow', 'Denys'])
      expect(judged({ Statement: [{ Effect, Action: '*', Resource: '*' }] })).toEqual([]);
  });
});
