import type { Source } from '../event.ts';
import { at, isObject, type Json, member, text } from '../json.ts';

/** A tag or label that says whose a resource is. Both parts are as in the event: escape them for their channel. */
export interface OwnerTag {
  readonly tag: string;
  readonly value: string;
}

const most = 5;
const longest = 256;
const deepest = 8;
/** Values looked at in one record: tags stand near the top. */
const looks = 2_000;

const owning = new Set(['owner', 'team', 'costcentre', 'costcenter']);

/** Whether a tag's name says so: `Owner`, `cost-center`, `example:team`, `example.com/owner`. */
const isOwning = (name: string): boolean =>
  owning.has(
    name
      .slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf(':')) + 1)
      .replace(/[-_ ]/g, '')
      .toLowerCase(),
  );

const ownersIn = (tags: readonly (readonly [string, Json | undefined])[]): readonly OwnerTag[] =>
  tags.flatMap(([tag, value]) =>
    typeof value === 'string' && value.trim() !== '' && !value.includes('[redacted') && isOwning(tag)
      ? [{ tag: tag.slice(0, longest).toWellFormed(), value: value.slice(0, longest).toWellFormed() }]
      : [],
  );

/** A tag as an item of a list: AWS services write `key` and `value`, some of them in capitals. */
const pair = (item: Json): readonly (readonly [string, Json | undefined])[] => {
  const name = text(item, 'key') ?? text(item, 'Key') ?? text(item, 'tagKey');
  return name === undefined ? [] : [[name, member(item, 'value') ?? member(item, 'Value') ?? member(item, 'tagValue')]];
};

/** Tags below a value: whatever stands below a member named for tags, as a list of pairs or as an object. */
const tagged = (root: Json | undefined): readonly OwnerTag[] => {
  const found: OwnerTag[] = [];
  const open: (readonly [value: Json | undefined, inTags: boolean, depth: number])[] = [[root, false, 0]];
  for (let at = 0; at < open.length && at < looks; at++) {
    const [value, inTags, depth] = open[at] ?? [undefined, false, 0];
    if (depth > deepest || typeof value !== 'object' || value === null) continue;
    if (isObject(value)) {
      if (inTags) found.push(...ownersIn([...pair(value), ...Object.entries(value)]));
      for (const [name, each] of Object.entries(value).slice(0, looks))
        open.push([each, inTags || /^tag(s|set|list|specification)/i.test(name), depth + 1]);
    } else for (const each of (value as readonly Json[]).slice(0, looks)) open.push([each, inTags, depth + 1]);
  }
  return found;
};

const readers: { readonly [S in Source]: (record: Json) => readonly OwnerTag[] } = {
  // AWS STS takes tags for a session: they say nothing of a resource.
  cloudtrail: record =>
    text(record, 'eventSource') === 'sts.amazonaws.com'
      ? []
      : [...tagged(at(record, 'requestParameters')), ...tagged(at(record, 'responseElements'))],
  kubernetes: record =>
    ['requestObject', 'responseObject'].flatMap(body => {
      const labels = at(record, body, 'metadata', 'labels');
      return isObject(labels) ? ownersIn(Object.entries(labels)) : [];
    }),
};

/**
 * Whose the touched resources are, as far as tags or labels in the record say: the first few different ones. Who makes a resource
 * chooses its tags, so this is a hint whom to ask and no proof. @param record redacted
 */
export const ownersOf = (source: Source, record: Json): readonly OwnerTag[] => {
  const all = new Map(readers[source](record).map(one => [JSON.stringify([one.tag, one.value]), one]));
  return [...all.values()].slice(0, most);
};
