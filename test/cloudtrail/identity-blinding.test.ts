import { describe, expect, test } from 'vitest';
import { blindingOf, plainName } from '../../core/cloudtrail/blinding.ts';
import { developer, nodeSession, roleSession } from '../../core/cloudtrail/example.ts';
import { other } from '../../core/cloudtrail/example-iam.ts';
import { nodeCall } from '../../core/cloudtrail/node-baseline.ts';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { JsonObject } from '../../core/json.ts';

const ours = 'tripline-prod-Thing-abcdefgh';
const fn = 'arn:aws:lambda:eu-west-1:111122223333:function:tripline-prod-Announce-abcdefgh:live';
const all = { readWriteType: 'All', includeManagementEvents: true, excludeManagementEventSources: [] };
const select = (field: string, ...equals: readonly string[]) => ({ field, equals });
const managed = select('eventCategory', 'Management');

/** Each change of a trail that narrows it or sends it elsewhere. */
const trails: readonly (readonly [JsonObject, readonly string[]])[] = [
  ...['isMultiRegionTrail', 'includeGlobalServiceEvents', 'enableLogFileValidation', 'isOrganizationTrail'].flatMap(
    name =>
      [
        [{ [name]: 'false' }, ['main']],
        [{ [name]: true }, []],
      ] as const,
  ),
  ...['s3KeyPrefix', 'cloudWatchLogsLogGroupArn', 'kmsKeyId'].map(name => [{ [name]: '' }, ['main']] as const),
];
const recovery = (tableName: string, pointInTimeRecoveryEnabled: boolean): JsonObject => ({
  tableName,
  pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled },
});
const archiveKey = 'arn:aws:kms:eu-west-1:111122223333:key/0a1b2c3d-0000-4000-8000-000000000001';
const queue = (name: string): string => `arn:aws:sqs:eu-west-1:111122223333:${name}`;

describe('what blinds the watch', () => {
  const cases: readonly (readonly [string, string, JsonObject | null, readonly string[]])[] = [
    ['cloudtrail', 'StopLogging', { name: 'main' }, ['main']],
    ['cloudtrail', 'StartLogging', { name: 'main' }, []],
    ['cloudtrail', 'PutEventSelectors', { trailName: 'main', eventSelectors: [all] }, []],
    ['cloudtrail', 'UpdateEventDataStore', { eventDataStore: 'lake', name: 'events' }, []],
    ['cloudtrail', 'UpdateEventDataStore', { eventDataStore: 'lake', retentionPeriod: 3653 }, []],
    ['cloudtrail', 'UpdateEventDataStore', { eventDataStore: 'lake', retentionPeriod: '1' }, ['lake']],
    ['cloudtrail', 'UpdateEventDataStore', { eventDataStore: 'lake', multiRegionEnabled: false }, ['lake']],
    ['cloudtrail', 'UpdateEventDataStore', { eventDataStore: 'lake', organizationEnabled: false }, ['lake']],
    ['cloudtrail', 'UpdateEventDataStore', { eventDataStore: 'lake', multiRegionEnabled: true }, []],
    [
      'cloudtrail',
      'UpdateEventDataStore',
      { eventDataStore: 'lake', advancedEventSelectors: [{ fieldSelectors: [managed] }] },
      [],
    ],
    [
      'cloudtrail',
      'UpdateEventDataStore',
      { eventDataStore: 'lake', advancedEventSelectors: [{ fieldSelectors: [managed, select('readOnly', 'true')] }] },
      ['lake'],
    ],
    [
      'cloudtrail',
      'PutEventSelectors',
      { trailName: 'main', eventSelectors: [{ ...all, includeManagementEvents: false }] },
      ['main'],
    ],
    [
      'cloudtrail',
      'PutEventSelectors',
      { trailName: 'main', eventSelectors: [{ ...all, readWriteType: 'WriteOnly' }] },
      ['main'],
    ],
    [
      'cloudtrail',
      'PutEventSelectors',
      { trailName: 'main', eventSelectors: [{ ...all, excludeManagementEventSources: ['kms.amazonaws.com'] }] },
      ['main'],
    ],
    [
      'cloudtrail',
      'PutEventSelectors',
      { trailName: 'main', advancedEventSelectors: [{ fieldSelectors: [managed] }] },
      [],
    ],
    [
      'cloudtrail',
      'PutEventSelectors',
      { trailName: 'main', advancedEventSelectors: [{ fieldSelectors: [managed, select('readOnly', 'true')] }] },
      ['main'],
    ],
    [
      'cloudtrail',
      'PutEventSelectors',
      { trailName: 'main', advancedEventSelectors: [{ fieldSelectors: [select('eventCategory', 'Data')] }] },
      ['main'],
    ],
    ['cloudtrail', 'PutEventSelectors', { omitted: true }, []],
    ['cloudtrail', 'UpdateTrail', { name: 'main', isMultiRegionTrail: false }, ['main']],
    ['cloudtrail', 'UpdateTrail', { name: 'main', isMultiRegionTrail: true }, []],
    ['cloudtrail', 'UpdateTrail', { name: 'main', s3BucketName: 'elsewhere' }, ['main']],
    ['logs', 'DeleteLogGroup', { logGroupName: '/aws/eks/prod/cluster' }, ['/aws/eks/prod/cluster']],
    ['logs', 'DeleteLogGroup', { logGroupName: '/fleet/audit' }, ['/fleet/audit']],
    ['logs', 'DeleteLogGroup', { logGroupName: '/aws/lambda/checkout' }, []],
    [
      'logs',
      'PutDataProtectionPolicy',
      { logGroupIdentifier: 'arn:aws:logs:eu-west-1:111122223333:log-group:/aws/eks/prod/cluster:*' },
      ['/aws/eks/prod/cluster'],
    ],
    [
      'logs',
      'PutRetentionPolicy',
      { logGroupName: '/aws/eks/prod/cluster', retentionInDays: 1 },
      ['/aws/eks/prod/cluster'],
    ],
    ['logs', 'PutRetentionPolicy', { logGroupName: '/aws/eks/prod/cluster', retentionInDays: 90 }, []],
    [
      'logs',
      'PutSubscriptionFilter',
      { logGroupName: '/aws/eks/prod/cluster', filterName: ours },
      [`/aws/eks/prod/cluster/${ours}`],
    ],
    ['logs', 'PutSubscriptionFilter', { logGroupName: '/aws/eks/prod/cluster', filterName: 'to-splunk' }, []],
    ['logs', 'PutAccountPolicy', { policyName: 'mask', policyType: 'DATA_PROTECTION_POLICY' }, ['mask']],
    ['logs', 'PutAccountPolicy', { policyName: 'quiet', policyType: 'METRIC_EXTRACTION_POLICY' }, ['quiet']],
    ['logs', 'PutAccountPolicy', { policyName: 'to-splunk', policyType: 'SUBSCRIPTION_FILTER_POLICY' }, []],
    ['logs', 'PutAccountPolicy', { policyName: 'faster', policyType: 'FIELD_INDEX_POLICY' }, []],
    ['events', 'DisableRule', { name: ours }, [ours]],
    ['events', 'UpdateEventBus', { name: ours, description: 'x' }, [ours]],
    ['events', 'UpdateEventBus', { name: 'default', kmsKeyIdentifier: 'alias/theirs' }, ['default']],
    [
      'events',
      'UpdateEventBus',
      { name: 'arn:aws:events:eu-west-1:111122223333:event-bus/default', kmsKeyIdentifier: 'alias/theirs' },
      ['arn:aws:events:eu-west-1:111122223333:event-bus/default'],
    ],
    ['events', 'UpdateEventBus', { name: 'default', description: 'x' }, []],
    ['events', 'UpdateEventBus', { name: 'orders', kmsKeyIdentifier: 'alias/theirs' }, []],
    ['pipes', 'CreatePipe', { name: 'x', source: queue(ours) }, [queue(ours)]],
    ['pipes', 'CreatePipe', { name: 'x', source: queue('orders') }, []],
    ['organizations', 'CloseAccount', { accountId: '111122223333' }, ['111122223333']],
    ['events', 'DisableRule', { name: 'nightly' }, []],
    ['events', 'RemoveTargets', { rule: ours, ids: ['1'] }, [ours]],
    ['lambda', 'UpdateFunctionConfiguration20150331v2', { functionName: fn }, ['tripline-prod-Announce-abcdefgh']],
    [
      'lambda',
      'DeleteFunction20150331',
      { functionName: '111122223333:function:tripline-prod-Announce-abcdefgh' },
      ['tripline-prod-Announce-abcdefgh'],
    ],
    ['lambda', 'Invoke', { functionName: fn }, []],
    [
      'sns',
      'Unsubscribe',
      { subscriptionArn: `arn:aws:sns:eu-west-1:111122223333:${ours}:0000` },
      [`arn:aws:sns:eu-west-1:111122223333:${ours}:0000`],
    ],
    [
      'sqs',
      'PurgeQueue',
      { queueUrl: `https://sqs.eu-west-1.amazonaws.com/111122223333/${ours}` },
      [`https://sqs.eu-west-1.amazonaws.com/111122223333/${ours}`],
    ],
    ['dynamodb', 'UpdateTable', { tableName: ours, streamSpecification: { streamEnabled: false } }, [ours]],
    ['dynamodb', 'UpdateTable', { tableName: ours, billingMode: 'PAY_PER_REQUEST' }, []],
    ['dynamodb', 'UpdateTable', { tableName: ours, replicaUpdates: [{ create: { regionName: 'us-east-1' } }] }, [ours]],
    ['dynamodb', 'PutItem', { tableName: ours }, [ours]],
    ['dynamodb', 'BatchWriteItem', { requestItems: { [ours]: [], orders: [] } }, [ours]],
    ['s3', 'PutBucketLifecycle', { bucketName: 'company-cloudtrail-logs' }, ['company-cloudtrail-logs']],
    ['s3', 'PutBucketLifecycle', { bucketName: 'pictures' }, []],
    ['kms', 'ScheduleKeyDeletion', { keyId: 'alias/tripline-prod' }, ['alias/tripline-prod']],
    ['kms', 'ScheduleKeyDeletion', { keyId: '00000000-0000-0000-0000-000000000000' }, []],
    ['monitoring', 'DeleteAlarms', { alarmNames: ['cpu', `${ours}-1`, `${ours}-2`] }, [`${ours}-1`, `${ours}-2`]],
    [
      'monitoring',
      'PutAlarmMuteRule',
      { name: 'lunch', muteTargets: { alarmNames: ['cpu', `${ours}-1`] } },
      [`${ours}-1`],
    ],
    ['monitoring', 'PutAlarmMuteRule', { name: ours, muteTargets: { alarmNames: ['cpu'] } }, []],
    ['lambda', 'UpdateFunctionEventInvokeConfig', { functionName: ours, maximumRetryAttempts: 0 }, [ours]],
    [
      'dynamodb',
      'PutResourcePolicy',
      { resourceArn: `arn:aws:dynamodb:eu-west-1:111122223333:table/${ours}` },
      [`arn:aws:dynamodb:eu-west-1:111122223333:table/${ours}`],
    ],
    ['sns', 'PutDataProtectionPolicy', { resourceArn: 'arn:aws:sns:eu-west-1:111122223333:shop' }, []],
    [
      'lambda',
      'DeleteResourcePolicy',
      { resourceArn: `arn:aws:lambda:eu-west-1:111122223333:function:${ours}` },
      [ours],
    ],
    ['lambda', 'PutResourcePolicy', { resourceArn: 'arn:aws:lambda:eu-west-1:111122223333:function:shop' }, []],
    ['dynamodb', 'StartBulkPutItems', { tableName: `arn:aws:dynamodb:eu-west-1:111122223333:table/${ours}` }, [ours]],
    ['ec2', 'DeleteFlowLogs', { DeleteFlowLogsRequest: { FlowLogId: { tag: 1, content: 'fl-0aaa' } } }, ['fl-0aaa']],
    [
      'ec2',
      'DeleteFlowLogs',
      {
        DeleteFlowLogsRequest: {
          FlowLogId: [
            { tag: 1, content: 'fl-0aaa' },
            { tag: 2, content: 'fl-0bbb' },
          ],
        },
      },
      ['fl-0aaa', 'fl-0bbb'],
    ],
    ['iam', 'DetachRolePolicy', { roleName: ours, policyArn: 'x' }, [ours]],
    ['iam', 'DetachRolePolicy', { roleName: 'reporting', policyArn: 'x' }, []],
    ...trails.map(([over, resources]) => ['cloudtrail', 'UpdateTrail', { name: 'main', ...over }, resources] as const),
    ['cloudtrail', 'UpdateTrail', { name: '' }, []],
    [
      'cloudtrail',
      'PutEventSelectors',
      { trailName: 'main', advancedEventSelectors: [{ fieldSelectors: [select('eventSource', 'Management')] }] },
      ['main'],
    ],
    [
      'cloudtrail',
      'PutEventSelectors',
      {
        trailName: 'main',
        eventSelectors: [{ ...all, includeManagementEvents: 'false' }],
        advancedEventSelectors: [{ fieldSelectors: [managed, select('eventName', 'x')] }],
      },
      ['main'],
    ],
    ['logs', 'DeleteLogGroup', { logGroupName: 'x/aws/eks/prod/cluster' }, []],
    ['logs', 'DeleteLogGroup', { logGroupName: '/aws/eks/prod/cluster/y' }, []],
    ['logs', 'DeleteLogGroup', { logGroupName: 'aws-CloudTrail-logs' }, ['aws-CloudTrail-logs']],
    ['logs', 'DeleteLogGroup', {}, []],
    ['logs', 'PutRetentionPolicy', { logGroupName: '/fleet/audit', retentionInDays: 7 }, ['/fleet/audit']],
    ['logs', 'PutRetentionPolicy', { logGroupName: '/fleet/audit', retentionInDays: 14 }, []],
    ['logs', 'PutRetentionPolicy', { logGroupName: '/shop', retentionInDays: 1 }, []],
    ['logs', 'PutAccountPolicy', { policyName: ours, policyType: 'SUBSCRIPTION_FILTER_POLICY' }, [ours]],
    ['logs', 'PutAccountPolicy', { policyName: 'mask' }, []],
    ['lambda', 'DeleteFunction20150331', { functionName: 'function:tripline-prod-a' }, ['tripline-prod-a']],
    ['lambda', 'DeleteFunction20150331', { functionName: 'tripline-prod-a:live' }, ['tripline-prod-a']],
    ['lambda', 'DeleteFunction20150331', {}, []],
    ['monitoring', 'PutMetricAlarm', { alarmName: [`${ours}-1`, 7] }, [`${ours}-1`]],
    ['monitoring', 'DeleteAlarms', { alarmNames: [7, 'cpu'] }, []],
    ['ec2', 'DeleteFlowLogs', { flowLogIds: ['fl-0aaa', {}] }, ['fl-0aaa', 'unknown']],
    ['dynamodb', 'PutItem', { tableName: 'orders' }, []],
    ['dynamodb', 'PutItem', {}, []],
    ['dynamodb', 'UpdateTable', { tableName: 'orders', streamSpecification: { streamEnabled: false } }, []],
    ['dynamodb', 'UpdateContinuousBackups', recovery(ours, false), [ours]],
    ['dynamodb', 'UpdateContinuousBackups', recovery(ours, true), []],
    ['dynamodb', 'UpdateContinuousBackups', recovery('orders', false), []],
    ['dynamodb', 'UpdateContinuousBackups', {}, []],
    ['sqs', 'StartMessageMoveTask', { sourceArn: queue(ours), destinationArn: queue('elsewhere') }, [queue(ours)]],
    ['sqs', 'StartMessageMoveTask', { sourceArn: queue(ours), destinationArn: queue(ours) }, []],
    ['sqs', 'StartMessageMoveTask', { sourceArn: queue(ours) }, []],
    ['sqs', 'StartMessageMoveTask', { sourceArn: queue('shop'), destinationArn: queue('elsewhere') }, []],
    [
      'kms',
      'DisableKey',
      { keyId: `arn:aws:kms:eu-west-1:111122223333:alias/${ours}` },
      [`arn:aws:kms:eu-west-1:111122223333:alias/${ours}`],
    ],
    ['kms', 'DisableKey', {}, []],
    ['monitoring', 'DeleteAlarms', { alarmNames: ['nightly', ours, 7] }, [ours]],
    ['organizations', 'LeaveOrganization', null, ['the organization']],
    ['organizations', 'RemoveAccountFromOrganization', { accountId: '444455556666' }, ['444455556666']],
    ['s3', 'DeleteBucket', { bucketName: 'audit-logs' }, []],
    ['s3', 'DeleteBucket', { bucketName: 'my-cloud-trail' }, ['my-cloud-trail']],
    ['s3', 'DeleteBucket', { bucketName: ours }, [ours]],
    ['s3', 'DeleteBucket', {}, []],
    ['cloudtrail', 'StopLogging', { name: '' }, ['unknown']],
    ['cloudtrail', 'StopLogging', null, ['unknown']],
    ['cloudtrail', '__proto__', {}, []],
    ['constructor', 'name', {}, []],
  ];
  test.each(cases)('%s %s %j', (service, api, request, resources) => {
    expect(blindingOf(other(service, api, request).record, exampleSettings).map(({ resource }) => resource)).toEqual(
      resources,
    );
  });
  test.each([
    ['our function', fn, queue('orders'), ['tripline-prod-Announce-abcdefgh']],
    [
      'another function, which gets our queue',
      'arn:aws:lambda:eu-west-1:111122223333:function:x',
      queue(ours),
      [queue(ours)],
    ],
    ['another function and queue', 'arn:aws:lambda:eu-west-1:111122223333:function:x', queue('orders'), []],
  ])('a mapping that its answer says is of %s', (_, functionArn, eventSourceArn, resources) => {
    for (const api of ['UpdateEventSourceMapping20150331', 'DeleteEventSourceMapping20150331']) {
      const asked = { uUID: '00000000-0000-4000-8000-000000000001', functionName: functionArn };
      const { record } = other('lambda', api, api.startsWith('Update') ? asked : { uUID: asked.uUID }, {
        record: { responseElements: { functionArn, eventSourceArn } },
      });
      expect(blindingOf(record, exampleSettings).map(({ resource }) => resource)).toEqual(resources);
    }
  });
  test.each([
    ['s3', 'PutBucketPolicy', { bucketName: 'logs-of-all' }, ['logs-of-all']],
    ['s3', 'PutBucketOwnershipControls', { bucketName: 'logs-of-all' }, ['logs-of-all']],
    ['s3', 'PutBucketRequestPayment', { bucketName: 'logs-of-all' }, ['logs-of-all']],
    ['s3', 'PutBucketPolicy', { bucketName: 'logs-of-some' }, []],
    ['kms', 'DisableKey', { keyId: archiveKey }, [archiveKey]],
    ['kms', 'DisableKey', { keyId: '0a1b2c3d-0000-4000-8000-000000000001' }, ['0a1b2c3d-0000-4000-8000-000000000001']],
    ['kms', 'DisableKey', { keyId: '000000000001' }, []],
  ] as const)('%s %s %j of an archive that the settings read', (service, api, request, resources) => {
    const settings = defineConfig({
      home: 'eu-west-1',
      clusters: [],
      deployment: { archives: [{ bucket: 'logs-of-all', key: archiveKey }] },
    });
    expect(blindingOf(other(service, api, request).record, settings).map(({ resource }) => resource)).toEqual(
      resources,
    );
  });
  test.each<[string, string, JsonObject, string]>([
    [
      'cloudtrail',
      'UpdateTrail',
      { isMultiRegionTrail: false, kmsKeyId: 'x' },
      'isMultiRegionTrail off, kmsKeyId changed',
    ],
    [
      'cloudtrail',
      'PutEventSelectors',
      { eventSelectors: [{ readWriteType: 'ReadOnly' }] },
      'no longer logs all management events',
    ],
    ['cloudtrail', 'UpdateEventDataStore', { eventDataStore: 's', retentionPeriod: 7 }, 'retention cut to 7 days'],
    ['cloudtrail', 'UpdateEventDataStore', { eventDataStore: 's', retentionPeriod: 8 }, ''],
    [
      'cloudtrail',
      'UpdateEventDataStore',
      { eventDataStore: 's', advancedEventSelectors: [{ fieldSelectors: [select('eventCategory', 'Data')] }] },
      'event data store no longer takes in all management events',
    ],
    [
      'cloudtrail',
      'UpdateEventDataStore',
      {
        eventDataStore: 's',
        advancedEventSelectors: [{ fieldSelectors: [select('eventCategory', 'Data')] }, { fieldSelectors: [managed] }],
      },
      '',
    ],
    [
      'cloudtrail',
      'PutEventSelectors',
      { advancedEventSelectors: [{ fieldSelectors: [select('readOnly', 'Management')] }] },
      'no longer logs all management events',
    ],
    ['logs', 'PutRetentionPolicy', { logGroupName: '/fleet/audit', retentionInDays: 1 }, 'retention cut to 1 day'],
    ['logs', 'PutRetentionPolicy', { logGroupName: '/fleet/audit', retentionInDays: 3 }, 'retention cut to 3 days'],
    ['ec2', 'DeleteFlowLogs', { FlowLogId: 'fl-0aaa' }, 'flow log deleted'],
    ['sqs', 'StartMessageMoveTask', { sourceArn: queue(ours), destinationArn: 'x' }, 'messages moved away'],
    ['dynamodb', 'UpdateContinuousBackups', recovery(ours, false), 'backups switched off'],
    ['dynamodb', 'PutItem', { tableName: ours }, 'items written by another'],
    [
      'dynamodb',
      'UpdateTable',
      {
        ...{ tableName: ours, streamSpecification: { streamEnabled: false }, deletionProtectionEnabled: false },
        ...{ globalSecondaryIndexUpdates: [{ create: {} }, { delete: { indexName: 'due' } }], SSESpecification: {} },
        provisionedThroughput: {},
      },
      'stream switched off, index deleted, throughput bounded, encryption key changed, deletion protection off',
    ],
    ['dynamodb', 'UpdateTable', { tableName: ours, onDemandThroughput: {} }, 'throughput bounded'],
    ['dynamodb', 'UpdateTable', { tableName: ours, globalSecondaryIndexUpdates: [{ create: {} }] }, ''],
  ])('%s %s %j: %s', (service, api, request, how) => {
    const said = blindingOf(other(service, api, request).record, exampleSettings).map(one => one.how);
    expect(said).toEqual(how === '' ? [] : [how]);
  });
  test('buckets of audit logs are watched, whatever they are called', () => {
    const clusters = [
      { name: 'a' },
      { name: 'b', kind: 'kubeadm' as const, audit: { bucket: 'audit-logs', prefix: 'b/' } },
    ];
    const settings = defineConfig({ accounts: ['111122223333'], clusters });
    const { record } = other('s3', 'DeleteBucket', { bucketName: 'audit-logs' });
    expect(blindingOf(record, settings).map(({ resource }) => resource)).toEqual(['audit-logs']);
    expect(blindingOf(other('s3', 'DeleteBucket', { bucketName: 'website' }).record, settings)).toEqual([]);
  });
  test('a table is named by the resources of a call that does not name it', () => {
    const resources = [{ ARN: `arn:aws:dynamodb:eu-west-1:111122223333:table/${ours}` }, {}];
    const { record } = other('dynamodb', 'TransactWriteItems', {});
    expect(blindingOf({ ...record, resources }, exampleSettings).map(({ resource }) => resource)).toEqual([ours]);
  });
  test('a function is named by what the answer says of it', () => {
    const { record } = other('lambda', 'UpdateEventSourceMapping20150331', { uUID: 'x' });
    const answered = { ...record, responseElements: { functionArn: fn } };
    expect(blindingOf(answered, exampleSettings).map(({ resource }) => resource)).toEqual([
      'tripline-prod-Announce-abcdefgh',
    ]);
  });
  test('our own functions write our items', () => {
    const by = roleSession('tripline-prod-AnnounceRole-abcdefgh', 'x');
    expect(blindingOf(other('dynamodb', 'PutItem', { tableName: ours }, { by }).record, exampleSettings)).toEqual([]);
    expect(
      blindingOf(other('dynamodb', 'PutItem', { tableName: ours }, { by: developer }).record, exampleSettings),
    ).toHaveLength(1);
  });
  test.each([
    ['UpdateFunctionCode20150331v2', 'UpdateFunctionCode'],
    ['DeleteFunction20150331', 'DeleteFunction'],
    ['PutFunctionConcurrency20171031', 'PutFunctionConcurrency'],
    ['Invoke', 'Invoke'],
  ])('%s is %s', (versioned, plain) => {
    expect(plainName(versioned)).toBe(plain);
  });
});

describe('what nodes call', () => {
  const worker = 'KarpenterNodeRole-prod';
  const cases: readonly (readonly [string, string, JsonObject | null, string, string])[] = [
    ['ecr', 'BatchGetImage', null, worker, 'baseline'],
    ['ecr', 'PutImage', null, worker, 'other'],
    ['ec2', 'DescribeInstances', null, worker, 'baseline'],
    ['ec2', 'AssignPrivateIpAddresses', null, worker, 'baseline'],
    ['ec2', 'RunInstances', null, worker, 'sensitive'],
    ['eks', 'DescribeCluster', null, worker, 'baseline'],
    ['eks-auth', 'AssumeRoleForPodIdentity', null, worker, 'baseline'],
    ['sts', 'GetCallerIdentity', null, worker, 'baseline'],
    ['sts', 'AssumeRole', null, worker, 'sensitive'],
    ['sts', 'GetScopedCredentials', null, worker, 'sensitive'],
    ['ssm', 'UpdateInstanceInformation', null, worker, 'baseline'],
    ['ssm', 'CreateControlChannel', null, worker, 'baseline'],
    ['ssm', 'OpenDataChannel', null, worker, 'baseline'],
    ['ssm', 'StartSession', null, worker, 'sensitive'],
    ['ssm', 'GetParameter', { name: '/prod/db' }, worker, 'sensitive'],
    ['ssm', 'GetParameter', { name: '/cluster.x-k8s.io/5f0e/0' }, worker, 'baseline'],
    ['secretsmanager', 'GetSecretValue', { secretId: 'prod/db' }, worker, 'sensitive'],
    ['secretsmanager', 'GetSecretValue', { secretId: 'x/aws.cluster.x-k8s.io/y' }, worker, 'sensitive'],
    ['secretsmanager', 'GetSecretValue', { secretId: 'aws.cluster.x-k8s.io/5f0e' }, worker, 'baseline'],
    ['s3', 'GetBucketEncryption', null, worker, 'baseline'],
    ['s3', 'ListBuckets', null, worker, 'sensitive'],
    ['rds', 'DescribeDBInstances', null, worker, 'sensitive'],
    ['bedrock', 'ListFoundationModels', null, worker, 'sensitive'],
    ['sqs', 'ListQueues', null, worker, 'other'],
    ['elasticloadbalancing', 'CreateLoadBalancer', null, worker, 'other'],
    [
      'elasticloadbalancing',
      'CreateLoadBalancer',
      null,
      'control-plane.cluster-api-provider-aws.sigs.k8s.io',
      'baseline',
    ],
    ['iam', 'CreateUser', null, 'control-plane.cluster-api-provider-aws.sigs.k8s.io', 'sensitive'],
  ];
  test.each(cases)('%s:%s %j by %s is %s', (service, api, request, role, kind) => {
    expect(nodeCall(other(service, api, request, { by: nodeSession() }).record, role)).toBe(kind);
  });
});
