import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { refusedAs } from '../core/slack-request.ts';

const now = Date.parse('2026-09-01T10:00:00Z');
const seconds = (ms: number): string => String(ms / 1_000);
const signed = (timestamp: string, body: string, secret = 'signing'): string =>
  `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex')}`;
const request = (timestamp = seconds(now), body = 'payload=x') => ({
  timestamp,
  body,
  signature: signed(timestamp, body),
});

test.each([
  ['sent just now', request(), undefined],
  ['of five minutes ago', request(seconds(now - 300_000)), undefined],
  ['of a clock five minutes ahead', request(seconds(now + 300_000)), undefined],
  ['of longer ago', request(seconds(now - 301_000)), 'late'],
  ['of a clock further ahead', request(seconds(now + 301_000)), 'late'],
  ['with another body', { ...request(), body: 'payload=y' }, 'altered'],
  ['signed with another secret', { ...request(), signature: signed(seconds(now), 'payload=x', 'other') }, 'altered'],
  ['with another time than was signed', { ...request(), timestamp: seconds(now - 1_000) }, 'altered'],
  ['without a signature', { ...request(), signature: '' }, 'unsigned'],
  ['with more behind its signature', { ...request(), signature: `${request().signature}0` }, 'unsigned'],
  ['with more before its signature', { ...request(), signature: `x${request().signature}` }, 'unsigned'],
  ['with a time that is none', request('soon'), 'unsigned'],
  ['with a time before and behind which there is more', request(` ${seconds(now)}`), 'unsigned'],
  ['with a time longer than any', request('1234567890123'), 'unsigned'],
])('a request %s', (_, asked, refusal) => {
  expect(refusedAs('signing', asked, now)).toBe(refusal);
});
