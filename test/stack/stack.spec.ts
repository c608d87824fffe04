import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPattern } from '../../core/pattern/load.ts';
import { match } from '../../core/pattern/match.ts';
import { longestStage, stagePrefix } from '../../core/stage.ts';
import { fitting } from '../../stacks/fitting.ts';
import { forced } from './checks/permissions.ts';
import { checks } from './checks.ts';
import { homeRegion, type Resource, regions } from './mocks.ts';

interface Synthesis {
  readonly resources: readonly Resource[];
  readonly sizes: Readonly<Record<string, number>>;
}

const read = (variant: string): Synthesis =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../.sst/stack-test/${variant}.json`), 'utf8'));

const plain = read('plain');
const full = read('full');
const others = regions.filter(region => region !== homeRegion);
/** As test/stack/settings/full.ts has clusters. */
const all = checks(others, regions);

describe.each([
  ['plain', plain, checks(others, [homeRegion])],
  ['full', full, all],
  ['as many archives as', read('many'), checks(others, [homeRegion])],
])('the stack with %s settings', (_, { resources }, every) => {
  it.each(Object.entries(every))('%s', { timeout: 30_000 }, (__, check) => {
    expect(check(resources)).toEqual([]);
  });
});

/** Characters that AWS takes for names, by type (API references of each service: CreateFunction, PutRule, CreateRole, …). */
const longest: Readonly<Record<string, number>> = {
  'aws:lambda/function:Function': 64,
  'aws:cloudwatch/eventRule:EventRule': 64,
  'aws:iam/role:Role': 64,
  'aws:scheduler/schedule:Schedule': 64,
  'aws:sqs/queue:Queue': 80,
  'aws:cloudwatch/eventBus:EventBus': 256,
  'aws:sns/topic:Topic': 256,
  'aws:dynamodb/table:Table': 255,
  'aws:cloudwatch/metricAlarm:MetricAlarm': 255,
};

describe('a stage with the longest name that one may have', () => {
  const begins = stagePrefix('x'.repeat(longestStage));
  const long = read('long').resources;

  it.each(Object.entries(longest))('%s: names are whole, ours, and within %d characters', (type, most) => {
    const found = long.filter(one => one.type === type).map(({ inputs }) => String(inputs['name']));
    expect(found).not.toEqual([]);
    expect(found.filter(name => name.length > most || !name.startsWith(begins))).toEqual([]);
  });

  it('has buckets that begin with its name, and differ after it', () => {
    const buckets = long
      .filter(({ type }) => type === 'aws:s3/bucket:Bucket')
      .map(({ inputs }) => String(inputs['bucketPrefix']));
    expect(new Set(buckets).size).toBe(2);
    for (const bucket of buckets) expect([bucket.startsWith(begins), bucket.length]).toEqual([true, 37]);
  });

  it('has patterns within their quota', () => {
    expect(all['every pattern fits its quota and is one that AWS takes']?.(long)).toEqual([]);
  });

  it('has the rules that any other has', () => {
    const parts = (resources: readonly Resource[], stage: string) =>
      resources
        .filter(({ type }) => type === rule)
        .map(({ inputs, region }) => `${region} ${String(inputs['name']).slice(stagePrefix(stage).length)}`)
        .toSorted();
    expect(parts(long, 'x'.repeat(longestStage))).toEqual(parts(full.resources, 'production'));
  });
});

it('resources are named one by one while policies have room for them', () => {
  const clusters = (count: number) =>
    Array.from({ length: count }, (_, at) => `arn:aws:eks:eu-west-1:111122223333:cluster/cluster-${at}`);
  expect(fitting(clusters(50), 'arn:aws:eks:*:111122223333:cluster/*')).toEqual(clusters(50));
  expect(fitting(clusters(500), 'arn:aws:eks:*:111122223333:cluster/*')).toEqual([
    'arn:aws:eks:*:111122223333:cluster/*',
  ]);
});

type Inputs = Record<string, unknown>;

/** The resources with one changed: the first of a type (whose name holds a word). */
const changed = (type: string, change: (inputs: Inputs) => Inputs, word = ''): readonly Resource[] => {
  const index = full.resources.findIndex(one => one.type === type && one.name.includes(word));
  const found = full.resources[index];
  if (found === undefined) throw new Error(`no ${type} ${word} to plant a fault in`);
  return full.resources.with(index, { ...found, inputs: change({ ...found.inputs }) });
};

const without =
  (...members: readonly string[]) =>
  (inputs: Inputs): Inputs =>
    Object.fromEntries(Object.entries(inputs).filter(([name]) => !members.includes(name)));

const plus =
  (more: Inputs) =>
  (inputs: Inputs): Inputs => ({ ...inputs, ...more });

const policy = (statement: object): Inputs => ({
  inlinePolicies: [{ name: 'planted', policy: JSON.stringify({ Statement: [statement] }) }],
});

const said = (...some: readonly object[]): ((inputs: Inputs) => Inputs) =>
  plus({ policy: JSON.stringify({ Statement: some }) });
const events = { Principal: { Service: 'events.amazonaws.com' } };
const foreign = {
  Effect: 'Deny',
  ...events,
  Condition: { StringNotEquals: { 'aws:SourceAccount': '111122223333' }, Null: { 'aws:SourceAccount': 'false' } },
};

const topicPolicy = 'aws:sns/topicPolicy:TopicPolicy';
const role = 'aws:iam/role:Role';
const queue = 'aws:sqs/queue:Queue';
const mapping = 'aws:lambda/eventSourceMapping:EventSourceMapping';
const target = 'aws:cloudwatch/eventTarget:EventTarget';
const rule = 'aws:cloudwatch/eventRule:EventRule';
const lambda = 'aws:lambda/function:Function';
const table = 'aws:dynamodb/table:Table';

const faults: readonly (readonly [check: string, fault: string, planted: () => readonly Resource[]])[] = [
  [
    'every action of every role is exact',
    'dynamodb:*',
    () =>
      changed(
        role,
        plus(
          policy({
            Effect: 'Allow',
            Action: 'dynamodb:*',
            Resource: 'arn:aws:dynamodb:eu-west-1:111122223333:table/x',
          }),
        ),
      ),
  ],
  [
    'every resource of every role is exact, but where AWS forces a wildcard',
    'any topic',
    () => changed(role, plus(policy({ Effect: 'Allow', Action: ['sns:Publish'], Resource: '*' }))),
  ],
  [
    'every resource of every role is exact, but where AWS forces a wildcard',
    'any table',
    () =>
      changed(
        role,
        plus(
          policy({
            Effect: 'Allow',
            Action: ['dynamodb:GetItem'],
            Resource: 'arn:aws:dynamodb:eu-west-1:111122223333:table/*',
          }),
        ),
      ),
  ],
  [
    'functions may do what their code does, and nothing else',
    'a command without its grant',
    () => changed(role, without('inlinePolicies'), 'HubFunction'),
  ],
  [
    'functions may do what their code does, and nothing else',
    'a grant without its command',
    () =>
      changed(
        role,
        ({ inlinePolicies, ...inputs }) => ({
          ...inputs,
          inlinePolicies: [
            ...(inlinePolicies as readonly object[]), // SST makes a list of them
            {
              name: 'planted',
              policy: JSON.stringify({
                Statement: [{ Effect: 'Allow', Action: ['dynamodb:DeleteItem'], Resource: ['arn:aws:dynamodb:::t'] }],
              }),
            },
          ],
        }),
        'HubFunction',
      ),
  ],
  [
    'no managed policy is attached',
    'basic execution',
    () =>
      changed(role, plus({ managedPolicyArns: ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'] })),
  ],
  ['everything at rest is encrypted', 'a table', () => changed(table, without('serverSideEncryption'))],
  [
    'everything at rest is encrypted',
    'a queue',
    () => changed(queue, without('kmsMasterKeyId', 'sqsManagedSseEnabled')),
  ],
  ['everything at rest is encrypted', 'a topic', () => changed('aws:sns/topic:Topic', without('kmsMasterKeyId'))],
  [
    'everything at rest is encrypted',
    'a log group',
    () => changed('aws:cloudwatch/logGroup:LogGroup', without('kmsKeyId')),
  ],
  [
    'everything at rest is encrypted',
    'the bucket',
    () => full.resources.filter(({ type }) => !type.includes('bucketServerSideEncryption')),
  ],
  ['every hop has a dead-letter queue', 'a rule’s target', () => changed(target, without('deadLetterConfig'))],
  ['every hop has a dead-letter queue', 'a queue', () => changed(queue, without('redrivePolicy'), 'EventsQueue')],
  [
    'every hop has a dead-letter queue',
    'the stream',
    () => changed(mapping, without('destinationConfig'), 'AnnounceStream'),
  ],
  [
    'every hop has a dead-letter queue',
    'a subscription',
    () => changed('aws:sns/topicSubscription:TopicSubscription', without('redrivePolicy')),
  ],
  [
    'every hop has a dead-letter queue',
    'a schedule',
    () => changed('aws:scheduler/schedule:Schedule', inputs => ({ ...inputs, target: {} })),
  ],
  [
    'every hop has a dead-letter queue',
    'asynchronous invocations',
    () => full.resources.filter(({ name }) => name !== 'AuditInvocations'),
  ],
  [
    'every dead-letter queue accepts whoever is told to use it',
    'its policy',
    () => full.resources.filter(({ type, name }) => !(type.includes('queuePolicy') && name.includes('Forward'))),
  ],
  [
    'nothing is public',
    'the bucket',
    () => changed('aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock', plus({ blockPublicPolicy: false })),
  ],
  [
    'nothing is public',
    'a topic',
    () =>
      changed(
        'aws:sns/topicPolicy:TopicPolicy',
        plus({
          policy: JSON.stringify({
            Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sns:Publish', Resource: '*' }],
          }),
        }),
      ),
  ],
  [
    'nothing is public',
    'an address of a function that believes anybody',
    () => changed('aws:lambda/functionUrl:FunctionUrl', plus({ functionName: 'tripline-production-cloudtrail' })),
  ],
  [
    'nothing is public',
    'an address that can be called without bound',
    () => changed(lambda, without('reservedConcurrentExecutions'), 'Triage'),
  ],
  [
    'policies fit their quota',
    'a hundred log groups',
    () =>
      changed(
        role,
        plus(
          policy({
            Effect: 'Allow',
            Action: ['logs:PutSubscriptionFilter'],
            Resource: Array.from(
              { length: 200 },
              (_, at) => `arn:aws:logs:eu-west-1:111122223333:log-group:/a/name/of/${at}/audit`,
            ),
          }),
        ),
      ),
  ],
  [
    'policies fit their quota',
    'a queue that a hundred rules may write to',
    () =>
      changed(
        'aws:sqs/queuePolicy:QueuePolicy',
        plus({
          policy: JSON.stringify({
            Effect: 'Allow',
            Principal: { Service: 'events.amazonaws.com' },
            Action: 'sqs:SendMessage',
            Resource: 'arn:aws:sqs:eu-west-1:111122223333:tripline-production-events',
            Condition: {
              ArnEquals: {
                'aws:SourceArn': Array.from(
                  { length: 100 },
                  (_, at) => `arn:aws:events:eu-west-1:111122223333:rule/tripline-production-archive-of-unit-${at}`,
                ),
              },
            },
          }),
        }),
        'EventsQueue',
      ),
  ],
  [
    'services take our roles on for this account only',
    'a schedule of anybody',
    () =>
      changed(
        role,
        plus({
          assumeRolePolicy: JSON.stringify({
            Statement: [
              { Effect: 'Allow', Principal: { Service: 'scheduler.amazonaws.com' }, Action: 'sts:AssumeRole' },
            ],
          }),
        }),
        'SweepScheduler',
      ),
  ],
  [
    'audit logs come from the groups that are subscribed',
    'any log group of the account',
    () =>
      changed(
        'aws:lambda/permission:Permission',
        plus({ sourceArn: 'arn:aws:logs:eu-west-1:111122223333:log-group:*:*' }),
        'LogsInvokeAudit',
      ),
  ],
  ['nothing is public', 'a function', () => changed('aws:lambda/permission:Permission', without('sourceArn'), 'Audit')],
  [
    'nothing takes plain HTTP',
    'a queue',
    () => changed('aws:sqs/queuePolicy:QueuePolicy', plus({ policy: JSON.stringify({ Statement: [] }) })),
  ],
  [
    'every log group forgets',
    'a log group',
    () => changed('aws:cloudwatch/logGroup:LogGroup', without('retentionInDays')),
  ],
  [
    "every queue hides a message for six times its function's time-out",
    'a queue',
    () => changed(queue, plus({ visibilityTimeoutSeconds: 719 }), 'EventsQueue'),
  ],
  ['every mapping reports partial failures', 'a mapping', () => changed(mapping, without('functionResponseTypes'))],
  [
    'streams start at the beginning, bisect, and give up',
    'LATEST',
    () => changed(mapping, plus({ startingPosition: 'LATEST' }), 'AnnounceStream'),
  ],
  [
    'streams start at the beginning, bisect, and give up',
    'endless retries',
    () => changed(mapping, without('maximumRetryAttempts'), 'AnnounceStream'),
  ],
  [
    'every pattern fits its quota and is one that AWS takes',
    'too long',
    () => changed(rule, plus({ eventPattern: JSON.stringify({ source: ['x'.repeat(2_048)] }) })),
  ],
  [
    'every pattern fits its quota and is one that AWS takes',
    'a field beside and inside $or',
    () => changed(rule, plus({ eventPattern: '{"a":["1"],"$or":[{"a":["2"]},{"b":["3"]}]}' })),
  ],
  [
    'every enabled region forwards',
    'a region without rules',
    () => full.resources.filter(one => one.region !== 'us-west-2'),
  ],
  [
    'the tables are those of core/tables.ts',
    'an index',
    () => changed(table, without('globalSecondaryIndexes'), 'Findings'),
  ],
  [
    'the tables are those of core/tables.ts',
    'no hub table',
    () => full.resources.filter(({ type, name }) => !(type === table && name === 'HubTable')),
  ],
  ['the tables are those of core/tables.ts', 'no recovery', () => changed(table, without('pointInTimeRecovery'))],
  ["everything carries the stage's name", 'a queue', () => changed(queue, plus({ name: 'events' }))],
  [
    'somebody hears of every dead letter, error and throttle',
    'an alarm',
    () => full.resources.filter(({ name }) => name !== 'DeadLetters1Alarm'),
  ],
  [
    'metrics of one stage are not those of another',
    'an alarm',
    () =>
      changed(
        'aws:cloudwatch/metricAlarm:MetricAlarm',
        plus({ namespace: 'Tripline', dimensions: { function: 'audit' } }),
      ),
  ],
  ['metrics of one stage are not those of another', 'a function', () => changed(lambda, plus({ environment: {} }))],
  ['functions run on nodejs24.x, arm64', 'x86', () => changed(lambda, plus({ architectures: ['x86_64'] }))],
  [
    'keys let in whoever delivers to what they encrypt',
    'a key that asks EventBridge for its source',
    () =>
      changed('aws:kms/key:Key', ({ policy: text, ...inputs }) => ({
        ...inputs,
        policy: String(text).replace(
          '"Sid":"EventBridgeDeliversEncrypted",',
          '"Condition":{"StringEquals":{"aws:SourceAccount":"111122223333"}},',
        ),
      })),
  ],
  [
    'keys let in whoever delivers to what they encrypt',
    'a key that CloudWatch may not use',
    () =>
      changed('aws:kms/key:Key', ({ policy: text, ...inputs }) => ({
        ...inputs,
        policy: String(text).replaceAll('cloudwatch.amazonaws.com', 'cloudfront.amazonaws.com'),
      })),
  ],
  [
    'topics let in whoever publishes to them, and nobody else',
    'a guard that asks EventBridge for its source',
    () =>
      changed(
        topicPolicy,
        said(
          { Effect: 'Allow', ...events, Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } } },
          foreign,
        ),
        'Guard',
      ),
  ],
  [
    'topics let in whoever publishes to them, and nobody else',
    "a guard that other accounts' rules may write to",
    () => changed(topicPolicy, said({ Effect: 'Allow', ...events }), 'Guard'),
  ],
  [
    'topics let in whoever publishes to them, and nobody else',
    "a guard that anybody's alarms may write to",
    () =>
      changed(
        topicPolicy,
        said({ Effect: 'Allow', ...events }, foreign, {
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
        }),
        'Guard',
      ),
  ],
  [
    'topics let in whoever publishes to them, and nobody else',
    "alerts that anybody's rule may write to",
    () => changed(topicPolicy, said({ Effect: 'Allow', ...events }, foreign), 'Alerts'),
  ],
  [
    'audit logs are heard in every region that has clusters',
    'a region without its function',
    () =>
      full.resources.filter(
        ({ type, region, inputs }) =>
          !(type === lambda && region === 'us-west-2' && /-audit$/.test(String(inputs['name']))),
      ),
  ],
  [
    'audit logs are heard in every region that has clusters',
    'tables that are looked for in its own region',
    () => changed(lambda, plus({ environment: { variables: { STAGE: 'production' } } }), 'AuditFunctionUsWest2'),
  ],
  [
    'every alarm tells somebody',
    'an alarm without an action',
    () => changed('aws:cloudwatch/metricAlarm:MetricAlarm', without('alarmActions'), 'DeliveryErrors1Alarm'),
  ],
  [
    'every alarm tells somebody',
    'a region whose alarms are not forwarded',
    () => full.resources.filter(({ name }) => name !== 'AlarmsUsWest2'),
  ],
  [
    'whoever carries events to another bus may put them there',
    'a role that may write to another bus only',
    () =>
      changed(
        role,
        plus(
          policy({
            Effect: 'Allow',
            Action: ['events:PutEvents'],
            Resource: ['arn:aws:events:eu-west-1:111122223333:event-bus/tripline-production-regions'],
          }),
        ),
        'WitnessCarrier',
      ),
  ],
  [
    'changes to the watcher are told without it, from two regions',
    'one region',
    () => full.resources.filter(({ type, region }) => !(type === 'aws:sns/topic:Topic' && region !== homeRegion)),
  ],
  [
    'changes to the watcher are told without it, from two regions',
    'a raw event',
    () => changed(target, without('inputTransformer'), 'Guard1PostTarget'),
  ],
  [
    'changes to the watcher are told without it, from two regions',
    'a rule of several that is told in one region only',
    () =>
      full.resources.filter(({ type, name }) => !(type === target && name.startsWith('Guard2ToldPostTargetUsEast1'))),
  ],
  [
    'every enabled region forwards',
    'a region without one of the rules of self-protection',
    () => full.resources.filter(({ type, name }) => !(type === rule && name === 'Guard2UsWest2')),
  ],
  [
    'the canary may steer nothing, and its call is denied',
    'a permission to look',
    () =>
      changed(
        role,
        plus(policy({ Effect: 'Allow', Action: ['ec2:DescribeExportTasks'], Resource: '*' })),
        'CanaryFunction',
      ),
  ],
  [
    'the canary may steer nothing, and its call is denied',
    'another name',
    () => changed(role, plus({ name: 'tripline-production-other' }), 'CanaryFunction'),
  ],
  [
    'a canary that does not come back, or is not sent, is an alarm',
    'silence that is no alarm',
    () => changed('aws:cloudwatch/metricAlarm:MetricAlarm', plus({ treatMissingData: 'notBreaching' }), 'CanaryLate'),
  ],
];

describe('each check', () => {
  it.each(faults)(
    '%s: catches %s',
    (name, _, planted) => {
      const check = all[name];
      if (check === undefined) throw new Error(`no check '${name}'`);
      expect(check(planted())).not.toEqual([]);
    },
    30_000,
  );

  it('has a fault that it catches', () => {
    const caught = new Set(faults.map(([name]) => name));
    expect(Object.keys(all).filter(name => !caught.has(name))).toEqual([]);
  });
});

describe('a stage', () => {
  const app = full.resources.find(({ type }) => type === 'tripline:app')?.inputs;

  it('lands in the accounts of the settings only, and is kept and protected in production', () => {
    expect(app).toMatchObject({
      removal: 'retain',
      protect: true,
      providers: { aws: { region: 'eu-west-1', allowedAccountIds: ['111122223333'] } },
    });
  });

  it('is removed whole where it is no production, and has no name that is too long', () => {
    const { resources } = read('long');
    expect(resources.find(({ type }) => type === 'tripline:app')?.inputs).toMatchObject({
      removal: 'remove',
      protect: false,
    });
    expect(resources.find(({ type }) => type === 'tripline:refused')?.inputs['error']).toContain(
      'Deploy with a shorter --stage NAME',
    );
  });

  it('hears read-only calls in every region, where a detection asks for them', () => {
    const states = (region: string, word: RegExp) =>
      full.resources
        .filter(one => one.type === rule && one.region === region && word.test(String(one.inputs['name'])))
        .map(({ inputs }) => inputs['state']);
    const asked = states(homeRegion, /-candidates-\d+$/);
    expect(asked).toContain('ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS');
    for (const region of others) expect(states(region, /-candidates-\d+$/)).toEqual(asked);
    expect(states(homeRegion, /-forwarded$/)).toEqual(['ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS']);
  });

  it('reads log files of trails in archives, and neither digests nor insights', () => {
    const one = full.resources.find(({ type, name }) => type === rule && name === 'Archive1Rule');
    const pattern = loadPattern(JSON.parse(String(one?.inputs['eventPattern'])));
    const admits = (kind: string, bucket = 'organisation-trail') =>
      match(pattern, {
        source: 'aws.s3',
        'detail-type': 'Object Created',
        detail: {
          bucket: { name: bucket },
          object: { key: `AWSLogs/o-example/111122223333/${kind}/eu-west-1/2026/09/01/x.json.gz` },
        },
      });
    expect([admits('CloudTrail'), admits('CloudTrail-Digest'), admits('CloudTrail-Insight')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(admits('CloudTrail', 'other')).toBe(false);
  });

  it('bounds what runs at once where that protects: nobody twice, no channel, cluster or account flooded', () => {
    const bounded = Object.fromEntries(
      full.resources
        .filter(({ type, region }) => type === lambda && region === homeRegion)
        .map(({ inputs }) => [
          String(inputs['name']).slice('tripline-production-'.length),
          inputs['reservedConcurrentExecutions'],
        ])
        .filter(([, reserved]) => reserved !== undefined),
    );
    expect(bounded).toEqual({
      audit: 20,
      canary: 1,
      digest: 1,
      heartbeat: 1,
      inventory: 1,
      subscribe: 1,
      sweep: 1,
      evidence: 3,
      'posture-reader': 2,
      'slack-2': 2,
      'slack-app-3': 2,
      'triage-3': 5,
      'pagerduty-4': 2,
      'webhook-5': 2,
    });
    const most = (name: string) => full.resources.find(one => one.name === name)?.inputs['scalingConfig'];
    expect([most('EventsMapping'), most('GatheredMapping')]).toEqual([
      { maximumConcurrency: 20 },
      { maximumConcurrency: 5 },
    ]);
  });

  it('hears an account that falls silent, and says every five minutes that it is alive', () => {
    const silent = full.resources.find(({ inputs }) => inputs['name'] === 'tripline-production-silence-444455556666');
    expect(silent?.inputs).toMatchObject({
      metricName: 'MatchedEvents',
      treatMissingData: 'breaching',
      comparisonOperator: 'LessThanThreshold',
      threshold: 1,
    });
    const beat = full.resources.find(
      ({ inputs }) =>
        inputs['scheduleExpression'] === 'rate(5 minutes)' && inputs['name'] === 'tripline-production-heartbeat',
    );
    expect(beat?.inputs).toMatchObject({ target: { retryPolicy: { maximumRetryAttempts: 3 } } });
  });

  it('lets functions trace only where the settings ask for it', () => {
    const modes = ({ resources }: Synthesis) =>
      new Set(
        resources.filter(({ type }) => type === lambda).map(({ inputs }) => JSON.stringify(inputs['tracingConfig'])),
      );
    expect([...modes(plain)]).toEqual(['{"mode":"PassThrough"}']);
    expect([...modes(full)]).toEqual(['{"mode":"Active"}']);
  });

  it('keeps evidence where nobody deletes it before its time, and calls clusters from the subnets of the settings', () => {
    const named = (type: string, word: string) =>
      full.resources.find(one => one.type === type && one.name.includes(word))?.inputs;
    expect(named('aws:s3/bucket:Bucket', 'Evidence')).toMatchObject({ objectLockEnabled: true, forceDestroy: false });
    expect(named('aws:s3/bucketObjectLockConfiguration:BucketObjectLockConfiguration', 'Evidence')).toMatchObject({
      rule: { defaultRetention: { mode: 'GOVERNANCE', days: 365 } },
    });
    for (const one of ['PostureReaderFunction', 'EvidenceFunction'])
      expect(named(lambda, one)).toMatchObject({ vpcConfig: { subnetIds: ['subnet-0123456789abcdef0'] } });
    expect(named(lambda, 'AuditFunction')).not.toHaveProperty('vpcConfig.subnetIds');
  });

  it('has neither reader nor evidence until the settings say so', () => {
    const words = /PostureReader|Evidence|Readings/;
    expect(plain.resources.filter(({ name }) => words.test(name))).toEqual([]);
  });

  it('says why for every wildcard that AWS forces', () => {
    for (const reason of Object.values(forced)) expect(reason.length).toBeGreaterThan(20);
  });

  it('has bundles below 2.2 megabytes, most of it for what is only loaded when it is called', () => {
    for (const [file, size] of Object.entries(full.sizes)) expect(size, file).toBeLessThan(2_200_000);
  });

  it('puts a secret into the functions that use it, and beside them only into the record that SST keeps of it encrypted', () => {
    const holders = full.resources
      .filter(one => JSON.stringify(one.inputs).includes('hooks.example.com'))
      .map(({ type }) => type);
    expect(new Set(holders)).toEqual(new Set([lambda, 'sst:sst:LinkRef']));
  });
});
