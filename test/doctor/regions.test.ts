import { CloudWatchLogsClient, DescribeSubscriptionFiltersCommand } from '@aws-sdk/client-cloudwatch-logs';
import { LambdaClient, ListEventSourceMappingsCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListSubscriptionsByTopicCommand, ListTopicsCommand, SNSClient } from '@aws-sdk/client-sns';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { looks } from '../../cli/doctor-looks.ts';
import { defineConfig } from '../../core/config.ts';
import type { Check } from '../../core/doctor/check.ts';
import type { Settings } from '../../core/settings.ts';

const logs = mockClient(CloudWatchLogsClient);
const lambda = mockClient(LambdaClient);
const sns = mockClient(SNSClient);
const sts = mockClient(STSClient);
beforeEach(() => void sts.on(GetCallerIdentityCommand).resolves({}));
afterEach(() => {
  logs.reset();
  lambda.reset();
  sns.reset();
  sts.reset();
});

/** What the doctor says of functions, what feeds them, and audit logs; no other service answers. */
const checked = async (settings: Settings): Promise<ReadonlyMap<string, Check>> => {
  const checks: Check[] = [];
  for await (const some of looks('tripline-prod-', settings, Date.now()))
    for (const [name, look] of some)
      if (/^(account|audit log|functions|source of) ?/.test(name)) checks.push(...(await look()));
  return new Map(checks.map(one => [one.name, one]));
};

test('an audit log, and who hears it, is looked for in the region of its cluster', async () => {
  const settings = defineConfig({
    home: 'eu-west-1',
    clusters: [{ name: 'prod' }, { name: 'away', region: 'us-east-1' }],
  });
  const regions: string[] = [];
  logs.on(DescribeSubscriptionFiltersCommand).callsFake(async ({ logGroupName }, client) => {
    regions.push(`${logGroupName} ${await client().config.region()}`);
    return { subscriptionFilters: [] };
  });
  lambda.on(ListFunctionsCommand).resolves({ Functions: [] });
  lambda.on(ListEventSourceMappingsCommand).resolves({ EventSourceMappings: [] });
  const checks = await checked(settings);
  expect(regions.sort()).toEqual(['/aws/eks/away/cluster us-east-1', '/aws/eks/prod/cluster eu-west-1']);
  expect([...checks.keys()].filter(name => name.startsWith('function ') && name.endsWith('us-east-1'))).toEqual([
    'function tripline-prod-audit us-east-1',
    'function tripline-prod-subscribe us-east-1',
  ]);
});

test('a cluster that the settings give to another account is that account’s to look at', async () => {
  const settings = defineConfig({
    accounts: ['111122223333', '444455556666'],
    clusters: [{ name: 'prod' }, { name: 'elsewhere', account: '444455556666', reader: true }],
  });
  logs.on(DescribeSubscriptionFiltersCommand).resolves({ subscriptionFilters: [] });
  lambda.on(ListFunctionsCommand).resolves({ Functions: [] });
  lambda.on(ListEventSourceMappingsCommand).resolves({ EventSourceMappings: [] });
  const seen = async (Account: string) => {
    sts.on(GetCallerIdentityCommand).resolves({ Account });
    const checks = await checked(settings);
    const logged = [...checks.keys()].filter(name => name.startsWith('audit log '));
    return [checks.get('account')?.state, ...logged, checks.has('function tripline-prod-posture-reader')];
  };
  expect(await seen('111122223333')).toEqual(['good', 'audit log /aws/eks/prod/cluster', false]);
  expect(await seen('444455556666')).toEqual([
    'good',
    'audit log /aws/eks/prod/cluster',
    'audit log /aws/eks/elsewhere/cluster',
    true,
  ]);
  expect((await seen('777788889999'))[0]).toBe('bad');
});

test('what the settings ask for is missed where it is not there', async () => {
  lambda.on(ListFunctionsCommand).resolves({ Functions: [] });
  lambda.on(ListEventSourceMappingsCommand).resolves({ EventSourceMappings: [] });
  logs.on(DescribeSubscriptionFiltersCommand).resolves({ subscriptionFilters: [] });
  const without = await checked(defineConfig({ clusters: [{ name: 'prod' }] }));
  const asked = await checked(
    defineConfig({ clusters: [{ name: 'prod', reader: true }], deployment: { evidence: { retentionDays: 30 } } }),
  );
  const more = [...asked.keys()].filter(name => !without.has(name)).sort();
  expect(more.filter(name => name.startsWith('function '))).toEqual([
    'function tripline-prod-evidence',
    'function tripline-prod-posture-reader',
  ]);
  expect(more).toHaveLength(4); // and what feeds each
  expect(more.map(name => asked.get(name)?.state)).toEqual(['bad', 'bad', 'bad', 'bad']);
});

test('rules of archives are looked at, at home alone: whose objects they bring, and whether anybody disabled them', async () => {
  const settings = defineConfig({ home: 'eu-west-1', deployment: { archives: [{ bucket: 'organisation-trail' }] } });
  const asked: string[] = [];
  for await (const some of looks('tripline-prod-', settings, Date.now()))
    asked.push(...some.flatMap(([name]) => (name.includes('archive') ? [name] : [])));
  expect(asked).toEqual(['rule tripline-prod-archive-1 eu-west-1']);
});

test('a guard that nobody confirmed is seen in the second region, too, where each address confirms by itself', async () => {
  sns.on(ListTopicsCommand).callsFake(async (_, client) => ({
    Topics: [{ TopicArn: `arn:aws:sns:${await client().config.region()}:111122223333:tripline-prod-guard` }],
  }));
  sns.on(ListSubscriptionsByTopicCommand).callsFake(({ TopicArn }) => ({
    Subscriptions: [
      {
        Protocol: 'email',
        Endpoint: 'oncall@example.com',
        SubscriptionArn: TopicArn.includes('eu-west-1') ? `${TopicArn}:0000` : 'PendingConfirmation',
      },
    ],
  }));
  const said: (readonly [string, string])[] = [];
  for await (const some of looks('tripline-prod-', defineConfig({ home: 'eu-west-1' }), Date.now()))
    for (const [name, look] of some)
      if (name.startsWith('guard')) said.push(...(await look()).map(({ name: one, state }) => [one, state] as const));
  expect(said).toEqual([
    [expect.stringContaining('guard'), 'good'],
    [expect.stringContaining('guard us-east-1'), 'bad'],
  ]);
});
