import { describe, expect, test } from 'vitest';
import { compile } from '../../core/compile.ts';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit, serviceAccount, users } from '../../core/kubernetes/example.ts';
import { keptOf } from '../../core/kubernetes/kept.ts';
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

test('an object is asked for by its name even where that looks like a secret', () => {
  const name = 'abcdef.0123456789abcdef'; // as a bootstrap token
  const { record } = askingOf(write({ objectRef: { name } }));
  expect(addressOf({ ...write(), record }).name).toBe(name);
});
