import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from '../../core/compile.ts';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { differenceOf } from '../../core/kubernetes/difference.ts';
import { audit, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { hashedUserData, keptBytes, keptOf } from '../../core/kubernetes/kept.ts';
import {
  addressOf,
  askingOf,
  leavesSpec,
  type Reading,
  readAgainBy,
  readingNotes,
  readingOf,
  userDataRead,
  type Version,
  wantsReading,
  withReading,
} from '../../core/kubernetes/reading.ts';
import type { Cluster, Settings } from '../../core/settings.ts';
import { detections } from '../../detections/index.ts';

const settings: Settings = {
  ...exampleSettings,
  clusters: exampleSettings.clusters.map(one => (one.name === 'prod' ? { ...one, reader: true } : one)),
};
const target = 'nodepools.karpenter.sh';
const time = Date.parse('2026-09-01T10:00:00.123Z');
const second = 1_000;
const write = (over: Parameters<typeof audit>[2] = {}, verb = 'patch', of = target) =>
  audit(verb, of, { objectRef: { name: 'default' }, ...over });

describe('an object is read', () => {
  const rows: readonly (readonly [string, ReturnType<typeof audit>, boolean])[] = [
    ['after a write without a body', write(), true],
    ['after it was made', write({}, 'create'), true],
    ['after the platform wrote it', write({ user: users.platform }), true],
    ['after somebody wrote it as Karpenter', write({ impersonatedUser: users.karpenter }), true],
    ['not where the body was logged', write({ requestObject: { spec: {} } }), false],
    ['not where the result was logged', write({ responseObject: { spec: {} } }), false],
    ['not after it was deleted', write({}, 'delete'), false],
    ['not after it was only read', write({}, 'get'), false],
    ['not where the write was refused', write({ responseStatus: { code: 403 } }), false],
    ['not after a dry run', write({ requestURI: '/apis/karpenter.sh/v1/nodepools/default?dryRun=All' }), false],
    ['not after a write of its status', write({}, 'patch', `${target}/status`), false],
    ['not after the controller wrote its hash', write({ user: users.karpenter }), false],
    ['not of a kind that no rule judges', write({}, 'patch', 'nodeclaims.karpenter.sh'), false],
    ['not of a kind of another group', write({}, 'patch', 'nodepools.example.com'), false],
    ['not in a cluster without a reader', write({ cluster: 'fleet' }), false],
    ['not in a cluster that nobody named', write({ cluster: 'other' }), false],
    ['not in a cluster of the same name in another account', { ...write(), account: '444455556666' }, false],
    ['not in a cluster of the same name in another region', { ...write(), region: 'us-east-1' }, false],
    ['after an update', write({}, 'update'), true],
    ['where the log does not say of which account it is', { ...write(), account: '' }, true],
    ['where the log does not say of which region it is', { ...write(), region: '' }, true],
    [
      'not after the controller wrote as itself',
      write({ user: users.karpenter, impersonatedUser: users.karpenter }),
      false,
    ],
    [
      'after the controller wrote as somebody else',
      write({ user: users.karpenter, impersonatedUser: users.developer }),
      true,
    ],
  ];
  test.each(rows)('%s', (_, event, expected) => {
    expect(wantsReading(event, settings, time + second)).toBe(expected);
  });

  test('not of CloudTrail, whatever it holds', () => {
    expect(wantsReading({ ...write(), source: 'cloudtrail' } as never, settings, time)).toBe(false);
  });

  test('in a cluster that settings place nowhere, at home', () => {
    const [{ account: _, region: __, ...prod }] = settings.clusters.filter(({ name }) => name === 'prod') as [Cluster]; // it is there
    const unplaced: Settings = { ...settings, home: 'us-east-1', clusters: [prod] };
    const at = (region: string, account = '111122223333') =>
      wantsReading({ ...write(), region, account }, unplaced, time);
    expect([at('us-east-1'), at('us-east-1', '444455556666'), at('eu-west-1'), at('')]).toEqual([
      true,
      true,
      false,
      true,
    ]);
  });

  test('for a day, and the moment at its end', () => {
    const { time: written } = write();
    expect(wantsReading(write(), settings, written + 86_400_000)).toBe(true);
    expect(wantsReading(write(), settings, written + 86_400_001)).toBe(false);
  });

  test('not a day later, when it says nothing of the write any more', () => {
    expect(wantsReading(write(), settings, time + 86_400_000 + second)).toBe(false);
  });

  test('nowhere until the settings say so, and of EKS alone', () => {
    expect(wantsReading(write(), exampleSettings, time)).toBe(false);
    expect(() => defineConfig({ clusters: [{ name: 'own', kind: 'kubeadm', reader: true }] })).toThrow(
      /clusters\.0\.reader/,
    );
    expect(defineConfig({ clusters: [{ name: 'prod', reader: true }] }).clusters[0]?.reader).toBe(true);
  });
});

const metadata = { name: 'default', uid: 'u1', creationTimestamp: '2026-08-01T00:00:00Z', generation: 3 };
const pool = (spec: JsonObject, over: JsonObject = {}): JsonObject => ({
  apiVersion: 'karpenter.sh/v1',
  kind: 'NodePool',
  metadata: { ...metadata, ...over },
  spec,
  status: { nodes: 3 },
});
const version = (at: number, object: JsonObject): Version => ({ at, object: keptOf(object) });

describe('a reading', () => {
  test('is compared with the newest version from before the write', () => {
    const versions = [
      version(time - 9 * second, pool({ limits: { cpu: '10' } })),
      version(time - 90 * second, pool({ limits: { cpu: '1' } })),
      version(time + 2 * second, pool({})),
    ];
    for (const some of [versions, versions.toReversed(), versions.slice(0, 1)])
      expect(readingOf(write(), pool({}), time + 3 * second, some).since).toBe('2026-09-01T09:59:51.123Z');
    expect(readingOf(write(), pool({}), time + 3 * second, versions)).toMatchObject({
      at: '2026-09-01T10:00:03.123Z',
      since: '2026-09-01T09:59:51.123Z',
      changes: [{ path: 'spec.limits', before: '{"cpu":"10"}' }],
    });
  });

  test('says the same when it is made again after its version was kept', () => {
    const before = [version(time - 60 * second, pool({ limits: { cpu: '10' } }))];
    const first = readingOf(write(), pool({}), time + second, before);
    const after = [...before, version(time + second, pool({}))];
    expect(readingOf(write(), pool({}), time + second, after)).toEqual(first);
  });

  test('has nothing to compare with in an object of the same name that was deleted since', () => {
    const before = [version(time - 60 * second, pool({ limits: {} }, { uid: 'u0' }))];
    expect(readingOf(write(), pool({}), time + second, before)).not.toHaveProperty('changes');
  });

  const managed = (at: string, subresource?: string) => ({
    managedFields: [{ manager: 'kubectl', time: at, ...(subresource === undefined ? {} : { subresource }) }],
  });
  test.each([
    [
      'of another object than the event names',
      write({ objectRef: { name: 'default', uid: 'u0' } }),
      {},
      'replaced',
      undefined,
    ],
    ['made after the write', write(), { creationTimestamp: '2026-09-01T10:00:30Z' }, 'replaced', undefined],
    ['written again since', write(), managed('2026-09-01T10:00:04Z'), undefined, true],
    ['whose status was written since', write(), managed('2026-09-01T10:00:04Z', 'status'), undefined, undefined],
    ['as it was written', write(), managed('2026-09-01T10:00:00Z'), undefined, undefined],
  ] as const)('of an object %s says so', (_, event, over, failure, newer) => {
    const reading = readingOf(event, pool({}, over), time + 5 * second, []);
    expect([reading.failure, reading.newer]).toEqual([failure, newer]);
  });

  test('of a version as old as the write, or a moment older, is none from before it', () => {
    const limits = (cpu: string) => pool({ limits: { cpu } });
    const at = (ago: number) => readingOf(write(), pool({}), time + second, [version(time - ago, limits('1'))]).since;
    expect([at(5_000), at(5_001)]).toEqual([undefined, '2026-09-01T09:59:55.122Z']);
  });

  test.each([
    [7, undefined],
    ['2026-09-01T10:00:05.123Z', undefined],
    ['2026-09-01T10:00:05.124Z', 'replaced'],
    ['2026-09-01T09:00:00Z', undefined],
  ])('of an object made at %s: %s', (creationTimestamp, failure) => {
    expect(readingOf(write(), pool({}, { creationTimestamp }), time + 9 * second, []).failure).toBe(failure);
  });

  test.each([
    [['2026-09-01T10:00:01.123Z'], undefined],
    [['2026-09-01T10:00:01.124Z'], true],
    [['2026-09-01T10:00:09Z', '2026-09-01T09:00:00Z'], true],
    [['then'], undefined],
    [[], undefined],
  ])('of an object whose specification was written at %j: newer %s', (times, newer) => {
    const managedFields = times.map(at => ({ manager: 'kubectl', time: at }));
    expect(readingOf(write(), pool({}, { managedFields }), time + 9 * second, []).newer).toBe(newer);
  });

  test('is of what the write was answered with, not of when it was asked', () => {
    const slow = write({ stageTimestamp: '2026-09-01T10:00:20.123Z' });
    const late = { creationTimestamp: '2026-09-01T10:00:25Z' };
    expect(readingOf(slow, pool({}, late), time + 30 * second, []).failure).toBeUndefined();
    expect(readingOf(write({ stageTimestamp: 'x' }), pool({}, late), time + 30 * second, []).failure).toBe('replaced');
  });

  test('is of the object that the event names by its id, where it names one', () => {
    const of = (uid: string | undefined) =>
      readingOf(
        write({ objectRef: { name: 'default', ...(uid === undefined ? {} : { uid }) } }),
        pool({}),
        time + second,
        [],
      );
    expect([of('u1'), of(undefined), of('u0')].map(({ failure }) => failure)).toEqual([
      undefined,
      undefined,
      'replaced',
    ]);
  });

  test('says how many changes there are beyond those that are kept', () => {
    const many = Object.fromEntries(Array.from({ length: 45 }, (_, at) => [`m${at}`, at]));
    const reading = readingOf(write(), pool(many), time + second, [version(time - 60 * second, pool({}))]);
    expect([reading.changes?.length, reading.more]).toEqual([40, 5]);
    const few = readingOf(write(), pool({ a: 1 }), time + second, [version(time - 60 * second, pool({}))]);
    expect(few).not.toHaveProperty('more');
  });

  test.each<[string, Partial<Reading>, boolean]>([
    ['changes its specification', { changes: [{ path: 'spec.limits' }] }, false],
    ['changes all of it', { changes: [{ path: 'spec' }] }, false],
    ['changes what begins so', { changes: [{ path: 'specification' }] }, true],
    ['changes a label', { changes: [{ path: 'metadata.labels.spec' }] }, true],
    ['changes more than is kept', { changes: [{ path: 'metadata.labels.a' }], more: 1 }, false],
    ['changes what is not known', {}, false],
    ['changes nothing', { changes: [] }, true],
  ])('that %s leaves the specification: %s', (_, reading, leaves) => {
    expect(leavesSpec(write({ reading: { at: '', ...reading } as Reading }).record)).toBe(leaves);
  });

  const withData = { spec: { userData: '[redacted: user data]' } };
  test.each<[string, string, Partial<Reading>, string | undefined]>([
    ['create', 'not there', {}, undefined],
    ['create', 'there', { object: withData }, 'set'],
    ['update', 'there', { object: withData }, 'rewritten'],
    ['patch', 'there', { object: withData }, 'rewritten'],
    ['patch', 'empty', { object: { spec: { userData: '' } } }, 'unknown'],
    ['create', 'not in it', { object: {} }, 'unknown'],
    ['patch', 'changed', { object: withData, changes: [{ path: 'spec.userData' }] }, 'set'],
    ['patch', 'taken out', { object: {}, changes: [{ path: 'spec.userData' }] }, 'removed'],
    ['patch', 'new with all else', { object: withData, changes: [{ path: 'spec' }] }, 'set'],
    ['patch', 'as before', { object: withData, changes: [{ path: 'spec.userDataX' }] }, 'unknown'],
  ])('after %s, of user data that is %s: %s', (verb, _, reading, said) => {
    expect(userDataRead(write({ reading: { at: '', ...reading } as Reading }, verb).record)).toBe(said);
  });

  const read = 'read from the cluster after the write, since the audit log has no body';
  const again = 'it was written again before it was read: the newest write may be another’s';
  const never = 'it was never read before: what the write changed is not known';
  test.each<[string, Partial<Reading>, readonly string[]]>([
    ['patch', { failure: 'gone' }, []],
    ['patch', { object: {} }, [read, never]],
    ['create', { object: {} }, [read]],
    ['patch', { object: {}, changes: [] }, [read]],
    ['patch', { object: {}, changes: [], newer: true }, [read, again]],
  ])('after %s of %j notes so', (verb, reading, notes) => {
    expect(readingNotes(write({ reading: { at: '', ...reading } as Reading }, verb))).toEqual(notes);
  });

  const judge = compile(
    detections.filter(({ id }) => readAgainBy.includes(id)),
    [],
    settings,
  );
  const found = (event: ReturnType<typeof audit>, object: JsonObject, versions: readonly Version[] = []) =>
    judge(withReading(event, readingOf(event, object, time + 4 * second, versions)));

  test('is judged like a body, and the finding says which evidence it is', () => {
    const [match, ...more] = found(write(), pool({ limits: {} }));
    expect(more).toEqual([]);
    expect(match).toMatchObject({
      detection: 'kubernetes/nodepool-unrestricted',
      severity: 'high',
      eventId: write().id,
      notes: [
        'read from the cluster after the write, since the audit log has no body',
        'it was never read before: what the write changed is not known',
      ],
    });
    expect(match?.title).toContain('(judged by the reading)');
  });

  test('of a specification that the write left alone is nobody’s doing', () => {
    const before = [version(time - 60 * second, pool({ limits: {} }))];
    expect(found(write(), pool({ limits: {} }, { labels: { team: 'a' } }), before)).toEqual([]);
    expect(found(write(), pool({ limits: {}, weight: 1 }), before)).toHaveLength(1);
  });

  test('is not judged for the controller', () => {
    expect(found(write({ user: users.karpenter }), pool({ limits: {} }))).toEqual([]);
    expect(found(write({ user: serviceAccount('karpenter', 'other') }), pool({ limits: {} }))).toHaveLength(1);
  });

  test('knows user data by its hash, and shows it nowhere', () => {
    const nodeClass = (userData: string) => ({
      kind: 'EC2NodeClass',
      metadata: { ...metadata, annotations: { 'kubectl.kubernetes.io/last-applied-configuration': userData } },
      spec: { userData },
    });
    const event = write({}, 'patch', 'ec2nodeclasses.karpenter.k8s.aws');
    const old = 'echo CANARYold0';
    const now = 'echo CANARYnew0';
    const matches = found(event, nodeClass(now), [version(time - 60 * second, nodeClass(old))]);
    expect(matches.map(({ detection, severity }) => [detection, severity])).toEqual([
      ['kubernetes/nodeclass-user-data-changed', 'high'],
    ]);
    const said = JSON.stringify(matches);
    expect(said).toMatch(/"path":"spec.userData","before":"\[redacted: user data, sha256 [0-9a-f]{64}\]"/);
    expect(said).not.toContain('CANARY');
    expect(found(event, nodeClass(old), [version(time - 60 * second, nodeClass(old))])).toEqual([]);
  });
});

describe('what is kept of an object', () => {
  test('is bounded and has no status, whatever it holds', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue(), (labels, spec) => {
        const kept = keptOf({ metadata: { labels }, spec, status: { a: 'b' } } as JsonObject);
        expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThanOrEqual(keptBytes);
        expect(kept).not.toHaveProperty('status');
      }),
    );
    expect(Buffer.byteLength(JSON.stringify(keptOf({ spec: { a: 'x'.repeat(1_000_000) } })))).toBeLessThan(keptBytes);
  });

  test('has of its metadata what says which object it is and what somebody wrote on it', () => {
    const own = {
      name: 'a',
      namespace: 'b',
      uid: 'u',
      generation: 1,
      resourceVersion: '2',
      creationTimestamp: '2026-09-01T10:00:00Z',
      deletionTimestamp: '2026-09-01T11:00:00Z',
      labels: { a: 'b' },
    };
    const kept = keptOf({
      apiVersion: 'karpenter.sh/v1',
      kind: 'NodePool',
      metadata: {
        ...own,
        annotations: { a: 'b', 'kubectl.kubernetes.io/last-applied-configuration': '{}' },
        managedFields: [],
        ownerReferences: [],
      },
      spec: { a: null, b: [1, null, { c: 'd' }], e: undefined },
      status: {},
    });
    expect(kept).toEqual({
      apiVersion: 'karpenter.sh/v1',
      kind: 'NodePool',
      metadata: { ...own, annotations: { a: 'b' } },
      spec: { a: null, b: [1, null, { c: 'd' }] },
    });
    expect(keptOf({})).toEqual({ metadata: { annotations: {} }, spec: {} });
    expect(keptOf({ apiVersion: 7, kind: null, metadata: { annotations: 'x', name: null } } as never)).toEqual({
      metadata: { annotations: {}, name: null },
      spec: {},
    });
  });

  test('has user data nowhere but as a hash, which is the same for the same', () => {
    const hash = (text: string) => hashedUserData(text);
    expect(hash('a')).toBe(hash('a'));
    expect(hash('a')).not.toBe(hash('b'));
    expect(
      keptOf({ spec: { userData: 'a', list: [[{ userData: 'b' }]], deep: { userData: { userData: 'c' } } } }).spec,
    ).toEqual({
      userData: hash('a'),
      list: [[{ userData: hash('b') }]],
      deep: { userData: { userData: hash('c') } },
    });
    expect(keptOf({ spec: { userData: null } }).spec).toEqual({ userData: null });
    // Deeper than any specification is: redaction cuts it away whole.
    const nested = (levels: number): JsonObject => (levels === 0 ? { userData: 'CANARY' } : { a: nested(levels - 1) });
    for (const levels of [20, 30, 31, 32, 33, 40, 100])
      expect(JSON.stringify(keptOf({ spec: nested(levels) })), `${levels}`).not.toContain('CANARY');
  });

  test('travels with an address of texts that a cluster would take', () => {
    const objectRef = { name: 'x'.repeat(253), namespace: 'y'.repeat(254), resource: 'nodepools', uid: 7 as never };
    const asking = askingOf(write({ objectRef }));
    expect(asking.record.objectRef).toEqual({
      name: 'x'.repeat(253),
      resource: 'nodepools',
      apiGroup: 'karpenter.sh',
      apiVersion: 'v1',
    });
    expect(addressOf(asking)).toEqual({
      group: 'karpenter.sh',
      version: 'v1',
      resource: 'nodepools',
      name: 'x'.repeat(253),
    });
    expect(addressOf(write({ objectRef: { namespace: 'shop' } }))).toMatchObject({ namespace: 'shop', name: '' });
    const { objectRef: _, ...bare } = write().record;
    expect(addressOf({ ...write(), record: bare })).toEqual({ group: '', version: '', resource: '', name: '' });
  });

  test('travels small', () => {
    const event = write({ userAgent: 'x'.repeat(500_000), annotations: { a: 'y'.repeat(500_000) } });
    const asking = askingOf(event);
    expect(Buffer.byteLength(JSON.stringify(asking))).toBeLessThan(20_000);
    expect([asking.id, asking.time, asking.record.objectRef]).toEqual([event.id, event.time, event.record.objectRef]);
  });
});

test('an object is asked for by its name even where that looks like a secret', () => {
  const name = 'abcdef.0123456789abcdef'; // as a bootstrap token
  const { record } = askingOf(write({ objectRef: { name } }));
  expect(addressOf({ ...write(), record }).name).toBe(name);
});

describe('a difference', () => {
  const of = (before: JsonObject, after: JsonObject) =>
    differenceOf({ spec: before }, { spec: after }, [['spec']]).changes;
  const require = (key: string, ...values: string[]) => ({ key, operator: 'In', values });

  test.each([
    ['nothing', { a: 1, b: 2 }, { b: 2, a: 1 }, []],
    ['a member', { a: 1 }, { a: 2 }, [{ path: 'spec.a', before: '1', after: '2' }]],
    ['a member that is gone', { a: 1 }, {}, [{ path: 'spec.a', before: '1' }]],
    ['a member that is new', {}, { a: { b: 1 } }, [{ path: 'spec.a', after: '{"b":1}' }]],
    [
      'a requirement, whatever the order',
      { r: [require('x', 'a'), require('y', 'b')] },
      { r: [require('y', 'b'), require('x', 'a', 'c')] },
      [{ path: 'spec.r[x].values', before: '["a"]', after: '["a","c"]' }],
    ],
    [
      'elements that nothing tells apart, by their place',
      { r: [{ id: 'a' }, { id: 'b' }] },
      { r: [{ id: 'b' }] },
      [
        { path: 'spec.r[0].id', before: 'a', after: 'b' },
        { path: 'spec.r[1]', before: '{"id":"b"}' },
      ],
    ],
    [
      'a name like a prototype’s',
      { __proto__x: 1 },
      JSON.parse('{"__proto__": 1}'),
      [
        { path: 'spec.__proto__x', before: '1' },
        { path: 'spec.__proto__', after: '1' },
      ],
    ],
  ])('says %s', (_, before, after, expected) => {
    expect(of(before as JsonObject, after as JsonObject)).toEqual(expected);
  });

  test.each([
    ['a value of 200 characters whole', 200, 'v'.repeat(200)],
    ['one of 201 without its end', 201, `${'v'.repeat(199)}…`],
  ])('shows %s', (_, length, after) => {
    expect(of({}, { a: 'v'.repeat(length) })).toEqual([{ path: 'spec.a', after }]);
  });

  test.each([
    [
      'lists of which only some elements have a name, by their place',
      { r: [{ name: 'a', x: 1 }, { x: 2 }] },
      { r: [{ name: 'a', x: 2 }, { x: 2 }] },
      [{ path: 'spec.r[0].x', before: '1', after: '2' }],
    ],
    [
      'elements of one name, by their place',
      { r: [{ name: 'a' }, { name: 'a' }] },
      { r: [{ name: 'a' }, { name: 'a' }, { name: 'a' }] },
      [{ path: 'spec.r[2]', after: '{"name":"a"}' }],
    ],
    [
      'lists of other things, whole',
      { r: ['a', { b: 1 }] },
      { r: ['a', { b: 2 }] },
      [{ path: 'spec.r', before: '["a",{"b":1}]', after: '["a",{"b":2}]' }],
    ],
    [
      'a list in the place of another kind',
      { r: [{ a: 1 }] },
      { r: ['a'] },
      [{ path: 'spec.r', before: '[{"a":1}]', after: '["a"]' }],
    ],
    ['an object in the place of a list', { r: [] }, { r: {} }, [{ path: 'spec.r', before: '[]', after: '{}' }]],
    ['null beside absence', { a: null }, {}, [{ path: 'spec.a', before: 'null' }]],
    ['null in the place of absence', {}, { a: null }, [{ path: 'spec.a', after: 'null' }]],
    [
      'devices by their names',
      { r: [{ deviceName: 'b', x: 1 }, { deviceName: 'a' }] },
      { r: [{ deviceName: 'a' }, { deviceName: 'b' }] },
      [{ path: 'spec.r[b].x', before: '1' }],
    ],
  ])('tells %s', (_, before, after, expected) => {
    expect(of(before as JsonObject, after as JsonObject)).toEqual(expected);
  });

  test('looks 24 levels deep, and shows what lies deeper as it is', () => {
    const nested = (levels: number, value: number): JsonObject =>
      levels === 0 ? { x: value } : { a: nested(levels - 1, value) };
    const path = (levels: number) =>
      of(nested(levels, 1), nested(levels, 2)).map(one => [one.path.split('.').length, one.after]);
    expect([path(22), path(23), path(24)]).toEqual([[[24, '2']], [[25, '2']], [[25, '{"x":2}']]]);
    const listed = (levels: number, value: number): Json => (levels === 0 ? value : [{ a: listed(levels - 1, value) }]);
    const deepest = of({ r: listed(12, 1) }, { r: listed(12, 2) })[0]?.path ?? '';
    expect(deepest.split('[').length - 1).toBe(12);
  });

  test('has the path of its root', () => {
    const object = (a: string) => ({ metadata: { labels: { a } } });
    expect(differenceOf(object('b'), object('c'), [['metadata', 'labels']]).changes).toEqual([
      { path: 'metadata.labels.a', before: 'b', after: 'c' },
    ]);
  });

  test('is none with itself, and bounded with anything', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        expect(differenceOf(one as never, one as never, [['spec']]).changes).toEqual([]);
        expect(
          differenceOf({ spec: one as never }, { spec: other as never }, [['spec']]).changes.length,
        ).toBeLessThanOrEqual(40);
      }),
    );
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`m${at}`, 'v'.repeat(999)]));
    const all = differenceOf({ spec: { a: {} } }, { spec: { a: {}, ...many } }, [['spec']]);
    expect([all.changes.length, all.more]).toEqual([40, 60]);
  });
});
