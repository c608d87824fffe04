import { DescribeTrailsCommand, GetEventSelectorsCommand, GetTrailStatusCommand } from '@aws-sdk/client-cloudtrail';
import { DescribeVpcsCommand } from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clientsOf, take } from '../../adapters/inventory.ts';
import { memoryQuarantine } from '../../adapters/quarantine-local.ts';
import { fleetRun } from '../../core/cloudtrail/example-launch.ts';
import { roleByArn } from '../../core/cloudtrail/roles.ts';
import { compile } from '../../core/compile.ts';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { memoryFindings } from '../../core/findings/memory.ts';
import type { Found, Part } from '../../core/inventory/aws.ts';
import { complianceOf } from '../../core/inventory/compliance.ts';
import { type InventoryDeps, inventory } from '../../core/inventory/inventory.ts';
import { notKarpenter } from '../../core/inventory/knowledge.ts';
import { keepKpi, kpiScopes, kpisIn } from '../../core/inventory/kpi.ts';
import { inventoryActions } from '../../core/inventory/permissions.ts';
import { suggest } from '../../core/inventory/suggest.ts';
import { regionsOf, tasksOf } from '../../core/inventory/tasks.ts';
import { detect } from '../../core/pipeline.ts';
import { imageScope } from '../../core/state/image.ts';
import { instanceScope, knownInstance } from '../../core/state/instance.ts';
import { memoryStore } from '../../core/state/memory.ts';
import { policyScope } from '../../core/state/policy.ts';
import { profileScope, roleAt } from '../../core/state/profile.ts';
import { detection as unapprovedImage } from '../../detections/cloudtrail/unapproved-image-launched.ts';
import { account, extras, mockAccount, node, server, weak } from './account.ts';

const now = Date.parse('2026-09-01T12:00:00Z');
const settings = exampleSettings;
let mocks: ReturnType<typeof mockAccount>;
beforeEach(() => {
  mocks = mockAccount();
});
afterEach(() => {
  for (const mock of Object.values(mocks)) mock.restore();
});

const set = (over: Partial<InventoryDeps> = {}) => {
  const findings = memoryFindings();
  const deps: InventoryDeps = {
    account,
    settings,
    store: memoryStore(),
    findings,
    now: () => now,
    hasTime: () => true,
    take: ({ region, step }: { region: string; step: string }) =>
      take(step, clientsOf(region), arn => roleByArn(arn, settings).kind !== 'other'),
    ...over,
  };
  return { deps, findings, run: () => inventory(tasksOf('eu-west-1', ['eu-west-1']), deps) };
};
const item = async (deps: InventoryDeps, scope: string) =>
  (await deps.store.observe([{ scope, expires: now }]))[0]?.item ?? {};

/** Commands sent, as IAM actions: `DescribeInstancesCommand` is `ec2:DescribeInstances`. */
const sent = (): readonly string[] => {
  const names = Object.entries(mocks).flatMap(([service, mock]) =>
    mock.calls().map(call => `${service}:${call.args[0].constructor.name.replace(/Command$/, '')}`),
  );
  return [...new Set(names)].sort();
};

test('what is sent is what the permissions list, and nothing else', async () => {
  const { run } = set();
  expect((await run()).failed).toEqual([]);
  expect(sent()).toEqual([...inventoryActions].sort());
});

test('instances and templates are asked for even where the account hides those that services manage', async () => {
  await set().run();
  const asked = mocks.ec2.calls().filter(call => /Instances|LaunchTemplate/.test(call.args[0].constructor.name));
  expect(asked.length).toBeGreaterThan(1);
  for (const call of asked) expect(call.args[0].input).toHaveProperty('IncludeManagedResources', true);
});

test('every command reads', () => {
  for (const action of inventoryActions) expect(action).toMatch(/^[a-z0-9]+:(Describe|Get|List)/);
});

describe('it teaches what detections recall', () => {
  test('instances of all pages: addresses, image, cluster; who launched them only where that is safe to say', async () => {
    const { deps, run } = set();
    await run();
    const known = await item(deps, instanceScope(account, node.InstanceId));
    expect(known).toMatchObject({
      privateIp: ['10.0.12.34', '10.0.13.0/28'],
      interface: ['eni-0aaa'],
      vpc: ['vpc-0aaa'],
      profile: ['prod_1234567890'],
      httpTokens: ['required'],
      cluster: ['prod'],
    });
    expect(knownInstance(known)).toMatchObject({ kind: 'node', launchSeen: false });
    expect(knownInstance(await item(deps, instanceScope(account, server.InstanceId)))).toMatchObject({
      kind: 'other',
      launchedBy: [notKarpenter],
    });
    expect(knownInstance(await item(deps, instanceScope(account, weak.InstanceId)))).toMatchObject({
      kind: 'node',
      launchSeen: true,
    });
    expect(await item(deps, `interface#${account}#eni-0aaa`)).toEqual({
      instance: [node.InstanceId],
      privateIp: ['10.0.12.34'],
    });
  });

  test('profiles with their role since they were made, policies of node roles, owners of images', async () => {
    const { deps, run } = set();
    await run();
    const profile = await item(deps, profileScope(account, 'prod_1234567890'));
    expect(roleAt(profile, Date.parse('2026-02-01T00:00:00Z'))).toBe('KarpenterNodeRole-prod');
    expect(await item(deps, policyScope(extras))).toEqual({ node: ['KarpenterNodeRole-prod'] });
    expect(await item(deps, imageScope('ami-0fedcba9876543210'))).toEqual({ owner: ['444455556666'] });
  });

  test('a profile whose role changed unseen, once: what is known already is not said again', async () => {
    const { deps, run } = set();
    const scope = profileScope(account, 'prod_1234567890');
    await deps.store.observe([{ scope, add: { added: ['2026-03-01T00:00:00.000Z former'] }, expires: now }]);
    await run();
    const changed = await item(deps, scope);
    expect(roleAt(changed, now - 1)).toBe('former');
    expect(roleAt(changed, now)).toBe('KarpenterNodeRole-prod');
    const later = set({ store: deps.store, now: () => now + 86_400_000 });
    await later.run();
    expect(await item(deps, scope)).toEqual(changed);
  });
});

describe('what violates a row is a finding', () => {
  const codes = async () => {
    const { findings, run } = set();
    await run();
    return findings
      .list()
      .map(
        ({ finding: { detection, severity, key } }) =>
          `${detection.slice(8)} ${severity} ${Object.values(key).join(' ')}`,
      )
      .sort();
  };

  test('with its severity and what it is about', async () => {
    expect(await codes()).toEqual([
      `admin-access-entry high prod arn:aws:iam::${account}:role/intern eu-west-1`,
      'audit-logging-off high prod eu-west-1',
      'authentication-config-map low prod eu-west-1',
      'controller-tags-anything high controller prod-karpenter',
      'ebs-encryption-off medium eu-west-1',
      'imds-hop-limit high workers eu-west-1',
      'imds-tokens-optional high workers eu-west-1',
      'node-role-policy critical arn:aws:iam::aws:policy/AdministratorAccess KarpenterNodeRole-prod',
      `node-role-policy high ${extras} KarpenterNodeRole-prod`,
      'pod-has-node-role high prod eu-west-1 shop/web',
      'public-address medium workers eu-west-1',
      'public-endpoint high prod eu-west-1',
      'security-group-open high sg-0aaa eu-west-1',
      `steering-tags-writable medium arn:aws:iam::${account}:user/dev`,
      'subnet-public medium eu-west-1 subnet-0aaa',
      'template-imds-tokens-optional high eu-west-1 eks-workers',
      'template-imds-tokens-unset medium eu-west-1 eks-silent',
      'trail-not-validated low ',
      'trust-too-wide critical anyone prod-karpenter',
      'unapproved-image high workers eu-west-1',
    ]);
  });

  test('stored and not announced, unless the settings say so; once a day, however often it runs', async () => {
    const loud = defineConfig({
      detections: { 'posture/public-endpoint': { status: 'alerting' }, 'posture/public-address': { status: 'off' } },
    });
    const { deps } = set({ settings: { ...settings, detections: loud.detections } });
    const findings = memoryFindings();
    for (const time of [now, now + 3_600_000, now + 86_400_000])
      await inventory(tasksOf('eu-west-1', ['eu-west-1']), {
        ...deps,
        findings,
        store: memoryStore(),
        now: () => time,
      });
    const found = new Map(findings.list().map(({ finding }) => [finding.detection, finding]));
    expect(found.get('posture/public-endpoint')).toMatchObject({ ruleStatus: 'alerting', count: 2 });
    expect(found.get('posture/trail-not-validated')).toMatchObject({ ruleStatus: 'watching', count: 2 });
    expect(found.has('posture/public-address')).toBe(false);
  });

  test.each([
    ['no trail at all', { trailList: [] }, {}, 'trail-missing'],
    ['a trail that is switched off', undefined, { IsLogging: false }, 'trail-missing'],
    ['a trail of one region', { trailList: [{ Name: 'a', TrailARN: 'a' }] }, { IsLogging: true }, 'trail-missing'],
  ])('%s', async (_, trails, status, code) => {
    if (trails) mocks.cloudtrail.on(DescribeTrailsCommand).resolves(trails);
    mocks.cloudtrail.on(GetTrailStatusCommand).resolves(status);
    expect((await set().run()).violations.map(one => one.code)).toContain(code);
  });

  test('a trail without management events, or with reads left out, does not count', async () => {
    for (const selectors of [
      { EventSelectors: [{ IncludeManagementEvents: false, ReadWriteType: 'All' as const }] },
      { EventSelectors: [{ IncludeManagementEvents: true, ReadWriteType: 'WriteOnly' as const }] },
    ]) {
      mocks.cloudtrail.on(GetEventSelectorsCommand).resolves(selectors);
      expect((await set().run()).violations.map(one => one.code)).toContain('trail-missing');
    }
  });
});

describe('a run', () => {
  test('that has no time goes on later the same day, and does nothing twice', async () => {
    let begun = 0;
    const { deps, run } = set({ hasTime: () => begun++ < 2 });
    const first = await run();
    expect([first.done.length, first.left.length]).toEqual([2, 5]);
    const second = await inventory(tasksOf('eu-west-1', ['eu-west-1']), { ...deps, hasTime: () => true });
    expect([second.known.length, second.done.length, second.left.length]).toEqual([2, 5, 0]);
    const asked = mocks.ec2.calls().length;
    await inventory(tasksOf('eu-west-1', ['eu-west-1']), { ...deps, hasTime: () => true });
    expect(mocks.ec2.calls().length).toBe(asked);
  });

  test('that may not read one thing reads the others, says so as a finding and tries again', async () => {
    mocks.ec2
      .on(DescribeVpcsCommand)
      .rejects(Object.assign(new Error('not authorized'), { name: 'UnauthorizedOperation' }));
    const { findings, run } = set();
    const { failed, done } = await run();
    expect([failed.map(one => `${one.task.step}: ${one.why}`), done.length]).toEqual([
      ['network: UnauthorizedOperation: not authorized'],
      6,
    ]);
    expect(findings.list().map(({ finding }) => finding.detection)).toContain('posture/inventory-incomplete');
    mocks.ec2.on(DescribeVpcsCommand).resolves({ Vpcs: [] });
    expect((await run()).done.map(({ step }) => step)).toEqual(['network']);
  });
});

describe('detections that waited for it', () => {
  const owners = defineConfig({ accounts: [account], approvedImages: { owners: ['amazon'] } });
  const launch = async (imageId: string, inventoried: boolean) => {
    const { deps, run } = set();
    if (inventoried) await run();
    const findings = memoryFindings();
    const read = { kind: 'event', event: fleetRun({ instance: { imageId } }) } as const;
    const match = compile([unapprovedImage], [], owners);
    await detect([read], { match, store: deps.store, findings, quarantine: memoryQuarantine(), now });
    return findings.list().map(({ finding }) => `${finding.severity} ${finding.title}`);
  };
  test('an image of another owner is high, one of an approved owner nothing, an unknown one stays medium', async () => {
    expect(await launch('ami-0fedcba9876543210', true)).toEqual([
      expect.stringMatching(/^high .*its owner is 444455556666$/),
    ]);
    expect(await launch('ami-0123456789abcdef0', true)).toEqual([]);
    expect(await launch('ami-0123456789abcdef0', false)).toEqual([expect.stringMatching(/^medium /)]);
  });
});

test('what was found suggests settings', async () => {
  const parts: { part: Part; found: Found }[] = [];
  await set({
    report: ({ region }, part) => {
      if (part) parts.push({ part, found: { account, region, time: now } });
    },
  }).run();
  expect(suggest(parts)).toEqual({
    accounts: [account],
    clusters: [
      {
        name: 'prod',
        region: 'eu-west-1',
        vpcRanges: ['10.0.0.0/16', '100.64.0.0/16'],
        nodeRoles: [`arn:aws:iam::${account}:role/KarpenterNodeRole-prod`],
      },
    ],
    network: {
      egress: ['203.0.113.10', '203.0.113.11'],
      ranges: ['10.9.0.0/16'],
      endpoints: { 'vpce-0aaa': { vpc: 'vpc-0aaa', account } },
    },
  });
});

test('node roles are counted: all, compliant ones, and policies beyond what nodes need', async () => {
  const parts: Part[] = [];
  const { run } = set({ report: (_, part) => void (part && parts.push(part)) });
  const { violations } = await run();
  expect(complianceOf(parts, violations, settings)).toEqual({
    ...{ nodeRoles: 1, compliant: 0, riskyPolicies: 2 },
    // s3:GetObject of the customer's policy, and AWS's AdministratorAccess as one.
    riskyPermissions: 2,
  });
  expect(complianceOf(parts, [], settings)).toEqual({
    ...{ nodeRoles: 1, compliant: 1, riskyPolicies: 0, riskyPermissions: 0 },
  });
});

test('how node roles stand is kept day by day, the later of two runs of a day, over all accounts', async () => {
  const store = memoryStore();
  const { deps } = set({ store });
  for (const time of [now, now + 3_600_000, now + 40 * 86_400_000])
    await inventory([{ region: 'eu-west-1', step: 'roles' }], { ...deps, store, now: () => time });
  await store.observe([
    keepKpi('444455556666', { nodeRoles: 2, compliant: 1, riskyPolicies: 1, riskyPermissions: 7 }, now),
    keepKpi('444455556666', { nodeRoles: 2, compliant: 2, riskyPolicies: 0, riskyPermissions: 0 }, now + 1),
  ]);
  const [from, to] = [now - 86_400_000, now + 41 * 86_400_000];
  const read = async (of: string) =>
    (await store.observe(kpiScopes(of, from, to).map(scope => ({ scope, expires: 0 })))).map(one => one.item);
  expect(kpisIn([await read(account), await read('444455556666')], from, to)).toEqual([
    { day: '2026-09-01', nodeRoles: 3, compliant: 2, riskyPolicies: 2, riskyPermissions: 2 },
    { day: '2026-10-11', nodeRoles: 1, compliant: 0, riskyPolicies: 2, riskyPermissions: 2 },
  ]);
  expect(kpisIn([await read(account)], now + 86_400_000, now + 2 * 86_400_000)).toEqual([]);
});

test('regions are those that the settings speak of', () => {
  expect(regionsOf(settings)).toEqual(['eu-west-1', 'us-east-1']);
});
