import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { call, nodeSession } from '../../core/cloudtrail/example.ts';
import type { CloudTrailRecord } from '../../core/cloudtrail/record.ts';
import { compile } from '../../core/compile.ts';
import { defineConfig } from '../../core/config.ts';
import { instanceScope } from '../../core/state/instance.ts';
import { detection } from '../../detections/cloudtrail/instance-credentials-off-instance.ts';
import { handler as trailDeployed } from '../../functions/cloudtrail.ts';
import { deps } from '../../functions/deps/deps.ts';
import { handler as deployed } from '../../functions/inventory.ts';
import { context, setUp } from '../functions/setup.ts';
import { policed } from '../policed.ts';
import { account, mockAccount, node } from './account.ts';

const trail = policed('cloudtrail', trailDeployed);
const handler = policed('inventory', deployed);

const world = setUp();
let mocks: ReturnType<typeof mockAccount>;
/** Egress is said, and leaves out what the account has in truth: the inventory must make up for it. */
const settings = defineConfig({
  home: 'eu-west-1',
  accounts: [account],
  network: { egress: ['192.0.2.1/32'], ranges: ['172.31.0.0/16'], endpoints: { 'vpce-0fff': {} } },
});
beforeEach(() => {
  mocks = mockAccount();
  world.with({ settings, match: () => compile([detection], [], settings) });
});
afterEach(() => {
  for (const mock of Object.values(mocks)) mock.restore();
});

const look = () =>
  handler(
    {} as Parameters<typeof handler>[0], // an inventory reads nothing of its event
    context({
      invokedFunctionArn: `arn:aws:lambda:eu-west-1:${account}:function:tripline-test-inventory`,
      getRemainingTimeInMillis: () => 800_000,
    }),
  );

let events = 0;
/** An ordinary call with the credentials of an instance, as EventBridge hands it to the queue. */
const arrive = async (of: string, over: Partial<CloudTrailRecord>) => {
  const identity = nodeSession(node.InstanceId);
  const { record } = call('ec2', 'DescribeVolumes', {
    userIdentity: { ...identity, accountId: of },
    eventTime: new Date(world.now - 4000).toISOString(),
    ...over,
  });
  const id = `11111111-2222-4333-8444-${String(events++).padStart(12, '0')}`;
  const detail = { ...record, eventID: id, recipientAccountId: of };
  const envelope = { version: '0', id, 'detail-type': 'AWS API Call via CloudTrail', source: 'aws.ec2', account: of };
  const body = JSON.stringify({ ...envelope, time: record.eventTime, region: 'eu-west-1', resources: [], detail });
  const messages = { Records: [{ messageId: id, body, eventSource: 'aws:sqs' }] } as unknown as Parameters<
    typeof trail
  >[0];
  expect(await trail(messages, context())).toEqual({ batchItemFailures: [] });
};
const found = async (of: string) => {
  const { items } = await world.tables.findings.list({ account: of, detection: detection.id }, { limit: 50 });
  return items.map(({ key, severity }) => `${severity} ${key['address']}`).sort();
};

describe('credentials of an instance, through the handlers on real tables', () => {
  test('used through a NAT gateway or Elastic IP that only the inventory knows are used at home; elsewhere they are not', async () => {
    await look();
    await arrive(account, { sourceIPAddress: '203.0.113.10' });
    await arrive(account, { sourceIPAddress: '203.0.113.11' });
    expect(await found(account)).toEqual([]);
    await arrive(account, { sourceIPAddress: '198.51.100.99' });
    expect(await found(account)).toEqual(['high 198.51.100.99']);
    // The next day's events come before its inventory has run.
    world.now += 86_400_000;
    await arrive(account, { sourceIPAddress: '203.0.113.10' });
    expect(await found(account)).toEqual(['high 198.51.100.99']);
  });

  test('are not cleared by an inventory that is days old: an address that was given back is anybody’s', async () => {
    world.now += 3 * 86_400_000;
    await arrive(account, { sourceIPAddress: '203.0.113.11' });
    expect(await found(account)).toContain('high 203.0.113.11');
  });

  test('without an inventory of the account the same call is a finding', async () => {
    const other = '444455556666';
    await deps()
      .store()
      .observe([
        {
          scope: instanceScope(other, node.InstanceId),
          add: { privateIp: ['10.0.12.34'] },
          expires: world.now + 86_400_000,
        },
      ]);
    await arrive(other, { sourceIPAddress: '203.0.113.10' });
    expect(await found(other)).toEqual(['high 203.0.113.10']);
  });

  test('through an endpoint are at home from the ranges of our VPCs, and from nowhere else', async () => {
    world.now += 10 * 86_400_000;
    await look();
    const before = await found(account);
    // vpce-0fff is in the settings, vpce-0aaa the inventory's; 10.9.0.0/16 is a VPC that only the inventory knows.
    for (const vpcEndpointId of ['vpce-0fff', 'vpce-0aaa', 'vpce-0eee'])
      await arrive(account, { sourceIPAddress: '10.9.3.3', vpcEndpointId });
    expect(await found(account)).toEqual(before);
    await arrive(account, { sourceIPAddress: '10.77.0.1', vpcEndpointId: 'vpce-0eee' }); // nobody's that we know
    expect(await found(account)).toEqual(before);
    await arrive(account, { sourceIPAddress: '10.77.0.2', vpcEndpointId: 'vpce-0aaa' });
    expect(await found(account)).toEqual([...before, 'medium 10.77.0.2'].sort());
  });
});
