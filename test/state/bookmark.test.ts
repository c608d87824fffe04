import { expect, test } from 'vitest';
import { call } from '../../core/cloudtrail/example.ts';
import type { Read } from '../../core/read/contract.ts';
import { skipped } from '../../core/read/reject.ts';
import { after, askBookmark, beginning, behind, bookmark, Moved, placesIn } from '../../core/state/bookmark.ts';
import { memoryStore } from '../../core/state/memory.ts';

const now = Date.parse('2026-09-01T10:00:00Z');
const object = { bucket: 'trail', key: 'AWSLogs/a.json.gz', etag: 'e1' };

const reads: readonly Read[] = Array.from({ length: 9 }, (_, at) => ({
  kind: 'event',
  event: { ...call('ec2', 'StopInstances'), id: `event-${at}` },
}));
const none = skipped('nothing');
const rest = async (events: number, given: readonly Read[], piece: number): Promise<readonly Read[]> => {
  async function* pieces() {
    for (let from = 0; from < given.length; from += piece) yield given.slice(from, from + piece);
  }
  return (await Array.fromAsync(after(behind(beginning, reads.slice(0, events)), pieces()))).flat();
};

test('the run that came furthest is asked first, in whatever order they wrote', async () => {
  const store = memoryStore();
  await store.observe([9, 12, 2].map(events => bookmark(object, { events, last: `e${events}` }, now)));
  expect(placesIn(await store.observe([askBookmark(object, now)]))).toEqual([
    { events: 12, last: 'e12' },
    { events: 9, last: 'e9' },
    { events: 2, last: 'e2' },
  ]);
});

test('a bookmark outlives the longest that a queue keeps the message', () => {
  const { expires, quiet } = bookmark(object, beginning, now);
  expect(expires).toBeGreaterThan(now + 14 * 86_400_000);
  expect(quiet).toBe(true); // a full set is no finding: the next run begins a little earlier
});

test('only events count', () => {
  expect(behind(beginning, [none, ...reads.slice(0, 2), none])).toEqual(behind(beginning, reads.slice(0, 2)));
  expect(behind(beginning, [none])).toEqual(beginning);
});

test('other content under the same name is begun anew', async () => {
  const store = memoryStore();
  await store.observe([bookmark(object, { events: 12, last: 'e' }, now)]);
  for (const other of [
    { ...object, etag: 'e2' },
    { ...object, version: 'v1' },
    { ...object, key: 'b' },
    { ...object, bucket: 'b' },
  ])
    expect(placesIn(await store.observe([askBookmark(other, now)]))).toEqual([]);
});

test.each([1, 2, 4, 9, 20])('what was judged is passed, and nothing else, in pieces of %d', async piece => {
  const given = [none, ...reads.slice(0, 3), none, ...reads.slice(3), none];
  for (const events of reads.keys())
    expect(await rest(events, given, piece)).toEqual(
      given.filter(read => read === none || reads.indexOf(read) >= events),
    );
  expect(await rest(9, given, piece)).toEqual([none, none, none]);
});

test.each([
  ['other events', reads.toReversed()],
  ['one less at its beginning', reads.slice(1)],
  ['one more at its beginning', [...reads.slice(0, 1), ...reads]],
  ['fewer than were judged', reads.slice(0, 3)],
])('an object of %s is not the one in which the bookmark was left', async (_, given) => {
  for (const piece of [1, 4, 20]) await expect(rest(4, given, piece)).rejects.toThrow(Moved);
});
