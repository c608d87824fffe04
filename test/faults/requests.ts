import { Readable } from 'node:stream';
import type { DynamoDBClient, DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { Fault, Schedule } from './schedule.ts';

type Handler = DynamoDBClient['config']['requestHandler'];
type Request = Parameters<Handler['handle']>[0];
type Response = Awaited<ReturnType<Handler['handle']>>['response'];

/** Slowness twice: races are what it makes. */
const single: readonly Fault[] = ['slow', 'slow', 'throw', 'lost', 'throttle', 'crash', 'crash-after'];

/**
 * A client's requests with faults in them, below the SDK: its retries, its parsing of errors and our adapters are the real
 * ones. One retry at once stands for the SDK's patient ones.
 */
export const faulty = (inner: Handler, schedule: Schedule): DynamoDBClientConfig => ({
  requestHandler: {
    metadata: { handlerProtocol: 'http/1.1' },
    handle: async (request: Request, options?: Parameters<Handler['handle']>[1]) => {
      const target = request.headers['x-amz-target']?.split('.')[1] ?? '?';
      const batch = target.startsWith('Batch');
      const fault = schedule.at(target, batch ? [...single, 'unprocessed', 'unprocessed'] : single);
      if (fault === 'throw' || fault === 'crash') throw failure('ECONNRESET');
      if (fault === 'slow') await schedule.wait();
      if (fault === 'throttle') return { response: answer(400, throttled) };
      if (fault === 'unprocessed') return { response: answer(200, undone(request, target)) };
      const answered = await inner.handle(request, options);
      if (fault === 'lost' || fault === 'crash-after') throw failure('TimeoutError');
      return answered;
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  },
  retryStrategy: {
    acquireInitialRetryToken: async () => token(0),
    refreshRetryTokenForRetry: async (before, info) => {
      if (before.getRetryCount() > 0 || info.errorType === 'CLIENT_ERROR') throw new Error('no more retries');
      return token(1);
    },
    recordSuccess: () => undefined,
  },
});

const token = (count: number) => ({ getRetryCount: () => count, getRetryDelay: () => 0 });

const failure = (name: string): Error =>
  Object.assign(new Error(`the connection broke (${name})`), { name, code: name });

const throttled = {
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message: 'The level of configured provisioned throughput for the table was exceeded.',
};

/** A batch of which DynamoDB did nothing and says so. */
const undone = (request: Request, target: string): object => {
  const { RequestItems: asked } = JSON.parse(new TextDecoder().decode(request.body)) as {
    readonly RequestItems: object;
  };
  return target === 'BatchGetItem' ? { Responses: {}, UnprocessedKeys: asked } : { UnprocessedItems: asked };
};

const answer = (statusCode: number, body: object): Response => ({
  statusCode,
  headers: { 'content-type': 'application/x-amz-json-1.0' },
  body: Readable.from([Buffer.from(JSON.stringify(body))]),
});

/** Its names and values stay in use: DynamoDB refuses those that are not. */
const alwaysTrue = (condition = 'attribute_exists(pk)'): string =>
  `(${condition}) OR attribute_exists(pk) OR attribute_not_exists(pk)`;

/** A client's requests with one guard taken out of them on their way. */
export const unguarded = (inner: Handler, without: string | undefined): Handler => {
  if (without !== 'condition' && without !== 'marker') return inner;
  return {
    ...inner,
    handle: (request, options) => {
      const target = request.headers['x-amz-target'] ?? '';
      if (!target.endsWith('.UpdateItem')) return inner.handle(request, options);
      const body = JSON.parse(new TextDecoder().decode(request.body)) as {
        ConditionExpression?: string;
        Key?: { pk?: { S?: string } };
        UpdateExpression?: string;
      };
      const isLedger = body.Key?.pk?.S?.startsWith('said#') === true;
      // The condition of a finding's window is what counts an event once; the ledger's is what says a thing once.
      if ((without === 'condition' && !isLedger) || (without === 'marker' && isLedger))
        body.ConditionExpression = alwaysTrue(body.ConditionExpression);
      const text = JSON.stringify(body);
      request.body = text;
      request.headers['content-length'] = String(Buffer.byteLength(text));
      return inner.handle(request, options);
    },
  };
};
