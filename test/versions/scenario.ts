import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { findingsTable } from '../../adapters/findings/table.ts';
import { hubTable } from '../../adapters/hub-table.ts';
import type { LocalDynamoDB } from '../../adapters/local-dynamodb.ts';
import { askForReadings } from '../../adapters/reading-queue.ts';
import { dynamoStore } from '../../adapters/state-table.ts';
import { suppressionsTable } from '../../adapters/suppressions.ts';
import { threadsTable } from '../../adapters/threads.ts';
import { versionsTable } from '../../adapters/versions.ts';
import { localPipeline } from '../../cli/local.ts';
import type { Channel } from '../../core/announce/announce.ts';
import { announcementJson } from '../../core/announce/json.ts';
import type { Message } from '../../core/announce/message.ts';
import { digestOf, type Notice } from '../../core/announce/notice.ts';
import type { AnyEvent } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Change } from '../../core/findings/life.ts';
import { readGathered } from '../../core/hub.ts';
import { keepKpi } from '../../core/inventory/kpi.ts';
import { audit } from '../../core/kubernetes/example.ts';
import { ocsf } from '../../core/ocsf.ts';
import { callOf, failureOf, returnOf, rosterOf } from '../../core/state/canary.ts';
import { revoke } from '../../core/state/learned.ts';
import { networkKept, networkScopes } from '../../core/state/network.ts';
import { allTables, itemsOf, type Line } from './lines.ts';
import { eventsOf } from './log.ts';

/** Whose log it is. */
export const account = '111122223333';
const minute = 60_000;
const who = 'alice';

/** The deployed handlers on a database, and what their topic was given. */
export const pipelineOn = (database: LocalDynamoDB) => {
  const said: (Message | Notice)[] = [];
  const channel: Channel = {
    name: 'sns',
    send: async message => void said.push(message),
    notify: async notice => void said.push(notice),
  };
  const quarantine = mkdtempSync(join(tmpdir(), 'tripline-quarantine-'));
  return { said, ...localPipeline(database, exampleSettings, quarantine, [channel]) };
};

/** What this version leaves in tables and queues: after half of the log, and work on what was found. */
export const written = async (): Promise<readonly Line[]> => {
  const database = await allTables();
  try {
    const { deliver, sweep, said } = pipelineOn(database);
    const events = eventsOf('before');
    await deliver(events);
    await workOn(database);
    await sweep(10 * minute);
    const { items } = await findingsTable(database.client, 'findings').list({});
    said.push(digestOf(items, false, latest(events)));
    const ofEachKind = [...new Map(said.map(one => [isMessage(one) ? one.transition.kind : one.kind, one])).values()];
    const bodies = ofEachKind.map(one => (isMessage(one) ? announcementJson(one) : JSON.stringify(one)));
    const gathered = ofEachKind.filter(isMessage).slice(0, 2).map(gatheredBody);
    for (const body of gathered)
      await hubTable(database.client, 'hub').keep(readGathered(body, [account]), latest(events));
    return [
      ...(await itemsOf(database)),
      ...bodies.map((body): Line => ({ in: 'said', is: JSON.parse(body) })),
      ...gathered.map((body): Line => ({ in: 'gathered', is: JSON.parse(body) })),
      ...(await readings()),
    ];
  } finally {
    await database.close();
  }
};

const latest = (events: readonly AnyEvent[]): number => Math.max(...events.map(({ time }) => time));

const isMessage = (one: Message | Notice): one is Message => 'finding' in one;

/** What EventBridge hands the hub of an announcement. */
const gatheredBody = (message: Message): string =>
  JSON.stringify({
    source: 'tripline',
    'detail-type': 'Detection Finding',
    ...{ account, region: 'eu-west-1' },
    detail: ocsf(message),
  });

const changes = (at: number): readonly Change[] => [
  { act: 'acknowledge' },
  { act: 'suppress', until: at + 24 * 60 * minute },
  { act: 'resolve', disposition: 'benign' },
  { act: 'assign', to: 'bob' },
  { act: 'judge', disposition: 'true-positive' },
];

/** When that was done, in milliseconds. */
export const workedAt = (): number => latest(eventsOf('before')) + minute;

/** The object that the posture reader saw. */
export const seenObject = `object#${account}#prod#nodepools.karpenter.sh#/default`;

/** What people, canaries, the inventory, the posture reader and Slack leave beside what events do. */
const workOn = async ({ client }: LocalDynamoDB): Promise<void> => {
  const at = workedAt();
  const findings = findingsTable(client, 'findings');
  const { items } = await findings.list({});
  const sorted = items.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  for (const [index, change] of changes(at).entries()) {
    const finding = sorted[index];
    if (finding === undefined) throw new Error('the log has too few findings to be worked on');
    await findings.work(finding, change, { who, at, note: 'looked at' });
  }
  await findings.addCapture(sorted[0]?.id ?? '', 's3://evidence/one.json');
  const suppressions = suppressionsTable(client, 'findings');
  const when = { account: [account] };
  for (const id of ['load-test', 'over'])
    await suppressions.add({
      id,
      when,
      reason: 'a test',
      owner: who,
      from: '2026-09-01',
      expires: '2026-10-01',
      by: who,
    });
  await suppressions.revoke('over', who, at);
  const [today] = networkScopes(account, at);
  await dynamoStore(client, 'state').observe([
    callOf('region eu-west-1', '20260901T100000Z-0123456789abcdef', at),
    failureOf('region eu-west-1', 'access denied', at),
    returnOf('region eu-west-1', at, at + minute),
    rosterOf(['region eu-west-1'], at),
    revoke('cloudtrail/controller-role-used-elsewhere#role', '*', at),
    keepKpi(account, { nodeRoles: 3, compliant: 2, riskyPolicies: 1, riskyPermissions: 4 }, at),
    {
      scope: today,
      add: { egress: ['198.51.100.7'], range: ['10.0.0.0/16'], endpoint: ['vpce-1'] },
      expires: at + networkKept,
    },
  ]);
  await threadsTable(client, 'state').keep('C0', sorted[0]?.id ?? '', '1.2', at);
  const object = { metadata: { resourceVersion: '1' }, spec: { template: {} } };
  await versionsTable(client, 'state').keep(seenObject, { at, object });
};

/** What is asked of the posture reader. */
const readings = async (): Promise<readonly Line[]> => {
  const bodies: string[] = [];
  const queue = {
    send: async ({
      input,
    }: {
      readonly input: { readonly Entries?: readonly { readonly MessageBody?: string }[] };
    }) => {
      bodies.push(...(input.Entries ?? []).map(({ MessageBody = '' }) => MessageBody));
      return {};
    },
  };
  const event = audit('patch', 'nodepools.karpenter.sh', { objectRef: { name: 'default' } });
  await askForReadings(queue as unknown as SQSClient, 'queue', [event]); // of a client it uses `send` alone
  return bodies.map((body): Line => ({ in: 'reading', is: JSON.parse(body) }));
};
