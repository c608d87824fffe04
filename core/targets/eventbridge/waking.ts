import type { Json, JsonObject } from '../../json.ts';
import { quota } from './pack.ts';

const pattern = (groups: readonly Json[] | undefined): string => {
  const ofGroup: JsonObject = groups === undefined ? {} : { requestParameters: { logGroupName: groups } };
  return JSON.stringify({
    source: ['aws.logs', 'aws.eks'],
    'detail-type': ['AWS API Call via CloudTrail'],
    detail: {
      errorCode: [{ exists: false }],
      $or: [
        { eventName: ['CreateCluster', 'UpdateClusterConfig'] },
        { eventName: ['CreateLogGroup', 'DeleteSubscriptionFilter'], ...ofGroup },
      ],
    },
  });
};

/**
 * The EventBridge pattern of what may leave an audit log group without our subscription filter. Log groups of others are none of it:
 * in an account that makes many, the one run at a time would be throttled all day.
 * @param own log groups that the settings name, beside those of EKS; where a pattern has no room for them, any group counts
 */
export const wakingPattern = (own: readonly string[]): string => {
  const exact = pattern([{ prefix: '/aws/eks/' }, ...own]);
  return exact.length <= quota.characters ? exact : pattern(undefined);
};
