import { describe, expect, it } from 'vitest';
import { blindingOf } from '../../core/cloudtrail/blinding.ts';
import { other } from '../../core/cloudtrail/example-iam.ts';
import { defineConfig } from '../../core/config.ts';
import { type Json, type JsonObject, list, text } from '../../core/json.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import { match } from '../../core/pattern/match.ts';
import { longestStage, stagePrefix } from '../../core/stage.ts';
import { envelope } from '../../core/targets/eventbridge/filter.ts';
import { guardPatterns, keyPattern, keysAPattern } from '../../core/targets/eventbridge/guard.ts';
import { quota } from '../../core/targets/eventbridge/pack.ts';

const settings = defineConfig({
  home: 'eu-west-1',
  clusters: [
    { name: 'fleet', kind: 'kubeadm', audit: { logGroup: '/fleet/audit' } },
    { name: 'edge', kind: 'kubeadm', audit: { bucket: 'edge-audit', prefix: 'edge/' } },
  ],
  deployment: { archives: [{ bucket: 'organisation-trail' }] },
});

/** What a name of a resource may look like, by how long the stage's is. */
const stages = ['a', 'production', 'Q'.repeat(longestStage)];

const arn = (service: string, name: string): string => `arn:aws:${service}:eu-west-1:111122223333:${name}`;
const account = '111122223333';

type Row = readonly [
  what: string,
  service: string,
  api: string,
  asked: (prefix: string) => JsonObject,
  answered?: (prefix: string) => JsonObject,
];

const named =
  (field: string, part: string) =>
  (prefix: string): JsonObject => ({ [field]: `${prefix}${part}` });

/** Every part of a stage, and what would blind, redirect or weaken it (CloudTrail's names of the calls). */
const told: readonly Row[] = [
  ['a trail', 'cloudtrail', 'StopLogging', () => ({ name: 'main' })],
  ['a trail', 'cloudtrail', 'PutEventSelectors', () => ({ trailName: 'main' })],
  ['the organisation’s trail', 'organizations', 'LeaveOrganization', () => ({})],
  ['a rule', 'events', 'DisableRule', named('name', 'candidates-1')],
  ['a rule of self-protection', 'events', 'DeleteRule', named('name', 'guard-2')],
  ['a rule of keys', 'events', 'PutRule', named('name', 'guard-keys-1')],
  ['a target', 'events', 'RemoveTargets', named('rule', 'to-witness-guard-1')],
  ['the bus of other regions', 'events', 'DeleteEventBus', named('name', 'regions')],
  ['the hub', 'events', 'PutPermission', named('eventBusName', 'hub')],
  ['the canary', 'scheduler', 'UpdateSchedule', named('name', 'canary')],
  ['the canary', 'lambda', 'DeleteFunction20150331', named('functionName', 'canary')],
  ['the canary', 'iam', 'AttachRolePolicy', named('roleName', 'canary')],
  ['the canary’s schedule', 'iam', 'PutRolePolicy', named('roleName', 'canary-timer')],
  [
    'the posture reader',
    'lambda',
    'UpdateFunctionCode20150331v2',
    prefix => ({ functionName: arn('lambda', `function:${prefix}posture-reader`) }),
  ],
  [
    'the posture reader',
    'lambda',
    'DeleteEventSourceMapping20150331',
    () => ({ uUID: 'x' }),
    prefix => ({ functionArn: arn('lambda', `function:${prefix}posture-reader`) }),
  ],
  [
    'the posture reader’s queue',
    'lambda',
    'CreateEventSourceMapping20150331',
    prefix => ({ functionName: 'thief', eventSourceArn: arn('sqs', `${prefix}readings`) }),
  ],
  ['evidence', 'lambda', 'PutFunctionConcurrency20171031', named('functionName', 'evidence')],
  [
    'evidence',
    's3',
    'PutObjectLockConfiguration',
    prefix => ({ bucketName: `${prefix}evidence-1a2b3c`.toLowerCase() }),
  ],
  [
    'evidence',
    's3',
    'PutBucketObjectLockConfiguration',
    prefix => ({ bucketName: `${prefix}evidence-1a2b3c`.toLowerCase() }),
  ],
  ['evidence', 's3', 'PutBucketVersioning', prefix => ({ bucketName: `${prefix}evidence-1a2b3c`.toLowerCase() })],
  ['evidence', 's3', 'PutBucketReplication', prefix => ({ bucketName: `${prefix}evidence-1a2b3c`.toLowerCase() })],
  [
    'the quarantine',
    's3',
    'PutBucketLifecycle',
    prefix => ({ bucketName: `${prefix}quarantine-`.slice(0, 37).toLowerCase() }),
  ],
  [
    'the quarantine',
    's3',
    'DeleteBucket',
    prefix => ({ bucketName: `${prefix}quarantine-`.slice(0, 37).toLowerCase() }),
  ],
  ['audit of another region', 'lambda', 'RemovePermission20150331v2', named('functionName', 'audit')],
  ['audit of another region', 'iam', 'DeleteRolePolicy', named('roleName', 'audit-us-west-2')],
  ['subscribe of another region', 'iam', 'UpdateAssumeRolePolicy', named('roleName', 'subscribe-timer-us-west-2')],
  [
    'an audit log',
    'logs',
    'DeleteSubscriptionFilter',
    prefix => ({ logGroupName: '/aws/eks/prod/cluster', filterName: `${prefix}audit` }),
  ],
  [
    'an audit log',
    'logs',
    'PutSubscriptionFilter',
    prefix => ({ logGroupName: '/aws/eks/prod/cluster', filterName: `${prefix}audit` }),
  ],
  ['an audit log', 'logs', 'DeleteLogGroup', () => ({ logGroupName: '/aws/eks/prod/cluster' })],
  ['an audit log of the settings', 'logs', 'DeleteLogGroup', () => ({ logGroupName: '/fleet/audit' })],
  [
    'an audit log of the settings',
    'logs',
    'PutTransformer',
    () => ({ logGroupIdentifier: arn('logs', 'log-group:/fleet/audit') }),
  ],
  [
    'every log of the account',
    'logs',
    'PutAccountPolicy',
    () => ({ policyName: 'mask', policyType: 'DATA_PROTECTION_POLICY' }),
  ],
  ['a function’s log', 'logs', 'PutRetentionPolicy', prefix => ({ logGroupName: `/aws/lambda/${prefix}sweep` })],
  ['an archive', 's3', 'PutBucketNotification', () => ({ bucketName: 'organisation-trail' })],
  ['an archive', 's3', 'PutBucketEncryption', () => ({ bucketName: 'organisation-trail' })],
  [
    'what a function reads, given to another one',
    'lambda',
    'UpdateEventSourceMapping20150331',
    () => ({ uUID: 'x', functionName: 'thief' }),
    prefix => ({ functionArn: arn('lambda', 'function:thief'), eventSourceArn: arn('sqs', `${prefix}events`) }),
  ],
  ['a queue that a pipe reads', 'pipes', 'CreatePipe', prefix => ({ source: arn('sqs', `${prefix}events`) })],
  [
    'the account’s own bus',
    'events',
    'UpdateEventBus',
    () => ({ name: 'default', kmsKeyIdentifier: 'arn:aws:kms:eu-west-1:444455556666:key/x' }),
  ],
  [
    'metrics of the account’s logs',
    'logs',
    'PutAccountPolicy',
    () => ({ policyName: 'quiet', policyType: 'METRIC_EXTRACTION_POLICY' }),
  ],
  [
    'a function’s log',
    'logs',
    'PutTransformer',
    prefix => ({ logGroupIdentifier: arn('logs', `log-group:/aws/lambda/${prefix}sweep`) }),
  ],
  [
    'a function’s log',
    'logs',
    'AssociateKmsKey',
    prefix => ({ resourceIdentifier: arn('logs', `log-group:/aws/lambda/${prefix}sweep`), kmsKeyId: 'x' }),
  ],
  ['a role by its name in capitals', 'iam', 'PutRolePolicy', prefix => ({ roleName: `${prefix.toUpperCase()}AUDIT` })],
  ['an archive of audit logs', 's3', 'DeleteBucket', () => ({ bucketName: 'edge-audit' })],
  ['an alarm', 'monitoring', 'DeleteAlarms', prefix => ({ alarmNames: ['other', `${prefix}canary-late`] })],
  ['an alarm', 'monitoring', 'DisableAlarmActions', prefix => ({ alarmNames: [`${prefix}canary-late`] })],
  [
    'an alarm',
    'monitoring',
    'PutAlarmMuteRule',
    prefix => ({ name: 'lunch', muteTargets: { alarmNames: ['other', `${prefix}canary-late`] } }),
  ],
  [
    'an alarm',
    'monitoring',
    'SetAlarmState',
    prefix => ({ alarmName: `${prefix}cloudtrail-silent`, stateValue: 'OK' }),
  ],
  ['an alarm', 'monitoring', 'PutMetricAlarm', named('alarmName', 'cloudtrail-silent')],
  ['a topic', 'sns', 'Subscribe', prefix => ({ topicArn: arn('sns', `${prefix}alerts`) })],
  ['a topic', 'sns', 'AddPermission', prefix => ({ topicArn: arn('sns', `${prefix}guard`) })],
  ['a topic', 'sns', 'PutDataProtectionPolicy', prefix => ({ resourceArn: arn('sns', `${prefix}alerts`) })],
  [
    'a subscription',
    'sns',
    'SetSubscriptionAttributes',
    prefix => ({ subscriptionArn: arn('sns', `${prefix}alerts:1234`) }),
  ],
  [
    'a queue',
    'sqs',
    'PurgeQueue',
    prefix => ({ queueUrl: `https://sqs.eu-west-1.amazonaws.com/${account}/${prefix}events-dlq` }),
  ],
  [
    'a queue',
    'sqs',
    'AddPermission',
    prefix => ({ queueUrl: `https://sqs.eu-west-1.amazonaws.com/${account}/${prefix}events` }),
  ],
  ['a table', 'dynamodb', 'UpdateTable', named('tableName', 'findings')],
  ['a table', 'dynamodb', 'DeleteTable', prefix => ({ tableName: arn('dynamodb', `table/${prefix}state`) })],
  ['a table', 'dynamodb', 'PutResourcePolicy', prefix => ({ resourceArn: arn('dynamodb', `table/${prefix}findings`) })],
];

/** Whatever calls take a resource by the same parameter: a word each. */
const alike: readonly (readonly [apis: string, service: string, asked: Row[3], answered?: NonNullable<Row[4]>])[] = [
  ['StopLogging DeleteTrail PutEventSelectors UpdateTrail', 'cloudtrail', () => ({ name: 'main' })],
  ['LeaveOrganization', 'organizations', () => ({})],
  ['DisableRule DeleteRule PutRule DeleteEventBus UpdateEventBus', 'events', named('name', 'hub')],
  ['UpdateSchedule DeleteSchedule', 'scheduler', named('name', 'canary')],
  ['PutTargets RemoveTargets', 'events', named('rule', 'candidates-1')],
  ['PutPermission RemovePermission', 'events', named('eventBusName', 'hub')],
  [
    'DeleteFunction20150331 UpdateFunctionCode20150331v2 PutFunctionConcurrency20171031 AddPermission20150331v2 RemovePermission20150331v2',
    'lambda',
    named('functionName', 'canary'),
  ],
  [
    'UpdateEventSourceMapping20150331 DeleteEventSourceMapping20150331',
    'lambda',
    () => ({}),
    prefix => ({ functionArn: arn('lambda', `function:${prefix}audit`) }),
  ],
  [
    'UpdateEventSourceMapping20150331 DeleteEventSourceMapping20150331',
    'lambda',
    () => ({}),
    prefix => ({ functionArn: arn('lambda', 'function:thief'), eventSourceArn: arn('sqs', `${prefix}readings`) }),
  ],
  ['CreatePipe', 'pipes', prefix => ({ source: arn('sqs', `${prefix}readings`) })],
  ['UpdateEventBus', 'events', () => ({ name: 'default', kmsKeyIdentifier: 'alias/x' })],
  ['UpdateEventBus', 'events', () => ({ name: arn('events', 'event-bus/default'), kmsKeyIdentifier: 'alias/x' })],
  [
    'CreateEventSourceMapping20150331',
    'lambda',
    prefix => ({ functionName: 'thief', eventSourceArn: arn('sqs', `${prefix}readings`) }),
  ],
  [
    'DeleteTopic SetTopicAttributes Subscribe AddPermission RemovePermission',
    'sns',
    prefix => ({ topicArn: arn('sns', `${prefix}alerts`) }),
  ],
  ['Unsubscribe SetSubscriptionAttributes', 'sns', prefix => ({ subscriptionArn: arn('sns', `${prefix}alerts:1234`) })],
  [
    'DeleteQueue PurgeQueue SetQueueAttributes AddPermission RemovePermission',
    'sqs',
    prefix => ({ queueUrl: `https://sqs.eu-west-1.amazonaws.com/${account}/${prefix}events` }),
  ],
  ['DeleteTable UpdateTable UpdateTimeToLive UpdateContinuousBackups', 'dynamodb', named('tableName', 'state')],
  [
    'PutResourcePolicy DeleteResourcePolicy20261101',
    'lambda',
    prefix => ({ resourceArn: arn('lambda', `function:${prefix}audit`) }),
  ],
  ['PutResourcePolicy', 'dynamodb', prefix => ({ resourceArn: arn('dynamodb', `table/${prefix}state`) })],
  ['PutDataProtectionPolicy', 'sns', prefix => ({ resourceArn: arn('sns', `${prefix}alerts`) })],
  [
    'PutBucketPolicy PutBucketEncryption DeleteBucket DeleteBucketPolicy PutObjectLockConfiguration',
    's3',
    prefix => ({ bucketName: `${prefix}evidence-1a2b3c`.toLowerCase() }),
  ],
  ['PutSubscriptionFilter DeleteSubscriptionFilter', 'logs', named('filterName', 'audit')],
  [
    'DeleteLogGroup DeleteLogStream PutRetentionPolicy DisassociateKmsKey',
    'logs',
    prefix => ({ logGroupName: `/aws/lambda/${prefix}sweep` }),
  ],
  ['PutAccountPolicy', 'logs', () => ({ policyType: 'DATA_PROTECTION_POLICY' })],
  ['PutAccountPolicy', 'logs', () => ({ policyType: 'TRANSFORMER_POLICY' })],
  ['PutAccountPolicy', 'logs', () => ({ policyType: 'METRIC_EXTRACTION_POLICY' })],
  [
    'AssociateKmsKey DisassociateKmsKey',
    'logs',
    prefix => ({ resourceIdentifier: arn('logs', `log-group:/aws/lambda/${prefix}sweep`) }),
  ],
  [
    'PutTransformer PutDataProtectionPolicy',
    'logs',
    prefix => ({ logGroupIdentifier: arn('logs', `log-group:/aws/lambda/${prefix}sweep`) }),
  ],
  ['DeleteLogGroup DeleteLogStream', 'logs', () => ({ logGroupName: '/aws/eks/prod/cluster' })],
  ['DeleteLogGroup DeleteLogStream', 'logs', () => ({ logGroupName: '/fleet/audit' })],
  ...['/aws/eks/prod/cluster', '/fleet/audit'].map(
    name =>
      [
        'PutTransformer PutDataProtectionPolicy',
        'logs',
        () => ({ logGroupIdentifier: arn('logs', `log-group:${name}`) }),
      ] as const,
  ),
  ...['organisation-trail', 'edge-audit'].map(
    bucketName =>
      [
        'DeleteBucket DeleteBucketPolicy PutBucketPolicy PutBucketLifecycle PutBucketNotification PutBucketEncryption PutBucketOwnershipControls PutBucketRequestPayment',
        's3',
        () => ({ bucketName }),
      ] as const,
  ),
  ['DeleteAlarms DisableAlarmActions', 'monitoring', prefix => ({ alarmNames: [`${prefix}canary-late`] })],
  ['PutAlarmMuteRule', 'monitoring', prefix => ({ muteTargets: { alarmNames: [`${prefix}canary-late`] } })],
  ['PutMetricAlarm PutCompositeAlarm SetAlarmState', 'monitoring', named('alarmName', 'canary-late')],
  [
    'AttachRolePolicy DetachRolePolicy PutRolePolicy DeleteRolePolicy PutRolePermissionsBoundary UpdateAssumeRolePolicy DeleteRole',
    'iam',
    named('roleName', 'audit'),
  ],
];
const everyCall: readonly Row[] = alike.flatMap(([apis, service, asked, answered]) =>
  apis
    .split(' ')
    .map((api): Row => (answered === undefined ? ['', service, api, asked] : ['', service, api, asked, answered])),
);

/** The numbers of the rules that admit a record, as the oracle judges. */
const admitting = (stage: string, one: ReturnType<typeof record>): readonly number[] =>
  guardPatterns(stagePrefix(stage), settings).flatMap((text, index) =>
    match(loadPattern(JSON.parse(text)), carried(one)) ? [index + 1] : [],
  );

const record = (
  [, service, api, asked, answered]: Row,
  prefix: string,
  more: JsonObject = {},
): ReturnType<typeof other>['record'] =>
  other(service, api, asked(prefix), {
    record: { ...(answered === undefined ? {} : { responseElements: answered(prefix) }), ...more },
  }).record;

/** As EventBridge carries it, as JSON. */
const carried = (one: ReturnType<typeof record>): JsonObject => envelope(JSON.parse(JSON.stringify(one)));

/** Those that name a resource of the stage. */
const naming = told.filter(row => JSON.stringify(record(row, 'SAID').requestParameters).includes('SAID'));

/** With a title for each. */
const titled = (rows: readonly Row[]): (readonly [string, Row])[] =>
  rows.map(row => [`${row[0]}: ${row[1]} ${row[2]}`, row]);

describe.each(stages)('the rules of self-protection of stage %s', stage => {
  const prefix = stagePrefix(stage);
  const patterns = guardPatterns(prefix, settings);

  it('are as few as the quota lets them be', () => {
    const clauses = patterns.map(one => JSON.parse(one).detail.$or.map((clause: unknown) => JSON.stringify(clause)));
    for (const [at, [first = '']] of clauses.slice(1).entries())
      expect((patterns[at] ?? '').length + first.length + 1).toBeGreaterThan(quota.characters);
  });
  it('fit the quota, each of them', () => {
    expect(patterns.map(({ length }) => length).filter(length => length > quota.characters)).toEqual([]);
  });

  it.each(titled(told))('tell of %s', (_, row) => {
    expect(admitting(stage, record(row, prefix))).not.toEqual([]);
  });

  it.each(titled(naming))('say nothing where it is somebody else’s: %s', (_, row) => {
    expect(admitting(stage, record(row, 'shop-'))).toEqual([]);
  });

  it.each(titled(told))('say nothing where it was denied: %s', (_, row) => {
    expect(admitting(stage, record(row, prefix, { errorCode: 'AccessDenied' }))).toEqual([]);
  });

  it('believe nobody but AWS', () => {
    for (const text of patterns) {
      const [row] = told;
      if (row === undefined) throw new Error('no row');
      expect(match(loadPattern(JSON.parse(text)), { ...carried(record(row, prefix)), source: 'shop' })).toBe(false);
    }
  });
});

describe('the rules of self-protection', () => {
  it('are told in the same numbers whatever the stage is called', () => {
    const numbers = (stage: string) => told.map(row => admitting(stage, record(row, stagePrefix(stage))).length);
    for (const stage of stages) expect(numbers(stage)).toEqual(told.map(() => 1));
  });

  it('tell of every call that they name', () => {
    for (const row of everyCall)
      expect([row, admitting('production', record(row, stagePrefix('production')))]).not.toEqual([row, []]);
    const told = (name: Json): boolean =>
      everyCall.some(([, , api]) =>
        typeof name === 'string' ? api === name : api.startsWith(text(name, 'prefix') ?? '?'),
      );
    const names = guardPatterns(stagePrefix('production'), settings).flatMap(pattern =>
      list(JSON.parse(pattern), 'detail', '$or').flatMap(clause => list(clause, 'eventName')),
    );
    expect(names.length).toBeGreaterThan(60);
    expect(names.filter(name => !told(name))).toEqual([]);
  });

  it('grow with the settings, and fit', () => {
    const many = defineConfig({
      home: 'eu-west-1',
      clusters: Array.from({ length: 40 }, (_, index) => ({
        name: `c${index}`,
        kind: 'kubeadm' as const,
        audit: { logGroup: `/${'long/'.repeat(90)}${index}` },
      })),
    });
    const patterns = guardPatterns(stagePrefix('Q'.repeat(longestStage)), many);
    expect(patterns.length).toBeGreaterThan(5);
    for (const pattern of patterns) expect(pattern.length).toBeLessThanOrEqual(quota.characters);
    expect(patterns.filter(pattern => pattern.includes('"/fleet/audit"'))).toEqual([]);
  });

  it.each([
    'DisableKey',
    'ScheduleKeyDeletion',
    'PutKeyPolicy',
    'RevokeGrant',
    'DisableKeyRotation',
    'RetireGrant',
    'DeleteImportedKeyMaterial',
  ])('tell of our keys, by id and ARN: %s', api => {
    const ids = Array.from({ length: keysAPattern }, (_, index) => `1234abcd-12ab-34cd-56ef-0000000000${10 + index}`);
    const text = keyPattern(ids);
    expect(text.length).toBeLessThanOrEqual(quota.characters);
    const admits = (request: JsonObject, more: JsonObject = {}): boolean =>
      match(loadPattern(JSON.parse(text)), carried(other('kms', api, request, { record: more }).record));
    const [id = ''] = ids;
    expect(admits({ keyId: id })).toBe(true);
    expect(admits({ keyId: arn('kms', `key/${id}`) })).toBe(true);
    expect(admits({}, { resources: [{ ARN: arn('kms', `key/${ids.at(-1)}`), accountId: account }] })).toBe(true);
    expect(admits({ keyId: '1234abcd-12ab-34cd-56ef-000000000099' })).toBe(false);
  });
});

describe('cloudtrail/detection-disabled', () => {
  /** What names nothing of ours, and what is not a stage’s, is the guard’s alone. */
  const guardsOnly = new Set([
    'PutTransformer',
    'UpdateTable',
    'PutRetentionPolicy',
    'PutResourcePolicy',
    'PutEventSelectors',
    'PutDataProtectionPolicy',
  ]);
  it.each(titled(told.filter(([, , api]) => !guardsOnly.has(api))))('knows %s too: %s %s', (_, row) => {
    expect(blindingOf(record(row, stagePrefix('production')), settings)).not.toEqual([]);
  });
});
