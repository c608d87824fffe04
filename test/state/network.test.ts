import { describe, expect, test } from 'vitest';
import { call } from '../../core/cloudtrail/example.ts';
import { allocationOf, networkIn, networkKept, networkScopes } from '../../core/state/network.ts';
import { knowledge } from '../../detections/knowledge/elastic-ips.ts';

const day = 86_400_000;
const noon = Date.parse('2026-09-01T12:00:00Z');

test('the network of an account is asked about on the day of a moment and the day before', () => {
  expect(networkScopes('111122223333', noon)).toEqual([
    'network#111122223333#2026-09-01',
    'network#111122223333#2026-08-31',
  ]);
  const midnight = Date.parse('2026-09-02T00:00:00Z');
  expect(networkScopes('444455556666', midnight)).toEqual([
    'network#444455556666#2026-09-02',
    'network#444455556666#2026-09-01',
  ]);
  expect(networkScopes('444455556666', midnight - 1)[0]).toBe('network#444455556666#2026-09-01');
});

test('however many days were asked about, each has its own name', () => {
  const names = Array.from({ length: 40 }, (_, at) => networkScopes('a', noon + at * day));
  expect(new Set(names.map(([today]) => today)).size).toBe(40);
  expect(names.slice(1).map(([, before]) => before)).toEqual(names.slice(0, -1).map(([today]) => today));
  expect(networkScopes('a', noon)).toEqual(names[0]);
});

test('what was found on either day is known; where no inventory ran, nothing is', () => {
  const known = networkIn([
    { egress: ['192.0.2.1'], range: ['10.0.0.0/16'] },
    { egress: ['192.0.2.2'], range: ['10.0.0.0/16', '10.1.0.0/16'], endpoint: ['vpce-0a'] },
  ]);
  expect([...known.egress]).toEqual(['192.0.2.1', '192.0.2.2']);
  expect(known.ranges).toEqual(['10.0.0.0/16', '10.1.0.0/16']);
  expect([...known.endpoints]).toEqual(['vpce-0a']);
  const today = networkIn([{}, { egress: ['192.0.2.2'] }]);
  expect([[...today.egress], today.ranges, [...today.endpoints]]).toEqual([['192.0.2.2'], [], []]);
  const nothing = networkIn([{}, {}]);
  expect([nothing.egress.size, nothing.ranges, nothing.endpoints.size]).toEqual([0, [], 0]);
});

test('an Elastic IP is the account’s from its allocation until it is given back, on either day', () => {
  const allocated = [allocationOf('eipalloc-0a', '192.0.2.1'), allocationOf('eipalloc-0b', '192.0.2.2')];
  expect([...networkIn([{ allocated }]).egress]).toEqual(['192.0.2.1', '192.0.2.2']);
  expect([...networkIn([{ released: ['eipalloc-0a'] }, { allocated }]).egress]).toEqual(['192.0.2.2']);
  expect([...networkIn([{ allocated, egress: ['192.0.2.1'], released: ['eipalloc-0a'] }]).egress]).toEqual([
    '192.0.2.1',
    '192.0.2.2',
  ]);
});

describe('an allocation', () => {
  const taught = (over: Parameters<typeof call>[2]) => {
    const event = call('ec2', 'AllocateAddress', { responseElements: response, ...over });
    return knowledge.observe({ event, record: event.record } as Parameters<typeof knowledge.observe>[0]); // all that it reads
  };
  const response = { publicIp: '192.0.2.1', domain: 'vpc', allocationId: 'eipalloc-0a' };

  test('is learned as it is recorded', () => {
    expect(taught({})).toMatchObject([{ add: { allocated: ['eipalloc-0a 192.0.2.1'] } }]);
  });

  test.each([
    { ...response, publicIp: '0.0.0.0/0' },
    { ...response, publicIp: '192.0.2.1 eipalloc-0b' },
    { ...response, allocationId: 'eipalloc-0a 203.0.113.1' },
    { ...response, allocationId: 7 },
    { publicIp: '192.0.2.1' },
  ])('teaches nothing where it is no allocation of one address: %j', responseElements => {
    expect(taught({ responseElements })).toEqual([]);
  });
});

test('an item outlives the day that asks for the one before it, and the lateness of its events', () => {
  expect(networkKept).toBeGreaterThanOrEqual(3 * day);
});
