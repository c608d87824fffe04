import { describe, expect, test } from 'vitest';
import { defineConfig } from '../../core/config.ts';
import type { AnyEvent, Source } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Fact, Facts } from '../../core/fact.ts';
import { isObject, type Json, type JsonObject } from '../../core/json.ts';
import { builtInNames, components } from '../../core/kubernetes/known-users.ts';
import { type Check, compilePattern } from '../../core/pattern/compile.ts';
import type { Condition } from '../../core/pattern/language.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import { readRecord } from '../../core/read/record.ts';
import { admissionOf } from '../../core/requirements.ts';
import type { Settings } from '../../core/settings.ts';
import { sources } from '../../core/sources.ts';
import { detections } from '../../detections/index.ts';
import { wide } from '../facts/settings.ts';
import { randomFrom } from './mutate.ts';
import { exampleEvents, generated, take } from './soundness.ts';

/**
 * The contract of `Fact.signs`: of whatever a fact says that is asked for, one of its signs stands in the record. Asked of every fact
 * that has signs, for each value alone, for two, for all values but one, and for some of them; over every example, mutations of them, and
 * records whose users, addresses, bodies and calls are put together from what tells one value from another.
 */
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const count = Number(process.env['RUNS'] ?? 400);

test('conditions on a fact with signs may be of any operator', () => {
  const operators = [{ cidr: '10.0.0.0/8' }, { matches: '^contr' }, { equalsField: ['verb'] }, { numeric: ['>', 1] }];
  const [network, expression, field, number] = operators.map(one =>
    admissionOf(
      'kubernetes',
      exampleSettings,
    )({
      when: loadPattern({ fact: { 'impersonation.target': [one] } }),
      unless: [loadPattern({ fact: { 'principal.standing': [one] } })],
    }),
  );
  expect([network, number]).toEqual([[], []]); // no value is an address, or a number
  expect(expression?.flat().map(({ path }) => path.join('.'))).toContain('impersonatedUser.username');
  expect(field).toEqual([[]]);
});

/** The wide settings without some of it: other names are then the usual ones, or nobody's. */
const settings: readonly (readonly [string, Settings])[] = [
  ['the example settings', exampleSettings],
  ['no settings', defineConfig({})],
  ['wide settings', wide],
  ['wide settings without controllers', { ...wide, controllers: [] }],
  ['wide settings without GitOps', { ...wide, gitops: {} }],
  ['wide settings without the platform', { ...wide, platform: {} }],
];

const names = [
  // What Karpenter does is told call by call.
  ...Array.from({ length: 8 }, () => 'system:serviceaccount:kube-system:karpenter'),
  ...components,
  ...[...builtInNames].slice(0, 3),
  'system:serviceaccount:kube-system:karpenter',
  'system:serviceaccount:kube-system:karpenter-2',
  'system:serviceaccount:kube-system:node-controller:x',
  'system:serviceaccount:kube-system',
  'system:serviceaccount:karpenter:karpenter',
  'system:serviceaccount:karpenter:default',
  'system:serviceaccount:karpenter',
  'system:serviceaccount:capi-system:capi-manager',
  'system:serviceaccount:default:flux',
  'system:serviceaccount:flux-system:kustomize-controller',
  'system:serviceaccount:flux-system:helm-controller',
  'system:serviceaccount:argocd:a',
  'system:serviceaccount:ci:deployer',
  'system:serviceaccount:team-a:app',
  'x:capi-manager',
  'arn:aws:sts::111122223333:assumed-role/platform-deployer/ci',
  'arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForAmazonEKS/eks',
  'arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS',
  'system:anonymous',
  'system:masters',
  'system:node:ip-10-0-1-17',
  'system:bootstrap:abcdef',
  'eks:addon-manager',
  'alice',
  'bob',
  '',
  null,
];
const groups = [['system:nodes'], ['system:masters'], ['platform-admins', 'a'], ['flux-admins'], ['a'], [], null];
const arns = [
  'arn:aws:sts::111122223333:assumed-role/platform-deployer/ci',
  'arn:aws:iam::111122223333:role/platform',
  'arn:aws:iam::444455556666:role/eks',
  // EKS's own role, of this account and of another.
  'arn:aws:sts::111122223333:assumed-role/AWSServiceRoleForAmazonEKS/eks',
  'arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS',
  'arn:aws:sts::444455556666:assumed-role/AWSServiceRoleForAmazonEKS/eks',
];
const spaces = [
  'kube-system',
  'karpenter',
  'capi-system',
  'default',
  'fleet-a',
  'flux-system',
  'ca',
  'team-a',
  '',
  null,
];
const objects = [
  'karpenter',
  'karpenter-cert',
  'karp',
  'a-kubeconfig',
  'a-ca',
  '-ca',
  'bootstrap-token-abcdef',
  'capi-manager',
  'node-controller',
  'kube-root-ca.crt',
  '',
  null,
];
const accounts = ['karpenter', 'karp', 'node-controller', 'capi-manager', 'default', '', 'x'];

type Random = () => number;
const pick = <T>(all: readonly T[], random: Random): T => all[Math.floor(random() * all.length)] as T; // none is empty

const some = (members: JsonObject, random: Random, share = 0.7): JsonObject =>
  Object.fromEntries(Object.entries(members).filter(() => random() < share));

const userOf = (random: Random): Json =>
  some(
    {
      username: pick(names, random),
      groups: pick(groups, random),
      ...(random() < 0.3
        ? {
            extra: some(
              { arn: [pick(arns, random)], canonicalArn: pick<Json>([pick(arns, random), [], [7]], random) },
              random,
            ),
          }
        : {}),
    },
    random,
    0.9,
  );

const podOf = (random: Random): JsonObject =>
  some(
    {
      hostNetwork: pick<Json>([true, false], random),
      hostPID: pick<Json>([true, 'true'], random),
      serviceAccountName: pick(accounts, random),
      serviceAccount: pick(accounts, random),
      containers: pick<Json>(
        [[{ securityContext: { privileged: true } }, {}], { securityContext: { privileged: true } }, [], null],
        random,
      ),
      volumes: [{ hostPath: { path: pick(['/', '/var/lib/kubelet', '/tmp'], random) } }, { name: 'x' }],
    },
    random,
    0.35,
  );

const bodyOf = (random: Random): Json => {
  const pod = podOf(random);
  const metadata = { labels: some({ 'karpenter.sh/nodepool': 'x' }, random) };
  const [value] = Object.values(pod);
  return pick<Json>(
    [
      { metadata, spec: pod },
      { metadata, spec: { ...pod, template: { spec: pod } } },
      { spec: { replicas: 2, jobTemplate: { spec: { template: { spec: pod } } } } },
      [{ op: 'replace', path: '/spec', value: pod }],
      Object.entries(pod).map(([name, one]) => ({
        op: 'add',
        path: `/spec/template/spec/${name}`,
        value: one ?? null,
      })),
      [{ op: 'add', path: '/spec/containers/0/securityContext/privileged', value: true }],
      { webhooks: [], spec: { paused: true }, value: value ?? null },
      {},
    ],
    random,
  );
};

const targets = [
  // Of pods there is most to say.
  ...['pods', 'pods', 'deployments.apps', 'pods', 'deployments.apps', 'jobs.batch'],
  ...['pods', 'pods/ephemeralcontainers', 'deployments.apps', 'cronjobs.batch', 'secrets', 'configmaps', 'nodes'],
  ...['nodes/status', 'leases.coordination.k8s.io', 'leases', 'events', 'events.events.k8s.io', 'pods/eviction'],
  ...['nodeclaims.karpenter.sh/status', 'nodepools.karpenter.sh', 'nodeclaims', 'serviceaccounts/token', 'widgets.x'],
  ...['machines.cluster.x-k8s.io', 'clusters.cluster.x-k8s.io/status', 'machinesets.cluster.x-k8s.io/scale'],
  ...[
    'machinehealthchecks.cluster.x-k8s.io',
    'clusterclasses.cluster.x-k8s.io',
    'capacitybuffers.autoscaling.x-k8s.io',
  ],
  ...[
    'awsclusterstaticidentities.infrastructure.cluster.x-k8s.io',
    'validatingwebhookconfigurations.admissionregistration.k8s.io',
  ],
  ...['policies.kyverno.io/status', ''],
];

/** All of one but what it must have. */
const auditOf = (random: Random): JsonObject => {
  const [whole = '', subresource] = pick(targets, random).split('/');
  const [resource = '', ...group] = whole.split('.');
  return some(
    {
      stage: 'ResponseComplete',
      user: userOf(random),
      ...(random() < 0.4 ? { impersonatedUser: userOf(random) } : {}),
      objectRef: some(
        {
          ...(resource === '' ? {} : { resource }),
          ...(subresource === undefined
            ? pick<JsonObject>([{}, {}, { subresource: '' }, { subresource: null }], random)
            : { subresource }),
          ...(group.length === 0
            ? pick<JsonObject>([{}, {}, { apiGroup: '' }, { apiGroup: null }], random)
            : { apiGroup: group.join('.') }),
          namespace: pick(spaces, random),
          name: pick(objects, random),
        },
        random,
        0.93,
      ),
      requestURI: pick(['/api', '/api?labelSelector=owner%3Dhelm'], random),
      sourceIPs: pick<Json>([[pick(callers, random)], [pick(callers, random), pick(callers, random)], []], random),
      annotations: pick<Json>(
        [{ 'audit.k8s.io/truncated': 'true' }, { 'audit.k8s.io/truncated': 'false' }, {}],
        random,
      ),
      responseStatus: { code: pick([200, 201, 403], random) },
      ...(random() < 0.6 ? { requestObject: bodyOf(random) } : {}),
    },
    random,
    0.95,
  );
};

/** Addresses inside of one cluster, of both, of none, and what is none. */
const callers = ['10.0.1.17', '10.1.9.4', '100.64.3.9', '203.0.113.10', '127.0.0.1', '192.0.2.77', '::1', '10.0.1', ''];

const verbs = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection', 'bind'];

/** Audit events put together. */
function* putTogether(examples: readonly AnyEvent[], random: Random): Generator<AnyEvent> {
  const audits = examples.filter(({ source }) => source === 'kubernetes');
  for (;;) {
    const { record } = pick(audits, random);
    const { auditID, requestReceivedTimestamp } = record as unknown as JsonObject; // a record is JSON
    const made = { auditID, requestReceivedTimestamp, verb: pick(verbs, random), ...auditOf(random) };
    const place = {
      account: '111122223333',
      region: 'eu-west-1',
      cluster: pick(['prod', 'fleet', 'other', ''], random),
    };
    const read = readRecord(Buffer.from(JSON.stringify(made)), place, 'made');
    if (read.kind === 'event') yield read.event;
  }
}

const agents = [
  'Boto3/1.40',
  'aws-sdk-go-v2/1.41',
  'aws-cli/2',
  'amazon-ssm-agent curl',
  'Go-http-client/1.1',
  'kubelet',
  'x',
];
const addresses = [
  '10.0.1.1',
  '10.9.0.1',
  '10.9.0.12',
  '100.64.1.1',
  '100.79.1.1',
  '100.80.1.1',
  '192.168.7.7',
  '192.169.7.7',
  '::ffff:100.64.1.1',
  'fd00::1',
  '2001:db8::1',
];

/** Who is no session of a role (CloudTrail User Guide, "userIdentity element"). */
const identities: readonly JsonObject[] = [
  {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLE',
    arn: 'arn:aws:iam::111122223333:user/alice',
    accountId: '111122223333',
    userName: 'alice',
  },
  { type: 'Root', principalId: '444455556666', arn: 'arn:aws:iam::444455556666:root', accountId: '444455556666' },
  {
    type: 'IdentityCenterUser',
    accountId: '111122223333',
    onBehalfOf: { userId: '544894e8-80c1-707f-60e3-3ba6510dfac1' },
    credentialId: 'EXAMPLEVHULjJdTUdPJfofVa1sufHDoj7aYcOYcxFVllWR',
  },
  { type: 'SAMLUser', principalId: 'SampleQualifier:bob', userName: 'bob', identityProvider: 'SampleQualifier' },
  { type: 'WebIdentityUser', principalId: 'accounts.example.com:app:1', userName: '1' },
  { type: 'AWSAccount', accountId: '777788889999', principalId: 'AROAEXAMPLE:x' },
  { type: 'AWSService', invokedBy: 'autoscaling.amazonaws.com' },
];

/** Somebody's identity without some of it, or with an issuer that is not told. */
const callerOf = (identity: Json | undefined, random: Random): Json => {
  if (!isObject(identity)) return null;
  const context = isObject(identity['sessionContext']) ? identity['sessionContext'] : {};
  const issuer = isObject(context['sessionIssuer']) ? context['sessionIssuer'] : {};
  const sessionIssuer = some({ ...issuer, ...pick<JsonObject>([{}, { arn: '' }, { arn: null }], random) }, random);
  return some({ ...identity, sessionContext: some({ ...context, sessionIssuer }, random) }, random, 0.8);
};

/** A call of CloudTrail put together from several. */
function* called(examples: readonly AnyEvent[], random: Random): Generator<AnyEvent> {
  const records = examples.flatMap(
    ({ source, record }) => (source === 'cloudtrail' ? [record as unknown as JsonObject] : []), // a record is JSON
  );
  for (;;) {
    const [whole, call, caller] = [pick(records, random), pick(records, random), pick(records, random)];
    const { eventSource = '', eventName = '' } = call;
    const over = {
      eventSource: random() < 0.1 ? `${String(eventSource)}.amazonaws.com` : eventSource,
      eventName,
      userIdentity: pick(
        [
          caller['userIdentity'] ?? null,
          callerOf(caller['userIdentity'], random),
          some(pick(identities, random), random, 0.8),
        ],
        random,
      ),
      userAgent: pick(agents, random),
      sourceIPAddress: pick(addresses, random),
    };
    const read = readRecord(Buffer.from(JSON.stringify({ ...whole, ...over })), nowhere, 'made');
    if (read.kind === 'event') yield read.event;
  }
}

const nowhere = { account: '111122223333', region: 'eu-west-1', cluster: '' };

const examples = exampleEvents(detections);

const textOf = (value: Json): string => JSON.stringify(value);

/** Signs as they are asked for: those of many values are the same few patterns. */
const checks = new Map<string, Check>();
const byPattern = new WeakMap<JsonObject, Check>();
const checkOf = (pattern: JsonObject): Check => {
  const known = byPattern.get(pattern);
  if (known !== undefined) return known;
  const text = textOf(pattern);
  const check = checks.get(text) ?? (text === '{}' ? () => true : compilePattern(loadPattern(pattern)));
  checks.set(text, check);
  byPattern.set(pattern, check);
  return check;
};

/** A value, and the elements of one that is a list of texts: what a condition may be about. */
const parts = (value: Json): readonly Json[] =>
  Array.isArray(value) && value.length > 0 ? (value as readonly Json[]) : [value];

interface Seen {
  readonly fact: Fact;
  readonly values: Set<string>;
}

const signed = (source: Source): readonly (readonly [string, Fact])[] => {
  const facts: Facts = sources[source].facts as Facts; // read with events of the same source
  return Object.entries(facts).filter(([, { signs }]) => signs !== undefined);
};

const events: readonly AnyEvent[] = [
  ...examples,
  ...take(count, generated(examples, seed)),
  ...take(3 * count, putTogether(examples, randomFrom(seed))),
  ...take(3 * count, called(examples, randomFrom(seed))),
];

/** Where a fact has more values than these, names, one is asked for at a time. */
const most = 60;

/** Values that are texts as a rule asks for them; none are asked for by nobody. */
const textsOf = (values: readonly string[]): readonly string[] | undefined => {
  if (values.length === 0) return undefined;
  const texts = values.map((value): Json => JSON.parse(value || '""'));
  return texts.every(text => typeof text === 'string') ? texts : undefined;
};

/** What a text is like, if it is one. */
const likeOf = (value: string, random: Random): readonly Condition[] => {
  const text: Json = JSON.parse(value);
  if (typeof text !== 'string' || /[*\\]/.test(text)) return [];
  const at = Math.floor(random() * text.length);
  return [
    pick<Condition>(
      [
        { wildcard: `*${text.slice(at, at + 8)}*` },
        { wildcard: `${text.slice(0, at)}*` },
        { prefix: text.slice(0, at) },
        { suffix: text.slice(at) },
        { 'equals-ignore-case': text.toUpperCase() },
      ],
      random,
    ),
  ];
};

const isKnown = ({ cluster }: AnyEvent, { clusters }: Settings): boolean =>
  clusters.some(({ name }) => name === cluster);

const isLike = (conditions: readonly Condition[]): ((value: string) => boolean) => {
  const check = compilePattern(loadPattern({ value: conditions }));
  return text => {
    const value: Json = JSON.parse(text);
    return typeof value === 'string' && check({ record: { value } });
  };
};

describe.each(settings)('under %s', (name, one) => {
  const random = randomFrom(seed);
  const seen = new Map<string, Seen>();
  for (const source of ['cloudtrail', 'kubernetes'] as const)
    for (const [fact, how] of signed(source)) seen.set(`${source} ${fact}`, { fact: how, values: new Set() });
  for (const event of events)
    for (const [fact, how] of signed(event.source))
      for (const part of parts(how.read(event as never, one)))
        seen.get(`${event.source} ${fact}`)?.values.add(textOf(part));

  test.each([...seen.keys()])(`a sign of what it may be stands in the record: %s (seed ${seed})`, key => {
    const { fact, values } = seen.get(key) as Seen; // its own key
    const [source] = key.split(' ');
    const all = [...values];
    let kept = 0;
    let held = 0;
    const asked = new Map<string, readonly JsonObject[]>();
    const signsOf = (
      mays: readonly string[],
      conditions: readonly Condition[] | undefined,
      cluster: string | undefined,
    ): readonly JsonObject[] => {
      const which = `${mays.toSorted().join('\n')}\n${JSON.stringify(conditions)}\n${cluster}`;
      const known =
        asked.get(which) ??
        (fact.signs?.(one, value => mays.includes(textOf(value)), conditions, cluster) as readonly JsonObject[]);
      asked.set(which, known);
      return known;
    };
    const holds = (pattern: JsonObject, record: JsonObject): boolean => checkOf(pattern)({ record });
    const likes = Array.from({ length: 40 }, () => likeOf(pick(all, random), random))
      .filter(like => like.length > 0)
      .map(like => [all.filter(isLike(like)), like] as const);
    for (const event of events) {
      if (event.source !== source) continue;
      const record = event.record as unknown as JsonObject; // a record is JSON
      const own = parts(fact.read(event as never, one)).map(textOf);
      const others = all.filter(value => !own.includes(value));
      const other = pick([...others, ''], random);
      const itself = [pick(own, random)];
      const more = [
        [pick(own, random), pick([...others, ''], random)],
        all.filter(value => value !== other),
        all.filter(() => random() < 0.5),
      ];
      for (const [mays, conditions] of [
        ...[itself, ...(all.length > most ? [] : more)].map(values => [values, textsOf(values)] as const),
        ...(likes.length === 0 ? [] : [pick(likes, random)]),
      ]) {
        const isShown = (cluster?: string): boolean =>
          signsOf(mays, conditions, cluster).some(sign => holds(sign, record));
        // Where the cluster is known a record shows what it shows anywhere, or less.
        const shown = isKnown(event, one) ? isShown() && isShown(event.cluster) : isShown();
        if (!own.some(value => mays.includes(value))) {
          if (!shown) kept++;
          continue;
        }
        held++;
        if (!shown)
          expect.fail(
            `${key} is ${own.join()}, asked for ${mays.join()}, under ${name}: ${textOf(record)} has no sign`,
          );
      }
    }
    expect(held).toBeGreaterThan(count);
    if (all.length > 1) expect(kept, 'it keeps nothing out').toBeGreaterThan(0);
  });
});
