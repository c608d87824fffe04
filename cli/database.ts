import { existsSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type FindingsTable, findingsTable } from '../adapters/findings-table.ts';
import { dynamoStore } from '../adapters/state-table.ts';
import { type Suppressions, suppressionsTable } from '../adapters/suppressions.ts';
import type { Store } from '../core/state/observation.ts';
import { UsageError } from './io.ts';

/** Where `npm start` keeps its database. */
export const localPath = '.tripline/database';

/** The findings of a database: the local one, or a table in an account or an emulator (the SDK's usual chain). */
export interface Database {
  readonly findings: FindingsTable;
  readonly suppressions: Suppressions;
  /** What detections remember. In AWS its table is named as that of findings is, ending in `state`. */
  readonly store: Store;
  close(): Promise<void>;
}

/**
 * Opens the findings.
 * @param database folder of a local database; absent: `.tripline/database`
 * @param name name of a DynamoDB table; it goes before `database`
 * @throws UsageError where there is no local database yet
 */
export const openDatabase = async (database: string | undefined, name: string | undefined): Promise<Database> => {
  if (name !== undefined) {
    const client = new DynamoDBClient({});
    return {
      findings: findingsTable(client, name),
      suppressions: suppressionsTable(client, name),
      store: dynamoStore(client, name.replace(/findings$/, 'state')),
      close: async () => client.destroy(),
    };
  }
  const path = database ?? localPath;
  if (!existsSync(path))
    throw new UsageError(`there is no database at ${path}: run 'npm start' first, or say --table NAME for one in AWS`);
  const { localDynamoDB } = await import('../adapters/local-dynamodb.ts');
  const local = await localDynamoDB(path);
  return {
    findings: findingsTable(local.client, local.tables.findings),
    suppressions: suppressionsTable(local.client, local.tables.findings),
    store: dynamoStore(local.client, local.tables.state),
    close: () => local.close(),
  };
};
