import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import { createTables } from '../../adapters/local-dynamodb.ts';
import { type Item, startDatabase, unsigned } from '../faults/database.ts';
import { scanned } from '../findings/items.ts';

/** What DynamoDB bills: units of reads and writes as dynalite reckons them, indexes included. */
export interface Used {
  requests: number;
  read: number;
  written: number;
}

/** The two tables of a stage. */
export interface Database {
  /** Counts into {@link used}, and what it writes to findings comes through {@link stream}. */
  readonly client: DynamoDBClient;
  readonly used: Used;
  /** Every item of findings as it was last written, by `pk sk`. */
  readonly images: ReadonlyMap<string, Item>;
  /** Takes what the stream of findings carries since the last call. */
  stream(): readonly DynamoDBRecord[];
  /** Everything that a table holds. */
  items(table: TableName): Promise<readonly Stored[]>;
  /** Deletes what has expired, as DynamoDB does: within two days of it, and through the stream in the service's name. */
  expire(now: number): Promise<number>;
  stop(): Promise<void>;
}

export type TableName = 'findings' | 'state';
export type Stored = Awaited<ReturnType<typeof scanned>>[number];

const hour = 60 * 60_000;
const names: readonly TableName[] = ['findings', 'state'];

/** Hours after its expiry that an item is still there: up to 48 (DynamoDB Developer Guide, "How it works: TTL"), by its key. */
const lingers = (key: string): number => {
  let hash = 0;
  for (const letter of key) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) >>> 0;
  return hash % 48;
};

const nameOf = (item: Stored | Item): string => `${item['pk']?.S ?? ''} ${item['sk']?.S ?? ''}`;

/** What is read of a command's input. */
interface Input {
  readonly TableName?: string;
  readonly Item?: Stored;
  readonly UpdateExpression?: string;
  readonly RequestItems?: { readonly [table: string]: readonly { readonly PutRequest?: { readonly Item?: Stored } }[] };
}

interface Capacity {
  readonly TableName?: string;
  readonly CapacityUnits?: number;
}
interface Output {
  readonly Attributes?: Stored;
  readonly ConsumedCapacity?: Capacity | readonly Capacity[];
}

const isRead = (command: string): boolean => /^(?:Get|BatchGet|Query)/.test(command);

/** As a stream's JSON has it: bytes are base64 text. */
const wire = (item: Stored): Item =>
  JSON.parse(
    JSON.stringify(item, (_, value: unknown) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value,
    ),
  );

/** Starts dynalite with the stage's tables. */
export const stageDatabase = async (): Promise<Database> => {
  const { client: plain, stop } = startDatabase();
  await createTables(plain, '');
  const client = new DynamoDBClient({ ...unsigned, requestHandler: plain.config.requestHandler });
  const images = new Map<string, Item>();
  const records: DynamoDBRecord[] = [];
  const used: Used = { requests: 0, read: 0, written: 0 };
  let sequence = 0;

  const record = (eventName: 'INSERT' | 'MODIFY' | 'REMOVE', item: Stored, image: Item | undefined): void => {
    sequence++;
    const { pk, sk } = wire(item);
    records.push({
      eventID: String(sequence),
      eventName,
      eventSource: 'aws:dynamodb',
      ...(image === undefined ? { userIdentity: { type: 'Service', principalId: 'dynamodb.amazonaws.com' } } : {}),
      dynamodb: {
        Keys: { ...(pk === undefined ? {} : { pk }), ...(sk === undefined ? {} : { sk }) },
        ...(image === undefined ? {} : { NewImage: image }),
        SequenceNumber: String(sequence).padStart(21, '0'),
        StreamViewType: 'NEW_IMAGE',
      },
    });
  };
  const wrote = (item: Stored): void => {
    const name = nameOf(item);
    const image = wire(item);
    const before = images.get(name);
    images.set(name, image);
    if (JSON.stringify(before) !== JSON.stringify(image))
      record(before === undefined ? 'INSERT' : 'MODIFY', item, image);
  };

  client.middlewareStack.add(
    (next, { commandName = '' }) =>
      async args => {
        const command = commandName.replace('Command', '');
        const input = args.input as Input;
        const isFindings = input.TableName === 'findings';
        const asked = {
          ...args.input,
          ReturnConsumedCapacity: 'TOTAL',
          ...(command === 'UpdateItem' && isFindings ? { ReturnValues: 'ALL_NEW' } : {}),
        };
        used.requests++;
        const answer = await next({ ...args, input: asked as typeof args.input });
        const { Attributes: written, ConsumedCapacity: capacity = [] } = answer.output as Output;
        for (const { CapacityUnits: units = 0 } of [capacity].flat())
          used[isRead(command) ? 'read' : 'written'] += units;
        if (isFindings && written !== undefined) wrote(written);
        if (isFindings && input.Item !== undefined) wrote(input.Item);
        for (const { PutRequest: put } of command === 'BatchWriteItem' ? (input.RequestItems?.['findings'] ?? []) : [])
          if (put?.Item !== undefined) wrote(put.Item);
        return answer;
      },
    { step: 'initialize', name: 'month' },
  );

  const items = (table: TableName): Promise<readonly Stored[]> => scanned(plain, table);
  return {
    client,
    used,
    images,
    items,
    stream: () => records.splice(0),
    expire: async now => {
      let gone = 0;
      for (const table of names)
        for (const item of await items(table)) {
          const expires = Number(item['expires']?.N ?? Number.POSITIVE_INFINITY) * 1_000;
          const { pk, sk } = item;
          if (pk === undefined || expires + lingers(nameOf(item)) * hour > now) continue;
          await plain.send(
            new DeleteItemCommand({ TableName: table, Key: { pk, ...(sk === undefined ? {} : { sk }) } }),
          );
          gone++;
          if (table !== 'findings') continue;
          images.delete(nameOf(item));
          record('REMOVE', item, undefined);
        }
      return gone;
    },
    stop,
  };
};
