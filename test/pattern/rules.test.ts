import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { call, example } from '../../core/cloudtrail/example.ts';
import { compile } from '../../core/compile.ts';
import { defineConfig } from '../../core/config.ts';
import { type AnyDetection, cloudtrail, type Detection, type Knowledge } from '../../core/detection.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { DetectionError, loadDetection, loadKnowledge, openDetection } from '../../core/load.ts';
import type { Match } from '../../core/match.ts';
import type { Settings } from '../../core/settings.ts';
import type { Answer } from '../../core/state/observation.ts';

const stop = call('cloudtrail', 'StopLogging', { requestParameters: { name: 'main' } });
const other = call('cloudtrail', 'StartLogging', { requestParameters: { name: 'main' } });

const ordinary: Omit<Detection<'cloudtrail'>, 'on'> = {
  id: 'cloudtrail/logging-stopped',
  title: '{principal} stopped the trail {trail} in {region} ({call.outcome})',
  severity: 'high',
  when: { eventSource: 'cloudtrail.amazonaws.com', eventName: 'StopLogging' },
  by: () => [{ trail: 'main' }],
  attack: ['T1685.002'],
  why: 'Nothing is recorded while a trail is stopped. What follows is not seen.',
  references: ['AWS CloudTrail API Reference, StopLogging'],
  runbook: ['Confirm with the caller.', 'Start the trail again.', 'Look for calls by the same principal.'],
  blind: ['A trail of another account.'],
  examples: {
    matches: [
      { name: 'one', event: stop },
      { name: 'two', event: stop },
    ],
    misses: [
      { name: 'three', event: other },
      { name: 'four', event: other },
    ],
  },
};

const variant = (over: Partial<Detection<'cloudtrail'>>): AnyDetection => cloudtrail({ ...ordinary, ...over });
const settings = (over: Partial<Settings>): Settings => ({ ...exampleSettings, ...over });
const judge = (over: Partial<Detection<'cloudtrail'>>, under: Settings = exampleSettings): readonly Match[] =>
  compile([variant(over)], [], under)(stop);

describe('a match', () => {
  test('says which rule, which event, whose key, and fills its title', () => {
    expect(judge({})).toMatchObject([
      {
        detection: 'cloudtrail/logging-stopped',
        eventId: stop.id,
        time: stop.time,
        account: example.account,
        key: { trail: 'main' },
        window: 3_600_000,
        severity: 'high',
        status: 'alerting',
        title: expect.stringMatching(/^\S*developer\S* stopped the trail main in eu-west-1 \(succeeded\)$/),
      },
    ]);
  });

  test('whose key names the same parts in another order is the same', () => {
    const [first, ...others] = judge({
      by: () => [
        { a: '1', b: '2' },
        { b: '2', a: '1' },
      ],
    });
    expect([first?.key, others]).toEqual([{ a: '1', b: '2' }, []]);
  });

  test('is made once for each key, and for the same key once', () => {
    const keys = judge({ by: () => [{ trail: 'a' }, { trail: 'b' }, { trail: 'a' }] }).map(({ key }) => key);
    expect(keys).toEqual([{ trail: 'a' }, { trail: 'b' }]);
  });

  test('has no empty key value and none without end; what is cut stays distinct', () => {
    const [empty, one, two] = judge({
      by: () => [{ trail: '' }, { trail: 'x'.repeat(9_000) }, { trail: `${'x'.repeat(9_000)}y` }],
    });
    expect(empty?.key).toEqual({ trail: 'unknown' });
    expect(one?.key['trail']?.length).toBeLessThan(520);
    expect(one?.key).not.toEqual(two?.key);
  });

  test('has key values of 480 characters at most, and of longer ones a hash of the whole behind them', () => {
    const [kept, cut] = judge({ by: () => [{ trail: 'x'.repeat(480) }, { trail: 'x'.repeat(481) }] });
    expect(kept?.key).toEqual({ trail: 'x'.repeat(480) });
    expect(cut?.key['trail']).toMatch(/^x{400,479}….*#[0-9a-f]{16}$/);
  });

  test('names whom and what it is about: each once, without secrets, so many and so long that it stays small', () => {
    const names = (resources: readonly string[]) => judge({ resources: () => resources })[0]?.resources;
    expect(names([])).toEqual([]);
    expect(names(['b', '', 'a', 'b'])).toEqual(['b', 'a']);
    expect(names(Array.from({ length: 51 }, (_, at) => `i-${at}`))).toEqual(
      Array.from({ length: 50 }, (_, at) => `i-${at}`),
    );
    expect(names(['x'.repeat(1_024)])).toEqual(['x'.repeat(1_024)]);
    expect(names(['x'.repeat(1_025)])?.[0]?.length).toBeLessThanOrEqual(1_024);
    expect(names(['password=hunter2hunter2'])?.[0]).not.toContain('hunter2');
    const [match] = judge({ principals: () => ['alice'] });
    const [plain] = judge({});
    expect([plain?.resources, match?.principals]).toEqual([[], [...(plain?.principals ?? []), 'alice']]);
    expect(match?.principals.length).toBeGreaterThan(1);
    expect(match?.addresses).toEqual(['198.51.100.23']);
    expect(match?.notes).toEqual([]);
  });

  test('carries redacted evidence', () => {
    const secret = call('cloudtrail', 'StopLogging', {
      requestParameters: { name: 'main', password: 'hunter2hunter2' },
    });
    const [match] = compile([variant({})], [], exampleSettings)(secret);
    for (const written of [JSON.stringify(match), inspect(match, { depth: 9, showHidden: true })])
      expect(written).not.toContain('hunter2');
    expect(match?.evidence?.toJSON()).toMatchObject({ eventName: 'StopLogging' });
  });

  test('of an event with more keys than anybody reads becomes pipeline/limit-reached', () => {
    const found = judge({ by: () => Array.from({ length: 5_000 }, (_, i) => ({ trail: `${i}` })) });
    expect(found).toHaveLength(101);
    expect(found[99]).toMatchObject({ detection: 'cloudtrail/logging-stopped', key: { trail: '99' } });
    expect(found.at(-1)).toEqual({
      detection: 'pipeline/limit-reached',
      version: 'built-in',
      account: example.account,
      region: 'eu-west-1',
      cluster: '',
      source: 'cloudtrail',
      eventId: stop.id,
      time: stop.time,
      key: { limit: 'findings of one event by cloudtrail/logging-stopped' },
      title: 'A limit was reached: findings of one event by cloudtrail/logging-stopped',
      window: 86_400_000,
      severity: 'medium',
      status: 'alerting',
      principals: [],
      resources: [],
      addresses: [],
      notes: [],
      evidence: null,
    });
    expect(judge({ by: () => Array.from({ length: 100 }, (_, i) => ({ trail: `${i}` })) })).toHaveLength(100);
  });

  test('is the same when the bytes of the record come in', () => {
    const match = compile([variant({})], [], exampleSettings);
    expect(match(new TextEncoder().encode(JSON.stringify(stop.record)))).toEqual(match(stop));
    expect(() => match(new TextEncoder().encode('{"eventSource":"x"'))).toThrow(/^(truncated|not-json): /);
    const insight = { ...stop.record, eventType: 'AwsCloudTrailInsight', eventCategory: 'Insight' };
    expect(match(new TextEncoder().encode(JSON.stringify(insight)))).toEqual([]);
    const atEndpoint = { ...stop.record, eventType: 'AwsVpceEvent', eventCategory: 'NetworkActivity' };
    expect(match(new TextEncoder().encode(JSON.stringify(atEndpoint)))).toEqual([]);
  });
});

describe('what clears or changes it', () => {
  test('unless clears', () => {
    expect(judge({ unless: [{ eventName: 'StopLogging', awsRegion: 'eu-west-1' }] })).toEqual([]);
    expect(judge({ unless: [{ awsRegion: 'eu-west-2' }] })).toHaveLength(1);
    expect(judge({ unless: [{ awsRegion: 'eu-west-2' }, { awsRegion: 'eu-west-1' }] })).toEqual([]);
  });

  test('the first severity pair that holds decides', () => {
    const rule = ['low', { awsRegion: 'us-east-1' }] as const;
    expect(judge({ severity: [rule, ['critical', { awsRegion: 'eu-west-1' }], 'medium'] })[0]?.severity).toBe(
      'critical',
    );
    expect(judge({ severity: [rule, 'medium'] })[0]?.severity).toBe('medium');
    expect(judge({ severity: [rule, ['critical', { awsRegion: 'eu-west-2' }], 'medium'] })[0]?.severity).toBe('medium');
  });

  test('settings set status and severity, and switch it off', () => {
    const under = (one: Settings['detections'][string]) =>
      judge({ severity: 'low' }, settings({ detections: { 'cloudtrail/logging-stopped': one } }));
    expect(under({ severity: 'critical' })[0]?.severity).toBe('critical');
    expect(under({ status: 'watching' })[0]?.status).toBe('watching');
    expect(under({ status: 'off' })).toEqual([]);
  });

  test('it watches while a setting that it requires is not set', () => {
    expect(judge({ requires: ['clusters'] })[0]?.status).toBe('alerting');
    expect(judge({ requires: ['clusters'] }, defineConfig({}))[0]?.status).toBe('watching');
  });

  test("an exemption holds through the day it expires on, by the event's time", () => {
    const under = (expires: string, when = { requestParameters: { name: 'main' } }) =>
      judge(
        {},
        settings({
          detections: { 'cloudtrail/logging-stopped': { exemptions: [{ when, reason: 'moved', expires }] } },
        }),
      );
    expect(example.time).toBe('2026-09-01T10:00:00Z');
    expect(under('2026-09-01')).toEqual([]);
    expect(under('2026-08-31')).toHaveLength(1);
    expect(under('2026-09-01T10:00:00Z')).toHaveLength(1);
    expect(under('2026-09-02', { requestParameters: { name: 'other' } })).toHaveLength(1);
  });

  test('an exemption may ask what facts say', () => {
    const under = (kind: string) =>
      judge(
        {},
        settings({
          detections: {
            'cloudtrail/logging-stopped': {
              exemptions: [
                { when: { eventName: 'Other' }, reason: 'moved', expires: '2999-01-01' },
                { when: { fact: { 'principal.kind': [kind] } }, reason: 'moved', expires: '2999-01-01' },
              ],
            },
          },
        }),
      );
    expect(under('person')).toEqual([]);
    expect(under('node')).toHaveLength(1);
  });

  test.each(['soon', '2026-13-01', ''])('an exemption that ends on %j is refused with its place', expires => {
    const bad = { when: { eventName: 'x' }, reason: 'typo here', expires };
    const under = settings({ detections: { 'cloudtrail/logging-stopped': { exemptions: [bad] } } });
    expect(() => judge({}, under)).toThrow(
      `detections["cloudtrail/logging-stopped"].exemptions[0].expires: "${expires}" is no ISO date`,
    );
  });

  test.each([
    [{ fact: { nobody: ['x'] } }, 'fact.nobody: no such fact'],
    [{ eventName: Array.from({ length: 1_001 }, (_, at) => `x${at}`) }, 'eventName: '],
  ])('an exemption with what a rule may not have is refused, too', (when, says) => {
    const bad = { when: when as never, reason: 'typo here', expires: '2026-09-01' };
    const under = settings({ detections: { 'cloudtrail/logging-stopped': { exemptions: [bad] } } });
    expect(() => judge({}, under)).toThrow(`detections["cloudtrail/logging-stopped"].exemptions[0].when: ${says}`);
  });

  test('a bad exemption is refused with its place', () => {
    const bad = { when: { eventName: [{ prefx: 'x' }] } as never, reason: 'typo here', expires: '2026-09-01' };
    const under = settings({ detections: { 'cloudtrail/logging-stopped': { exemptions: [bad] } } });
    expect(() => judge({}, under)).toThrow(
      /detections\["cloudtrail\/logging-stopped"\]\.exemptions\[0\]\.when: eventName\[0\]\.prefx: no such operator/,
    );
  });
});

describe('law 3: a rule that throws', () => {
  const broken = variant({
    id: 'cloudtrail/broken',
    title: '{trail}',
    by: ({ record }) => {
      throw new SyntaxError(`secret of ${record.eventName}`);
    },
  });

  test('is a finding of its own and stops no other', () => {
    const found = compile([broken, variant({})], [], exampleSettings)(stop);
    expect(found.map(match => match.detection)).toEqual(['pipeline/rule-failed', 'cloudtrail/logging-stopped']);
    expect(found[0]).toMatchObject({ key: { detection: 'cloudtrail/broken' }, severity: 'high', status: 'alerting' });
  });

  test('tells what failed without the strings of the event', () => {
    const [failed] = compile([broken], [], exampleSettings)(stop);
    expect(failed?.title).toBe('The detection cloudtrail/broken failed: SyntaxError');
  });

  test.each([
    [new TypeError('x is undefined'), 'TypeError: x is undefined'],
    [new RangeError('too deep'), 'RangeError: too deep'],
    [new ReferenceError('y'), 'ReferenceError: y'],
    [new TypeError('x'.repeat(200)), `TypeError: ${'x'.repeat(160)}`],
    [new Error('secret'), 'Error'],
    ['secret', 'it threw something that is not an error'],
  ])('of %s says what the language says, and nothing else', (thrown, said) => {
    const by = (): never => {
      throw thrown;
    };
    const [failed] = compile([variant({ by })], [], exampleSettings)(stop);
    expect(failed?.title).toBe(`The detection cloudtrail/logging-stopped failed: ${said}`);
    expect(failed?.window).toBe(86_400_000);
  });

  test('is told as the settings say, and by the catalogue’s own detection of it where there is one', () => {
    const under = (one: Settings['detections'][string], detections = [broken]) =>
      compile(detections, [], settings({ detections: { 'pipeline/rule-failed': one } }))(stop);
    expect(under({ status: 'off' })).toEqual([]);
    expect(under({ status: 'watching', severity: 'low' })).toMatchObject([{ status: 'watching', severity: 'low' }]);
    const own = variant({
      id: 'pipeline/rule-failed',
      severity: 'critical',
      window: '2d',
      when: { eventName: 'Never' },
    });
    expect(under({}, [broken, own])).toMatchObject([
      {
        detection: 'pipeline/rule-failed',
        severity: 'critical',
        window: 172_800_000,
        version: loadDetection(own).version(),
      },
    ]);
  });
});

describe('a stateful detection', () => {
  const scope = 'cloudtrail/logging-stopped#main';
  const state: Detection<'cloudtrail'>['state'] = {
    kind: 'threshold',
    doc: 'Twice.',
    observe: ({ event }) => [{ scope, add: { seen: [event.id] }, expires: event.time + 60_000 }],
    decide: ({ event, threshold = 2 }, _key, [answer]) => {
      const seen = answer?.item['seen'] ?? [];
      if (seen.length < threshold) return [];
      return seen.map(eventId => ({ eventId, time: event.time, note: `${seen.length} times`, severity: 'critical' }));
    },
  };
  const answer = (seen: readonly string[], full = false): readonly Answer[] => [{ item: { seen }, also: [], full }];

  test('says nothing of itself before it is one, but what it is about', () => {
    const [match] = judge({ state });
    expect(match).toMatchObject({
      detection: 'cloudtrail/logging-stopped',
      account: example.account,
      region: 'eu-west-1',
      cluster: '',
      source: 'cloudtrail',
      eventId: stop.id,
      time: stop.time,
      key: { trail: 'main' },
      window: 3_600_000,
      severity: 'high',
      status: 'alerting',
      title: '',
      principals: [],
      resources: [],
      addresses: [],
      notes: [],
    });
    expect(match).not.toHaveProperty('again');
  });

  test('takes key, names and severity from a verdict, and what it does not say from the match', () => {
    const decide: NonNullable<typeof state>['decide'] = ({ event }) => [
      {
        eventId: event.id,
        time: 7,
        key: { trail: '' },
        named: { principals: ['x'], resources: ['y'], addresses: ['z'] },
      },
      { eventId: event.id, time: 8 },
    ];
    const [match] = judge({ state: { ...state, decide }, severity: 'low' });
    const [own, plain] = match?.decide?.(answer([])) ?? [];
    expect(own).toMatchObject({
      time: 7,
      key: { trail: 'unknown' },
      principals: ['x'],
      resources: ['y'],
      addresses: ['z'],
      severity: 'low',
    });
    expect(plain).toMatchObject({ time: 8, key: { trail: 'main' }, severity: 'low', addresses: ['198.51.100.23'] });
    expect(plain?.title).toMatch(/stopped the trail main in eu-west-1 \(succeeded\)$/);
    const under = settings({ detections: { 'cloudtrail/logging-stopped': { severity: 'medium' } } });
    expect(judge({ state }, under)[0]?.decide?.(answer(['a', 'b']))).toMatchObject([
      { severity: 'medium' },
      { severity: 'medium' },
    ]);
  });

  test('leaves out what was said before', () => {
    const [match] = judge({ state });
    const said = match?.decide?.(answer(['earlier', stop.id]), (full, verdicts) => {
      expect(full).toMatchObject({ key: { trail: 'main' }, severity: 'high' });
      return verdicts.slice(1);
    });
    expect(said?.map(({ eventId }) => eventId)).toEqual([stop.id]);
  });

  test('is full where one of its sets is, but for those that may be', () => {
    const observe: NonNullable<typeof state>['observe'] = () => [
      { scope: 'a', expires: 1, quiet: true },
      { scope: 'b', expires: 1 },
    ];
    const [match] = judge({ state: { ...state, observe, decide: () => [] } });
    const full = (...all: readonly boolean[]) =>
      (match?.decide?.(all.map(one => ({ item: {}, also: [], full: one }))) ?? []).map(({ detection }) => detection);
    expect([full(false, false), full(true, false), full(false, true), full(true, true)]).toEqual([
      [],
      [],
      ['pipeline/limit-reached'],
      ['pipeline/limit-reached'],
    ]);
  });

  test('is judged again when it says so, and once', () => {
    const again: NonNullable<NonNullable<typeof state>['again']> = ({ event }) => ({ after: event.time + 1 });
    const asking = variant({ state: { ...state, again } });
    const [match] = compile([asking], [], exampleSettings)(stop);
    const [due, ...others] = match?.again?.(answer([])) ?? [];
    expect(due).toMatchObject({
      detection: 'cloudtrail/logging-stopped',
      after: stop.time + 1,
      at: stop.time + 1 + exampleSettings.latenessMinutes * 60_000,
      streams: [],
    });
    expect([due?.id.length, others]).toEqual([32, []]);
    const later = { detection: 'cloudtrail/logging-stopped', after: stop.time + 1 };
    const [second] = compile([asking], [], exampleSettings)(stop, undefined, later);
    expect(second).not.toHaveProperty('again');
    const another = { ...stop, id: 'another' };
    const ids = [stop, another].map(
      event => compile([asking], [], exampleSettings)(event)[0]?.again?.(answer([]))[0]?.id,
    );
    expect(new Set(ids).size).toBe(2);
    const never = variant({ state: { ...state, again: () => undefined } });
    expect(compile([never], [], exampleSettings)(stop)[0]?.again?.(answer([]))).toEqual([]);
    const throwing = (): never => {
      throw new Error('no time');
    };
    expect(
      compile([variant({ state: { ...state, again: throwing } })], [], exampleSettings)(stop)[0]?.again?.(answer([])),
    ).toEqual([]);
  });

  test('is no finding until the answers are in', () => {
    const [match] = judge({ state });
    expect(match?.observations).toEqual([{ scope, add: { seen: [stop.id] }, expires: stop.time + 60_000 }]);
    expect(match?.evidence).toBeNull();
    expect(match?.decide?.(answer([stop.id]))).toEqual([]);
  });

  test('makes every firing event a finding, with evidence of its own event only', () => {
    const [match] = judge({ state });
    const decided = match?.decide?.(answer(['earlier', stop.id])) ?? [];
    expect(decided).toMatchObject([
      { eventId: 'earlier', severity: 'critical', evidence: null },
      { eventId: stop.id, title: expect.stringMatching(/: 2 times$/) },
    ]);
    expect(decided[1]?.evidence?.toJSON()).toMatchObject({ eventName: 'StopLogging' });
    for (const one of decided) expect(one).not.toHaveProperty('observations');
  });

  test('sees the threshold of the settings', () => {
    const under = settings({ detections: { 'cloudtrail/logging-stopped': { threshold: 1 } } });
    expect(judge({ state }, under)[0]?.decide?.(answer([stop.id]))).toHaveLength(1);
  });

  test('whose set is full says so', () => {
    const decided = judge({ state })[0]?.decide?.(answer([stop.id], true)) ?? [];
    expect(decided.map(({ detection, key }) => [detection, key])).toEqual([
      ['pipeline/limit-reached', { limit: 'state of cloudtrail/logging-stopped' }],
    ]);
  });

  test('that throws while it decides is a finding too', () => {
    const decide = (): never => {
      throw new TypeError('no item');
    };
    const [match] = judge({ state: { ...state, decide } });
    expect(match?.decide?.([])).toMatchObject([{ detection: 'pipeline/rule-failed' }]);
  });
});

describe('knowledge', () => {
  const knowledge: Knowledge<'cloudtrail'> = {
    id: 'knowledge/trails',
    on: 'cloudtrail',
    doc: 'Trails.',
    when: { eventSource: 'cloudtrail.amazonaws.com' },
    observe: ({ event }) => [{ scope: 'trail#main', add: { seen: [event.id] }, expires: event.time }],
  };

  test('observes and is never a finding', () => {
    const [match] = compile([], [knowledge], exampleSettings)(stop);
    expect(match).toMatchObject({ detection: 'knowledge/trails', status: 'watching' });
    // What it keeps is read by whoever recalls it, not by itself.
    expect(match?.observations).toEqual([
      { scope: 'trail#main', add: { seen: [stop.id] }, expires: stop.time, read: false },
    ]);
    expect(match?.decide?.([{ item: {}, also: [], full: false }])).toEqual([]);
  });

  test('is about no call that only looks like what it asks, and says where it is full', () => {
    const asking = {
      ...knowledge,
      when: { ...knowledge.when, userAgent: [{ matches: '^nobody' }] },
    } as typeof knowledge;
    expect(compile([], [asking], exampleSettings)(stop)).toEqual([]);
    const nothing = { ...knowledge, observe: () => [] };
    expect(compile([], [nothing], exampleSettings)(stop)).toEqual([]);
    const [match] = compile([], [knowledge], exampleSettings)(stop);
    expect(match?.decide?.([{ item: {}, also: [], full: true }])).toMatchObject([
      { detection: 'pipeline/limit-reached', key: { limit: 'state of knowledge/trails' } },
    ]);
  });

  test('of one source is not asked of another', () => {
    const other = { ...knowledge, on: 'kubernetes', when: { nothing: [{ exists: false }] } } as never; // of any record
    expect(compile([], [other, knowledge], exampleSettings)(stop).map(({ detection }) => detection)).toEqual([
      'knowledge/trails',
    ]);
  });
});

describe('a bad detection is refused, all that is wrong with it at once', () => {
  const problems = (over: { readonly [name: string]: unknown }): readonly string[] => {
    try {
      loadDetection(variant(over as Partial<Detection<'cloudtrail'>>));
      return [];
    } catch (error) {
      if (error instanceof DetectionError) return error.problems;
      throw error;
    }
  };

  test('members that are missing', () => {
    expect(problems({ why: undefined, runbook: undefined, examples: undefined })).toEqual([
      'why: is missing',
      'runbook: is missing',
      'examples: is missing',
    ]);
  });

  test.each([
    [{ id: 'StopLogging' }, /^id: "StopLogging"/],
    [{ title: '' }, /^title: is empty/],
    [{ title: '{ } stopped' }, /^title: .*a hole is \{name\}/],
    [{ when: { eventName: [] } }, /^when: eventName: an empty list/],
    [
      { when: { fact: { 'principal.knd': 'person' } } },
      /^when: fact\.principal\.knd: no such fact; allowed here: principal\.kind or principal\.id \(near it\); of all /,
    ],
    [{ unless: [{ eventName: 'x' }, {}] }, /^unless\[1\]: the pattern: an empty object/],
    [{ severity: 'urgent' }, /^severity: "urgent": one of low, medium, high, critical/],
    [
      { severity: [['low', { eventName: 'x' }]] },
      /^severity: its list ends in what holds otherwise: one of low, medium, high, critical$/,
    ],
    [{ severity: [['low'], 'high'] }, /^severity\[0\]: a pair/],
    [{ severity: [['low', {}], 'high'] }, /^severity\[0\]: the pattern: an empty object/],
    [{ attack: ['TA0001'] }, /^attack: "TA0001": not a technique of/],
    [{ runbook: ['one'] }, /^runbook: 1 steps: three to five/],
    [{ window: '90s' }, /^window: "90s"/],
    [{ why: ' ' }, /^why: is empty/],
    [{ references: [] }, /^references: /],
    [{ blind: [] }, /^blind: /],
    [{ by: 'role' }, /^by: a function of the view/],
    [{ unless: { eventName: 'x' } }, /^unless: a list of patterns/],
    [{ state: {} }, /^state: one of the forms in core\/state/],
    [{ state: { observe: () => [] } }, /^state: one of the forms/],
    [{ state: { decide: () => [] } }, /^state: one of the forms/],
    [{ severity: { low: {} } }, /^severity: \{"low":\{\}\}: one of low, medium, high, critical, or a list/],
    [{ severity: ['high'] }, /^severity: its list ends in/],
    [{ severity: [['grave', { eventName: 'x' }], 'high'] }, /^severity\[0\]: a pair/],
    [{ severity: ['low', 'high'] }, /^severity\[0\]: a pair/],
    [{ severity: [['low', { eventName: 'x' }], 'grave'] }, /^severity: its list ends in/],
    [{ attack: ['T1562.008'] }, /^attack: "T1562\.008": ATT&CK 19\.2 revoked it: /],
    [{ attack: ['toString'] }, /^attack: "toString": not a technique of/],
    [{ runbook: ['1', '2', '3', '4', '5', '6'] }, /^runbook: 6 steps: three to five/],
    [{ runbook: ['1', '2'] }, /^runbook: 2 steps: three to five/],
    [{ window: '0m' }, /^window: "0m": a whole number and m, h or d/],
    [{ window: '1.5h' }, /^window: "1\.5h"/],
    [{ window: '100000m' }, /^window: "100000m"/],
    [{ window: 'x1h' }, /^window: "x1h"/],
    [{ window: '1hx' }, /^window: "1hx"/],
    [{ title: '{principal} stopped {' }, /^title: .*a hole is \{name\}/],
    [{ title: '  ' }, /^title: is empty/],
    [{ title: '{1} stopped' }, /^title: .*a hole is \{name\}/],
    [{ id: 'cloudtrail/a/b' }, /^id: "cloudtrail\/a\/b"/],
    [{ id: 'cloudtrail/a--b' }, /^id: /],
    [{ id: 'cloudtrail/-a' }, /^id: /],
    [{ id: 'cloudtrail2/a' }, /^id: /],
    [{ id: 'cloudtrail/a ' }, /^id: /],
    [{ id: ' cloudtrail/a' }, /^id: /],
    [{ on: 'syslog' }, /^on: "syslog": one of cloudtrail, kubernetes/],
    [
      {
        examples: {
          matches: ordinary.examples.matches,
          misses: [ordinary.examples.misses[0], ordinary.examples.matches[0]],
        },
      },
      /^examples: two are named "one"/,
    ],
    [
      { examples: { matches: [ordinary.examples.matches[0]], misses: ordinary.examples.misses } },
      /^examples\.matches: 1: at least two/,
    ],
    [
      { examples: { matches: ordinary.examples.matches, misses: [ordinary.examples.misses[0]] } },
      /^examples\.misses: 1: at least two/,
    ],
  ] as const)('%j', (over, says) => {
    expect(problems(over)).toEqual([expect.stringMatching(says)]);
    expect(() => loadDetection(variant(over as Partial<Detection<'cloudtrail'>>))).toThrow(
      /^[^\n]+ can't be loaded:\n {2}- /,
    );
  });

  test.each([
    { id: 'cloudtrail/a1-b2' },
    { runbook: ['1', '2', '3', '4', '5'] },
    { window: '99999m' },
    { window: '1d' },
    { unless: [] },
    { severity: [['low', { awsRegion: 'us-east-1' }], ['high', { awsRegion: 'eu-west-1' }], 'critical'] },
    { title: 'a trail was stopped' },
  ])('%j is a good one, though', over => {
    expect(problems(over)).toEqual([]);
  });

  test.each([
    ['10m', 600_000],
    ['2h', 7_200_000],
    ['3d', 259_200_000],
    [undefined, 3_600_000],
  ] as const)('a window of %s is %i ms', (window, length) => {
    const { window: _, ...rest } = ordinary;
    expect(loadDetection(cloudtrail(window === undefined ? rest : { ...rest, window })).window).toBe(length);
  });

  test('one that was checked before is opened without its prose, and refused where a pattern is wrong', () => {
    expect(openDetection(variant({ why: '', runbook: [] })).window).toBe(3_600_000);
    const bad = variant({ when: { eventName: [] } as never });
    expect(() => openDetection(bad)).toThrow(DetectionError);
    expect(() => openDetection(bad)).toThrow(/cloudtrail\/logging-stopped can't be loaded:\n {2}- when: eventName/);
  });

  test.each([
    [{ id: 'cloudtrail/trails' }, /^id: "cloudtrail\/trails": knowledge\/lower-case-words/],
    [{ id: 'knowledge/Trails' }, /^id: /],
    [{ id: 'x knowledge/trails' }, /^id: /],
    [{ id: 'knowledge/trails/more' }, /^id: /],
    [{ when: { eventName: [] } }, /^when: eventName: an empty list/],
    [{ when: { fact: { nobody: ['x'] } } }, /^when: fact\.nobody: no such fact/],
    [{ on: 'syslog' }, /^on: "syslog": one of cloudtrail, kubernetes$/],
    [{ when: { eventNmae: ['A'] } }, /^when: eventNmae: no such member of a record; allowed here: eventName \(near/],
    [{ when: { fact: { 'call.outcome': ['suceeded'] } } }, /^when: fact\.call\.outcome: "suceeded" is not a value/],
  ])('knowledge that is wrong, %j', (over, says) => {
    const good = {
      id: 'knowledge/trails',
      on: 'cloudtrail',
      doc: 'Trails.',
      when: { eventName: ['A'] },
      observe: () => [],
    };
    expect(loadKnowledge(good as never).version()).toMatch(/^[0-9a-f]{12}$/);
    let said: readonly string[] = [];
    try {
      loadKnowledge({ ...good, ...over } as never); // wrong on purpose
    } catch (error) {
      if (error instanceof DetectionError) said = error.problems;
    }
    expect(said).toEqual([expect.stringMatching(says)]);
  });

  test('together', () => {
    expect(problems({ id: 'x', title: '', window: '1y', attack: ['x'] })).toHaveLength(4);
    const bad = variant({ why: '', blind: [] });
    expect(() => loadDetection(bad)).toThrow(
      expect.objectContaining({
        name: 'DetectionError',
        message: expect.stringMatching(/can't be loaded:\n {2}- why: is empty[^\n]+\n {2}- blind: say[^\n]+$/),
      }),
    );
  });
});

describe('the version of a rule', () => {
  const version = (over: Partial<Detection<'cloudtrail'>>): string => loadDetection(variant(over)).version();

  test('changes with what it says and not with its prose', () => {
    expect(version({})).toMatch(/^[0-9a-f]{12}$/);
    expect(version({ why: 'Other words.' })).toBe(version({}));
    expect(version({ severity: 'low' })).not.toBe(version({}));
    expect(version({ by: () => [{ trail: 'other' }] })).not.toBe(version({}));
    expect(version({ when: { eventName: 'StopLogging' } })).not.toBe(version({}));
    expect(version({ unless: [{ awsRegion: 'x' }] })).not.toBe(version({ unless: [{ awsRegion: 'y' }] }));
    const state = { kind: 'x', doc: 'x', observe: () => [], decide: () => [] };
    expect(version({ state: { ...state, decide: ({ event }) => [{ eventId: event.id, time: 0 }] } })).not.toBe(
      version({ state }),
    );
  });
});
