import type { Settings } from '../../settings.ts';
import { isOurs } from '../own.ts';
import { type Judge, named, one, type Request, shortRetention, untold } from './judge.ts';

/** Log groups that the pipeline reads or writes: control planes, configured audit logs, trails, our functions'. */
const watched = (group: string, settings: Settings): boolean =>
  /^\/aws\/eks\/[^/]+\/cluster$/.test(group) ||
  /cloudtrail/i.test(group) ||
  isOurs(group) ||
  settings.clusters.some(({ audit }) => audit !== undefined && 'logGroup' in audit && audit.logGroup === group);

/** `logGroupIdentifier` and `resourceIdentifier` may be an ARN: `arn:aws:logs:…:log-group:NAME`. */
const groupOf = (request: Request): string => {
  const name = named(request, 'logGroupName', 'logGroupIdentifier', 'resourceIdentifier') ?? '';
  return /:log-group:([^:]+)/.exec(name)?.[1] ?? name;
};

/** A log group that the pipeline reads or writes. */
export const group =
  (how: string, when: (request: Request) => boolean = () => true): Judge =>
  (request, _, settings) =>
    watched(groupOf(request), settings) && when(request) ? one(groupOf(request), how) : [];

/** Retention so short that last week is gone; the former value is in no record. */
export const retention: Judge = (request, _, settings) => {
  const days = Number(request['retentionInDays']);
  return days <= shortRetention && watched(groupOf(request), settings)
    ? one(groupOf(request), `retention cut to ${days} day${days === 1 ? '' : 's'}`)
    : [];
};

/** A subscription filter of ours: putting one of the same name overwrites it. What was refused names the log group alone. */
export const subscription =
  (how: string): Judge =>
  (request, record, settings) => {
    if (untold(record)) return watched(groupOf(request), settings) ? one(groupOf(request), how) : [];
    const filter = named(request, 'filterName') ?? '';
    return isOurs(filter) ? one(`${groupOf(request)}/${filter}`, how) : [];
  };

/** A policy for every log group of the account: of such a type, or of our name. */
export const accountPolicy =
  (how: string, types: readonly string[]): Judge =>
  request =>
    types.includes(named(request, 'policyType') ?? '') || isOurs(named(request, 'policyName') ?? '')
      ? one(named(request, 'policyName'), how)
      : [];
