import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { chunked } from '../bench/end-to-end.ts';
import { seededDay } from '../bench/logs.ts';
import { ordinaryAudit, ordinaryTrail } from '../bench/ordinary-log.ts';
import { call } from '../core/cloudtrail/example.ts';
import { cloudtrailOutline } from '../core/cloudtrail/outline.ts';
import { compile } from '../core/compile.ts';
import { defineConfig } from '../core/config.ts';
import type { AnyEvent } from '../core/event.ts';
import { exampleSettings } from '../core/example-settings.ts';
import { memoryFindings } from '../core/findings/memory.ts';
import type { JsonObject } from '../core/json.ts';
import { audit } from '../core/kubernetes/example.ts';
import { auditOutline } from '../core/kubernetes/outline.ts';
import { once } from '../core/once.ts';
import { loadPattern } from '../core/pattern/load.ts';
import { match as oracle } from '../core/pattern/match.ts';
import { detect } from '../core/pipeline.ts';
import { quiet, quietOf } from '../core/quiet.ts';
import type { Place, Read } from '../core/read/contract.ts';
import { Engine } from '../core/read/engine/engine.ts';
import { readObject } from '../core/read/object.ts';
import type { Quiet } from '../core/read/quiet.ts';
import { readRecord } from '../core/read/record.ts';
import type { Shape } from '../core/read/shape.ts';
import { requirementsOf } from '../core/requirements.ts';
import { memoryStore } from '../core/state/memory.ts';
import { detections, knowledge } from '../detections/index.ts';

const place: Place = { account: '111122223333', region: 'eu-west-1', cluster: 'prod' };

const asked = (ask: Quiet, record: unknown, at: Place = place, cluster?: string) => {
  const text = JSON.stringify(record);
  return ask.end(Buffer.from(text), 0, cluster) === text.length ? ask.heard(at) : undefined;
};

const events: readonly AnyEvent[] = detections.flatMap(({ examples }): readonly AnyEvent[] =>
  [...examples.matches, ...examples.misses].flatMap(({ event, after = [], later = [] }): readonly AnyEvent[] => [
    ...(after as readonly AnyEvent[]), // an example's events are of either source
    event as AnyEvent,
    ...(later as readonly AnyEvent[]),
  ]),
);

/** A record, and what the readers make of it. */
const readOf = (record: unknown): AnyEvent => {
  const read = readRecord(Buffer.from(JSON.stringify(record)), place, 'here');
  if (read.kind !== 'event') throw new Error('no event');
  return read.event;
};

describe.each([
  ['the example settings', exampleSettings],
  ['no settings at all', defineConfig({})],
] as const)('under %s', (_, settings) => {
  const ask = quietOf(detections, knowledge, settings);
  const match = compile(detections, knowledge, settings);

  it('no event of which a rule says anything is quiet', () => {
    expect(events.length).toBeGreaterThan(500);
    const isQuiet = (event: AnyEvent): boolean =>
      [undefined, event.cluster].some(cluster => asked(ask, event.record, event, cluster) !== undefined);
    const lost = events.filter(event => match(event).length > 0 && isQuiet(event));
    expect(lost.map(({ record }) => record)).toEqual([]);
  });

  it('most records of an ordinary account are quiet, are what readers say they are, and match nothing', () => {
    const records = [...ordinaryTrail(3_000), ...ordinaryAudit(3_000)];
    let count = 0;
    for (const record of records) {
      const heard = asked(ask, record);
      if (heard === undefined) continue;
      count++;
      const { source, account, cluster, time, ...event } = readOf(record);
      expect(heard).toEqual({ source, account, cluster, time });
      expect(match({ source, account, cluster, time, ...event } as AnyEvent)).toEqual([]);
    }
    expect(count / records.length).toBeGreaterThan(0.75);
  });
});

describe('a record that no rule is about', () => {
  const ask = once(() => quietOf(detections, knowledge, exampleSettings));
  const { record } = call('ec2', 'DescribeVpcs');
  const lease = audit('get', 'leases.coordination.k8s.io').record;

  it('is quiet', () => {
    expect(asked(ask(), record)).toEqual({
      source: 'cloudtrail',
      account: place.account,
      cluster: '',
      time: Date.parse('2026-09-01T10:00:00Z'),
    });
    expect(asked(ask(), lease)).toMatchObject({ source: 'kubernetes', cluster: 'prod' });
  });

  it('may be one where its cluster is known, and is none of another', () => {
    const { record } = audit('create', 'pods', {
      user: { username: 'system:serviceaccount:kube-system:replicaset-controller' },
      sourceIPs: ['10.0.200.11'],
    });
    const fleet = { ...place, cluster: 'fleet' };
    expect(asked(ask(), record)).toBeUndefined();
    expect(asked(ask(), record, place, 'prod')).toMatchObject({ cluster: 'prod' });
    expect(asked(ask(), record, fleet, 'fleet')).toBeUndefined();
    expect(asked(ask(), record, fleet, 'prod')).toBeUndefined();
    expect(asked(ask(), record, { ...place, cluster: 'other' }, 'other')).toBeUndefined();
    expect(asked(ask(), lease, fleet, 'prod')).toBeUndefined();
    expect(asked(ask(), lease, fleet, 'fleet')).toMatchObject({ cluster: 'fleet' });
    // Whose it is, is nothing to CloudTrail's.
    expect(asked(ask(), call('ec2', 'DescribeVpcs').record, place, 'prod')).toMatchObject({ source: 'cloudtrail' });
  });

  it('is asked of by its cluster for the first two that come, so that memory has a bound', () => {
    const { record } = audit('create', 'pods', {
      user: { username: 'system:serviceaccount:kube-system:replicaset-controller' },
      sourceIPs: ['10.0.200.11'],
    });
    const names = ['one', 'two', 'three'];
    const [prod] = exampleSettings.clusters;
    if (prod === undefined) throw new Error('the example has a cluster');
    const several = {
      ...exampleSettings,
      clusters: [...exampleSettings.clusters, ...names.map(name => ({ ...prod, name }))],
    };
    const some = quietOf(detections, knowledge, several);
    const heard = names.map(cluster => asked(some, record, { ...place, cluster }, cluster));
    expect(heard).toMatchObject([{ cluster: 'one' }, { cluster: 'two' }, undefined]);
    expect(asked(some, lease, { ...place, cluster: 'three' }, 'three')).toMatchObject({ cluster: 'three' });
    expect(asked(some, record, { ...place, cluster: 'one' }, 'one')).toMatchObject({ cluster: 'one' });
  });

  it.each<[string, object]>([
    ['is of an insight', { eventType: 'AwsCloudTrailInsight' }],
    ['is of what a VPC endpoint’s owner is told', { eventCategory: 'NetworkActivity' }],
    ['is a notification', { eventSource: 'aws:s3' }],
    ['lacks its id', { eventID: undefined }],
    ['has an empty name', { eventName: '' }],
    ['has a number as its name', { eventName: 7 }],
    ['has an id that is too long', { eventID: 'x'.repeat(129) }],
    ['has a time of another form', { eventTime: '2026-09-01 10:00:00' }],
    ['has a text where an object belongs', { userIdentity: 'alice' }],
    ['has a number where a text belongs', { userAgent: 7 }],
    ['holds a list of records', { Records: [] }],
    ['has an escape in a text that is read', { eventName: 'Describe\u0001Vpcs' }],
    [
      'has a list that a pattern looks into',
      { userIdentity: { ...record.userIdentity, sessionContext: { sessionIssuer: [{}] } } },
    ],
  ])('is left to the parser where it %s', (_, over) => {
    expect(asked(ask(), { ...record, ...over })).toBeUndefined();
  });

  it.each<[string, object]>([
    ['says what the posture reader adds', { reading: {} }],
    ['is of another kind', { kind: 'EventList' }],
    ['would be taken for a record of CloudTrail', { eventSource: 'ec2.amazonaws.com', eventName: 'RunInstances' }],
    ['would be taken for one that was abridged', { eventID: 'x', eventTime: '2026-09-01T10:00:00Z' }],
    ['would be taken for an insight', { eventType: 'AwsCloudTrailInsight' }],
    ['has no time', { requestReceivedTimestamp: undefined, stageTimestamp: undefined }],
    ['has no verb', { verb: '' }],
    ['has no stage', { stage: undefined }],
    ['has an id that is no text', { auditID: true }],
    ['has a number as its verb', { verb: 1 }],
    ['has groups that are no texts', { user: { ...lease.user, groups: [1] } }],
  ])('and an audit event where it %s', (_, over) => {
    expect(asked(ask(), { ...lease, ...over })).toBeUndefined();
  });

  it('is left to the parser where another source is expected', () => {
    expect(asked(ask(), record, { ...place, source: 'kubernetes' })).toBeUndefined();
    expect(asked(ask(), lease, { ...place, source: 'cloudtrail' })).toBeUndefined();
  });

  it('is of the account that it names, the caller’s, or the place’s', () => {
    const of = (over: object) => asked(ask(), { ...record, ...over })?.account;
    expect(of({ recipientAccountId: '1' })).toBe('1');
    expect(of({ recipientAccountId: undefined, userIdentity: { type: 'AWSAccount', accountId: '2' } })).toBe('2');
    expect(of({ recipientAccountId: undefined, userIdentity: { type: 'AWSAccount' } })).toBe(place.account);
  });
});

test.each<[string, object, readonly object[], readonly object[]]>([
  ['a text', { x: ['a'] }, [{ x: 'a' }, { x: ['b', 'a'] }], [{ x: 'b' }, {}, { x: 7 }, { x: 'ab' }]],
  [
    'a long text',
    { x: ['abcdefghij'] },
    [{ x: 'abcdefghij' }],
    [{ x: 'abcdefghik' }, { x: 'abcdefgh' }, { x: 'xbcdefghij' }],
  ],
  ['a beginning', { x: [{ prefix: 'a' }] }, [{ x: 'ab' }, { x: 'a' }], [{ x: 'ba' }, {}]],
  ['an end', { x: [{ suffix: 'b' }] }, [{ x: 'ab' }], [{ x: 'ba' }, {}]],
  ['a beginning in any case', { x: [{ prefix: { 'equals-ignore-case': 'a' } }] }, [{ x: 'Ab' }], [{}, { x: 7 }]],
  ['a text in any case', { x: [{ 'equals-ignore-case': 'a' }] }, [{ x: 'A' }], [{}, { x: 7 }]],
  ['a wildcard', { x: [{ wildcard: 'a*b' }] }, [{ x: 'axb' }, { x: 'ab' }], [{ x: 'ax' }, { x: 'xab' }, {}]],
  ['a wildcard without a star', { x: [{ wildcard: 'a' }] }, [{ x: 'a' }], [{ x: 'ab' }]],
  ['anything but a text', { x: [{ 'anything-but': 'a' }] }, [{ x: 'b' }, { x: 7 }], [{ x: 'a' }]],
  ['anything but a text, or none', { x: [{ 'anything-but': 'a' }, { exists: false }] }, [{ x: 'b' }, {}], [{ x: 'a' }]],
  ['one, or none', { x: [{ exists: false }, 'a'] }, [{ x: 'a' }, {}], [{ x: 'b' }]],
  ['that there is one', { x: [{ exists: true }] }, [{ x: 'a' }, { x: 7 }], [{}]],
  ['that there is none', { x: [{ exists: false }] }, [{}], [{ x: 'a' }]],
  ['a number', { x: [7] }, [{ x: 7 }], [{ x: 'a' }, {}]],
  ['a number or a text', { x: [7, 'a'] }, [{ x: 7 }, { x: 'a' }], [{ x: 'b' }, {}]],
  ['a range', { x: [{ numeric: ['>', 7] }] }, [{ x: 8 }], [{ x: 'a' }, {}]],
  ['true', { x: [true] }, [{ x: true }], [{ x: 'a' }, {}]],
  ['null', { x: [null] }, [{ x: null }], [{ x: 'a' }, {}]],
  ['one of many', { x: ['a', 'b', 'c', 'd', 'e'] }, [{ x: 'd' }, { x: ['z', 'd'] }], [{ x: 'z' }, {}]],
  [
    'one of many, or what begins so',
    { x: ['a', 'b', 'c', 'd', { prefix: 'y' }] },
    [{ x: 'd' }, { x: 'yz' }],
    [{ x: 'z' }],
  ],
  ['a member of a member', { in: { z: ['a'] } }, [{ in: { z: 'a' } }], [{ in: { z: 'b' } }, { in: {} }, { z: 'a' }]],
  ['two members', { x: ['a'], y: ['b'] }, [{ x: 'a', y: 'b' }], [{ x: 'a' }, { y: 'b' }, { x: 'b', y: 'a' }]],
  [
    'two with one member alike',
    { in: { z: ['a'] }, z: ['b'] },
    [{ in: { z: 'a' }, z: 'b' }],
    [{ in: { z: 'b' }, z: 'a' }],
  ],
  ['either', { $or: [{ x: ['a'] }, { y: ['b'] }] }, [{ x: 'a' }, { y: 'b' }], [{ x: 'b', y: 'a' }]],
])('of a rule that asks for %s no match is quiet, and what shows something else is', (_, pattern, matched, others) => {
  const when = loadPattern(pattern as JsonObject, { facts: [] });
  const ask = quiet(new Engine(), cloudtrailOutline, requirementsOf(when, 'cloudtrail', exampleSettings));
  const isQuiet = (over: object) => asked(ask, { ...call('ec2', 'DescribeVpcs').record, ...over }) !== undefined;
  expect(matched.map(one => [one, isQuiet(one)])).toEqual(matched.map(one => [one, false]));
  expect(others.map(one => [one, isQuiet(one)])).toEqual(others.map(one => [one, true]));
});

test('whatever one of some patterns matches is not quiet', () => {
  const scalar = fc.constantFrom('a', 'ab', 'b', '', 7, 7.5, true, null);
  const test = fc.oneof(
    scalar,
    fc.constantFrom('a', 'b').map(prefix => ({ prefix })),
    fc.constantFrom('b', 'ab').map(suffix => ({ suffix })),
    fc.constantFrom('a*', '*b').map(wildcard => ({ wildcard })),
    fc.constantFrom('a', 7).map(one => ({ 'anything-but': one })),
    fc.boolean().map(exists => ({ exists })),
    fc.constant({ numeric: ['>', 7] }),
  );
  const tests = fc.array(test, { minLength: 1, maxLength: 3 });
  const some = (names: readonly string[], inner: fc.Arbitrary<unknown>) =>
    fc.dictionary(fc.constantFrom(...names), inner, { minKeys: 1, maxKeys: 3, noNullPrototype: true });
  const pattern = fc.oneof(
    some(['x', 'y', 'eventName'], tests),
    some(['x', 'y', 'in'], fc.oneof(tests, some(['z', 'w'], tests))),
    fc.record({ $or: fc.array(some(['x', 'y', 'in'], tests), { minLength: 2, maxLength: 3 }), eventName: tests }),
  );
  const several = fc.oneof(
    pattern.map(one => [one]),
    fc.array(pattern, { minLength: 2, maxLength: 5 }),
  );
  const value: fc.Arbitrary<unknown> = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }), some(['z', 'w'], scalar));
  let matched = 0;
  let silent = 0;
  fc.assert(
    fc.property(several, some(['x', 'y', 'in', 'eventName'], value), fc.boolean(), (written, members, named) => {
      const whens = written.map(one => loadPattern(one as JsonObject, { facts: [] }));
      // Rules may ask the same.
      const asking = [...whens.slice(0, 2), ...whens];
      const requirements = asking.flatMap(when => requirementsOf(when, 'cloudtrail', exampleSettings));
      const ask = quiet(new Engine(), cloudtrailOutline, requirements);
      const { record } = call('x', 'y');
      const subject = { ...record, ...members, ...(named ? { eventName: 'ab' } : {}) } as unknown as JsonObject;
      const heard = asked(ask, subject);
      if (whens.some(when => oracle(when, subject))) {
        matched++;
        expect(heard).toBeUndefined();
      } else if (heard !== undefined) silent++;
    }),
    { numRuns: 3_000 },
  );
  expect(Math.min(matched, silent)).toBeGreaterThan(200);
});

test('each name is asked its own, where rules ask the same of several', () => {
  const named = (eventName: string, userAgent: string) =>
    requirementsOf(loadPattern({ eventName: [eventName], userAgent: [userAgent] }), 'cloudtrail', exampleSettings);
  const asking = [
    ['A', 'x'],
    ['B', 'y'],
    ['A', 'x'],
    ['C', 'z'],
    ['B', 'z'],
  ] as const;
  const ask = quiet(
    new Engine(),
    cloudtrailOutline,
    asking.flatMap(([name, agent]) => named(name, agent)),
  );
  for (const name of ['A', 'B', 'C', 'D'])
    for (const userAgent of ['x', 'y', 'z']) {
      const heard = asked(ask, { ...call('ec2', name).record, userAgent });
      expect([name, userAgent, heard === undefined]).toEqual([
        name,
        userAgent,
        asking.some(([one, agent]) => one === name && agent === userAgent),
      ]);
    }
});

describe('an object', () => {
  const ask = quietOf(detections, knowledge, exampleSettings);
  const read = async (packed: Uint8Array, key: string, how: { readonly quiet?: Quiet }): Promise<readonly Read[]> => {
    const reads: Read[] = [];
    for await (const batch of readObject(chunked(packed), key, place, how)) reads.push(...batch);
    return reads;
  };

  it('gives the same counts and the same findings whether quiet records are parsed or not', async () => {
    const corpus = seededDay(1);
    if (!('logs' in corpus)) throw new Error('the seeded day is always there');
    const judged = async (how: { readonly quiet?: Quiet }) => {
      const findings = memoryFindings();
      const deps = {
        match: compile(detections, knowledge, exampleSettings),
        store: memoryStore(),
        findings,
        quarantine: { keep: async () => undefined },
        now: Date.parse('2026-09-02T00:00:00Z'), // what is fresh must not depend on how many reads are judged together
      };
      const counts = await detect(
        (async function* () {
          for (const { packed, key } of corpus.logs.slice(0, 60)) yield await read(packed, key, how);
        })(),
        deps,
      );
      return { counts, found: findings.briefs().map(({ id }) => findings.get(id)) };
    };
    const plain = await judged({});
    expect(plain.counts.read).toBeGreaterThan(5_000);
    expect(plain.found.length).toBeGreaterThan(3);
    expect(await judged({ quiet: ask })).toEqual(plain);
  });

  it.each([
    ['CloudTrail', call('ec2', 'RunInstances').record, cloudtrailOutline.shape],
    ['the audit log', audit('create', 'pods').record, auditOutline.shape],
  ])('of %s sets aside and takes the same records as without', async (_, plain, shape) => {
    const paths = (kinds: Shape, above: readonly string[]): readonly (readonly string[])[] =>
      kinds.flatMap(([name, kind]) => [
        [...above, name],
        ...(typeof kind === 'string' ? [] : paths(kind, [...above, name])),
      ]);
    const instead = (value: unknown, [name = '', ...rest]: readonly string[], by: unknown): unknown => ({
      ...(typeof value === 'object' ? value : {}),
      [name]: rest.length === 0 ? by : instead((value as { [name: string]: unknown })?.[name] ?? {}, rest, by),
    });
    let deep: unknown = 1;
    for (let level = 0; level < 250; level++) deep = [deep];
    const odd = [5, true, null, '', 'text', [], ['text'], [5], {}, { a: 1 }, { arn: 5 }, deep];
    const names = [
      ...paths(shape, []),
      ['requestObject'],
      ['Records'],
      ['items'],
      ['logEvents'],
      ['reading'],
      ['eventID'],
    ];
    const lines = names.flatMap(path => odd.map(by => JSON.stringify(instead(plain, path, by))));
    const told = async (how: { readonly quiet?: Quiet }): Promise<readonly string[]> =>
      (await read(Buffer.from(lines.join('\n')), 'log.jsonl', how)).flatMap(one =>
        one.kind === 'rejected'
          ? [`${one.rejected.where} ${one.rejected.detail}`]
          : Array.from({ length: one.kind === 'event' ? 1 : one.count }, () =>
              one.kind === 'event' ? JSON.stringify(one.event) : one.kind,
            ),
      );
    const without = await told({});
    expect(without.filter(one => one.startsWith('{')).length).toBeGreaterThan(50);
    expect(without.filter(one => !one.startsWith('{')).length).toBeGreaterThan(50);
    // Gone over, but none taken for quiet: what is parsed is told from what is set aside as it is without.
    expect(await told({ quiet: { ...ask, heard: () => undefined } })).toEqual(without);
  });

  it.each([
    ['a list', (records: readonly object[]) => JSON.stringify({ Records: records })],
    ['lines', (records: readonly object[]) => records.map(one => JSON.stringify(one)).join('\n')],
  ])('of %s is read in pieces that no record is cut by', async (_, written) => {
    const packed = gzipSync(written(ordinaryTrail(1_000)));
    const pieces = new Set<Uint8Array>();
    let cut = 0;
    const end = (chunk: Uint8Array, from: number): number => {
      pieces.add(chunk);
      const found = ask.end(chunk, from);
      if (found === 0) cut++;
      return found;
    };
    expect(await read(packed, 'log.json.gz', { quiet: { ...ask, end } })).not.toHaveLength(0);
    expect(pieces.size).toBeGreaterThan(10);
    expect(Math.max(...[...pieces].map(({ length }) => length))).toBeLessThanOrEqual(65_536);
    expect(cut).toBeLessThan(3); // the object around the list is none
  });

  it('counts quiet records of one stream and quarter of an hour together', async () => {
    const at = (minute: string) => ({
      ...call('ec2', 'DescribeVpcs').record,
      eventTime: `2026-09-01T10:${minute}:00Z`,
    });
    const launch = call('ec2', 'RunInstances').record;
    const text = [at('00'), at('14'), at('03'), launch, at('04'), at('15')]
      .map(one => `${JSON.stringify(one)}\n`)
      .join('');
    const reads = await read(Buffer.from(text), 'log.jsonl', { quiet: ask });
    expect(
      reads.map(one =>
        one.kind === 'quiet' ? [one.count, new Date(one.heard.time).toISOString().slice(14, 16)] : one.kind,
      ),
    ).toEqual([[3, '14'], 'event', [1, '04'], [1, '15']]);
  });

  it('still has its unreadable records set aside', async () => {
    const good = JSON.stringify(call('ec2', 'DescribeVpcs').record);
    const text = `${good}\n${good.replace('"awsRegion":', '"awsRegion"')}\n${good.slice(0, -9)}\n${good}\n`;
    const reads = await read(Buffer.from(text), 'log.jsonl', { quiet: ask });
    expect(reads.map(one => (one.kind === 'rejected' ? one.rejected.reason : one.kind))).toEqual([
      'quiet',
      'not-json',
      'truncated',
      'quiet',
    ]);
  });
});
