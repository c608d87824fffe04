import { describe, expect, it } from 'vitest';
import type { AnyKnowledge } from '../../core/detection.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Json, JsonObject } from '../../core/json.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import { match } from '../../core/pattern/match.ts';
import { envelope, eventBridgeFilter } from '../../core/targets/eventbridge/filter.ts';
import { quota } from '../../core/targets/eventbridge/pack.ts';
import { auditRule, call, nodeSession, trailRule } from './rules.ts';

const derive = (...rules: ReturnType<typeof trailRule>[]) => eventBridgeFilter(rules, [], exampleSettings);
const only = (...rules: ReturnType<typeof trailRule>[]): JsonObject => {
  const { patterns } = derive(...rules);
  expect(patterns).toHaveLength(1);
  return JSON.parse(patterns[0]?.pattern ?? '').detail;
};

describe('a record is carried', () => {
  it.each([
    ['AwsApiCall', 'AWS API Call via CloudTrail'],
    ['AwsServiceEvent', 'AWS Service Event via CloudTrail'],
    ['AwsConsoleSignIn', 'AWS Console Sign In via CloudTrail'],
    ['AwsConsoleAction', 'AWS Console Action via CloudTrail'],
    ['AwsVpceEvent', 'AWS Network Activity Event via CloudTrail'],
    [undefined, 'AWS API Call via CloudTrail'],
  ])('%s as %s', (eventType, detailType) => {
    const record = { eventSource: 'ec2.amazonaws.com', eventType };
    expect(envelope(record)).toEqual({ source: 'aws.ec2', 'detail-type': detailType, detail: record });
  });
});

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

  it('say everything that EventBridge can, as it was written', () => {
    const requestParameters = {
      a: [{ prefix: { 'equals-ignore-case': 'Ab' } }, { suffix: { 'equals-ignore-case': 'Yz' } }],
      b: [{ 'equals-ignore-case': 'Ab' }],
      c: [{ 'anything-but': ['x', 'y'] }],
      d: [{ 'anything-but': { prefix: ['x', 'y'] } }],
      e: [{ 'anything-but': { suffix: ['x'] } }],
      f: [{ 'anything-but': { 'equals-ignore-case': ['x', 'y'] } }],
      g: [{ 'anything-but': [1, 2] }],
      j: [{ numeric: ['=', 5] }],
      m: [{ numeric: ['>', 1, '<=', 5] }],
      n: [{ numeric: ['>=', 1, '<', 5] }],
      o: [{ wildcard: 'a\\*b*\\\\c' }],
      p: [-5e9, 0.000001, 1.5, false, null],
      q: { r: ['deep'] },
      s: [{ suffix: 'z' }],
    };
    expect(only(trailRule('a', { eventName: 'A', requestParameters }))).toEqual({
      eventName: ['A'],
      requestParameters,
    });
  });

  it.each([
    [{ numeric: ['<', 5] }],
    [{ numeric: ['>=', 5] }],
    [{ numeric: ['>', 1, '<=', 5e9 + 1] }],
    [{ numeric: ['>=', -5e9 - 1, '<', 5] }],
    [{ numeric: ['=', 1e12] }],
    [{ numeric: ['>', 0.0000001, '<', 1] }],
    [5e9 + 1],
    [{ 'anything-but': [1, 1e12] }],
  ])('leave out numbers that EventBridge does not compare, and ranges that such may be in: %j', (...some) => {
    expect(only(trailRule('a', { eventName: 'A', requestParameters: { a: some as never } }))).toEqual({
      eventName: ['A'],
    });
  });

  it('leave out what has too many stars, but for what it begins with', () => {
    const stars = (wildcard: string) => only(trailRule('a', { eventName: 'A', userAgent: { wildcard } }))['userAgent'];
    expect(stars('a*b*c*d')).toEqual([{ wildcard: 'a*b*c*d' }]);
    expect(stars('a*b*c*d*')).toEqual([{ prefix: 'a' }]);
    expect(stars('*b*c*d*')).toBeUndefined();
    expect(stars('*')).toBeUndefined();
    expect(stars('ab')).toEqual(['ab']);
    expect(only(trailRule('a', { eventName: 'A', userAgent: { 'anything-but': { wildcard: 'a*b' } } }))).toEqual({
      eventName: ['A'],
    });
  });

  it.each([
    ['errorCode'],
    ['errorMessage'],
    ['vpcEndpointId'],
    ['sessionCredentialFromConsole'],
    ['userIdentity', 'arn'],
    ['userIdentity', 'accessKeyId'],
    ['userIdentity', 'invokedBy'],
    ['userIdentity', 'principalId'],
    ['userIdentity', 'inScopeOf', 'issuerType'],
    ['userIdentity', 'inScopeOf', 'credentialsIssuedTo'],
    ['userIdentity', 'sessionContext', 'ec2RoleDelivery'],
    ['userIdentity', 'sessionContext', 'sessionIssuer', 'arn'],
    ['userIdentity', 'sessionContext', 'sourceIdentity'],
  ])('ask whether the text at %s.%s.%s.%s is there', (...path) => {
    for (const exists of [true, false]) {
      const asked = path.reduceRight<Json>((inner, name) => ({ [name]: inner }), [{ exists }]) as JsonObject; // never empty
      expect(only(trailRule('a', { eventName: 'A', ...asked }))).toEqual({ eventName: ['A'], ...asked });
    }
  });

  it('are the same whatever the order of the rules', () => {
    // Of so many calls that no condition on them is given up.
    const rules = Array.from({ length: 12 }, (_, index) =>
      trailRule(`r${index}`, {
        eventName: index < 6 ? 'AssumeRole' : 'CreateTags',
        requestParameters: { [`p${index}`]: ['x'.repeat(300 + (index % 5))] },
      }),
    );
    const patterns = derive(...rules).patterns;
    expect(patterns.map(({ readOnly }) => readOnly)).toEqual([true, true]);
    expect(derive(...rules.toReversed()).patterns).toEqual(patterns);
  });

  it('give conditions of what is bound to no call up only where that admits hardly any more', () => {
    const long = ['a', 'b', 'c'].map(letter => letter.repeat(900));
    const rare = derive(trailRule('rare', { requestParameters: { omitted: [true] }, userAgent: long } as never)); // of any call
    expect(rare.patterns.map(({ pattern }) => JSON.parse(pattern).detail)).toEqual([
      { requestParameters: { omitted: [true] } },
    ]);
    expect(rare.rules.map(({ widened, readOnly }) => [widened, readOnly])).toEqual([[['userAgent'], ['*']]]);
    const busy = derive(trailRule('busy', { userIdentity: { type: 'AssumedRole' }, userAgent: long }));
    expect(busy.patterns.map(({ pattern }) => JSON.parse(pattern).detail)).toEqual([
      { userIdentity: { type: ['AssumedRole'] }, userAgent: long.slice(0, 2) },
      { userIdentity: { type: ['AssumedRole'] }, userAgent: long.slice(2) },
    ]);
    expect(busy.rules[0]?.widened).toEqual([]);
  });

  it('name the calls whatever else they give up, and say of what fits nowhere what to do', () => {
    const userAgent = 'x'.repeat(3_000);
    expect(only(trailRule('few', { eventName: 'RunInstances', userAgent }))).toEqual({ eventName: ['RunInstances'] });
    expect(() => derive(trailRule('many', { eventName: 'AssumeRole', userAgent }))).toThrow(
      /a filter of \d+ characters fits no EventBridge pattern \(2048\): .*… Shorten the values in the settings/,
    );
  });

  it('never give up the names of calls, though what is asked beside them is rarer', () => {
    const eventName = Array.from({ length: 30 }, (_, at) => `Create${'SomethingOfAnAccount'.repeat(4)}${at}`);
    const { patterns, rules } = derive(trailRule('a', { eventName, requestParameters: { omitted: [true] } } as never)); // of any call
    expect(patterns.length).toBeGreaterThan(1);
    const details = patterns.map(({ pattern }) => JSON.parse(pattern).detail);
    expect(details.flatMap(detail => detail.eventName).toSorted()).toEqual(eventName.toSorted());
    expect(details.map(detail => detail.requestParameters)).toEqual(patterns.map(() => ({ omitted: [true] })));
    expect(rules[0]?.widened).toEqual([]);
  });

  it('keep the call that one alternative asks for as a write and the other as any', () => {
    const rule = trailRule('r', {
      eventName: ['GetObject'],
      $or: [{ readOnly: [false] }, { userAgent: ['aws-cli/2'], requestParameters: { set: { size: [0] } } }],
    });
    const { patterns } = derive(rule);
    const record = {
      eventName: 'GetObject',
      readOnly: true,
      userAgent: 'aws-cli/2',
      requestParameters: { set: { size: 0 } },
    };
    expect(patterns.map(({ readOnly }) => readOnly)).toEqual([true]);
    expect(match(loadPattern(JSON.parse(patterns[0]?.pattern ?? '{}')), envelope(record))).toBe(true);
  });

  it('ask for read-only events only where a rule that is bound to no call does not keep them out', () => {
    const reads = (readOnly: readonly boolean[]) => {
      const { patterns, rules } = derive(trailRule('a', { readOnly, userIdentity: { type: 'IAMUser' } } as never)); // as records have it
      return [patterns.map(one => one.readOnly), rules.map(one => one.readOnly)];
    };
    expect(reads([false])).toEqual([[false], [[]]]);
    for (const some of [[true], [true, false]]) expect(reads(some)).toEqual([[true], [['*']]]);
  });

  it('give up no more conditions of rare calls than it takes', () => {
    const rule = (name: string, eventName: string, length: number) =>
      trailRule(name, { eventName, requestParameters: { [name]: name.repeat(length) } } as never); // of any call
    const { patterns, rules } = derive(
      rule('a', 'RunInstances', 700),
      rule('b', 'CreateFleet', 700),
      rule('c', 'CreateTags', 700),
    );
    expect(patterns).toHaveLength(1);
    expect(rules.filter(({ widened }) => widened.length > 0)).toHaveLength(1);
  });

  it('name of what fits nowhere nothing that does', () => {
    const long = trailRule('long', { eventName: 'AssumeRole', userAgent: 'x'.repeat(3_000) });
    const short = trailRule('short', { eventName: 'AssumeRole', errorCode: 'short-enough' });
    const said = (...rules: ReturnType<typeof trailRule>[]): string => {
      try {
        return String(derive(...rules));
      } catch (error) {
        return String(error);
      }
    };
    expect(said(long)).toMatch(/fits no EventBridge pattern/);
    expect(said(short, long)).toBe(said(long));
  });

  it('spread a condition of two long lists over as many as it takes', () => {
    const eventName = Array.from({ length: 41 }, (_, at) => `Describe${'SomethingOfAnAccount'.repeat(3)}${at}`);
    const arns = Array.from(
      { length: 40 },
      (_, at) => `arn:aws:iam::111122223333:role/${'a-rather-long-name-'.repeat(3)}${at}`,
    );
    // Both lists alone are longer than a pattern, and reads of a busy call give no condition up.
    const when = { eventName: ['AssumeRole', ...eventName], userIdentity: { arn: arns } };
    const { patterns, rules } = derive(trailRule('two', when));
    expect(rules[0]?.widened).toEqual([]);
    for (const { pattern } of patterns) expect(pattern.length).toBeLessThanOrEqual(quota.characters);
    const loaded = patterns.map(({ pattern }) => loadPattern(JSON.parse(pattern)));
    const admits = (name: string, arn: string): boolean =>
      loaded.some(one =>
        match(one, envelope({ eventSource: 'sts.amazonaws.com', eventName: name, userIdentity: { arn } })),
      );
    for (const name of when.eventName)
      for (const arn of arns) expect([name, arn, admits(name, arn)]).toEqual([name, arn, true]);
    expect(admits('AssumeRole', 'arn:aws:iam::111122223333:role/other')).toBe(false);
  });

  it('spell no product of alternatives out that is too large: the fewer of them are kept', () => {
    const choice = (member: string, count: number) =>
      Array.from({ length: count }, (_, index) => ({ [`${member}${index}`]: { value: [`${member}${index}`] } }));
    const two = (one: number, other: number) =>
      only(
        trailRule('a', {
          eventName: 'A',
          requestParameters: { $or: choice('a', one) },
          responseElements: { $or: choice('b', other) },
        } as never), // members that are not of the record's type
      )['$or'];
    expect(two(3, 4)).toHaveLength(12);
    expect(two(20, 13)).toHaveLength(13);
    expect(two(13, 20)).toHaveLength(13);
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

  it('join what one of several facts needs', () => {
    const $or = ['karpenter', 'cluster-api'].map(kind => ({ 'principal.controller': [kind] }));
    expect(only(trailRule('a', { eventName: 'RunInstances', fact: { $or } } as never))).not.toEqual({
      eventName: ['RunInstances'],
    }); // facts of any kind
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

  it('are of rules and knowledge about CloudTrail alone', () => {
    const rules = [trailRule('a', { eventName: 'A' }), auditRule('b', { verb: 'get' })];
    const taught = { id: 'knowledge/c', on: 'cloudtrail', when: { eventName: 'C' } } as unknown as AnyKnowledge; // what is read of it
    const { patterns, rules: said } = eventBridgeFilter(rules, [taught], exampleSettings);
    expect(said.map(({ id }) => id)).toEqual(['cloudtrail/a', 'knowledge/c']);
    expect(patterns.map(({ pattern }) => JSON.parse(pattern).detail)).toEqual([{ eventName: ['A', 'C'] }]);
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

  it('take settings of a thousand names, however many patterns they make', () => {
    const nodeRoles = Array.from({ length: 1_200 }, (_, at) => `NodeRole-${at}`);
    const rule = trailRule('any', { fact: { 'node.role': [{ 'anything-but': 'none' }] } });
    const { patterns } = eventBridgeFilter([rule], [], { ...exampleSettings, clusters: [], nodeRoles });
    for (const { pattern } of patterns) expect(pattern.length).toBeLessThanOrEqual(quota.characters);
    // Each is as full as it gets: a name takes some forty characters.
    for (const { pattern } of patterns.slice(0, -1)) expect(pattern.length).toBeGreaterThan(quota.characters - 60);
    for (const name of nodeRoles) expect(patterns.some(({ pattern }) => pattern.includes(`/${name}"`))).toBe(true);
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
