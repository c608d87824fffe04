import type { Key } from '../detection.ts';
import type { Match } from '../match.ts';
import { redactLine } from '../redact.ts';
import { boundedTime, eventHash } from './identity.ts';

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
  changedIn: 'none',
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
export const entitiesOf = (matches: readonly Match[]): readonly (readonly [string, number])[] => {
  const times = {
    principal: new Map<string, number>(),
    resource: new Map<string, number>(),
    address: new Map<string, number>(),
  };
  const see = (kind: EntityKind, name: string, time: number): void => {
    if ((times[kind].get(name) ?? Number.POSITIVE_INFINITY) > time) times[kind].set(name, time);
  };
  for (const match of matches) {
    const time = boundedTime(match.time);
    for (const [kind, name] of namedBy(match.key)) see(kind, name, time);
    for (const name of match.principals) see('principal', name, time);
    for (const name of match.resources) see('resource', name, time);
    for (const name of match.addresses) see('address', name, time);
  }
  return entityKinds.flatMap(kind => [...times[kind]].map(([name, time]) => [entityKey(kind, name), time] as const));
};
