import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { DynamoDBRecord } from 'aws-lambda';
import dynalite from 'dynalite';
import { createTables } from '../../adapters/local-dynamodb.ts';
import { tables } from '../../core/tables.ts';
import { broken, type Fault, type Schedule } from './schedule.ts';

type Handler = DynamoDBClient['config']['requestHandler'];
type Request = Parameters<Handler['handle']>[0];
type Response = Awaited<ReturnType<Handler['handle']>>['response'];
/** An item as it is on the wire. */
export type Item = NonNullable<NonNullable<DynamoDBRecord['dynamodb']>['NewImage']>;

/** Slowness twice: races are what it makes. */
const single: readonly Fault[] = ['slow', 'slow', 'throw', 'lost', 'throttle', 'crash', 'crash-after'];
const batch: readonly Fault[] = [...single, 'unprocessed', 'unprocessed'];

/** The guards that are conditions of writes, which can be taken out of requests on their way. */
export type Condition = 'condition' | 'marker';

/** The tables of one schedule, in a database of its own. */
export interface Tables {
  readonly findings: string;
  readonly state: string;
  /** A client without faults that nobody watches. */
  readonly client: DynamoDBClient;
  /** Every item of findings as it was last written. */
  readonly images: ReadonlyMap<string, Item>;
  /** Takes what the stream of findings carries since the last call, in order. */
  stream(): readonly DynamoDBRecord[];
}

const staticSigner = {
  // dynalite looks only at whether a request is signed: a tenth of the time of a run goes into hashing otherwise.
  sign: async <T>(request: T): Promise<T> => {
    const { headers } = request as { headers: Record<string, string> }; // an HTTP request, whatever its type is called
    headers['authorization'] = 'AWS4-HMAC-SHA256 Credential=local, SignedHeaders=host, Signature=none';
    headers['x-amz-date'] = '20260901T000000Z';
    return request;
  },
};

/** How a client reaches the database, whose requests nobody signs. */
export const unsigned = {
  endpoint: 'http://127.0.0.1',
  region: 'local',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  signer: staticSigner as NonNullable<DynamoDBClientConfig['signer']>, // signs nothing but requests
};

/** A request as dynalite's server gets it: of Node's request and response it uses only this. */
type Listener = (request: object, response: object) => void;

/** A database of a schedule's own. */
export interface Database {
  /** Signs nothing and meets no fault. */
  readonly client: DynamoDBClient;
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** dynalite behind a socket on loopback, as anything else reaches it. */
export const wiredDatabase = async (): Promise<Database> => {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  await new Promise<void>((listening, failed) => {
    server.once('error', failed);
    server.listen(0, '127.0.0.1', () => listening());
  });
  const { port } = server.address() as AddressInfo; // it listens on a port
  const endpoint = `http://127.0.0.1:${port}`;
  const client = new DynamoDBClient({ ...unsigned, endpoint });
  const stop = async (): Promise<void> => {
    client.destroy();
    await new Promise<void>(closed => server.close(() => closed()));
  };
  return { client, endpoint, stop };
};

/**
 * dynalite in this process. Its server is given the client's HTTP requests as they are, without a socket in between, which would
 * take a third of a run's time and adds nothing: connections are broken here, above it.
 */
export const startDatabase = (): Database => {
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const [listen] = server.listeners('request') as Listener[];
  const handle = (request: Request): Promise<{ response: Response }> =>
    new Promise(done => {
      const on = new Map<string, (chunk?: Buffer) => void>();
      const headers: Record<string, string> = {};
      const response = {
        statusCode: 200,
        setHeader: (name: string, value: unknown) => {
          headers[name.toLowerCase()] = String(value);
        },
        end: (body: string) =>
          done({ response: { statusCode: response.statusCode, headers, body: Readable.from([Buffer.from(body)]) } }),
      };
      const lower = Object.entries(request.headers).map(([name, value]) => [name.toLowerCase(), value]);
      listen?.(
        {
          method: 'POST',
          url: '/',
          headers: Object.fromEntries(lower),
          on: (event: string, listener: () => void) => on.set(event, listener),
          removeAllListeners: () => undefined,
        },
        response,
      );
      on.get('data')?.(Buffer.from(bodyOf(request)));
      on.get('end')?.();
    });
  const client = new DynamoDBClient({ ...unsigned, requestHandler: handlerOf(handle) });
  return { client, endpoint: unsigned.endpoint, stop: async () => client.destroy() };
};

/** What the SDK asks of a handler of requests. */
const handlerOf = (handle: Handler['handle']) => ({
  metadata: { handlerProtocol: 'http/1.1' },
  handle,
  updateHttpClientConfig: () => undefined,
  httpHandlerConfigs: () => ({}),
});

/**
 * Makes the tables of a schedule, and the client through which its processes reach them: the SDK's retries and parsing
 * of errors and our adapters are the real ones, faults come below. One retry at once stands for the SDK's patient ones.
 * @param learned told of every mark that a stream was heard, as it is stored
 */
export const createdTables = async (
  { client: plain, endpoint }: Database,
  schedule: Schedule,
  without: Condition | undefined,
  learned: (scope: string, marks: readonly string[]) => void,
): Promise<Tables & { readonly faulty: DynamoDBClient }> => {
  const names = { findings: 'findings', state: 'state' };
  await createTables(
    plain,
    '',
    tables.filter(({ name }) => name in names),
  );
  const images = new Map<string, Item>();
  const records: DynamoDBRecord[] = [];
  const inner = plain.config.requestHandler;
  let sequence = 0;

  const wrote = (item: Item): void => {
    const [pk, sk] = [item['pk'], item['sk']];
    if (pk === undefined || sk === undefined) return;
    const name = `${pk.S} ${sk.S}`;
    const before = images.get(name);
    images.set(name, item);
    if (JSON.stringify(before) === JSON.stringify(item)) return;
    sequence++;
    records.push({
      eventID: String(sequence),
      eventName: before === undefined ? 'INSERT' : 'MODIFY',
      eventSource: 'aws:dynamodb',
      dynamodb: { Keys: { pk, sk }, NewImage: item, SequenceNumber: String(sequence), StreamViewType: 'NEW_IMAGE' },
    });
  };

  /** Makes a request without the guard that is left out, and tells what it wrote. */
  const make = async (
    request: Request,
    target: string,
    options: Parameters<Handler['handle']>[1],
  ): Promise<Response> => {
    const body = JSON.parse(bodyOf(request)) as Body;
    const heard = body.Key?.pk?.S?.startsWith('heard#') === true && !body.Key.pk.S.includes('#days#');
    if (target === 'UpdateItem') {
      unguard(body, without);
      if (body.TableName === names.findings || heard) body.ReturnValues = 'ALL_NEW';
      const text = JSON.stringify(body);
      request.body = text;
      request.headers['content-length'] = String(Buffer.byteLength(text));
    }
    const { response } = await inner.handle(request, options);
    const text = await textOf(response.body as Readable); // Node's handler gives a stream
    if (response.statusCode === 200) {
      const written = target === 'UpdateItem' ? (JSON.parse(text) as { Attributes?: Item }).Attributes : undefined;
      if (written !== undefined && heard) learned(body.Key?.pk?.S ?? '', written['s:marks']?.SS ?? []);
      else if (written !== undefined) wrote(written);
      if (target === 'BatchWriteItem')
        for (const { PutRequest: put } of body.RequestItems?.[names.findings] ?? []) if (put?.Item) wrote(put.Item);
    }
    return { ...response, body: Readable.from([Buffer.from(text)]) };
  };

  const faulty = new DynamoDBClient({
    ...unsigned,
    endpoint,
    requestHandler: handlerOf((request, options) => {
      const target = request.headers['x-amz-target']?.split('.')[1] ?? '?';
      return schedule.call(target, target.startsWith('Batch') ? batch : single, async fault => {
        if (fault === 'throw') throw broken('ECONNRESET');
        if (fault === 'throttle') return { response: answer(400, throttled) };
        if (fault === 'unprocessed') return { response: answer(200, undone(request, target)) };
        const response = await make(request, target, options);
        if (fault === 'lost') throw broken('TimeoutError');
        return { response };
      });
    }),
    retryStrategy: oneRetry,
  });
  return {
    ...names,
    client: plain,
    faulty,
    images,
    stream: () => records.splice(0),
  };
};

/** The SDK's own patience, in short: one more try at once. */
export const oneRetry: NonNullable<Exclude<DynamoDBClientConfig['retryStrategy'], undefined>> = {
  acquireInitialRetryToken: async () => token(0),
  refreshRetryTokenForRetry: async (before, info) => {
    if (before.getRetryCount() > 0 || info.errorType === 'CLIENT_ERROR') throw new Error('no more retries');
    return token(1);
  },
  recordSuccess: () => undefined,
};

const token = (count: number) => ({ getRetryCount: () => count, getRetryDelay: () => 0 });

const bodyOf = (request: Request): string =>
  typeof request.body === 'string' ? request.body : new TextDecoder().decode(request.body);

const textOf = async (body: Readable): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

/** What is looked at of a request. */
interface Body {
  readonly TableName?: string;
  readonly Key?: { readonly pk?: { readonly S?: string } };
  readonly RequestItems?: { readonly [table: string]: readonly { readonly PutRequest?: { readonly Item?: Item } }[] };
  ConditionExpression?: string;
  ReturnValues?: string;
}

const throttled = {
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message: 'The level of configured provisioned throughput for the table was exceeded.',
};

/** A batch of which DynamoDB did nothing and says so. */
const undone = (request: Request, target: string): object => {
  const { RequestItems: asked } = JSON.parse(bodyOf(request)) as { readonly RequestItems: object };
  return target === 'BatchGetItem' ? { Responses: {}, UnprocessedKeys: asked } : { UnprocessedItems: asked };
};

const answer = (statusCode: number, body: object): Response => ({
  statusCode,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: Readable.from([Buffer.from(JSON.stringify(body))]),
});

/** The condition of a finding's window is what counts an event once; the ledger's is what says a thing once. */
const unguard = (body: Body, without: Condition | undefined): void => {
  if (without === undefined || body.ConditionExpression === undefined) return;
  const isLedger = body.Key?.pk?.S?.startsWith('said#') === true;
  if ((without === 'marker') !== isLedger) return;
  // Its names and values stay in use: DynamoDB refuses those that are not.
  body.ConditionExpression = `(${body.ConditionExpression}) OR attribute_exists(pk) OR attribute_not_exists(pk)`;
};
