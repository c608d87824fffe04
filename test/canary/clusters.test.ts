import { type AddressInfo, createServer, type Socket } from 'node:net';
import { SNSClient } from '@aws-sdk/client-sns';
import type { DynamoDBStreamEvent, ScheduledEvent } from 'aws-lambda';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { askCluster } from '../../adapters/canary-call.ts';
import { snsChannel } from '../../adapters/sns.ts';
import { clusterCanary, findingsOf } from '../../core/canary.ts';
import { compile } from '../../core/compile.ts';
import { defineConfig } from '../../core/config.ts';
import { askCanary, canaryState } from '../../core/state/canary.ts';
import { detections, knowledge } from '../../detections/index.ts';
import { handler as announceDeployed } from '../../functions/announce.ts';
import { handler as auditDeployed } from '../../functions/audit.ts';
import { handler as canaryDeployed } from '../../functions/canary.ts';
import { deps } from '../../functions/deps/deps.ts';
import { at } from '../announce/case.ts';
import { context, logged, measured, setUp } from '../functions/setup.ts';
import { policed } from '../policed.ts';
import { woken } from '../woken.ts';
import { type Account, apiServer, audited, startAccount } from './account.ts';

const announce = policed('announce', announceDeployed);
const audit = policed('audit', auditDeployed);
const canary = policed('canary', canaryDeployed);

const world = setUp();
const minute = 60_000;
const account = '111122223333';
const settings = defineConfig({
  accounts: [account],
  home: 'eu-west-1',
  clusters: [{ name: 'prod' }, { name: 'other' }, { name: 'fleet', kind: 'kubeadm' }],
  deployment: { canary: { regions: false, clusters: ['prod'] } },
});
const match = compile(detections, knowledge, settings);
const prod = clusterCanary('prod', 'eu-west-1');

let aws: Account;
let code = 403;
let api: Awaited<ReturnType<typeof apiServer>>;
let start = at;
beforeAll(async () => {
  aws = await startAccount();
});
afterAll(() => aws.stop());
beforeEach(async () => {
  start += 10 * 24 * 60 * minute;
  world.now = start;
  code = 403;
  api = await apiServer(() => code);
  aws.clusters.clear();
  aws.clusters.set('prod', api);
  (aws.asked as unknown[]).length = 0; // a test looks at its own
  const sns = new SNSClient({ region: 'eu-west-1', maxAttempts: 1 });
  const topic = 'arn:aws:sns:eu-west-1:111122223333:tripline-production-alerts';
  world.with({
    settings,
    detections: () => detections,
    match: () => match,
    channels: () => [snsChannel(() => sns, topic)],
  });
});
afterEach(() => api.stop());

const invoked = context({
  invokedFunctionArn: `arn:aws:lambda:eu-west-1:${account}:function:tripline-production-canary`,
});
const round = () => canary({} as ScheduledEvent, invoked); // it reads nothing of its event
const told = () => announce({ Records: woken(world.tables.local.stream()) } as DynamoDBStreamEvent, context());
const finding = async (which: 'returned' | 'lost') =>
  (await world.tables.findings.cases([findingsOf(prod, account)[which]]))[0];
const stateOf = async () => {
  const [answer] = await deps()
    .store()
    .observe([askCanary(prod.name, world.now)]);
  return canaryState([answer?.item ?? {}, ...(answer?.also ?? [])]);
};

describe('a cluster’s round', () => {
  test.each([
    [403, 'where anonymous requests are forbidden'],
    [401, 'where they are not known'],
  ])('is one request by nobody, and comes back by the audit log with %i, %s', async status => {
    code = status;
    await round();
    expect(api.asked).toEqual([
      {
        method: 'GET',
        path: expect.stringMatching(/^\/apis\/canary\.tripline\.invalid\/v1\/canaryrounds\/\d{8}T\d{6}Z-[0-9a-f]{16}$/),
        agent: expect.stringMatching(/^tripline-canary\//),
        identity: undefined,
      },
    ]);
    const [asked] = api.asked;
    if (asked === undefined) expect.fail('nothing was asked');
    world.now = start + 2 * minute;
    await audit(audited(asked, status, start), context());
    await told();
    expect(aws.published().map(({ attributes }) => attributes)).toEqual([
      expect.objectContaining({ detection: 'pipeline/audit-canary-returned', cluster: 'prod', canary: 'returned' }),
    ]);
    expect(await finding('returned')).toMatchObject({ status: 'resolved', disposition: 'benign' });
    expect((await stateOf()).returned?.took).toBeGreaterThan(0);
    expect(measured(world).some(line => 'CanaryEventToAlert' in line)).toBe(true);
  });

  test.each([
    ['is sent to a cluster of no account by whichever stage has it', undefined, 1],
    ['is sent to a cluster of its own account', account, 1],
    ['is sent to no cluster of another account', '444455556666', 0],
  ])('%s', async (_, of, requests) => {
    const clusters = [{ name: 'prod', ...(of === undefined ? {} : { account: of }) }];
    const deployment = { canary: { regions: false, clusters: ['prod'] } };
    const accounts = ['444455556666', account];
    world.with({ settings: defineConfig({ accounts, home: 'eu-west-1', clusters, deployment }) });
    await round();
    expect(api.asked).toHaveLength(requests);
  });

  test('that an audit log does not bring back is lost', async () => {
    await round();
    world.now = start + 40 * minute;
    await round();
    expect(await finding('lost')).toMatchObject({ cluster: 'prod', source: 'kubernetes', status: 'open' });
  });

  test('of an endpoint that is private makes no request, and says so', async () => {
    aws.clusters.set('prod', { ...api, isPublic: false });
    await expect(round()).rejects.toThrow('no canary could be called');
    expect(api.asked).toEqual([]);
    expect((await stateOf()).failed?.why).toMatch(/private: it cannot be reached/);
    expect(logged(world)[0]).toMatchObject({ level: 'warn', record: 'cluster prod' });
  });

  test('of a cluster that is not there says so', async () => {
    aws.clusters.clear();
    await expect(round()).rejects.toThrow();
    expect((await stateOf()).failed?.why).toContain('eks:DescribeCluster: ResourceNotFoundException');
  });
});

const pem = (ca: string): string => Buffer.from(ca, 'base64').toString('utf8');
const reached = (url = api.endpoint) => ({ url, ca: pem(api.ca) });

describe('the request to an API server', () => {
  test('trusts the cluster’s own authority and no other', async () => {
    const other = await apiServer();
    expect(await askCluster(reached(), 'x')).toEqual({ state: 'refused' });
    expect(await askCluster({ ...reached(), ca: pem(other.ca) }, 'x')).toMatchObject({ state: 'unmade' });
    expect(api.asked).toHaveLength(1);
    await other.stop();
  });

  test('says what somebody allows, and what no API server answers', async () => {
    for (const [status, state] of [
      [404, 'allowed'],
      [200, 'allowed'],
      [503, 'unmade'],
      [302, 'unmade'],
    ] as const) {
      code = status;
      expect(await askCluster(reached(), 'x')).toMatchObject({ state });
    }
  });

  test('ends where nobody answers, where nobody listens, and where the endpoint is no https address', async () => {
    const sockets: Socket[] = [];
    const silent = createServer(socket => void sockets.push(socket.on('error', () => undefined)));
    await new Promise<void>(done => silent.listen(0, '127.0.0.1', done));
    const { port } = silent.address() as AddressInfo; // a listening TCP server has one
    expect(await askCluster(reached(`https://127.0.0.1:${port}`), 'x', 200)).toMatchObject({
      state: 'unmade',
      why: expect.stringContaining('no whole answer within 200 ms'),
    });
    for (const socket of sockets) socket.destroy();
    await new Promise(done => silent.close(done));
    expect(await askCluster(reached(`https://127.0.0.1:${port}`), 'x')).toMatchObject({
      why: expect.stringContaining('ECONNREFUSED'),
    });
    expect(await askCluster(reached('http://127.0.0.1'), 'x')).toMatchObject({
      why: expect.stringContaining('the endpoint is no https address'),
    });
  });
});
