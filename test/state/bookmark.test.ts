import { expect, test } from 'vitest';
import { askBookmark, bookmark, furthest } from '../../core/state/bookmark.ts';
import { memoryStore } from '../../core/state/memory.ts';

const now = Date.parse('2026-09-01T10:00:00Z');
const object = { bucket: 'trail', key: 'AWSLogs/a.json.gz', etag: 'e1' };

test('the run that came furthest counts, in whatever order they wrote', async () => {
  const store = memoryStore();
  await store.observe([bookmark(object, 12_000, now), bookmark(object, 9_000, now)]);
  expect(furthest(await store.observe([askBookmark(object, now)]))).toBe(12_000);
});

test('other content under the same name is begun anew', async () => {
  const store = memoryStore();
  await store.observe([bookmark(object, 12_000, now)]);
  for (const other of [
    { ...object, etag: 'e2' },
    { ...object, version: 'v1' },
    { ...object, key: 'b' },
    { ...object, bucket: 'b' },
  ])
    expect(furthest(await store.observe([askBookmark(other, now)]))).toBe(0);
});
