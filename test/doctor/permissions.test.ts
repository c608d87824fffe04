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

test('the doctor sends what its policy allows, all of it and nothing else', async () => {
  // Whatever is not said below is answered, and empty.
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
  const sent = new Set(
    Object.entries(mocks).flatMap(([service, mock]) =>
      mock
        .calls()
        .map(one => `${service}:${one.args[0].constructor.name.replace(/Command$/, '')}`)
        .map(action => renamed[action] ?? action),
    ),
  );
  // GetCallerIdentity needs no permission.
  sent.delete('sts:GetCallerIdentity');
  expect([...sent].sort()).toEqual([...doctorActions, ...ownDoctorActions].sort());
});

test('its policy names the stage alone, as IAM takes it', async () => {
  const { code, stdout } = await tripline('doctor', '--policy', '--stage', 'prod');
  expect([code, JSON.parse(stdout)]).toEqual([0, doctorPolicy('prod')]);
  expect(stdout).toContain('arn:*:dynamodb:*:*:table/tripline-prod-findings');
  expect(stdout).not.toContain('{}');
});
