import { isObject, type Json, text } from '../../json.ts';
import type { Settings } from '../../settings.ts';
import { isOurs } from '../own.ts';
import type { CloudTrailRecord } from '../record.ts';

/** What a call takes away from those who watch. */
export interface Blinding {
  /** The trail, log group, rule, function, topic … that it touches. */
  readonly resource: string;
  /** In words: `stopped`, `retention cut to 1 day`. */
  readonly how: string;
}

export type Request = { readonly [name: string]: Json | undefined };
/** What one call takes away, one for each resource; none where it takes nothing. */
export type Judge = (request: Request, record: CloudTrailRecord, settings: Settings) => readonly Blinding[];

/** The first of some parameters that says something. */
export const named = (request: Request, ...names: readonly string[]): string | undefined =>
  names.map(name => text(request, name)).find(value => value !== undefined && value !== '');

/** One resource. */
export const one = (resource: string | undefined, how: string): readonly Blinding[] => [
  { resource: resource ?? 'unknown', how },
];
/** Whatever the resource is called. */
export const whatever =
  (how: string, ...names: readonly string[]): Judge =>
  request =>
    one(named(request, ...names), how);

/** Only where the resource is ours. @param names parameters that may name it, the first that is there counts */
export const ours =
  (how: string, ...names: readonly string[]): Judge =>
  request => {
    const resource = named(request, ...names);
    return resource !== undefined && isOurs(resource) ? one(resource, how) : [];
  };

/** A boolean of the API; tolerated as text. */
export const isFalse = (value: unknown): boolean => value === false || value === 'false';

/** The call was refused, and its record has no parameters: only its resource is known, by its message. */
export const untold = (record: CloudTrailRecord): boolean => !isObject(record.requestParameters);

/** Days of retention at or below which what happened last week is gone. */
export const shortRetention = 7;
