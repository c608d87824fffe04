import { expect, test } from 'vitest';
import { gatheredItem, readGathered, revisionOf } from '../../core/hub.ts';
import type { JsonObject } from '../../core/json.ts';
import { ocsf } from '../../core/ocsf.ts';
import { at } from '../announce/case.ts';
import { message } from '../announce/message.ts';

const sender = '111122223333';
const gathered = (over: JsonObject = {}) =>
  readGathered(
    JSON.stringify({
      source: 'tripline',
      'detail-type': 'Detection Finding',
      account: sender,
      region: 'eu-west-1',
      detail: { ...ocsf(message({ cluster: 'prod' })), ...over },
    }),
    [sender],
  );

test('a finding is listed by status, by month and by how grave and new it is, and is forgotten 400 days after its newest event', () => {
  expect(gatheredItem(gathered(), at)).toEqual({
    account: { S: sender },
    home: { S: 'eu-west-1' },
    finding: { S: '0123456789abcdef' },
    announcement: { S: '0123456789abcdef:first' },
    revision: { S: `${'0'.repeat(16)}#${'1'.padStart(16, '0')}#${String(at).padStart(16, '0')}` },
    detection: { S: 'cloudtrail/disallowed-instance-family-launched' },
    cluster: { S: 'prod' },
    severity: { S: 'high' },
    status: { S: 'open' },
    title: { S: 'developer launched p5.48xlarge, a family that is not allowed' },
    first: { N: String(at) },
    last: { N: String(at) },
    count: { N: '1' },
    principals: { L: [{ S: 'arn:aws:iam::111122223333:role/developer' }] },
    addresses: { L: [{ S: '198.51.100.23' }] },
    resources: { L: [{ S: 'i-0aaaabbbbccccdddd' }, { S: 'prod' }] },
    ocsf: { S: gathered().document },
    open: { S: 'open' },
    priority: { S: '2#2026-09-01T10:00:00.000Z' },
    month: { S: '2026-09' },
    expires: { N: String(at / 1_000 + 400 * 86_400) },
  });
});

test('what an account says of the future is kept no longer than what it says of today', () => {
  const expires = (last_seen_time: number) => {
    const finding_info = { uid: '0123456789abcdef', title: 'x', first_seen_time: at, last_seen_time, types: [] };
    return gatheredItem(gathered({ finding_info }), at)['expires'];
  };
  expect(expires(8.64e15)).toEqual({ N: String(at / 1_000 + 400 * 86_400) });
  expect(expires(at - 86_400_000)).toEqual({ N: String(at / 1_000 + 399 * 86_400) });
});

test('what is resolved is on no list of open ones', () => {
  const item = gatheredItem(gathered({ status_id: 4 }), at);
  expect(item['status']).toEqual({ S: 'resolved' });
  expect(item).not.toHaveProperty('open');
});

test('what somebody else writes is kept in bounds: texts, names and how many there are', () => {
  const long = 'x'.repeat(3_000);
  const item = gatheredItem(
    gathered({
      resources: Array.from({ length: 30 }, (_, index) => ({ uid: `${index}${long}` })),
      finding_info: { uid: '0123456789abcdef', title: long, first_seen_time: at, last_seen_time: at, types: [] },
      unmapped: {},
    }),
    at,
  );
  const uids = Array.from({ length: 20 }, (_, index) => ({ S: `${index}${long}`.slice(0, 500) }));
  expect(item).toMatchObject({
    title: { S: 'x'.repeat(2_000) },
    resources: { L: uids },
    detection: { S: '' },
    cluster: { S: '' },
  });
});

test('a later announcement sorts behind an earlier one, though it has more digits', () => {
  const metadata = (sequence: number) => ({ metadata: { uid: 'x', sequence } });
  const revisions = [
    gathered({ ...metadata(9), count: 20 }),
    gathered({ ...metadata(10), count: 3 }),
    gathered({ ...metadata(10), count: 20 }),
    gathered({ ...metadata(100), count: 1 }),
  ].map(revisionOf);
  expect(revisions.toSorted()).toEqual(revisions);
  expect(new Set(revisions).size).toBe(4);
});

test.each([
  ['nothing', /^the message is no JSON$/],
  ['5', /^not a finding on its way to the hub: the whole: /],
  ['{}', /^not a finding on its way to the hub: source: /],
])('of %s it is said what is wrong with it', (body, says) => {
  expect(() => readGathered(body, [sender])).toThrow(says);
});
