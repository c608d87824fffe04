import type { Context, Event } from '../event.ts';
import { isObject, type Json, text } from '../json.ts';
import type { Problem } from '../read/contract.ts';
import { instant, misfit, type Shape } from '../read/shape.ts';
import type { CloudTrailRecord } from './record.ts';

/** Whether a value is meant to be a CloudTrail record (S3 notifications look alike but for their `aws:s3`). */
export const isCloudTrail = (value: Json): boolean => {
  const source = text(value, 'eventSource');
  if (source !== undefined) return text(value, 'eventName') !== undefined && !source.startsWith('aws:');
  return text(value, 'eventID') !== undefined && text(value, 'eventTime') !== undefined;
};

/**
 * Records that are no calls, so that no rule is about them: the member that tells them, the folder of a trail's bucket in which they lie,
 * what is said where they are passed over (CloudTrail User Guide, "Record contents", "Finding your CloudTrail log files"). A network
 * activity event is what the owner of a VPC endpoint is told of a call that went through it, by whomever, without its parameters: a call
 * of this account that was let through has a record of its own besides, under another id.
 */
export const notCalls = [
  {
    member: 'eventType',
    value: 'AwsCloudTrailInsight',
    folder: 'CloudTrail-Insight',
    says: 'CloudTrail Insights events, which are no calls',
  },
  {
    member: 'eventCategory',
    value: 'NetworkActivity',
    folder: 'CloudTrail-NetworkActivity',
    says: 'CloudTrail network activity events, which tell owners of VPC endpoints what went through them, or was refused there',
  },
  {
    member: 'eventCategory',
    value: 'Aggregated',
    folder: 'CloudTrail-Aggregated',
    says: 'CloudTrail aggregated events, which count calls and are none',
  },
] as const;

/** What is said of a record of CloudTrail's that is no call; undefined for any other. */
export const notCall = (value: Json): string | undefined =>
  notCalls.find(one => text(value, one.member) === one.value)?.says;

/**
 * Request and response are left as they are: services differ, and a record with an odd one is better judged than set aside.
 * Members that our code reads as text or objects are checked, so that nothing behind this line has to.
 */
export const shape: Shape = [
  [
    'userIdentity',
    [
      ['type', 'text'],
      ['principalId', 'text'],
      ['arn', 'text'],
      ['accountId', 'text'],
      ['accessKeyId', 'text'],
      ['userName', 'text'],
      ['invokedBy', 'text'],
      ['inScopeOf', 'object'],
      ['invokedByDelegate', [['accountId', 'text']]],
      [
        'sessionContext',
        [
          ['sessionIssuer', [['arn', 'text']]],
          ['attributes', 'object'],
          ['webIdFederationData', 'object'],
          ['ec2RoleDelivery', 'text'],
        ],
      ],
    ],
  ],
  ['awsRegion', 'text'],
  ['sourceIPAddress', 'text'],
  ['userAgent', 'text'],
  ['errorCode', 'text'],
  ['errorMessage', 'text'],
  ['eventType', 'text'],
  ['eventCategory', 'text'],
  ['recipientAccountId', 'text'],
  ['vpcEndpointId', 'text'],
  ['vpcEndpointAccountId', 'text'],
];

const required = ['eventID', 'eventTime', 'eventSource', 'eventName'];

/** Longer than any GUID; ids become keys of stored items. */
export const longestId = 128;

/**
 * One CloudTrail record as an event (CloudTrail User Guide, "CloudTrail record contents"), or what is wrong with it.
 * @param place account and region where the record does not say them
 * @param isFit its members are known to have the types of `shape`
 */
export const readCloudTrail = (record: Json, place: Context, isFit = false): Event<'cloudtrail'> | Problem => {
  if (!isObject(record)) return { problem: 'A CloudTrail record is a JSON object; this is something else.' };
  for (const name of required) {
    if (!text(record, name))
      return { problem: `The CloudTrail record has no ${name}: every record does, so it was abridged.` };
  }
  const id = text(record, 'eventID') ?? '';
  if (id.length > longestId)
    return { problem: `The CloudTrail record's eventID is longer than ${longestId} characters.` };
  const time = instant(record['eventTime']);
  if (time === undefined) return { problem: "The CloudTrail record's eventTime is no RFC 3339 time." };
  const odd = isFit ? undefined : misfit(record, shape);
  if (odd !== undefined)
    return { problem: `The CloudTrail record's ${odd} has another type than CloudTrail gives it.` };
  return {
    source: 'cloudtrail',
    id,
    time,
    account: text(record, 'recipientAccountId') ?? text(record, 'userIdentity', 'accountId') ?? place.account,
    region: text(record, 'awsRegion') ?? place.region,
    cluster: '', // a call to AWS happens in an account; its cluster, if any, is a fact of its parameters
    record: record as unknown as CloudTrailRecord, // checked above: the four required members and every typed one we read
  };
};
