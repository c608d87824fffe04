import { createHash, createHmac } from 'node:crypto';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, describe, expect, test } from 'vitest';
import { type Endpoint, eksEndpoints, eksToken } from '../../adapters/eks.ts';
import { isPassing, KubeError, pathOf, readKube } from '../../adapters/kube-api.ts';
import type { Address } from '../../core/kubernetes/reading.ts';
import { selfSigned } from './certificate.ts';
import { type Answer, kubeServer, status } from './server.ts';

const credentials = {
  accessKeyId: 'ASIAEXAMPLEKEY000001',
  secretAccessKey: 'an/example+secret',
  sessionToken: 'to/ken=',
};
const pool: Address = { group: 'karpenter.sh', version: 'v1', resource: 'nodepools', name: 'default' };
const path = '/apis/karpenter.sh/v1/nodepools/default';
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});
const serve = async (objects: Parameters<typeof kubeServer>[0]) => {
  const made = await kubeServer(objects);
  stops.push(made.stop);
  return made;
};
const reach = ({ url, ca }: { url: string; ca: string }, over: Partial<Endpoint> = {}): Endpoint => ({
  url,
  ca,
  token: () => eksToken('prod', { region: 'eu-west-1', credentials }, Date.now()),
  ...over,
});
const failure = (reading: Promise<unknown>) =>
  reading.then(
    () => 'read',
    error => (error instanceof KubeError ? error.failure : `another error: ${error}`),
  );

describe('a token for EKS', () => {
  const decode = async (now: number, cluster = 'prod') => {
    const token = await eksToken(cluster, { region: 'eu-west-1', credentials }, now);
    expect(token).toMatch(/^k8s-aws-v1\.[A-Za-z0-9_-]+$/);
    return new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString());
  };
  const now = Date.parse('2026-09-01T10:00:00Z');

  test('is a request to STS with what the authenticator lets through, and nothing else', async () => {
    const url = await decode(now);
    expect([url.protocol, url.host, url.pathname]).toEqual(['https:', 'sts.eu-west-1.amazonaws.com', '/']);
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      Action: 'GetCallerIdentity',
      Version: '2011-06-15',
      'X-Amz-Date': '20260901T100000Z',
      'X-Amz-Expires': '60',
      'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
      'X-Amz-Security-Token': credentials.sessionToken,
    });
    expect([...url.searchParams.keys()].map(name => name.toLowerCase()).sort()).toEqual([
      'action',
      'version',
      'x-amz-algorithm',
      'x-amz-credential',
      'x-amz-date',
      'x-amz-expires',
      'x-amz-security-token',
      'x-amz-signature',
      'x-amz-signedheaders',
    ]);
  });

  test('is signed as Signature Version 4 says, cluster included', async () => {
    const url = await decode(now);
    const signatureFor = (cluster: string): string => {
      const query = [...url.searchParams]
        .filter(([name]) => name !== 'X-Amz-Signature')
        .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
        .sort()
        .join('&');
      const empty = createHash('sha256').update('').digest('hex');
      const headers = `host:${url.host}\nx-k8s-aws-id:${cluster}\n`;
      const canonical = `GET\n/\n${query}\n${headers}\nhost;x-k8s-aws-id\n${empty}`;
      const scope = '20260901/eu-west-1/sts/aws4_request';
      const text = `AWS4-HMAC-SHA256\n20260901T100000Z\n${scope}\n${createHash('sha256').update(canonical).digest('hex')}`;
      const key = scope
        .split('/')
        .reduce<string | Buffer>(
          (last, part) => createHmac('sha256', last).update(part).digest(),
          `AWS4${credentials.secretAccessKey}`,
        );
      return createHmac('sha256', key).update(text).digest('hex');
    };
    expect(url.searchParams.get('X-Amz-Signature')).toBe(signatureFor('prod'));
    expect(url.searchParams.get('X-Amz-Signature')).not.toBe(signatureFor('other'));
  });

  test('is for the STS of its own partition', async () => {
    const token = await eksToken('prod', { region: 'cn-north-1', credentials }, now);
    const url = Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString();
    expect(url).toMatch(/^https:\/\/sts\.cn-north-1\.amazonaws\.com\.cn\/\?/);
  });
});

describe('a path', () => {
  test.each([
    [pool, path],
    [{ ...pool, name: 'a b' }, undefined],
    [
      {
        group: 'infrastructure.cluster.x-k8s.io',
        version: 'v1beta2',
        resource: 'awsmachinetemplates',
        namespace: 'fleet',
        name: 'w',
      },
      '/apis/infrastructure.cluster.x-k8s.io/v1beta2/namespaces/fleet/awsmachinetemplates/w',
    ],
    [{ group: '', version: 'v1', resource: 'nodes', name: 'ip-10-0-1-2' }, '/api/v1/nodes/ip-10-0-1-2'],
    [{ ...pool, name: 'a?watch=true#x' }, `${path.replace('default', '')}a%3Fwatch%3Dtrue%23x`],
    [{ ...pool, name: '' }, undefined],
    [{ ...pool, name: '.' }, undefined],
    [{ ...pool, name: '..' }, undefined],
    [{ ...pool, name: '../../../api/v1/secrets' }, undefined],
    [{ ...pool, name: '%2e%2e' }, undefined],
    [{ ...pool, name: 'a\r\nHost: evil' }, undefined],
    [{ ...pool, name: 'x'.repeat(254) }, undefined],
    [{ ...pool, name: 'half\ud800' }, undefined],
    [{ ...pool, namespace: '../x' }, undefined],
    [{ ...pool, version: 'v1/namespaces' }, undefined],
    [{ ...pool, resource: 'nodepools/status' }, undefined],
    [{ ...pool, group: 'a/b' }, undefined],
  ] as const)('of %j is %s', (address, expected) => {
    if (expected !== undefined) expect(pathOf(address)).toBe(expected);
    else expect(() => pathOf(address)).toThrow(expect.objectContaining({ failure: 'misnamed' }));
  });
});

describe('an API server', () => {
  test('gives an object to whoever has a token, by GET alone', async () => {
    const server = await serve({ [path]: { kind: 'NodePool', spec: { limits: { cpu: '10' } } } });
    expect(await readKube(reach(server), pathOf(pool))).toEqual({ kind: 'NodePool', spec: { limits: { cpu: '10' } } });
    expect(server.asked).toMatchObject([{ method: 'GET', path, headers: { accept: 'application/json' } }]);
  });

  const answers: readonly (readonly [string, Answer, string])[] = [
    ['401', { code: 401, body: status(401, 'Unauthorized') }, 'unauthorized'],
    ['403', { code: 403, body: status(403, 'Forbidden') }, 'forbidden'],
    ['404', { code: 404, body: status(404, 'NotFound') }, 'gone'],
    ['406', { code: 406, body: status(406, 'NotAcceptable') }, 'refused'],
    ['429', { code: 429, body: status(429, 'TooManyRequests'), headers: { 'retry-after': '1' } }, 'throttled'],
    ['500', { code: 500, body: status(500, 'InternalError') }, 'unavailable'],
    ['503 without JSON', { code: 503, body: '<html>' }, 'unavailable'],
    ['a redirect', { code: 302, headers: { location: 'https://127.0.0.1:1/' } }, 'redirected'],
    ['no JSON', { body: 'not json' }, 'unreadable'],
    ['a list where an object was asked for', { body: [1] }, 'unreadable'],
    ['nothing', { never: 'headers' }, 'slow'],
    ['a first byte and nothing more', { never: 'body' }, 'slow'],
    ['more than any object', { endless: true }, 'too-large'],
    ['half of it', { cut: true, body: { a: 1 } }, 'unreachable'],
  ];
  test.each(answers)('that answers %s is %s', async (_, answer, expected) => {
    const server = await serve({ [path]: () => answer });
    // A time box of the slow alone: the others must not depend on how fast this machine is.
    const timeout = answer.never === undefined ? 60_000 : 300;
    expect(await failure(readKube(reach(server), path, { timeout, most: 1_000_000 }))).toBe(expected);
    expect(server.asked).toHaveLength(1);
  });

  test('with a certificate of another authority is not believed', async () => {
    const server = await serve({ [path]: {} });
    expect(await failure(readKube(reach({ ...server, ca: selfSigned('kubernetes').cert }), path))).toBe('untrusted');
    expect(server.asked).toEqual([]);
  });

  test('under another name than its certificate has is not believed', async () => {
    const server = await serve({ [path]: {} });
    const url = server.url.replace('127.0.0.1', 'localhost');
    expect(await failure(readKube(reach(server, { url }), path))).toBe('untrusted');
    expect(server.asked).toEqual([]);
  });

  test('is not asked without TLS, and one that is away is unreachable', async () => {
    const server = await serve({});
    expect(await failure(readKube(reach(server, { url: server.url.replace('https', 'http') }), path))).toBe(
      'undescribed',
    );
    await server.stop();
    stops.length = 0;
    expect(await failure(readKube(reach(server), path))).toBe('unreachable');
  });

  test('that says no is told in an error without the token and without its own words', async () => {
    const server = await serve({
      [path]: () => ({ code: 403, body: status(403, 'Forbidden', 'token=CANARYcanary0') }),
    });
    const error = await readKube(reach(server), path).catch(one => one);
    expect(error.message).toBe("the cluster's API: forbidden: it answered 403 (Forbidden)");
    expect(JSON.stringify(error)).not.toMatch(/CANARY|k8s-aws-v1/);
  });

  test('may be asked again in a minute or not', () => {
    expect((['slow', 'throttled', 'unavailable', 'unreachable'] as const).every(isPassing)).toBe(true);
    expect(
      (['gone', 'forbidden', 'unauthorized', 'untrusted', 'too-large', 'redirected'] as const).some(isPassing),
    ).toBe(false);
  });
});

describe('where a cluster is', () => {
  const eks = mockClient(EKSClient);
  const endpoints = () => eksEndpoints(region => new EKSClient({ region, credentials }), Date.now);
  afterEach(() => eks.reset());

  test('is asked once, and again after it was forgotten', async () => {
    const server = await serve({ [path]: { kind: 'NodePool' } });
    const cluster = { endpoint: server.url, certificateAuthority: { data: Buffer.from(server.ca).toString('base64') } };
    eks.on(DescribeClusterCommand, { name: 'prod' }).resolves({ cluster });
    const known = endpoints();
    const [one, other] = await Promise.all([known.of('prod', 'eu-west-1'), known.of('prod', 'eu-west-1')]);
    expect(other).toBe(one);
    expect(await readKube(one, path)).toEqual({ kind: 'NodePool' });
    expect(eks.commandCalls(DescribeClusterCommand)).toHaveLength(1);
    known.forget('prod', 'eu-west-1');
    await known.of('prod', 'eu-west-1');
    expect(eks.commandCalls(DescribeClusterCommand)).toHaveLength(2);
  });

  test.each([
    ['ResourceNotFoundException', 'undescribed'],
    ['AccessDeniedException', 'undescribed'],
    ['ThrottlingException', 'unreachable'],
  ])('is not known where EKS says %s: %s', async (name, expected) => {
    eks.on(DescribeClusterCommand).rejects(Object.assign(new Error('no'), { name }));
    const known = endpoints();
    expect(await failure(known.of('prod', 'eu-west-1'))).toBe(expected);
    expect(await failure(known.of('prod', 'eu-west-1'))).toBe(expected);
    expect(eks.commandCalls(DescribeClusterCommand)).toHaveLength(2);
  });

  test('is not known while the cluster is being made', async () => {
    eks.on(DescribeClusterCommand).resolves({ cluster: { status: 'CREATING' } });
    expect(await failure(endpoints().of('prod', 'eu-west-1'))).toBe('undescribed');
  });
});
