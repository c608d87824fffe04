import * as s3 from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { call } from '../../core/cloudtrail/example.ts';
import type { CloudTrailRecord } from '../../core/cloudtrail/record.ts';
import type { JsonObject } from '../../core/json.ts';
import { arnsOf, iamActions, passed } from '../../core/usage/action.ts';

const role = 'arn:aws:iam::111122223333:role/KarpenterNodeRole-prod';
const partiQl = ['Delete', 'Insert', 'Select', 'Update'].map(verb => `dynamodb:PartiQL${verb}`);

describe('a recorded call needed', () => {
  test.each([
    ['ec2', 'DescribeInstances', {}, ['ec2:DescribeInstances']],
    ['monitoring', 'PutMetricData', {}, ['cloudwatch:PutMetricData']],
    ['s3', 'ListBuckets', {}, ['s3:ListAllMyBuckets']],
    ['s3', 'HeadObject', {}, ['s3:GetObject']],
    ['s3', 'GetBucketEncryption', {}, ['s3:GetEncryptionConfiguration']],
    ['s3', 'CopyObject', {}, ['s3:GetObject', 's3:PutObject']],
    ['lambda', 'GetFunction20150331v2', {}, ['lambda:GetFunction']],
    ['lambda', 'Invoke', {}, ['lambda:InvokeFunction']],
    ['cloudfront', 'CreateDistribution2020_05_31', {}, ['cloudfront:CreateDistribution']],
    ['sqs', 'SendMessageBatch', {}, ['sqs:SendMessage']],
    ['apigateway', 'GetRestApis', {}, ['apigateway:GET']],
    ['cloudcontrolapi', 'CreateResource', {}, ['cloudformation:CreateResource']],
    ['bedrock', 'ConverseStream', {}, ['bedrock:InvokeModelWithResponseStream']],
    ['sts', 'GetCallerIdentity', {}, []],
    ['signin', 'ConsoleLogin', { eventType: 'AwsConsoleSignIn' }, []],
    [
      'ec2',
      'RunInstances',
      { requestParameters: { tagSpecificationSet: { items: [] } } },
      ['ec2:RunInstances', 'ec2:CreateTags'],
    ],
    [
      'ec2',
      'CreateLaunchTemplate',
      { requestParameters: { CreateLaunchTemplateRequest: { TagSpecification: {} } } },
      ['ec2:CreateLaunchTemplate', 'ec2:CreateTags'],
    ],
    ['ec2', 'RunInstances', { requestParameters: { blockDeviceMapping: {} } }, ['ec2:RunInstances']],
    ['ec2', 'RunInstances', { requestParameters: { a: { b: { tagSpecificationSet: {} } } } }, ['ec2:RunInstances']],
    ['ec2', 'CreateTags', { requestParameters: { tagSpecificationSet: {} } }, ['ec2:CreateTags']],
    ['rds', 'CreateDBCluster', { requestParameters: { tagSpecificationSet: {} } }, ['rds:CreateDBCluster']],
    ['ec2', 'Run"Instances', {}, []],
    ['ec2', 'x'.repeat(129), {}, []],
    ['ec2', '-RunInstances', {}, []],
    ['tagging', 'GetResources', {}, ['tag:GetResources']],
    ['email', 'SendEmail', {}, ['ses:SendEmail']],
    ['bedrock-runtime', 'InvokeModel', {}, ['bedrock:InvokeModel']],
    ['bedrock-agent-runtime', 'Retrieve', {}, ['bedrock:Retrieve']],
    ['streams.dynamodb', 'GetRecords', {}, ['dynamodb:GetRecords']],
    ['servicecatalog-appregistry', 'GetApplication', {}, ['servicecatalog:GetApplication']],
    ['sts', 'GetSessionToken', {}, []],
    ['sts', 'AssumeRoleWithWebIdentity', {}, []],
    ['sts', 'AssumeRoleWithSAML', {}, []],
    ['sts', 'AssumeRole', {}, ['sts:AssumeRole']],
    ['lambda', 'InvokeAsync', {}, ['lambda:InvokeFunction']],
    ['lambda', 'InvokeWithResponseStream', {}, ['lambda:InvokeFunction']],
    ['lambda', 'CreateFunction20150331', {}, ['lambda:CreateFunction']],
    ['ec2', 'DescribeInstances20150331', {}, ['ec2:DescribeInstances20150331']],
    ['sqs', 'DeleteMessageBatch', {}, ['sqs:DeleteMessage']],
    ['sqs', 'ChangeMessageVisibilityBatch', {}, ['sqs:ChangeMessageVisibility']],
    ['sns', 'PublishBatch', {}, ['sns:Publish']],
    ['dynamodb', 'TransactGetItems', {}, ['dynamodb:GetItem']],
    ['dynamodb', 'ExecuteStatement', {}, partiQl],
    ['dynamodb', 'BatchExecuteStatement', {}, partiQl],
    ['dynamodb', 'ExecuteTransaction', {}, partiQl],
    [
      'dynamodb',
      'TransactWriteItems',
      {},
      ['dynamodb:ConditionCheckItem', 'dynamodb:DeleteItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
    ],
    ['bedrock', 'Converse', {}, ['bedrock:InvokeModel']],
    [
      'secretsmanager',
      'BatchGetSecretValue',
      {},
      ['secretsmanager:BatchGetSecretValue', 'secretsmanager:GetSecretValue'],
    ],
    ['apigateway', 'TestInvokeMethod', {}, ['apigateway:GET']],
    ['apigateway', 'CreateDeployment', {}, ['apigateway:POST']],
    ['apigateway', 'FlushStageCache', {}, ['apigateway:POST']],
    ['apigateway', 'PutMethod', {}, ['apigateway:PUT']],
    ['apigateway', 'TagResource', {}, ['apigateway:PUT']],
    ['apigateway', 'UpdateStage', {}, ['apigateway:PATCH']],
    ['apigateway', 'DeleteStage', {}, ['apigateway:DELETE']],
    ['apigateway', 'UntagResource', {}, ['apigateway:DELETE']],
    ['apigateway', 'RejectDomainNameAccessAssociation', {}, []],
  ] as const)('%s %s', (service, api, over, actions) => {
    expect(iamActions(call(service, api, over as Partial<CloudTrailRecord>).record)).toEqual(actions);
  });
});

test('of S3, whose APIs have other names than its actions, each call needs actions', () => {
  const apis = Object.keys(s3).flatMap(name => /^([A-Z]\w+)Command$/.exec(name)?.slice(1) ?? []);
  expect(apis.length).toBeGreaterThan(90);
  const needed = new Map(apis.map(api => [api, iamActions(call('s3', api).record)]));
  for (const [api, actions] of needed) {
    expect(actions.length, api).toBeGreaterThan(0);
    for (const action of actions) expect(action, api).toMatch(/^s3:[A-Z][A-Za-z]+$/);
  }
  // None of these is an action (Service Authorization Reference, Amazon S3).
  const none =
    /^s3:(Head|Copy|Upload|Complete|Select|Delete\w+((?<!MetadataTable)Configuration|Encryption|Lifecycle|Replication|Cors)$)/;
  const settings =
    /^s3:\w+Bucket(Accelerate|Analytics|IntelligentTiering|Inventory|Lifecycle|Metadata|Metrics|Replication|Notification)(Configurations?)?$/;
  const listed = /^s3:(ListBuckets|ListObjects\w*|ListParts|DeleteObjects|\w+BucketCors|\w+BucketEncryption)$/;
  const all = [...new Set([...needed.values()].flat())];
  const notifications = ['s3:GetBucketNotification', 's3:PutBucketNotification'];
  expect(all).toEqual(expect.arrayContaining(notifications));
  expect(
    all.filter(action => !notifications.includes(action) && [none, settings, listed].some(one => one.test(action))),
  ).toEqual([]);
});

describe('what a call hands on', () => {
  const role = 'arn:aws:iam::111122223333:role/path/worker';
  const handed = (requestParameters: JsonObject | null, api = 'CreateFunction20150331', service = 'lambda') =>
    passed(call(service, api, { requestParameters }).record);

  test.each<[string, JsonObject | null, readonly string[], boolean]>([
    ['nothing', null, [], false],
    ['a role, whatever the service calls it', { role, executionRoleArn: role, roleName: role }, [role, role], false],
    [
      'no name of a role, and no pattern',
      { role: 'worker', serviceRole: `${role}*`, taskRole: `x ${role}` },
      [],
      false,
    ],
    ['no user', { roleArn: 'arn:aws:iam::111122223333:user/alice' }, [], false],
    ['no list', { role: [role], roles: role }, [], false],
    ['a profile, which says no role', { IamInstanceProfile: { name: 'admin' } }, [], true],
    ['no profile’s association', { iamInstanceProfileAssociation: {} }, [], false],
  ])('is %s', (_, parameters, roles, profile) => expect(handed(parameters)).toEqual({ roles, profile }));

  test('is nothing where a role is taken on or changed, but where it is put into a profile', () => {
    const nothing = { roles: [], profile: false };
    expect(handed({ roleArn: role }, 'AssumeRole', 'sts')).toEqual(nothing);
    expect(handed({ role }, 'UpdateRole', 'iam')).toEqual(nothing);
    expect(handed({ role }, 'AddRoleToInstanceProfile', 'iam')).toEqual({ roles: [], profile: true });
    expect(handed(null, 'AddRoleToInstanceProfile', 'iam')).toEqual(nothing);
  });
});

test('resources of a call are named once, objects by their bucket, roles that are taken on by their ARN', () => {
  const arns = (over: Partial<CloudTrailRecord>, service = 's3') => arnsOf(call(service, 'X', over).record);
  const bucket = 'arn:aws:s3:::b';
  const resources = [`${bucket}/y/z`, `${bucket}/x`, bucket, 'arn:aws-cn:sqs:cn-north-1:111122223333:q', 'none'];
  expect(arns({ resources: resources.map(ARN => ({ ARN })) })).toEqual([
    'arn:aws-cn:sqs:cn-north-1:111122223333:q',
    bucket,
    `${bucket}/*`,
  ]);
  const requestParameters = { roleArn: role };
  expect(arns({ requestParameters }, 'sts')).toEqual([role]);
  expect(arns({ requestParameters })).toEqual([]);
});
