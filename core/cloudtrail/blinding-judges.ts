import { at, isObject, type Json, list, member, text } from '../json.ts';
import type { Settings } from '../settings.ts';
import { items, requestOf, scalar } from './ec2.ts';
import { isOurs } from './own.ts';
import type { CloudTrailRecord } from './record.ts';
import { lastSegment } from './roles.ts';

/** What a call takes away from those who watch. */
export interface Blinding {
  /** The trail, log group, rule, function, topic … that it touches. */
  readonly resource: string;
  /** In words: `stopped`, `retention cut to 1 day`. */
  readonly how: string;
}

type Request = { readonly [name: string]: Json | undefined };
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

// ── CloudTrail ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Whether a selector still takes in every management event (CloudTrail User Guide, "Logging management events"). */
const wholeSelector = (selector: Json): boolean =>
  !isFalse(member(selector, 'includeManagementEvents')) &&
  [undefined, 'All'].includes(text(selector, 'readWriteType')) &&
  list(selector, 'excludeManagementEventSources').length === 0;

/** An advanced selector for management events is narrowed by every further field: `readOnly`, `eventSource`, `eventName`, … */
const wholeAdvanced = (selector: Json): boolean => {
  const fields = list(selector, 'fieldSelectors');
  const management = fields.some(
    field => text(field, 'field') === 'eventCategory' && list(field, 'equals').includes('Management'),
  );
  return management && fields.every(field => text(field, 'field') === 'eventCategory');
};

/** The call was refused, and its record has no parameters: only its resource is known, by its message. */
const untold = (record: CloudTrailRecord): boolean => !isObject(record.requestParameters);

/** Selectors that leave management events out; whatever was refused. */
export const selectors: Judge = (request, record) => {
  const basic = list(request, 'eventSelectors');
  const advanced = list(request, 'advancedEventSelectors');
  const trail = named(request, 'trailName');
  if (untold(record) && trail !== undefined) return one(trail, 'event selectors');
  if (basic.length + advanced.length === 0 || basic.some(wholeSelector) || advanced.some(wholeAdvanced)) return [];
  return one(trail, 'no longer logs all management events');
};

/**
 * An event data store that leaves management events out, as {@link selectors}, or other regions and accounts (CloudTrail API Reference,
 * UpdateEventDataStore); kept for less than a week, it forgets them.
 */
export const storeSelectors: Judge = (request, record) => {
  const store = named(request, 'eventDataStore');
  if (untold(record) && store !== undefined) return one(store, 'event data store changed');
  const days = Number(request['retentionPeriod']);
  if (days <= shortRetention) return one(store, `retention cut to ${days} days`);
  const off = ['multiRegionEnabled', 'organizationEnabled'].filter(name => isFalse(request[name]));
  if (off.length > 0) return one(store, off.map(name => `${name} off`).join(', '));
  const advanced = list(request, 'advancedEventSelectors');
  return advanced.length === 0 || advanced.some(wholeAdvanced)
    ? []
    : one(store, 'event data store no longer takes in all management events');
};

/** A trail narrowed, or sent elsewhere; whatever was refused. */
export const trailUpdate: Judge = (request, record) => {
  const trail = named(request, 'name');
  if (untold(record) && trail !== undefined) return one(trail, 'trail changed');
  const off = [
    'isMultiRegionTrail',
    'includeGlobalServiceEvents',
    'enableLogFileValidation',
    'isOrganizationTrail',
  ].filter(name => isFalse(request[name]));
  // An empty text takes the log group away (CloudTrail User Guide, "Stopping CloudTrail from sending events to CloudWatch Logs").
  const moved = ['s3BucketName', 's3KeyPrefix', 'cloudWatchLogsLogGroupArn', 'kmsKeyId'].filter(
    name => text(request, name) !== undefined,
  );
  const how = [...off.map(name => `${name} off`), ...moved.map(name => `${name} changed`)].join(', ');
  return how === '' ? [] : one(trail, how);
};

// ── CloudWatch Logs ────────────────────────────────────────────────────────────────────────────────────────────────────────────

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

/** Days of retention at or below which what happened last week is gone. */
const shortRetention = 7;

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

// ── EventBridge ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * A bus of ours, or the account's own given a key: with it EventBridge encrypts patterns and targets of the bus's rules, not AWS's own
 * events (EventBridge User Guide, "Encrypting EventBridge event buses with AWS KMS keys"), so that they match only while it may use
 * that key, whosever it is [inferred]. Members by the API Reference, UpdateEventBus; no recorded call was seen.
 */
export const busUpdate: Judge = (request, record) => {
  const bus = named(request, 'name') ?? '';
  if (isOurs(bus)) return one(bus, 'event bus changed');
  const isDefault = bus === 'default' || bus.endsWith(':event-bus/default');
  return isDefault && (untold(record) || named(request, 'kmsKeyIdentifier') !== undefined)
    ? one(bus, 'default event bus encrypted with a key that may be taken away')
    : [];
};

// ── Lambda ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A function's name, whether given as name, partial ARN or ARN, with or without version. */
const functionOf = (value: string): string =>
  /(?:^|:)function:([^:]+)/.exec(value)?.[1] ?? value.split(':')[0] ?? value;

/** A function of ours. */
export const lambda =
  (how: string): Judge =>
  (request, record) => {
    const stated = named(request, 'functionName', 'resourceArn') ?? text(record.responseElements, 'functionArn') ?? '';
    const name = functionOf(stated);
    return isOurs(name) ? one(name, how) : [];
  };

/**
 * What a function of ours reads, changed, removed, or given to another function: the call names the mapping by an id, its answer the
 * function as it is now and the queue or stream (Lambda Developer Guide, "Control which events Lambda sends to your function": its CloudTrail
 * record of CreateEventSourceMapping stands for those of updates and removals).
 */
export const eventSource =
  (how: string): Judge =>
  (request, record, settings) => {
    const own = lambda(how)(request, record, settings);
    const source = text(record.responseElements, 'eventSourceArn') ?? '';
    return own.length === 0 && isOurs(source) ? one(source, `${how}, for a function that is not ours`) : own;
  };

// ── Storage, keys, alarms, network logs ────────────────────────────────────────────────────────────────────────────────────────

/** A bucket that holds trails or audit logs: of such a name, or one that the settings read. */
export const bucket =
  (how: string): Judge =>
  (request, _, settings) => {
    const name = named(request, 'bucketName') ?? '';
    const isRead =
      settings.deployment.archives.some(archive => archive.bucket === name) ||
      settings.clusters.some(({ audit }) => audit !== undefined && 'bucket' in audit && audit.bucket === name);
    return isRead || isOurs(name) || /cloud-?trail/i.test(name) ? one(name, how) : [];
  };

/** Alarms of ours, those among them that a rule mutes (CloudWatch API Reference, PutAlarmMuteRule). */
export const alarms =
  (how: string): Judge =>
  request =>
    [...list(request, 'alarmNames'), ...list(request, 'alarmName'), ...list(request, 'muteTargets', 'alarmNames')]
      .filter(name => typeof name === 'string')
      .filter(isOurs)
      .map(resource => ({ resource, how }));

/** Flow logs, of any network. */
export const flowLogs: Judge = (_, record) =>
  items(at(requestOf(record), 'FlowLogId') ?? at(requestOf(record), 'flowLogIds'))
    .map(scalar)
    .map(id => ({ resource: id ?? 'unknown', how: 'flow log deleted' }));

/** A detector of GuardDuty switched off; whatever was refused. Features that are changed one by one are not looked at. */
export const detector: Judge = (request, record) =>
  untold(record) || isFalse(request['enable'])
    ? one(named(request, 'detectorId'), 'GuardDuty detector switched off')
    : [];

/** A table of ours is written by our own functions only: their roles carry our name. */
export const foreignWrite: Judge = (request, record) => {
  const role = lastSegment(text(record, 'userIdentity', 'sessionContext', 'sessionIssuer', 'arn') ?? '');
  if (isOurs(role)) return [];
  const tables = [
    named(request, 'tableName') ?? '',
    ...Object.keys((at(request, 'requestItems') as object | undefined) ?? {}),
    ...list(record, 'resources').map(resource => text(resource, 'ARN') ?? ''),
  ];
  return [...new Set(tables.map(lastSegment))]
    .filter(isOurs)
    .map(resource => ({ resource, how: 'items written by another' }));
};

/**
 * A table of ours from which something is taken that the pipeline works with: the announcer's stream, an index, writes at any rate, the
 * key it is encrypted with. What the call does not name it leaves (DynamoDB API Reference, UpdateTable).
 */
export const tableUpdate: Judge = request => {
  const table = named(request, 'tableName') ?? '';
  if (!isOurs(table)) return [];
  const says = (name: string): boolean => Object.keys(request).some(one => one.toLowerCase() === name.toLowerCase());
  const how = [
    isFalse(at(request, 'streamSpecification', 'streamEnabled')) ? 'stream switched off' : '',
    list(request, 'globalSecondaryIndexUpdates').some(one => member(one, 'delete') !== undefined)
      ? 'index deleted'
      : '',
    says('provisionedThroughput') || says('onDemandThroughput') ? 'throughput bounded' : '',
    says('sSESpecification') ? 'encryption key changed' : '',
    // What is written in another region arrives here, and its record is there.
    says('replicaUpdates') ? 'replicas changed' : '',
    isFalse(request['deletionProtectionEnabled']) ? 'deletion protection off' : '',
  ].filter(Boolean);
  return how.length === 0 ? [] : one(table, how.join(', '));
};

/** Messages of a queue of ours moved to another one; moved back to where they came from they are read again (SQS API Reference). */
export const moved: Judge = request => {
  const queue = named(request, 'sourceArn') ?? '';
  const destination = named(request, 'destinationArn');
  return isOurs(queue) && destination !== undefined && !isOurs(destination) ? one(queue, 'messages moved away') : [];
};

/** A table of ours without point-in-time recovery. */
export const backups: Judge = request => {
  const table = named(request, 'tableName') ?? '';
  const off = isFalse(at(request, 'pointInTimeRecoverySpecification', 'pointInTimeRecoveryEnabled'));
  return isOurs(table) && off ? one(table, 'backups switched off') : [];
};

/**
 * A key by an alias of ours, or one that the settings read an archive with, by id or ARN: of others records name the id alone, and
 * nothing tells whose they are.
 */
export const key =
  (how: string): Judge =>
  (request, _, { deployment }) => {
    const id = named(request, 'keyId') ?? '';
    const opensArchive = deployment.archives.some(
      ({ key }) => key !== undefined && (key === id || key.endsWith(`:key/${id}`)),
    );
    return opensArchive || isOurs(id.replace(/^alias\//, '')) || isOurs(id) ? one(id, how) : [];
  };

/** A role of our functions. */
export const role = (how: string): Judge => ours(how, 'roleName');
