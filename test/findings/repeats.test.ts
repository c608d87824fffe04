import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Verdict } from '../../core/detection.ts';
import { memoryFindings } from '../../core/findings/memory.ts';
import { sayings } from '../../core/findings/repeats.ts';
import type { Match } from '../../core/match.ts';
import { between } from '../../core/state/burst.ts';
import { type MatchParts, match, minute, noon } from './matches.ts';

const key = { user: 'mallory' };

/** What one event of a flood decides: each of `events` fires; all that is said of them carries whom and what this one names. */
const decision = (asking: number, events: readonly number[], over: MatchParts = {}): readonly Match[] =>
  events.map(event =>
    match({
      ...{ key, eventId: `e-${event}`, time: noon + event * minute, title: 'mallory read secrets' },
      resources: [`secret-${asking}`],
      evidence: event === asking ? { event } : null,
      ...over,
    }),
  );

/** Whether it is of another finding, in which each asking event has its earliest too. */
const isAnother = ({ key: of, detection, account, cluster }: MatchParts): boolean =>
  (of ?? detection ?? account ?? cluster) !== undefined;

const stored = async (matches: readonly Match[]) => {
  const findings = memoryFindings();
  await findings.fold(matches, noon);
  return findings.list();
};
const kept = (decisions: readonly (readonly Match[])[]): readonly Match[] => {
  const { fresh } = sayings();
  return decisions.flatMap(decided => fresh(decided));
};

describe('matches that repeat what a batch has said', () => {
  it('are dropped: a thousand events of one moment make two thousand matches at most, not a million', () => {
    const events = Array.from({ length: 1_000 }, (_, event) => event);
    const said = kept(events.map(asking => decision(asking, events, { time: noon })));
    expect(said.length).toBeGreaterThanOrEqual(1_000);
    expect(said.length).toBeLessThanOrEqual(3_000);
  });

  it('are kept where they are the earliest of their window, in whatever order they are decided', () => {
    const { fresh } = sayings();
    fresh(decision(9, [1, 2, 3]));
    for (const events of [
      [3, 1, 2],
      [1, 2, 3],
      [2, 3, 1],
    ])
      expect(fresh(decision(8, events)).map(({ eventId }) => eventId)).toEqual(['e-1']);
  });

  it.each<[string, MatchParts]>([
    ['key', { key: { user: 'mallory ' } }],
    ['title', { title: 'mallory read 10 secrets' }],
    ['severity', { severity: 'critical' }],
    ['detection', { detection: 'cloudtrail/other' }],
    ['version', { version: 'b1b2c3d4' }],
    ['source', { source: 'kubernetes' }],
    ['region', { region: 'us-east-1' }],
    ['account', { account: '444455556666' }],
    ['cluster', { cluster: 'prod' }],
    ['event', { eventId: 'e-3' }],
    ['time', { time: noon + 3 * minute }],
  ])('are none where they differ in their %s', (_, over) => {
    const [, second] = decision(0, [1, 2]);
    const first = second === undefined ? [] : [{ ...second, eventId: 'e-1', time: noon }];
    const both = [...decision(0, [2]), ...decision(0, [2], over)];
    // Behind an earlier one, so that neither is kept for being the earliest of its window.
    expect(kept([[...first, ...both]])).toHaveLength(3);
    expect(
      kept([
        [...first, ...both],
        [...first, ...both.toReversed()],
      ]),
    ).toHaveLength(4 + Number(isAnother(over)));
  });

  it('are kept where one has a record of its own', () => {
    const { fresh } = sayings();
    const bare = decision(0, [1, 2]);
    expect(fresh(bare)).toHaveLength(2);
    expect(fresh([...decision(0, [1]), ...decision(2, [2])]).map(({ evidence }) => evidence === null)).toEqual([
      true,
      false,
    ]);
  });

  it('change no finding: folded with or without them it is the same', async () => {
    const decided = fc
      .record({
        asking: fc.nat({ max: 150 }),
        later: fc.uniqueArray(fc.nat({ max: 90 }), { maxLength: 12 }),
        over: fc.record(
          {
            severity: fc.constantFrom('low', 'critical'),
            title: fc.constantFrom('9 secrets', '10 secrets'),
            region: fc.constantFrom('eu-west-1', 'us-east-1'),
            addresses: fc.constantFrom(['192.0.2.1'], ['192.0.2.2']),
          },
          { requiredKeys: [] },
        ),
      })
      .map(({ asking, later, over }) => decision(asking, [...later.map(after => asking + after)], over));
    await fc.assert(
      fc.asyncProperty(fc.array(decided, { maxLength: 25 }), async decisions => {
        expect(await stored(kept(decisions))).toEqual(await stored(decisions.flat()));
      }),
      { numRuns: 300 },
    );
  });
});

describe('verdicts on a burst', () => {
  /** An event of the burst, as it asks: what it names, and in which words it is told of. */
  interface Asking {
    readonly event: number;
    readonly over?: MatchParts;
  }
  const within = 10 * minute;
  const timeOf = (event: number): number => noon + event * minute;
  const burst = (events: readonly number[]): readonly Verdict[] =>
    events.map(event => ({ eventId: `e-${event}`, time: timeOf(event) })).sort((a, b) => a.time - b.time);
  /**
   * What each event decides, as rules with state make it of verdicts: of those that are left, or of all.
   * @param isWhole it speaks of the whole burst, as steps of a sequence do, not only of what comes after it
   */
  const decided = (
    all: readonly Verdict[],
    askings: readonly Asking[],
    isAll: boolean,
    isWhole = false,
  ): readonly (readonly Match[])[] => {
    const { unsaid, fresh } = sayings();
    return askings.map(({ event, over }) => {
      const own = match({
        ...{ key, eventId: `e-${event}`, time: timeOf(event), title: 'read', resources: [`secret-${event}`] },
        ...over,
      });
      const verdicts = isWhole ? between(all, 0, Number.POSITIVE_INFINITY) : between(all, own.time, own.time + within);
      const left = isAll ? verdicts : unsaid(own, verdicts);
      const made = left.map(verdict => ({
        ...own,
        ...verdict,
        evidence: verdict.eventId === own.eventId ? match({ evidence: { event } }).evidence : null,
      }));
      return isAll ? made : fresh(made);
    });
  };

  it('are left out where they were said: a thousand events leave three thousand at most, not half a million', () => {
    const events = Array.from({ length: 1_000 }, (_, event) => event / 100);
    const all = burst(events);
    for (const order of [events, events.toReversed()]) {
      const made = decided(all, [...order.map(event => ({ event }))], false);
      expect(made.flat().length).toBeGreaterThanOrEqual(1_000);
      expect(made.flat().length).toBeLessThanOrEqual(3_000);
    }
  });

  it('are all kept where they are no part of a burst', () => {
    const { unsaid } = sayings();
    const some = burst([1, 2, 3]);
    for (const _ of [1, 2]) expect(unsaid(match({ key, time: noon }), some)).toBe(some);
  });

  it('keep the record of an event that another spoke of before, though it is not the first of its burst', () => {
    const made = decided(burst([1, 2]), [{ event: 5 }, { event: 2 }], false, true);
    expect(made.map(some => some.map(({ eventId, evidence }) => [eventId, evidence !== null]))).toEqual([
      [
        ['e-1', false],
        ['e-2', false],
      ],
      [
        ['e-1', false],
        ['e-2', true],
      ],
    ]);
  });

  it('that were all said leave the first of each window, and the event itself', () => {
    const all = burst([1, 2, 6, 7, 11]);
    const asking = (event: number) => match({ key, eventId: `e-${event}`, time: timeOf(event), window: 5 * minute });
    const { unsaid } = sayings();
    const left = (event: number) =>
      unsaid(asking(event), between(all, timeOf(1), timeOf(8))).map(({ eventId }) => eventId);
    expect(left(2)).toEqual(['e-1', 'e-2', 'e-6', 'e-7']);
    expect(left(0)).toEqual(['e-1', 'e-6']);
    expect(left(7)).toEqual(['e-1', 'e-6', 'e-7']);
    expect(left(11)).toEqual(['e-1', 'e-6']); // it is no part of what is said
  });

  it('are told of in each of several words', () => {
    const all = burst([1, 2]);
    const titles = ['one', 'another', 'one'].map(title => ({ event: 0, over: { title } }));
    expect(decided(all, titles, false).map(made => made.map(({ eventId }) => eventId))).toEqual([
      ['e-1', 'e-2'],
      ['e-1', 'e-2'],
      ['e-1'],
    ]);
  });

  it('change no finding by being left out', async () => {
    const asking = fc.record({
      event: fc.nat({ max: 30 }),
      over: fc.record(
        {
          severity: fc.constantFrom('low', 'critical'),
          title: fc.constantFrom('9 secrets', '10 secrets'),
          region: fc.constantFrom('eu-west-1', 'us-east-1'),
          key: fc.constantFrom(key, { user: 'eve' }),
        },
        { requiredKeys: [] },
      ),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat({ max: 30 }), { maxLength: 25 }),
        fc.array(asking, { maxLength: 25 }),
        fc.constantFrom(minute, 5 * minute, 6 * 60 * minute), // the same for all that a detection says
        fc.boolean(),
        async (events, some, window, isWhole) => {
          const all = burst(events);
          const askings = some.map(({ event, over }) => ({ event, over: { ...over, window } }));
          const [left, whole] = [false, true].map(isAll => decided(all, askings, isAll, isWhole).flat());
          expect(await stored(left ?? [])).toEqual(await stored(whole ?? []));
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([-5, 9e15])('end, whatever time they have (%d)', time => {
    const all = [time, time].map((at, index): Verdict => ({ eventId: `e-${index}`, time: at }));
    const { unsaid } = sayings();
    expect(unsaid(match({ key, time: time + 1 }), between(all, time, Number.POSITIVE_INFINITY))).toEqual(all);
  });
});
