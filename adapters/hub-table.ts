import { ConditionalCheckFailedException, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { type Gathered, gatheredItem, gatheredKey, revisionOf } from '../core/hub.ts';
import { toItem } from './dynamodb.ts';

/** Findings of many accounts in one table: `hubTable` of `core/tables.ts`. */
export interface HubTable {
  /**
   * Keeps a finding as it was announced, unless something newer of it is there: any order and any number of deliveries end in
   * the same item.
   * @param now milliseconds since 1970: what was to be forgotten by then no longer counts as newer
   * @throws on I/O errors
   */
  keep(gathered: Gathered, now: number): Promise<'kept' | 'outdated'>;
}

/** The hub's findings. @param table its name */
export const hubTable = (client: DynamoDBClient, table: string): HubTable => ({
  keep: async (gathered, now) => {
    try {
      await client.send(
        new PutItemCommand({
          TableName: table,
          Item: toItem({ ...gatheredKey(gathered), ...gatheredItem(gathered, now) }),
          // Of equals either may stay: they say the same.
          ConditionExpression: 'attribute_not_exists(pk) OR revision <= :revision OR expires < :now',
          ExpressionAttributeValues: {
            ':revision': { S: revisionOf(gathered) },
            ':now': { N: String(Math.floor(now / 1_000)) },
          },
        }),
      );
      return 'kept';
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return 'outdated';
      throw error;
    }
  },
});
