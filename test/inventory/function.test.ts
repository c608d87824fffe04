import { EC2Client } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exampleSettings } from '../../core/example-settings.ts';
import { regionsOf, tasksOf } from '../../core/inventory/tasks.ts';
import { instanceScope } from '../../core/state/instance.ts';
import { deps } from '../../functions/deps/deps.ts';
import { handler as deployed } from '../../functions/inventory.ts';
import { context, logged, setUp } from '../functions/setup.ts';
import { policed } from '../policed.ts';
import { account, mockAccount, node } from './account.ts';

const day = 86_400_000;
const handler = policed('inventory', deployed);

const world = setUp();
const scheduled = {} as Parameters<typeof handler>[0]; // an inventory reads nothing of its event
const tasks = tasksOf(exampleSettings.home, regionsOf(exampleSettings)).length;
const withTime = (milliseconds: number) =>
  context({
    invokedFunctionArn: `arn:aws:lambda:eu-west-1:${account}:function:tripline-test-inventory`,
    getRemainingTimeInMillis: () => milliseconds,
  });

let mocks: ReturnType<typeof mockAccount>;
beforeEach(() => {
  mocks = mockAccount();
});
afterEach(() => {
  for (const mock of Object.values(mocks)) mock.restore();
});

describe('the inventory function, on real tables', () => {
  test('does nothing with little time, everything with more, and nothing twice a day', async () => {
    await handler(scheduled, withTime(60_000));
    expect(logged(world).at(-1)).toMatchObject({ function: 'inventory', InventoryLeft: tasks });
    await handler(scheduled, withTime(800_000));
    expect(logged(world).at(-1)).toMatchObject({ InventoryTasks: tasks, PostureViolations: expect.any(Number) });
    const asked = mocks.ec2.calls().length;
    await handler(scheduled, withTime(800_000));
    expect(mocks.ec2.calls().length).toBe(asked);

    const [answer] = await deps()
      .store()
      .observe([{ scope: instanceScope(account, node.InstanceId), expires: 0 }]);
    expect(answer?.item['cluster']).toEqual(['prod']);
    const { items } = await world.tables.findings.list({ detection: 'posture/audit-logging-off' }, { limit: 10 });
    // The same cluster's name in two regions is two clusters.
    expect(items.map(({ cluster, key, ruleStatus }) => [cluster, key['region'], ruleStatus]).sort()).toEqual([
      ['prod', 'eu-west-1', 'watching'],
      ['prod', 'us-east-1', 'watching'],
    ]);
    expect(world.heard).toEqual([]);
  });

  test('looks nowhere only because a cluster of another account is there', async () => {
    const elsewhere = { name: 'x', kind: 'eks', role: 'workload', region: 'ap-south-1' } as const;
    const asked = async (account: string) => {
      world.with({
        settings: { ...exampleSettings, clusters: [...exampleSettings.clusters, { ...elsewhere, account }] },
      });
      await handler(scheduled, withTime(60_000));
      return logged(world).at(-1)?.['InventoryLeft'];
    };
    world.now += 30 * day;
    expect(await asked('999988887777')).toBe(tasks);
    expect(await asked(account)).toBeGreaterThan(tasks);
    world.now -= 30 * day;
  });

  test('keeps quiet about what a suppression hides, as about anything else', async () => {
    const id = 'posture/audit-logging-off';
    const when = { finding: { detection: [id], cluster: ['prod'], key: { region: ['eu-west-1'] } } };
    const suppressions = [
      {
        id: 'audit-later',
        when,
        reason: 'switched on next week',
        owner: 'platform',
        from: '2026-09-01',
        expires: '2026-09-30',
      },
    ];
    world.now += 86_400_000;
    world.with({ settings: { ...exampleSettings, detections: { [id]: { status: 'alerting' } }, suppressions } });
    await handler(scheduled, withTime(800_000));
    const { items } = await world.tables.findings.list({ detection: id }, { limit: 10 });
    expect(
      items
        .map(({ key, ruleStatus, notes }) => [
          key['region'],
          ruleStatus,
          notes.some(note => note.startsWith('suppressed by audit-later')),
        ])
        .sort(),
    ).toEqual([
      ['eu-west-1', 'watching', true],
      ['us-east-1', 'alerting', false],
    ]);
  });

  test('goes on the next day, says which task failed, and fails itself only where all do', async () => {
    world.now += 2 * 86_400_000;
    mocks.ec2.rejects(Object.assign(new Error('no'), { name: 'UnauthorizedOperation' }));
    await handler(scheduled, withTime(800_000));
    const lines = logged(world);
    expect(lines.filter(line => line.level === 'warn').map(line => line.record)).toContain('network us-east-1');
    expect(lines.at(-1)).toMatchObject({ InventoryFailed: 6, InventoryTasks: tasks - 6 });
    expect(mocks.ec2.call(0).thisValue).toBeInstanceOf(EC2Client);

    world.now += 86_400_000;
    for (const mock of Object.values(mocks)) {
      mock.reset();
      (mock as typeof mocks.ec2).onAnyCommand().rejects(new Error('no')); // each mock has it, under types of its own
    }
    await expect(handler(scheduled, withTime(800_000))).rejects.toThrow('permissions');
  });
});
