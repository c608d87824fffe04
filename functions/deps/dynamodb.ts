import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { naming } from '../../adapters/dynamodb.ts';
import { findingsTable } from '../../adapters/findings/table.ts';
import { forgetful, lasting } from '../../adapters/lasting.ts';
import { ledgerTable } from '../../adapters/ledger.ts';
import { dynamoStore } from '../../adapters/state-table.ts';
import { suppressionsTable } from '../../adapters/suppressions.ts';
import { threadsTable } from '../../adapters/threads.ts';
import { versionsTable } from '../../adapters/versions.ts';
import type { Store } from '../../core/state/observation.ts';
import { remembering } from '../../core/state/remembering.ts';
import { atHome } from './region.ts';

/** What lies in DynamoDB, by one client: loaded by the deps when the first of it is called. */
const client = forgetful(new DynamoDBClient({ ...atHome(process.env), ...lasting }), Date.now);
// It picks out what of every request and answer might be logged, and then logs nothing.
client.middlewareStack.remove('loggerMiddleware');
client.middlewareStack.add(next => args => next(args).catch(error => Promise.reject(naming(error, args.input))), {
  step: 'initialize',
  name: 'naming',
});

export const store = (table: string): Store => remembering(dynamoStore(client, table), Date.now);
export const findings = (table: string) => findingsTable(client, table);
export const suppressions = (table: string) => suppressionsTable(client, table);
export const ledger = (table: string) => ledgerTable(client, table);
export const threads = (table: string) => threadsTable(client, table);
export const versions = (table: string) => versionsTable(client, table);
