import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import {
  type AttributeValue,
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  GetItemCommand,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import dynalite from 'dynalite';
import { findingsTable, type Table, tables } from '../core/tables.ts';
import { claim } from './local-folder.ts';
import { closeIterators } from './local-iterators.ts';

/** DynamoDB on this machine: dynalite, spoken to over the real protocol by the real client, with the real tables. */
export interface LocalDynamoDB {
  readonly endpoint: string;
  /** Tables by the name they have in `core/tables.ts`. */
  readonly tables: { readonly findings: string; readonly state: string };
  /** A client of it; what it writes to findings appears in {@link stream}. */
  readonly client: DynamoDBClient;
  /** Another client, e.g. with a request handler of its own. */
  connect(config?: DynamoDBClientConfig): DynamoDBClient;
  /** Takes the stream records since the last call, in order: one for each change of a findings item. */
  stream(): readonly DynamoDBRecord[];
  close(): Promise<void>;
}

const region = 'local';

/**
 * Starts it on a free port of the loopback interface. @param path a directory to keep the data in; absent: in memory
 * @throws where another process has that directory open
 */
export const localDynamoDB = async (path?: string): Promise<LocalDynamoDB> => {
  if (path !== undefined) mkdirSync(path, { recursive: true });
  const release = path === undefined ? undefined : claim(path);
  closeIterators();
  const server = dynalite({
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
    ...(path === undefined ? {} : { path }),
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve());
  });
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  const endpoint = `http://127.0.0.1:${port}`;
  const settings = { endpoint, region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const plain = new DynamoDBClient(settings);
  await createTables(plain, '');
  const clients = [plain];
  const records: DynamoDBRecord[] = [];
  const watch = changes(plain, records);
  const connect = (config: DynamoDBClientConfig = {}): DynamoDBClient => {
    const client = new DynamoDBClient({ ...settings, ...config });
    watch(client);
    clients.push(client);
    return client;
  };
  return {
    endpoint,
    tables: { findings: 'findings', state: 'state' },
    client: connect(),
    connect,
    stream: () => records.splice(0),
    close: async () => {
      for (const client of clients) client.destroy();
      server.closeAllConnections();
      await new Promise<void>((resolve, reject) => server.close(error => (error ? reject(error) : resolve())));
      release?.();
    },
  };
};

/** Creates what is missing of the tables, e.g. in an emulator. @param prefix what their names begin with */
export const createTables = async (
  client: DynamoDBClient,
  prefix: string,
  wanted: readonly Table[] = tables,
): Promise<void> => {
  const { TableNames: known = [] } = await client.send(new ListTablesCommand({}));
  const missing = wanted.filter(table => !known.includes(prefix + table.name));
  for (const table of missing) await client.send(new CreateTableCommand(creation(table, prefix)));
  for (const table of missing) await isActive(client, prefix + table.name);
};

/** A table takes no items while it is being created, however short that is. */
const isActive = async (client: DynamoDBClient, TableName: string): Promise<void> => {
  for (let tries = 0; tries < 1_000; tries++) {
    const { Table: table } = await client.send(new DescribeTableCommand({ TableName }));
    if (table?.TableStatus === 'ACTIVE') return;
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  throw new Error(`the table ${TableName} is still being created after ten seconds`);
};

const creation = (table: Table, prefix: string) => {
  const schema = ({ hash, range }: { readonly hash: string; readonly range?: string }) => [
    { AttributeName: hash, KeyType: 'HASH' as const },
    ...(range === undefined ? [] : [{ AttributeName: range, KeyType: 'RANGE' as const }]),
  ];
  return {
    TableName: prefix + table.name,
    BillingMode: 'PAY_PER_REQUEST' as const,
    AttributeDefinitions: Object.entries(table.attributes).map(([AttributeName, AttributeType]) => ({
      AttributeName,
      AttributeType,
    })),
    KeySchema: schema(table.key),
    ...(table.indexes.length === 0
      ? {}
      : {
          GlobalSecondaryIndexes: table.indexes.map(index => ({
            IndexName: index.name,
            KeySchema: schema(index),
            Projection: { ProjectionType: index.projection },
          })),
        }),
  };
};

/**
 * What the stream of the findings table would carry. After each write, whether it succeeded, failed or timed out, the items
 * it named are read back, and those that changed become records as Lambda gets them (Lambda Developer Guide, "Using Lambda
 * with DynamoDB"; view NEW_IMAGE).
 */
const changes = (reader: DynamoDBClient, records: DynamoDBRecord[]) => {
  const images = new Map<string, string>();
  let sequence = 0;

  const look = async (key: Record<string, AttributeValue>): Promise<void> => {
    const { Item: item } = await reader.send(
      new GetItemCommand({ TableName: findingsTable.name, Key: key, ConsistentRead: true }),
    );
    const name = JSON.stringify([key['pk'], key['sk']]);
    const before = images.get(name);
    if (item === undefined) return;
    const image = JSON.stringify(item);
    if (image === before) return;
    images.set(name, image);
    sequence++;
    records.push({
      eventID: sequence.toString(16).padStart(32, '0'),
      eventName: before === undefined ? 'INSERT' : 'MODIFY',
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: region,
      eventSourceARN: `arn:aws:dynamodb:${region}:000000000000:table/${findingsTable.name}/stream/local`,
      dynamodb: {
        Keys: wire(key),
        NewImage: wire(item),
        SequenceNumber: String(sequence).padStart(21, '0'),
        SizeBytes: image.length,
        StreamViewType: 'NEW_IMAGE',
      },
    });
  };

  return (client: DynamoDBClient): void =>
    client.middlewareStack.add(
      next => async args => {
        const keys = keysOf(args.input);
        try {
          return await next(args);
        } finally {
          for (const key of keys) await look(key);
        }
      },
      { step: 'initialize', name: 'localStream' },
    );
};

/** In a stream's JSON bytes are base64 text. */
const wire = (item: Record<string, AttributeValue>): NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']> =>
  JSON.parse(
    JSON.stringify(item, (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
    ),
  );

/** The keys that a command writes in the findings table. */
const keysOf = (input: object): readonly Record<string, AttributeValue>[] => {
  const pick = ({ pk, sk }: Record<string, AttributeValue>) => (pk && sk ? [{ pk, sk }] : []);
  const command = input as {
    readonly TableName?: string;
    readonly Key?: Record<string, AttributeValue>;
    readonly Item?: Record<string, AttributeValue>;
    readonly UpdateExpression?: string;
    readonly RequestItems?: Record<string, unknown>;
  };
  if (command.TableName === findingsTable.name && command.UpdateExpression !== undefined)
    return pick(command.Key ?? {});
  if (command.TableName === findingsTable.name && command.Item !== undefined) return pick(command.Item);
  const requests = command.RequestItems?.[findingsTable.name];
  if (!Array.isArray(requests)) return [];
  return (requests as { PutRequest?: { Item?: Record<string, AttributeValue> } }[]).flatMap(({ PutRequest }) =>
    pick(PutRequest?.Item ?? {}),
  );
};
