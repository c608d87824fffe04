import { type Attributes, claim, map, n, number, s, text } from './attribute.ts';
import type { EntityRow } from './entity.ts';
import { best, bestItem, expiry, ranked, rankedItem } from './item-parts.ts';
import { revisionOf } from './revision.ts';
import type { StoredWindow } from './window.ts';

// A window, and the row that leads to it from a principal or resource, as items of the table and back.

/** A window's key. */
export const windowKey = (id: string, bucket: number): Attributes => ({
  pk: { S: id },
  sk: { S: `w#${new Date(bucket).toISOString()}` },
});

/** A window as an item. */
export const windowItem = (window: StoredWindow): Attributes => ({
  ...windowKey(window.finding, window.bucket),
  bucket: n(window.bucket),
  first: n(window.first),
  last: n(window.last),
  count: n(window.seen.length),
  seen: { B: Buffer.from(window.seen.join(''), 'hex') },
  more: { BOOL: window.more },
  ...bestItem(window.best),
  ...(window.witness === undefined ? {} : { witness: { M: bestItem(window.witness) } }),
  evidence: s(window.evidence),
  ...rankedItem('eventIds', window.eventIds),
  ...rankedItem('entities', window.entities),
  revision: s(revisionOf(window)),
  expires: expiry(window.last),
});

/** A window from its item; undefined where the item is something else. */
export const parseWindow = (item: Attributes): StoredWindow | undefined => {
  const seen = item['seen'];
  if (!text(item, 'sk').startsWith('w#') || seen === undefined || !('B' in seen)) return undefined;
  const witness = item['witness'] === undefined ? {} : { witness: best(map(item, 'witness')) };
  return {
    finding: text(item, 'pk'),
    bucket: number(item, 'bucket'),
    first: number(item, 'first'),
    last: number(item, 'last'),
    seen: Buffer.from(seen.B).toString('hex').match(/.{16}/g) ?? [],
    more: claim(item, 'more'),
    best: best(item),
    ...witness,
    evidence: text(item, 'evidence'),
    eventIds: ranked(item, 'eventIds'),
    entities: ranked(item, 'entities'),
  };
};

/** The row's content says nothing that two folds of the same window could say differently. */
export const entityItem = (row: EntityRow): Attributes => ({
  pk: s(row.entity),
  sk: s(`${new Date(row.bucket).toISOString()}#${row.finding}`),
  finding: s(row.finding),
  detection: s(row.detection),
  account: s(row.account),
  cluster: s(row.cluster),
  bucket: n(row.bucket),
  expires: expiry(row.bucket),
});

/** A row from its item. */
export const parseEntity = (item: Attributes): EntityRow => ({
  entity: text(item, 'pk'),
  finding: text(item, 'finding'),
  detection: text(item, 'detection'),
  account: text(item, 'account'),
  cluster: text(item, 'cluster'),
  bucket: number(item, 'bucket'),
});
