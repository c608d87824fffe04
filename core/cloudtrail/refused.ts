import { isObject, type JsonObject, text } from '../json.ts';
import { outcomeOf } from './principal.ts';
import type { CloudTrailRecord } from './record.ts';

/** "… is not authorized to perform: SERVICE:ACTION on resource: RESOURCE because no … policy allows …", and older messages without why. */
const onResource =
  / is not authorized to perform: \S+ on resource: (.+?)(?= because |, because | with an explicit deny |$)/s;

/**
 * The resource that the message of a refused call names, as it names it: an ARN, IAM's `role NAME`, a secret's name as it was asked
 * for. Undefined where the call was not refused or nothing is named; `*` says nothing and is none either. Seen in recorded refusals
 * of CloudTrail, EventBridge, Logs, Lambda, CloudWatch, Systems Manager, Secrets Manager, Service Quotas and IAM.
 */
export const refusedResource = (record: CloudTrailRecord): string | undefined => {
  if (outcomeOf(record) !== 'denied') return undefined;
  const named = onResource.exec(text(record, 'errorMessage') ?? '')?.[1]?.trim();
  return named === undefined || named === '' || named === '*' ? undefined : named;
};

/** The parts of a resource: what its service calls it. */
interface Arn {
  readonly whole: string;
  readonly name: string;
  readonly last: string;
}

const named =
  (...members: readonly string[]) =>
  ({ name }: Arn): JsonObject =>
    Object.fromEntries(members.map(member => [member, name]));
const whole =
  (...members: readonly string[]) =>
  (arn: Arn): JsonObject =>
    Object.fromEntries(members.map(member => [member, arn.whole]));

/** What an ARN's service and type stand for among the parameters of calls (Service Authorization Reference, resource types). */
const members: readonly (readonly [RegExp, (arn: Arn) => JsonObject])[] = [
  [/^cloudtrail:trail\/(.+)$/, named('name', 'trailName')],
  [/^cloudtrail:eventdatastore\/(.+)$/, whole('eventDataStore')],
  // A rule of a bus other than the default one is `rule/BUS/NAME`.
  [/^events:rule\/(.+)$/, ({ last }) => ({ name: last, rule: last })],
  [/^events:event-bus\/(.+)$/, named('name', 'eventBusName')],
  [/^scheduler:schedule\/(.+)$/, ({ last }) => ({ name: last })],
  [/^logs:log-group:([^:]+)/, named('logGroupName')],
  [/^logs:destination:([^:]+)/, named('destinationName')],
  [/^lambda:function:([^:]+)/, named('functionName')],
  [/^cloudwatch:alarm:(.+)$/, ({ name }) => ({ alarmNames: [name] })],
  [/^sns:(.+)$/, whole('topicArn', 'subscriptionArn', 'resourceArn')],
  [/^sqs:(.+)$/, whole('queueUrl')],
  [/^dynamodb:table\/([^/]+)/, ({ name, whole: resourceArn }) => ({ tableName: name, resourceArn })],
  [/^kms:(.+)$/, named('keyId', 'aliasName')],
  [/^iam:role\/(.+)$/, ({ last }) => ({ roleName: last })],
  [/^ec2:instance\/(.+)$/, ({ name }) => ({ instanceId: name, target: name, instanceIds: [name] })],
  // An id of a machine outside EC2 stands in quotation marks where it is none.
  [/^ssm:managed-instance\/"?([^"]+)"?$/, ({ name }) => ({ target: name, instanceIds: [name] })],
  [/^ssm:parameter\/(.+)$/, ({ whole: name }) => ({ name, names: [name], path: name })],
  [/^secretsmanager:secret:(.+)$/, whole('secretId')],
  [/^route53resolver:resolver-query-log-config\/(.+)$/, named('resolverQueryLogConfigId')],
  [/^guardduty:detector\/([^/]+)/, named('detectorId')],
  [/^servicequotas:[^/]+\/(.+)$/, named('quotaCode')],
];

/** Ways to name a resource that are no ARN, by the service that does. */
const plain: { readonly [source: string]: (resource: string) => JsonObject } = {
  'iam.amazonaws.com': resource => {
    const [, name] = /^role (\S+)$/.exec(resource) ?? [];
    return name === undefined ? {} : { roleName: name };
  },
  'secretsmanager.amazonaws.com': resource => ({ secretId: resource }),
};

const standIn = (record: CloudTrailRecord): JsonObject => {
  const resource = refusedResource(record);
  if (resource === undefined) return {};
  const [, service, rest] = /^arn:[\w-]+:([\w-]+):[\w-]*:\d*:(.+)$/s.exec(resource) ?? [];
  if (service === undefined || rest === undefined)
    return Object.hasOwn(plain, record.eventSource) ? (plain[record.eventSource]?.(resource) ?? {}) : {};
  for (const [pattern, read] of members) {
    const name = pattern.exec(`${service}:${rest}`)?.[1];
    if (name !== undefined) return read({ whole: resource, name, last: name.slice(name.lastIndexOf('/') + 1) });
  }
  return {};
};

/**
 * What a call asked for. EC2, EKS and S3 record the parameters of a call that they refuse; most others record none, and only the
 * message says what the call was for: then that resource stands for the parameters that would have named it, and nothing else is
 * known of the call.
 */
export const askedOf = (record: CloudTrailRecord): JsonObject =>
  isObject(record.requestParameters) ? record.requestParameters : standIn(record);
