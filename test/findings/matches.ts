import fc from 'fast-check';
import { Evidence } from '../../core/evidence/record.ts';
import type { Json } from '../../core/json.ts';
import type { Match } from '../../core/match.ts';

export const noon = Date.parse('2026-09-01T12:00:00Z');
export const minute = 60_000;

/** What differs from an ordinary match; its evidence as a record. */
export type MatchParts = Partial<Omit<Match, 'evidence'>> & { readonly evidence?: Json };

/** A match as the matcher gives it: one launch by a developer at noon. */
export const match = ({ evidence = { eventName: 'RunInstances' }, ...over }: MatchParts = {}): Match => ({
  detection: 'cloudtrail/disallowed-instance-family-launched',
  version: 'a1b2c3d4',
  source: 'cloudtrail',
  account: '111122223333',
  region: 'eu-west-1',
  cluster: '',
  eventId: '11111111-2222-4333-8444-555555555555',
  time: noon,
  key: { principal: 'arn:aws:iam::111122223333:role/developer' },
  window: 60 * minute,
  severity: 'high',
  status: 'alerting',
  title: 'developer launched p5.48xlarge',
  principals: ['arn:aws:iam::111122223333:role/developer'],
  resources: ['i-0aaaabbbbccccdddd'],
  addresses: ['198.51.100.23'],
  notes: [],
  ...over,
  evidence: evidence === null ? null : new Evidence(evidence),
});

const some = (values: readonly string[]) => fc.subarray([...values], { maxLength: 3 });

/** Matches of few findings, so that they meet: several windows, severities, participants, reported again with other titles. */
export const matches: fc.Arbitrary<Match> = fc
  .record({
    event: fc.integer({ min: 0, max: 30 }),
    finding: fc.integer({ min: 0, max: 2 }),
    severity: fc.constantFrom('low', 'medium', 'high', 'critical'),
    note: fc.constantFrom('', ': 9 calls', ': 10 calls'),
    principals: some(['arn:aws:iam::111122223333:role/developer', 'alice', 'bob']),
    resources: some(['i-0aaa', 'i-0bbb', 'i-0ccc', 'subnet-0ddd']),
    region: fc.constantFrom('eu-west-1', 'us-east-1'),
    status: fc.constantFrom('alerting', 'watching'),
    shown: fc.boolean(),
  })
  .map(({ event, finding, note, shown, ...rest }) =>
    match({
      ...rest,
      eventId: `event-${event}`,
      // An event has one time; some fall together, some into later windows.
      time: noon + Math.floor(event / 2) * 11 * minute,
      key: { principal: `role-${finding}` },
      title: `something happened${note}`,
      evidence: shown ? { event, eventName: `call-${event}` } : null,
    }),
  );

/** The same things in another order, some of them again, in batches of any size. */
export const redelivered = <T>(things: readonly T[]): fc.Arbitrary<readonly (readonly T[])[]> =>
  fc
    .tuple(
      fc.shuffledSubarray([...things], { minLength: things.length }),
      fc.array(fc.nat({ max: Math.max(0, things.length - 1) }), { maxLength: 10 }),
      fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 60, maxLength: 60 }),
    )
    .map(([order, again, sizes]) => {
      const all = [...order, ...again.flatMap(at => things[at] ?? [])];
      const batches: T[][] = [];
      for (let from = 0, batch = 0; from < all.length; from += sizes[batch] ?? 1, batch++) {
        batches.push(all.slice(from, from + (sizes[batch] ?? 1)));
      }
      return batches;
    });
