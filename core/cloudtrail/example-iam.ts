import type { Event } from '../event.ts';
import type { JsonObject } from '../json.ts';
import { call } from './example.ts';
import type { CloudTrailRecord, UserIdentity } from './record.ts';

/** What an example states over the ordinary call: other members of the record, and by whom. */
export interface By {
  readonly by?: UserIdentity;
  readonly record?: Partial<CloudTrailRecord>;
}

const made = (service: string, api: string, request: JsonObject | null, { by, record = {} }: By, region: string) =>
  call(service, api, {
    awsRegion: region,
    ...(by === undefined ? {} : { userIdentity: by }),
    requestParameters: request,
    ...record,
  });

/** A call of IAM: recorded in us-east-1, whatever region the caller sits in; void calls have no response. */
export const iam = (api: string, request: JsonObject | null, over: By = {}): Event<'cloudtrail'> =>
  made('iam', api, request, over, 'us-east-1');

/** A call of EKS: `name` is the cluster, as the address has it. */
export const eks = (api: string, request: JsonObject, over: By = {}): Event<'cloudtrail'> =>
  made('eks', api, { name: 'prod', ...request }, over, 'eu-west-1');

/** A call of another service, in the cluster's region. */
export const other = (service: string, api: string, request: JsonObject | null, over: By = {}): Event<'cloudtrail'> =>
  made(service, api, request, over, 'eu-west-1');

/** What IAM and STS record of a denied call: no parameters, the resource only in the message. */
export const denied = (message: string): Partial<CloudTrailRecord> => ({
  errorCode: 'AccessDenied',
  errorMessage: message,
});
