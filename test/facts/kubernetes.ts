import type { Event } from '../../core/event.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit, component, iamSession, joiner, node, serviceAccount, users } from '../../core/kubernetes/example.ts';
import type { Saying } from './cloudtrail.ts';

type Said = Saying<Event<'kubernetes'>>;
type Over = Parameters<typeof audit>[2];

const verbs = ['create', 'update', 'patch', 'delete', 'deletecollection'] as const;
const edits = ['create', 'update', 'patch'] as const;

/** The same call by several verbs on several targets. */
const each = (
  some: readonly string[],
  targets: string,
  over: Over,
  said: Said[1] | ((verb: string, target: string) => Said[1]) = {},
): readonly Said[] =>
  targets
    .split(' ')
    .flatMap(target =>
      some.map((verb): Said => [audit(verb, target, over), typeof said === 'function' ? said(verb, target) : said]),
    );

const ref = (namespace: string, name: string) => ({ objectRef: { namespace, name } });
const body = (requestObject: JsonObject) => ({ requestObject });

/** Calls that an intruder wants, by verbs and targets: those that the scheduler and kube-proxy never make, and others. */
const never = [
  [['get'], 'secrets serviceaccounts/token pods/exec pods/attach pods/portforward pods/proxy pods/ephemeralcontainers'],
  [verbs, 'certificatesigningrequests.certificates.k8s.io roles.rbac.authorization.k8s.io'],
  [verbs, 'nodepools.karpenter.sh nodeclasses.eks.amazonaws.com machines.cluster.x-k8s.io'],
] as const;
const others = [
  [['get'], 'configmaps roles.rbac.authorization.k8s.io'],
  [verbs, 'pods'],
  [['create'], 'pods/binding pods/eviction pods/resize'],
] as const;
const components: readonly Said[] = [
  ...['system:kube-scheduler', 'system:kube-proxy'].flatMap(username => [
    ...never.flatMap(([some, targets]) =>
      each(some, targets, { user: { username } }, { 'component.anomalies': ['beyond-role'] }),
    ),
    ...others.flatMap(([some, targets]) => each(some, targets, { user: { username } }, { 'component.anomalies': [] })),
    ...each(
      ['get'],
      'secrets',
      { user: { username }, responseStatus: { code: 403 } },
      { 'call.sensitive': ['secret', 'forbidden'], 'component.anomalies': ['beyond-role'] },
    ),
  ]),
  ...[
    'system:apiserver',
    'system:kube-controller-manager',
    'system:cloud-controller-manager',
    'system:serviceaccount:kube-system:job-controller',
  ].flatMap(username => {
    const outside = { cluster: 'fleet', sourceIPs: ['192.0.2.77'], user: { username } };
    return [
      // An address of another cluster's is outside, too.
      ...each(
        ['get'],
        'secrets',
        { ...outside, sourceIPs: ['10.0.12.34'] },
        { 'component.anomalies': ['outside-address'] },
      ),
      ...[...never, ...others].flatMap(([some, targets]) =>
        each(some, targets, outside, { 'component.anomalies': ['outside-address'] }),
      ),
      ...each(
        ['get'],
        'pods',
        { ...outside, responseStatus: { code: 403 } },
        { 'component.anomalies': ['outside-address'] },
      ),
      ...each(['get'], 'pods', outside, { 'component.anomalies': [] }),
    ] as const;
  }),
  ...each(
    ['create'],
    'services',
    { objectRef: { apiGroup: '' }, requestObject: { spec: { externalIPs: ['fd00:ec2::254'] } } },
    { 'service.takes': ['fd00:ec2::254'] },
  ),
];

const calls: readonly Said[] = [
  ...components,
  [audit('get', 'pods'), { 'call.outcome': 'succeeded', 'call.sensitive': [] }],
  [audit('get', 'pods', { sourceIPs: [] }), { 'source.last': 'unknown', 'source.place': 'unknown' }],
  [
    audit('create', 'pods/exec', { stage: 'ResponseStarted' }),
    { 'call.outcome': 'succeeded', 'call.sensitive': ['exec'] },
  ],
  [audit('get', 'pods', { stage: 'RequestReceived' }), { 'call.outcome': 'unknown' }],
  [
    audit('get', 'pods', { responseStatus: { code: 403 } }),
    { 'call.outcome': 'denied', 'call.sensitive': ['forbidden'] },
  ],
  [audit('get', 'pods', { responseStatus: { code: 500 } }), { 'call.outcome': 'failed' }],
  [audit('create', 'pods', { requestURI: '/api/v1/namespaces/shop/pods?dryRun=All' }), { 'call.outcome': 'dry-run' }],
  ...each(['get', 'list', 'watch', ...verbs], 'secrets', {}, { 'call.sensitive': ['secret'] }),
  ...each(['get', ...verbs], 'configmaps', {}, { 'call.sensitive': ['configmap'] }),
  ...each(verbs, 'certificatesigningrequests.certificates.k8s.io', {}, { 'call.sensitive': ['certificate'] }),
  ...each(['get', 'list'], 'certificatesigningrequests.certificates.k8s.io', {}, { 'call.sensitive': [] }),
  ...each(['create'], 'serviceaccounts/token', {}, { 'call.sensitive': ['token'] }),
  ...each(
    ['get', ...verbs],
    'roles.rbac.authorization.k8s.io clusterrolebindings.rbac.authorization.k8s.io',
    {},
    { 'call.sensitive': ['rbac'] },
  ),
  ...each(verbs, 'pods', {}, { 'call.sensitive': ['pod-write'] }),
  ...each(['get', 'list', 'watch'], 'pods', {}, { 'call.sensitive': [] }),
  ...each(['create'], 'pods/binding pods/eviction pods/resize', {}, { 'call.sensitive': ['pod-write'] }),
  ...each(['update', 'patch'], 'pods/status deployments.apps', {}, { 'call.sensitive': [] }),
  ...each(
    ['get', 'create'],
    'pods/exec pods/attach pods/portforward pods/proxy nodes/proxy services/proxy',
    {},
    { 'call.sensitive': ['exec'] },
  ),
  ...each(['update'], 'pods/ephemeralcontainers', {}, { 'call.sensitive': ['exec'] }),
  ...each(
    verbs,
    'nodepools.karpenter.sh ec2nodeclasses.karpenter.k8s.aws nodeclasses.eks.amazonaws.com aksnodeclasses.karpenter.azure.com gcenodeclasses.karpenter.k8s.gcp machines.cluster.x-k8s.io awsmachines.infrastructure.cluster.x-k8s.io providers.clusterctl.cluster.x-k8s.io coreproviders.operator.cluster.x-k8s.io',
    {},
    { 'call.sensitive': ['provisioning'] },
  ),
  ...each(
    ['get', 'list'],
    'nodepools.karpenter.sh nodeclasses.eks.amazonaws.com machines.cluster.x-k8s.io',
    {},
    { 'call.sensitive': [] },
  ),
  [
    audit('get', 'nodes', { user: node(undefined, 'i-0123456789abcdef0', 'reports') }),
    { 'node.anomalies': ['outside-address', 'foreign-role'] },
  ],
  [audit('get', 'nodes', { user: node(), sourceIPs: ['10.0.1.17'] }), { 'node.anomalies': [] }],
  [audit('get', 'nodes', { user: { ...users.developer, username: 'alice' } }), { 'node.anomalies': [] }],
];

const pool = { spec: { template: { spec: { expireAfter: 'Never' } } } };
const unhardened = { spec: { metadataOptions: { httpTokens: 'optional' }, userData: '#!/bin/sh' } };
const machine = { spec: { template: { spec: { instanceMetadataOptions: { httpTokens: 'optional' } } } } };
const judged: readonly Said[] = [
  ...each(edits, 'nodepools.karpenter.sh', body(pool), verb => ({
    // Whole, it lacks what restricts it, too.
    'posture.severity': verb === 'patch' ? 'medium' : 'high',
  })),
  ...each(edits, 'ec2nodeclasses.karpenter.k8s.aws', body(unhardened), verb => ({
    'posture.severity': 'high',
    'nodeClass.userData': verb === 'update' ? 'rewritten' : 'set',
  })),
  [
    audit('patch', 'ec2nodeclasses.karpenter.k8s.aws', body({ spec: { userData: null } })),
    { 'nodeClass.userData': 'removed' },
  ],
  ...each(edits, 'awsmachinetemplates.infrastructure.cluster.x-k8s.io', body(machine)),
  ...each(
    edits,
    'nodepools.karpenter.sh ec2nodeclasses.karpenter.k8s.aws awsmachinetemplates.infrastructure.cluster.x-k8s.io awsmachines.infrastructure.cluster.x-k8s.io awsmachinepools.infrastructure.cluster.x-k8s.io awsmanagedmachinepools.infrastructure.cluster.x-k8s.io',
    { reading: { at: '2026-09-01T10:00:02Z', failure: 'gone' } },
    { 'reading.failure': 'gone' },
  ),
  ...each(
    ['get', 'delete'],
    'nodepools.karpenter.sh',
    { reading: { at: '2026-09-01T10:00:02Z', failure: 'gone' } },
    { 'reading.failure': 'unknown' },
  ),
];

const judgedMore: readonly Said[] = [
  // A patch whose body nobody logged, and the result.
  [
    audit('patch', 'nodepools.karpenter.sh', { responseObject: { metadata: {}, kind: 'NodePool', ...pool } }),
    { 'posture.severity': 'high', 'body.form': 'result' },
  ],
  // A patch that leaves the specification.
  [
    audit('patch', 'nodepools.karpenter.sh', {
      ...body({ metadata: { labels: { a: 'b' } } }),
      responseObject: { metadata: {}, kind: 'NodePool', ...pool },
    }),
    { 'posture.problems': [], 'posture.severity': 'unknown' },
  ],
  // What calls itself one.
  ...each(['create'], 'widgets.example.com nodepools.example.com', body({ kind: 'NodePool', ...pool }), {
    'posture.problems': [],
  }),
  ...each(['create'], 'nodepools.karpenter.sh/status', body(pool), { 'posture.problems': [] }),
];

const aged: readonly Said[] = [
  // What was there before the write is read, and shows that the specification was left.
  ...(
    [
      [[{ path: 'metadata.labels.a', after: 'b' }], 'unknown', 'unknown'],
      [[{ path: 'spec.userData', after: 'x' }], 'high', 'set'],
      [[{ path: 'specification', after: 'x' }], 'unknown', 'unknown'],
    ] as const
  ).map(
    ([changes, severity, userData]): Said => [
      audit('patch', 'ec2nodeclasses.karpenter.k8s.aws', {
        reading: {
          at: '2026-09-01T10:00:02Z',
          object: { metadata: {}, ...unhardened },
          since: '2026-08-01T00:00:00Z',
          changes,
        },
      }),
      { 'posture.severity': severity, 'nodeClass.userData': userData, 'body.form': 'reading' },
    ],
  ),
];

const karpenters: readonly Said[] = [
  [audit('get', 'nodes', { user: users.karpenter }), { 'karpenter.act': 'baseline' }],
  [audit('get', 'secrets', { user: users.karpenter }), { 'karpenter.act': 'beyond' }],
  [audit('get', 'secrets', { user: serviceAccount('karpenter', 'karpenter') }), { 'karpenter.act': 'unknown' }],
  [audit('get', 'secrets', { user: users.workload }), { 'karpenter.act': 'unknown' }],
];

/** Calls of Karpenter's account: what its chart allows, and what is beyond that by resource, group, part or verb. */
const chart: readonly Said[] = [
  ...(
    [
      ['get', 'nodes', 'nodeclaims.karpenter.sh', 'nodepools.karpenter.sh/status', 'leases.coordination.k8s.io'],
      ['list', 'pods', 'deployments.apps', 'customresourcedefinitions.apiextensions.k8s.io'],
      ['watch', 'events.events.k8s.io', 'capacitybuffers.autoscaling.x-k8s.io'],
      ['create', 'nodeclaims.karpenter.sh', 'pods/eviction', 'events', 'leases.coordination.k8s.io'],
      ['update', 'nodepools.karpenter.sh', 'nodes', 'ec2nodeclasses.karpenter.k8s.aws/status'],
      ['patch', 'nodepools.karpenter.sh/status', 'nodeoverlays.karpenter.sh/status', 'events'],
      ['delete', 'pods', 'nodes', 'nodeclaims.karpenter.sh'],
    ] as const
  ).flatMap(([verb, ...targets]) =>
    each([verb], targets.join(' '), { user: users.karpenter }, { 'karpenter.act': 'baseline' }),
  ),
  ...(
    [
      [
        'get',
        'secrets',
        'configmaps',
        'nodeclaims',
        'nodes.example.com',
        'pods.karpenter.sh',
        'nodes/proxy',
        'pods/log',
      ],
      [
        'get',
        'ec2nodeclasses.karpenter.sh',
        'nodepools.karpenter.k8s.aws',
        'leases',
        'deployments',
        'events.example.com',
      ],
      ['list', 'secrets', 'roles.rbac.authorization.k8s.io', 'deployments.apps/scale'],
      ['create', 'pods', 'nodes', 'pods/binding', 'pods/exec', 'nodepools.karpenter.sh', 'nodeoverlays.karpenter.sh'],
      ['update', 'pods', 'nodes/status', 'pods/eviction', 'deployments.apps', 'ec2nodeclasses.karpenter.k8s.aws/scale'],
      ['patch', 'pods', 'nodeoverlays.karpenter.sh', 'events.events.k8s.io/status', 'pods/status'],
      ['delete', 'nodepools.karpenter.sh', 'ec2nodeclasses.karpenter.k8s.aws', 'events', 'pods/eviction'],
      ['deletecollection', 'pods', 'nodes', 'nodeclaims.karpenter.sh'],
    ] as const
  ).flatMap(([verb, ...targets]) =>
    each([verb], targets.join(' '), { user: users.karpenter }, { 'karpenter.act': 'beyond' }),
  ),
  [
    audit('delete', 'pods', { user: users.karpenter, objectRef: { apiGroup: '', subresource: '' } }),
    { 'karpenter.act': 'baseline' },
  ],
  // As what passes logs on may write what the API server leaves out.
  ...['', null].flatMap((absent): readonly Said[] => {
    const objectRef = { apiGroup: absent as string, subresource: absent as string };
    return [
      [audit('create', 'pods', { user: users.karpenter, objectRef }), { 'karpenter.act': 'beyond' }],
      [audit('get', 'nodeclaims', { user: users.karpenter, objectRef }), { 'karpenter.act': 'beyond' }],
    ];
  }),
];

const everything = { rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] };
const binding = { roleRef: { kind: 'ClusterRole', name: 'cluster-admin' }, subjects: [{ kind: 'User', name: 'x' }] };
const rbac: readonly Said[] = [
  ...each(edits, 'roles.rbac.authorization.k8s.io clusterroles.rbac.authorization.k8s.io', body(everything), {
    'rbac.grants': ['everything'],
  }),
  ...each(
    edits,
    'rolebindings.rbac.authorization.k8s.io clusterrolebindings.rbac.authorization.k8s.io',
    body(binding),
    { 'rbac.grants': ['cluster-admin'] },
  ),
  ...each(['create'], 'clusterroles.example.com', body(everything), { 'rbac.grants': [] }),
];

const hook = {
  webhooks: [
    { failurePolicy: 'Ignore', clientConfig: { url: 'https://x' }, rules: [{ apiGroups: ['*'], resources: ['*'] }] },
  ],
};
const guardTargets =
  'validatingwebhookconfigurations.admissionregistration.k8s.io clusterpolicies.kyverno.io validatingpolicies.policies.kyverno.io';
const guards: readonly Said[] = [
  ...each(
    ['delete', 'deletecollection'],
    `${guardTargets} k8srequiredlabels.constraints.gatekeeper.sh constrainttemplates.templates.gatekeeper.sh`,
    {},
    { 'guard.change': 'deleted' },
  ),
  ...each(['update', 'patch'], guardTargets, {}, { 'guard.change': 'opaque' }),
  ...each(['update', 'patch'], 'k8srequiredlabels.constraints.gatekeeper.sh', {}, { 'guard.change': 'unknown' }),
  [
    audit(
      'patch',
      'validatingwebhookconfigurations.admissionregistration.k8s.io',
      body({ webhooks: [{ failurePolicy: 'Ignore' }] }),
    ),
    { 'guard.change': 'weakened' },
  ],
  [
    audit('update', 'validatingwebhookconfigurations.admissionregistration.k8s.io', body(hook)),
    { 'guard.change': 'weak' },
  ],
  [
    audit('create', 'validatingwebhookconfigurations.admissionregistration.k8s.io', body(hook)),
    { 'guard.change': 'intercepting' },
  ],
  ...each(
    edits,
    'policyexceptions.kyverno.io policyexceptions.policies.kyverno.io',
    {},
    { 'guard.change': 'excepted' },
  ),
  ...each(['delete'], 'policyexceptions.kyverno.io', {}, { 'guard.change': 'unknown' }),
];

const request = Buffer.from(
  `-----BEGIN CERTIFICATE REQUEST-----\n${Buffer.from('system:masters\u0013system:node:ip-10-0-1-17', 'latin1').toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`,
).toString('base64');
const definitions: readonly Said[] = [
  ...['clusterpolicies.kyverno.io', 'k8srequiredlabels.constraints.gatekeeper.sh'].flatMap(name =>
    each(
      ['delete', 'deletecollection'],
      'customresourcedefinitions.apiextensions.k8s.io',
      { objectRef: { name } },
      { 'guard.change': 'deleted' },
    ),
  ),
  ...[{}, { name: '' }, { name: null as never }].flatMap(objectRef =>
    each(
      ['delete', 'deletecollection'],
      'customresourcedefinitions.apiextensions.k8s.io',
      { objectRef },
      { 'guard.change': 'deleted' },
    ),
  ),
  ...each(
    ['delete'],
    'customresourcedefinitions.apiextensions.k8s.io',
    { objectRef: { name: 'widgets.example.com' } },
    { 'guard.change': 'unknown' },
  ),
  ...each(
    edits,
    'customresourcedefinitions.apiextensions.k8s.io',
    body({ spec: { conversion: { webhook: { clientConfig: { url: 'https://x' } } } } }),
    { 'definition.converted': 'elsewhere' },
  ),
  // The specification that is sent along with a status changes nothing.
  ...each(
    ['update'],
    'customresourcedefinitions.apiextensions.k8s.io/status',
    body({ spec: { conversion: { webhook: { clientConfig: { url: 'https://x' } } } } }),
    { 'definition.converted': 'unknown' },
  ),
  ...each(edits, 'networkpolicies.networking.k8s.io', body({ spec: { egress: [{}] } }), { 'guardrail.lowered': 'yes' }),
  ...[{ ingress: [{ from: [{ podSelector: {} }] }] }, { egress: [{ to: [{ podSelector: {} }] }] }].flatMap(spec =>
    each(['create'], 'networkpolicies.networking.k8s.io', body({ spec }), { 'guardrail.lowered': 'unknown' }),
  ),
  ...(
    [
      ['curl+169.254.169.254', 'instance-metadata'],
      ['cat+/var/run/secrets/kubernetes.io/serviceaccount/token', 'pod-identity'],
      ['ls&command=/var/lib/kubelet', 'node'],
    ] as const
  ).flatMap(([command, sought]) =>
    each(
      ['create', 'get'],
      'pods/exec',
      { objectRef: { name: 'a' }, requestURI: `/api/v1/namespaces/x/pods/a/exec?command=${command}` },
      { 'command.seeks': [sought] },
    ),
  ),
  ...each(
    ['get'],
    'nodes/proxy',
    { objectRef: { name: 'a' }, requestURI: '/api/v1/nodes/a/proxy/exec/b/c/d' },
    { 'proxy.reaches': 'enter' },
  ),
  ...each(
    ['get'],
    'nodes/proxy',
    { objectRef: { name: 'a' }, requestURI: '/api/v1/nodes/a/proxy/./exec/b/c/d' },
    { 'proxy.reaches': 'enter' },
  ),
  ...each(
    edits,
    'pods',
    {
      ...ref('kube-system', 'x'),
      ...body({ spec: { volumes: [{ secret: { secretName: 'bootstrap-token-abcdef' } }] } }),
    },
    {
      'pod.secrets': ['bootstrap-token'],
    },
  ),
];

const ofNode = Buffer.from(
  `-----BEGIN CERTIFICATE REQUEST-----\n${Buffer.from('\u0013system:node:ip-10-0-1-17', 'latin1').toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`,
).toString('base64');
const signers: readonly Said[] = [
  ...each(
    edits,
    'certificatesigningrequests.certificates.k8s.io',
    body({ spec: { signerName: 'kubernetes.io/kube-apiserver-client', request } }),
    { 'csr.signer': 'client', 'csr.masters': 'yes', 'csr.node': 'ip-10-0-1-17' },
  ),
  // A node's name is what a kubelet's certificate is for, and the system's own on any other.
  ...each(
    ['create'],
    'certificatesigningrequests.certificates.k8s.io',
    body({ spec: { signerName: 'kubernetes.io/kube-apiserver-client-kubelet', request: ofNode } }),
    { 'csr.signer': 'kubelet-client', 'csr.masters': 'unknown', 'csr.node': 'ip-10-0-1-17' },
  ),
  ...each(
    ['create'],
    'certificatesigningrequests.certificates.k8s.io',
    body({ spec: { signerName: 'kubernetes.io/kube-apiserver-client', request: ofNode } }),
    { 'csr.masters': 'system-name' },
  ),
];

const maps: readonly Said[] = [
  [
    audit('patch', 'configmaps', {
      ...ref('kube-system', 'aws-auth'),
      ...body({ data: { mapUsers: '- groups: [system:masters]' } }),
    }),
    { 'awsAuth.maps': ['masters'] },
  ],
  [
    audit('patch', 'configmaps', {
      ...ref('kube-system', 'aws-auth'),
      ...body({ data: { mapAccounts: '- "999988887777"' } }),
    }),
    { 'awsAuth.maps': ['stranger'] },
  ],
  [
    audit('patch', 'configmaps', { ...ref('kube-system', 'aws-auth'), ...body({ data: null }) }),
    { 'awsAuth.maps': ['emptied'] },
  ],
  [
    audit('patch', 'configmaps', {
      ...ref('kube-system', 'other'),
      ...body({ data: { mapUsers: '- groups: [system:masters]' } }),
    }),
    { 'awsAuth.maps': [] },
  ],
];

const secrets: readonly Said[] = [
  [
    audit('get', 'secrets', ref('kube-system', 'bootstrap-token-abcdef')),
    { 'secret.kind': 'bootstrap-token', 'token.expiry': 'unknown' },
  ],
  [
    audit('get', 'secrets', { cluster: 'fleet', ...ref('fleet-a', 'prod-kubeconfig') }),
    { 'secret.kind': 'cluster-credential' },
  ],
  [audit('get', 'secrets', { cluster: 'fleet', ...ref('fleet-a', 'prod-x7z') }), { 'secret.kind': 'bootstrap-data' }],
  [audit('get', 'secrets', ref('kube-system', 'karpenter-cert')), { 'secret.kind': 'controller' }],
  [audit('list', 'secrets'), { 'secret.kind': 'all-in-cluster' }],
  [audit('list', 'secrets', { objectRef: { namespace: 'kube-system' } }), { 'secret.kind': 'all-in-namespace' }],
  [audit('get', 'secrets', ref('shop', 'db')), { 'secret.kind': 'other' }],
  [audit('get', 'configmaps', ref('kube-system', 'bootstrap-token-abcdef')), { 'secret.kind': 'unknown' }],
  [
    audit('create', 'secrets', { ...ref('kube-system', 'bootstrap-token-abcdef'), ...body({ stringData: {} }) }),
    { 'token.expiry': 'none' },
  ],
];

const capi: readonly Said[] = [
  ...each(verbs, 'machines.cluster.x-k8s.io', {}, verb => ({
    'capi.change': verb === 'create' ? 'machine-created' : 'other',
  })),
  ...each(['patch'], 'machinedeployments.cluster.x-k8s.io/scale', {}, { 'capi.change': 'machine-scaled' }),
  ...each(verbs, 'clusterclasses.cluster.x-k8s.io', {}, { 'capi.change': 'clusterclass' }),
  ...each(verbs, 'awsclusterstaticidentities.infrastructure.cluster.x-k8s.io', {}, { 'capi.change': 'identity' }),
  ...each(
    ['delete', 'deletecollection'],
    'clusters.cluster.x-k8s.io awsmanagedcontrolplanes.controlplane.cluster.x-k8s.io',
    {},
    { 'capi.change': 'cluster-deleted' },
  ),
  ...each(
    ['update', 'patch', 'delete', 'deletecollection'],
    'machinehealthchecks.cluster.x-k8s.io',
    {},
    { 'capi.change': 'remediation-weakened' },
  ),
  ...each(['patch'], 'machines.cluster.x-k8s.io/status', {}, { 'capi.change': 'status' }),
  ...each(['get', 'list'], 'machines.cluster.x-k8s.io', {}, { 'capi.change': 'unknown' }),
];

const level = 'pod-security.kubernetes.io/enforce';
const pod = { hostPID: true, serviceAccountName: 'karpenter' };
const kubeSystem = (name: string) => ref('kube-system', name);
const pods: readonly Said[] = [
  ...each(
    edits,
    'pods',
    { ...kubeSystem('x'), ...body({ spec: pod }) },
    { 'pod.hostAccess': ['hostPID'], 'pod.runsAs': 'karpenter' },
  ),
  ...each(
    edits,
    'deployments.apps daemonsets.apps statefulsets.apps replicasets.apps replicationcontrollers jobs.batch',
    { ...kubeSystem('x'), ...body({ spec: { template: { spec: pod } } }) },
    { 'pod.hostAccess': ['hostPID'], 'pod.runsAs': 'karpenter' },
  ),
  ...each(
    edits,
    'cronjobs.batch',
    { ...kubeSystem('x'), ...body({ spec: { jobTemplate: { spec: { template: { spec: pod } } } } }) },
    { 'pod.runsAs': 'karpenter' },
  ),
  ...each(edits, 'persistentvolumes', body({ spec: { hostPath: { path: '/' } } }), {
    'pod.hostAccess': ['hostPath /'],
    'pod.runsAs': 'unknown',
  }),
  ...each(
    ['update', 'patch'],
    'pods/ephemeralcontainers',
    body({ spec: { ephemeralContainers: [{ securityContext: { privileged: true } }] } }),
    { 'pod.hostAccess': ['privileged'] },
  ),
  ...each(['update'], 'pods/status pods/resize', body({ spec: pod }), {
    'pod.hostAccess': [],
    'pod.runsAs': 'unknown',
  }),
  [
    audit('patch', 'deployments.apps', {
      ...kubeSystem('x'),
      ...body({ spec: { template: { spec: { containers: [{ name: 'a', image: 'b' }] } } } }),
      responseObject: { metadata: {}, spec: { template: { spec: { serviceAccountName: 'karpenter' } } } },
    }),
    { 'pod.runsAs': 'karpenter' },
  ],
  [audit('create', 'serviceaccounts/token', kubeSystem('karpenter')), { 'token.account': 'karpenter' }],
  [audit('create', 'serviceaccounts/token', kubeSystem('node-controller')), { 'token.account': 'kubernetes' }],
  [audit('create', 'serviceaccounts/token', ref('shop', 'app')), { 'token.account': 'none' }],
  [audit('create', 'serviceaccounts/token', ref('flux-system', 'kustomize-controller')), { 'token.account': 'gitops' }],
  [audit('create', 'serviceaccounts/token', ref('shop', 'kustomize-controller')), { 'token.account': 'none' }],
  [audit('create', 'serviceaccounts/token', ref('shop', 'node-controller')), { 'token.account': 'none' }],
  [audit('create', 'serviceaccounts', kubeSystem('karpenter')), { 'token.account': 'unknown' }],
  [audit('patch', 'nodes', body({ spec: { taints: [] } })), { 'node.steering': ['taints'] }],
  [audit('patch', 'nodes', body({ metadata: { finalizers: null } })), { 'node.steering': ['finalizers'] }],
  [audit('patch', 'nodes', body({ metadata: { ownerReferences: [] } })), { 'node.steering': ['ownerReferences'] }],
  ...each(
    ['update', 'patch'],
    'deployments.apps statefulsets.apps deployments.apps/scale',
    body({ spec: { replicas: 0 } }),
    { 'workload.stopped': true },
  ),
  ...each(['patch'], 'deployments.apps deployments.apps/scale', body({ spec: { replicas: 1 } }), {
    'workload.stopped': false,
  }),
  ...each(['update'], 'deployments.apps/scale statefulsets.apps/scale', body({ spec: {} }), {
    'workload.stopped': true,
  }),
  ...each(['patch'], 'deployments.apps/scale', body({ spec: { replicas: null } }), { 'workload.stopped': true }),
  ...each(['update'], 'deployments.apps/scale', body({ spec: { replicas: 3 } }), { 'workload.stopped': false }),
  ...each(['update'], 'deployments.apps', body({ spec: {} }), { 'workload.stopped': false }),
  ...each(['patch'], 'deployments.apps', body({ spec: { replicas: null } }), { 'workload.stopped': false }),
  ...each(['patch'], 'deployments.apps/scale', body({ metadata: { labels: { a: 'b' } } }), {
    'workload.stopped': false,
  }),
  ...each(['update'], 'deployments.apps/scale', {}, { 'workload.stopped': false }),
  ...each(['create'], 'deployments.apps', body({ spec: { replicas: 0 } }), { 'workload.stopped': false }),
  ...each(['delete', 'deletecollection'], 'deployments.apps statefulsets.apps', {}, { 'workload.stopped': true }),
  ...each(['patch'], 'deployments.apps/status replicasets.apps', body({ spec: { replicas: 0 } }), {
    'workload.stopped': false,
  }),
  ...each(edits, 'services', body({ spec: { externalIPs: ['fd00:ec2::254', '198.51.100.7'] } }), {
    'service.takes': ['fd00:ec2::254'],
  }),
  ...each(['create'], 'services', body({ spec: { externalIPs: ['010.000.012.034', '::ffff:10.0.0.1', '10.0.0.0'] } }), {
    'service.takes': ['10.0.12.34', '::ffff:10.0.0.1', '10.0.0.0'],
  }),
  ...each(
    ['update', 'patch'],
    'services/status',
    body({ status: { loadBalancer: { ingress: [{ ip: '169.254.169.254' }] } } }),
    {
      'service.takes': ['169.254.169.254'],
    },
  ),
  [
    audit(
      'patch',
      'services/status',
      body({ status: { loadBalancer: { ingress: [{ ip: '169.254.0169.0254' }, { ip: 'FD00:0EC2::0254' }] } } }),
    ),
    { 'service.takes': ['169.254.169.254', 'FD00:0EC2::254'] },
  ],
  ...each(edits, 'services.serving.knative.dev services/proxy', body({ spec: { externalIPs: ['169.254.169.254'] } }), {
    'service.takes': [],
  }),
  [
    audit('create', 'pods', body({ spec: { containers: [{ ports: [{ hostPort: 10250 }, { hostPort: 9100 }] }] } })),
    { 'pod.hostAccess': ['hostPort 10250'] },
  ],
  [
    audit('create', 'pods', body({ spec: { hostNetwork: true, containers: [{ ports: [{ hostPort: 10250 }] }] } })),
    { 'pod.hostAccess': ['hostNetwork'] },
  ],
  [audit('get', 'secrets', { user: component('kube-controller-manager') }), { 'component.anomalies': [] }],
  [
    audit('get', 'roles.rbac.authorization.k8s.io', { user: component('kube-scheduler') }),
    { 'component.anomalies': [] },
  ],
  [audit('update', 'nodes', body({ spec: { taints: [] } })), { 'node.steering': ['everything'] }],
  [audit('update', 'nodes/status', body({ spec: { taints: [] } })), { 'node.steering': [] }],
  ...each(
    ['update', 'patch'],
    'namespaces',
    body({ metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } }),
    { 'guardrail.lowered': 'yes' },
  ),
  ...each(
    ['create'],
    'namespaces',
    body({ metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } }),
    { 'guardrail.lowered': 'unknown' },
  ),
  // Labels put in the place of all there were, sent whole without one, and what the result says of that.
  ...(
    [
      ['patch', { metadata: { labels: null } }, 'yes'],
      ['patch', { metadata: { labels: { $patch: 'replace', [level]: 'baseline' } } }, 'unknown'],
      ['update', { metadata: { labels: null } }, 'unsaid'],
      ['patch', { apiVersion: 'v1', metadata: { name: 'shop' } }, 'unsaid'],
      ['patch', { metadata: { name: 'shop' } }, 'unknown'],
    ] as const
  ).map(
    ([verb, requestObject, lowered]): Said => [
      audit(verb, 'namespaces', { objectRef: { name: 'shop' }, requestObject }),
      { 'guardrail.lowered': lowered },
    ],
  ),
  [
    audit('patch', 'namespaces', {
      ...body({ apiVersion: 'v1', metadata: { name: 'shop' } }),
      responseObject: { kind: 'Namespace', metadata: { labels: { [level]: 'restricted' } } },
    }),
    { 'guardrail.lowered': 'unknown' },
  ],
];

/** Each way to the node by itself, in each list of containers that has it. */
const lists = ['containers', 'initContainers', 'ephemeralContainers'] as const;
const waysIn: readonly (readonly [JsonObject, string])[] = [
  [{ hostIPC: true }, 'hostIPC'],
  [{ securityContext: { windowsOptions: { hostProcess: true } } }, 'hostProcess'],
  ...lists.flatMap(name => [
    [{ [name]: [{ securityContext: { privileged: true } }] }, 'privileged'] as const,
    [{ [name]: [{ securityContext: { windowsOptions: { hostProcess: true } } }] }, 'hostProcess'] as const,
    [{ [name]: [{ securityContext: { capabilities: { add: ['SYS_ADMIN'] } } }] }, 'capability SYS_ADMIN'] as const,
  ]),
  [{ initContainers: [{ ports: [{ hostPort: 10250 }] }] }, 'hostPort 10250'],
  [{ volumes: [{ hostPath: { path: '/' } }] }, 'hostPath /'],
];
const root = { name: 'x', hostPath: { path: '/' } };
const accesses: readonly Said[] = [
  ...waysIn.flatMap(([spec, way]) => each(['create'], 'pods', body({ spec }), { 'pod.hostAccess': [way] })),
  ...each(['create'], 'persistentvolumes', body({ spec: { local: { path: '/' } } }), {
    'pod.hostAccess': ['hostPath /'],
  }),
  ...[
    { op: 'add', path: '/spec/template/spec/volumes', value: [root] },
    { op: 'replace', path: '', value: { spec: { template: { spec: { volumes: [root] } } } } },
  ].map(
    (operation): Said => [
      audit('patch', 'deployments.apps', { ...ref('shop', 'x'), requestObject: [operation] }),
      { 'pod.hostAccess': ['hostPath /'] },
    ],
  ),
  ...lists
    .flatMap((name): JsonObject[] => [
      { [name]: [{ envFrom: [{ secretRef: { name: 'bootstrap-token-abcdef' } }] }] },
      { [name]: [{ env: [{ valueFrom: { secretKeyRef: { name: 'bootstrap-token-abcdef' } } }] }] },
    ])
    .flatMap(spec =>
      each(
        ['create'],
        'pods',
        { ...ref('kube-system', 'x'), ...body({ spec }) },
        { 'pod.secrets': ['bootstrap-token'] },
      ),
    ),
  // What any pod mounts is none of those that are told.
  ...each(['create'], 'pods', body({ spec: { volumes: [{ secret: { secretName: 'db' } }] } }), { 'pod.secrets': [] }),
];

const impersonating = (username: string, groups: readonly string[] = []): Over => ({
  impersonatedUser: { username, groups },
});
const karpenter = 'system:serviceaccount:kube-system:karpenter';
const people: readonly Said[] = [
  [
    audit('get', 'pods', impersonating(karpenter)),
    {
      'impersonation.target': 'controller',
      'impersonation.name': karpenter,
      'principal.standing': 'mixed',
      'principal.effective': 'controller',
    },
  ],
  [
    audit('get', 'pods', { ...impersonating('system:serviceaccount:capi-system:x'), cluster: 'fleet' }),
    { 'impersonation.target': 'controller' },
  ],
  [audit('get', 'pods', impersonating('system:node:x')), { 'impersonation.target': 'node' }],
  [audit('get', 'pods', impersonating('bob', ['system:nodes'])), { 'impersonation.target': 'node' }],
  ...['system:masters', 'kubeadm:cluster-admins'].map(
    (group): Said => [audit('get', 'pods', impersonating('bob', [group])), { 'impersonation.target': 'masters' }],
  ),
  ...[
    'system:kube-scheduler',
    'eks:addon-manager',
    'system:serviceaccount:kube-system:node-controller',
    'system:serviceaccount:kube-system:x',
  ].map((name): Said => [audit('get', 'pods', impersonating(name)), { 'impersonation.target': 'system' }]),
  [audit('get', 'pods', impersonating('bob')), { 'impersonation.target': 'other', 'impersonation.name': 'bob' }],
  [
    audit('get', 'pods'),
    {
      'impersonation.target': 'unknown',
      'impersonation.name': 'unknown',
      'principal.kind': 'person',
      'principal.standing': 'person',
      'principal.effective': 'person',
      'principal.reader': 'unlisted',
    },
  ],
  ...(
    [
      [users.karpenter, 'controller', 'service-account'],
      [users.gitops, 'gitops', 'service-account'],
      [users.workload, 'service-account', 'service-account'],
      [users.replicasets, 'service', 'service'],
      [users.admin, 'person', 'person'],
      [users.anonymous, 'anonymous', 'anonymous'],
      [users.platform, 'platform', 'person'],
      [{ username: 'alice', groups: ['platform-admins'] }, 'platform', 'person'],
      [node(), 'node', 'node'],
      [joiner('abcdef'), 'bootstrap', 'bootstrap'],
      ...[
        'kube-scheduler',
        'kube-controller-manager',
        'cloud-controller-manager',
        'kube-proxy',
        'apiserver',
        'kube-apiserver',
      ].map(name => [component(name), 'service', 'service'] as const),
      [iamSession('AWSServiceRoleForAmazonEKS', 'eks'), 'service', 'service'],
      [{ username: 'eks:addon-manager' }, 'service', 'service'],
      // A system's name on somebody whom the IAM authenticator signed in.
      [{ ...users.developer, username: 'system:kube-scheduler' }, 'person', 'person'],
      [{ ...users.developer, username: karpenter }, 'person', 'person'],
      [{ username: '' }, 'unknown', 'unknown'],
      // Known by their usual names, where settings name none.
      [serviceAccount('karpenter', 'karpenter'), 'service-account', 'service-account'],
      [serviceAccount('argocd', 'argocd-application-controller'), 'service-account', 'service-account'],
      [iamSession('AmazonEKSAutoClusterRole', 'aws-go-sdk-1'), 'person', 'person'],
    ] as const
  ).map(
    ([user, kind, form]): Said => [
      audit('get', 'pods', { user }),
      { 'principal.kind': kind, 'principal.form': form, 'principal.effective': kind, 'principal.standing': kind },
    ],
  ),
  [
    audit('get', 'pods', { user: users.workload, cluster: 'fleet' }),
    { 'principal.id': 'system:serviceaccount:team-a:app' },
  ],
  [audit('get', 'pods', { user: users.capi, cluster: 'fleet' }), { 'principal.controller': 'cluster-api' }],
  [
    audit('get', 'pods', { annotations: { 'audit.k8s.io/truncated': 'true' } }),
    { 'evidence.omitted': true, 'object.path': '(all)', 'object.namespace': '(all)', 'guard.keeper': 'other' },
  ],
  [audit('get', 'pods', { annotations: { 'audit.k8s.io/truncated': 'false' } }), { 'evidence.omitted': false }],
  [
    audit('get', 'configmaps', kubeSystem('karpenter-global-settings')),
    { 'object.controller': 'karpenter', 'object.path': 'kube-system/karpenter-global-settings' },
  ],
  [
    audit('get', 'configmaps', { cluster: 'fleet', ...ref('capi-system', 'x') }),
    { 'object.controller': 'cluster-api', 'namespace.role': 'controller' },
  ],
  [
    audit('get', 'configmaps', kubeSystem('coredns')),
    { 'object.controller': 'none', 'object.namespace': 'kube-system' },
  ],
  [
    audit('update', 'mutatingwebhookconfigurations.admissionregistration.k8s.io', {
      objectRef: { name: 'kyverno-policy' },
      user: serviceAccount('kyverno', 'kyverno-admission-controller'),
    }),
    { 'guard.keeper': 'own' },
  ],
];

/** Ordinary events of which no fact that needs anything says anything. */
export const ordinaryAudits: readonly Event<'kubernetes'>[] = [
  audit('get', 'services', { stage: 'RequestReceived' }),
  audit('update', 'endpoints', { stage: 'RequestReceived', user: users.workload }),
];

/** Audit events in which facts say something: each verb, resource, member and form that a fact takes heed of. */
export const kubernetesSayings: readonly Said[] = [
  ...calls,
  ...judged,
  ...judgedMore,
  ...aged,
  ...karpenters,
  ...chart,
  ...rbac,
  ...guards,
  ...definitions,
  ...signers,
  ...maps,
  ...secrets,
  ...capi,
  ...pods,
  ...accesses,
  ...people,
];
