import type { Match } from '../match.ts';
import { redactLine } from '../redact.ts';
import { eventHash } from './identity.ts';
import { seenIn } from './ranked.ts';

export const entityKinds = ['principal', 'resource', 'address'] as const;
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

/** Whoever and whatever takes part in matches, as the partitions of their rows, and when each did first. */
export const entitiesOf = (matches: readonly Match[]): readonly (readonly [string, number])[] => [
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
