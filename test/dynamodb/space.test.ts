import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { localDynamoDB } from '../../adapters/local-dynamodb.ts';

const megabytes = (directory: string): number =>
  readdirSync(directory).reduce((sum, name) => sum + statSync(join(directory, name)).size, 0) / 2 ** 20;

test('a local database keeps what is in it, not what was there when each reading began', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'tripline-space-'));
  const { client, tables, close } = await localDynamoDB(directory);
  try {
    for (let at = 0; at < 200; at++) {
      await client.send(
        new PutItemCommand({
          TableName: tables.findings,
          Item: { pk: { S: 'one' }, sk: { S: 'case' }, body: { S: randomBytes(200_000).toString('base64') } },
        }),
      );
      const { Count } = await client.send(
        new QueryCommand({
          TableName: tables.findings,
          KeyConditionExpression: 'pk = :pk',
          ExpressionAttributeValues: { ':pk': { S: 'one' } },
        }),
      );
      expect(Count).toBe(1);
    }
    expect(megabytes(directory)).toBeLessThan(40);
  } finally {
    await close();
    rmSync(directory, { recursive: true });
  }
});
