import { describe, expect, test } from 'vitest';
import { defineConfig } from '../core/config.ts';
import type { AnyDetection } from '../core/detection.ts';
import type { Event, Source } from '../core/event.ts';
import { exampleSettings } from '../core/example-settings.ts';
import type { Facts } from '../core/fact.ts';
import { isObject, type Json, type JsonObject } from '../core/json.ts';
import { loadDetection } from '../core/load.ts';
import { loadPattern } from '../core/pattern/load.ts';
import { sources } from '../core/sources.ts';
import { vocabularies } from '../core/vocabularies.ts';
import { type Said, slipsIn } from '../core/vocabulary.ts';
import { detections } from '../detections/index.ts';
import { cloudtrailSayings, ordinaryCalls } from './facts/cloudtrail.ts';
import { kubernetesSayings, ordinaryAudits } from './facts/kubernetes.ts';
import { fleet, prod, wide } from './facts/settings.ts';

/** Settings in which the callers and objects of the examples are something else. */
const other = defineConfig({
  accounts: ['111122223333'],
  clusters: [{ name: 'prod' }, { name: 'fleet', kind: 'kubeadm' }],
  controllers: [
    {
      kind: 'kubeadm',
      roles: [
        'arn:aws:iam::111122223333:role/platform-deployer',
        'arn:aws:iam::111122223333:user/a*',
        'arn:aws:iam::111122223333:user/c*',
      ],
      serviceAccounts: ['system:serviceaccount:team-*:*', 'system:serviceaccount:kube-system:karpenter'],
    },
    { kind: 'cluster-api', serviceAccounts: ['system:serviceaccount:shop:*'] },
    { kind: 'eks', serviceAccounts: ['system:serviceaccount:fleet-a:*', 'system:serviceaccount:a:*'] },
  ],
  gitops: { arns: ['*:role/developer', '*:role/batch', '*:role/admin'] },
  secretReaders: { arns: ['arn:*'], users: ['s*', 'a*'] },
  exemptNamespaces: ['kube-system'],
  families: { allowed: ['t3'] },
  approvedImages: { owners: ['444455556666'] },
});
const settings = [exampleSettings, defineConfig({}), wide, fleet, prod, other];
const all: readonly Event<Source>[] = [
  ...[...cloudtrailSayings, ...kubernetesSayings].map(([event]) => event),
  ...[...ordinaryCalls, ...ordinaryAudits],
  ...detections.flatMap(({ examples }: AnyDetection) =>
    [...examples.matches, ...examples.misses].flatMap(({ event, after = [] }): readonly Event<Source>[] => [
      event,
      ...after,
    ]),
  ),
];

/** Words that no event here makes a fact say; those of other facts come from unions, of which the compiler holds the vocabulary complete. */
const unseen: ReadonlySet<string> = new Set([
  'source.kind: "unknown"',
  'launch.images.approval: "parameter"',
  'launch.profiles.from: "request"',
  'instance.weakened: "ipv6-endpoint"',
  'network.opened.what: "rdp"',
  'network.opened.what: "etcd"',
  'eks.role-kind: "pipeline"',
  'eks.role-kind: "node"',
  'pod.runsAs: "cluster-api"',
  'pod.runsAs: "eks"',
  'pod.runsAs: "kubernetes"',
  'token.account: "eks"',
]);
const unions = ['posture.problems', 'reading.failure', 'rbac.grants'];

/** Each scalar that stands in a value, with the members on its way. */
const scalarsOf = (value: Json, path: string): readonly (readonly [path: string, Json])[] => {
  if (Array.isArray(value)) return value.flatMap(one => scalarsOf(one, path));
  if (isObject(value)) return Object.entries(value).flatMap(([name, one]) => scalarsOf(one ?? null, `${path}.${name}`));
  return [[path, value]];
};

/** Each word that a vocabulary has, likewise; a text is `text`. */
const wordsOf = (said: Said, path: string): readonly (readonly [path: string, Json])[] => {
  if (said === 'text') return [[path, 'text']];
  if (Array.isArray(said)) return said.map(word => [path, word]);
  return Object.entries(said).flatMap(([name, one]) => wordsOf(one as Said, `${path}.${name}`));
};

const shown = ([path, value]: readonly [string, Json]): string => `${path}: ${JSON.stringify(value)}`;

describe.each(Object.keys(sources) as readonly Source[])('what facts of %s may be', source => {
  const facts: Facts = sources[source].facts as Facts; // read with events of their source
  const { facts: said } = vocabularies[source];
  const words = Object.entries(said).flatMap(([name, one]) => wordsOf(one, name));
  const texts = new Set(words.filter(([, word]) => word === 'text').map(([path]) => path));
  const events = all.filter(one => one.source === source);
  const read = new Set(
    Object.entries(facts).flatMap(([name, fact]) =>
      events.flatMap(event =>
        settings.flatMap(one =>
          scalarsOf(fact.read(event as never, one), name)
            .filter(([path]) => !texts.has(path))
            .map(shown),
        ),
      ),
    ),
  );

  test('is said of each of them', () => {
    expect(Object.keys(said).toSorted(), `core/${source}/vocabulary.ts says what each fact may be`).toEqual(
      Object.keys(facts).toSorted(),
    );
  });

  test('holds whatever is read of some thousand events', () => {
    const known = new Set(words.map(shown));
    expect([...read].filter(one => !known.has(one))).toEqual([]);
  });

  test('is no more than what some event makes them say', () => {
    const never = words.filter(([path, word]) => word !== 'text' && !unions.includes(path)).map(shown);
    expect(never.filter(one => !read.has(one) && !unseen.has(one))).toEqual([]);
  });

  test('no record of theirs has a member that looks like a slip', () => {
    const slips = events.flatMap(({ record }) =>
      slipsIn(asking(record as unknown as JsonObject), vocabularies[source]),
    );
    expect([...new Set(slips)]).toEqual([]);
  });
});

/** A pattern that asks for each member of a record by what stands there, two levels deep. */
const asking = (record: JsonObject) => loadPattern(asked(record, 2));

const asked = (record: JsonObject, levels: number): JsonObject =>
  Object.fromEntries(
    Object.entries(record).flatMap(([name, value]): readonly (readonly [string, Json])[] => {
      const scalars = [value ?? null].flat().filter(one => !isObject(one));
      if (scalars.length > 0) return [[name, scalars]];
      const inner = levels > 1 && isObject(value) ? asked(value, levels - 1) : {};
      return Object.keys(inner).length > 0 ? [[name, inner]] : [];
    }),
  );

const slips = (pattern: object, source: Source = 'cloudtrail') => slipsIn(loadPattern(pattern), vocabularies[source]);

test.each<[string, object, string]>([
  [
    'a value that a fact never has',
    { fact: { 'principal.kind': ['person', 'plattform'] } },
    'fact.principal.kind: "plattform" is not a value that it ever has; allowed here: platform (near it); of all controller, ',
  ],
  [
    'one of an alternative',
    { $or: [{ eventName: ['A'] }, { fact: { 'node.call': ['odd'] } }] },
    'fact.node.call: "odd"',
  ],
  ['one of an alternative among facts', { fact: { $or: [{ 'node.role': ['a'] }, { 'node.call': ['odd'] }] } }, '"odd"'],
  ['a beginning that none has', { fact: { 'iam.role-kind': [{ prefix: 'contoller' }] } }, '{"prefix":"contoller"}'],
  ['an exception that none is', { fact: { 'call.outcome': [{ 'anything-but': ['denied', 'failde'] }] } }, '"failde"'],
  ['a text where it is true or false', { fact: { 'bootstrap.own': ['true'] } }, 'allowed here: true, false'],
  ['a number', { fact: { 'instance.delivery': [2] } }, 'fact.instance.delivery: 2 is not a value'],
  [
    'a member that its objects lack',
    { fact: { 'launch.types': { stge: ['named'] } } },
    'allowed here: stage (near it)',
  ],
  ['a value of a member', { fact: { 'launch.types': { stage: ['lunched'] } } }, 'fact.launch.types.stage: "lunched"'],
  ['one of several members', { fact: { 'tags.written': { $or: [{ key: ['a'] }, { action: ['made'] }] } } }, '"made"'],
  ['objects asked as a value', { fact: { 'launch.types': ['p5.48xlarge'] } }, 'it is asked by its members'],
  ['a value asked as objects', { fact: { 'launch.kind': { type: ['x'] } } }, 'fact.launch.kind: it is no object'],
  ['a misspelt member', { eventSorce: ['ec2.amazonaws.com'] }, 'allowed here: eventSource (near it)'],
  ['a member in other letters', { sourceIpAddress: ['192.0.2.1'] }, 'allowed here: sourceIPAddress (near it)'],
  ['a misspelt one inside', { userIdentity: { sessionContex: { attributes: ['x'] } } }, 'userIdentity.sessionContex:'],
  [
    'one of an alternative inside',
    { userIdentity: { $or: [{ arn: ['a'] }, { acountId: ['b'] }] } },
    'userIdentity.acountId:',
  ],
  [
    'a word that is near two',
    { fact: { 'node.call': ['noter'] } },
    'fact.node.call: "noter" is not a value that it ever has; allowed here: other or none (near it); of all baseline, sensitive, other, none',
  ],
  [
    'a word that is near none',
    { fact: { 'launch.types': { stage: ['afterwards'] } } },
    'fact.launch.types.stage: "afterwards" is not a value that it ever has; allowed here: launched, named, offered',
  ],
  [
    'a member that is near none',
    { fact: { 'launch.imds': { elsewhere: ['x'] } } },
    'fact.launch.imds.elsewhere: no such member; allowed here: from, weak',
  ],
  [
    'objects asked as texts',
    { fact: { 'launch.imds': ['x'] } },
    'fact.launch.imds: it is asked by its members; allowed here: from, weak',
  ],
  ['a member in capitals', { SOURCEIPADDRESS: ['192.0.2.1'] }, 'allowed here: sourceIPAddress (near it)'],
  ['the envelope', { detail: { eventName: ['RunInstances'] } }, 'of EventBridge'],
  ['an object asked as a value', { userIdentity: ['arn:aws:iam::111122223333:user/a'] }, 'userIdentity: ["arn:'],
  ['an object asked to be there', { requestParameters: [{ exists: true }] }, '[{"exists":true}] never holds'],
  [
    'an object asked not to be there, which exempts everything',
    { responseElements: [{ exists: false }, null] },
    'responseElements: [{"exists":false}] always holds; allowed here: an object',
  ],
  [
    'a list of objects asked as a value',
    { resources: ['arn:aws:s3:::a'] },
    'resources: ["arn:aws:s3:::a"] never holds',
  ],
  [
    'true that is written as text',
    { readOnly: ['true'] },
    'readOnly: ["true"] never holds; allowed here: true or false',
  ],
  ['text that is written as true', { sessionCredentialFromConsole: [true] }, 'allowed here: text, in quotes'],
  [
    'text that is written as a number',
    { userIdentity: { sessionContext: { ec2RoleDelivery: [1] } } },
    'userIdentity.sessionContext.ec2RoleDelivery: [1] never holds',
  ],
  ['a range of a text', { eventVersion: [{ numeric: ['>', 1.08] }] }, 'allowed here: text, in quotes'],
  ['an exception of another type', { recipientAccountId: [{ 'anything-but': [111122223333] }] }, 'always holds'],
  ['an operator that does not exist', { eventName: { contains: 'Instances' } }, 'eventName.contains: no such operator'],
  [
    'several values of one operator',
    { eventName: { prefix: ['Run', 'Create'] } },
    'eventName.prefix: one value an operator; allowed here: [{"prefix": …}, {"prefix": …}]',
  ],
  ['a text asked as objects', { eventName: { $or: [{ a: ['x'] }, { b: ['x'] }] } }, 'eventName: it is no object'],
  [
    'a path with dots',
    { 'userIdentity.type': ['Root'] },
    'names are literal, dots included; allowed here: userIdentity',
  ],
  ['a field of a Sigma rule', { 'eventName|startswith': ['Run'] }, 'allowed here: eventName'],
  ['a negation', { $not: { eventName: ['RunInstances'] } }, '$not: no such operator; allowed here: $or, and "unless"'],
  [
    'a comparison with a misspelt member',
    { requestParameters: { a: [{ equalsField: ['userIdentity', 'acountId'] }] } },
    'requestParameters.a.equalsField: userIdentity.acountId: no such member of a record; allowed here: accountId',
  ],
  [
    'a comparison with no fact, in an alternative',
    { userIdentity: { $or: [{ arn: [{ equalsField: ['fact', 'asumed.role'] }] }, { type: ['Root'] }] } },
    'userIdentity.arn.equalsField: fact.asumed.role: no such fact; allowed here: assumed.role (near it)',
  ],
])('%s is told', (_, pattern, told) => {
  const [slip, ...more] = slips(pattern);
  expect(slip).toContain(told);
  expect(more).toEqual([]);
});

test.each<[string, object]>([
  [
    'values and what they are like',
    { fact: { 'principal.kind': ['person', { suffix: 'controller' }, { wildcard: '*f*' }] } },
  ],
  ['presence', { fact: { 'launch.foreign': [{ exists: false }], 'principal.kind': [{ exists: true }] } }],
  ['any text', { fact: { 'principal.id': [{ prefix: 'arn:' }], 'eks.cluster': ['plattform'] } }],
  ['another member of the record', { 'principal.kind': [{ equalsField: ['fact', 'principal.kind'] }] }],
  ['another fact', { fact: { 'assumed.role-kind': [{ equalsField: ['fact', 'iam.role'] }] } }],
  ['a member called like one of the envelope', { userIdentity: { detail: ['x'] } }],
  ['a short word of somebody else’s', { tags: ['x'], uid: ['y'] }],
  [
    'null for an object, and what it holds',
    { responseElements: [null], requestParameters: { a: [{ exists: false }] } },
  ],
  ['a value of another type beside one that holds', { readOnly: [false, 'false', { exists: false }] }],
  [
    'a fact that is compared with a member',
    { fact: { 'assumed.role': [{ equalsField: ['requestParameters', 'a'] }] } },
  ],
  ['members that nobody knows yet', { attestation: ['x'], requestParameters: { instanceTpye: ['x'] } }],
])('%s may be asked', (_, pattern) => {
  expect(slips(pattern)).toEqual([]);
});

test.each<[string, object, string]>([
  [
    'a number that is written as text',
    { responseStatus: { code: ['403'] } },
    'responseStatus.code: ["403"] never holds',
  ],
  ['a body asked to be there', { requestObject: [{ exists: true }] }, 'requestObject: [{"exists":true}] never holds'],
  ['a user asked as a value', { user: ['system:admin'] }, 'user: ["system:admin"] never holds'],
])('%s is told of an audit event', (_, pattern, told) => {
  const [slip, ...more] = slips(pattern, 'kubernetes');
  expect(slip).toContain(told);
  expect(more).toEqual([]);
});

test('a rule of which a condition can never hold does not load, and it is said which', () => {
  const [detection] = detections as readonly [AnyDetection, ...AnyDetection[]];
  const wrong = {
    ...detection,
    unless: [{ fact: { 'principal.kind': ['plattform'] } }],
    severity: [['low', { fact: { 'principal.kind': ['gitopps'] } }], 'high'],
  } as unknown as AnyDetection;
  expect(() => loadDetection(wrong)).toThrow(
    /unless\[0\]: fact\.principal\.kind: "plattform".*severity\[0\]: .*"gitopps"/s,
  );
});
