import { DescribeClusterCommand, ListClustersCommand } from '@aws-sdk/client-eks';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findingsTable } from '../../adapters/findings/table.ts';
import { clientsOf, take } from '../../adapters/inventory.ts';
import { type LocalDynamoDB, localDynamoDB } from '../../adapters/local-dynamodb.ts';
import { newsOf } from '../../core/announce/transitions.ts';
import { roleByArn } from '../../core/cloudtrail/roles.ts';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Finding } from '../../core/finding.ts';
import type { Part } from '../../core/inventory/aws.ts';
import { inventory } from '../../core/inventory/inventory.ts';
import { postureOf } from '../../core/inventory/posture/posture.ts';
import { codes } from '../../core/inventory/resolve.ts';
import { tasksOf } from '../../core/inventory/tasks.ts';
import type { Settings } from '../../core/settings.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { account, mockAccount } from './account.ts';

const day = 86_400_000;
const noon = Date.parse('2026-09-01T12:00:00Z');
const loud: Settings = {
  ...exampleSettings,
  detections: defineConfig({ detections: { 'posture/audit-logging-off': { status: 'alerting' } } }).detections,
};
const mended = { clusterLogging: [{ types: ['audit'] as 'audit'[], enabled: true }] };

let mocks: ReturnType<typeof mockAccount>;
let local: LocalDynamoDB;
beforeAll(async () => {
  local = await localDynamoDB();
});
afterAll(() => local.close());
beforeEach(() => {
  mocks = mockAccount();
});
afterEach(() => {
  for (const mock of Object.values(mocks)) mock.restore();
});

/** Two tasks are enough: one whose things are mended, one that stays as it is. */
const some = ['clusters', 'network'].map(step => ({ region: 'eu-west-1', step }));

/** An inventory of one day, over real tables; each story in an account of its own, since the tables are shared. */
const story = (of: string, settings: Settings = loud) => {
  const table = findingsTable(local.client, local.tables.findings);
  return {
    run: (now: number, store = memoryStore()) =>
      inventory(some, {
        ...{ account: of, settings, findings: table, cases: table, store },
        now: () => now,
        hasTime: () => true,
        take: ({ region, step }) => take(step, clientsOf(region), arn => roleByArn(arn, settings).kind !== 'other'),
      }),
    find: async (code: string): Promise<Finding> => {
      const { items } = await table.list(
        {
          account: of,
          detection: `posture/${code}`,
          statuses: ['open', 'acknowledged', 'suppressed', 'resolved'],
          since: 0,
          until: noon + 30 * day,
        },
        { limit: 1 },
      );
      const [found] = items;
      if (found === undefined) throw new Error(`no posture/${code}`);
      return found;
    },
    table,
  };
};
/** The cluster writes its audit log. */
const mend = () =>
  mocks.eks
    .on(DescribeClusterCommand)
    .resolves({ cluster: { logging: mended, accessConfig: { authenticationMode: 'API' } } });
const unmend = () =>
  mocks.eks.on(DescribeClusterCommand).resolves({ cluster: { accessConfig: { authenticationMode: 'API' } } });

describe('what is mended', () => {
  test('is resolved as mended, with the time it was looked at, said once, and opens again when it comes back', async () => {
    const { run, find, table } = story('111122223333');
    await run(noon);
    const before = await find('audit-logging-off');
    expect(before.status).toBe('open');
    await table.recordTransition(before.id, 'first', ['severity#high']);
    await table.clearDue(before);

    mend();
    const second = await run(noon + day);
    expect(second.resolved).toBeGreaterThan(0);
    const resolved = await find('audit-logging-off');
    expect(resolved).toMatchObject({
      status: 'resolved',
      disposition: 'mended',
      resolvedAt: noon + day,
      judged: { who: 'inventory', at: noon + day },
      trail: [{ act: 'resolve', who: 'inventory', at: noon + day, detail: 'mended' }],
    });
    expect(newsOf(resolved, [])?.transitions.map(({ kind }) => kind)).toEqual(['resolved']);
    expect((await run(noon + day + 60_000)).resolved).toBe(0);
    expect(await find('audit-logging-off')).toEqual(resolved);

    unmend();
    await run(noon + 2 * day);
    const again = await find('audit-logging-off');
    expect([again.status, again.disposition, again.judged]).toEqual(['open', undefined, undefined]);
    expect(newsOf(again, [])?.kind).toBe('reopened');
  });

  test('by somebody who resolved it before stays as they said', async () => {
    const { run, find, table } = story('111122224444');
    await run(noon);
    const before = await find('audit-logging-off');
    await table.work(before, { act: 'resolve', disposition: 'benign' }, { who: 'alice', at: noon + 1 });
    mend();
    await run(noon + day);
    expect(await find('audit-logging-off')).toMatchObject({ disposition: 'benign', judged: { who: 'alice' } });
  });

  test('is not opened again by an event that is no later: the same day tells nothing new', async () => {
    const { run, find } = story('111122225555');
    await run(noon);
    mend();
    await run(noon + day);
    unmend();
    await run(noon + day + 3_600_000);
    expect((await find('audit-logging-off')).status).toBe('resolved');
    await run(noon + 2 * day);
    expect((await find('audit-logging-off')).status).toBe('open');
  });
});

test('what is gone is resolved as gone', async () => {
  const { run, find } = story('111122226666');
  await run(noon);
  mocks.eks.on(ListClustersCommand).resolves({ clusters: [] });
  await run(noon + day);
  expect(await find('audit-logging-off')).toMatchObject({ status: 'resolved', disposition: 'gone' });
  expect((await find('security-group-open')).status).toBe('open');
});

test('a task that fails resolves nothing, and its own finding ends when it succeeds', async () => {
  const { run, find } = story('111122227777');
  await run(noon);
  mocks.eks.on(DescribeClusterCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));
  await run(noon + day);
  expect((await find('audit-logging-off')).status).toBe('open');
  expect((await find('inventory-incomplete')).status).toBe('open');
  mend();
  await run(noon + 2 * day);
  expect(await find('inventory-incomplete')).toMatchObject({ status: 'resolved', disposition: 'mended' });
  expect((await find('audit-logging-off')).status).toBe('resolved');
});

test('another account, another region and what the settings switched off since are left alone', async () => {
  const { run, find } = story('111122228888');
  await run(noon);
  const { find: elsewhere } = story('111122227777');
  const before = await elsewhere('public-endpoint');
  const off = defineConfig({ detections: { 'posture/audit-logging-off': { status: 'off' } } }).detections;
  const quiet = story('111122228888', { ...loud, detections: off });
  expect((await quiet.run(noon + day)).resolved).toBe(0);
  expect((await find('audit-logging-off')).status).toBe('open');
  expect(await elsewhere('public-endpoint')).toEqual(before);
});

test('every code belongs to exactly one part, that which finds it', async () => {
  const found = { account, region: 'eu-west-1', time: noon };
  for (const { step } of tasksOf('eu-west-1', ['eu-west-1'])) {
    const part: Part = await take(step, clientsOf('eu-west-1'), arn => roleByArn(arn, loud).kind !== 'other');
    for (const { code } of postureOf(part, found, loud)) {
      const kinds = Object.entries(codes).flatMap(([kind, pattern]) => (pattern.test(code) ? [kind] : []));
      expect([code, kinds]).toEqual([code, [step]]);
    }
  }
});
