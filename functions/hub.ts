import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { type HubTable, hubTable } from '../adapters/hub-table.ts';
import { forgetful, lasting } from '../adapters/lasting.ts';
import { readGathered } from '../core/hub.ts';
import { deps } from './deps/deps.ts';
import { lambda, warn } from './invocation/lambda.ts';
import { recordsOf } from './invocation/records.ts';

/** Keeps what other accounts announced, from the queue behind the hub's bus. What it can't read ends in the dead-letter queue. */
export const hub = (accounts: () => readonly string[], table: () => HubTable) =>
  lambda('hub', async (event: SQSEvent, meter): Promise<SQSBatchResponse> => {
    const batchItemFailures: { itemIdentifier: string }[] = [];
    for (const { messageId, body } of recordsOf(event, 'queue')) {
      try {
        const kept = await table().keep(readGathered(body, accounts()), deps().now());
        meter.add(kept === 'kept' ? 'FindingsGathered' : 'FindingsOutdated', 1);
      } catch (error) {
        warn('hub', messageId, error);
        batchItemFailures.push({ itemIdentifier: messageId });
      }
    }
    return { batchItemFailures };
  });

let client: DynamoDBClient | undefined;

const deployed = (): HubTable => {
  const { HUB_TABLE: table } = process.env;
  if (table === undefined) throw new Error('the environment variable HUB_TABLE is not set: the stack sets it');
  client ??= forgetful(new DynamoDBClient(lasting), Date.now);
  return hubTable(client, table);
};

/** The hub that a stage deploys, which takes findings of the accounts that it gathers. */
export const handler = hub(() => deps().settings.deployment.gathers, deployed);
