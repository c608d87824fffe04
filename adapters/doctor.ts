import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeRuleCommand, EventBridgeClient, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import {
  GetFunctionConcurrencyCommand,
  LambdaClient,
  paginateListEventSourceMappings,
  paginateListFunctions,
} from '@aws-sdk/client-lambda';
import { ListBucketsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { paginateListSubscriptionsByTopic, paginateListTopics, SNSClient } from '@aws-sdk/client-sns';
import { GetQueueAttributesCommand, paginateListQueues, SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { FoundRule } from '../core/doctor/feeds.ts';
import type { Quarantined } from '../core/doctor/stage.ts';
import { askCanary, askRoster, type CanaryState, canaryState, namesIn } from '../core/state/canary.ts';
import { findingsTable } from './findings/table.ts';
import { logsSubscriptions, type Subscription } from './logs.ts';
import { dynamoStore } from './state-table.ts';
import { suppressionsTable } from './suppressions.ts';

const isMissing = (error: unknown): boolean =>
  error instanceof Error && /^(ResourceNotFound|NonExistentQueue|NotFound)/.test(error.name);

/** A rule as it stands, of the default bus unless told; undefined: there is none. */
export const findRule = async (region: string, Name: string, bus?: string): Promise<FoundRule> => {
  const client = new EventBridgeClient({ region });
  const on = bus === undefined ? {} : { EventBusName: bus };
  try {
    const { EventPattern: pattern = '', State: state = '' } = await client.send(
      new DescribeRuleCommand({ Name, ...on }),
    );
    const { Targets = [] } = await client.send(new ListTargetsByRuleCommand({ Rule: Name, ...on }));
    return { pattern, state, targets: Targets.length };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
};

/** Our subscription filter of a log group and the names of others' there; `missing`: there is no such group. */
export const findFilter = async (
  region: string,
  group: string,
  name: string,
): Promise<{ readonly ours: Subscription | undefined | 'missing'; readonly others: readonly string[] }> => {
  const filters = await logsSubscriptions(new CloudWatchLogsClient({ region })).of(group);
  if (filters === undefined) return { ours: 'missing', others: [] };
  return {
    ours: filters.find(one => one.name === name),
    others: filters.flatMap(one => (one.name === name ? [] : [one.name])),
  };
};

/** What feeds a function, by the last part of its ARN. */
export const findMappings = async (region: string, FunctionName: string) => {
  const client = new LambdaClient({ region });
  const found: { readonly source: string; readonly state: string }[] = [];
  for await (const page of paginateListEventSourceMappings({ client }, { FunctionName }))
    for (const { EventSourceArn = '', State = '' } of page.EventSourceMappings ?? [])
      found.push({ source: EventSourceArn.split(':').slice(5).join(':'), state: State });
  return found;
};

/** Invocations at once that are reserved for a function; undefined: none are. */
export const reservedFor = async (region: string, FunctionName: string): Promise<number | undefined> =>
  (await new LambdaClient({ region }).send(new GetFunctionConcurrencyCommand({ FunctionName })))
    .ReservedConcurrentExecutions;

/** Open and acknowledged findings of some detections, twenty of each at most. */
export const openFindings = async (region: string, table: string, detections: readonly string[]) => {
  const findings = findingsTable(new DynamoDBClient({ region }), table);
  const found = [];
  for (const detection of detections) found.push(...(await findings.list({ detection }, { limit: 20 })).items);
  return found;
};

/** Suppressions made by command that still hold. */
export const heldSuppressions = async (region: string, table: string) =>
  (await suppressionsTable(new DynamoDBClient({ region }), table).list()).filter(one => one.revoked === undefined);

/** Records in the quarantine's bucket by day, today last; of one day a thousand are counted. */
export const countQuarantined = async (
  region: string,
  prefix: string,
  days: readonly string[],
): Promise<readonly Quarantined[] | undefined> => {
  const client = new S3Client({ region });
  const { Buckets = [] } = await client.send(new ListBucketsCommand({}));
  const bucket = Buckets.find(({ Name }) => Name?.startsWith(prefix))?.Name;
  if (bucket === undefined) return undefined;
  const counted: Quarantined[] = [];
  for (const day of days) {
    const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: `${day}/` }));
    const keys = (page.Contents ?? []).flatMap(({ Key }) => Key ?? []);
    const reasons = [...new Set(keys.map(key => key.split('/')[1] ?? ''))].sort();
    counted.push({ day, records: keys.length, more: page.IsTruncated === true, reasons });
  }
  return counted;
};

/** Functions whose names begin so. */
export const findFunctions = async (region: string, prefix: string) => {
  const found: { readonly name: string; readonly state: string; readonly update: string; readonly modified: string }[] =
    [];
  for await (const page of paginateListFunctions({ client: new LambdaClient({ region }) }, {}))
    for (const one of page.Functions ?? [])
      if (one.FunctionName?.startsWith(prefix))
        found.push({
          name: one.FunctionName,
          state: one.State ?? '',
          update: one.LastUpdateStatus ?? '',
          modified: one.LastModified ?? '',
        });
  return found;
};

/** Dead-letter queues whose names begin so, with how many messages each holds. */
export const findDeadLetters = async (region: string, prefix: string) => {
  const client = new SQSClient({ region });
  const found: { readonly name: string; readonly messages: number }[] = [];
  for await (const page of paginateListQueues({ client }, { QueueNamePrefix: prefix }))
    for (const url of page.QueueUrls ?? []) {
      const name = url.slice(url.lastIndexOf('/') + 1);
      if (!name.endsWith('-dlq')) continue;
      const { Attributes } = await client.send(
        new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['ApproximateNumberOfMessages'] }),
      );
      found.push({ name, messages: Number(Attributes?.['ApproximateNumberOfMessages'] ?? 0) });
    }
  return found;
};

/** Subscriptions of the topic of that name; undefined: there is no such topic. */
export const findSubscriptions = async (region: string, topic: string) => {
  const client = new SNSClient({ region });
  for await (const page of paginateListTopics({ client }, {}))
    for (const { TopicArn = '' } of page.Topics ?? []) {
      if (!TopicArn.endsWith(`:${topic}`)) continue;
      const found: { readonly endpoint: string; readonly arn: string }[] = [];
      for await (const some of paginateListSubscriptionsByTopic({ client }, { TopicArn }))
        for (const one of some.Subscriptions ?? [])
          found.push({ endpoint: `${one.Protocol} ${one.Endpoint}`, arn: one.SubscriptionArn ?? '' });
      return found;
    }
  return undefined;
};

/** Cases (up to ten) that have been due since before a time. */
export const countOverdue = async (region: string, table: string, before: number): Promise<number> =>
  (await findingsTable(new DynamoDBClient({ region }), table).due(before, { limit: 10 })).items.length;

/** The canaries that were sent out today or yesterday, and how each is. */
export const findCanaries = async (
  region: string,
  table: string,
  now: number,
): Promise<readonly (readonly [name: string, CanaryState])[]> => {
  const store = dynamoStore(new DynamoDBClient({ region }), table);
  const [roster] = await store.observe([askRoster(now)]);
  const names = namesIn(roster === undefined ? [] : [roster.item, ...roster.also]);
  const answers = await store.observe(names.map(name => askCanary(name, now)));
  return names.map((name, at) => [name, canaryState([answers[at]?.item ?? {}, ...(answers[at]?.also ?? [])])]);
};

/** The account whose credentials these are. */
export const accountAt = async (region: string): Promise<string | undefined> =>
  (await new STSClient({ region }).send(new GetCallerIdentityCommand({}))).Account;

/** Milliseconds that this clock is ahead of AWS's, by the date of an answer (to the second); undefined: it bore none. */
export const clockSkew = async (region: string): Promise<number | undefined> => {
  const client = new STSClient({ region });
  let date: string | undefined;
  client.middlewareStack.add(
    next => async args => {
      const answer = await next(args);
      const { response } = answer as { readonly response?: { readonly headers?: { readonly [name: string]: string } } }; // an HTTP response at this step
      date = response?.headers?.['date'];
      return answer;
    },
    { step: 'deserialize', priority: 'low' },
  );
  await client.send(new GetCallerIdentityCommand({}));
  const time = Date.parse(date ?? '');
  return Number.isNaN(time) ? undefined : Date.now() - time;
};
