import { describe, expect, test } from 'vitest';
import { cloudtrailFacts } from '../../core/cloudtrail/facts/index.ts';
import { defineConfig } from '../../core/config.ts';
import type { Event, Source } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Fact, Facts } from '../../core/fact.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { audit } from '../../core/kubernetes/example.ts';
import { kubernetesFacts } from '../../core/kubernetes/facts/index.ts';
import type { AuditUser } from '../../core/kubernetes/record.ts';
import { compilePattern } from '../../core/pattern/compile.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import type { Settings } from '../../core/settings.ts';
import { cloudtrailSayings, type Saying } from './cloudtrail.ts';
import { kubernetesSayings } from './kubernetes.ts';
import { fleet, wide } from './settings.ts';

const bare = defineConfig({});

/**
 * What a record shows of a fact's values: of whatever is asked for one sign stands there, and records of other values are kept out.
 * `test/targets/signs.fuzz.ts` asks the first of records that are put together by chance.
 */
type Subject = Event<Source>;

/** A user's kind is told by the name, and by what the settings say of it in a cluster. */
const ofUsers = {
  person: 'platform unknown likely-controller',
  'service-account': 'controller gitops',
  controller: 'likely-controller',
  'likely-controller': 'controller',
};

/** Values that are asked for, and others whose records a sign lets in as well, for the record alone does not tell them apart. */
const alike: { readonly [fact: string]: { readonly [asked: string]: string } } = {
  'cloudtrail node.call': { none: '*', baseline: '*', sensitive: 'other', other: 'sensitive' },
  'cloudtrail instance.delivery': { none: '*', unknown: '*' },
  'cloudtrail source.pod': { false: '*' },
  'cloudtrail agent.application': { false: '*' },
  'kubernetes principal.kind': ofUsers,
  'kubernetes principal.effective': ofUsers,
  'kubernetes principal.standing': { ...ofUsers, person: `${ofUsers.person} mixed` },
  'kubernetes principal.form': { person: 'unknown' },
  'kubernetes principal.id': { unknown: '*' },
  'kubernetes impersonation.target': { unknown: '*', other: 'controller node masters system', system: 'controller' },
  'kubernetes impersonation.name': { unknown: '*' },
  'kubernetes evidence.omitted': { false: '*' },
  'kubernetes object.controller': { none: '*' },
  'kubernetes secret.kind': {
    unknown: '*',
    other:
      'all-in-cluster all-in-namespace bootstrap-token cluster-credential likely-cluster-credential bootstrap-data controller',
    'bootstrap-data': 'cluster-credential',
  },
  'kubernetes capi.change': {
    unknown: '*',
    other: 'machine-created machine-scaled clusterclass identity cluster-deleted remediation-weakened',
    'machine-scaled': 'other',
    'cluster-deleted': 'other clusterclass identity remediation-weakened',
    'remediation-weakened': 'other clusterclass identity machine-scaled cluster-deleted',
  },
  'kubernetes pod.hostAccess': {
    '': '*',
    hostPID: 'hostPath privileged',
    hostIPC: 'hostPath privileged',
    hostProcess: 'hostPath privileged',
    'capability SYS_ADMIN': 'hostPath privileged',
    'hostPath /': 'privileged',
    'hostPort 10250': 'hostNetwork hostPath privileged',
    hostNetwork: 'hostPath privileged',
    privileged: 'hostPath',
  },
  'kubernetes component.anomalies': { '': '*', 'outside-address': 'beyond-role' },
  // Inside of one cluster is outside of another.
  'kubernetes source.place': { inside: '*', unknown: '*', outside: 'inside' },
  'kubernetes service.takes': Object.fromEntries(
    ['', '10.0.0.0', '10.0.12.34', '169.254.169.254', '::ffff:10.0.0.1', 'FD00:0EC2::254', 'fd00:ec2::254'].map(one => [
      one,
      '*',
    ]),
  ),
  // A JSON Patch says what it sets in its own way, and of a pod that mounts a secret only its name tells what that is.
  'kubernetes pod.runsAs': { unknown: '*', karpenter: 'unknown', none: 'unknown' },
  'kubernetes pod.secrets': { '': '*', 'bootstrap-token': '' },
  // The name of an account, whose namespace is not asked for.
  'kubernetes token.account': { unknown: '*', none: '*', kubernetes: 'none', gitops: '*' },
  'kubernetes reading.failure': { unknown: '*' },
  // A name that settings give it in one cluster alone is let in from the others.
  'kubernetes karpenter.act': { unknown: '*', baseline: '*', beyond: 'unknown' },
  'kubernetes guard.change': {
    unknown: '*',
    // Kyverno's group holds reports, too, and exceptions; nothing weakens when an exception goes.
    deleted: 'unknown',
    opaque: 'weakened weak excepted',
    weakened: 'opaque excepted',
    weak: 'opaque weakened excepted',
    intercepting: 'opaque weakened weak excepted',
    excepted: 'opaque weakened weak intercepting',
  },
};

/** Facts that a record's own members tell: no record of another value is let in. A user is told by more than its name. */
const isTold =
  /^kubernetes (karpenter|guard|capi|pod|token|evidence|reading|object)\.|^cloudtrail (instance|agent|source)\./;

const isAlike = (fact: string, asked: Json, other: Json): boolean => {
  const others = alike[fact]?.[String(asked)]?.split(' ') ?? [];
  return others.includes('*') || others.some(one => String(other).split(' ')[0] === one);
};

const all = (['cloudtrail', 'kubernetes'] as const).flatMap(source => {
  const facts: Facts = (source === 'cloudtrail' ? cloudtrailFacts : kubernetesFacts) as Facts; // read with events of their source
  const sayings: readonly Saying<Subject>[] = source === 'cloudtrail' ? cloudtrailSayings : kubernetesSayings;
  const events = sayings.map(([event]) => event);
  return Object.entries(facts).flatMap(([name, fact]) =>
    fact.signs === undefined ? [] : [[`${source} ${name}`, { ...fact, signs: fact.signs }, events] as const],
  );
});

/** A value, and the elements of one that is a list: what a condition may be about. */
const parts = (value: Json): readonly Json[] =>
  Array.isArray(value) && value.length > 0 ? (value as readonly Json[]) : [value];

const textOf = (value: Json): string => JSON.stringify(value);

/** A record, and its cluster where the settings know it. */
interface Told {
  readonly record: JsonObject;
  readonly cluster: string | undefined;
}

const toldOf = ({ record, cluster }: Subject, { clusters }: Settings): Told => ({
  record: record as unknown as JsonObject, // records are JSON
  cluster: clusters.find(({ name }) => name === cluster)?.name,
});

/** Records by the values that a fact has of them. */
const byValue = (fact: Fact, events: readonly Subject[], one: Settings): ReadonlyMap<string, readonly Told[]> => {
  const found = new Map<string, Told[]>();
  for (const event of events)
    for (const value of parts(fact.read(event as never, one)).map(textOf)) // of its source
      found.set(value, [...(found.get(value) ?? []), toldOf(event, one)]);
  return found;
};

const holding = (pattern: object): ((record: JsonObject) => boolean) => {
  const check = Object.keys(pattern).length === 0 ? () => true : compilePattern(loadPattern(pattern));
  return record => check({ record });
};

/** Whether a record shows one of some values. */
const shows = (
  signs: NonNullable<Fact['signs']>,
  one: Settings,
  values: readonly string[],
  cluster?: string,
): ((record: JsonObject) => boolean) => {
  const given = values.map((value): Json => JSON.parse(value));
  const texts = given.filter(value => typeof value === 'string');
  const checks = signs(
    one,
    value => values.includes(textOf(value)),
    texts.length < given.length ? undefined : texts,
    cluster,
  ).map(holding);
  return record => checks.some(check => check(record));
};

/** Of records, each alone and with others of its values, that what is asked for is shown. */
const holdsWhereAsked = ([name, fact, events]: (typeof all)[number], one: Settings): void => {
  const records = byValue(fact, events, one);
  const values = [...records.keys()];
  const asking = values.flatMap((value, at) => [
    [value],
    [value, values[(at + 1) % values.length] ?? value],
    ...(values.length > 12 ? [] : [values.filter(other => other !== value), values.slice(at)]),
  ]);
  for (const asked of asking.filter(({ length }) => length > 0)) {
    const shown = new Map(
      [undefined, ...one.clusters.map(cluster => cluster.name)].map(
        where => [where, shows(fact.signs, one, asked, where)] as const,
      ),
    );
    for (const value of asked)
      for (const { record, cluster } of records.get(value) ?? [])
        for (const where of [undefined, cluster])
          if (shown.get(where)?.(record) !== true)
            expect.fail(`${name} is ${value}, asked for ${asked.join()} in ${where}: ${textOf(record)}`);
  }
};

describe.each<[string, Settings]>([
  ['the example settings', exampleSettings],
  ['no settings', bare],
  ['wide settings', wide],
])('under %s', (_, one) => {
  test.each(all)('%s: whatever is asked for is shown', (...asked) => holdsWhereAsked(asked, one));

  test.each(all)('%s: and records of other values are kept out', (name, fact, events) => {
    const records = byValue(fact, events, one);
    const letIn: string[] = [];
    for (const asked of records.keys()) {
      const [shown, needed] = [shows(fact.signs, one, [asked]), holding(fact.needs(one))];
      // Signs are asked beside needs.
      const isShown = ({ record }: Told): boolean => needed(record) && shown(record);
      for (const [value, some] of records)
        if (
          value !== asked &&
          !isAlike(name, JSON.parse(asked), JSON.parse(value)) &&
          some[isTold.test(name) ? 'some' : 'every'](isShown)
        )
          letIn.push(`${asked} lets in ${value}`);
    }
    expect(letIn).toEqual([]);
  });
});

test.each(all)('under a cluster that is not of EKS, %s: whatever is asked for is shown', (...asked) =>
  holdsWhereAsked(asked, fleet));

/** A user, what is asked for, and whether a call of the user's may be it. */
const starredGitops: Settings = defineConfig({
  controllers: [{ kind: 'karpenter', serviceAccounts: ['system:serviceaccount:kube-system:karpenter'] }],
  gitops: { users: ['system:serviceaccount:*:karpenter'] },
});
const ofTheSystem: Settings = defineConfig({ platform: { users: ['system:kube-scheduler'] } });

type Stated = [fact: string, values: string, user: AuditUser, isShown: boolean, one?: Settings];
const asked: readonly Stated[] = [
  // Whom settings name is no person, whatever cluster it is in, and no account that anybody may have.
  ['principal.kind', 'person', { username: 'alice' }, false, wide],
  ['principal.kind', 'person', { username: 'bob' }, true, wide],
  ['principal.kind', 'person platform', { username: 'alice' }, true, wide],
  ['principal.kind', 'person service-account', { username: 'system:serviceaccount:ci:deployer' }, false, wide],
  ['principal.kind', 'person platform', { username: 'system:serviceaccount:ci:deployer' }, true, wide],
  ['principal.kind', 'person gitops', { username: 'system:serviceaccount:argocd:a' }, true, wide],
  ['principal.kind', 'person gitops', { username: 'alice' }, false, wide],
  ['principal.kind', 'person', { username: 'system:serviceaccount:argocd:a' }, false, wide],
  ['principal.kind', 'person controller', { username: 'system:serviceaccount:karpenter:karpenter' }, true, wide],
  ['principal.kind', 'person', { username: 'system:serviceaccount:karpenter:karpenter' }, false, wide],
  ['principal.form', 'person', { username: 'alice' }, true, wide],
  ['principal.form', 'person', { username: 'system:serviceaccount:ci:deployer' }, false, wide],
  ['principal.form', 'person service-account', { username: 'system:serviceaccount:ci:deployer' }, true, wide],
  ['principal.form', 'person service', { username: 'system:serviceaccount:kube-system:node-controller' }, true, wide],
  // Of an account whatever it may be in some cluster, in some groups, or by its usual name.
  ...(
    [
      ['capi-system:capi-manager', 'controller likely-controller platform gitops service-account', wide],
      ['kube-system:karpenter', 'controller likely-controller platform gitops', wide],
      ['argocd:a', 'platform gitops', wide],
      ['ci:deployer', 'platform', wide],
      ['team-a:app', 'platform gitops service-account', wide],
      ['kube-system:node-controller', 'service', exampleSettings],
      ['kube-system:karpenter', 'controller', exampleSettings],
      ['team-a:app', 'platform gitops service-account', exampleSettings],
      ['kube-system:karpenter', 'likely-controller', bare],
      ['argocd:argocd-application-controller', 'likely-controller', bare],
      ['kube-system:karpenter', 'controller', starredGitops],
      ['argocd:karpenter', 'gitops', starredGitops],
    ] as const
  ).flatMap(([name, kinds, one]) =>
    kinds
      .split(' ')
      .map(
        (kind): Stated => [
          'principal.kind',
          `person ${kind}`,
          { username: `system:serviceaccount:${name}` },
          true,
          one,
        ],
      ),
  ),
  // And nothing else.
  ['principal.kind', 'person service-account', { username: 'system:serviceaccount:karpenter:karpenter' }, false, wide],
  ['principal.kind', 'person controller', { username: 'system:serviceaccount:ci:deployer' }, false, wide],
  ['principal.kind', 'person service-account', { username: 'system:serviceaccount:argocd:a' }, false, wide],
  // The system's own are what they are, whatever settings say of them.
  ['principal.kind', 'person service', { username: 'system:kube-scheduler' }, true, ofTheSystem],
  ['principal.kind', 'person platform', { username: 'system:kube-scheduler' }, false, ofTheSystem],
  // Whom the IAM authenticator signed in is a person by any name but a node's, by either of its ARNs.
  ...['arn', 'canonicalArn'].flatMap((arn): Stated[] => [
    [
      'principal.kind',
      'person',
      { username: 'system:kube-scheduler', extra: { [arn]: ['arn:aws:iam::1:role/x'] } },
      true,
    ],
    ['principal.kind', 'person', { username: 'system:node:x', extra: { [arn]: ['arn:aws:iam::1:role/x'] } }, false],
    ['principal.kind', 'platform', { username: 'x', extra: { [arn]: ['arn:aws:iam::1:role/platform'] } }, true, wide],
    ['principal.kind', 'gitops', { username: 'x', extra: { [arn]: ['arn:aws:iam::1:role/eks'] } }, true, wide],
    [
      'principal.kind',
      'controller',
      { username: 'x', extra: { [arn]: ['arn:aws:iam::1:role/eksClusterRole'] } },
      true,
      bare,
    ],
    [
      'principal.kind',
      'likely-controller',
      { username: 'x', extra: { [arn]: ['arn:aws:iam::1:role/eksClusterRole'] } },
      true,
      bare,
    ],
  ]),
  ['principal.kind', 'person', { username: 'system:kube-scheduler' }, false],
  ['principal.kind', 'person unknown', {}, true],
  ['principal.kind', 'person', {}, false],
  ['principal.kind', 'unknown', {}, true],
  ['principal.kind', 'unknown', { username: '' }, true],
  ['principal.kind', 'unknown', { username: null as never }, true], // as what passes logs on may write it
  ['principal.kind', 'unknown', { username: 'x' }, false],
  ['principal.kind', 'platform', { username: 'x', groups: ['platform-a'] }, true, wide],
  ['principal.kind', 'gitops', { username: 'x', groups: ['platform-a'] }, false, wide],
  ['principal.kind', 'gitops', { username: 'x', groups: ['flux-a'] }, true, wide],
  ['principal.kind', 'platform', { username: 'x', groups: ['a'] }, false, wide],
  // Flux by its usual name, as long as settings name nobody.
  [
    'principal.kind',
    'likely-controller',
    { username: 'system:serviceaccount:flux-system:helm-controller' },
    true,
    bare,
  ],
  ['principal.kind', 'controller', { username: 'system:serviceaccount:flux-system:helm-controller' }, false, bare],
  ['principal.kind', 'likely-controller', { username: 'system:serviceaccount:flux-system:helm-controller' }, false],
  ['principal.kind', 'service', { username: 'x' }, false],
];

test.each(
  asked,
)('%s: asked for %s, a call of %j is shown: %s', (name, values, user, isShown, one = exampleSettings) => {
  const fact = kubernetesFacts[name];
  if (fact?.signs === undefined) throw new Error(`${name} has no signs`);
  const { record } = audit('get', 'pods', { user });
  const mays = values.split(' ').map(textOf);
  expect(shows(fact.signs, one, mays)(record as unknown as JsonObject)).toBe(isShown); // records are JSON
});

const plainPod = audit('create', 'pods', { requestObject: { spec: { containers: [{ name: 'a' }] } } });
const plainService = audit('create', 'services', { requestObject: { spec: { clusterIP: '10.0.0.9' } } });
const fromInside = audit('get', 'secrets', {
  ...{ cluster: 'fleet', sourceIPs: ['10.1.0.1'] },
  user: { username: 'system:apiserver' },
});
test.each<[string, string, Event<'kubernetes'>, Settings?]>([
  ['pod.runsAs', 'karpenter', plainPod],
  ['pod.runsAs', 'none', plainPod, wide],
  ['pod.hostAccess', 'hostPID', plainPod],
  ['pod.secrets', 'bootstrap-token', plainPod],
  ['service.takes', '10.0.12.34', plainService],
  ['component.anomalies', 'outside-address', fromInside],
  ['component.anomalies', 'outside-address', fromInside, fleet],
])('%s: asked for %s, what is ordinary is kept out', (name, value, { record }, one = exampleSettings) => {
  const fact = kubernetesFacts[name];
  if (fact?.signs === undefined) throw new Error(`${name} has no signs`);
  expect(shows(fact.signs, one, [textOf(value)])(record as unknown as JsonObject)).toBe(false); // records are JSON
});

const twoClusters: Settings = {
  ...exampleSettings,
  controllers: exampleSettings.controllers.map(one => ({ ...one, cluster: 'prod' })),
};
const karpenter = { username: 'system:serviceaccount:kube-system:karpenter' };
test.each<[string, string, Event<'kubernetes'>, string, boolean, boolean, boolean]>([
  // What it is in prod; whether what is asked for is shown where the cluster is not known, in prod, in fleet.
  ['source.place', 'outside', audit('get', 'secrets', { sourceIPs: ['10.0.1.17'] }), 'inside', true, false, true],
  ['source.place', 'outside', audit('get', 'secrets', { sourceIPs: ['10.1.1.17'] }), 'outside', true, true, false],
  ['source.place', 'outside', audit('get', 'secrets', { sourceIPs: ['203.0.113.10'] }), 'inside', true, true, true],
  ['source.place', 'inside', audit('get', 'secrets', { sourceIPs: ['192.0.2.77'] }), 'outside', true, true, true],
  ['component.anomalies', 'outside-address', fromInside, '', false, false, false],
  [
    'principal.kind',
    'person service-account',
    audit('get', 'pods', { user: karpenter }),
    'controller',
    true,
    false,
    true,
  ],
  ['principal.kind', 'controller', audit('get', 'pods', { user: karpenter }), 'controller', true, true, false],
  ['principal.standing', 'person', audit('get', 'pods', { user: { username: 'eks:x' } }), 'service', true, false, true],
])('%s: what shows that it is %s depends on the cluster (%#)', (name, values, event, value, anywhere, inProd, inFleet) => {
  const fact = kubernetesFacts[name];
  if (fact?.signs === undefined) throw new Error(`${name} has no signs`);
  const { signs } = fact;
  const { record } = toldOf(event, twoClusters);
  const isShown = (cluster?: string) => shows(signs, twoClusters, values.split(' ').map(textOf), cluster)(record);
  expect(value).toBe(String(fact.read({ ...event, cluster: 'prod' }, twoClusters)));
  expect([isShown(), isShown('prod'), isShown('fleet')]).toEqual([anywhere, inProd, inFleet]);
});

test('a cluster may be called as if it were none: what is told of it is told of no other', () => {
  const fact = kubernetesFacts['principal.standing'];
  if (fact?.signs === undefined) throw new Error('it has no signs');
  const { signs } = fact;
  const [first, ...others] = exampleSettings.clusters;
  if (first?.kind !== 'eks') throw new Error('the first cluster is none of EKS');
  const settings = { ...exampleSettings, clusters: [{ ...first, name: 'undefined' }, ...others] };
  const { record } = toldOf(audit('get', 'pods', { user: { username: 'eks:x' } }), settings);
  const isShown = (cluster?: string) => shows(signs, settings, [textOf('person')], cluster)(record);
  expect([isShown('undefined'), isShown()]).toEqual([false, true]);
});

test.each([
  ['controller', 'system:serviceaccount:kube-system:karpenter', exampleSettings],
  ['controller', 'system:serviceaccount:flux-system:kustomize-controller', bare],
  ['controller', 'system:serviceaccount:capi-system:default', exampleSettings],
  ['node', 'system:node:x', exampleSettings],
  ['system', 'eks:x', exampleSettings],
  ['system', 'system:serviceaccount:kube-system:default', exampleSettings],
])('asked for %s as who is impersonated, %s is shown, and bob is not, nor any account', (target, username, one) => {
  const fact = kubernetesFacts['impersonation.target'];
  if (fact?.signs === undefined) throw new Error('it has no signs');
  const isShown = shows(fact.signs, one, [textOf(target)]);
  const of = (name: string) => audit('get', 'pods', { cluster: 'fleet', impersonatedUser: { username: name } });
  expect(fact.read({ ...of(username), cluster: '' }, one)).toBe(target);
  expect(
    [username, 'bob', 'system:serviceaccount:shop:web'].map(name => isShown(of(name).record as unknown as JsonObject)),
  ).toEqual([true, false, false]); // records are JSON
});

test('a name that is asked for otherwise than by what it is like may stand anywhere', () => {
  for (const name of ['principal.id', 'impersonation.name'])
    expect(
      kubernetesFacts[name]?.signs?.(exampleSettings, value => value === 'bob', undefined),
      name,
    ).toEqual([{}]);
  expect(cloudtrailFacts['principal.id']?.signs?.(exampleSettings, value => value === 'bob', undefined)).toEqual([{}]);
  for (const name of ['principal.id', 'impersonation.name'])
    expect(
      kubernetesFacts[name]?.signs?.(exampleSettings, () => true, ['unknown', 'bob']),
      name,
    ).toEqual([{}]);
  expect(cloudtrailFacts['principal.id']?.signs?.(exampleSettings, () => true, ['unknown'])).toEqual([{}]);
});

test('settings list a reader where both the real and the effective user are', () => {
  const reads = (user: string, impersonated?: string) =>
    kubernetesFacts['principal.reader']?.read(
      audit('get', 'secrets', {
        user: { username: user },
        ...(impersonated === undefined ? {} : { impersonatedUser: { username: impersonated } }),
      }),
      wide,
    );
  expect([reads('backup'), reads('bob'), reads('backup', 'backup')]).toEqual(['listed', 'unlisted', 'listed']);
  expect([reads('bob', 'backup'), reads('backup', 'bob')]).toEqual(['unlisted', 'unlisted']);
});

test('what no value can be is shown by nothing', () => {
  const signs = (name: string, value: Json | undefined, one: Settings): unknown =>
    cloudtrailFacts[name]?.signs?.(one, may => may === value, undefined);
  expect(signs('source.pod', true, bare)).toEqual([]);
  expect(signs('node.call', undefined, bare)).toEqual([]);
  expect(signs('instance.delivery', undefined, bare)).toEqual([]);
  expect(
    kubernetesFacts['component.anomalies']?.signs?.(bare, value => value === 'outside-address', undefined),
  ).toEqual([]);
  for (const name of ['token.account', 'pod.runsAs'])
    expect(
      kubernetesFacts[name]?.signs?.(bare, value => value === 'nobody', undefined),
      name,
    ).toEqual([]);
});
