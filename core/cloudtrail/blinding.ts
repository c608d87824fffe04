import { at, type Json, list, member, text } from '../json.ts';
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
type Judge = (request: Request, record: CloudTrailRecord, settings: Settings) => readonly Blinding[];

/** API names carry versions in Lambda's records: `UpdateFunctionCode20150331v2` (CloudTrail, Lambda's recorded events). */
export const plainName = (eventName: string): string => eventName.replace(/\d{8}(v\d+)?$/, '');

const named = (request: Request, ...names: readonly string[]): string | undefined =>
  names.map(name => text(request, name)).find(value => value !== undefined && value !== '');

const one = (resource: string | undefined, how: string): readonly Blinding[] => [
  { resource: resource ?? 'unknown', how },
];
const whatever =
  (how: string, ...names: readonly string[]): Judge =>
  request =>
    one(named(request, ...names), how);

/** Only where the resource is ours. @param names parameters that may name it, the first that is there counts */
const ours =
  (how: string, ...names: readonly string[]): Judge =>
  request => {
    const resource = named(request, ...names);
    return resource !== undefined && isOurs(resource) ? one(resource, how) : [];
  };

const isFalse = (value: unknown): boolean => value === false || value === 'false';

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

const selectors: Judge = request => {
  const basic = list(request, 'eventSelectors');
  const advanced = list(request, 'advancedEventSelectors');
  if (basic.length + advanced.length === 0 || basic.some(wholeSelector) || advanced.some(wholeAdvanced)) return [];
  return one(named(request, 'trailName'), 'no longer logs all management events');
};

const trailUpdate: Judge = request => {
  const off = [
    'isMultiRegionTrail',
    'includeGlobalServiceEvents',
    'enableLogFileValidation',
    'isOrganizationTrail',
  ].filter(name => isFalse(request[name]));
  const moved = ['s3BucketName', 'cloudWatchLogsLogGroupArn'].filter(name => named(request, name) !== undefined);
  const how = [...off.map(name => `${name} off`), ...moved.map(name => `${name} changed`)].join(', ');
  return how === '' ? [] : one(named(request, 'name'), how);
};

// ── CloudWatch Logs ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** Log groups that the pipeline reads or writes: control planes, configured audit logs, trails, our functions'. */
const watched = (group: string, settings: Settings): boolean =>
  /^\/aws\/eks\/[^/]+\/cluster$/.test(group) ||
  /cloudtrail/i.test(group) ||
  isOurs(group) ||
  settings.clusters.some(({ audit }) => audit !== undefined && 'logGroup' in audit && audit.logGroup === group);

/** `logGroupIdentifier` may be an ARN: `arn:aws:logs:…:log-group:NAME`. */
const groupOf = (request: Request): string => {
  const name = named(request, 'logGroupName', 'logGroupIdentifier') ?? '';
  return /:log-group:([^:]+)/.exec(name)?.[1] ?? name;
};

const group =
  (how: string, when: (request: Request) => boolean = () => true): Judge =>
  (request, _, settings) =>
    watched(groupOf(request), settings) && when(request) ? one(groupOf(request), how) : [];

/** Days of retention at or below which what happened last week is gone. */
const shortRetention = 7;

const retention: Judge = (request, _, settings) => {
  const days = Number(request['retentionInDays']);
  return days <= shortRetention && watched(groupOf(request), settings)
    ? one(groupOf(request), `retention cut to ${days} day${days === 1 ? '' : 's'}`)
    : [];
};

const subscription =
  (how: string): Judge =>
  request =>
    isOurs(named(request, 'filterName') ?? '') ? one(`${groupOf(request)}/${named(request, 'filterName')}`, how) : [];

const accountPolicy =
  (how: string, types: readonly string[]): Judge =>
  request =>
    types.includes(named(request, 'policyType') ?? '') || isOurs(named(request, 'policyName') ?? '')
      ? one(named(request, 'policyName'), how)
      : [];

// ── Lambda ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A function's name, whether given as name, partial ARN or ARN, with or without version. */
const functionOf = (value: string): string =>
  /(?:^|:)function:([^:]+)/.exec(value)?.[1] ?? value.split(':')[0] ?? value;

const lambda =
  (how: string): Judge =>
  (request, record) => {
    const stated = named(request, 'functionName') ?? text(record.responseElements, 'functionArn') ?? '';
    const name = functionOf(stated);
    return isOurs(name) ? one(name, how) : [];
  };

// ── Storage, keys, alarms, network logs ────────────────────────────────────────────────────────────────────────────────────────

const bucket =
  (how: string): Judge =>
  (request, _, settings) => {
    const name = named(request, 'bucketName') ?? '';
    const audited = settings.clusters.some(
      ({ audit }) => audit !== undefined && 'bucket' in audit && audit.bucket === name,
    );
    return audited || isOurs(name) || /cloud-?trail/i.test(name) ? one(name, how) : [];
  };

const alarms =
  (how: string): Judge =>
  request =>
    [...list(request, 'alarmNames'), ...list(request, 'alarmName')]
      .filter(name => typeof name === 'string')
      .filter(isOurs)
      .map(resource => ({ resource, how }));

const flowLogs: Judge = (_, record) =>
  items(at(requestOf(record), 'FlowLogId') ?? at(requestOf(record), 'flowLogIds'))
    .map(scalar)
    .map(id => ({ resource: id ?? 'unknown', how: 'flow log deleted' }));

/** A table of ours is written by our own functions only: their roles carry our name. */
const foreignWrite: Judge = (request, record) => {
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

const tableUpdate: Judge = request => {
  const table = named(request, 'tableName') ?? '';
  const stream = isFalse(at(request, 'streamSpecification', 'streamEnabled'));
  return isOurs(table) && stream ? one(table, 'stream switched off') : [];
};

const backups: Judge = request => {
  const table = named(request, 'tableName') ?? '';
  const off = isFalse(at(request, 'pointInTimeRecoverySpecification', 'pointInTimeRecoveryEnabled'));
  return isOurs(table) && off ? one(table, 'backups switched off') : [];
};

const key =
  (how: string): Judge =>
  request => {
    const id = named(request, 'keyId') ?? '';
    return isOurs(id.replace(/^alias\//, '')) || isOurs(id) ? one(id, how) : [];
  };

const role = (how: string): Judge => ours(how, 'roleName');

/**
 * Every call that can blind the pipeline or a trail, by service and API (API references of each service; request members are
 * lower camel in CloudTrail).
 */
const table: { readonly [source: string]: { readonly [api: string]: Judge } } = {
  cloudtrail: {
    StopLogging: whatever('trail stopped', 'name'),
    DeleteTrail: whatever('trail deleted', 'name'),
    PutEventSelectors: selectors,
    UpdateTrail: trailUpdate,
    StopEventDataStoreIngestion: whatever('event data store stopped', 'eventDataStore'),
    DeleteEventDataStore: whatever('event data store deleted', 'eventDataStore'),
  },
  organizations: { LeaveOrganization: () => one('the organization', 'account left, and its organization trail') },
  logs: {
    DeleteSubscriptionFilter: subscription('subscription filter deleted'),
    PutSubscriptionFilter: subscription('subscription filter overwritten'),
    DeleteLogGroup: group('log group deleted'),
    DeleteLogStream: group('log stream deleted'),
    PutRetentionPolicy: retention,
    PutTransformer: group('log events transformed'),
    PutDataProtectionPolicy: group('log events masked'),
    PutLogGroupDeletionProtection: group('deletion protection off', request =>
      isFalse(request['deletionProtectionEnabled']),
    ),
    PutAccountPolicy: accountPolicy('log events of the account masked or transformed', [
      'DATA_PROTECTION_POLICY',
      'TRANSFORMER_POLICY',
    ]),
    DeleteAccountPolicy: accountPolicy('account-wide subscription deleted', []),
    PutDestinationPolicy: ours('log destination changed', 'destinationName'),
    DeleteDestination: ours('log destination deleted', 'destinationName'),
  },
  events: {
    DisableRule: ours('rule disabled', 'name'),
    DeleteRule: ours('rule deleted', 'name'),
    PutRule: ours('rule rewritten', 'name'),
    RemoveTargets: ours('target removed', 'rule'),
    PutTargets: ours('targets rewritten', 'rule'),
    DeleteEventBus: ours('event bus deleted', 'name'),
    PutPermission: ours('bus opened to others', 'eventBusName'),
    RemovePermission: ours('bus closed to senders', 'eventBusName'),
  },
  scheduler: {
    UpdateSchedule: ours('schedule rewritten', 'name'),
    DeleteSchedule: ours('schedule deleted', 'name'),
  },
  lambda: {
    UpdateFunctionCode: lambda('code replaced'),
    UpdateFunctionConfiguration: lambda('configuration changed'),
    DeleteFunction: lambda('function deleted'),
    PutFunctionConcurrency: lambda('concurrency limited'),
    PutFunctionEventInvokeConfig: lambda('retries and destinations changed'),
    DeleteFunctionEventInvokeConfig: lambda('retries and destinations removed'),
    AddPermission: lambda('somebody else may invoke it'),
    RemovePermission: lambda('its sources may no longer invoke it'),
    UpdateEventSourceMapping: lambda('event source changed'),
    DeleteEventSourceMapping: lambda('event source removed'),
  },
  sns: {
    DeleteTopic: ours('topic deleted', 'topicArn'),
    Subscribe: ours('subscription added', 'topicArn'),
    Unsubscribe: ours('subscription removed', 'subscriptionArn'),
    SetTopicAttributes: ours('topic changed', 'topicArn'),
    SetSubscriptionAttributes: ours('subscription changed', 'subscriptionArn'),
    AddPermission: ours('topic opened', 'topicArn'),
    RemovePermission: ours('topic closed to publishers', 'topicArn'),
  },
  sqs: {
    PurgeQueue: ours('queue emptied', 'queueUrl'),
    DeleteQueue: ours('queue deleted', 'queueUrl'),
    SetQueueAttributes: ours('queue changed', 'queueUrl'),
  },
  dynamodb: {
    DeleteTable: ours('table deleted', 'tableName'),
    UpdateTable: tableUpdate,
    UpdateTimeToLive: ours('expiry changed', 'tableName'),
    UpdateContinuousBackups: backups,
    PutItem: foreignWrite,
    UpdateItem: foreignWrite,
    DeleteItem: foreignWrite,
    BatchWriteItem: foreignWrite,
    TransactWriteItems: foreignWrite,
  },
  s3: {
    DeleteBucket: bucket('bucket deleted'),
    PutBucketPolicy: bucket('bucket policy changed'),
    DeleteBucketPolicy: bucket('bucket policy deleted'),
    PutBucketLifecycle: bucket('objects expire'),
    PutBucketNotification: bucket('notifications changed'),
  },
  kms: {
    DisableKey: key('key disabled'),
    ScheduleKeyDeletion: key('key to be deleted'),
    PutKeyPolicy: key('key policy changed'),
  },
  monitoring: {
    DeleteAlarms: alarms('alarm deleted'),
    DisableAlarmActions: alarms('alarm silenced'),
    PutMetricAlarm: alarms('alarm rewritten'),
  },
  ec2: { DeleteFlowLogs: flowLogs },
  route53resolver: {
    DeleteResolverQueryLogConfig: whatever('DNS query log deleted', 'resolverQueryLogConfigId'),
    DisassociateResolverQueryLogConfig: whatever(
      'DNS query log taken off a VPC',
      'resourceId',
      'resolverQueryLogConfigId',
    ),
  },
  iam: {
    DetachRolePolicy: role("function's policy detached"),
    DeleteRolePolicy: role("function's policy deleted"),
    PutRolePolicy: role("function's policy changed"),
    AttachRolePolicy: role("function's policies widened"),
    PutRolePermissionsBoundary: role("function's boundary changed"),
    UpdateAssumeRolePolicy: role("function's trust changed"),
    DeleteRole: role("function's role deleted"),
  },
};

/** The API names by which such calls are filtered; Lambda's carry versions behind the name. */
export const blindingEvents = {
  sources: Object.keys(table).map(source => `${source}.amazonaws.com`),
  names: [
    ...new Set(Object.entries(table).flatMap(([source, apis]) => (source === 'lambda' ? [] : Object.keys(apis)))),
  ],
  prefixes: Object.keys(table['lambda'] ?? {}),
};

/** What a call takes away from those who watch, one for each resource; none for any other call. */
export const blindingOf = (record: CloudTrailRecord, settings: Settings): readonly Blinding[] => {
  const source = String(record.eventSource).replace(/\.amazonaws\.com$/, '');
  const apis = Object.hasOwn(table, source) ? table[source] : undefined;
  const api = plainName(String(record.eventName));
  const judge = apis !== undefined && Object.hasOwn(apis, api) ? apis[api] : undefined;
  return judge === undefined ? [] : judge(record.requestParameters ?? {}, record, settings);
};
