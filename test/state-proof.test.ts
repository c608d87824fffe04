import { describe, expect, test } from 'vitest';
import { call } from '../core/cloudtrail/example.ts';
import { fleetRun } from '../core/cloudtrail/example-launch.ts';
import { said } from '../core/cloudtrail/said.ts';
import { cloudtrail, type Detection, type Example } from '../core/detection.ts';
import { audit } from '../core/kubernetes/example.ts';
import { nodeJoined } from '../core/kubernetes/example-node.ts';
import { loadDetection } from '../core/load.ts';
import { absence } from '../core/state/absence.ts';
import { streamOf } from '../core/state/heard.ts';
import { joinedScope } from '../core/state/node.ts';
import { threshold } from '../core/state/threshold.ts';
import { judge, momentaryKeys, unproved, whyOf } from './catalogue.ts';

type Rule = Detection<'cloudtrail'>;
const prose = {
  title: '{principal} did it',
  severity: 'low',
  attack: [],
  why: 'It is done.',
  references: ['A document'],
  runbook: ['One.', 'Two.', 'Three.'],
  blind: ['Elsewhere.'],
} as const;

const asked = (minute: number, more = {}) =>
  call('ec2', 'GetPasswordData', { eventTime: `2026-09-01T10:0${minute}:00Z`, ...more });
const counting = (within: number, match: Example<'cloudtrail'>, ...misses: Rule['examples']['misses']): Rule =>
  cloudtrail({
    ...prose,
    id: 'cloudtrail/asked',
    when: { eventName: 'GetPasswordData' },
    by: view => [{ principal: said(view, 'principal.id') }],
    state: threshold({ id: 'cloudtrail/asked', doc: 'Two.', count: 2, within, note: String }),
    examples: { matches: doubled(match), misses },
  });
/** A rule has two of each at least. */
const doubled = (one: Example<'cloudtrail'>): Rule['examples']['matches'] => [
  one,
  { ...one, name: `${one.name}, again` },
];
const otherCall = { name: 'another call', event: asked(4, { eventName: 'StopInstances' }), after: [asked(3)] };
const once = { name: 'once', event: asked(4) };
const apart = { name: 'in six minutes', event: asked(6), after: [asked(0)] };
const twice = { name: 'twice', event: asked(4), after: [asked(1)] };

const fiveMinutes = 5 * 60_000;

describe('the examples of a rule that counts', () => {
  test('prove its state by one that is alone, one too late and one in time', async () => {
    const rule = counting(fiveMinutes, twice, otherCall, once, apart);
    expect((await unproved(rule)).filter(clause => clause.startsWith('state'))).toEqual([]);
  });

  test('prove no span where nothing comes too late', async () => {
    const rule = counting(fiveMinutes, twice, otherCall, once);
    expect(await unproved(rule)).toContain('state.within: that later is too late');
  });

  test('prove no span by what is found in time beside what is too late', async () => {
    const early = call('ec2', 'GetPasswordData', { eventTime: '2026-09-01T09:57:00Z' });
    const rule = counting(fiveMinutes, { ...twice, event: asked(3), after: [early, asked(2)] }, otherCall, once);
    expect(await unproved(rule)).toContain('state.within: that later is too late');
  });

  test('prove no span in a wrong unit, where all of them are of one moment', async () => {
    const atOnce = { name: 'twice', event: asked(4), after: [asked(4, { requestID: 'another' })] };
    const rule = counting(3_600, atOnce, otherCall, once, apart);
    expect(await judge(loadDetection(rule), atOnce)).not.toEqual([]);
    expect(await unproved(rule)).toContain('state.within: how far apart is near enough');
  });

  test('prove no state where every event could be found by itself', async () => {
    const rule = counting(fiveMinutes, twice, otherCall, { ...otherCall, name: 'a third' });
    expect(await unproved(rule)).toContain('state: that other events count');
  });
});

describe('the examples of a rule about what stays away', () => {
  const launched = fleetRun();
  const heard = audit('list', 'pods', { time: '2026-09-01T10:31:00Z' });
  const never = (set: string, miss: Example<'cloudtrail'>): Rule =>
    cloudtrail({
      ...prose,
      id: 'lineage/never',
      when: { eventName: 'RunInstances' },
      by: () => [{ instance: 'i-0aaaabbbbccccdddd' }],
      state: absence({
        doc: 'No node within 15 minutes.',
        within: 15 * 60_000,
        scope: ({ event }, { instance = '' }) => joinedScope(event.account, instance),
        set,
        streams: ({ event }) => [streamOf('kubernetes', event.account, 'prod')],
        note: 'no node',
      }),
      examples: {
        matches: doubled({ name: 'it never comes', event: launched, later: [heard] }),
        misses: doubled(miss),
      },
    });

  test('prove it by one in which it came and the log was heard afterwards', async () => {
    const came = { name: 'it comes', event: launched, later: [nodeJoined(), heard] };
    expect(await unproved(never('joined', came))).not.toContain('state: what must not stay away');
  });

  test('prove nothing where the log was not heard afterwards: any name of the set would do', async () => {
    const unheard = { name: 'it comes', event: launched, later: [nodeJoined()] };
    for (const set of ['joined', 'join'])
      expect(await unproved(never(set, unheard))).toContain('state: what must not stay away');
  });
});

describe('what is said of an example that does not match', () => {
  test('tells what its state is told of each event: its key, its step, or that another log is not asked', () => {
    const event = asked(4);
    const other = asked(3, { userIdentity: { type: 'AWSService', invokedBy: 'autoscaling.amazonaws.com' } });
    const after = [audit('list', 'pods', { time: '2026-09-01T10:02:00Z' }), other, asked(3, { eventName: 'X' })];
    const why = whyOf(counting(fiveMinutes, twice, otherCall, once), { name: 'x', event, after } as never);
    expect(why).toMatch(/10:02:00.000Z: of kubernetes: a rule on cloudtrail is not asked/);
    expect(why).toMatch(/10:03:00.000Z: key {"principal":"autoscaling.amazonaws.com"}; adds to "/);
    expect(why).toMatch(/10:03:00.000Z: its patterns do not hold/);
    expect(why).toMatch(/10:04:00.000Z \(its own\): key {"principal":"arn:aws:iam::111122223333:role\/developer"}/);
  });
});

test('a key that holds an id or a time of the one call is seen', () => {
  const rule = counting(fiveMinutes, twice, otherCall, once);
  const keyed = (by: Rule['by']) => momentaryKeys(loadDetection({ ...rule, by }), twice as never);
  expect(keyed(rule.by)).toEqual([]);
  for (const by of [
    ({ event }) => [{ resource: event.id }],
    ({ record }) => [{ resource: `${record.eventName} ${record.requestID}` }],
    ({ record }) => [{ resource: record.eventTime }],
  ] satisfies readonly Rule['by'][])
    expect(keyed(by as Rule['by'])).toHaveLength(1);
});
