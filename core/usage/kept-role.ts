import type { CloudTrailRecord } from '../cloudtrail/record.ts';
import { roleByArn } from '../cloudtrail/roles.ts';
import { text } from '../json.ts';
import type { Settings } from '../settings.ts';

/**
 * The role that made a call, by its ARN, and its account: where it is a node's or a controller's, of which something is kept
 * (`kept.ts`). Apart from what is kept, because most calls are of no such role, and what keeps it need not be loaded for them.
 */
export const keptRole = (
  record: CloudTrailRecord,
  settings: Settings,
): { readonly role: string; readonly account: string } | undefined => {
  const role = text(record, 'userIdentity', 'sessionContext', 'sessionIssuer', 'arn') ?? '';
  const account = /^arn:[\w-]+:iam::(\d{12}):role\/[\w+=,.@/-]{1,576}$/.exec(role)?.[1];
  return account === undefined || roleByArn(role, settings).kind === 'other' ? undefined : { role, account };
};
