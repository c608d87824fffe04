import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Pattern } from '../core/pattern/language.ts';
import type { Suppression } from '../core/settings.ts';
import { endOf } from '../core/suppress.ts';
import { retentionDays, suppressionsKey } from '../core/tables.ts';

/** A suppression made by command, with who made it and who ended it. */
export interface StoredSuppression extends Suppression {
  readonly by: string;
  /** When every channel was told that it was made, in milliseconds. */
  readonly announced?: number;
  readonly revoked?: { readonly by: string; readonly at: number };
}

/** Suppressions in the findings table: `pk` = `suppressions`, `sk` = the id. One query finds them all; none is ever rewritten. */
export interface Suppressions {
  /** All that are kept, ended ones too, by id. */
  list(): Promise<readonly StoredSuppression[]>;
  /** @returns false where one of that id is there already */
  add(suppression: StoredSuppression): Promise<boolean>;
  /** Ends it now, in somebody's name. @returns false where there is none, or it was ended already */
  revoke(id: string, by: string, at: number): Promise<boolean>;
  /** Marks that every channel was told of it. @returns false where there is none */
  announced(id: string, at: number): Promise<boolean>;
}

const pk = { S: suppressionsKey };

/** The suppressions in a table of findings. @param table its name */
export const suppressionsTable = (client: DynamoDBClient, table: string): Suppressions => {
  const conditional = async (send: () => Promise<unknown>): Promise<boolean> => {
    try {
      await send();
      return true;
    } catch (error) {
      if (error instanceof ConditionalCheckFailedException) return false;
      throw error;
    }
  };
  return {
    list: async () => {
      const found: StoredSuppression[] = [];
      let from: Record<string, AttributeValue> | undefined;
      do {
        const answer = await client.send(
          new QueryCommand({
            TableName: table,
            KeyConditionExpression: 'pk = :pk',
            ExpressionAttributeValues: { ':pk': pk },
            ConsistentRead: true,
            ...(from === undefined ? {} : { ExclusiveStartKey: from }),
          }),
        );
        found.push(...(answer.Items ?? []).map(parse));
        from = answer.LastEvaluatedKey;
      } while (from !== undefined);
      return found;
    },
    add: suppression =>
      conditional(() =>
        client.send(
          new PutItemCommand({
            TableName: table,
            Item: {
              pk,
              sk: { S: suppression.id },
              pattern: { S: JSON.stringify(suppression.when) },
              reason: { S: suppression.reason },
              ownedBy: { S: suppression.owner },
              begins: { S: suppression.from },
              ends: { S: suppression.expires },
              madeBy: { S: suppression.by },
              expires: { N: String(Math.floor(endOf(suppression) / 1000) + retentionDays * 86_400) },
            },
            ConditionExpression: 'attribute_not_exists(pk)',
          }),
        ),
      ),
    revoke: (id, by, at) =>
      conditional(() =>
        client.send(
          new UpdateItemCommand({
            TableName: table,
            Key: { pk, sk: { S: id } },
            UpdateExpression: 'SET revokedBy = :by, revokedAt = :at',
            ConditionExpression: 'attribute_exists(pk) AND attribute_not_exists(revokedBy)',
            ExpressionAttributeValues: { ':by': { S: by }, ':at': { N: String(at) } },
          }),
        ),
      ),
    announced: (id, at) =>
      conditional(() =>
        client.send(
          new UpdateItemCommand({
            TableName: table,
            Key: { pk, sk: { S: id } },
            UpdateExpression: 'SET announcedAt = :at',
            ConditionExpression: 'attribute_exists(pk)',
            ExpressionAttributeValues: { ':at': { N: String(at) } },
          }),
        ),
      ),
  };
};

/** A pattern as it is stored; what somebody else wrote there and is none, is `{}`, which hides nothing and holds up no other. */
const patternIn = (written: string): Pattern => {
  try {
    return JSON.parse(written);
  } catch {
    return {};
  }
};

const parse = (item: Record<string, AttributeValue>): StoredSuppression => ({
  id: item['sk']?.S ?? '',
  when: patternIn(item['pattern']?.S ?? ''),
  reason: item['reason']?.S ?? '',
  owner: item['ownedBy']?.S ?? '',
  from: item['begins']?.S ?? '',
  expires: item['ends']?.S ?? '',
  by: item['madeBy']?.S ?? '',
  ...(item['announcedAt']?.N === undefined ? {} : { announced: Number(item['announcedAt'].N) }),
  ...(item['revokedBy']?.S === undefined
    ? {}
    : { revoked: { by: item['revokedBy'].S, at: Number(item['revokedAt']?.N ?? '0') } }),
});
