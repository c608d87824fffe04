import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { call, karpenter } from '../../core/cloudtrail/example.ts';
import { ec2 } from '../../core/cloudtrail/example-ec2.ts';
import { createFleet, fleetRun } from '../../core/cloudtrail/example-launch.ts';
import { compile } from '../../core/compile.ts';
import type { Event } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { instanceScope } from '../../core/state/instance.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { roleAt, roleChange } from '../../core/state/profile.ts';
import { detection as burst } from '../../detections/cloudtrail/launch-burst.ts';
import { detection as userData } from '../../detections/cloudtrail/user-data-changed.ts';
import { knowledge as profiles } from '../../detections/knowledge/instance-profiles.ts';
import { knowledge as instances } from '../../detections/knowledge/instances.ts';

type Calls = readonly Event<'cloudtrail'>[];
const match = compile([burst, userData], [instances, profiles], exampleSettings);

/** Feeds events in this order, in batches whose observations are stored together, and gives every finding once, at its highest severity. */
const findings = async (events: Calls, batch = 1): Promise<readonly string[]> => {
  const store = memoryStore();
  const found = new Map<string, { readonly severity: string; readonly title: string }>();
  const order = ['low', 'medium', 'high', 'critical'];
  for (let start = 0; start < events.length; start += batch) {
    const matches = events.slice(start, start + batch).flatMap(event => match(event));
    for (const { observations = [], decide } of matches) {
      for (const one of decide?.(await store.observe(observations)) ?? []) {
        const name = `${one.detection} ${JSON.stringify(one.key)} ${one.eventId}`;
        const known = found.get(name);
        if (known === undefined || order.indexOf(known.severity) < order.indexOf(one.severity)) found.set(name, one);
      }
    }
  }
  return [...found].map(([name, { severity, title }]) => `${name} ${title} ${severity}`).sort();
};

const instanceId = 'i-0aaaabbbbccccdddd';
const at = (minute: number): string => new Date(Date.parse('2026-09-01T10:00:00Z') + minute * 60_000).toISOString();
const step = (eventName: string, minute: number): Event<'cloudtrail'> =>
  eventName === 'ModifyInstanceAttribute'
    ? ec2(eventName, { instanceId, userData: '<sensitiveDataRemoved>' }, { record: { eventTime: at(minute) } })
    : ec2(eventName, { instancesSet: { items: [{ instanceId }] } }, { record: { eventTime: at(minute) } });
const ids = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) => `i-0${String(from + index).padStart(16, '0')}`);
const fleet = (from: number, count: number, minute: number) =>
  createFleet({ instances: ids(from, count), record: { eventTime: at(minute) } });

const stories: readonly (readonly [string, Calls, number])[] = [
  [
    'a boot that was hijacked across a bucket edge',
    [step('StopInstances', 25), step('ModifyInstanceAttribute', 29), step('StartInstances', 40)],
    1,
  ],
  [
    'two changes in one boot',
    [
      step('StopInstances', 1),
      step('ModifyInstanceAttribute', 2),
      step('ModifyInstanceAttribute', 3),
      step('StartInstances', 4),
    ],
    2,
  ],
  ['a burst across a bucket edge', [fleet(0, 30, 5), fleet(30, 15, 9), fleet(45, 10, 12), fleet(55, 5, 30)], 3],
  ['a burst that goes on', [fleet(0, 30, 5), fleet(30, 30, 9), fleet(60, 30, 12), fleet(90, 30, 16)], 4],
];

describe('bursts and sequences', () => {
  it.each(stories)('find the same in %s, whatever the order, repetition and batches', async (_, story, expected) => {
    const usual = await findings(story);
    expect(usual).toHaveLength(expected);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...story, ...story.slice(0, 2)], {
          minLength: story.length + Math.min(2, story.length),
          maxLength: story.length + 2,
        }),
        fc.integer({ min: 1, max: 6 }),
        async (order, batch) => {
          expect(await findings(order, batch)).toEqual(usual);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('count an instance once that CreateFleet and RunInstances both report', async () => {
    const twice = ids(0, 50).map(id => fleetRun({ instance: { instanceId: id }, record: { eventTime: at(1) } }));
    expect(await findings([fleet(0, 50, 0), ...twice])).toEqual([]);
    expect(await findings([fleet(0, 50, 0), ...twice, fleet(50, 1, 2)])).toHaveLength(52);
  });

  it('rise with the sequence and not by the change alone', async () => {
    const [change] = await findings([step('ModifyInstanceAttribute', 2)]);
    expect(change).toMatch(/high$/);
    const [boot] = await findings([
      step('StopInstances', 1),
      step('ModifyInstanceAttribute', 2),
      step('StartInstances', 3),
    ]);
    expect(boot).toMatch(/critical$/);
    const backwards = await findings([
      step('StartInstances', 1),
      step('ModifyInstanceAttribute', 2),
      step('StopInstances', 3),
    ]);
    expect(backwards).toEqual([change]);
  });
});

describe('what is known of instances', () => {
  const known = async (...events: Calls) => {
    const store = memoryStore();
    for (const event of events) for (const { observations = [] } of match(event)) await store.observe(observations);
    const [answer] = await store.observe([{ scope: instanceScope('111122223333', instanceId), expires: 0 }]);
    return answer?.item;
  };

  it('comes from the response of the launch', async () => {
    expect(await known(fleetRun())).toEqual({
      privateIp: ['10.0.12.34'],
      vpc: ['vpc-0aaa'],
      subnet: ['subnet-0aaa'],
      profile: ['prod-node'],
      image: ['ami-0123456789abcdef0'],
      type: ['m7g.large'],
      httpTokens: ['required'],
      launched: ['2026-09-01T10:00:00.000Z'],
      launchedBy: ['arn:aws:iam::111122223333:role/prod-karpenter'],
      launchTemplate: ['lt-0aaa'],
      cluster: ['prod'],
    });
  });

  it('gains addresses, profiles, metadata options and its end', async () => {
    const item = await known(
      ec2('AssociateAddress', { instanceId, publicIp: '203.0.113.77' }),
      ec2('AttachNetworkInterface', { instanceId, networkInterfaceId: 'eni-0bbb', deviceIndex: 1 }),
      ec2('ModifyInstanceMetadataOptions', { instanceId, httpTokens: 'optional' }),
      ec2('AssociateIamInstanceProfile', {
        instanceId,
        iamInstanceProfile: { arn: 'arn:aws:iam::111122223333:instance-profile/x/admin' },
      }),
      ec2('TerminateInstances', { instancesSet: { items: [{ instanceId }] } }, { by: karpenter }),
    );
    expect(item).toEqual({
      publicIp: ['203.0.113.77'],
      interface: ['eni-0bbb'],
      httpTokens: ['optional'],
      profile: ['admin'],
      terminated: ['2026-09-01T10:00:00.000Z'],
    });
  });

  it('is not taught by calls that failed', async () => {
    expect(
      await known(
        ec2(
          'TerminateInstances',
          { instancesSet: { items: [{ instanceId }] } },
          { record: { errorCode: 'Client.UnauthorizedOperation' } },
        ),
      ),
    ).toEqual({});
    expect(await known(call('s3', 'RunInstances'))).toEqual({});
  });
});

describe('the role of a profile', () => {
  const time = Date.parse('2026-09-01T10:00:00Z');
  it('is the last one put into it by then, unless it was taken out', () => {
    const added = [roleChange(time, 'a'), roleChange(time + 2_000, 'b')];
    expect([roleAt({ added }, time + 1_000), roleAt({ added }, time + 3_000), roleAt({ added }, time - 1)]).toEqual([
      'a',
      'b',
      undefined,
    ]);
    expect(roleAt({ added, removed: [roleChange(time + 1_500, 'a')] }, time + 3_000)).toBe('b');
    expect(roleAt({ added, removed: [roleChange(time + 2_500, 'b')] }, time + 3_000)).toBeUndefined();
  });
});
