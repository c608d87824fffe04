import { describe, expect, it } from 'vitest';
import { call } from '../core/cloudtrail/example.ts';
import { compile, type Prepared } from '../core/compile.ts';
import { defineConfig } from '../core/config.ts';
import type { AnyEvent } from '../core/event.ts';
import { exampleSettings } from '../core/example-settings.ts';
import { admitting, type Gate, gateOf } from '../core/gate.ts';
import { audit } from '../core/kubernetes/example.ts';
import { prepare } from '../core/prepare.ts';
import type { Settings } from '../core/settings.ts';
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
