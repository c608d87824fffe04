import { describe, expect, test } from 'vitest';
import { blindingOf } from '../../core/cloudtrail/blinding.ts';
import { call, refused } from '../../core/cloudtrail/example.ts';
import { askedOf, refusedResource } from '../../core/cloudtrail/refused.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { JsonObject } from '../../core/json.ts';

const arn = (rest: string) => `arn:aws:${rest}`;
const place = 'eu-west-1:111122223333';
const ours = 'tripline-prod-Thing-abcdefgh';
const recordOf = (service: string, api: string, resource: string) => call(service, api, refused(api, resource)).record;

describe('the resource that a refused call was for', () => {
  const cases: readonly (readonly [string, string, string, JsonObject])[] = [
    ['cloudtrail', 'StopLogging', arn(`cloudtrail:${place}:trail/main`), { name: 'main', trailName: 'main' }],
    ['events', 'DeleteRule', arn(`events:${place}:rule/${ours}`), { name: ours, rule: ours }],
    ['events', 'DisableRule', arn(`events:${place}:rule/own-bus/${ours}`), { name: ours, rule: ours }],
    ['events', 'DeleteEventBus', arn(`events:${place}:event-bus/own`), { name: 'own', eventBusName: 'own' }],
    ['scheduler', 'DeleteSchedule', arn(`scheduler:${place}:schedule/default/${ours}`), { name: ours }],
    [
      'logs',
      'DeleteLogGroup',
      arn(`logs:${place}:log-group:/aws/eks/prod/cluster:log-stream:`),
      { logGroupName: '/aws/eks/prod/cluster' },
    ],
    ['lambda', 'UpdateFunctionCode20150331v2', arn(`lambda:${place}:function:${ours}`), { functionName: ours }],
    ['monitoring', 'DeleteAlarms', arn(`cloudwatch:${place}:alarm:${ours}`), { alarmNames: [ours] }],
    ['dynamodb', 'DeleteTable', arn(`dynamodb:${place}:table/${ours}`), { tableName: ours }],
    [
      'dynamodb',
      'TagResource',
      arn(`dynamodb:${place}:table/${ours}/index/due`),
      { resourceArn: arn(`dynamodb:${place}:table/${ours}/index/due`), tableName: ours },
    ],
    ['ssm', 'GetParameters', arn(`ssm:${place}:parameter/a/b`), { names: [arn(`ssm:${place}:parameter/a/b`)] }],
    ['ssm', 'StartSession', arn(`ec2:${place}:instance/i-0aaa`), { target: 'i-0aaa', instanceIds: ['i-0aaa'] }],
    ['iam', 'AttachRolePolicy', 'role KarpenterNodeRole-prod', { roleName: 'KarpenterNodeRole-prod' }],
    ['iam', 'CreateRole', arn('iam::111122223333:role/path/one'), { roleName: 'one' }],
    [
      'ec2-instance-connect',
      'SendSSHPublicKey',
      arn(`ec2:${place}:instance/i-0aaaabbbbccccdddd`),
      { instanceId: 'i-0aaaabbbbccccdddd' },
    ],
    ['ssm', 'SendCommand', arn(`ssm:${place}:managed-instance/"odd"`), { instanceIds: ['odd'] }],
    ['secretsmanager', 'GetSecretValue', 'prod/db', { secretId: 'prod/db' }],
    [
      'servicequotas',
      'RequestServiceQuotaIncrease',
      arn(`servicequotas:${place}:ec2/L-417A185B`),
      { quotaCode: 'L-417A185B' },
    ],
    ['lambda', 'UpdateEventSourceMapping20150331', '*', {}],
    ['iam', 'AddUserToGroup', 'group admins', {}],
    ['config', 'DeleteConfigRule', 'a-rule', {}],
  ];
  test.each(cases)('%s %s, refused on %s', (service, api, resource, asked) => {
    expect(askedOf(recordOf(service, api, resource))).toMatchObject(asked);
    if (Object.keys(asked).length === 0) expect(askedOf(recordOf(service, api, resource))).toEqual({});
  });

  test.each([
    [
      'an explicit deny',
      'User: U is not authorized to perform: a:B on resource: R with an explicit deny in a policy',
      'R',
    ],
    ['an older message, without why', 'User: U is not authorized to perform: a:B on resource: R', 'R'],
    [
      'a resource of two words',
      'User: U is not authorized to perform: iam:A on resource: role R because no policy',
      'role R',
    ],
    ['every resource', 'User: U is not authorized to perform: a:B on resource: * because no policy', undefined],
    ['no resource', 'User: U is not authorized to perform: a:B because no policy', undefined],
    ['another message', 'Access Denied', undefined],
  ])('is read off %s', (_, errorMessage, resource) => {
    expect(refusedResource(call('iam', 'A', { errorCode: 'AccessDenied', errorMessage }).record)).toBe(resource);
  });

  test('is not asked for where parameters are recorded, or the call was not refused', () => {
    const { errorMessage } = refused('StopLogging', arn(`cloudtrail:${place}:trail/main`));
    const named = call('cloudtrail', 'StopLogging', {
      ...refused('StopLogging', arn(`cloudtrail:${place}:trail/main`)),
      requestParameters: { name: 'other' },
    });
    expect(askedOf(named.record)).toEqual({ name: 'other' });
    for (const errorCode of [undefined, 'ThrottlingException'])
      expect(askedOf(call('cloudtrail', 'StopLogging', { errorCode, errorMessage }).record)).toEqual({});
  });
});

describe('a refused call against the watch names what it was against', () => {
  test.each([
    ['cloudtrail', 'StopLogging', arn(`cloudtrail:${place}:trail/main`), 'main'],
    ['cloudtrail', 'UpdateTrail', arn(`cloudtrail:${place}:trail/main`), 'main'],
    ['cloudtrail', 'PutEventSelectors', arn(`cloudtrail:${place}:trail/main`), 'main'],
    [
      'cloudtrail',
      'UpdateEventDataStore',
      arn(`cloudtrail:${place}:eventdatastore/s`),
      arn(`cloudtrail:${place}:eventdatastore/s`),
    ],
    ['events', 'DisableRule', arn(`events:${place}:rule/${ours}`), ours],
    ['lambda', 'UpdateFunctionCode20150331v2', arn(`lambda:${place}:function:${ours}`), ours],
    [
      'logs',
      'DeleteSubscriptionFilter',
      arn(`logs:${place}:log-group:/aws/eks/prod/cluster:log-stream:`),
      '/aws/eks/prod/cluster',
    ],
    ['monitoring', 'DeleteAlarms', arn(`cloudwatch:${place}:alarm:${ours}`), ours],
    ['sns', 'DeleteTopic', arn(`sns:${place}:${ours}`), arn(`sns:${place}:${ours}`)],
    ['sqs', 'PurgeQueue', arn(`sqs:${place}:${ours}`), arn(`sqs:${place}:${ours}`)],
    ['dynamodb', 'DeleteTable', arn(`dynamodb:${place}:table/${ours}`), ours],
    ['kms', 'DeleteAlias', arn(`kms:${place}:alias/${ours}`), `alias/${ours}`],
    ['iam', 'DetachRolePolicy', `role ${ours}`, ours],
  ])('%s %s', (service, api, resource, found) => {
    expect(blindingOf(recordOf(service, api, resource), exampleSettings).map(one => one.resource)).toEqual([found]);
  });

  test.each<readonly [service: string, api: string, resource: string]>([
    ['events', 'DisableRule', arn(`events:${place}:rule/nightly`)],
    ['lambda', 'UpdateFunctionCode20150331v2', arn(`lambda:${place}:function:shop`)],
    ['logs', 'DeleteSubscriptionFilter', arn(`logs:${place}:log-group:/aws/lambda/shop:log-stream:`)],
    ['logs', 'PutRetentionPolicy', arn(`logs:${place}:log-group:/aws/eks/prod/cluster:log-stream:`)],
    ['iam', 'DetachRolePolicy', 'role shop'],
    ...['PutEventSelectors', 'UpdateTrail', 'UpdateEventDataStore'].map(api => ['cloudtrail', api, '*'] as const),
  ])("not somebody else's, nor what only its parameters would tell: %s %s", (service, api, resource) => {
    expect(blindingOf(recordOf(service, api, resource), exampleSettings)).toEqual([]);
  });
});
