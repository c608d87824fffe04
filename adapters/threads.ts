import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { rows } from '../core/tables.ts';

/** Which Slack message a finding's thread hangs on: rows `thread#<channel>#<finding>` of the state table. */
export interface Threads {
  /** The time-stamp of the finding's message in the channel; undefined where there is none. */
  of(channel: string, finding: string): Promise<string | undefined>;
  /** Keeps it; the first to be kept stays. @param now milliseconds since 1970 */
  keep(channel: string, finding: string, ts: string, now: number): Promise<void>;
}

const keptDays = 400;

/** The threads in a table of state. @param table its name */
export const threadsTable = (client: DynamoDBClient, table: string): Threads => {
  const at = (channel: string, finding: string) => ({
    TableName: table,
    Key: { pk: { S: `${rows.thread}${channel}#${finding}` } },
  });
  return {
    of: async (channel, finding) => {
      const { Item: row } = await client.send(new GetItemCommand({ ...at(channel, finding), ConsistentRead: true }));
      return row?.['ts']?.S;
    },
    keep: async (channel, finding, ts, now) => {
      await client.send(
        new UpdateItemCommand({
          ...at(channel, finding),
          UpdateExpression: 'SET ts = if_not_exists(ts, :ts), expires = :expires',
          ExpressionAttributeValues: {
            ':ts': { S: ts },
            ':expires': { N: String(Math.floor(now / 1000) + keptDays * 86_400) },
          },
        }),
      );
    },
  };
};
