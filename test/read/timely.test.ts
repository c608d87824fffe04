import { expect, test } from 'vitest';
import { call } from '../../core/cloudtrail/example.ts';
import type { Read } from '../../core/read/contract.ts';
import { timely } from '../../core/read/timely.ts';

const now = Date.parse('2026-09-01T10:00:00Z');
const event = (time: number): Read => ({ kind: 'event', event: { ...call('ec2', 'RunInstances'), time } });
const quiet = (time: number): Read => ({
  ...{ kind: 'quiet', count: 3 },
  heard: { source: 'cloudtrail', account: '111122223333', cluster: '', time },
});
const skipped: Read = { kind: 'skipped', why: 'control messages', count: 3 };
const quarter = 15 * 60_000;

test('what is of the future is of now, but for what a clock may be ahead; nothing else changes', () => {
  const far = Date.parse('2100-01-01T00:00:00Z');
  const usual = [event(0), event(now + quarter), quiet(now + quarter), skipped];
  expect(timely(usual, now)).toBe(usual);
  expect(timely([...usual, event(now + quarter + 1), event(far), quiet(far)], now)).toEqual([
    ...usual,
    event(now),
    event(now),
    quiet(now),
  ]);
});
