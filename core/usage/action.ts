import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import { isObject, type Json, list, member, text } from '../json.ts';

/** IAM prefixes that are not the first label of the event source (Service Authorization Reference, each service's page). */
const prefixes: { readonly [service: string]: string } = {
  monitoring: 'cloudwatch',
  tagging: 'tag',
  cloudcontrolapi: 'cloudformation',
  email: 'ses',
  'bedrock-runtime': 'bedrock',
  'bedrock-agent-runtime': 'bedrock',
  'streams.dynamodb': 'dynamodb',
  'servicecatalog-appregistry': 'servicecatalog',
};

/** Calls that need no permission (STS API Reference, GetCallerIdentity, GetSessionToken; IAM User Guide, "PassRole"). */
const free: ReadonlySet<string> = new Set([
  'sts:GetCallerIdentity',
  'sts:GetSessionToken',
  'sts:AssumeRoleWithWebIdentity',
  'sts:AssumeRoleWithSAML',
]);

type Names = { readonly [api: string]: string | readonly string[] };

/** S3's API names are its oldest, its IAM actions younger (Amazon S3 User Guide, "Required permissions for Amazon S3 API operations"). */
const s3: Names = {
  ListBuckets: 'ListAllMyBuckets',
  HeadBucket: 'ListBucket',
  ListObjects: 'ListBucket',
  ListObjectsV2: 'ListBucket',
  ListObjectVersions: 'ListBucketVersions',
  ListMultipartUploads: 'ListBucketMultipartUploads',
  ListParts: 'ListMultipartUploadParts',
  HeadObject: 'GetObject',
  SelectObjectContent: 'GetObject',
  GetObjectAttributes: ['GetObject', 'GetObjectAttributes'],
  CopyObject: ['GetObject', 'PutObject'],
  UploadPartCopy: ['GetObject', 'PutObject'],
  UploadPart: 'PutObject',
  PostObject: 'PutObject',
  CreateMultipartUpload: 'PutObject',
  CompleteMultipartUpload: 'PutObject',
  DeleteObjects: 'DeleteObject',
  GetBucketEncryption: 'GetEncryptionConfiguration',
  PutBucketEncryption: 'PutEncryptionConfiguration',
  DeleteBucketEncryption: 'PutEncryptionConfiguration',
  GetBucketLifecycle: 'GetLifecycleConfiguration',
  GetBucketLifecycleConfiguration: 'GetLifecycleConfiguration',
  PutBucketLifecycle: 'PutLifecycleConfiguration',
  PutBucketLifecycleConfiguration: 'PutLifecycleConfiguration',
  DeleteBucketLifecycle: 'PutLifecycleConfiguration',
  GetBucketReplication: 'GetReplicationConfiguration',
  PutBucketReplication: 'PutReplicationConfiguration',
  DeleteBucketReplication: 'PutReplicationConfiguration',
  GetBucketCors: 'GetBucketCORS',
  PutBucketCors: 'PutBucketCORS',
  DeleteBucketCors: 'PutBucketCORS',
  GetBucketNotificationConfiguration: 'GetBucketNotification',
  PutBucketNotificationConfiguration: 'PutBucketNotification',
  GetBucketAccelerateConfiguration: 'GetAccelerateConfiguration',
  PutBucketAccelerateConfiguration: 'PutAccelerateConfiguration',
  GetBucketAnalyticsConfiguration: 'GetAnalyticsConfiguration',
  ListBucketAnalyticsConfigurations: 'GetAnalyticsConfiguration',
  PutBucketAnalyticsConfiguration: 'PutAnalyticsConfiguration',
  DeleteBucketAnalyticsConfiguration: 'PutAnalyticsConfiguration',
  GetBucketIntelligentTieringConfiguration: 'GetIntelligentTieringConfiguration',
  ListBucketIntelligentTieringConfigurations: 'GetIntelligentTieringConfiguration',
  PutBucketIntelligentTieringConfiguration: 'PutIntelligentTieringConfiguration',
  DeleteBucketIntelligentTieringConfiguration: 'PutIntelligentTieringConfiguration',
  GetBucketInventoryConfiguration: 'GetInventoryConfiguration',
  ListBucketInventoryConfigurations: 'GetInventoryConfiguration',
  PutBucketInventoryConfiguration: 'PutInventoryConfiguration',
  DeleteBucketInventoryConfiguration: 'PutInventoryConfiguration',
  GetBucketMetricsConfiguration: 'GetMetricsConfiguration',
  ListBucketMetricsConfigurations: 'GetMetricsConfiguration',
  PutBucketMetricsConfiguration: 'PutMetricsConfiguration',
  DeleteBucketMetricsConfiguration: 'PutMetricsConfiguration',
  CreateBucketMetadataConfiguration: 'CreateBucketMetadataTableConfiguration',
  GetBucketMetadataConfiguration: 'GetBucketMetadataTableConfiguration',
  DeleteBucketMetadataConfiguration: 'DeleteBucketMetadataTableConfiguration',
  GetPublicAccessBlock: 'GetBucketPublicAccessBlock',
  PutPublicAccessBlock: 'PutBucketPublicAccessBlock',
  DeletePublicAccessBlock: 'PutBucketPublicAccessBlock',
  DeleteBucketPublicAccessBlock: 'PutBucketPublicAccessBlock',
  GetObjectLockConfiguration: 'GetBucketObjectLockConfiguration',
  PutObjectLockConfiguration: 'PutBucketObjectLockConfiguration',
  DeleteBucketTagging: 'PutBucketTagging',
  DeleteBucketOwnershipControls: 'PutBucketOwnershipControls',
};

/** APIs of other services whose IAM action bears another name, or that need several (Service Authorization Reference). */
const renamed: { readonly [prefix: string]: Names } = {
  s3,
  lambda: { Invoke: 'InvokeFunction', InvokeAsync: 'InvokeFunction', InvokeWithResponseStream: 'InvokeFunction' },
  sqs: {
    SendMessageBatch: 'SendMessage',
    DeleteMessageBatch: 'DeleteMessage',
    ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
  },
  sns: { PublishBatch: 'Publish' },
  dynamodb: {
    TransactGetItems: 'GetItem',
    TransactWriteItems: ['ConditionCheckItem', 'DeleteItem', 'PutItem', 'UpdateItem'],
    BatchExecuteStatement: ['PartiQLDelete', 'PartiQLInsert', 'PartiQLSelect', 'PartiQLUpdate'],
    ExecuteStatement: ['PartiQLDelete', 'PartiQLInsert', 'PartiQLSelect', 'PartiQLUpdate'],
    ExecuteTransaction: ['PartiQLDelete', 'PartiQLInsert', 'PartiQLSelect', 'PartiQLUpdate'],
  },
  bedrock: { Converse: 'InvokeModel', ConverseStream: 'InvokeModelWithResponseStream' },
  secretsmanager: { BatchGetSecretValue: ['BatchGetSecretValue', 'GetSecretValue'] },
};

/** What API Gateway's IAM actions are: the HTTP method of the call. */
const methods: readonly (readonly [RegExp, string])[] = [
  [/^(Get|Test|Export)/, 'GET'],
  [/^(Create|Generate|Flush)/, 'POST'],
  [/^(Put|Import|Tag)/, 'PUT'],
  [/^Update/, 'PATCH'],
  [/^(Delete|Untag)/, 'DELETE'],
];

/** Lambda and CloudFront record an API's version with its name: `GetFunction20150331v2`, `CreateDistribution2020_05_31`. */
const unversioned = (api: string): string => api.replace(/(?:\d{8}(?:v\d+)?|\d{4}_\d{2}_\d{2})$/, '');

/** Whether a request tags what it makes: `tagSpecificationSet`, or the wrapped encoding's `TagSpecification`, two levels deep. */
const tagsAtCreation = (value: Json | undefined, depth = 2): boolean =>
  depth > 0 &&
  isObject(value) &&
  Object.entries(value).some(([name, inner]) => /^tagSpecification/i.test(name) || tagsAtCreation(inner, depth - 1));

/** The name that IAM knows a service by. @param source `eventSource`, e.g. `monitoring.amazonaws.com` */
export const iamPrefix = (source: string): string => {
  const service = source.replace(/\.(amazonaws|api\.aws|aws\.internal).*$/, '');
  return (Object.hasOwn(prefixes, service) ? prefixes[service] : undefined) ?? service;
};

/** What events hold as service or API name when they are such: they become lines of a policy. */
const name = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/;
/** Whether a text may be the name of an action. */
export const isName = (text: string): boolean => name.test(text);

/**
 * The IAM actions that a recorded call needed, most by the event's own name. None for what is no API call (sign-ins, service
 * events) and for calls that need no permission. EC2 calls that tag what they make need `ec2:CreateTags` besides, of which no
 * record of its own exists (EC2 User Guide, "Grant permission to tag Amazon EC2 resources during creation").
 */
export const iamActions = (record: CloudTrailRecord): readonly string[] => {
  const source = text(record, 'eventSource') ?? '';
  const api = text(record, 'eventName') ?? '';
  const type = text(record, 'eventType') ?? 'AwsApiCall';
  if (type !== 'AwsApiCall' || !isName(source) || !isName(api)) return [];
  const prefix = iamPrefix(source);
  if (prefix === 'apigateway') {
    const method = methods.find(([pattern]) => pattern.test(api))?.[1];
    return method === undefined ? [] : [`apigateway:${method}`];
  }
  const plain = ['lambda', 'cloudfront'].includes(prefix) ? unversioned(api) : api;
  const names = Object.hasOwn(renamed, prefix) ? renamed[prefix] : undefined;
  const mapped = names !== undefined && Object.hasOwn(names, plain) ? names[plain] : undefined;
  const actions = (mapped === undefined ? [plain] : typeof mapped === 'string' ? [mapped] : mapped).map(
    one => `${prefix}:${one}`,
  );
  const tagging = prefix === 'ec2' && plain !== 'CreateTags' && tagsAtCreation(member(record, 'requestParameters'));
  return [...actions, ...(tagging ? ['ec2:CreateTags'] : [])].filter(action => !free.has(action));
};

/**
 * Role ARNs that a call hands to a service: it needed `iam:PassRole` on them, of which no record is ever written (IAM User Guide,
 * "Grant a user permissions to pass a role to an AWS service"). An instance profile hides its role: `profile` then says which.
 */
export const passed = (record: CloudTrailRecord): { readonly roles: readonly string[]; readonly profile: boolean } => {
  const parameters = member(record, 'requestParameters');
  if (!isObject(parameters) || ['sts.amazonaws.com', 'iam.amazonaws.com'].includes(record.eventSource))
    return { roles: [], profile: isObject(parameters) && record.eventName === 'AddRoleToInstanceProfile' };
  const roles = Object.entries(parameters).flatMap(([key, value]) =>
    /role(arn)?$/i.test(key) && typeof value === 'string' && /^arn:[\w-]+:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(value)
      ? [value]
      : [],
  );
  return { roles, profile: Object.keys(parameters).some(key => /^iamInstanceProfile$/i.test(key)) };
};

/** ARNs of a record's resources; objects of a bucket as the bucket's. */
export const arnsOf = (record: CloudTrailRecord): readonly string[] => {
  const role = record.eventSource === 'sts.amazonaws.com' ? text(record, 'requestParameters', 'roleArn') : undefined;
  const arns = [...list(record, 'resources').map(one => text(one, 'ARN')), role].filter(
    arn => arn !== undefined && /^arn:[\w-]+:[\w-]+:[\w-]*:\d*:[\w+=,.@:/#~()!' -]+$/.test(arn),
  );
  return [...new Set(arns.map(arn => (arn ?? '').replace(/^(arn:[\w-]+:s3:::[^/]+\/).*$/, '$1*')))].sort();
};
