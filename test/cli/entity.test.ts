import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findingsTable } from '../../adapters/findings/table.ts';
import { localDynamoDB } from '../../adapters/local-dynamodb.ts';
import { writeOrigin } from '../../adapters/local-folder.ts';
import { dynamoStore } from '../../adapters/state-table.ts';
import * as entity from '../../cli/entity.ts';
import type { Command } from '../../cli/io.ts';
import * as learned from '../../cli/learned.ts';
import { call, karpenter, nodeSession, roleSession } from '../../core/cloudtrail/example.ts';
import { ec2 } from '../../core/cloudtrail/example-ec2.ts';
import { fleetRun } from '../../core/cloudtrail/example-launch.ts';
import { compile } from '../../core/compile.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { subjectOf } from '../../core/known.ts';
import { exampleNode, nodeJoined } from '../../core/kubernetes/example-node.ts';
import { detect } from '../../core/pipeline.ts';
import { detections, knowledge } from '../../detections/index.ts';
import { match } from '../findings/matches.ts';

const settings = { ...exampleSettings, network: { ...exampleSettings.network, egress: [] } };
const key = 'ASIAEXAMPLEV2KEY0001';
const time = Date.parse('2026-09-01T10:00:00Z');

/** What a command says, and its exit code. */
const said = async (command: Command, argv: readonly string[]) => {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const code = await command.run(argv.includes('--database') ? argv : [...argv, '--database', folder], {
    stdin: new PassThrough(),
    stdout,
    stderr,
  });
  return { code, out: String(stdout.read() ?? ''), err: String(stderr.read() ?? '') };
};

let folder = '';
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tripline-entity-'));
  const database = await localDynamoDB(folder);
  const leaving = [0, 1, 2].map(index =>
    call('ec2', 'DescribeVolumes', {
      userIdentity: nodeSession(`i-0eeeeffff0000000${index}`),
      sourceIPAddress: '203.0.113.77',
      eventTime: `2026-09-01T0${7 + index}:30:00Z`,
    }),
  );
  const issued = call('sts', 'AssumeRole', {
    eventTime: '2026-09-01T10:00:01Z',
    userIdentity: { type: 'AWSService', invokedBy: 'ec2.amazonaws.com' },
    requestParameters: {
      roleArn: 'arn:aws:iam::111122223333:role/KarpenterNodeRole-prod',
      roleSessionName: exampleNode.instance,
    },
    responseElements: { credentials: { accessKeyId: key } },
  });
  const thief = call('iam', 'ListRoles', { userIdentity: nodeSession(), eventTime: '2026-09-01T10:20:00Z' });
  const gone = ec2(
    'TerminateInstances',
    { instancesSet: { items: [{ instanceId: exampleNode.instance }] } },
    { by: karpenter, record: { eventTime: '2026-09-01T11:00:00Z' } },
  );
  const controller = call('ec2', 'DescribeImages', { userIdentity: karpenter });
  const store = dynamoStore(database.client, database.tables.state);
  const told = [...leaving, fleetRun(), issued, nodeJoined(), thief, controller, gone];
  await detect(
    told.map(event => ({ kind: 'event', event }) as const),
    {
      match: compile(detections, knowledge, settings),
      store,
      findings: findingsTable(database.client, database.tables.findings),
      quarantine: { keep: async () => undefined },
      now: time,
    },
  );
  await database.close();
  // As `npm start` leaves it: the usual settings name no account.
  writeOrigin(folder, {
    settings: resolve('tripline.config.ts'),
    accounts: ['111122223333'],
    clusters: ['prod'],
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a name is', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['i-0aaaabbbbccccdddd', 'instance'],
    ['ASIAEXAMPLEV2KEY0001', 'key'],
    ['AKIAEXAMPLEKEY000001', 'key'],
    ['node/ip-10-0-12-34.eu-west-1.compute.internal', 'node'],
    ['system:node:ip-10-0-12-34', 'node'],
    ['arn:aws:iam::111122223333:role/developer', 'principal'],
    ['system:serviceaccount:kube-system:karpenter', 'principal'],
    ['i-xyz', 'other'],
    ['sg-0aaa', 'other'],
    ['mallory', 'other'],
  ];
  it.each(cases)('%s: %s', (name, kind) => expect(subjectOf(name).kind).toBe(kind));
});

describe('tripline entity', () => {
  it.each([
    exampleNode.instance,
    key,
    `node/${exampleNode.name}`,
  ])('%s leads to the instance, its node, and its timeline across both streams', async name => {
    const { code, out } = await said(entity, [name]);
    expect(code).toBe(0);
    expect(out).toContain(`instance ${exampleNode.instance}`);
    expect(out).toContain(`node ${exampleNode.name}`);
    const timeline = out.slice(out.indexOf('WHEN')).split('\n');
    const at = (what: string) => timeline.findIndex(line => line.includes(what));
    const order = ['was launched', 'joined as a node', 'cloudtrail/node-role-beyond-baseline', 'was terminated'];
    expect(order.map(at).every(index => index > 0)).toBe(true);
    expect(order.map(at)).toEqual(order.map(at).toSorted((a, b) => a - b));
  });
  it('names each finding whole, however narrow the terminal', async () => {
    const narrow = Object.assign(new PassThrough(), { isTTY: true, columns: 60 });
    const io = { stdin: new PassThrough(), stdout: narrow, stderr: new PassThrough() };
    await entity.run([exampleNode.instance, '--database', folder], io);
    const shown = String(narrow.read());
    const { out } = await said(entity, [exampleNode.instance, '--json']);
    const ids = (JSON.parse(out) as { findings: { id: string }[] }).findings.map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(0);
    for (const id of ids) expect(shown).toMatch(new RegExp(` ${id}\\s`));
  });
  it('says all of it as JSON', async () => {
    const { out } = await said(entity, [exampleNode.instance, '--json']);
    const { known, timeline } = JSON.parse(out) as { known: { item: object }[]; timeline: unknown[] };
    expect(known[0]?.item).toMatchObject({ cluster: ['prod'], node: [`prod/${exampleNode.name}`] });
    expect(timeline.length).toBeGreaterThan(3);
  });
  it('finds a principal by its findings', async () => {
    const { code, out } = await said(entity, [roleSession('KarpenterNodeRole-prod', exampleNode.instance).arn ?? '']);
    expect([code, out.includes('cloudtrail/')]).toEqual([0, true]);
  });
  it('finds what findings name, whatever it is', async () => {
    for (const name of ['198.51.100.23', 'KarpenterNodeRole-prod']) {
      const { code, out } = await said(entity, [name]);
      expect([name, code, out.includes('cloudtrail/')]).toEqual([name, 0, true]);
    }
  });
  it('says so where nothing is known', async () => {
    expect(await said(entity, ['i-00000000000000000'])).toMatchObject({ code: 1 });
    expect(await said(entity, ['mallory'])).toMatchObject({
      code: 1,
      out: expect.stringContaining('give the complete name'),
    });
    await expect(said(entity, [''])).rejects.toThrow('say one');
    await expect(said(entity, [])).rejects.toThrow('say one');
  });
});

it('tripline entity says where more findings name something than it looks at', { timeout: 120_000 }, async () => {
  const crowded = mkdtempSync(join(tmpdir(), 'tripline-entity-'));
  const about = async (address: string) => said(entity, [address, '--json', '--database', crowded]);
  try {
    const database = await localDynamoDB(crowded);
    const table = findingsTable(database.client, database.tables.findings);
    const named = (address: string, count: number) =>
      Array.from({ length: count }, (_, n) =>
        match({ key: { one: `${address} ${n}` }, addresses: [address], eventId: `${address} ${n}` }),
      );
    await table.fold([...named('192.0.2.77', 201), ...named('192.0.2.78', 2)], time);
    await database.close();
    const [more, all] = [await about('192.0.2.77'), await about('192.0.2.78')];
    expect([more, all].map(({ out }) => JSON.parse(out).findings.length)).toEqual([200, 2]);
    expect(more.err).toBe(
      '192.0.2.77: only the newest findings that name it are shown; list all: tripline findings about address NAME\n',
    );
    expect(all.err).toBe('');
  } finally {
    rmSync(crowded, { recursive: true, force: true });
  }
});

describe('tripline learned', () => {
  const list = async () =>
    (await said(learned, ['--day', '2026-09-01', '--json'])).out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as learned.LearnedRow);
  it('shows who taught what, since when and how often it was met', async () => {
    const rows = await list();
    expect(rows).toContainEqual({
      kind: 'egress',
      subject: '203.0.113.77',
      what: 'public address',
      standing: 'learned',
      by: 'i-0eeeeffff00000000 and 2 more',
      since: '2026-09-01',
      met: 3,
    });
    expect(rows.filter(({ kind }) => kind === 'controller').map(({ standing }) => standing)).toContain('learned');
  });
  it('is not taught by a call that nodes do not make', async () => {
    expect((await list()).filter(({ subject }) => subject === '198.51.100.23')).toEqual([]);
  });
  it('takes back what is revoked, and nothing else', async () => {
    expect(await said(learned, ['revoke', '203.0.113.77'])).toMatchObject({ code: 0, out: 'revoked: 1\n' });
    const rows = await list();
    expect(rows.find(({ subject }) => subject === '203.0.113.77')?.standing).toBe('revoked');
    expect(rows.filter(({ standing }) => standing === 'revoked')).toHaveLength(1);
    expect(await said(learned, ['revoke', '203.0.113.78'])).toMatchObject({ code: 1 });
    await expect(said(learned, ['forget'])).rejects.toThrow('revoke');
    await expect(said(learned, ['accept', '203.0.113.77'])).rejects.toThrow('what is yours belongs in the settings');
  });
});
