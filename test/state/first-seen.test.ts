import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { call } from '../../core/cloudtrail/example.ts';
import type { StateRule } from '../../core/detection.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { View } from '../../core/fact.ts';
import { firstSeen } from '../../core/state/first-seen.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { threshold } from '../../core/state/threshold.ts';
import { viewOf } from '../../core/view.ts';

interface Told {
  readonly id: string;
  readonly at: number;
  readonly trait?: string;
}

const minute = 60_000;
const day = 86_400_000;
const start = Date.parse('2026-09-01T10:00:00Z');
const key = { role: 'r' };

const viewAt = ({ id, at, trait = 'a' }: Told, limit?: number): View<'cloudtrail'> => {
  const event = call('ec2', 'DescribeInstances', {
    eventTime: new Date(at).toISOString(),
    eventID: id,
    userAgent: trait,
  });
  return {
    ...viewOf(event, exampleSettings),
    ...(limit === undefined ? {} : { threshold: limit }),
  } as unknown as View<'cloudtrail'>; // a CloudTrail event's view
};

/** Which events fire, once all have been told in this order. */
const fired = async (
  rule: StateRule<'cloudtrail'>,
  events: readonly Told[],
  limit?: number,
): Promise<readonly string[]> => {
  const store = memoryStore();
  const found = new Set<string>();
  for (const event of events) {
    const view = viewAt(event, limit);
    const answers = await store.observe(rule.observe(view, key));
    for (const verdict of rule.decide(view, key, answers)) found.add(verdict.eventId);
  }
  return [...found].sort();
};

describe('threshold', () => {
  const rule = threshold<'cloudtrail'>({
    id: 'test/threshold',
    doc: 'Three in ten minutes.',
    count: 3,
    within: 10 * minute,
    note: count => `${count}`,
  });
  const told = (...minutes: readonly number[]): readonly Told[] =>
    minutes.map((at, index) => ({ id: `e${index}`, at: start + at * minute }));

  test.each([
    ['two', [0, 1], []],
    ['three', [0, 1, 2], ['e0', 'e1', 'e2']],
    ['three at once', [0, 0, 0], ['e0', 'e1', 'e2']],
    ['three, the first ten minutes ago', [0, 1, 10], []],
    ["four over a bucket's edge", [-2, -1, 1, 2], ['e0', 'e1', 'e2', 'e3']],
  ])('%s', async (_, minutes, expected) => {
    expect(await fired(rule, told(...minutes))).toEqual(expected);
  });
  test('the same event again counts once', async () => {
    const [a, b] = told(0, 1);
    expect(
      await fired(
        rule,
        [a, b, a, b, a].flatMap(one => one ?? []),
      ),
    ).toEqual([]);
  });
  test('the settings say how many', async () => {
    expect(await fired(rule, told(0, 1), 2)).toEqual(['e0', 'e1']);
    expect(await fired(rule, told(0, 1, 2), 4)).toEqual([]);
  });
  test('order and redelivery change nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 12 }),
        fc.infiniteStream(fc.nat()),
        async (minutes, random) => {
          const events = told(...minutes);
          const shuffled = [...events, ...events]
            .map(one => ({ one, by: random.next().value ?? 0 }))
            .sort((a, b) => a.by - b.by);
          expect(
            await fired(
              rule,
              shuffled.map(({ one }) => one),
            ),
          ).toEqual(await fired(rule, events));
        },
      ),
      { numRuns: 300 },
    );
  });
  test('what is counted apart does not add up', async () => {
    const apart = threshold<'cloudtrail'>({
      id: 'test/apart',
      doc: 'Two.',
      count: 2,
      within: 10 * minute,
      apart: view => String(view.record.userAgent),
      note: String,
    });
    expect(
      await fired(apart, [
        { id: 'x', at: start, trait: 'a' },
        { id: 'y', at: start, trait: 'b' },
      ]),
    ).toEqual([]);
    expect(
      await fired(apart, [
        { id: 'x', at: start, trait: 'a' },
        { id: 'y', at: start, trait: 'a' },
      ]),
    ).toEqual(['x', 'y']);
  });
});

describe('first seen', () => {
  const rule = firstSeen<'cloudtrail'>({
    id: 'test/first-seen',
    doc: 'Clients.',
    of: () => 'r',
    traits: view => [String(view.record.userAgent)],
    atOnce: view => (view.record.userAgent === 'thief' ? 'a thief' : undefined),
    note: traits => traits.join(', '),
  });
  const learned: Told = { id: 'first', at: start, trait: 'a' };

  test.each([
    ['another trait, three weeks later', { id: 'x', at: start + 21 * day, trait: 'b' }, ['x']],
    ['the learned trait, three weeks later', { id: 'x', at: start + 21 * day, trait: 'a' }, []],
    ['another trait within a week', { id: 'x', at: start + 6 * day, trait: 'b' }, []],
    ['what needs no learning', { id: 'x', at: start + minute, trait: 'thief' }, ['x']],
  ])('%s', async (_, event, expected) => {
    expect(await fired(rule, [learned, event])).toEqual(expected);
  });
  test('the first event of all teaches, and fires nothing', async () => {
    expect(await fired(rule, [learned])).toEqual([]);
  });
  test('what came later is never learned, however often it comes', async () => {
    const later = [20, 21, 22].map(days => ({ id: `d${days}`, at: start + days * day, trait: 'b' }));
    expect(await fired(rule, [learned, ...later])).toEqual(['d20', 'd21', 'd22']);
  });
  test('records that are late within the bound change nothing', async () => {
    // Around the hour in which learning ends, where a late lesson could come after its exam.
    const end = Date.parse('2026-09-10T00:00:00Z');
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            minutes: fc.integer({ min: -150, max: 150 }),
            late: fc.integer({ min: 0, max: 119 }),
            trait: fc.constantFrom('a', 'b'),
          }),
          { maxLength: 8 },
        ),
        async drawn => {
          const events = drawn.map(({ minutes, late, trait }, index) => ({
            id: `e${index}`,
            at: end + minutes * minute,
            arrives: minutes + late,
            trait,
          }));
          const inOrder = [...events].sort((a, b) => a.at - b.at);
          const late = [...events].sort((a, b) => a.arrives - b.arrives);
          expect(await fired(rule, [learned, ...late])).toEqual(await fired(rule, [learned, ...inOrder]));
        },
      ),
      { numRuns: 1000 },
    );
  });
});
