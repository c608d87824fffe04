import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What of AWS and of Slack no other test stands in for, as far as the functions speak to it. */
export interface Rest {
  readonly address: string;
  /** Every request, as `METHOD /path` or the operation's name. */
  readonly asked: string[];
  /** Bodies of messages that were sent to queues. */
  readonly queued: string[];
  /** Objects by `/bucket/key`. */
  readonly objects: Map<string, Buffer>;
  /** Milliseconds that an object takes to come. */
  slow(ms: number): void;
  stop(): void;
}

const auditGroup = '/aws/eks/prod/cluster';

/** Operations of the JSON protocols (Amazon CloudWatch Logs and Amazon SQS API References). */
const operations: { readonly [name: string]: (body: Record<string, unknown>, queued: string[]) => object } = {
  'Logs_20140328.DescribeLogGroups': () => ({ logGroups: [{ logGroupName: auditGroup }] }),
  'Logs_20140328.DescribeSubscriptionFilters': () => ({ subscriptionFilters: [] }),
  'Logs_20140328.DescribeLogStreams': () => ({
    logStreams: [{ logStreamName: 'kube-apiserver-audit-0123456789abcdef' }],
  }),
  'Logs_20140328.PutSubscriptionFilter': () => ({}),
  'AmazonSQS.SendMessageBatch': ({ Entries }, queued) => {
    const entries = Entries as readonly { readonly Id: string; readonly MessageBody: string }[]; // the SDK wrote it
    queued.push(...entries.map(({ MessageBody }) => MessageBody));
    const digest = (text: string): string => createHash('md5').update(text).digest('hex');
    return {
      Successful: entries.map(({ Id, MessageBody }) => ({ Id, MessageId: Id, MD5OfMessageBody: digest(MessageBody) })),
      Failed: [],
    };
  },
};

/** Amazon EC2 API Reference, "Error codes"; IAM's has the same members. */
const refusal =
  '<Response><Errors><Error><Code>UnauthorizedOperation</Code><Message>no</Message></Error></Errors><Error><Code>AccessDenied</Code></Error><RequestID>1</RequestID></Response>';

export const restOfAws = async (): Promise<Rest> => {
  const asked: string[] = [];
  const queued: string[] = [];
  const objects = new Map<string, Buffer>();
  let wait = 0;
  const json = (response: ServerResponse, status: number, body: object): void =>
    void response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));

  const object = async (request: IncomingMessage, response: ServerResponse, path: string, body: Buffer) => {
    if (request.method === 'PUT') {
      objects.set(path, body);
      return void response.end();
    }
    await new Promise(done => setTimeout(done, wait));
    const found = objects.get(path);
    response.writeHead(found === undefined ? 404 : 200).end(found);
  };

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer); // no encoding is set
    const body = Buffer.concat(chunks);
    const target = request.headers['x-amz-target'];
    const [path = ''] = (request.url ?? '').split('?');
    asked.push(typeof target === 'string' ? target : `${request.method} ${path}`);
    const operation = operations[String(target)];
    if (operation !== undefined) return json(response, 200, operation(JSON.parse(body.toString()), queued));
    if (path.startsWith('/s3/')) return object(request, response, path.slice(3), body);
    if (path.startsWith('/api/')) return json(response, 200, { ok: true, ts: '1788256800.000100' });
    if (path === '/heartbeat') return json(response, 200, {});
    // Everything else is refused, as a role without permissions is: what is looked up is said to be missing.
    if (body.includes('Action=')) return void response.writeHead(403, { 'content-type': 'text/xml' }).end(refusal);
    response.setHeader('x-amzn-errortype', 'AccessDeniedException');
    json(response, 403, { __type: 'AccessDeniedException', message: 'no' });
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo; // listening on TCP
  return {
    address: `http://127.0.0.1:${port}`,
    asked,
    queued,
    objects,
    slow: ms => {
      wait = ms;
    },
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
};
