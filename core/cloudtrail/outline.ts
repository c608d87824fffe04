import { missing, type Outline } from '../read/outline.ts';
import { longestId, notCalls, shape } from './read.ts';

/** A CloudTrail record that is not parsed: the same conditions as those of `readCloudTrail`. */
export const cloudtrailOutline: Outline<'cloudtrail'> = {
  source: 'cloudtrail',
  shape,
  refused: [],
  odd: [
    { path: ['eventSource'], tests: [...missing, { is: 'prefix', text: 'aws:', fold: false }] },
    { path: ['eventName'], tests: missing },
    ...notCalls.map(({ member, value }) => ({ path: [member], tests: [{ is: 'equal' as const, value }] })),
  ],
  reads: [['eventID'], ['eventTime'], ['recipientAccountId'], ['userIdentity', 'accountId']],
  heard: (found, place) => {
    const idLength = found.length(0);
    const time = found.instant(1);
    if (idLength === 0 || idLength > longestId || time === undefined) return undefined;
    return { source: 'cloudtrail', account: found.text(2) ?? found.text(3) ?? place.account, cluster: '', time };
  },
};
