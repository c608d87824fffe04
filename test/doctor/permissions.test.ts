import { CloudTrailClient, DescribeTrailsCommand } from '@aws-sdk/client-cloudtrail';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeRegionsCommand, EC2Client } from '@aws-sdk/client-ec2';
import {
  DescribeClusterCommand,
  EKSClient,
  ListAccessEntriesCommand,
  ListClustersCommand,
  ListNodegroupsCommand,
  ListPodIdentityAssociationsCommand,
} from '@aws-sdk/client-eks';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, expect, test } from 'vitest';
import { looks } from '../../cli/doctor-looks.ts';
import { doctorActions, doctorPolicy, ownDoctorActions } from '../../core/doctor/permissions.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { matchesWildcard } from '../../core/wildcard.ts';
import { tripline } from '../usage/run.ts';

const mocks = {
  cloudtrail: mockClient(CloudTrailClient),
  logs: mockClient(CloudWatchLogsClient),
  dynamodb: mockClient(DynamoDBClient),
  ec2: mockClient(EC2Client),
  eks: mockClient(EKSClient),
  events: mockClient(EventBridgeClient),
  lambda: mockClient(LambdaClient),
  s3: mockClient(S3Client),
  sns: mockClient(SNSClient),
  sqs: mockClient(SQSClient),
  sts: mockClient(STSClient),
};
afterEach(() => {
  for (const mock of Object.values(mocks)) mock.restore();
});

/** Where IAM knows an operation by another name (Service Authorization Reference). */
const renamed: { readonly [action: string]: string } = {
  's3:ListBuckets': 's3:ListAllMyBuckets',
  's3:ListObjectsV2': 's3:ListBucket',
};

/** Looks at a stage whose account answers: what is not said below is answered, and empty. */
const look = async (): Promise<void> => {
  for (const mock of Object.values(mocks)) (mock as typeof mocks.sts).onAnyCommand().resolves({}); // each has it, under types of its own
  mocks.ec2.on(DescribeRegionsCommand).resolves({ Regions: [{ RegionName: 'eu-west-1' }] });
  mocks.cloudtrail.on(DescribeTrailsCommand).resolves({ trailList: [{ Name: 'main', TrailARN: 'main' }] });
  mocks.eks.on(ListClustersCommand).resolves({ clusters: ['prod'] });
  mocks.eks.on(DescribeClusterCommand).resolves({ cluster: { accessConfig: { authenticationMode: 'API' } } });
  mocks.eks.on(ListAccessEntriesCommand).resolves({ accessEntries: ['x'] });
  mocks.eks.on(ListPodIdentityAssociationsCommand).resolves({ associations: [{ associationId: 'a' }] });
  mocks.eks.on(ListNodegroupsCommand).resolves({ nodegroups: ['n'] });
  mocks.lambda.on(ListFunctionsCommand).resolves({ Functions: [{ FunctionName: 'tripline-test-audit' }] });
  mocks.s3.on(ListBucketsCommand).resolves({ Buckets: [{ Name: 'tripline-test-quarantine-1' }] });
  mocks.sns.on(ListTopicsCommand).resolves({ Topics: [{ TopicArn: 'arn:aws:sns:eu-west-1:1:tripline-test-alerts' }] });
  mocks.sqs.on(ListQueuesCommand).resolves({ QueueUrls: ['https://queues.example.com/1/tripline-test-events-dlq'] });
  for await (const some of looks('tripline-test-', exampleSettings, Date.now()))
    for (const [, look] of some) await look().catch(() => undefined); // what an empty answer breaks was sent all the same
};

/** An input of a command that was sent. */
type Input = { readonly [member: string]: unknown };

/** Every command that was sent, as the action that IAM knows. */
const sent = (): readonly (readonly [action: string, input: Input])[] =>
  Object.entries(mocks).flatMap(([service, mock]) =>
    mock.calls().map(({ args: [command] }) => {
      const action = `${service}:${command.constructor.name.replace(/Command$/, '')}`;
      return [renamed[action] ?? action, command.input as Input] as const; // an object, whichever it is
    }),
  );

test('the doctor sends what its policy allows, all of it and nothing else', async () => {
  await look();
  const actions = new Set(sent().map(([action]) => action));
  // GetCallerIdentity needs no permission.
  actions.delete('sts:GetCallerIdentity');
  expect([...actions].sort()).toEqual([...doctorActions, ...ownDoctorActions].sort());
});

/** What a call on one of the stage's own is about, by the last part of its ARN (Service Authorization Reference). */
const resourceOf: { readonly [action: string]: (input: Input) => string } = {
  'dynamodb:BatchGetItem': ({ RequestItems }) => `table/${Object.keys(RequestItems as object)[0]}`, // by table
  'dynamodb:Query': ({ TableName, IndexName }) =>
    `table/${TableName}${IndexName === undefined ? '' : `/index/${IndexName}`}`,
  'events:DescribeRule': ({ Name, EventBusName: bus }) => `rule/${bus === undefined ? '' : `${bus}/`}${Name}`,
  'events:ListTargetsByRule': ({ Rule, EventBusName: bus }) => `rule/${bus === undefined ? '' : `${bus}/`}${Rule}`,
  'lambda:GetFunctionConcurrency': ({ FunctionName }) => `function:${FunctionName}`,
  'logs:DescribeSubscriptionFilters': ({ logGroupName }) => `log-group:${logGroupName}`,
  's3:ListBucket': ({ Bucket }) => String(Bucket),
  'sns:ListSubscriptionsByTopic': ({ TopicArn }) => String(TopicArn).split(':').at(-1) ?? '',
  'sqs:GetQueueAttributes': ({ QueueUrl }) => String(QueueUrl).split('/').at(-1) ?? '',
};

test('it sends them to what its policy names: each on one of the stage’s own, and each that is named is asked', async () => {
  await look();
  const { Statement } = doctorPolicy('test') as {
    readonly Statement: readonly { readonly Action: readonly string[]; readonly Resource: readonly string[] }[];
  }; // as IAM takes it
  const named = (action: string): readonly string[] =>
    Statement.filter(({ Action }) => Action.includes(action)).flatMap(({ Resource }) => Resource);
  const asked = sent().flatMap(([action, input]) => {
    const resource = resourceOf[action]?.(input);
    const service = action.split(':')[0];
    const where = service === 's3' ? ':' : 'eu-west-1:111122223333';
    return resource === undefined ? [] : [[action, `arn:aws:${service}:${where}:${resource}`] as const];
  });
  for (const [action, arn] of asked)
    expect([action, arn, named(action).some(pattern => matchesWildcard(pattern, arn))]).toEqual([action, arn, true]);
  expect([...new Set(asked.map(([action]) => action))].sort()).toEqual([...ownDoctorActions]);
  for (const action of ownDoctorActions)
    for (const pattern of named(action))
      expect([action, pattern, asked.some(([, arn]) => matchesWildcard(pattern, arn))]).toEqual([
        action,
        pattern,
        true,
      ]);
});

test('its policy names the stage alone, as IAM takes it', async () => {
  const { code, stdout } = await tripline('doctor', '--policy', '--stage', 'prod');
  expect([code, JSON.parse(stdout)]).toEqual([0, doctorPolicy('prod')]);
  expect(stdout).toContain('arn:*:dynamodb:*:*:table/tripline-prod-findings');
  expect(stdout).not.toContain('{}');
});
