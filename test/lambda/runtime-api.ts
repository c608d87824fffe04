import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What an invocation came to, as Lambda learns of it. */
export type Outcome =
  | { readonly kind: 'answer'; readonly value: unknown }
  | { readonly kind: 'error'; readonly type: string; readonly message: string }
  /** The environment could not be made ready; or ended, or was ended at its time-out, without an answer. */
  | { readonly kind: 'init'; readonly type: string; readonly message: string }
  | { readonly kind: 'ended'; readonly how: string }
  | { readonly kind: 'timed out' };

/** An invocation as Lambda hands it over. */
export interface Invocation {
  readonly id: string;
  readonly event: string;
  /** Milliseconds since 1970, by the clock of whoever runs. */
  readonly deadline: number;
}

/**
 * Lambda's Runtime API for one execution environment, on loopback (Lambda Developer Guide, "Using the Lambda runtime API for custom
 * runtimes"): one invocation at a time, the next one when the last was answered and asked for.
 */
export interface RuntimeApi {
  /** Host and port, as `AWS_LAMBDA_RUNTIME_API` has them. */
  readonly address: string;
  /** Hands an invocation over as soon as the client asks. @returns what it came to, when the client asks for the next or tells an error */
  hand(invocation: Invocation): Promise<Outcome>;
  /** Nobody will ask again: what was handed over came to this. */
  settle(outcome: Outcome): void;
  /** When the last answer came, milliseconds of `performance.now()`. */
  answeredAt(): number;
  /** The status that answers are taken with from here on; 202 is yes. */
  take(status: number): void;
  close(): void;
}

const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:tripline-production-test';

const failureIn = (body: string): { readonly type: string; readonly message: string } => {
  const { errorType = '', errorMessage = '' } = JSON.parse(body) as { errorType?: string; errorMessage?: string };
  return { type: errorType, message: errorMessage };
};

export const runtimeApi = async (): Promise<RuntimeApi> => {
  let asked: ServerResponse | undefined;
  let waiting: Invocation | undefined;
  let outcome: Outcome | undefined;
  let resolve: (outcome: Outcome) => void = () => undefined;
  let status = 202;
  let answered = 0;

  const handOver = (): void => {
    if (asked === undefined || waiting === undefined) return;
    const { id, event, deadline } = waiting;
    asked
      .writeHead(200, {
        'content-type': 'application/json',
        'lambda-runtime-aws-request-id': id,
        'lambda-runtime-deadline-ms': String(deadline),
        'lambda-runtime-invoked-function-arn': arn,
        'lambda-runtime-trace-id': 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0',
      })
      .end(event);
    asked = undefined;
    waiting = undefined;
  };
  const settle = (result: Outcome): void => {
    outcome = undefined;
    resolve(result);
  };
  const took = (result: Outcome): void => {
    outcome = result;
    answered = performance.now();
  };

  const server = createServer(async (request, response) => {
    const path = (request.url ?? '').replace('/2018-06-01/runtime/', '');
    if (path === 'invocation/next') {
      asked = response;
      if (outcome !== undefined) settle(outcome);
      return handOver();
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer); // no encoding is set
    const body = Buffer.concat(chunks).toString();
    if (path.endsWith('/response')) took({ kind: 'answer', value: JSON.parse(body) });
    else if (path.startsWith('init/')) settle({ kind: 'init', ...failureIn(body) });
    else took({ kind: 'error', ...failureIn(body) });
    response.writeHead(status, { 'content-type': 'application/json' }).end('{"status":"OK"}');
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo; // listening on TCP
  return {
    address: `127.0.0.1:${port}`,
    hand: invocation =>
      new Promise(done => {
        resolve = done;
        waiting = invocation;
        handOver();
      }),
    settle,
    answeredAt: () => answered,
    take: next => {
      status = next;
    },
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
