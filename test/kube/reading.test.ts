import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from '../../core/compile.ts';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { JsonObject } from '../../core/json.ts';
import { differenceOf } from '../../core/kubernetes/difference.ts';
import { audit, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { keptBytes, keptOf } from '../../core/kubernetes/kept.ts';
import {
  addressOf,
  askingOf,
  readAgainBy,
  readingOf,
  type Version,
  wantsReading,
  withReading,
} from '../../core/kubernetes/reading.ts';
import type { Settings } from '../../core/settings.ts';
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
  ];
  test.each(rows)('%s', (_, event, expected) => {
    expect(wantsReading(event, settings, time + second)).toBe(expected);
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
