import { DeleteItemCommand, type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { type Ledger, leaseMs } from '../core/announce/deliver.ts';
import { rows } from '../core/tables.ts';

/** Rows are kept longer than any queue keeps a message (SQS: 14 days), so that no late delivery is a second one. */
const keptSeconds = 30 * 24 * 60 * 60;

/**
 * The ledger in the state table: `pk` = `said#<channel>#<announcement>`, attributes `covers`, `lease` (milliseconds), `said`.
 * One conditional write claims a row, so that of any number of senders one sends.
 */
export const ledgerTable = (client: DynamoDBClient, table: string): Ledger => {
  const at = (key: string) => ({ TableName: table, Key: { pk: { S: `${rows.said}${key}` } } });
  return {
    claim: async (key, covers, now) => {
      try {
        await client.send(
          new UpdateItemCommand({
            ...at(key),
            UpdateExpression: 'SET #covers = :covers, #lease = :until, #expires = :expires',
            ConditionExpression: 'attribute_not_exists(pk) OR (attribute_not_exists(#said) AND #lease < :now)',
            ExpressionAttributeNames: {
              '#covers': 'covers',
              '#lease': 'lease',
              '#said': 'said',
              '#expires': 'expires',
            },
            ExpressionAttributeValues: {
              ':covers': { L: covers.map(mark => ({ S: mark })) },
              ':until': { N: String(now + leaseMs) },
              ':now': { N: String(now) },
              ':expires': { N: String(Math.floor(now / 1000) + keptSeconds) },
            },
          }),
        );
        return { state: 'ours' };
      } catch (error) {
        if (!(error instanceof Error) || error.name !== 'ConditionalCheckFailedException') throw error;
      }
      const { Item: row } = await client.send(new GetItemCommand({ ...at(key), ConsistentRead: true }));
      if (row?.['said'] === undefined) return { state: 'busy' };
      return { state: 'said', covers: (row['covers']?.L ?? []).flatMap(({ S: mark }) => mark ?? []) };
    },
    said: async key => {
      await client.send(
        new UpdateItemCommand({
          ...at(key),
          UpdateExpression: 'SET #said = :said',
          ExpressionAttributeNames: { '#said': 'said' },
          ExpressionAttributeValues: { ':said': { BOOL: true } },
        }),
      );
    },
    release: async key => {
      await client
        .send(
          new DeleteItemCommand({
            ...at(key),
            ConditionExpression: 'attribute_not_exists(#said)',
            ExpressionAttributeNames: { '#said': 'said' },
          }),
        )
        .catch(error => {
          if (error.name !== 'ConditionalCheckFailedException') throw error;
        });
    },
  };
};
