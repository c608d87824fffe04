import { describe, expect, test } from 'vitest';
import { exampleSettings } from '../../core/example-settings.ts';
import type { View } from '../../core/fact.ts';
import { nodeAsked } from '../../core/kubernetes/example-node.ts';
import { tokenReuse, tokenScope } from '../../core/kubernetes/token-reuse.ts';
import type { Item } from '../../core/state/observation.ts';
import { viewOf } from '../../core/view.ts';

const rule = tokenReuse('kubernetes/bootstrap-token-reused');
const minute = 60_000;
const event = nodeAsked({ name: 'ip-10-1-3-4' });
const { time, id } = event;
const key = { token: 'abc123' };

const written = (...minutesBefore: readonly number[]): Item => ({
  written: minutesBefore.map(minutes => new Date(time - minutes * minute).toISOString()).sort(),
});
const joined = (...nodes: readonly string[]): Item => ({
  joined: nodes.map((node, at) => `${time + at}#e${at}#${node}`),
});
const answer = (item: Item, ...also: readonly Item[]) => [{ item, also, full: false }] as const;
const first: View<'kubernetes'> = { event, record: event.record, fact: viewOf(event, exampleSettings).fact };
const again = { ...first, again: time + 1 };

test('who joins with a token is kept for two days, beside what is known of the token', () => {
  expect(rule.observe(first, key)).toEqual([
    {
      scope: `kubernetes/bootstrap-token-reused#${event.account}#fleet#abc123`,
      add: { joined: [`${time}#${id}#ip-10-1-3-4`] },
      expires: time + 2 * 86_400_000,
      also: [tokenScope(event.account, 'fleet', 'abc123')],
    },
  ]);
  expect(tokenScope('111122223333', 'fleet', 'abc123')).toBe('bootstrap-token#111122223333#fleet#abc123');
  const odd = { ...first, fact: () => 7 };
  expect(rule.observe(odd, {})[0]).toMatchObject({
    scope: `kubernetes/bootstrap-token-reused#${event.account}#fleet#unknown`,
    add: { joined: [`${time}#${id}#unknown`] },
  });
});

describe('a token', () => {
  test.each([
    ['of one machine that asks twice is none of two', joined('a', 'a'), []],
    ['of one machine and of one that is not told neither', joined('a', 'unknown'), []],
    ['of two machines is used again, by both', joined('a', 'b'), ['e0', 'e1']],
    ['of nobody is not', {}, []],
  ])('%s', (_, item, events) => {
    expect(rule.decide(first, key, answer(item))).toEqual(
      events.map((eventId, at) => ({ eventId, time: time + at, note: 'for more than one node' })),
    );
  });

  const late = [{ time, eventId: id, note: 'more than 15 minutes after it was last made or renewed' }];
  test.each([
    ['within its life', written(15), []],
    ['past its life', written(15.001), late],
    ['renewed within its life', written(60, 10), []],
    ['made past its life and renewed after it was used', written(60, -5), late],
    ['written as it was used', written(0), []],
    ['of which nothing is known', {}, []],
    ['of which something else is known', { other: ['x'] }, []],
  ] as const)('%s is judged when all has been heard', (_, known, verdicts) => {
    expect(rule.decide(again, key, answer(joined('a'), known))).toEqual(verdicts);
    expect(rule.decide(first, key, answer(joined('a'), known))).toEqual([]);
  });

  test('is judged again unless it is known to be within its life', () => {
    const ask = (...also: readonly Item[]) => rule.again?.(first, key, answer(joined('a'), ...also));
    expect(ask(written(15))).toBeUndefined();
    expect(ask(written(15.001))).toEqual({ after: time });
    expect(ask({})).toEqual({ after: time });
    expect(ask()).toEqual({ after: time });
    expect(rule.again?.(first, key, [])).toEqual({ after: time });
  });

  test('says nothing where the store did not answer', () => {
    expect(rule.decide(again, key, [])).toEqual([]);
    expect(rule.decide(again, key, answer(joined('a')))).toEqual([]);
  });
});
