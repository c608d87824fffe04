import { describe, expect, it } from 'vitest';
import { call } from '../core/cloudtrail/example.ts';
import { compile, type Prepared } from '../core/compile.ts';
import { defineConfig } from '../core/config.ts';
import type { AnyDetection, Detection } from '../core/detection.ts';
import type { AnyEvent } from '../core/event.ts';
import { exampleSettings } from '../core/example-settings.ts';
import { admitting, type Gate, gateOf } from '../core/gate.ts';
import { audit } from '../core/kubernetes/example.ts';
import type { Requirement } from '../core/pattern/requirement.ts';
import { prepare } from '../core/prepare.ts';
import type { Settings } from '../core/settings.ts';
import { detection as exposed } from '../detections/cloudtrail/eks-endpoint-exposed.ts';
import { detections, knowledge } from '../detections/index.ts';

/** As the bundled functions get it: through JSON. */
const prepared = (settings: Settings): { readonly gate: Gate; readonly requirements: Prepared } =>
  JSON.parse(JSON.stringify(prepare(detections, knowledge, settings)));

/** Every event of every example: what rules match, what they miss, what comes before and after. */
const events: readonly AnyEvent[] = detections.flatMap(({ examples }): readonly AnyEvent[] =>
  [...examples.matches, ...examples.misses].flatMap(({ event, after = [], later = [] }): readonly AnyEvent[] => [
    ...(after as readonly AnyEvent[]), // an example's events are of either source
    event as AnyEvent,
    ...(later as readonly AnyEvent[]),
  ]),
);

const said = (matches: ReturnType<ReturnType<typeof compile>>) =>
  matches.map(({ decide, again, observations, ...match }) => ({ ...match, observations: observations ?? null }));

describe.each([
  ['the example settings', exampleSettings],
  ['no settings at all', defineConfig({})],
] as const)('under %s', (_, settings) => {
  const { gate, requirements } = prepared(settings);
  const whole = compile(detections, knowledge, settings);
  const concerns = admitting(gate);

  it('the gate admits every event of which a rule says anything', () => {
    expect(events.length).toBeGreaterThan(500);
    const lost = events.filter(event => whole(event).length > 0 && !concerns(event));
    expect(lost.map(({ record }) => record)).toEqual([]);
  });

  it('the gate turns away calls that no rule is about', () => {
    const quiet = ['DescribeVpcs', 'DescribeInstanceStatus', 'DescribeTags'].map(name => call('ec2', name));
    expect(quiet.map(concerns)).toEqual([false, false, false]);
    expect(quiet.flatMap(event => whole(event))).toEqual([]);
  });

  it('what was prepared gives the same matches, in the same order', () => {
    const lazy = compile(detections, knowledge, settings, requirements);
    for (const event of events) expect(said(lazy(event))).toEqual(said(whole(event)));
  });

  it('what was prepared gives the same matches for the first event of a process', () => {
    for (const event of events.filter((_, at) => at % 5 === 0)) {
      const fresh = compile(detections, knowledge, settings, requirements);
      expect(said(fresh(event))).toEqual(said(whole(event)));
    }
  });
});

it('an event whose name is no text is admitted: the rules say what it is', () => {
  const concerns = admitting(prepared(exampleSettings).gate);
  const event = call('ec2', 'DescribeVpcs');
  const odd = { ...event, record: { ...event.record, eventName: ['DescribeVpcs'] } };
  expect(concerns(odd as unknown as AnyEvent)).toBe(true); // readers refuse it; the gate doesn't rely on that
});

it('an object whose reference is a list is admitted, for patterns look into it', () => {
  const concerns = admitting(prepared(exampleSettings).gate);
  const event = audit('list', 'endpointslices.discovery.k8s.io');
  const odd = { ...event, record: { ...event.record, objectRef: [event.record.objectRef] } };
  expect([concerns(event), concerns(odd as unknown as AnyEvent)]).toEqual([false, true]);
});

it('without a gate everything is admitted', () => {
  expect(admitting(undefined)(call('ec2', 'DescribeVpcs'))).toBe(true);
});

it('a rule that asks for nothing opens the gate to everything', () => {
  const gate = gateOf([{ on: 'cloudtrail', requirements: [[]] }]);
  expect(admitting(gate)(call('ec2', 'DescribeVpcs'))).toBe(true);
});

it('of what rules ask without naming a call, what asks for less is kept, once', () => {
  const failed = { path: ['errorCode'], tests: [{ is: 'exists' as const }] };
  const unread = { path: ['readOnly'], tests: [{ is: 'equal' as const, value: false }] };
  const gate = gateOf([
    { on: 'cloudtrail', requirements: [[unread, failed], [failed]] },
    { on: 'cloudtrail', requirements: [[failed]] },
  ]);
  expect(gate.cloudtrail).toMatchObject({ conditions: [failed], rest: [[0]] });
  const concerns = admitting(gate);
  const denied = call('ec2', 'DescribeVpcs', { errorCode: 'Client.UnauthorizedOperation' });
  expect([concerns(denied), concerns(call('ec2', 'DescribeVpcs'))]).toEqual([true, false]);
});

describe('of what rules ask of the name of a call', () => {
  const equal = (value: string | number) => ({ is: 'equal' as const, value });
  const asking = (
    on: 'cloudtrail' | 'kubernetes',
    path: readonly string[],
    ...tests: Requirement[number]['tests']
  ) => ({
    on,
    requirements: [[{ path, tests }]],
  });
  const begins = { is: 'prefix' as const, text: 'Create', fold: false };
  const region = asking('cloudtrail', ['awsRegion'], equal('eu-west-1'));

  it('names are known by themselves, each once, and of each source', () => {
    const gate = gateOf([
      asking('cloudtrail', ['eventName'], equal('A'), equal('B')),
      asking('cloudtrail', ['eventName'], equal('A')),
      asking('kubernetes', ['objectRef', 'resource'], equal('pods')),
    ]);
    expect(gate).toEqual({
      cloudtrail: { names: ['A', 'B'], conditions: [], rest: [] },
      kubernetes: { names: ['pods'], conditions: [], rest: [] },
    });
    const concerns = admitting(gate);
    expect(['A', 'B', 'C'].map(name => concerns(call('ec2', name)))).toEqual([true, true, false]);
    expect(['pods', 'secrets', 'pods'].map(name => concerns(audit('list', name)))).toEqual([true, false, true]);
  });

  it.each([
    ['the beginning of one', asking('cloudtrail', ['eventName'], begins)],
    ['one, or the beginning of one', asking('cloudtrail', ['eventName'], equal('Create1'), begins)],
    ['none at all', asking('cloudtrail', ['eventName'], equal(''))],
    ['a number', asking('cloudtrail', ['eventName'], equal(5))],
    ['something else', region],
    ['a member of it', asking('cloudtrail', ['eventName', 'x'], equal('A'))],
    ['what it is of', asking('kubernetes', ['objectRef'], equal('pods'))],
    ['another member beside it', asking('kubernetes', ['objectRef', 'name'], equal('pods'))],
    ['another object’s', asking('kubernetes', ['requestObject', 'resource'], equal('pods'))],
  ])('%s is looked for in every call', (_, rule) => {
    const { names, conditions, rest } = gateOf([rule])[rule.on];
    expect({ names, conditions, rest }).toEqual({ names: [], conditions: rule.requirements[0], rest: [[0]] });
  });

  it('one that asks for a name, or for something else without it, is looked for in every call', () => {
    const either = {
      on: 'cloudtrail' as const,
      requirements: [...asking('cloudtrail', ['eventName'], equal('A')).requirements, ...region.requirements],
    };
    const concerns = admitting(gateOf([either]));
    const elsewhere = { awsRegion: 'us-east-1' };
    expect([
      concerns(call('ec2', 'B')),
      concerns(call('ec2', 'A', elsewhere)),
      concerns(call('ec2', 'B', elsewhere)),
    ]).toEqual([true, true, false]);
  });

  it('all that is asked together must hold, and of several one', () => {
    const both = {
      on: 'cloudtrail' as const,
      requirements: [
        [...(region.requirements[0] ?? []), { path: ['eventSource'], tests: [equal('ec2.amazonaws.com')] }],
      ],
    };
    const readOnly = asking('cloudtrail', ['readOnly'], { is: 'equal' as const, value: true });
    const concerns = admitting(gateOf([both, readOnly]));
    expect([
      concerns(call('ec2', 'A', { readOnly: false })),
      concerns(call('iam', 'A', { readOnly: false })),
      concerns(call('ec2', 'A', { awsRegion: 'us-east-1', readOnly: false })),
      concerns(call('iam', 'A', { awsRegion: 'us-east-1', readOnly: true })),
    ]).toEqual([true, false, false, true]);
  });

  it('facts are no part of it: a rule that asks nothing else is about every call', () => {
    const fact = asking('cloudtrail', ['fact', 'principal.kind'], equal('person'));
    expect(admitting(gateOf([fact]))(call('ec2', 'A'))).toBe(true);
    const [one = []] = fact.requirements;
    const gate = gateOf([{ on: 'cloudtrail', requirements: [[...one, ...(region.requirements[0] ?? [])]] }]);
    expect(gate.cloudtrail).toEqual({ names: [], conditions: region.requirements[0], rest: [[0]] });
  });

  it('what asks for the same and more is left out, whichever comes first', () => {
    const [one = []] = region.requirements;
    const more = {
      on: 'cloudtrail' as const,
      requirements: [[...one, { path: ['readOnly'], tests: [{ is: 'equal' as const, value: true }] }]],
    };
    for (const rules of [
      [region, more, region],
      [more, region],
      [more, more, region],
    ])
      expect(gateOf(rules).cloudtrail).toEqual({ names: [], conditions: one, rest: [[0]] });
  });

  it('a call without a name has an empty one', () => {
    const { record, ...rest } = call('ec2', 'A');
    const { eventName, ...nameless } = record;
    const concerns = admitting(gateOf([asking('cloudtrail', ['eventName'], equal('A'))]));
    expect(concerns({ ...rest, record: nameless } as AnyEvent)).toBe(false);
    expect(concerns({ ...rest, record: { ...nameless, eventName: 5 } } as unknown as AnyEvent)).toBe(true); // readers refuse it
  });
});

describe('what was prepared', () => {
  const rule = (id: string, over: Partial<Detection<'cloudtrail'>> = {}): AnyDetection => ({
    ...exposed,
    id: `cloudtrail/${id}`,
    title: 'x',
    when: { eventName: ['A'] },
    by: () => [{ name: id }],
    requires: [],
    ...over,
  });
  const run = (all: readonly AnyDetection[], requirements?: Prepared) => (event: AnyEvent) =>
    compile(
      all,
      [],
      exampleSettings,
      requirements,
    )(event).map(({ detection, key }) => [detection, Object.values(key)[0]]);

  it('asks of a rule what JSON can say, and more of nothing', () => {
    const all = [
      rule('one', {
        when: { eventName: ['A'], userAgent: [{ matches: 'x' }], sourceIPAddress: [{ cidr: '10.0.0.0/8' }] },
      }),
      rule('two', { when: { eventName: ['A'], userAgent: ['x', { matches: 'y' }], awsRegion: ['eu-west-1'] } }),
    ];
    const { requirements } = prepare(all, [], exampleSettings);
    const paths = Object.entries(requirements).map(([id, some]) => [
      id,
      some.map(one => one.map(({ path }) => path.join('.'))),
    ]);
    expect(paths).toEqual([
      ['cloudtrail/one', [['eventName']]],
      ['cloudtrail/two', [expect.arrayContaining(['eventName', 'awsRegion'])]],
    ]);
    expect(JSON.stringify(paths)).not.toContain('userAgent');
  });

  it('leaves out what of a fact JSON cannot say: the rule is found, and asks itself', () => {
    const all = [
      rule('one', { when: { eventName: ['A'], fact: { 'principal.id': [{ matches: 'developer' }] } } }),
      rule('two', {
        when: { eventName: ['A'], fact: { 'principal.id': [{ matches: 'nobody' }], 'principal.kind': ['person'] } },
      }),
      rule('three', { when: { eventName: ['A'], fact: { 'principal.id': ['x', { matches: 'developer' }] } } }),
      rule('four', { when: { eventName: ['A'], fact: { 'principal.id': ['x', { cidr: '10.0.0.0/8' }] } } }),
    ];
    const { requirements } = JSON.parse(JSON.stringify(prepare(all, [], exampleSettings)));
    const facts = Object.values<readonly Requirement[]>(requirements).map(some =>
      some.map(one => one.filter(({ path }) => path[0] === 'fact').map(({ path }) => path[1])),
    );
    expect(facts).toEqual([[[]], [['principal.kind']], [[]], [[]]]);
    for (const given of [undefined, requirements])
      expect(run(all, given)(call('ec2', 'A'))).toEqual([
        ['cloudtrail/one', 'one'],
        ['cloudtrail/three', 'three'],
      ]);
  });

  it('is not made of settings with a bad exemption', () => {
    const exemption = { when: { eventName: [{ prefx: 'x' }] } as never, reason: 'a slip', expires: '2026-09-01' };
    const settings = { ...exampleSettings, detections: { 'cloudtrail/one': { exemptions: [exemption] } } };
    expect(() => prepare([rule('one')], [], settings)).toThrow('detections["cloudtrail/one"].exemptions[0].when');
  });

  it('lets a rule that cannot be loaded fail for itself; without, it is refused', () => {
    const bad = rule('bad', { when: { eventName: [{ prefx: 'A' }] } as never });
    const all = [bad, rule('good')];
    expect(() => compile(all, [], exampleSettings)).toThrow("cloudtrail/bad can't be loaded");
    const requirements = { 'cloudtrail/bad': [[]], 'cloudtrail/good': [[]] };
    expect(run(all, requirements)(call('ec2', 'A'))).toEqual([
      ['pipeline/rule-failed', 'cloudtrail/bad'],
      ['cloudtrail/good', 'good'],
    ]);
    // Checked where functions are bundled: its prose is not looked at again.
    expect(run([rule('short', { why: '' })], { 'cloudtrail/short': [[]] })(call('ec2', 'A'))).toEqual([
      ['cloudtrail/short', 'short'],
    ]);
  });

  it('tells rules of one source from those of another, and those that are off', () => {
    const other = {
      ...rule('other'),
      on: 'kubernetes',
      id: 'kubernetes/other',
      when: { nothing: [{ exists: false }] },
      resources: () => [],
    } as unknown as AnyDetection; // a member that no record has
    const all = [rule('one'), other, rule('off')];
    const settings = { ...exampleSettings, detections: { 'cloudtrail/off': { status: 'off' as const } } };
    const { requirements } = JSON.parse(JSON.stringify(prepare(all, [], settings)));
    for (const given of [undefined, requirements]) {
      const judge = compile(all, [], settings, given);
      expect(judge(call('ec2', 'A')).map(({ detection }) => detection)).toEqual(['cloudtrail/one']);
      expect(judge(audit('list', 'pods')).map(({ detection }) => detection)).toEqual(['kubernetes/other']);
      expect(judge(call('ec2', 'A'), undefined, { detection: 'cloudtrail/off', after: 1 })).toEqual([]);
      expect(judge(call('ec2', 'A'), undefined, { detection: 'cloudtrail/one', after: 1 })).toHaveLength(1);
    }
  });

  it('finds rules of a record whose name is a list, into which patterns look', () => {
    const event = call('ec2', 'A');
    const odd = { ...event, record: { ...event.record, eventName: ['B', 'A'] } } as unknown as AnyEvent; // readers refuse it
    expect(run([rule('one'), rule('two', { when: { eventName: ['C'] } })])(odd)).toEqual([['cloudtrail/one', 'one']]);
  });
});

it('what is wrong is refused where functions are bundled', () => {
  const [one] = detections;
  if (one === undefined) throw new Error('the catalogue is empty');
  expect(() => prepare([{ ...one, why: '' }], [], exampleSettings)).toThrow(`${one.id} can't be loaded`);
  // A detection that was renamed since, or a slip: a channel for it alone would never say a word.
  const slack = { kind: 'slack', secret: 'Hook', detections: ['cloudtrial/*'] } as const;
  const off = { 'cloudtrail/gone': { status: 'off' } } as const;
  expect(() => prepare([one], [], { ...exampleSettings, channels: [slack] })).toThrow(
    'no detection is called "cloudtrial/*"',
  );
  expect(() => prepare([one], [], { ...exampleSettings, detections: off })).toThrow(
    'detections.cloudtrail/gone: there is no',
  );
});
