import fc from 'fast-check';
import { expect, it } from 'vitest';
import { call, nodeSession, overlay, roleSession } from '../../core/cloudtrail/example.ts';
import type { CloudTrailRecord } from '../../core/cloudtrail/record.ts';
import { compile } from '../../core/compile.ts';
import type { AnyDetection } from '../../core/detection.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Settings } from '../../core/settings.ts';
import type { AnyState } from '../../core/stateful.ts';
import { detection } from '../../detections/cloudtrail/instance-credentials-off-instance.ts';
import { knowledge } from '../../detections/index.ts';
import { toldInMemory } from './stories.ts';

/** Stories of a few instances behind a few addresses, of which one is settled, around midnight. */
const runs = Number(process.env['RUNS'] ?? 150);
const minute = 60_000;
const midnight = Date.parse('2026-09-02T00:00:00Z');
const addresses = ['203.0.113.9', '203.0.113.99', '2001:db8::1', '203.0.113.77'];

const state = detection.state as unknown as AnyState; // it is asked about CloudTrail's events alone
/** The same, which judges every call from a public address again after an hour, whatever is known of that. */
const waiting = {
  ...detection,
  state: {
    ...state,
    again: (view, key, answers) =>
      view.fact('source.place') === 'public'
        ? { after: view.event.time + 60 * minute }
        : state.again?.(view, key, answers),
  } satisfies AnyState,
} as unknown as AnyDetection;
const settings = overlay(exampleSettings as never, { network: { egress: [] } }) as unknown as Settings; // both are JSON
const tellers = [detection, waiting].map(one => {
  const match = compile([one], knowledge, settings);
  return (arrivals: Parameters<typeof toldInMemory>[1], batches: readonly number[]) =>
    toldInMemory({ detection: one, name: '', events: [], match }, arrivals, batches);
});

const of = (instance: string) => ({
  instancesSet: { items: [{ instanceId: instance, privateIpAddress: '10.0.12.34' }] },
});
const keyOf = (instance: string): string => `ASIA${instance.slice(-4)}EXAMPLE00001`;
/** What an instance does, and what is done with it. */
const acts = {
  calls: (instance: string, sourceIPAddress: string) =>
    ['ec2', 'DescribeVolumes', { sourceIPAddress, userIdentity: nodeSession(instance) }] as const,
  isFlagged: (instance: string, sourceIPAddress: string) =>
    ['iam', 'ListRoles', { sourceIPAddress, userIdentity: nodeSession(instance) }] as const,
  callsUnmarked: (instance: string, sourceIPAddress: string) => {
    const userIdentity = roleSession('KarpenterNodeRole-prod', instance, { accessKeyId: keyOf(instance) });
    return ['iam', 'ListRoles', { sourceIPAddress, userIdentity }] as const;
  },
  isLaunched: (instance: string) =>
    [
      'ec2',
      'RunInstances',
      {
        responseElements: {
          instancesSet: {
            items: [
              { instanceId: instance, privateIpAddress: '10.0.12.34', metadataOptions: { httpTokens: 'required' } },
            ],
          },
        },
      },
    ] as const,
  getsKey: (instance: string) =>
    [
      'sts',
      'AssumeRole',
      {
        userIdentity: { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' },
        sourceIPAddress: 'ec2.amazonaws.com',
        userAgent: 'ec2.amazonaws.com',
        requestParameters: {
          roleArn: 'arn:aws:iam::111122223333:role/KarpenterNodeRole-prod',
          roleSessionName: instance,
        },
        responseElements: { credentials: { accessKeyId: keyOf(instance) } },
      },
    ] as const,
  ends: (instance: string) =>
    ['ec2', 'TerminateInstances', { requestParameters: of(instance), responseElements: of(instance) }] as const,
};
type Made = readonly [service: string, api: string, over: Partial<CloudTrailRecord>];
const names = Object.keys(acts) as (keyof typeof acts)[];

const instanceOf = (at: number): string => `i-0aaaabbbbcccc${String(at).padStart(4, '0')}`;
/** Ten others settle the first address. */
const others = Array.from({ length: 10 }, (_, at) => ({
  act: 'calls' as const,
  instance: instanceOf(100 + at),
  address: addresses[0] ?? '',
  at: -150 + 10 * at,
  late: 0,
}));

const step = fc.record({
  act: fc.oneof({ weight: 2, arbitrary: fc.constant('calls' as const) }, fc.constantFrom(...names)),
  instance: fc.nat(2).map(instanceOf),
  address: fc.oneof({ weight: 3, arbitrary: fc.constant(addresses[0] ?? '') }, fc.constantFrom(...addresses)),
  at: fc.integer({ min: -10, max: 10 }).map(at => 3 * at),
  late: fc.constantFrom(0, 1, settings.latenessMinutes),
});

/** A minute before what else there is of an instance: that it is launched, and gets its key. */
const beforeAll = (steps: readonly { readonly instance: string; readonly at: number }[], wanted: string): number =>
  Math.min(...steps.filter(({ instance }) => instance === wanted).map(({ at }) => at)) - 1;

it('a call from an address that is settled is found to be what it is found to be an hour later', async () => {
  let found = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 5, maxLength: 25 }),
      fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 1, maxLength: 4 }),
      async (steps, batches) => {
        const arrivals = [...others, ...steps].map(({ act, instance, address, at: some, late }) => {
          const at = act === 'isLaunched' || act === 'getsKey' ? beforeAll(steps, instance) : some;
          const [service, api, over]: Made = acts[act](instance, address);
          const eventTime = new Date(midnight + at * minute).toISOString();
          return { event: call(service, api, { ...over, eventTime }), at: midnight + (at + late) * minute };
        });
        const [own, later] = await Promise.all(tellers.map(tell => tell(arrivals, batches)));
        found += later?.length ?? 0;
        expect(own).toEqual(later);
      },
    ),
    { numRuns: runs },
  );
  expect(found).toBeGreaterThan(0);
});
