import { describe, expect, it } from 'vitest';
import { exampleSettings } from '../../core/example-settings.ts';
import { costOf } from '../../core/targets/cost.ts';
import { eventBridgeFilter } from '../../core/targets/eventbridge/filter.ts';
import { logsFilter } from '../../core/targets/logs/filter.ts';
import { limits } from '../../core/targets/logs/grammar.ts';
import { audit, auditRule, call, trailRule } from './rules.ts';

type Rules = readonly ReturnType<typeof trailRule>[];

const cost = (rules: Rules, events: Parameters<typeof costOf>[2], off: readonly string[] = []) => {
  const settings = {
    ...exampleSettings,
    detections: Object.fromEntries(off.map(id => [id, { status: 'off' as const }])),
  };
  return costOf(eventBridgeFilter(rules, [], settings), logsFilter(rules, [], settings), events);
};

describe('what filters cost', () => {
  it('is counted by source, and by rule: admitted by its own filter, and by no other', () => {
    const rules = [
      trailRule('tags', { eventName: 'CreateTags' }),
      trailRule('ec2', { eventSource: 'ec2.amazonaws.com', eventName: ['CreateTags', 'RunInstances'] }),
      auditRule('pods', { verb: 'create', objectRef: { resource: 'pods' } }),
    ];
    const events = [
      call('ec2', 'RunInstances'),
      call('ec2', 'RunInstances'),
      call('ec2', 'CreateTags'),
      call('iam', 'GetRole'),
      audit('create', 'pods'),
      audit('get', 'pods'),
    ];
    expect(cost(rules, events)).toEqual({
      cloudtrail: { events: 4, admitted: 3 },
      kubernetes: { events: 2, admitted: 1 },
      rules: [
        { id: 'cloudtrail/ec2', admitted: 3, alone: 2 },
        { id: 'kubernetes/pods', admitted: 1, alone: 1 },
        { id: 'cloudtrail/tags', admitted: 1, alone: 0 },
      ],
    });
  });

  it('lists the costliest rule first: what leaving it out saves, what it admits, then its name', () => {
    const rules = ['c', 'a', 'b'].map(name => trailRule(name, { eventName: 'CreateTags' }));
    const wide = trailRule('wide', { eventName: ['CreateTags', 'RunInstances'], eventSource: 'ec2.amazonaws.com' });
    const wider = trailRule('wider', {
      eventSource: 'ec2.amazonaws.com',
      eventName: { 'anything-but': 'StopInstances' },
    });
    const events = [call('ec2', 'CreateTags'), call('ec2', 'RunInstances'), call('ec2', 'CreateFleet')];
    expect(cost([...rules, wide, wider], events).rules.map(({ id }) => id)).toEqual([
      'cloudtrail/wider',
      'cloudtrail/wide',
      'cloudtrail/a',
      'cloudtrail/b',
      'cloudtrail/c',
    ]);
  });

  it('of a rule that is turned off is nothing', () => {
    const rules = [
      trailRule('on', { eventName: 'CreateTags' }),
      trailRule('off', { eventName: 'RunInstances' }),
      auditRule('off', { verb: 'get' }),
      auditRule('on', { verb: 'create' }),
    ];
    const events = [call('ec2', 'RunInstances'), call('ec2', 'CreateTags'), audit('get', 'pods')];
    expect(cost(rules, events, ['cloudtrail/off', 'kubernetes/off'])).toEqual({
      cloudtrail: { events: 2, admitted: 1 },
      kubernetes: { events: 1, admitted: 0 },
      rules: [
        { id: 'cloudtrail/on', admitted: 1, alone: 1 },
        { id: 'cloudtrail/off', admitted: 0, alone: 0 },
        { id: 'kubernetes/off', admitted: 0, alone: 0 },
        { id: 'kubernetes/on', admitted: 0, alone: 0 },
      ],
    });
  });

  it('of a rule that asks for any event is all of them', () => {
    const rules = [trailRule('any', { userAgent: { matches: 'x' } }), auditRule('any', { userAgent: 'x' })];
    expect(cost(rules, [call('ec2', 'RunInstances'), audit('get', 'pods')])).toMatchObject({
      cloudtrail: { events: 1, admitted: 1 },
      kubernetes: { events: 1, admitted: 1 },
      rules: [
        { id: 'cloudtrail/any', admitted: 1, alone: 1 },
        { id: 'kubernetes/any', admitted: 1, alone: 1 },
      ],
    });
  });

  it('is measured of a pattern that is longer than CloudWatch takes', () => {
    // A space keeps them out of regular expressions, which can be cut short.
    const resources = Array.from({ length: 9 }, (_, index) => `${index} ${'resource/'.repeat(20)}${index}`);
    const rule = auditRule('long', { objectRef: { resource: [...resources, 'pods'], name: 'a' }, verb: 'get' });
    expect(logsFilter([rule], [], exampleSettings).rules[0]?.pattern.length).toBeGreaterThan(limits.characters);
    expect(cost([rule], [audit('get', 'pods'), audit('create', 'pods')]).rules).toEqual([
      { id: 'kubernetes/long', admitted: 1, alone: 1 },
    ]);
  });
});
