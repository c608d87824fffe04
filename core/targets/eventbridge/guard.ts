import type { Json, JsonObject } from '../../json.ts';
import type { Settings } from '../../settings.ts';
import { quota } from './pack.ts';

type Tests = readonly Json[];

/** CloudTrail writes Lambda's API names with their version behind: `UpdateFunctionCode20150331v2`. */
const begin = (...names: readonly string[]): Tests => names.map(prefix => ({ prefix }));

/**
 * Calls that blind, redirect or weaken what a stage is made of, or what feeds it, by the parameter that names the resource: the
 * API references of each service, and the names that CloudTrail records (S3 and Lambda have their own).
 */
const touching = (prefix: string, settings: Settings): readonly JsonObject[] => {
  const ours: Tests = [{ prefix }];
  /** Where the name is part of an address, path or ARN, or may be. */
  const within: Tests = [{ wildcard: `*${prefix}*` }];
  const asked = (eventName: Tests, field: string, tests: Tests): JsonObject => ({
    eventName,
    requestParameters: { [field]: tests },
  });
  return [
    { eventName: ['StopLogging', 'DeleteTrail', 'PutEventSelectors', 'UpdateTrail', 'LeaveOrganization'] },
    asked(
      ['DisableRule', 'DeleteRule', 'PutRule', 'UpdateSchedule', 'DeleteSchedule', 'DeleteEventBus', 'UpdateEventBus'],
      'name',
      ours,
    ),
    asked(['PutTargets', 'RemoveTargets'], 'rule', ours),
    asked(['PutPermission', 'RemovePermission'], 'eventBusName', within),
    // Code, configuration, concurrency, retries and destinations, addresses, permissions.
    asked(
      begin('DeleteFunction', 'UpdateFunction', 'PutFunction', 'AddPermission', 'RemovePermission'),
      'functionName',
      within,
    ),
    // By the answer: the call may give what we read to another function, and then only the queue or stream is ours.
    ...['functionArn', 'eventSourceArn'].map(member => ({
      eventName: begin('UpdateEventSourceMapping', 'DeleteEventSourceMapping'),
      responseElements: { [member]: within },
    })),
    // Another function that reads our queue, or a pipe, takes messages away from ours.
    asked(begin('CreateEventSourceMapping'), 'eventSourceArn', within),
    asked(['CreatePipe'], 'source', within),
    // What AWS sends over the account's own bus arrives only while EventBridge may use its key.
    {
      eventName: ['UpdateEventBus'],
      requestParameters: { name: ['default', { suffix: ':event-bus/default' }], kmsKeyIdentifier: [{ exists: true }] },
    },
    asked(['DeleteTopic', 'SetTopicAttributes', 'Subscribe', 'AddPermission', 'RemovePermission'], 'topicArn', within),
    asked(['Unsubscribe', 'SetSubscriptionAttributes'], 'subscriptionArn', within),
    asked(['DeleteQueue', 'PurgeQueue', 'SetQueueAttributes', 'AddPermission', 'RemovePermission'], 'queueUrl', within),
    asked(['DeleteTable', 'UpdateTable', 'UpdateTimeToLive', 'UpdateContinuousBackups'], 'tableName', within),
    asked(
      [...begin('PutResourcePolicy'), ...begin('DeleteResourcePolicy'), 'PutDataProtectionPolicy'],
      'resourceArn',
      within,
    ),
    // Policy, lifecycle, versions, object lock, encryption, replication, notifications, access.
    asked([...begin('PutBucket', 'DeleteBucket'), 'PutObjectLockConfiguration'], 'bucketName', [
      // Names of buckets have no capitals.
      { prefix: prefix.toLowerCase() },
    ]),
    asked(['PutSubscriptionFilter', 'DeleteSubscriptionFilter'], 'filterName', ours),
    asked(['DeleteLogGroup', 'DeleteLogStream', 'PutRetentionPolicy', 'DisassociateKmsKey'], 'logGroupName', within),
    // Masked or rewritten, events reach subscribers as something else; our alarms are on metrics that are read out of our logs.
    asked(['PutAccountPolicy'], 'policyType', [
      'DATA_PROTECTION_POLICY',
      'TRANSFORMER_POLICY',
      'METRIC_EXTRACTION_POLICY',
    ]),
    asked(['PutTransformer', 'PutDataProtectionPolicy'], 'logGroupIdentifier', within),
    asked(['AssociateKmsKey', 'DisassociateKmsKey'], 'resourceIdentifier', within),
    ...auditGroups(settings).flatMap(({ name, identifier }) => [
      asked(['DeleteLogGroup', 'DeleteLogStream'], 'logGroupName', [name]),
      asked(['PutTransformer', 'PutDataProtectionPolicy'], 'logGroupIdentifier', [identifier]),
    ]),
    ...archives(settings).map(bucket =>
      asked(
        [
          ...begin('DeleteBucket'),
          'PutBucketPolicy',
          'PutBucketLifecycle',
          'PutBucketNotification',
          'PutBucketEncryption',
          'PutBucketOwnershipControls',
          'PutBucketRequestPayment',
        ],
        'bucketName',
        [bucket],
      ),
    ),
    asked(['DeleteAlarms', 'DisableAlarmActions'], 'alarmNames', ours),
    asked(['PutMetricAlarm', 'PutCompositeAlarm', 'SetAlarmState'], 'alarmName', ours),
    // A muted alarm goes on and acts no more (Amazon CloudWatch API Reference, PutAlarmMuteRule).
    { eventName: ['PutAlarmMuteRule'], requestParameters: { muteTargets: { alarmNames: ours } } },
    asked(
      [
        'AttachRolePolicy',
        'DetachRolePolicy',
        'PutRolePolicy',
        'DeleteRolePolicy',
        'PutRolePermissionsBoundary',
        'UpdateAssumeRolePolicy',
        'DeleteRole',
      ],
      'roleName',
      // Names of roles are not told apart by case (IAM User Guide, "IAM and AWS STS quotas", name requirements).
      [{ prefix: { 'equals-ignore-case': prefix } }],
    ),
  ];
};

/** Log groups that are read: those of EKS, and the settings' own. An identifier may be the name or an ARN that ends in it. */
const auditGroups = ({ clusters }: Settings): readonly { readonly name: Json; readonly identifier: Json }[] => [
  { name: { prefix: '/aws/eks/' }, identifier: { wildcard: '*/aws/eks/*' } },
  ...[
    ...new Set(clusters.flatMap(({ audit }) => (audit !== undefined && 'logGroup' in audit ? [audit.logGroup] : []))),
  ].map(name => ({ name, identifier: { suffix: name } })),
];

/** Buckets that are read and belong to somebody else. */
const archives = ({ clusters, deployment }: Settings): readonly string[] => [
  ...new Set([
    ...deployment.archives.map(({ bucket }) => bucket),
    ...clusters.flatMap(({ audit }) => (audit !== undefined && 'bucket' in audit ? [audit.bucket] : [])),
  ]),
];

/** Events of AWS services only, and calls that succeeded: an attempt that was denied changed nothing. */
const pattern = (either: readonly JsonObject[]): string =>
  JSON.stringify({
    source: [{ prefix: 'aws.' }],
    detail: { errorCode: [{ exists: false }], $or: either },
  });

/**
 * The EventBridge patterns of every change to a stage's own resources and to what feeds it, as few as their quota allows; for its
 * keys, which records name by id, see {@link keyPattern}. Each fits whatever the stage is called: a clause has a few hundred
 * characters.
 * @param prefix what names of the stage's resources begin with, `tripline-production-`
 */
export const guardPatterns = (prefix: string, settings: Settings): readonly string[] => {
  const groups: JsonObject[][] = [];
  for (const clause of touching(prefix, settings)) {
    const open = groups.at(-1);
    if (open !== undefined && pattern([...open, clause]).length <= quota.characters) open.push(clause);
    else groups.push([clause]);
  }
  // `$or` asks for two members at least (Amazon EventBridge User Guide, "$or matching").
  return groups.map(group => pattern(group.length === 1 ? [...group, ...group] : group));
};

/** Keys that one pattern has room for: about a hundred characters each. */
export const keysAPattern = 12;

/**
 * The pattern of what can be done to keys.
 * @param ids at most {@link keysAPattern} of keys' own ids; a record names a key by its id or by its ARN, which ends in it
 */
export const keyPattern = (ids: readonly string[]): string => {
  const tests = ids.map(suffix => ({ suffix }));
  return JSON.stringify({
    source: ['aws.kms'],
    detail: {
      errorCode: [{ exists: false }],
      eventName: [
        'DisableKey',
        'ScheduleKeyDeletion',
        'PutKeyPolicy',
        'RevokeGrant',
        'RetireGrant',
        'DeleteImportedKeyMaterial',
        'DisableKeyRotation',
      ],
      $or: [{ resources: { ARN: tests } }, { requestParameters: { keyId: tests } }],
    },
  });
};
