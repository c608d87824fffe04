import { describe, expect, test } from 'vitest';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { judge, judgedGroups, judgedKind, judgedResources, weightiest } from '../../core/posture/judge.ts';
import { firstUnguarded, judgeManifest } from '../../core/posture/manifest.ts';
import { hoursOf } from '../../core/posture/nodepool.ts';
import { type Placed, sarif } from '../../core/posture/sarif.ts';

const judged = (document: Json, settings = exampleSettings): readonly string[] =>
  judgeManifest(document, settings).map(({ code, path, severity }) => `${severity} ${code} ${path.join('.')}`);
const object = (kind: string, spec: JsonObject, apiVersion = 'x/v1'): JsonObject => ({ apiVersion, kind, spec });

describe('kubeadm', () => {
  const audited = { 'audit-policy-file': '/a', 'audit-log-path': '/b' };
  const server = (extraArgs: JsonObject) =>
    judged(
      object('KubeadmControlPlane', { kubeadmConfigSpec: { clusterConfiguration: { apiServer: { extraArgs } } } }),
    ).map(one => one.replace('spec.kubeadmConfigSpec.clusterConfiguration.apiServer.extraArgs', '…'));
  const kubelet = (args: Json, which = 'joinConfiguration') =>
    judged(object('KubeadmConfig', { [which]: { nodeRegistration: { kubeletExtraArgs: args } } })).map(one =>
      one.replace(`spec.${which}.nodeRegistration.kubeletExtraArgs`, '…'),
    );

  test.each<[string, string, string | undefined]>([
    ['anonymous-auth', 'true', 'kubelet-anonymous'],
    ['anonymous-auth', 'false', undefined],
    ['authorization-mode', 'AlwaysAllow', 'kubelet-allows-all'],
    ['authorization-mode', 'Webhook', undefined],
    ['read-only-port', '10255', 'kubelet-read-only-port'],
    ['read-only-port', '0', undefined],
    ['read-only-port', '', undefined],
    ['rotate-certificates', 'false', 'kubelet-certificate-kept'],
    ['rotate-certificates', 'true', undefined],
  ])('a kubelet with %s=%s: %s', (name, value, code) => {
    const faults = code === undefined ? [] : [`high ${code} …`];
    expect(kubelet({ [name]: value })).toEqual(faults.map(one => `${one}.${name}`));
    expect(
      kubelet(
        [
          { name: 'v', value: '2' },
          { name, value },
        ],
        'initConfiguration',
      ),
    ).toEqual(faults.map(one => `${one}.1`));
  });

  test.each<[string, string, readonly string[]]>([
    ['anonymous-auth', 'true', ['apiserver-anonymous']],
    ['anonymous-auth', 'false', []],
    ['authorization-mode', 'Node,AlwaysAllow', ['apiserver-allows-all']],
    ['authorization-mode', 'Node,RBAC', []],
    ['authorization-mode', 'NodeX,RBAC', ['node-authorizer-off']],
    ['authorization-mode', 'Node,XAlwaysAllow', []],
    ['disable-admission-plugins', 'A,NodeRestriction', ['node-restriction-off']],
    ['disable-admission-plugins', 'NodeRestrictionX', []],
    ['enable-admission-plugins', 'A,NodeRestriction,B', []],
    ['enable-admission-plugins', 'XNodeRestriction', ['node-restriction-off']],
    ['token-auth-file', '/t', ['apiserver-static-tokens']],
    ['token-auth-file', '', []],
  ])('an API server with %s=%s: %j', (name, value, codes) => {
    expect(server({ ...audited, [name]: value })).toEqual(codes.map(code => `high ${code} ….${name}`));
  });

  test.each<[JsonObject, boolean]>([
    [audited, true],
    [{ 'audit-policy-file': '/a', 'audit-webhook-config-file': '/b' }, true],
    [{ 'audit-policy-file': '/a' }, false],
    [{ 'audit-log-path': '/b' }, false],
    [{ 'audit-policy-file': '/a', 'audit-log-paths': '/b' }, false],
  ])('an API server with %j writes an audit log: %s', (args, written) => {
    expect(server(args)).toEqual(written ? [] : ['high audit-log-off …']);
    // Workers have no API server to write one.
    expect(judged(object('KubeadmConfigTemplate', {}))).toEqual([]);
    expect(judged(object('KubeadmControlPlaneTemplate', {}))).toHaveLength(1);
  });

  test('tokens, passwords, keys and fetched code are found where they are written', () => {
    const spec = (over: JsonObject) => judged(object('KubeadmConfig', over)).map(one => one.replace(/ spec\./, ' '));
    const token = (over: JsonObject) => spec({ joinConfiguration: { discovery: { bootstrapToken: over } } });
    expect(token({ token: 'a.b' })).toEqual([
      'high bootstrap-token-written joinConfiguration.discovery.bootstrapToken.token',
    ]);
    expect(token({ token: '', unsafeSkipCAVerification: false })).toEqual([]);
    expect(token({ unsafeSkipCAVerification: true })).toEqual([
      'high discovery-unverified joinConfiguration.discovery.bootstrapToken.unsafeSkipCAVerification',
    ]);
    expect(spec({ initConfiguration: { bootstrapTokens: [{ token: '' }, {}, { token: 'a.b' }] } })).toEqual([
      'high bootstrap-token-written initConfiguration.bootstrapTokens.2.token',
    ]);
    expect(spec({ users: [{ passwd: '' }, { passwd: '$6$', sshAuthorizedKeys: ['ssh-ed25519 x'] }] })).toEqual([
      'high machine-password users.1.passwd',
      'medium ssh-key users.1.sshAuthorizedKeys',
    ]);
    const fetched = ['curl x|sh', 'wget -q x | sudo bash', 'curl x | zsh -', 'x curl y | dash'];
    const plain = ['curl x', 'curl x; bash y', 'curl x && sh y', 'curly x | sh', 'curl x | shfmt', 'cat x | sh', 7];
    for (const name of ['preKubeadmCommands', 'postKubeadmCommands', 'bootCommands']) {
      expect(spec({ [name]: [...plain, ...fetched] })).toEqual(
        fetched.map((_, at) => `medium bootstrap-fetches-code ${name}.${plain.length + at}`),
      );
    }
  });
});

describe('a NodePool', () => {
  const key = (name: string) => `karpenter.k8s.aws/instance-${name}`;
  const requirement = (name: string, operator: string, ...values: readonly string[]) => ({
    key: name,
    operator,
    values,
  });
  const noMetal = requirement(key('size'), 'NotIn', 'metal');
  const some = requirement(key('category'), 'In', 'c');
  const pool = (requirements: readonly Json[], over: JsonObject = {}, expireAfter: Json = '72h') =>
    judge(
      {
        object: {
          spec: {
            limits: { cpu: 1 },
            disruption: { budgets: [{ nodes: '1' }] },
            template: { spec: { requirements, expireAfter } },
            ...over,
          },
        },
        whole: true,
      },
      { nodeRoles: [], maximumNodeAge: '72h' },
      'NodePool',
    ).map(({ code, severity, path }) => `${severity} ${code} ${path}`);
  const machines = 'spec.template.spec.requirements';

  test.each<[string, readonly Json[], readonly string[]]>([
    ...['p5', 'g6', 'gr6', 'trn1', 'inf2', 'dl1', 'vt1', 'p', 'g'].map(
      family =>
        [
          `the accelerated family ${family}`,
          [requirement(key('family'), 'In', 'm7g', family), noMetal],
          [`high accelerators-allowed ${machines}`],
        ] as [string, readonly Json[], readonly string[]],
    ),
    ['an empty list', [requirement(key('category'), 'In'), noMetal], [`high accelerators-allowed ${machines}`]],
    [
      'a list of what exists',
      [requirement(key('category'), 'Exists'), noMetal],
      [`high instances-unrestricted ${machines}`],
    ],
    [
      'a list without one of them',
      [requirement(key('category'), 'NotIn', 'p'), noMetal],
      [`high accelerators-allowed ${machines}`],
    ],
    [
      'families that leave them out by name',
      [requirement(key('family'), 'NotIn', 'g', 'p'), noMetal],
      [`high accelerators-allowed ${machines}`],
    ],
    [
      'GPUs ruled out on EKS',
      [
        requirement(key('category'), 'NotIn', 'x'),
        requirement('eks.amazonaws.com/instance-gpu-name', 'DoesNotExist'),
        noMetal,
      ],
      [],
    ],
    [
      'GPUs that are asked for',
      [requirement(key('category'), 'NotIn', 'x'), requirement(key('gpu-name'), 'Exists'), noMetal],
      [`high accelerators-allowed ${machines}`],
    ],
    [
      'metal by type',
      [requirement('node.kubernetes.io/instance-type', 'In', 'm7i.metal-24xl')],
      [`high metal-allowed ${machines}`],
    ],
    ['no metal by type', [requirement('beta.kubernetes.io/instance-type', 'In', 'm7i.large')], []],
    ['metal by size', [some, requirement(key('size'), 'In', 'large', 'metal')], [`high metal-allowed ${machines}`]],
    ['no metal by size', [some, requirement('eks.amazonaws.com/instance-size', 'In', 'large')], []],
    ['sizes left out', [some, requirement(key('size'), 'NotIn', 'large')], [`high metal-allowed ${machines}`]],
    ['an empty list of sizes', [some, requirement(key('size'), 'In')], [`high metal-allowed ${machines}`]],
    [
      'sizes of which nothing is said',
      [some, requirement(key('size'), 'Exists', 'metal')],
      [`high metal-allowed ${machines}`],
    ],
    [
      'metal by hypervisor',
      [some, requirement(key('hypervisor'), 'In', 'nitro', '')],
      [`high metal-allowed ${machines}`],
    ],
    ['no metal by hypervisor', [some, requirement(key('hypervisor'), 'In', 'nitro')], []],
    [
      'hypervisors left out',
      [some, requirement(key('hypervisor'), 'NotIn', 'xen')],
      [`high metal-allowed ${machines}`],
    ],
    [
      'what is no text',
      [{ key: 7, operator: 'In', values: ['c'] }, { key: key('category'), operator: 'In', values: [7, 'c'] }, noMetal],
      [],
    ],
  ])('%s', (_, requirements, problems) => expect(pool(requirements)).toEqual(problems));

  test.each<[string, JsonObject, Json, readonly string[]]>([
    ['limits that are nothing', { limits: 7 }, '72h', ['high unlimited spec.limits']],
    ['a life that is just not too long', {}, '72h', []],
    ['one that is', {}, '72h1m', ['low expiry-long spec.template.spec.expireAfter']],
    ['one that never ends', {}, 'Never', ['medium expiry-never spec.template.spec.expireAfter']],
    ['one that is none', {}, 'x', []],
    ['one that is no text', {}, 7, []],
    ['one that was taken away', {}, null, ['low expiry-default spec.template.spec.expireAfter']],
    ['no budgets', { disruption: { budgets: [] } }, '72h', ['low no-disruption-budget spec.disruption.budgets']],
    [
      'a budget of 0%',
      { disruption: { budgets: [{ nodes: '1' }, { nodes: '0%' }] } },
      '72h',
      ['medium disruption-frozen spec.disruption.budgets'],
    ],
    ['a budget of 0 for some reasons', { disruption: { budgets: [{ nodes: '0', reasons: ['Drifted'] }] } }, '72h', []],
    ['a budget that says no number', { disruption: { budgets: [{}] } }, '72h', []],
  ])('%s', (_, over, life, problems) => expect(pool([some, noMetal], over, life)).toEqual(problems));

  test('durations are read to their end', () => {
    expect(['1h1m1s', '1h1', 'x1h', '1h x', '1s1h'].map(hoursOf)).toEqual([
      1 + 1 / 60 + 1 / 3600,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('machines of AWS', () => {
  const machine = (over: JsonObject) =>
    judged(
      object('AWSMachine', {
        ami: { id: 'ami-0123456789abcdef0' },
        sshKeyName: '',
        rootVolume: { encrypted: true },
        instanceMetadataOptions: { httpTokens: 'required' },
        ...over,
      }),
    );
  test.each<[JsonObject, readonly string[]]>([
    [{}, []],
    [{ sshKeyName: 'ops' }, ['high ssh-key spec.sshKeyName']],
    [{ sshKeyName: null }, ['medium ssh-key-default spec.sshKeyName']],
    [{ ami: {} }, ['high ami-unpinned spec.ami.id']],
    [{ publicIP: true }, ['high public-address spec.publicIP']],
    [{ publicIP: 'true' }, []],
    [
      { cloudInit: { insecureSkipSecretsManager: true } },
      ['high bootstrap-data-exposed spec.cloudInit.insecureSkipSecretsManager'],
    ],
    [{ ignition: { storageType: 'UnencryptedUserData' } }, ['high bootstrap-data-exposed spec.ignition.storageType']],
    [{ ignition: { storageType: 'ClusterObjectStore' } }, []],
    [{ rootVolume: { encrypted: 'false' } }, ['high volume-unencrypted spec.rootVolume.encrypted']],
    [{ rootVolume: {} }, ['medium volume-encryption-unset spec.rootVolume.encrypted']],
    [
      { nonRootVolumes: [{ encrypted: 'true' }, {}] },
      ['medium volume-encryption-unset spec.nonRootVolumes.1.encrypted'],
    ],
    [{ instanceMetadataOptions: {} }, ['high imds-tokens-optional spec.instanceMetadataOptions.httpTokens']],
    [{ instanceMetadataOptions: { httpEndpoint: 'disabled' } }, []],
    [
      { instanceMetadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: '2' } },
      ['high imds-hop-limit spec.instanceMetadataOptions.httpPutResponseHopLimit'],
    ],
    [{ instanceMetadataOptions: { httpTokens: 'required', httpPutResponseHopLimit: 1 } }, []],
    [
      { instanceMetadataOptions: { httpTokens: 'required', httpProtocolIpv6: 'enabled' } },
      ['high imds-ipv6 spec.instanceMetadataOptions.httpProtocolIPv6'],
    ],
  ])('%j: %j', (over, faults) => expect(machine(over)).toEqual(faults));

  test('a pool’s are in its launch template, and a managed pool may have none', () => {
    expect(judged(object('AWSMachinePool', {}))).toHaveLength(4);
    expect(judged(object('AWSManagedMachinePool', {}))).toEqual([]);
    expect(judged(object('AWSManagedMachinePool', { awsLaunchTemplate: {} }))).toContain(
      'high ami-unpinned spec.awsLaunchTemplate.ami.id',
    );
  });

  const role = (name: Json, ...nodeRoles: readonly string[]) =>
    judged(object('EC2NodeClass', { role: name }), { ...exampleSettings, clusters: [], nodeRoles });
  test('a node class’s role is a node’s by name or by ARN, as either is written', () => {
    const arn = 'arn:aws:iam::111122223333:role/a/nodes';
    expect(role('nodes', 'nod*')).toEqual([]);
    expect(role(arn, 'nod*')).toEqual([]);
    expect(role(arn, arn)).toEqual([]);
    expect(role('nodes', arn)).toEqual([]);
    expect(role('other', arn)).toEqual(['high role-not-node spec.role']);
    expect(role(arn.replace('1111', '4444'), arn)).toEqual(['high role-not-node spec.role']);
    expect(role('', arn)).toEqual([]);
    expect(role(7, arn)).toEqual([]);
    expect(role('other')).toEqual([]);
  });

  test.each<[JsonObject, boolean]>([
    [{ name: 'a' }, true],
    [{ tags: { a: 'b' } }, true],
    [{ tags: {} }, false],
    [{ name: 'a', owner: 'self' }, false],
    [{ name: 'a', id: 'ami-1' }, false],
    [{ name: 'a', alias: 'al2023' }, false],
    [{ name: 'a', ssmParameter: '/x' }, false],
    [{}, false],
  ])('an image by %j is anybody’s to name: %s', (term, loose) => {
    const settings = { ...exampleSettings, approvedImages: { ids: [], owners: [] } };
    const faults = judged(object('EC2NodeClass', { amiSelectorTerms: [{ id: 'x' }, term] }), settings);
    expect(faults).toEqual(loose ? ['high ami-unowned spec.amiSelectorTerms.1'] : []);
  });

  test.each<[JsonObject, readonly string[], readonly string[], string | undefined]>([
    [{ id: 'ami-1' }, ['ami-1'], [], undefined],
    [{ id: 'ami-2' }, ['ami-1'], [], 'id'],
    [{ id: 'ami-2' }, ['ami-1'], ['self'], undefined], // its owner is not known
    [{ id: 'ami-2' }, [], [], undefined],
    [{ name: '*', owner: '999999999999' }, ['ami-1'], [], 'owner'],
    [{ name: '*', owner: '999999999999' }, [], ['self'], 'owner'],
    [{ name: '*', owner: '999999999999' }, [], ['999999999999'], undefined],
    [{ name: '*', owner: '999999999999' }, [], [], undefined],
    [{ name: '*', owner: '111122223333' }, ['ami-1'], [], undefined],
    [{ name: '*', owner: 'amazon' }, ['ami-1'], [], undefined],
    [{ name: '*', owner: 'aws-marketplace' }, ['ami-1'], [], 'owner'],
  ])('an image by %j where %j and owners %j are approved: %s', (term, ids, owners, wrong) => {
    const settings = { ...exampleSettings, approvedImages: { ids, owners } };
    expect(judged(object('EC2NodeClass', { amiSelectorTerms: [term] }), settings)).toEqual(
      wrong === undefined ? [] : [`high ami-unapproved spec.amiSelectorTerms.0.${wrong}`],
    );
  });

  test('a machine’s image is judged by its id', () => {
    expect(judged(object('AWSMachine', { ami: { id: 'ami-2' } }))).toContain('high ami-unapproved spec.ami.id');
    expect(judged(object('AWSMachine', { ami: { id: 'ami-0123456789abcdef0' } }))).not.toContain(
      'high ami-unapproved spec.ami.id',
    );
  });
});

test('kinds are judged by resource and group together', () => {
  expect(judgedKind('nodepools', 'karpenter.sh')).toBe('NodePool');
  expect(judgedKind('nodepools', 'karpenter.k8s.aws')).toBeUndefined();
  expect(judgedKind('constructor', '')).toBeUndefined();
  expect(judgedResources).toEqual([
    ...[
      'nodepools',
      'ec2nodeclasses',
      'awsmachinetemplates',
      'awsmachines',
      'awsmachinepools',
      'awsmanagedmachinepools',
    ],
  ]);
  expect(judgedGroups).toEqual(['karpenter.sh', 'karpenter.k8s.aws', 'infrastructure.cluster.x-k8s.io']);
  for (const resource of judgedResources)
    expect(
      judgedGroups.some(group => judgedKind(resource, group) !== undefined),
      resource,
    ).toBe(true);
  const problem = (severity: 'low' | 'medium' | 'high') =>
    ({ code: 'metal-allowed', path: '', severity, message: '' }) as const;
  expect([weightiest([problem('low'), problem('medium')]), weightiest([])]).toEqual(['medium', undefined]);
});

describe('a document', () => {
  const exposed = object('EC2NodeClass', { associatePublicIPAddress: true });
  test('is looked into where it is an object or a List of them', () => {
    expect(judged({ kind: 'List', items: [7, exposed, { kind: 'List', items: [exposed] }] })).toEqual([
      'high public-address items.1.spec.associatePublicIPAddress',
    ]);
    expect(judged({ ...exposed, apiVersion: 7 })).toEqual([]);
    expect([judged('x'), judged(null), judged([exposed])]).toEqual([[], [], []]);
  });

  test('is an IAM policy where all its statements allow or deny', () => {
    const statement = (over: JsonObject) => ({ Effect: 'Allow', Action: 's3:*', Resource: '*', ...over });
    expect(judged({ Statement: statement({}) })).toEqual(['high policy-broad Statement']);
    expect(judged({ Statement: [statement({ Effect: 'Deny' }), statement({ Action: '*' })] })).toEqual([
      'critical policy-admin Statement.1',
    ]);
    expect(judged({ Statement: [statement({}), { Effect: 'Maybe' }] })).toEqual([]);
    expect(judged({ Statement: [] })).toEqual([]);
    const other = { AWS: 'arn:aws:iam::444455556666:root' };
    const trust = statement({ Action: 'sts:AssumeRole', Principal: other });
    expect(judged({ Statement: [trust] })).toEqual(['high trust-other-account Statement.0']);
    expect(judged({ Statement: [trust] }, defineConfig({}))).toEqual([]);
    const but = statement({ Action: 'sts:AssumeRole', NotPrincipal: other });
    expect(judged({ Statement: [but] })).toEqual(['critical trust-anyone Statement.0']);
  });

  test('makes nodes unguarded, the first of them, in a List too', () => {
    const made = (kind: string) => ({ apiVersion: 'x/v1', kind });
    const other = made('ConfigMap');
    for (const kind of ['NodePool', 'EC2NodeClass', 'AWSMachineTemplate'])
      expect(firstUnguarded([other, { kind: 'List', items: [other, made(kind)] }, made(kind)])).toBe(1);
    expect(firstUnguarded([other, made('NodePools'), 7, null])).toBeUndefined();
  });
});

test('faults are a SARIF log: each rule once with its worst level, each fault at its line', () => {
  const fault = (over: Partial<Placed>): Placed => ({
    ...{
      code: 'b',
      severity: 'low',
      message: 'm',
      file: './a b/x.yaml',
      line: 3,
      column: 5,
      object: 'NodePool default',
    },
    ...over,
  });
  const all = [
    fault({}),
    fault({ code: 'a', severity: 'medium' }),
    fault({ severity: 'high', file: 'c\\d.yaml', allowed: 'known' }),
  ];
  const log = sarif(all, '1.2.3') as {
    readonly runs: readonly { readonly tool: object; readonly results: readonly object[] }[];
  }; // as it is written
  expect(log).toMatchObject({ $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0' });
  const rule = (code: string, level: string, score: string) => ({
    ...{ id: `posture/${code}`, shortDescription: { text: code }, defaultConfiguration: { level } },
    properties: { tags: ['security'], 'security-severity': score },
  });
  expect(log.runs[0]?.tool).toEqual({
    driver: { name: 'tripline', version: '1.2.3', rules: [rule('a', 'warning', '5.5'), rule('b', 'error', '8.0')] },
  });
  const place = (uri: string) => [
    { physicalLocation: { artifactLocation: { uri }, region: { startLine: 3, startColumn: 5 } } },
  ];
  const text = { text: 'NodePool default: m' };
  expect(log.runs[0]?.results).toEqual([
    {
      ...{ ruleId: 'posture/b', ruleIndex: 1, level: 'note', message: text, locations: place('a%20b/x.yaml') },
      partialFingerprints: { 'tripline/v1': 'a%20b/x.yaml#NodePool default#b' },
    },
    {
      ...{ ruleId: 'posture/a', ruleIndex: 0, level: 'warning', message: text, locations: place('a%20b/x.yaml') },
      partialFingerprints: { 'tripline/v1': 'a%20b/x.yaml#NodePool default#a' },
    },
    {
      ...{ ruleId: 'posture/b', ruleIndex: 1, level: 'error', message: text, locations: place('c/d.yaml') },
      partialFingerprints: { 'tripline/v1': 'c/d.yaml#NodePool default#b' },
      suppressions: [{ kind: 'inSource', justification: 'known' }],
    },
  ]);
  const object = 'NodePool [Sign in](https://evil.example)';
  expect(JSON.stringify(sarif([fault({ object, file: 'a\ud800.yaml' })], '1'))).toContain(
    'NodePool [Sign in] (https://evil.example): m',
  );
  expect(sarif([fault({ severity: 'critical', code: 'x-y' })], '1')).toMatchObject({
    runs: [
      {
        tool: {
          driver: { rules: [{ shortDescription: { text: 'x y' }, properties: { 'security-severity': '9.5' } }] },
        },
        columnKind: 'utf16CodeUnits',
      },
    ],
  });
});
