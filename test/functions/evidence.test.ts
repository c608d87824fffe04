import { createHash } from 'node:crypto';
import {
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSecurityGroupsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keepDocument } from '../../adapters/evidence-bucket.ts';
import { show } from '../../cli/findings/show.ts';
import { announcementJson, readAnnouncement } from '../../core/announce/json.ts';
import type { Message } from '../../core/announce/message.ts';
import { slackMessage } from '../../core/announce/slack.ts';
import { mailText } from '../../core/announce/text.ts';
import { subjectsOf } from '../../core/evidence/subject.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Finding } from '../../core/finding.ts';
import { findingId } from '../../core/findings/identity.ts';
import { canonicalJson, type Json } from '../../core/json.ts';
import type { Settings } from '../../core/settings.ts';
import { handler as deployed } from '../../functions/evidence.ts';
import { later, message } from '../announce/message.ts';
import { standIn } from '../announce/stand-in.ts';
import { match } from '../announce/tables.ts';
import { terminal } from '../cli/terminal.ts';
import { type KubeServer, kubeServer, status } from '../kube/server.ts';
import { policed } from '../policed.ts';
import { context, logged, setUp } from './setup.ts';

const handler = policed('evidence', deployed);

const world = setUp();
const settings: Settings = {
  ...exampleSettings,
  clusters: exampleSettings.clusters.map(one => (one.name === 'prod' ? { ...one, reader: true } : one)),
};
const eks = mockClient(EKSClient);
const ec2 = mockClient(EC2Client);
let s3 = mockClient(S3Client);
let server: KubeServer;
const canary = 'CANARYcanary0CANARYcanary1';
const instance = 'i-0aaaabbbbccccdddd';
const nodeName = 'ip-10-0-1-17.eu-west-1.compute.internal';
const userData = Buffer.from(`#!/bin/bash\nbootstrap --token ${canary}\n`);
const nodePath = `/api/v1/nodes/${nodeName}`;
const podsPath = `/api/v1/pods?limit=250&fieldSelector=${encodeURIComponent(`spec.nodeName=${nodeName}`)}`;
const claimPath = '/apis/karpenter.sh/v1/nodeclaims/default-x2x7z';
const described = {
  InstanceId: instance,
  InstanceType: 'm7g.large' as const,
  ImageId: 'ami-0123456789abcdef0',
  PrivateDnsName: nodeName,
  LaunchTime: new Date('2026-09-01T09:00:00Z'),
  SecurityGroups: [{ GroupId: 'sg-0aaaabbbbccccdddd' }],
  NetworkInterfaces: [{ Groups: [{ GroupId: 'sg-0aaaabbbbccccdddd' }, { GroupId: 'sg-0bbbb' }] }],
  Tags: [
    { Key: 'aws:ec2launchtemplate:id', Value: 'lt-0123456789abcdef0' },
    { Key: 'aws:ec2launchtemplate:version', Value: '3' },
    { Key: 'karpenter.sh/nodeclaim', Value: 'default-x2x7z' },
    { Key: 'eks:eks-cluster-name', Value: 'prod' },
    { Key: 'db-password', Value: canary },
  ],
};
const pod = {
  metadata: {
    name: 'web-1',
    namespace: 'shop',
    annotations: { note: `token=${canary}`, 'kubectl.kubernetes.io/last-applied-configuration': canary },
    managedFields: [{ manager: 'kubectl' }],
  },
  spec: {
    nodeName,
    serviceAccountName: 'web',
    hostPID: true,
    containers: [
      {
        name: 'web',
        image: 'registry.example.com/web:1',
        command: ['sh', '-c', `login ${canary}`],
        args: [canary],
        env: [
          { name: 'DB_URL', value: `postgres://u:${canary}@db` },
          { name: 'PLAIN', value: canary },
        ],
        securityContext: { privileged: true },
      },
    ],
    volumes: [
      { name: 'host', hostPath: { path: '/' } },
      { name: 'creds', secret: { secretName: 'db' } },
      { name: 'share', csi: { driver: 'files.example.com', volumeAttributes: { mountOptions: `user,${canary}` } } },
    ],
  },
  status: {
    phase: 'Running',
    containerStatuses: [
      {
        name: 'web',
        imageID: 'sha256:0',
        restartCount: 2,
        state: { terminated: { reason: 'Error', exitCode: 1, message: `cannot log in with ${canary}` } },
      },
    ],
  },
};

beforeEach(async () => {
  server = await kubeServer({
    [nodePath]: {
      kind: 'Node',
      metadata: { name: nodeName, ownerReferences: [{ kind: 'NodeClaim', name: 'default-x2x7z' }] },
      spec: { providerID: `aws:///eu-west-1a/${instance}` },
      status: { nodeInfo: { kubeletVersion: 'v1.34.0' }, images: [{ names: ['many'] }] },
    },
    [claimPath]: { kind: 'NodeClaim', metadata: { name: 'default-x2x7z' }, spec: { expireAfter: '72h' } },
    [podsPath]: { kind: 'PodList', items: [pod] },
  });
  for (const mock of [eks, ec2, s3]) mock.reset();
  eks.on(DescribeClusterCommand, { name: 'prod' }).resolves({
    cluster: { endpoint: server.url, certificateAuthority: { data: Buffer.from(server.ca).toString('base64') } },
  });
  ec2.on(DescribeInstancesCommand).resolves({ Reservations: [{ Instances: [described] }] });
  ec2.on(DescribeInstanceAttributeCommand).resolves({ UserData: { Value: userData.toString('base64') } });
  ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({
    LaunchTemplateVersions: [
      { VersionNumber: 3, LaunchTemplateData: { ImageId: 'ami-0123', UserData: userData.toString('base64') } },
    ],
  });
  ec2.on(DescribeSecurityGroupsCommand).resolves({
    SecurityGroups: [{ GroupId: 'sg-0aaaabbbbccccdddd', IpPermissions: [{ FromPort: 22 }] }],
  });
  s3.on(PutObjectCommand).resolves({ VersionId: 'v1' });
  process.env['AWS_ACCESS_KEY_ID'] = 'ASIAEXAMPLEKEY000001';
  process.env['AWS_SECRET_ACCESS_KEY'] = 'an/example+secret';
  process.env['AWS_REGION'] = 'eu-west-1';
  world.with({ settings, evidenceBucket: () => 'evidence' });
});
afterEach(() => server.stop());

let cases = 0;
/** A critical finding in the table, and what was announced of it. */
const announced = async (over: Partial<Finding> = {}) => {
  const one = match(1, { severity: 'critical' }, `mallory-${cases++}`);
  await world.tables.findings.fold([one], world.now);
  const id = findingId(one);
  return { id, said: message({ id, severity: 'critical', ...over }) };
};
const queued = (...said: readonly Message[]) =>
  ({
    Records: said.map((one, at) => ({ messageId: `m${at}`, body: JSON.stringify({ Message: announcementJson(one) }) })),
  }) as Parameters<typeof handler>[0]; // as far as it reads
const own = context({ invokedFunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:tripline-test-evidence' });
const none = { batchItemFailures: [] };
const kept = () => s3.commandCalls(PutObjectCommand).map(({ args: [{ input }] }) => input);
const document = (at = 0) => JSON.parse(String(kept()[at]?.Body));
const missing = (at = 0): Record<string, string> =>
  Object.fromEntries(
    document(at)
      .manifest.filter((one: { missing?: string }) => one.missing !== undefined)
      .map((one: { part: string; missing: string }) => [one.part, one.missing]),
  );

describe('on a critical finding about a node', () => {
  test('what will be gone with it is kept, once, and linked from the finding', async () => {
    const { id, said } = await announced();
    for (let delivery = 0; delivery < 3; delivery++) expect(await handler(queued(said), own)).toEqual(none);
    const [input, ...more] = kept();
    expect(more).toEqual([]);
    expect(input).toMatchObject({ Bucket: 'evidence', Key: `findings/${id}/first.json`, IfNoneMatch: '*' });
    expect(input?.ChecksumSHA256).toBe(createHash('sha256').update(String(input?.Body)).digest('base64'));
    expect(missing()).toEqual({});
    const [machine] = document().machines;
    expect(machine).toMatchObject({ instance, node: nodeName });
    expect(machine.parts).toMatchObject({
      instance: { InstanceType: 'm7g.large', LaunchTime: '2026-09-01T09:00:00.000Z' },
      'user-data': { sha256: createHash('sha256').update(userData).digest('hex'), bytes: userData.length },
      'launch-template': {
        VersionNumber: 3,
        LaunchTemplateData: { ImageId: 'ami-0123', bootstrap: { bytes: userData.length } },
      },
      'security-groups': [{ GroupId: 'sg-0aaaabbbbccccdddd', IpPermissions: [{ FromPort: 22 }] }],
      node: { status: { nodeInfo: { kubeletVersion: 'v1.34.0' } } },
      'node-claim': { spec: { expireAfter: '72h' } },
      pods: { more: false, pods: [{ spec: { hostPID: true, containers: [{ env: ['DB_URL', 'PLAIN'] }] } }] },
    });
    expect(machine.parts.pods.pods[0].spec.volumes).toEqual([
      { name: 'host', hostPath: { path: '/' } },
      { name: 'creds', secretName: 'db' },
      { name: 'share', csi: { driver: 'files.example.com' } },
    ]);
    expect(machine.parts.pods.pods[0].status.containerStatuses[0].state).toEqual({
      terminated: { reason: 'Error', exitCode: 1 },
    });
    const stored = await world.tables.findings.read(id);
    expect(stored?.finding.captures).toEqual([`s3://evidence/findings/${id}/first.json`]);
  });

  test.each([
    [
      'that its own record names',
      'ap-southeast-2',
      'arn:aws:ec2:ap-southeast-2:111122223333:instance/i-0aaaabbbbccccdddd',
    ],
    ['of the settings', 'eu-west-1', undefined],
  ])('is looked for where it is, the region %s, and not only where its stolen session was used', async (_, home, issued) => {
    ec2.on(DescribeInstancesCommand).callsFake(async (_input, getClient) => ({
      Reservations: (await getClient().config.region()) === home ? [{ Instances: [described] }] : [],
    }));
    const { id, said } = await announced();
    // IAM's calls are recorded in us-east-1, whosever they are.
    const stolen = { ...said, finding: { ...said.finding, id, region: 'us-east-1', regions: ['us-east-1'] } };
    const chain = issued === undefined ? [] : [{ label: 'issued to', value: issued }];
    await handler(queued({ ...stolen, evidence: { ...said.evidence, chain } }), own);
    expect(missing()).toEqual({});
    expect(document().machines[0].parts.instance).toMatchObject({ InstanceType: 'm7g.large' });
  });

  test('its hashes are those of what is in it', async () => {
    const { said } = await announced();
    await handler(queued(said), own);
    const { sha256, ...rest } = document();
    const hash = (value: Json) => createHash('sha256').update(canonicalJson(value)).digest('hex');
    expect(hash(rest)).toBe(sha256);
    for (const { part, sha256: of, bytes } of rest.manifest) {
      const value = rest.machines[0].parts[part];
      expect([of, bytes], part).toEqual([hash(value), Buffer.byteLength(canonicalJson(value))]);
    }
  });

  test('no secret is in it, nor in a log line', async () => {
    const { said } = await announced();
    server.objects[claimPath] = () => ({ code: 403, body: status(403, 'Forbidden', canary) });
    await handler(queued(said), own);
    const all = String(kept()[0]?.Body) + world.lines.join('\n');
    for (const secret of [
      canary,
      userData.toString('base64').slice(0, 40),
      'k8s-aws-v1',
      Buffer.from(canary).toString('base64').slice(0, 28),
    ])
      expect(all).not.toContain(secret);
  });

  test('what is linked is shown, and said with the next announcement', async () => {
    const { id, said } = await announced();
    await handler(queued(said), own);
    const address = `s3://evidence/findings/${id}/first.json`;
    const { io, written } = terminal();
    await show({ findings: world.tables.findings } as Parameters<typeof show>[0], id, { json: false, settings }, io); // it reads findings only
    expect(written.out).toContain(`evidence    ${address}`);
    const next = later({ id, captures: [address], severity: 'critical' });
    const fetch = `aws s3api get-object --bucket evidence --key findings/${id}/first.json --checksum-mode ENABLED evidence.json`;
    expect(mailText(next)).toContain(fetch);
    expect(JSON.stringify(slackMessage(next))).toContain(fetch);
    expect(readAnnouncement(announcementJson(next)).finding.captures).toEqual([address]);
  });

  test('an address that is none of ours is no command', () => {
    const hostile = [
      's3://b; rm -rf /',
      's3://evidence/findings/x/first.json',
      `s3://evidence/findings/${'a'.repeat(16)}/$(id).json`,
    ];
    expect(JSON.stringify(later({ captures: hostile, severity: 'critical' }).commands)).not.toContain('s3api');
  });

  test('folding and working the finding afterwards keeps the link', async () => {
    const { id, said } = await announced();
    await handler(queued(said), own);
    const who = `mallory-${cases - 1}`;
    await world.tables.findings.fold([match(2, { severity: 'critical' }, who)], world.now);
    const stored = await world.tables.findings.read(id);
    if (stored === undefined) throw new Error('it was just folded');
    await world.tables.findings.work(stored.finding, { act: 'acknowledge' }, { who: 'alice', at: world.now });
    expect((await world.tables.findings.read(id))?.finding).toMatchObject({
      count: 2,
      status: 'acknowledged',
      captures: [`s3://evidence/findings/${id}/first.json`],
    });
  });
});

describe('a part that cannot be had', () => {
  const inconceivable = Object.assign(new Error(`no ${canary}`), { name: 'UnauthorizedOperation' });
  const gone = 'EC2 knows no such instance (any more)';

  test.each<[string, () => void, Record<string, string>]>([
    [
      'the instance is gone',
      () => void ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] }),
      {
        instance: gone,
        'user-data': gone,
        'launch-template': gone,
        'security-groups': gone,
        node: 'its node has no name that is known',
        'node-claim': 'neither node nor instance says which NodeClaim it is',
        pods: 'its node has no name that is known',
      },
    ],
    [
      'a permission is missing',
      () => void ec2.on(DescribeInstanceAttributeCommand).rejects(inconceivable),
      { 'user-data': 'UnauthorizedOperation' },
    ],
    [
      'the launch template was deleted',
      () => void ec2.on(DescribeLaunchTemplateVersionsCommand).resolves({ LaunchTemplateVersions: [] }),
      { 'launch-template': 'the launch template or its version is gone' },
    ],
    [
      'the node is gone',
      () => void delete server.objects[nodePath],
      { node: "the cluster's API: gone: it answered 404 (NotFound)" },
    ],
    [
      'pods may not be listed',
      () => {
        server.objects[podsPath] = () => ({ code: 403, body: status(403, 'Forbidden', canary) });
      },
      { pods: "the cluster's API: forbidden: it answered 403 (Forbidden)" },
    ],
  ])('because %s is named with its reason, and the others are kept', async (_, happens, expected) => {
    happens();
    const { id, said } = await announced();
    expect(await handler(queued(said), own)).toEqual(none);
    expect(missing()).toEqual(expected);
    expect((await world.tables.findings.read(id))?.finding.captures).toHaveLength(1);
    expect(String(kept()[0]?.Body)).not.toContain(canary);
  });

  test('because the cluster has no reader leaves what EC2 says', async () => {
    world.with({ settings: exampleSettings, evidenceBucket: () => 'evidence' });
    const { said } = await announced();
    await handler(queued(said), own);
    expect(Object.keys(missing()).sort()).toEqual(['node', 'node-claim', 'pods']);
    expect(server.asked).toEqual([]);
  });
});

describe('a finding', () => {
  test('about a node by its name is followed to its instance', async () => {
    const { said } = await announced({
      cluster: 'prod',
      resources: [],
      key: { node: nodeName },
      principals: [`system:node:${nodeName}`],
    });
    await handler(queued(said), own);
    expect(document().machines).toMatchObject([{ instance, node: nodeName }]);
    expect(ec2.commandCalls(DescribeInstancesCommand)[0]?.args[0].input).toEqual({
      IncludeManagedResources: true,
      Filters: [{ Name: 'instance-id', Values: [instance] }],
    });
    expect(missing()).toEqual({});
  });

  test('about more machines than one capture holds names the others', async () => {
    const resources = Array.from({ length: 8 }, (_, at) => `i-0aaaabbbbccccdd0${at}`);
    const { said } = await announced({ resources });
    ec2.on(DescribeInstancesCommand).resolves({ Reservations: [] });
    await handler(queued(said), own);
    expect(document().machines).toHaveLength(5);
    expect(document().left).toEqual(resources.slice(5));
  });

  test('is kept as far as there is time', async () => {
    const { said } = await announced();
    await handler(queued(said), { ...own, getRemainingTimeInMillis: () => 5000 });
    expect([document().machines, document().left]).toEqual([[], [instance]]);
  });

  test('of another account is left to a stage of that account', async () => {
    const { said } = await announced({ account: '444455556666' });
    expect(await handler(queued(said), own)).toEqual(none);
    expect(kept()).toEqual([]);
    expect(JSON.stringify(logged(world))).toContain('another account');
  });

  const acknowledged = { id: 'acknowledged#x', kind: 'acknowledged', changes: [] } as const;
  const rows: readonly (readonly [string, Message, readonly object[]])[] = [
    ['critical, with an instance', message({ severity: 'critical' }), [{ instance }]],
    ['of a node', message({ severity: 'critical', resources: ['nodes ip-10-0-0-1'] }), [{ node: 'ip-10-0-0-1' }]],
    ['that was only acknowledged', { ...message({ severity: 'critical' }), transition: acknowledged }, []],
    ['of lower severity', message({ severity: 'high' }), []],
    ['about no machine', message({ severity: 'critical', resources: ['i-am-no-instance'], principals: [] }), []],
    ['with a hostile name', message({ severity: 'critical', resources: ['nodes ../../secrets', 'nodes a/b'] }), []],
  ];
  test.each(rows)('%s asks for as much', (_, said, expected) => {
    expect(subjectsOf(said)).toEqual(expected);
  });
});

describe('a bucket', () => {
  test('that has the document already, because we died before linking it, is linked', async () => {
    const { id, said } = await announced();
    s3.on(PutObjectCommand).rejects(Object.assign(new Error('there'), { name: 'PreconditionFailed' }));
    expect(await handler(queued(said), own)).toEqual(none);
    expect((await world.tables.findings.read(id))?.finding.captures).toHaveLength(1);
  });

  test('is asked over the wire to take it once, and only if its hash is right', async () => {
    const { asked, address, stop } = await standIn((_, n) =>
      n === 0
        ? {}
        : {
            status: 412,
            body: '<?xml version="1.0"?><Error><Code>PreconditionFailed</Code><Message>no</Message></Error>',
          },
    );
    s3.restore();
    const client = new S3Client({ endpoint: address, forcePathStyle: true, region: 'eu-west-1', maxAttempts: 1 });
    for (const _ of [1, 2])
      expect(await keepDocument(client, 'evidence', 'findings/a/first.json', '{}')).toBe(
        's3://evidence/findings/a/first.json',
      );
    await stop();
    s3 = mockClient(S3Client);
    expect(asked).toHaveLength(2);
    expect(asked[0]).toMatchObject({
      path: '/evidence/findings/a/first.json?x-id=PutObject',
      headers: {
        'if-none-match': '*',
        'x-amz-checksum-sha256': createHash('sha256').update('{}').digest('base64'),
      },
      body: '{}',
    });
    expect(Object.keys(asked[0]?.headers ?? {}).filter(header => header.startsWith('x-amz-checksum'))).toHaveLength(1);
  });

  test('that refuses leaves the message in its queue, and nothing is linked', async () => {
    const { id, said } = await announced();
    s3.on(PutObjectCommand)
      .rejectsOnce(Object.assign(new Error('no'), { name: 'AccessDenied' }))
      .resolves({});
    expect(await handler(queued(said), own)).toEqual({ batchItemFailures: [{ itemIdentifier: 'm0' }] });
    expect((await world.tables.findings.read(id))?.finding.captures).toBeUndefined();
    expect(await handler(queued(said), own)).toEqual(none);
    expect((await world.tables.findings.read(id))?.finding.captures).toHaveLength(1);
  });
});
