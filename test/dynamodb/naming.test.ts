import { BatchGetItemCommand, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from 'vitest';
import { naming } from '../../adapters/dynamodb.ts';
import { localDynamoDB } from '../../adapters/local-dynamodb.ts';

test('a table that is not there is named', async () => {
  const local = await localDynamoDB();
  const Key = { pk: { S: 'x' } };
  const get = { TableName: 'gone', Key };
  const batch = { RequestItems: { lost: { Keys: [Key] } } };
  const errors = await Promise.all([
    local.client.send(new GetItemCommand(get)).catch(error => naming(error, get)),
    local.client.send(new BatchGetItemCommand(batch)).catch(error => naming(error, batch)),
  ]);
  expect(errors.map(String)).toEqual([
    'ResourceNotFoundException: table gone: Requested resource not found',
    'ResourceNotFoundException: table lost: Requested resource not found',
  ]);
  const other = new Error('other');
  expect(naming(other, get)).toBe(other);
  await local.close();
});
