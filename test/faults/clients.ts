import { Readable } from 'node:stream';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { sendToPagerDuty } from '../../adapters/pagerduty.ts';
import { postToSlack } from '../../adapters/slack.ts';
import { postSigned } from '../../adapters/webhook.ts';
import type { Deps } from '../../functions/deps/deps.ts';
import { oneRetry } from './database.ts';
import { broken, type Fault, running, type Schedule } from './schedule.ts';
import { routingKey, type Services, type Taken } from './services.ts';

const requested: readonly Fault[] = [
  ...(['slow', 'slow', 'throw', 'reset', 'lost', 'throttle', 'fail', 'fail-after', 'crash', 'crash-after'] as const),
];
/** Waiting for an answer that never comes takes real time: seldom. */
const posted: readonly Fault[] = [...requested, ...requested, 'never'];
const put: readonly Fault[] = [...requested, 'refused', 'refused'];

/** Milliseconds that are waited for an answer that never comes, and for one that may be slow on a busy machine. */
const [impatient, patient] = [100, 60_000];

type Handler = SNSClient['config']['requestHandler'];
type Request = Parameters<Handler['handle']>[0];
type Options = Parameters<Handler['handle']>[1];

/** The real clients of the services, with faults below them. */
export const clientsOf = (schedule: Schedule, services: Services, taken: () => Taken) => {
  let calls = 0;

  /** Makes one call and notes which announcements were taken in it: a fault after it leaves them in doubt. */
  const noting = async <T>(make: (call: string) => Promise<T>): Promise<T> => {
    const call = `call-${schedule.seed}-${++calls}`;
    try {
      return await make(call);
    } finally {
      running.getStore()?.said.push(...(taken().byCall.get(call) ?? []));
    }
  };

  const faulty = (inner: Handler, service: string, possible: readonly Fault[]) => ({
    requestHandler: {
      metadata: { handlerProtocol: 'http/1.1' },
      handle: (request: Request, options?: Options) =>
        schedule.call(service, possible, fault =>
          noting(async call => {
            if (fault === 'throw') throw broken('ECONNRESET');
            request.headers['x-call'] = call;
            if (fault !== undefined) request.headers['x-fault'] = fault;
            const answer = await inner.handle(request, options);
            if (request.method === 'GET') answer.response.body = await arrived(answer.response.body as Readable); // Node's handler's
            return answer;
          }),
        ),
      updateHttpClientConfig: () => undefined,
      httpHandlerConfigs: () => ({}),
    },
    retryStrategy: oneRetry,
  });
  const at = (service: string) => ({
    endpoint: `${services.address}/${service}`,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const [sns, bus, sqs, s3] = [at('sns'), at('bus'), at('sqs'), { ...at('s3'), forcePathStyle: true }];

  /** Posts by `fetch`: the address tells the service which fault the request meets. */
  const posting = (service: string, make: (address: string, timeout: number) => Promise<void>): Promise<void> =>
    schedule.call(service, posted, fault =>
      noting(call =>
        make(
          fault === 'throw' ? 'http://127.0.0.1:1/' : `${services.address}/${service}/${call}/${fault ?? ''}`,
          fault === 'never' ? impatient : patient,
        ),
      ),
    );

  return {
    sns: new SNSClient({ ...sns, ...faulty(inner(new SNSClient(sns)), 'sns', requested) }),
    bus: new EventBridgeClient({ ...bus, ...faulty(inner(new EventBridgeClient(bus)), 'bus', put) }),
    sqs: new SQSClient({ ...sqs, ...faulty(inner(new SQSClient(sqs)), 'sqs', put) }),
    /** The posture reader's queue. */
    readings: `${services.address}/sqs/readings`,
    s3: new S3Client({ ...s3, ...faulty(inner(new S3Client(s3)), 's3', requested) }),
    outlets: (now: () => number): Pick<Deps, 'slack' | 'pagerDuty' | 'webhook'> => ({
      slack: {
        name: 'team',
        post: message =>
          posting('slack', (address, timeout) =>
            postToSlack(address, message, { timeout, patience: 5_000, wait: async () => undefined }),
          ),
      },
      pagerDuty: () => ({
        name: '1',
        routingKey,
        send: event => posting('pagerduty', (address, timeout) => sendToPagerDuty(event, { address, timeout })),
      }),
      webhook: () => ({
        name: '2',
        send: (id, body) =>
          posting('webhook', (address, timeout) =>
            postSigned(id, body, { address, secret: 'a-long-random-secret-of-the-webhook', now: now(), timeout }),
          ),
      }),
    }),
  };
};

export type Clients = ReturnType<typeof clientsOf>;

/** A body of which all arrived that will: what is read of it later does not depend on the socket. It breaks off where that did. */
const arrived = async (body: Readable): Promise<Readable> => {
  const chunks: Buffer[] = [];
  let fault: unknown;
  try {
    for await (const chunk of body) chunks.push(chunk);
  } catch (error) {
    fault = error;
  }
  const bytes = Buffer.concat(chunks);
  return Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
      if (fault !== undefined) throw fault;
    })(),
  );
};

/** The SDK's own handler of requests: each service's client types it after itself. */
const inner = (client: { readonly config: { readonly requestHandler: unknown } }): Handler =>
  client.config.requestHandler as Handler;
