import { call } from '../../../core/cloudtrail/example.ts';
import { each, type Said } from './saying.ts';

const cut = { reason: 'too large', originalSize: 149_893 };
export const evidence: readonly Said[] = (
  ['requestParameters', 'responseElements', 'additionalEventData', 'serviceEventDetails'] as const
).flatMap(member =>
  [true, 'true'].map(
    (omitted): Said => [
      call('ec2', 'CreateFleet', { [member]: { ...cut, omitted } }),
      { 'evidence.omitted': true, 'evidence.missing': [member] },
    ],
  ),
);

const ours = 'tripline-prod-Thing-abcdefgh';
export const blinding: readonly Said[] = (
  [
    [
      'cloudtrail',
      'StopLogging DeleteTrail PutEventSelectors UpdateTrail StopEventDataStoreIngestion DeleteEventDataStore UpdateEventDataStore',
    ],
    ['organizations', 'LeaveOrganization RemoveAccountFromOrganization CloseAccount'],
    ['pipes', 'CreatePipe'],
    [
      'logs',
      'DeleteSubscriptionFilter PutSubscriptionFilter DeleteLogGroup DeleteLogStream PutRetentionPolicy PutTransformer PutDataProtectionPolicy PutLogGroupDeletionProtection PutAccountPolicy DeleteAccountPolicy PutDestinationPolicy DeleteDestination DisassociateKmsKey AssociateKmsKey',
    ],
    [
      'events',
      'DisableRule DeleteRule PutRule RemoveTargets PutTargets DeleteEventBus UpdateEventBus PutPermission RemovePermission',
    ],
    ['scheduler', 'UpdateSchedule DeleteSchedule'],
    [
      'lambda',
      'UpdateFunctionCode20150331v2 UpdateFunctionConfiguration20150331v2 DeleteFunction20150331 PutFunctionConcurrency20171031 PutFunctionEventInvokeConfig UpdateFunctionEventInvokeConfig DeleteFunctionEventInvokeConfig AddPermission20150331v2 RemovePermission20150331v2 CreateEventSourceMapping20150331 UpdateEventSourceMapping20150331 DeleteEventSourceMapping20150331 PutResourcePolicy20261101 DeleteResourcePolicy20261101',
    ],
    [
      'sns',
      'DeleteTopic Subscribe Unsubscribe SetTopicAttributes SetSubscriptionAttributes AddPermission PutDataProtectionPolicy RemovePermission',
    ],
    ['sqs', 'PurgeQueue DeleteQueue SetQueueAttributes AddPermission StartMessageMoveTask RemovePermission'],
    [
      'dynamodb',
      'DeleteTable UpdateTable UpdateTimeToLive UpdateContinuousBackups PutItem UpdateItem DeleteItem BatchWriteItem TransactWriteItems StartBulkPutItems PutResourcePolicy',
    ],
    [
      's3',
      'DeleteBucket PutBucketPolicy DeleteBucketPolicy PutBucketLifecycle PutBucketEncryption PutBucketNotification PutBucketVersioning PutBucketReplication PutObjectLockConfiguration PutBucketObjectLockConfiguration PutBucketPublicAccessBlock DeleteBucketPublicAccessBlock PutBucketOwnershipControls PutBucketRequestPayment',
    ],
    ['kms', 'DisableKey ScheduleKeyDeletion PutKeyPolicy UpdateAlias DeleteAlias'],
    ['monitoring', 'DeleteAlarms DisableAlarmActions PutMetricAlarm PutCompositeAlarm SetAlarmState PutAlarmMuteRule'],
    ['ec2', 'DeleteFlowLogs'],
    ['guardduty', 'DeleteDetector UpdateDetector'],
    ['route53resolver', 'DeleteResolverQueryLogConfig DisassociateResolverQueryLogConfig'],
    [
      'iam',
      'DetachRolePolicy DeleteRolePolicy PutRolePolicy AttachRolePolicy PutRolePermissionsBoundary UpdateAssumeRolePolicy DeleteRole',
    ],
  ] as const
).flatMap(([service, apis]) =>
  each(
    service,
    apis,
    {
      ...Object.fromEntries(
        'name trailName eventDataStore filterName policyName destinationName rule eventBusName functionName eventSourceArn topicArn subscriptionArn resourceArn queueUrl sourceArn tableName bucketName keyId aliasName resolverQueryLogConfigId roleName s3BucketName source'
          .split(' ')
          .map(member => [member, ours]),
      ),
      eventSelectors: [{ includeManagementEvents: false }],
      logGroupName: '/aws/eks/prod/cluster',
      retentionInDays: 1,
      retentionPeriod: 1,
      deletionProtectionEnabled: false,
      destinationArn: 'elsewhere',
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: false },
      alarmNames: [ours],
      flowLogIds: ['fl-0aaa'],
      enable: false,
    },
    {},
  ),
);

export const blinded: readonly Said[] = [
  ...each(
    'cloudtrail',
    'StopLogging',
    { name: 'main' },
    { 'blinding.resources': ['main'], 'blinding.how': 'trail stopped' },
  ),
  ...each(
    'guardduty',
    'UpdateDetector',
    { detectorId: '12abc34d', enable: false },
    { 'blinding.resources': ['12abc34d'], 'blinding.how': 'GuardDuty detector switched off' },
  ),
  ...each(
    'guardduty',
    'UpdateDetector',
    { detectorId: '12abc34d', findingPublishingFrequency: 'ONE_HOUR' },
    { 'blinding.resources': [], 'blinding.how': 'none' },
  ),
  ...each('cloudtrail', 'StartLogging', { name: 'main' }, { 'blinding.resources': [], 'blinding.how': 'none' }),
];
