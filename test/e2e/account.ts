import { CloudWatchLogsClient, CreateLogGroupCommand, CreateLogStreamCommand } from '@aws-sdk/client-cloudwatch-logs';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { type Table, tables } from '../../core/tables.ts';

/** What the stack would make, in an emulator: names by which the handlers know it, and where to listen. */
export interface Account {
  readonly environment: Readonly<Record<string, string>>;
  /** Queues that hear what the topic and the bus say. */
  readonly topicQueue: string;
  readonly busQueue: string;
  readonly auditGroup: string;
}

const prefix = 'tripline-e2e-';
const auditGroup = '/aws/eks/prod/cluster';

const createTable = (client: DynamoDBClient, table: Table) =>
  client.send(
    new CreateTableCommand({
      TableName: `${prefix}${table.name}`,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: Object.entries(table.attributes).map(([AttributeName, AttributeType]) => ({
        AttributeName,
        AttributeType,
      })),
      KeySchema: [
        { AttributeName: table.key.hash, KeyType: 'HASH' },
        ...(table.key.range === undefined ? [] : [{ AttributeName: table.key.range, KeyType: 'RANGE' as const }]),
      ],
      ...(table.indexes.length === 0
        ? {}
        : {
            GlobalSecondaryIndexes: table.indexes.map(({ name, hash, range, projection }) => ({
              IndexName: name,
              KeySchema: [
                { AttributeName: hash, KeyType: 'HASH' as const },
                { AttributeName: range, KeyType: 'RANGE' as const },
              ],
              Projection: { ProjectionType: projection },
            })),
          }),
    }),
  );

const createQueue = async (
  client: SQSClient,
  name: string,
): Promise<{ readonly url: string; readonly arn: string }> => {
  const { QueueUrl: url = '' } = await client.send(new CreateQueueCommand({ QueueName: `${prefix}${name}` }));
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
  );
  return { url, arn: Attributes?.['QueueArn'] ?? '' };
};

/** A Kinesis stream: CloudWatch Logs refuses a filter whose destination is not there, and this one needs no role. */
const createStream = async (address: string, region: string, name: string): Promise<string> => {
  const answer = await fetch(address, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-amz-json-1.1',
      'X-Amz-Target': 'Kinesis_20131202.CreateStream',
      Authorization: `AWS4-HMAC-SHA256 Credential=test/20260901/${region}/kinesis/aws4_request, SignedHeaders=host, Signature=0`,
    },
    body: JSON.stringify({ StreamName: name, ShardCount: 1 }),
  });
  if (!answer.ok) throw new Error(`CreateStream: ${answer.status} ${await answer.text()}`);
  return `arn:aws:kinesis:${region}:123456789012:stream/${name}`;
};

/** Makes tables, topic, queues, bus, bucket and log group through the SDK that the handlers use. */
export const createAccount = async (address: string, region: string): Promise<Account> => {
  const sqs = new SQSClient({});
  const events = new EventBridgeClient({});
  const logs = new CloudWatchLogsClient({});
  for (const table of tables) await createTable(new DynamoDBClient({}), table);
  const [topicQueue, busQueue] = [await createQueue(sqs, 'topic'), await createQueue(sqs, 'bus')];
  const sns = new SNSClient({});
  const { TopicArn: topic = '' } = await sns.send(new CreateTopicCommand({ Name: `${prefix}alerts` }));
  await sns.send(new SubscribeCommand({ TopicArn: topic, Protocol: 'sqs', Endpoint: topicQueue.arn }));
  const bus = `${prefix}findings`;
  const { EventBusArn: busArn = '' } = await events.send(new CreateEventBusCommand({ Name: bus }));
  await events.send(
    new PutRuleCommand({ Name: 'all', EventBusName: bus, EventPattern: '{"source":["tripline"]}', State: 'ENABLED' }),
  );
  await events.send(
    new PutTargetsCommand({ Rule: 'all', EventBusName: bus, Targets: [{ Id: 'queue', Arn: busQueue.arn }] }),
  );
  const bucket = `${prefix}quarantine`;
  await new S3Client({ forcePathStyle: true }).send(
    new CreateBucketCommand({
      Bucket: bucket,
      CreateBucketConfiguration: { LocationConstraint: region as 'eu-west-1' }, // whichever the test runs in
    }),
  );
  await logs.send(new CreateLogGroupCommand({ logGroupName: auditGroup }));
  await logs.send(
    new CreateLogStreamCommand({ logGroupName: auditGroup, logStreamName: 'kube-apiserver-audit-0123456789abcdef' }),
  );
  return {
    environment: {
      FINDINGS_TABLE: `${prefix}findings`,
      STATE_TABLE: `${prefix}state`,
      QUARANTINE_BUCKET: bucket,
      TOPIC_ARN: topic,
      BUS_NAME: bus,
      HUB_BUS: busArn,
      STAGE: 'e2e',
      FILTER_NAME: `${prefix}audit`,
      FILTER_PATTERN: '{ $.verb = "create" }',
      AUDIT_FUNCTION: await createStream(address, region, `${prefix}audit`),
    },
    topicQueue: topicQueue.url,
    busQueue: busQueue.url,
    auditGroup,
  };
};
