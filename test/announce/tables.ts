import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { findingsTable as findings } from '../../adapters/findings-table.ts';
import { ledgerTable } from '../../adapters/ledger.ts';
import type { Match } from '../../core/match.ts';
import { tables } from '../../core/tables.ts';
import { at } from './case.ts';

/** The real adapters over a DynamoDB in this process. */
export const startTables = async () => {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  await new Promise<void>((started, failed) =>
    server.listen(0, '127.0.0.1', (error?: Error) => (error ? failed(error) : started())),
  );
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('dynalite has no port');
  const client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${address.port}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  for (const table of tables)
    await client.send(
      new CreateTableCommand({
        TableName: table.name,
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: Object.entries(table.attributes).map(([AttributeName, AttributeType]) => ({
          AttributeName,
          AttributeType,
        })),
        KeySchema: [
          { AttributeName: table.key.hash, KeyType: 'HASH' },
          ...(table.key.range === undefined ? [] : [{ AttributeName: table.key.range, KeyType: 'RANGE' as const }]),
        ],
        ...(table.indexes.length === 0
          ? {}
          : {
              GlobalSecondaryIndexes: table.indexes.map(index => ({
                IndexName: index.name,
                KeySchema: [
                  { AttributeName: index.hash, KeyType: 'HASH' as const },
                  { AttributeName: index.range, KeyType: 'RANGE' as const },
                ],
                Projection: { ProjectionType: index.projection },
              })),
            }),
      }),
    );
  return {
    client,
    endpoint: `http://127.0.0.1:${address.port}`,
    findings: findings(client, 'findings'),
    ledger: ledgerTable(client, 'state'),
    stop: async () => {
      client.destroy();
      await new Promise<void>(stopped => server.close(() => stopped()));
    },
  };
};

export type Tables = Awaited<ReturnType<typeof startTables>>;

/** One match of a case; `n` tells its events apart, `of` the case. */
export const match = (n: number, over: Partial<Match> = {}, of = 'mallory'): Match => ({
  detection: 'cloudtrail/disallowed-instance-family-launched',
  version: 'a1b2c3d4',
  source: 'cloudtrail',
  account: '111122223333',
  region: 'eu-west-1',
  cluster: '',
  eventId: `11111111-2222-4333-8444-${String(n).padStart(12, '0')}`,
  time: at + n * 1000,
  key: { principal: of },
  window: 3_600_000,
  severity: 'high',
  status: 'alerting',
  title: `${of} launched p5.48xlarge`,
  principals: [`arn:aws:iam::111122223333:user/${of}`],
  resources: ['i-0aaaabbbbccccdddd'],
  addresses: ['198.51.100.23'],
  notes: [],
  evidence: { eventName: 'RunInstances', eventSource: 'ec2.amazonaws.com' },
  ...over,
});
