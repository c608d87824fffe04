import { describe, expect, it } from 'vitest';
import { exampleSettings } from '../../core/example-settings.ts';
import type { JsonObject } from '../../core/json.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import { match } from '../../core/pattern/match.ts';
import { envelope, eventBridgeFilter, quota } from '../../core/targets/eventbridge.ts';
import { call, nodeSession, trailRule } from './rules.ts';

const derive = (...rules: ReturnType<typeof trailRule>[]) => eventBridgeFilter(rules, [], exampleSettings);
const only = (...rules: ReturnType<typeof trailRule>[]): JsonObject => {
  const { patterns } = derive(...rules);
  expect(patterns).toHaveLength(1);
  return JSON.parse(patterns[0]?.pattern ?? '').detail;
};

describe('EventBridge patterns derived from detections', () => {
  it("carry a rule's conditions as lists, under an envelope that only AWS can send", () => {
    const { patterns } = derive(trailRule('a', { eventSource: 'eks.amazonaws.com', eventName: 'DeleteCluster' }));
    expect(patterns).toEqual([
      {
        pattern:
          '{"source":[{"prefix":"aws."}],"detail-type":[{"suffix":" via CloudTrail"}],"detail":{"eventSource":["eks.amazonaws.com"],"eventName":["DeleteCluster"]}}',
        readOnly: false,
        wildcards: false,
      },
    ]);
  });

  it('join rules that differ in one field without widening', () => {
    expect(
      only(
        trailRule('a', { eventSource: 'ec2.amazonaws.com', eventName: 'RunInstances' }),
        trailRule('b', { eventSource: 'ec2.amazonaws.com', eventName: ['CreateFleet', 'RunInstances'] }),
      ),
    ).toEqual({ eventSource: ['ec2.amazonaws.com'], eventName: ['CreateFleet', 'RunInstances'] });
  });

  it.each([
    ['^i-[0-9a-f]+$', [{ prefix: 'i-' }]],
    ['^aws-cli/?2', [{ prefix: 'aws-cli' }]],
    ['^(Boto|aws)', undefined],
    ['Boto', undefined],
  ])('say what every text begins with that %s finds', (matches, userAgent) => {
    expect(only(trailRule('a', { eventName: 'AssumeRole', userAgent: { matches } }))).toEqual({
      eventName: ['AssumeRole'],
      ...(userAgent === undefined ? {} : { userAgent }),
    });
  });

  it('leave out what EventBridge cannot say: regular expressions, other fields, address ranges', () => {
    expect(
      only(
        trailRule('a', {
          eventName: 'CreateTags',
          userAgent: { matches: 'aws|^boto' },
          errorCode: { equalsField: ['errorMessage'] },
          sourceIPAddress: [{ cidr: '10.0.0.0/8' }],
        }),
      ),
    ).toEqual({ eventName: ['CreateTags'] });
  });

  it('ask for presence of leaves only: of an object EventBridge always says that it is absent', () => {
    expect(
      only(
        trailRule('a', {
          eventName: 'StopLogging',
          errorCode: { exists: false },
          responseElements: { exists: true },
        }),
      ),
    ).toEqual({ eventName: ['StopLogging'], errorCode: [{ exists: false }] });
  });

  it('never hold a field both beside $or and in it', () => {
    const { patterns } = derive(
      trailRule('a', { eventName: 'A', $or: [{ errorCode: 'x' }, { userAgent: 'y' }] }),
      trailRule('b', { eventName: 'B', requestParameters: { name: 'z' } }),
    );
    for (const { pattern } of patterns) expect(() => loadPattern(JSON.parse(pattern))).not.toThrow();
    expect(JSON.parse(patterns[0]?.pattern ?? '').detail.$or).toHaveLength(3);
  });

  it('join what a fact needs only where its condition cannot hold for a fact that says nothing', () => {
    const strict = only(trailRule('a', { fact: { 'principal.controller': ['karpenter'] } }));
    const idle = derive(trailRule('b', { fact: { 'principal.controller': { 'anything-but': 'karpenter' } } }));
    expect(JSON.stringify(strict)).toContain('arn:aws:iam::111122223333:role/prod-karpenter');
    expect(JSON.parse(idle.patterns[0]?.pattern ?? '')).not.toHaveProperty('detail');
  });

  it('turn stars into prefixes and suffixes, and count rules that keep them', () => {
    const { patterns } = derive(
      trailRule('a', { eventName: [{ wildcard: 'Update*' }, { wildcard: '*Role' }], userAgent: { wildcard: 'a*b' } }),
    );
    expect(JSON.parse(patterns[0]?.pattern ?? '').detail).toEqual({
      eventName: [{ suffix: 'Role' }, { prefix: 'Update' }],
      userAgent: [{ wildcard: 'a*b' }],
    });
    expect(patterns[0]?.wildcards).toBe(true);
  });

  it('say which rules need read-only events, and keep those out of the patterns of writes where room allows', () => {
    const many = Array.from({ length: 90 }, (_, index) => `CreateSomethingLong${index}`);
    const { patterns, rules } = derive(
      trailRule('writes', { eventName: many }),
      trailRule('reads', { eventName: ['AssumeRole', 'DeleteRole'] }),
      trailRule('session', { userIdentity: { sessionContext: { ec2RoleDelivery: ['1.0', '2.0'] } } }),
    );
    expect(patterns.map(({ readOnly }) => readOnly)).toEqual([false, true]);
    expect(rules.map(({ readOnly }) => readOnly)).toEqual([[], ['AssumeRole'], ['*']]);
  });

  it('fit the quota with the fewest patterns by giving up the conditions that keep out least, and say so', () => {
    const rules = Array.from({ length: 50 }, (_, index) =>
      trailRule(`r${index}`, {
        eventSource: `service${index % 7}.amazonaws.com`,
        eventName: [`CreateThing${index}`, `DeleteThing${index}`],
        requestParameters: { [`parameter${index}`]: ['a rather long value that takes room'] },
      }),
    );
    const busy = trailRule('busy', { eventName: 'AssumeRole', userIdentity: { invokedBy: 'ec2.amazonaws.com' } });
    const filter = derive(...rules, busy);
    expect(filter.patterns).toHaveLength(1);
    for (const { pattern } of filter.patterns) expect(pattern.length).toBeLessThanOrEqual(quota.characters);
    const widened = new Map(filter.rules.map(rule => [rule.id, rule.widened]));
    expect(widened.get('cloudtrail/r0')).toContain('requestParameters.parameter0');
    expect(widened.get('cloudtrail/busy')).toEqual([]);
    const loaded = filter.patterns.map(({ pattern }) => loadPattern(JSON.parse(pattern)));
    for (let index = 0; index < 50; index++) {
      const { record } = call(`service${index % 7}`, `DeleteThing${index}`, {
        requestParameters: { [`parameter${index}`]: 'a rather long value that takes room' },
      });
      const carried = envelope(record as unknown as JsonObject); // a record is a JSON object
      expect(loaded.some(one => match(one, carried))).toBe(true);
    }
  });

  it('leave out rules that the settings turn off', () => {
    const off = eventBridgeFilter([trailRule('a', { eventName: 'A' }), trailRule('b', { eventName: 'B' })], [], {
      ...exampleSettings,
      detections: { 'cloudtrail/b': { status: 'off' } },
    });
    expect(JSON.parse(off.patterns[0]?.pattern ?? '').detail).toEqual({ eventName: ['A'] });
  });

  it('admit instance sessions without admitting other reads', () => {
    const { patterns } = derive(
      trailRule('a', { userIdentity: { sessionContext: { ec2RoleDelivery: [{ exists: true }] } } }),
    );
    const loaded = loadPattern(JSON.parse(patterns[0]?.pattern ?? ''));
    const admitted = (event: ReturnType<typeof call>): boolean =>
      match(loaded, envelope(event.record as unknown as JsonObject)); // a record is a JSON object
    expect(admitted(call('sts', 'GetCallerIdentity', { userIdentity: nodeSession() }))).toBe(true);
    expect(admitted(call('sts', 'GetCallerIdentity'))).toBe(false);
  });
});
