import type { Key } from '../detection.ts';
import type { Match } from '../match.ts';
import { redactLine } from '../redact.ts';
import { eventHash } from './identity.ts';
import { seenIn } from './ranked.ts';

/** What findings are found by. */
export const entityKinds = ['principal', 'resource', 'address'] as const;
/** One of {@link entityKinds}. */
export type EntityKind = (typeof entityKinds)[number];

/** One row of "what else about this one": an entity took part in a window of a finding. */
export interface EntityRow {
  /** Kind and name, as {@link entityKey} makes it. */
  readonly entity: string;
  readonly finding: string;
  readonly detection: string;
  readonly account: string;
  readonly cluster: string;
  /** Start of the window, milliseconds. */
  readonly bucket: number;
}

/** The partition of an entity's rows. Long names keep their beginning and a hash: a partition key holds 2,048 bytes. */
export const entityKey = (kind: EntityKind, name: string): string => {
  const clean = redactLine(name, 4_096);
  return `${kind}#${clean.length <= 400 ? clean : `${clean.slice(0, 400).toWellFormed()}#${eventHash(clean)}`}`;
};

/** What the parts of detections' keys name; a part that is not here names a thing. `none`: neither somebody nor something. */
export const keyParts: { readonly [part: string]: EntityKind | 'none' } = {
  principal: 'principal',
  user: 'principal',
  by: 'principal',
  changedBy: 'principal',
  grantee: 'principal',
  subject: 'principal',
  key: 'principal',
  address: 'address',
  range: 'address',
  binding: 'resource',
  cluster: 'resource',
  group: 'resource',
  image: 'resource',
  instance: 'resource',
  lease: 'resource',
  namespace: 'resource',
  node: 'resource',
  object: 'resource',
  owner: 'resource',
  pod: 'resource',
  policy: 'resource',
  pool: 'resource',
  profile: 'resource',
  provider: 'resource',
  resource: 'resource',
  role: 'resource',
  secret: 'resource',
  target: 'resource',
  template: 'resource',
  token: 'resource',
  account: 'none',
  api: 'none',
  canary: 'none',
  detection: 'none',
  family: 'none',
  limit: 'none',
  quota: 'none',
  reason: 'none',
  region: 'none',
  source: 'none',
  verb: 'none',
};

const unsaid: ReadonlySet<string> = new Set(['', 'none', 'unknown']);

/** Whom or what the values of a key name, which detections do not name again. */
export const namedBy = (key: Key): readonly (readonly [EntityKind, string])[] =>
  Object.entries(key).flatMap(([part, value]) => {
    const kind = keyParts[part] ?? 'resource';
    return kind === 'none' || unsaid.has(value) ? [] : [[kind, value] as const];
  });

/** Whoever and whatever takes part in matches, as the partitions of their rows, and when each did first. */
export const entitiesOf = (matches: readonly Match[]): readonly (readonly [string, number])[] => [
  ...seenIn(
    matches,
    match => namedBy(match.key).map(([kind, name]) => entityKey(kind, name)),
    key => key,
  ),
  ...seenIn(
    matches,
    match => match.principals,
    name => entityKey('principal', name),
  ),
  ...seenIn(
    matches,
    match => match.resources,
    name => entityKey('resource', name),
  ),
  ...seenIn(
    matches,
    match => match.addresses,
    name => entityKey('address', name),
  ),
];
