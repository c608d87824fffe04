import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryFindings } from '../../core/findings/memory.ts';
import { unrepeated } from '../../core/findings/repeats.ts';
import type { Match } from '../../core/match.ts';
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
  const fresh = unrepeated();
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
    const fresh = unrepeated();
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
    const fresh = unrepeated();
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
