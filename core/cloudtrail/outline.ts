import type { Outline } from '../read/outline.ts';
import { instant } from '../read/shape.ts';
import { longestId, shape } from './read.ts';

/** A CloudTrail record that is not parsed: the same conditions as those of `readCloudTrail`. */
export const cloudtrailOutline: Outline<'cloudtrail'> = {
  source: 'cloudtrail',
  shape,
  refused: [],
  reads: [
    ['eventSource'],
    ['eventName'],
    ['eventID'],
    ['eventTime'],
    ['eventType'],
    ['recipientAccountId'],
    ['userIdentity', 'accountId'],
  ],
  heard: ([source, name, id, written, type, recipient, caller], place) => {
    const time = instant(written);
    if (!source || source.startsWith('aws:') || !name || !id || id.length > longestId || time === undefined)
      return undefined;
    if (type === 'AwsCloudTrailInsight') return undefined;
    return { source: 'cloudtrail', account: recipient ?? caller ?? place.account, cluster: '', time };
  },
};
