import { missing, type Outline } from '../read/outline.ts';
import { instant } from '../read/shape.ts';
import { longestId, shape } from './read.ts';

/** A CloudTrail record that is not parsed: the same conditions as those of `readCloudTrail`. */
export const cloudtrailOutline: Outline<'cloudtrail'> = {
  source: 'cloudtrail',
  shape,
  refused: [],
  odd: [
    { path: ['eventSource'], tests: [...missing, { is: 'prefix', text: 'aws:', fold: false }] },
    { path: ['eventName'], tests: missing },
    { path: ['eventType'], tests: [{ is: 'equal', value: 'AwsCloudTrailInsight' }] },
  ],
  reads: [['eventID'], ['eventTime'], ['recipientAccountId'], ['userIdentity', 'accountId']],
  heard: ([id, written, recipient, caller], place) => {
    const time = instant(written);
    if (!id || id.length > longestId || time === undefined) return undefined;
    return { source: 'cloudtrail', account: recipient ?? caller ?? place.account, cluster: '', time };
  },
};
