import { describe, expect, test } from 'vitest';
import { call } from '../../core/cloudtrail/example.ts';
import type { AnyEvent } from '../../core/event.ts';
import { marksOf, streamOf } from '../../core/state/heard.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { askSilence, heardAgain, lastHeard, silenceOf } from '../../core/state/silence.ts';

const noon = Date.parse('2026-09-01T12:00:00Z');
const minute = 60_000;
const stream = streamOf('cloudtrail', '111122223333', '');

const at = (time: number): AnyEvent => call('ec2', 'DescribeInstances', { eventTime: new Date(time).toISOString() });

const heard = async (...minutes: readonly number[]) => {
  const store = memoryStore();
  await store.observe(marksOf(minutes.map(one => at(noon + one * minute))));
  return store;
};

describe('a source is silent', () => {
  test.each([
    ['an hour after it last spoke, when it speaks every quarter', [-30, -15, 0], 61, noon + 60 * minute],
    ['not before that hour is over', [-30, -15, 0], 59, undefined],
    ['after twice its longest pause, when that is longer', [-180, 0], 361, noon + 360 * minute],
    ['at once when that long is over', [-30, -15, 0], 60, noon + 60 * minute],
    ['by its longest pause, wherever that was', [-180, -15, 0], 330, noon + 330 * minute],
    ['whatever is marked for later', [-30, -15, 0, 120], 61, noon + 60 * minute],
    ['not when it is just heard', [-30, -15, 0, 60], 60, undefined],
    ['not within twice its longest pause', [-180, 0], 359, undefined],
    ['not when it spoke once only: it has no usual pause', [0], 600, undefined],
    ['not when it never spoke', [], 600, undefined],
    ['when it fell silent yesterday', [-30, -15, 0], 24 * 60, noon + 60 * minute],
  ])('%s', async (_, minutes, later, since) => {
    const now = noon + later * minute;
    const answers = await (await heard(...minutes)).observe(askSilence(stream, now));
    expect(silenceOf(answers, now)?.since).toBe(since);
  });
});

describe('a source speaks again', () => {
  const hours = (from: number, to: number): readonly number[] =>
    Array.from({ length: to - from + 1 }, (_, at) => (from + at) * 60);
  const often = (from: number, to: number): readonly number[] =>
    hours(from, to).flatMap(one => [one, one + 15, one + 30, one + 45]);

  test.each<[string, readonly number[], number, number | undefined]>([
    ['after hours without a mark', [...often(-48, -6), 0], 0, noon],
    ['where it was heard each hour alone, which may be a silence', hours(-48, 0), 0, noon],
    ['where less than two days of it are known', often(-46, 0), 50, noon + 45 * minute],
    ['not where it was heard all along', often(-48, 0), 50, undefined],
    ['not where the first hour of these two days has begun without it', often(-47, 0), 0, undefined],
    ['not where it was never heard', [], 0, undefined],
  ])('%s', async (_, minutes, later, expected) => {
    const now = noon + later * minute;
    const answers = await (await heard(...minutes)).observe(askSilence(stream, now));
    expect(heardAgain(answers, now)).toBe(expected);
    const last = minutes.filter(one => one <= later).at(-1);
    expect(lastHeard(answers, now)).toBe(last === undefined ? undefined : noon + last * minute);
  });
});
