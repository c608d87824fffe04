import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json, JsonObject } from '../../core/json.ts';
import { differenceOf } from '../../core/kubernetes/difference.ts';
import { audit } from '../../core/kubernetes/example.ts';
import { hashedUserData, keptBytes, keptOf } from '../../core/kubernetes/kept.ts';
import { addressOf, askingOf } from '../../core/kubernetes/reading.ts';

const target = 'nodepools.karpenter.sh';
const write = (over: Parameters<typeof audit>[2] = {}, verb = 'patch', of = target) =>
  audit(verb, of, { objectRef: { name: 'default' }, ...over });

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
