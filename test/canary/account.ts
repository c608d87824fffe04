import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { CloudWatchLogsEvent, SQSEvent } from 'aws-lambda';
import { canarySession } from '../../core/cloudtrail/example-canary.ts';
import type { Asked } from '../announce/stand-in.ts';
import { standIn } from '../announce/stand-in.ts';

/** What an API server was asked. */
interface Request {
  readonly method: string;
  readonly path: string;
  readonly agent: string;
  readonly identity: string | undefined;
}

/** A key and a certificate of an authority of its own, as every cluster has; valid for this machine's loopback. */
const authority = (): { readonly key: string; readonly cert: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'tripline-canary-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const { status, stderr } = spawnSync(
    'openssl',
    ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'].concat(
      ['-subj', '/CN=kubernetes', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert], //
    ),
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`openssl could not make a certificate: ${stderr}`);
  return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
};

/** An API server over TLS on this machine: keeps what it was asked, answers with a status as the real one's `Status` object. */
export const apiServer = async (answers: () => number = () => 403) => {
  const asked: Request[] = [];
  const { key, cert } = authority();
  const server = createServer({ key, cert }, ({ method = '', url = '', headers }, response) => {
    asked.push({
      method,
      path: url,
      agent: headers['user-agent'] ?? '',
      identity: headers.authorization,
    });
    const code = answers();
    const reason = code === 401 ? 'Unauthorized' : 'Forbidden';
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, code }));
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo; // a listening TCP server has one
  return {
    endpoint: `https://127.0.0.1:${port}`,
    ca: Buffer.from(cert).toString('base64'),
    asked,
    stop: () => {
      server.closeAllConnections();
      return new Promise(done => server.close(done));
    },
  };
};

type Api = Pick<Awaited<ReturnType<typeof apiServer>>, 'endpoint' | 'ca'>;

/** The EC2 API's answer to who may not (EC2 API Reference, "Error codes"). */
const denied = (code: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>${code}</Code><Message>You are not authorized to perform this operation.</Message></Error></Errors><RequestID>11111111-2222-3333-4444-555555555555</RequestID></Response>`;

/** EC2, EKS and SNS on this machine's loopback, in their own wire forms. */
export interface Account {
  readonly asked: readonly Asked[];
  /** What EC2 answers: an error code. */
  ec2: string;
  /** SNS takes nothing for now. */
  deaf: boolean;
  readonly clusters: Map<string, Api & { readonly isPublic?: boolean }>;
  readonly published: () => readonly { readonly message: string; readonly attributes: Record<string, string> }[];
  readonly calls: () => readonly Asked[];
  readonly stop: () => Promise<unknown>;
}

export const startAccount = async (): Promise<Account> => {
  const clusters: Account['clusters'] = new Map();
  const state = { ec2: 'UnauthorizedOperation', deaf: false };
  const server = await standIn(one => {
    const cluster = /^\/clusters\/([^/?]+)$/.exec(one.path)?.[1];
    if (cluster !== undefined) {
      const found = clusters.get(cluster);
      if (found === undefined)
        return {
          status: 404,
          headers: { 'x-amzn-errortype': 'ResourceNotFoundException' },
          body: '{"message":"none"}',
        };
      const { endpoint, ca, isPublic = true } = found;
      const resourcesVpcConfig = { endpointPublicAccess: isPublic };
      return {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          cluster: { name: cluster, endpoint, certificateAuthority: { data: ca }, resourcesVpcConfig },
        }),
      };
    }
    if (one.body.includes('Action=Publish'))
      return state.deaf
        ? {
            status: 400,
            body: '<ErrorResponse><Error><Type>Sender</Type><Code>NotFound</Code></Error></ErrorResponse>',
          }
        : { body: '<PublishResponse><PublishResult><MessageId>1</MessageId></PublishResult></PublishResponse>' };
    return { status: 403, headers: { 'content-type': 'text/xml;charset=UTF-8' }, body: denied(state.ec2) };
  });
  process.env['AWS_ENDPOINT_URL'] = server.address;
  process.env['AWS_ACCESS_KEY_ID'] = 'AKIAIOSFODNN7EXAMPLE';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'example';
  const forms = (of: string) => server.asked.filter(({ body }) => body.includes(`Action=${of}`));
  return Object.assign(state, {
    asked: server.asked,
    clusters,
    calls: () => forms('DescribeExportTasks'),
    published: () =>
      forms('Publish').map(({ body }) => {
        const form = new URLSearchParams(body);
        const names = [...form].filter(([name]) => /^MessageAttributes\.entry\.\d+\.Name$/.test(name));
        return {
          message: JSON.parse(form.get('Message') ?? '{}').default,
          attributes: Object.fromEntries(
            names.map(([name, value]) => [value, form.get(name.replace(/Name$/, 'Value.StringValue')) ?? '']),
          ),
        };
      }),
    stop: async () => {
      delete process.env['AWS_ENDPOINT_URL'];
      await server.stop();
    },
  });
};

let events = 0;

/** The call as CloudTrail records it, and as EventBridge hands it over through the queue. @param time milliseconds since 1970 */
export const delivered = ({ headers, body }: Asked, time: number): SQSEvent => {
  const form = new URLSearchParams(body);
  const region = /\/([a-z0-9-]+)\/ec2\/aws4_request/.exec(headers.authorization ?? '')?.[1] ?? 'unknown';
  const eventTime = `${new Date(time).toISOString().slice(0, 19)}Z`;
  const detail = {
    eventVersion: '1.11',
    userIdentity: canarySession,
    eventTime,
    eventSource: 'ec2.amazonaws.com',
    eventName: form.get('Action'),
    awsRegion: region,
    sourceIPAddress: '198.51.100.77',
    userAgent: headers['user-agent'],
    errorCode: 'Client.UnauthorizedOperation',
    errorMessage: 'You are not authorized to perform this operation.',
    requestParameters: {},
    responseElements: null,
    requestID: '11111111-2222-3333-4444-555555555555',
    eventID: `11111111-2222-4333-8444-${String(events++).padStart(12, '0')}`,
    readOnly: true,
    eventType: 'AwsApiCall',
    managementEvent: true,
    recipientAccountId: '111122223333',
    eventCategory: 'Management',
  };
  const envelope = {
    ...{ version: '0', id: detail.eventID, 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.ec2' },
    ...{ account: '111122223333', time: eventTime, region, resources: [], detail },
  };
  return { Records: [{ messageId: detail.eventID, body: JSON.stringify(envelope) }] } as unknown as SQSEvent; // what our reader reads of it
};

/** The request as the API server audits its refusal, and as CloudWatch Logs hands it over. */
export const audited = ({ path, agent, method }: Request, code: number, time: number): CloudWatchLogsEvent => {
  const [, , apiGroup, apiVersion, resource, name] = path.split('/');
  const isKnown = code !== 401;
  const stamp = new Date(time).toISOString().replace('Z', '456Z');
  const event = {
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata' },
    auditID: `0a1b2c3d-0000-4000-8000-${String(events++).padStart(12, '0')}`,
    stage: isKnown ? 'ResponseComplete' : 'ResponseStarted',
    requestURI: path,
    verb: method.toLowerCase(),
    user: isKnown ? { username: 'system:anonymous', groups: ['system:unauthenticated'] } : {},
    sourceIPs: ['198.51.100.77'],
    userAgent: agent,
    objectRef: { resource, name, apiGroup, apiVersion },
    responseStatus: { metadata: {}, status: 'Failure', reason: isKnown ? 'Forbidden' : 'Unauthorized', code },
    ...{ requestReceivedTimestamp: stamp, stageTimestamp: stamp },
    ...(isKnown
      ? { annotations: { 'authorization.k8s.io/decision': 'forbid', 'authorization.k8s.io/reason': '' } }
      : {}),
  };
  const payload = {
    ...{ messageType: 'DATA_MESSAGE', owner: '111122223333', logGroup: '/aws/eks/prod/cluster' },
    ...{ logStream: 'kube-apiserver-audit-0123456789abcdef', subscriptionFilters: ['tripline-production-audit'] },
    logEvents: [{ id: '1', timestamp: time, message: JSON.stringify(event) }],
  };
  return { awslogs: { data: gzipSync(JSON.stringify(payload)).toString('base64') } };
};
