import { Agent, createServer, type IncomingHttpHeaders, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { granted } from '../grants.ts';
import { allows, askedBy } from '../policed.ts';

/** A way to a service on which each request to AWS is held to the deployed policy of the function that signed it. */
export interface Guard {
  readonly address: string;
  /** What was refused, by whom and what. */
  readonly refused: readonly string[];
  /** Requests that were let through, by action. */
  readonly allowed: ReadonlyMap<string, number>;
  stop(): void;
}

interface Asked {
  readonly action: string;
  readonly resource: string;
  readonly keys: readonly string[];
}

/** What a request asks of AWS, in the words of policies (Service Authorization Reference); [] where this does not know its service. */
type Reader = (operation: string, body: string, path: string) => readonly Asked[];

const on = (action: string, resource: string): readonly Asked[] => [{ action, resource, keys: [] }];
const short = (name: string): string =>
  name.replace(/^arn:aws:[^:]*:[^:]*:[^:]*:/, '').replace('tripline-production-', '');
const json = (body: string): { readonly [member: string]: unknown } => JSON.parse(body); // the SDK wrote it

const readers: { readonly [service: string]: Reader } = {
  // Of a stage that is not there, tables are meant as much as of the one that is.
  dynamodb: (operation, body) =>
    askedBy(json(body)).map(({ resource, keys }) => ({
      action: `dynamodb:${operation}`,
      resource: resource.replace('tripline-gone-', ''),
      keys,
    })),
  sns: (operation, body) => on(`sns:${operation}`, short(new URLSearchParams(body).get('TopicArn') ?? '')),
  events: (operation, body) =>
    (json(body)['Entries'] as readonly { readonly EventBusName: string }[]).flatMap(({ EventBusName: bus }) =>
      on(`events:${operation}`, bus.startsWith('arn:') ? short(bus) : `event-bus/${short(bus)}`),
    ),
  // A bucket of the stage's ends in what Pulumi adds to its name: in the synthesis in nothing but the hyphen.
  s3: (operation, _, path) =>
    on(`s3:${operation}Object`, path.replace(/^\/s3\//, '').replace(/^(quarantine|evidence)\//, '$1-/')),
  sqs: (_, body) => on('sqs:SendMessage', short(String(json(body)['QueueUrl']).split('/').at(-1) ?? '')),
  logs: (operation, body) =>
    on(
      `logs:${operation}`,
      operation === 'DescribeLogGroups' ? 'log-group:*' : `log-group:${json(body)['logGroupName']}`,
    ),
  ec2: operation => on(`ec2:${operation}`, '*'),
  iam: operation => on(`iam:${operation}`, '*'),
  cloudtrail: operation => on(`cloudtrail:${operation}`, '*'),
};

const verbs: { readonly [method: string]: string } = { PUT: 'Put', GET: 'Get' };

/** The operation's name: of the JSON protocols in a header, of the query protocols in the body, of S3's the method. */
const operationOf = (headers: IncomingHttpHeaders, body: string, method: string): string =>
  String(headers['x-amz-target'] ?? '')
    .split('.')
    .at(-1) ||
  new URLSearchParams(body).get('Action') ||
  (verbs[method] ?? method);

/** Sent in order to be denied: functions/canary.ts. */
const deniedOnPurpose = 'ec2:DescribeExportTasks';

/** @param target `http://127.0.0.1:…` */
export const guardOf = async (target: string): Promise<Guard> => {
  const { port, pathname } = new URL(target);
  const rights = granted();
  const refused: string[] = [];
  const allowed = new Map<string, number>();
  const agent = new Agent({ keepAlive: true });
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer); // no encoding is set
    const body = Buffer.concat(chunks);
    const { method = '', url = '/', headers } = request;
    const [, name = '', service = ''] =
      /Credential=([^/]+)\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '') ?? [];
    const asked =
      readers[service]?.(operationOf(headers, body.toString(), method), body.toString(), url.split('?')[0] ?? '') ?? [];
    for (const { action, resource, keys } of asked) {
      if (action === deniedOnPurpose || allows(rights[name] ?? [], action, resource, keys))
        allowed.set(action, (allowed.get(action) ?? 0) + 1);
      else refused.push(`${name} ${action} on ${resource} ${keys.join(' ')}`);
    }
    const far = send({ host: '127.0.0.1', port, method, path: url, headers, agent }, answer => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    far.on('error', () => response.destroy());
    far.end(body);
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const { port: own } = server.address() as AddressInfo; // listening on TCP
  return {
    address: `http://127.0.0.1:${own}${pathname === '/' ? '' : pathname}`,
    refused,
    allowed,
    stop: () => {
      agent.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
};
