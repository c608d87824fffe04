import { partitionOf } from '../partition.ts';
import type { CloudTrailRecord } from './record.ts';

/** Services whose calls are recorded in one region of the partition wherever they are made from (CloudTrail User Guide, "Global service events"). */
const services: ReadonlySet<string> = new Set([
  'iam.amazonaws.com',
  'sts.amazonaws.com',
  'organizations.amazonaws.com',
  'account.amazonaws.com',
]);

/** Whether a call's region says nothing of where it was made: it is the one in which the partition's global services are recorded. */
export const isGlobal = ({ awsRegion, eventSource }: CloudTrailRecord): boolean =>
  awsRegion === partitionOf(awsRegion ?? '').global && services.has(eventSource);
