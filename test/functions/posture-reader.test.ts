import { gzipSync } from 'node:zlib';
import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { versionsTable } from '../../adapters/versions.ts';
import { messageOf } from '../../core/announce/message.ts';
import { mailText } from '../../core/announce/text.ts';
import { compile } from '../../core/compile.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Json } from '../../core/json.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import type { Settings } from '../../core/settings.ts';
import { detections, knowledge } from '../../detections/index.ts';
import { handler as auditHandlerDeployed } from '../../functions/audit.ts';
import { fromEnvironment } from '../../functions/deps/deps.ts';
import { handler as deployed } from '../../functions/posture-reader.ts';
import { type KubeServer, kubeServer, status } from '../kube/server.ts';
import { policed } from '../policed.ts';
import { context, logged, setUp } from './setup.ts';

const auditHandler = policed('audit', auditHandlerDeployed);
const handler = policed('posture-reader', deployed);

const world = setUp();
const settings: Settings = {
  ...exampleSettings,
  clusters: exampleSettings.clusters.map(one => (one.name === 'prod' ? { ...one, reader: true } : one)),
};
const eks = mockClient(EKSClient);
const sqs = mockClient(SQSClient);
let server: KubeServer;
let names = 0;
/** Another NodePool for each test: findings and versions of one table stay apart. */
let name = '';
const pathOf = (of = name) => `/apis/karpenter.sh/v1/nodepools/${of}`;

beforeEach(async () => {
  name = `pool-${names++}`;
  server = await kubeServer({});
  eks.reset();
  sqs.reset();
  eks.on(DescribeClusterCommand, { name: 'prod' }).resolves({
    cluster: { endpoint: server.url, certificateAuthority: { data: Buffer.from(server.ca).toString('base64') } },
  });
  sqs.on(SendMessageBatchCommand).resolves({});
  process.env['AWS_ACCESS_KEY_ID'] = 'ASIAEXAMPLEKEY000001';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'an/example+secret';
  world.with({
    settings,
    detections: () => detections,
    match: () => compile(detections, knowledge, settings),
    askFor: fromEnvironment({ READINGS_QUEUE: 'https://sqs.example.com/q' }).askFor,
    versions: () => versionsTable(world.tables.local.client, world.tables.local.tables.state),
  });
});
afterEach(() => server.stop());

const write = (seconds: number, over: Parameters<typeof audit>[2] = {}, verb = 'patch') => ({
  ...audit(verb, 'nodepools.karpenter.sh', {
    time: new Date(world.now + seconds * 1000).toISOString(),
    ...over,
    objectRef: { name, ...over.objectRef },
  }),
});
type Write = ReturnType<typeof write>;

/** What CloudWatch Logs sends of a cluster's audit log. */
const logs = (...events: readonly Write[]) => ({
  awslogs: {
    data: gzipSync(
      JSON.stringify({
        messageType: 'DATA_MESSAGE',
        owner: '111122223333',
        logGroup: '/aws/eks/prod/cluster',
        logStream: 'kube-apiserver-audit-0123456789abcdef0123456789abcdef',
        subscriptionFilters: ['tripline'],
        logEvents: events.map(({ record, time }, at) => ({
          id: String(at),
          timestamp: time,
          message: JSON.stringify(record),
        })),
      }),
    ).toString('base64'),
  },
});
const asked = (): readonly string[] =>
  sqs
    .commandCalls(SendMessageBatchCommand)
    .flatMap(({ args: [{ input }] }) => (input.Entries ?? []).map(({ MessageBody }) => MessageBody ?? ''));
const queued = (bodies: readonly string[], receives = 1) =>
  ({
    Records: bodies.map((body, at) => ({
      messageId: `m${at}`,
      body,
      attributes: { ApproximateReceiveCount: String(receives) },
    })),
  }) as Parameters<typeof handler>[0]; // as far as it reads

/** The audit log says it, the reader looks. */
const happens = async (events: readonly Write[], receives = 1) => {
  sqs.resetHistory();
  await auditHandler(logs(...events), context());
  return handler(queued(asked(), receives), context());
};
const none = { batchItemFailures: [] };
const findings = async (detection: string) => {
  const { items } = await world.tables.findings.list({}, { limit: 500 });
  return items.filter(one => one.detection === detection && JSON.stringify([one.key, one.resources]).includes(name));
};
const pool = (spec: Json, metadata: object = {}): Json => ({
  apiVersion: 'karpenter.sh/v1',
  kind: 'NodePool',
  metadata: { name, uid: `uid-of-${name}`, creationTimestamp: '2026-08-01T00:00:00Z', ...metadata },
  spec,
});
const requirements = [
  { key: 'karpenter.k8s.aws/instance-category', operator: 'In', values: ['c', 'm'] },
  { key: 'karpenter.k8s.aws/instance-size', operator: 'NotIn', values: ['metal'] },
];
const good = {
  template: { spec: { requirements, expireAfter: '72h' } },
  limits: { cpu: '100' },
  disruption: { budgets: [{ nodes: '10%' }] },
};

describe('a write without a body', () => {
  test('is asked about, read and judged; the finding carries the difference to the last version', async () => {
    server.objects[pathOf()] = pool(good);
    expect(await happens([write(-600, { user: users.platform })])).toEqual(none);
    expect(await findings('kubernetes/nodepool-unrestricted')).toEqual([]);
    server.objects[pathOf()] = pool({ ...good, limits: {} });
    world.now += 60_000;
    expect(await happens([write(-5)])).toEqual(none);

    const [found, ...more] = await findings('kubernetes/nodepool-unrestricted');
    expect(more).toEqual([]);
    expect(found).toMatchObject({ severity: 'high', count: 1, cluster: 'prod' });
    expect(found?.notes).toEqual(['read from the cluster after the write, since the audit log has no body']);
    const stored = await world.tables.findings.read(found?.id ?? '');
    expect(stored?.windows[0]?.evidence).toMatchObject({
      reading: { changes: [{ path: 'spec.limits.cpu', before: '100' }], object: { spec: { limits: {} } } },
    });
    const news = { id: 'first', kind: 'first', transitions: [], covers: [] } as const;
    const message = found && messageOf(found, stored?.windows ?? [], news, undefined, settings);
    expect(message && mailText(message)).toContain('spec.limits.cpu: 100 → removed');
    expect(server.asked.map(({ method, path }) => [method, path])).toEqual([
      ['GET', pathOf()],
      ['GET', pathOf()],
    ]);
  });

  test('counts once, however often it is delivered, and in whatever order', async () => {
    server.objects[pathOf()] = pool({ ...good, limits: {} });
    await auditHandler(logs(write(-9), write(-7, { user: users.platform })), context());
    const messages = asked();
    expect(messages).toHaveLength(2);
    for (const some of [messages, messages.toReversed(), messages.slice(1), messages])
      expect(await handler(queued(some), context())).toEqual(none);
    const [found] = await findings('kubernetes/nodepool-unrestricted');
    expect(found?.count).toBe(2);
    // One reading for each delivery, whatever it asks about.
    expect(server.asked).toHaveLength(4);
  });

  test('of many to one object only the newest are asked about', async () => {
    await auditHandler(logs(...Array.from({ length: 30 }, (_, at) => write(at - 60))), context());
    expect(asked()).toHaveLength(20);
    expect(asked().at(-1)).toContain(new Date(world.now - 31_000).toISOString());
  });

  test('is not asked about where there is nothing to learn, or nobody to ask', async () => {
    const karpenters = write(-5, { user: users.karpenter });
    const whole = write(-5, { requestObject: pool(good) });
    await auditHandler(logs(karpenters, whole), context());
    expect(sqs.calls()).toEqual([]);
    world.with({ settings, detections: () => detections, match: () => compile(detections, knowledge, settings) });
    await auditHandler(logs(write(-5)), context());
    expect(sqs.calls()).toEqual([]);
  });

  test('that cannot be asked about is delivered again', async () => {
    sqs.on(SendMessageBatchCommand).resolves({ Failed: [{ Id: '0', Code: 'InternalError', SenderFault: false }] });
    await expect(auditHandler(logs(write(-5)), context())).rejects.toThrow(/took 1 messages less/);
  });

  test('leaves no secret in a table, a log line or the queue', async () => {
    const canary = 'CANARYcanary0CANARYcanary1';
    const path = `/apis/karpenter.k8s.aws/v1/ec2nodeclasses/${name}`;
    const nodeClass = (script: string) => ({
      kind: 'EC2NodeClass',
      metadata: {
        name,
        uid: 'u',
        annotations: { note: `token=${canary}`, 'kubectl.kubernetes.io/last-applied-configuration': canary },
      },
      spec: { userData: `${script} ${canary}`, tags: { 'db-password': canary }, associatePublicIPAddress: true },
    });
    const change = (seconds: number) =>
      audit('patch', 'ec2nodeclasses.karpenter.k8s.aws', {
        time: new Date(world.now + seconds * 1000).toISOString(),
        objectRef: { name },
        userAgent: `kubectl token=${canary}`,
      });
    server.objects[path] = nodeClass('old');
    await happens([change(-600)]);
    server.objects[path] = nodeClass('new');
    world.now += 60_000;
    await happens([change(-5)]);
    expect(await findings('kubernetes/nodeclass-user-data-changed')).toHaveLength(1);
    const { client, tables } = world.tables.local;
    const items = await Promise.all(
      Object.values(tables).map(table => client.send(new ScanCommand({ TableName: table }))),
    );
    const written = JSON.stringify([items, world.lines, asked()]);
    expect(written).toContain('user data, sha256');
    expect(written).not.toContain(canary);
  });

  test('is judged though its name looks like a secret', async () => {
    name = 'abcdef.0123456789abcdef'; // as a bootstrap token, and a name that Kubernetes takes
    server.objects[pathOf()] = pool({ ...good, limits: {} });
    expect(await happens([write(-5)])).toEqual(none);
    expect(server.asked.map(({ path }) => path)).toEqual([pathOf()]);
    name = 'abcdef.';
    expect(await findings('kubernetes/nodepool-unrestricted')).toHaveLength(1);
  });

  test('is said to have been written again meanwhile', async () => {
    const written = new Date(world.now - 1000).toISOString();
    server.objects[pathOf()] = pool(
      { ...good, limits: {} },
      { managedFields: [{ manager: 'kubectl', time: written }] },
    );
    await happens([write(-30)]);
    const [found] = await findings('kubernetes/nodepool-unrestricted');
    expect(found?.notes.join()).toContain('it was written again before it was read');
  });
});

describe('an object that cannot be read', () => {
  const unread = async () =>
    (await findings('pipeline/object-unread')).map(({ severity, key }) => [severity, key['reason']]);

  test('because it is gone is a finding, low', async () => {
    expect(await happens([write(-5, {}, 'create')])).toEqual(none);
    expect(await unread()).toEqual([['low', 'gone']]);
  });

  test('because another of its name was made is one too', async () => {
    server.objects[pathOf()] = pool({}, { creationTimestamp: new Date(world.now).toISOString() });
    expect(await happens([write(-60)])).toEqual(none);
    expect(await unread()).toEqual([['low', 'replaced']]);
    expect(await findings('kubernetes/nodepool-unrestricted')).toEqual([]);
  });

  test.each([
    [403, 'Forbidden', 'forbidden'],
    [401, 'Unauthorized', 'unauthorized'],
  ])('because the cluster answers %i is a finding at once', async (code, reason, expected) => {
    server.objects[pathOf()] = () => ({ code, body: status(code, reason) });
    expect(await happens([write(-5)])).toEqual(none);
    expect(await unread()).toEqual([['medium', expected]]);
  });

  test('for now goes back to its queue, twice, and is a finding then', async () => {
    server.objects[pathOf()] = () => ({ code: 503, body: status(503, 'ServiceUnavailable') });
    for (const receives of [1, 2]) {
      expect(await happens([write(-5)], receives)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
      expect(await unread()).toEqual([]);
    }
    expect(await happens([write(-5)], 3)).toEqual(none);
    expect(await unread()).toEqual([['medium', 'unavailable']]);
  });

  test('takes no other one with it', async () => {
    const sick = name;
    server.objects[pathOf()] = () => ({ code: 503, body: status(503, 'ServiceUnavailable') });
    const first = write(-5);
    name = `${name}-other`;
    server.objects[pathOf()] = pool({ ...good, limits: {} });
    const answer = await happens([first, write(-5)]);
    expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(await findings('kubernetes/nodepool-unrestricted')).toHaveLength(1);
    expect(server.asked.map(({ path }) => path)).toEqual([pathOf(sick), pathOf()]);
  });

  test('because its name would lead elsewhere is not even asked for', async () => {
    name = `../../../../api/v1/secrets?x=${name}`;
    expect(await happens([write(-5)])).toEqual(none);
    expect(server.asked).toEqual([]);
    expect(await unread()).toEqual([['medium', 'misnamed']]);
  });

  test('because there is no time left waits in its queue', async () => {
    await auditHandler(logs(write(-5)), context());
    const late = context({ getRemainingTimeInMillis: () => 5000 });
    expect(await handler(queued(asked()), late)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect(server.asked).toEqual([]);
  });

  test('is no reason to say its token or its secrets', async () => {
    server.objects[pathOf()] = () => ({ code: 403, body: status(403, 'Forbidden', 'Bearer CANARYcanary0') });
    await happens([write(-5)]);
    expect(JSON.stringify(logged(world))).not.toMatch(/CANARY|k8s-aws-v1/);
  });
});

test('what is no message of that queue ends in its dead letters', async () => {
  for (const body of [
    '{}',
    'no json',
    JSON.stringify({ schema: 'tripline/reading/1', event: { source: 'cloudtrail' } }),
  ])
    expect(await handler(queued([body]), context())).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
});

test('versions of an object are kept apart by two that write at once, the newest six', async () => {
  const versions = versionsTable(world.tables.local.client, world.tables.local.tables.state);
  const key = `object#test#${name}`;
  const object = (n: number) => ({ metadata: { resourceVersion: String(n) }, spec: { n } });
  await Promise.all([1, 2, 3, 4].map(n => versions.keep(key, { at: n, object: object(n) })));
  expect((await versions.of(key)).map(({ at }) => at)).toEqual([1, 2, 3, 4]);
  for (const n of [5, 6, 7, 8]) await versions.keep(key, { at: n, object: object(n) });
  expect((await versions.of(key)).map(({ at }) => at)).toEqual([3, 4, 5, 6, 7, 8]);
  // The same again, under another number: nothing new.
  await versions.keep(key, { at: 9, object: { ...object(8), metadata: { resourceVersion: '99' } } });
  expect((await versions.of(key)).map(({ at }) => at)).toEqual([3, 4, 5, 6, 7, 8]);
});
