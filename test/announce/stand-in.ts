import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A service on this machine's loopback: keeps what it was asked, answers as told. */
export const standIn = async (
  reply: (
    asked: Asked,
    at: number,
  ) => {
    readonly status?: number;
    readonly body?: string;
    readonly headers?: Record<string, string>;
    readonly never?: boolean;
  } = () => ({}),
) => {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', chunk => chunks.push(chunk));
    request.on('end', () => {
      const one = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() };
      asked.push(one);
      const { status = 200, body = '', headers = {}, never = false } = reply(one, asked.length - 1);
      if (!never) response.writeHead(status, headers).end(body);
    });
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  return {
    address: `http://127.0.0.1:${port}`,
    asked,
    stop: () => {
      server.closeAllConnections();
      return new Promise(done => server.close(done));
    },
  };
};
