import { describe, expect, test } from 'vitest';
import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { memoryFindings } from '../../core/findings/memory.ts';
import type { Found, Part } from '../../core/inventory/aws.ts';
import { type InventoryDeps, inventory, type Task } from '../../core/inventory/inventory.ts';
import { suggest } from '../../core/inventory/suggest.ts';
import { regionsOf, tasksOf } from '../../core/inventory/tasks.ts';
import { memoryStore } from '../../core/state/memory.ts';
import type { Observation, Store } from '../../core/state/observation.ts';
import { account, cluster, network, node, part, role } from './parts.ts';

const noon = Date.parse('2026-09-01T12:00:00Z');
const hour = 3_600_000;
const day = 24 * hour;
const region = 'eu-west-1';

/** An inventory of parts that are there, in a store that is looked into. */
const set = (parts: readonly Part[], over: Partial<InventoryDeps> = {}) => {
  const [findings, memory] = [memoryFindings(), memoryStore()];
  const observed: (readonly Observation[])[] = [];
  const store: Store = {
    ...memory,
    observe: async some => {
      observed.push(some);
      return memory.observe(some);
    },
  };
  const tasks = parts.map(({ kind }): Task => ({ region, step: kind }));
  const deps: InventoryDeps = {
    ...{ account, settings: exampleSettings, store, findings },
    now: () => noon,
    hasTime: () => true,
    take: async ({ step }) => {
      const found = parts.find(({ kind }) => kind === step);
      if (found === undefined) throw new TypeError('no such part');
      return found;
    },
    ...over,
  };
  return {
    findings,
    observed,
    run: (now = noon, some: readonly Task[] = tasks) => inventory(some, { ...deps, now: () => now }),
  };
};

const open = part.instances(node('i-2', { PublicIpAddress: '203.0.113.77' }), {
  ...node(''),
  PublicIpAddress: '203.0.113.78',
});

describe('a violation', () => {
  test('is a finding of its day: watched, without principals, with a note that nobody was seen doing it', async () => {
    const { findings, run } = set([open]);
    await run();
    const [folded] = findings.list();
    expect(folded?.finding).toMatchObject({
      ...{ detection: 'posture/public-address', version: 'inventory', source: 'cloudtrail', severity: 'medium' },
      ...{ account, cluster: 'prod', ruleStatus: 'watching', status: 'open', count: 1 },
      ...{ first: noon - 12 * hour, last: noon - 12 * hour, key: { origin: 'default', region } },
      ...{ principals: [], resources: ['i-2'], addresses: [], regions: [region] },
      notes: ['found by the inventory: it already existed; who did it was not seen'],
    });
    expect(folded?.windows).toMatchObject([{ bucket: noon - 12 * hour, count: 1, evidence: null }]);
  });

  test('counts once a day, and each day anew', async () => {
    const counts = async (...times: readonly number[]) => {
      const findings = memoryFindings();
      // Runs of a day that know nothing of each other.
      for (const time of times) await set([open], { findings }).run(time);
      return findings.list().map(({ finding, windows }) => [finding.count, windows.length]);
    };
    expect(await counts(noon, noon + 11 * hour)).toEqual([[1, 1]]);
    expect(await counts(noon, noon + day, noon + 2 * day)).toEqual([[3, 3]]);
  });

  test('of a cluster that nobody named is of none', async () => {
    const unnamed = node('i-1', {
      PublicIpAddress: '203.0.113.77',
      Tags: [{ Key: 'karpenter.sh/nodepool', Value: 'a' }],
    });
    const { findings, run } = set([part.instances(unnamed)]);
    await run();
    expect(findings.list().map(({ finding }) => finding.cluster)).toEqual(['']);
  });

  test('has the severity and the status that the settings give it, and none where they switch it off', async () => {
    const under = async (one: object) => {
      const { detections } = defineConfig({ detections: { 'posture/public-address': one } });
      const { findings, run } = set([open], { settings: { ...exampleSettings, detections } });
      const { violations } = await run();
      expect(violations).toHaveLength(1);
      return findings.list().map(({ finding }) => `${finding.severity} ${finding.ruleStatus}`);
    };
    expect(await under({ severity: 'critical' })).toEqual(['critical watching']);
    expect(await under({ status: 'alerting' })).toEqual(['medium alerting']);
    expect(await under({ status: 'off' })).toEqual([]);
  });
});

describe('a step that fails', () => {
  test('is a finding that says which, and why is told in few words without a secret', async () => {
    const { findings, run } = set([]);
    const { failed, done } = await run(noon, [{ region, step: 'roles' }]);
    expect([done, failed]).toEqual([[], [{ task: { region, step: 'roles' }, why: 'TypeError: no such part' }]]);
    expect(findings.list().map(({ finding }) => finding)).toMatchObject([
      {
        ...{ detection: 'posture/inventory-incomplete', severity: 'medium', key: { step: 'roles', region } },
        title: 'The inventory could not read the roles of eu-west-1: what was there before is not known',
        resources: [],
      },
    ]);
    const why = async (cause: unknown) =>
      (await set([], { take: () => Promise.reject(cause) }).run(noon, [{ region, step: 'roles' }])).failed[0]?.why;
    expect(await why('a text')).toBe('unknown');
    expect(await why(new Error(`token=${'hunter2'.repeat(5)} ${'x'.repeat(500)}`))).not.toMatch(/hunter2|x{200}/);
  });

  test('and what is known already, and what there was no time for, are told apart; each is reported as it ends', async () => {
    const reported: (readonly [string, string | undefined])[] = [];
    let begun = 0;
    const { run } = set([part.clusters(), part.network({})], {
      hasTime: () => ++begun <= 2,
      report: ({ step }, taken) => void reported.push([step, taken?.kind]),
    });
    const tasks = ['clusters', 'templates', 'network'].map((step): Task => ({ region, step }));
    const { done, failed, left, known, resolved } = await run(noon, tasks);
    expect([done, left, known].map(some => some.map(({ step }) => step))).toEqual([['clusters'], ['network'], []]);
    expect([failed.map(({ task }) => task.step), resolved]).toEqual([['templates'], 0]);
    expect(reported).toEqual([
      ['clusters', 'clusters'],
      ['templates', undefined],
    ]);
  });
});

describe('what is done', () => {
  test('is remembered for its day in the account, and for two in the store', async () => {
    const { run, observed } = set([part.clusters()]);
    expect((await run()).done).toHaveLength(1);
    const scope = `inventory#${account}#2026-09-01`;
    const mine = observed.flat().filter(one => one.scope === scope);
    expect(mine).toEqual([
      { scope, expires: noon + 2 * day },
      { scope, add: { done: ['clusters eu-west-1'] }, cap: 1_000, expires: noon + 2 * day, read: false },
    ]);
    expect((await run(noon + 11 * hour)).known).toHaveLength(1);
    expect((await run(noon + 12 * hour)).done).toHaveLength(1);
  });

  test('of one region says nothing of another', async () => {
    const { run } = set([part.clusters()]);
    await run();
    expect((await run(noon, [{ region: 'us-east-1', step: 'clusters' }])).done).toHaveLength(1);
  });

  test('is taught in calls of five hundred, whatever there is', async () => {
    const { run, observed } = set([
      part.instances(...Array.from({ length: 1_000 }, (_, at) => node(`i-${at}`))),
      {
        kind: 'roles',
        profiles: Array.from({ length: 501 }, (_, at) => ({
          InstanceProfileName: `p-${at}`,
          Roles: [{ RoleName: 'KarpenterNodeRole-prod' }],
        })),
        roles: [],
      },
    ]);
    await run();
    const sizes = observed.map(some => some.length).filter(length => length !== 1);
    expect(sizes).toEqual([500, 500, 500, 500]);
    const asked = observed.filter(([one]) => one?.scope.startsWith('instance-profile#'));
    // Five hundred and one are asked for, and told.
    expect(asked.map(some => some.length)).toEqual([500, 1, 500, 1]);
  });

  test('keeps how node roles stand, once they were looked at', async () => {
    const scopes = async (one: Part) => {
      const { run, observed } = set([one]);
      await run();
      return observed.flat().flatMap(({ scope, add }) => (scope.startsWith('node-roles#') ? [add] : []));
    };
    expect(await scopes(part.clusters())).toEqual([]);
    expect(await scopes(part.roles(role('KarpenterNodeRole-prod')))).toEqual([
      { stood: ['2026-09-01T12:00:00.000Z 1 1 0 0'] },
    ]);
  });
});

describe('steps', () => {
  test('of the account come first, those of each region after them', () => {
    expect(tasksOf('a', ['b', 'c']).map(({ region, step }) => `${region} ${step}`)).toEqual([
      ...['a roles', 'a taggers', 'a trails'],
      ...['b instances', 'b templates', 'b network', 'b clusters'],
      ...['c instances', 'c templates', 'c network', 'c clusters'],
    ]);
  });

  test('are of each region that the settings speak of, once', () => {
    const of = (over: object) => regionsOf(defineConfig({ home: 'eu-west-1', ...over }));
    const clusters = [{ name: 'a' }, { name: 'b', region: 'ap-south-1' }, { name: 'c', region: 'eu-west-1' }];
    expect(of({ approvedRegions: ['us-east-1', 'eu-west-1'], clusters })).toEqual([
      'eu-west-1',
      'us-east-1',
      'ap-south-1',
    ]);
    expect(of({})).toEqual(['eu-west-1']);
  });
});

describe('settings are suggested', () => {
  const found = (where: string): Found => ({ account, region: where, time: noon });
  const suggested = (...parts: readonly Part[]) => suggest(parts.map(one => ({ part: one, found: found(region) })));

  test('by all that was found, each once and in order, over both kinds of addresses', () => {
    const of = suggested(part.clusters(cluster('prod', { vpc: 'vpc-0aaa', nodeRoles: ['b', 'a'] })), {
      kind: 'network',
      network: network({
        gateways: [{ NatGatewayAddresses: [{ PublicIp: '203.0.113.10' }, {}] }, {}],
        addresses: [{ PublicIp: '203.0.113.11' }, { PublicIp: '203.0.113.12' }, { PublicIp: '' }],
        vpcs: [
          {
            VpcId: 'vpc-0aaa',
            CidrBlockAssociationSet: [{ CidrBlock: '10.1.0.0/16' }, { CidrBlock: '10.0.0.0/16' }],
            Ipv6CidrBlockAssociationSet: [{ Ipv6CidrBlock: '2001:db8::/56' }],
          },
          { VpcId: 'vpc-0bbb', CidrBlockAssociationSet: [{ CidrBlock: '10.9.0.0/16' }] },
          { CidrBlockAssociationSet: [{ CidrBlock: '10.8.0.0/16' }] },
          { VpcId: 'vpc-0ccc' },
        ],
        endpoints: [{ VpcEndpointId: 'vpce-0aaa', VpcId: 'vpc-0aaa' }, { VpcEndpointId: 'vpce-0bbb' }, {}],
      }),
    });
    expect(of).toEqual({
      accounts: [account],
      clusters: [
        {
          ...{ name: 'prod', region, nodeRoles: ['b', 'a'] },
          vpcRanges: ['10.0.0.0/16', '10.1.0.0/16', '2001:db8::/56'],
        },
      ],
      network: {
        egress: ['203.0.113.10', '203.0.113.11', '203.0.113.12'],
        ranges: ['10.8.0.0/16', '10.9.0.0/16'],
        endpoints: { 'vpce-0aaa': { vpc: 'vpc-0aaa', account }, 'vpce-0bbb': { vpc: '', account } },
      },
    });
  });

  test('by nothing, nothing', () => {
    const nothing = { accounts: [], clusters: [], network: { egress: [], ranges: [], endpoints: {} } };
    expect(suggested()).toEqual(nothing);
    expect(suggested(part.trails(), part.instances(node('i-1')))).toEqual({ ...nothing, accounts: [account] });
  });
});
