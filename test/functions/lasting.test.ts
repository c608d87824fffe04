import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { forgetful, lasting } from '../../adapters/lasting.ts';

let server: Server;
/** Requests that are not answered yet to come, and on which connection each request came. */
let unanswered = 0;
let ports: (number | undefined)[] = [];

beforeEach(async () => {
  unanswered = 0;
  ports = [];
  server = createServer((request, response) => {
    ports.push(request.socket.remotePort);
    if (unanswered-- > 0) return;
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end('{"TableNames":[]}');
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const client = () =>
  new DynamoDBClient({
    ...lasting,
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, // listening on TCP
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
const ask = (one: DynamoDBClient) => one.send(new ListTablesCommand({}));

test('a request that nobody answers ends, and is made again', { timeout: 20_000 }, async () => {
  unanswered = 1;
  expect((await ask(client())).TableNames).toEqual([]);
  expect(ports).toHaveLength(2);
});

test('connections are used again, but not those of a process that was frozen for more than five minutes', async () => {
  let now = 0;
  const one = forgetful(client(), () => now);
  for (const later of [0, 299_000, 300_001]) {
    now += later;
    await ask(one);
  }
  const [first, second, third] = ports;
  expect(second).toBe(first);
  expect(third).not.toBe(first);
});
