import { lambda, queue, table } from '../kinds.ts';
import { full } from '../synthesis.ts';
import { allowed, changed, type Fault, plus, without } from './planting.ts';

const topicPolicy = 'aws:sns/topicPolicy:TopicPolicy';
const said = (...some: readonly object[]) => plus({ policy: JSON.stringify({ Statement: some }) });
const events = { Principal: { Service: 'events.amazonaws.com' } };
const foreign = {
  Effect: 'Deny',
  ...events,
  Condition: { StringNotEquals: { 'aws:SourceAccount': '111122223333' }, Null: { 'aws:SourceAccount': 'false' } },
};

const anybodysHeartbeats = {
  Effect: 'Allow',
  Principal: { AWS: ['arn:aws:iam::444455556666:root'] },
  Condition: {
    StringEquals: { 'events:source': 'tripline', 'events:detail-type': ['Detection Finding', 'Heartbeat'] },
  },
};

/** Doors that stand open, or that somebody who delivers cannot get through. */
export const doors: readonly Fault[] = [
  [
    'announcements are taken from the roles of the stage',
    'a topic that anybody of the account publishes to',
    () =>
      changed(
        topicPolicy,
        ({ policy, ...inputs }) => ({ ...inputs, policy: String(policy).replace('"ArnNotLike"', '"ArnLike"') }),
        'Alerts',
      ),
  ],
  [
    'announcements are taken from the roles of the stage',
    'a topic that a role of any name publishes to, by its path',
    () =>
      changed(
        topicPolicy,
        ({ policy, ...inputs }) => ({ ...inputs, policy: String(policy).replace('-*/*"', '-/*"') }),
        'Alerts',
      ),
  ],
  [
    'heartbeats at a hub are of the function that makes them',
    'the bus',
    () => changed('aws:cloudwatch/eventBusPolicy:EventBusPolicy', said(anybodysHeartbeats), 'HubBusPolicy'),
  ],
  ['everything at rest is encrypted', 'a table', () => changed(table, without('serverSideEncryption'))],
  [
    'everything at rest is encrypted',
    'a queue',
    () => changed(queue, without('kmsMasterKeyId', 'sqsManagedSseEnabled')),
  ],
  ['everything at rest is encrypted', 'a topic', () => changed('aws:sns/topic:Topic', without('kmsMasterKeyId'))],
  [
    'everything at rest is encrypted',
    'a log group',
    () => changed('aws:cloudwatch/logGroup:LogGroup', without('kmsKeyId')),
  ],
  [
    'everything at rest is encrypted',
    'the bucket',
    () => full.resources.filter(({ type }) => !type.includes('bucketServerSideEncryption')),
  ],
  [
    'nothing is public',
    'the bucket',
    () => changed('aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock', plus({ blockPublicPolicy: false })),
  ],
  [
    'nothing is public',
    'a topic',
    () =>
      changed(
        'aws:sns/topicPolicy:TopicPolicy',
        plus({
          policy: JSON.stringify({
            Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sns:Publish', Resource: '*' }],
          }),
        }),
      ),
  ],
  [
    'nothing is public',
    'an address of a function that believes anybody',
    () => changed('aws:lambda/functionUrl:FunctionUrl', plus({ functionName: 'tripline-production-cloudtrail' })),
  ],
  [
    'nothing is public',
    'an address that can be called without bound',
    () => changed(lambda, without('reservedConcurrentExecutions'), 'Triage'),
  ],
  ['nothing is public', 'a function', () => changed('aws:lambda/permission:Permission', without('sourceArn'), 'Audit')],
  [
    'audit logs come from the groups that are subscribed',
    'any log group of the account',
    () =>
      changed(
        'aws:lambda/permission:Permission',
        plus({ sourceArn: 'arn:aws:logs:eu-west-1:111122223333:log-group:*:*' }),
        'LogsInvokeAudit',
      ),
  ],
  [
    'nothing takes plain HTTP',
    'a queue',
    () => changed('aws:sqs/queuePolicy:QueuePolicy', plus({ policy: JSON.stringify({ Statement: [] }) })),
  ],
  [
    'keys let in whoever delivers to what they encrypt',
    'a key that asks EventBridge for its source',
    () =>
      changed('aws:kms/key:Key', ({ policy: text, ...inputs }) => ({
        ...inputs,
        policy: String(text).replace(
          '"Sid":"EventBridgeDeliversEncrypted",',
          '"Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}},',
        ),
      })),
  ],
  [
    'keys let in whoever delivers to what they encrypt',
    'a key that CloudWatch may not use',
    () =>
      changed('aws:kms/key:Key', ({ policy: text, ...inputs }) => ({
        ...inputs,
        policy: String(text).replaceAll('cloudwatch.amazonaws.com', 'cloudfront.amazonaws.com'),
      })),
  ],
  [
    'whoever carries events to another bus may put them there',
    'a role that may write to another bus only',
    () =>
      allowed(
        {
          Action: ['events:PutEvents'],
          Resource: ['arn:aws:events:eu-west-1:111122223333:event-bus/tripline-production-regions'],
        },
        'WitnessCarrier',
      ),
  ],
  [
    'topics let in whoever publishes to them, and nobody else',
    'a guard that asks EventBridge for its source',
    () =>
      changed(
        topicPolicy,
        said(
          { Effect: 'Allow', ...events, Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } } },
          foreign,
        ),
        'Guard',
      ),
  ],
  [
    'topics let in whoever publishes to them, and nobody else',
    "a guard that other accounts' rules may write to",
    () => changed(topicPolicy, said({ Effect: 'Allow', ...events }), 'Guard'),
  ],
  [
    'topics let in whoever publishes to them, and nobody else',
    "a guard that anybody's alarms may write to",
    () =>
      changed(
        topicPolicy,
        said({ Effect: 'Allow', ...events }, foreign, {
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
        }),
        'Guard',
      ),
  ],
  [
    'topics let in whoever publishes to them, and nobody else',
    "alerts that anybody's rule may write to",
    () => changed(topicPolicy, said({ Effect: 'Allow', ...events }, foreign), 'Alerts'),
  ],
];
