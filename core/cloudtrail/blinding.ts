import type { Settings } from '../settings.ts';
import { busUpdate, eventSource, lambda } from './blinding/delivery.ts';
import { type Blinding, isFalse, type Judge, named, one, ours, whatever } from './blinding/judge.ts';
import { accountPolicy, group, retention, subscription } from './blinding/logs.ts';
import {
  alarms,
  backups,
  bucket,
  detector,
  flowLogs,
  foreignWrite,
  key,
  moved,
  role,
  tableUpdate,
} from './blinding/storage.ts';
import { selectors, storeSelectors, trailUpdate } from './blinding/trails.ts';
import type { CloudTrailRecord } from './record.ts';
import { askedOf } from './refused.ts';

export type { Blinding };

/** API names carry versions in Lambda's records: `UpdateFunctionCode20150331v2` (CloudTrail, Lambda's recorded events). */
export const plainName = (eventName: string): string => eventName.replace(/\d{8}(v\d+)?$/, '');

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
    UpdateEventDataStore: storeSelectors,
    DeleteEventDataStore: whatever('event data store deleted', 'eventDataStore'),
  },
  organizations: {
    LeaveOrganization: () => one('the organization', 'account left, and its organization trail'),
    CloseAccount: request => one(named(request, 'accountId'), 'account closed'),
    RemoveAccountFromOrganization: request =>
      one(named(request, 'accountId'), 'account taken out of the organization, and of its trail'),
  },
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
    // Metrics are read out of log events, ours too, and a policy may end that: alarms on them hear nothing any more.
    PutAccountPolicy: accountPolicy('log events of the account masked, transformed or without metrics', [
      'DATA_PROTECTION_POLICY',
      'TRANSFORMER_POLICY',
      'METRIC_EXTRACTION_POLICY',
    ]),
    DeleteAccountPolicy: accountPolicy('account-wide subscription deleted', []),
    PutDestinationPolicy: ours('log destination changed', 'destinationName'),
    DeleteDestination: ours('log destination deleted', 'destinationName'),
    DisassociateKmsKey: group('log group no longer encrypted with its key'),
    AssociateKmsKey: group('log group encrypted with another key'),
  },
  events: {
    DisableRule: ours('rule disabled', 'name'),
    DeleteRule: ours('rule deleted', 'name'),
    PutRule: ours('rule rewritten', 'name'),
    RemoveTargets: ours('target removed', 'rule'),
    PutTargets: ours('targets rewritten', 'rule'),
    DeleteEventBus: ours('event bus deleted', 'name'),
    UpdateEventBus: busUpdate,
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
    UpdateFunctionEventInvokeConfig: lambda('retries and destinations changed'),
    DeleteFunctionEventInvokeConfig: lambda('retries and destinations removed'),
    AddPermission: lambda('somebody else may invoke it'),
    RemovePermission: lambda('its sources may no longer invoke it'),
    // By the API's model (`resourceArn`); no recorded call was seen of these two.
    PutResourcePolicy: lambda('who may invoke it was replaced'),
    DeleteResourcePolicy: lambda('its sources may no longer invoke it'),
    CreateEventSourceMapping: ours('read by another function', 'eventSourceArn'),
    UpdateEventSourceMapping: eventSource('event source changed'),
    DeleteEventSourceMapping: eventSource('event source removed'),
  },
  // By the API's model (CreatePipe, `source`); no recorded call was seen.
  pipes: { CreatePipe: ours('read by a pipe', 'source') },
  sns: {
    DeleteTopic: ours('topic deleted', 'topicArn'),
    Subscribe: ours('subscription added', 'topicArn'),
    Unsubscribe: ours('subscription removed', 'subscriptionArn'),
    SetTopicAttributes: ours('topic changed', 'topicArn'),
    SetSubscriptionAttributes: ours('subscription changed', 'subscriptionArn'),
    AddPermission: ours('topic opened', 'topicArn'),
    PutDataProtectionPolicy: ours('messages masked or refused', 'resourceArn'),
    RemovePermission: ours('topic closed to publishers', 'topicArn'),
  },
  sqs: {
    PurgeQueue: ours('queue emptied', 'queueUrl'),
    DeleteQueue: ours('queue deleted', 'queueUrl'),
    SetQueueAttributes: ours('queue changed', 'queueUrl'),
    AddPermission: ours('queue opened', 'queueUrl'),
    StartMessageMoveTask: moved,
    RemovePermission: ours('queue closed to senders', 'queueUrl'),
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
    // From objects in a bucket, whoever's (DynamoDB API Reference, StartBulkPutItems); whether it is a data event is not documented.
    StartBulkPutItems: foreignWrite,
    PutResourcePolicy: ours('table policy changed', 'resourceArn'),
  },
  s3: {
    DeleteBucket: bucket('bucket deleted'),
    PutBucketPolicy: bucket('bucket policy changed'),
    DeleteBucketPolicy: bucket('bucket policy deleted'),
    PutBucketLifecycle: bucket('objects expire'),
    PutBucketEncryption: bucket('encryption key changed'),
    PutBucketNotification: bucket('notifications changed'),
    PutBucketOwnershipControls: bucket('owner of its objects changed'),
    PutBucketRequestPayment: bucket('readers are to pay'),
    PutBucketVersioning: bucket('versions changed'),
    PutBucketReplication: bucket('objects copied elsewhere'),
    // One API: CloudTrail's list of S3's events and the API's own name differ.
    PutObjectLockConfiguration: bucket('object lock changed'),
    PutBucketObjectLockConfiguration: bucket('object lock changed'),
    PutBucketPublicAccessBlock: bucket('public access changed'),
    DeleteBucketPublicAccessBlock: bucket('public access no longer blocked'),
  },
  kms: {
    DisableKey: key('key disabled'),
    ScheduleKeyDeletion: key('key to be deleted'),
    PutKeyPolicy: key('key policy changed'),
    UpdateAlias: ours('alias of our key moved', 'aliasName'),
    DeleteAlias: ours('alias of our key deleted', 'aliasName'),
  },
  monitoring: {
    DeleteAlarms: alarms('alarm deleted'),
    DisableAlarmActions: alarms('alarm silenced'),
    PutMetricAlarm: alarms('alarm rewritten'),
    PutCompositeAlarm: alarms('alarm rewritten'),
    SetAlarmState: alarms('alarm state set by hand'),
    // By the API's model (PutAlarmMuteRule, `muteTargets.alarmNames`); no recorded call was seen.
    PutAlarmMuteRule: alarms('alarm muted'),
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
  // By the API's model (DeleteDetector, UpdateDetector); no recorded call was seen.
  guardduty: {
    DeleteDetector: whatever('GuardDuty detector deleted', 'detectorId'),
    UpdateDetector: detector,
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
  return judge === undefined ? [] : judge(askedOf(record), record, settings);
};
