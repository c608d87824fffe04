import {
  type CloudWatchLogsClient,
  DescribeLogStreamsCommand,
  DescribeSubscriptionFiltersCommand,
  PutSubscriptionFilterCommand,
  paginateDescribeLogGroups,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';

/** A subscription filter of a log group, as far as we look at it. */
export interface Subscription {
  readonly name: string;
  readonly pattern: string;
  readonly destination: string;
}

/** What keeping subscriptions true needs of CloudWatch Logs. */
export interface Subscriptions {
  /** Names of log groups that begin so. */
  groups(prefix: string): Promise<readonly string[]>;
  /** The group's subscription filters; undefined where there is no such group. */
  of(group: string): Promise<readonly Subscription[] | undefined>;
  /** Whether the group has a stream that begins so. */
  hasStream(group: string, prefix: string): Promise<boolean>;
  /** Puts a filter, over the one of the same name. */
  put(group: string, subscription: Subscription): Promise<void>;
}

/** A log group has at most so many (Amazon CloudWatch Logs User Guide, quotas). */
export const mostSubscriptions = 2;

/** Subscription filters by CloudWatch Logs’ API. */
export const logsSubscriptions = (client: CloudWatchLogsClient): Subscriptions => ({
  groups: async prefix => {
    const names: string[] = [];
    for await (const page of paginateDescribeLogGroups({ client }, { logGroupNamePrefix: prefix }))
      names.push(...(page.logGroups ?? []).flatMap(group => group.logGroupName ?? []));
    return names;
  },
  of: async group => {
    try {
      const { subscriptionFilters = [] } = await client.send(
        new DescribeSubscriptionFiltersCommand({ logGroupName: group }),
      );
      return subscriptionFilters.map(filter => ({
        name: filter.filterName ?? '',
        pattern: filter.filterPattern ?? '',
        destination: filter.destinationArn ?? '',
      }));
    } catch (error) {
      if (error instanceof ResourceNotFoundException) return undefined;
      throw error;
    }
  },
  hasStream: async (group, prefix) => {
    const { logStreams = [] } = await client.send(
      new DescribeLogStreamsCommand({ logGroupName: group, logStreamNamePrefix: prefix, limit: 1 }),
    );
    return logStreams.length > 0;
  },
  put: async (group, { name, pattern, destination }) => {
    await client.send(
      new PutSubscriptionFilterCommand({
        logGroupName: group,
        filterName: name,
        filterPattern: pattern,
        destinationArn: destination,
      }),
    );
  },
});
