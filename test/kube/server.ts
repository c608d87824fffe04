import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Json } from '../../core/json.ts';
import { selfSigned } from './certificate.ts';

/** How an API server says no (Kubernetes API conventions, "Response Status Kind"). */
export const status = (code: number, reason: string, message = `${reason} by the test`): Json => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  message,
  reason,
  code,
});

export interface Answer {
  readonly code?: number;
  readonly body?: Json | string;
  readonly headers?: Record<string, string>;
  /** Says nothing for ever: not even headers, or after the first byte of the body. */
  readonly never?: 'headers' | 'body';
  /** Bytes of filling after the body, sent while somebody listens. */
  readonly endless?: true;
  /** Cut off in the middle. */
  readonly cut?: true;
}

export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/**
 * An API server on this machine's loopback, over TLS with a certificate of its own: gives the objects it has by their path, a
 * Status for those it has not, and asks for a bearer token as EKS does.
 * @param objects by path; a function is asked anew each time
 */
export const kubeServer = async (objects: Record<string, Json | (() => Answer)> = {}) => {
  const { key, cert } = selfSigned('kubernetes');
  const asked: Asked[] = [];
  const server = createServer({ key, cert }, (request, response) => {
    const { method = '', url: path = '', headers } = request;
    asked.push({ method, path, headers });
    const found = Object.hasOwn(objects, path) ? objects[path] : undefined;
    const answer: Answer = headers.authorization?.startsWith('Bearer k8s-aws-v1.')
      ? found === undefined
        ? { code: 404, body: status(404, 'NotFound') }
        : typeof found === 'function'
          ? found()
          : { body: found }
      : { code: 401, body: status(401, 'Unauthorized') };
    if (answer.never === 'headers') return;
    response.writeHead(answer.code ?? 200, { 'content-type': 'application/json', ...answer.headers });
    const body = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {});
    if (answer.never === 'body') response.write(body.slice(0, 1));
    else if (answer.cut === true) {
      response.write(body.slice(0, 1));
      setImmediate(() => response.destroy());
    } else if (answer.endless === true) {
      const fill = (): void => {
        while (!response.destroyed && response.write(' '.repeat(65_536)));
        response.once('drain', fill);
      };
      fill();
    } else response.end(body);
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  return {
    objects,
    asked,
    url: `https://127.0.0.1:${port}`,
    /** PEM. */
    ca: cert,
    stop: () => {
      server.closeAllConnections();
      return new Promise(done => server.close(done));
    },
  };
};

export type KubeServer = Awaited<ReturnType<typeof kubeServer>>;
