import { afterEach, beforeEach, expect, test } from 'vitest';
import { timeOf } from '../../cli/duration.ts';

const zone = process.env['TZ'];
beforeEach(() => {
  process.env['TZ'] = 'America/New_York';
});
afterEach(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

const now = Date.parse('2026-09-02T00:00:00Z');

test.each([
  ['2026-09-01', '2026-09-01T00:00:00.000Z'],
  ['2026-09-01T15:30', '2026-09-01T15:30:00.000Z'],
  ['2026-09-01 15:30:01', '2026-09-01T15:30:01.000Z'],
  ['2026-09-01T15:30:00.123Z', '2026-09-01T15:30:00.123Z'],
  ['2026-09-01T15:30-04:00', '2026-09-01T19:30:00.000Z'],
  ['90m', '2026-09-01T22:30:00.000Z'],
  ['7d', '2026-08-26T00:00:00.000Z'],
])('%s is %s, wherever it is said', (text, expected) => {
  expect(new Date(timeOf('since', text, now)).toISOString()).toBe(expected);
});

test.each(['', '5', 'yesterday', '2026', '2026-13-01', '2026-02-31', '1 Sep 2026', '0h'])('%j is no time', text => {
  expect(() => timeOf('since', text, now)).toThrow(/^--since takes a time like/);
});
