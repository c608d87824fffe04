import { join } from 'node:path';
import { inventoryActions } from '../../core/inventory/permissions.ts';
import { loadPattern } from '../../core/pattern/load.ts';
import { hubTable, type Table, tables } from '../../core/tables.ts';
import { quota } from '../../core/targets/eventbridge/pack.ts';
import { parseLogsPattern } from '../../core/targets/logs/grammar.ts';
import { homeRegion, type Resource } from './mocks.ts';
import { sentBy } from './sends.ts';

/** One sentence for each thing that is wrong; [] when all is well. */
export type Check = (resources: readonly Resource[]) => readonly string[];

type Json = { readonly [member: string]: unknown };

const of = (resources: readonly Resource[], type: string): readonly Resource[] =>
  resources.filter(resource => resource.type === type);

const inner = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((here, name) => (here as Json | undefined)?.[name], value); // looked at, never trusted

const list = (value: unknown): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

interface Statement {
  readonly effect: string;
  readonly principal: unknown;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly condition: unknown;
}

const statements = (policy: unknown): readonly Statement[] => {
  const document = typeof policy === 'string' ? JSON.parse(policy) : policy;
  return list(inner(document, 'Statement')).map(one => ({
    effect: String(inner(one, 'Effect')),
    principal: inner(one, 'Principal'),
    actions: list(inner(one, 'Action')).map(String),
    resources: list(inner(one, 'Resource')).map(String),
    condition: inner(one, 'Condition'),
  }));
};

/** What each role may do. */
const grants = (resources: readonly Resource[]): readonly (Statement & { readonly role: string })[] =>
  of(resources, 'aws:iam/role:Role').flatMap(role =>
    list(role.inputs['inlinePolicies']).flatMap(policy =>
      statements(inner(policy, 'policy')).map(statement => ({ ...statement, role: role.name })),
    ),
  );

/** Lambda Developer Guide, "Giving Lambda functions access to resources in an Amazon VPC", required IAM permissions. */
const attaching: readonly string[] = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/** Actions for which AWS takes no narrower resource, with the reason (Service Authorization Reference). */
export const forced: Readonly<Record<string, string>> = {
  'xray:PutTraceSegments': 'X-Ray defines no resource types for it',
  'xray:PutTelemetryRecords': 'X-Ray defines no resource types for it',
  ...Object.fromEntries(
    inventoryActions.map(action => [
      action,
      'the inventory reads what nobody could name before: core/inventory/permissions.ts',
    ]),
  ),
  ...Object.fromEntries(
    attaching.map(action => [
      action,
      'Lambda puts functions into subnets with it, by interfaces that are not there yet',
    ]),
  ),
  'ec2:DescribeInstanceAttribute': 'which instance will have to be looked at, nobody can name before',
  'logs:DescribeLogGroups': 'it lists by prefix and authorizes against all groups of the region',
};

/** Everything, or everything of one kind: `*`, `arn:…:log-group:*`, `arn:aws:s3:::*`. Objects of one named bucket are not. */
const isWide = (resource: string): boolean => {
  if (/^arn:[^:]*:s3:::/.test(resource)) return /:::\*/.test(resource);
  return resource === '*' || /^arn:[^:]*:[^:]*:[^:]*:[^:]*:([a-z-]+[:/])?\*$/.test(resource);
};

const exactActions: Check = resources =>
  grants(resources).flatMap(({ role, actions }) =>
    actions.filter(action => action.includes('*')).map(action => `${role} may ${action}`),
  );

const exactResources: Check = resources =>
  grants(resources).flatMap(({ role, actions, resources: targets }) => [
    ...(targets.length === 0 ? [`${role} may ${actions.join()} on nothing that is said`] : []),
    ...targets
      .filter(isWide)
      .flatMap(target =>
        actions.filter(action => !(action in forced)).map(action => `${role} may ${action} on ${target}`),
      ),
  ]);

/** Lambda uses them on a function's behalf, so no code of ours names them. */
const onBehalf = (resources: readonly Resource[], fn: Resource): ReadonlySet<string> => {
  const mappings = of(resources, 'aws:lambda/eventSourceMapping:EventSourceMapping').filter(
    ({ inputs }) => inputs['functionName'] === fn.arn,
  );
  const reads = (kind: string): boolean =>
    mappings.some(({ inputs }) => String(inputs['eventSourceArn']).includes(kind));
  const gives = [
    ...mappings,
    ...of(resources, 'aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig').filter(
      ({ inputs }) => inputs['functionName'] === fn.inputs['name'],
    ),
  ].some(({ inputs }) => inner(inputs, 'destinationConfig', 'onFailure') !== undefined);
  return new Set([
    'logs:CreateLogStream',
    'logs:PutLogEvents',
    'kms:Decrypt',
    'kms:GenerateDataKey',
    ...(inner(fn.inputs, 'tracingConfig', 'mode') === 'Active'
      ? ['xray:PutTraceSegments', 'xray:PutTelemetryRecords']
      : []),
    ...(inner(fn.inputs, 'vpcConfig', 'subnetIds') === undefined ? [] : attaching),
    ...(reads(':sqs:')
      ? ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', 'sqs:ChangeMessageVisibility']
      : []),
    ...(reads('/stream/') ? ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'] : []),
    ...(gives ? ['sqs:SendMessage'] : []),
  ]);
};

/** Sent in order to be denied: functions/canary.ts. */
const deniedOnPurpose: Readonly<Record<string, string>> = { CanaryFunction: 'ec2:DescribeExportTasks' };

/** A function may do what its code does, and nothing else. What both lack or have too much is found in the code itself. */
const needed =
  (root: string): Check =>
  resources =>
    of(resources, 'tripline:handler').flatMap(({ name, inputs }) => {
      const fn = of(resources, 'aws:lambda/function:Function').find(one => one.name === `${name}Function`);
      const role = of(resources, 'aws:iam/role:Role').find(one => one.arn === fn?.inputs['role']);
      if (fn === undefined || role === undefined) return [`${name} has no function or no role`];
      const granted = new Set(grants([role]).flatMap(({ actions }) => actions));
      const sent = sentBy(root, String(inputs['handler']).replace(/\.handler$/, ''));
      const lambdas = onBehalf(resources, fn);
      const hasReader = of(resources, 'aws:lambda/function:Function').some(one => /PostureReader/.test(one.name));
      const hasArchive = of(resources, 'aws:cloudwatch/eventRule:EventRule').some(one => /Archive/.test(one.name));
      const hasClusters = of(resources, 'aws:cloudwatch/metricAlarm:MetricAlarm').some(
        one => one.inputs['metricName'] === 'DeliveryErrors',
      );
      return [
        ...[...sent]
          // Objects are read only where the settings name an archive, endpoints looked up only where they name clusters.
          .filter(action => action !== 's3:GetObject' || hasArchive)
          .filter(action => action !== 'eks:DescribeCluster' || hasClusters)
          // A reading is asked for only where a cluster has a reader.
          .filter(action => action !== 'sqs:SendMessage' || hasReader)
          .filter(action => !granted.has(action) && action !== deniedOnPurpose[name])
          .map(action => `${name} sends ${action} and may not`),
        ...[...granted]
          .filter(action => !sent.has(action) && !lambdas.has(action))
          // It picks its calls from a table as it runs: test/inventory compares its permissions with what is sent.
          .filter(() => name !== 'InventoryFunction')
          .map(action => `${name} may ${action} and never does`),
      ];
    });

/** All that the canary's role may do. What steers nodes is not among it, and neither is what would let its call through. */
const canaryMay: ReadonlySet<string> = new Set([
  'logs:CreateLogStream',
  'logs:PutLogEvents',
  'kms:Decrypt',
  'kms:GenerateDataKey',
  'xray:PutTraceSegments',
  'xray:PutTelemetryRecords',
  'dynamodb:BatchGetItem',
  'dynamodb:BatchWriteItem',
  'dynamodb:UpdateItem',
  'eks:DescribeCluster',
  'sqs:SendMessage',
]);

/** The canary's call must be denied, and its role is known by the stage's name. */
const canary: Check = resources => {
  const roles = of(resources, 'aws:iam/role:Role').filter(({ name }) => /^CanaryFunction/.test(name));
  return [
    ...(roles.length === 1 ? [] : [`${roles.length} roles of a canary`]),
    ...roles
      .filter(({ inputs }) => inputs['name'] !== 'tripline-production-canary')
      .map(({ name }) => `${name} has another name than the detection knows`),
    ...grants(roles)
      .flatMap(({ actions }) => actions)
      .filter(action => !canaryMay.has(action))
      .map(action => `the canary may ${action}`),
  ];
};

/** Without rounds there is no number, and no number is an alarm. */
const canaryAlarm: Check = resources => {
  const found = of(resources, 'aws:cloudwatch/metricAlarm:MetricAlarm').filter(
    ({ inputs }) => inputs['metricName'] === 'CanariesLate',
  );
  return found.some(({ inputs }) => inputs['treatMissingData'] === 'breaching' && Number(inputs['threshold']) === 0)
    ? []
    : ['nobody hears of a canary that does not come back'];
};

const noManagedPolicies: Check = resources => [
  ...of(resources, 'aws:iam/role:Role').flatMap(role =>
    list(role.inputs['managedPolicyArns']).map(arn => `${role.name} has the managed policy ${arn}`),
  ),
  ...of(resources, 'aws:iam/rolePolicyAttachment:RolePolicyAttachment').map(
    one => `${one.name} attaches a managed policy`,
  ),
];

const encryption: Check = resources => {
  const missing = (type: string, encrypted: (inputs: Json) => unknown): readonly string[] =>
    of(resources, type)
      .filter(({ inputs }) => !encrypted(inputs))
      .map(({ name }) => `${name} is not encrypted as it should be`);
  const bucketsWithKeys = of(
    resources,
    'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration',
  ).filter(({ inputs }) =>
    list(inputs['rules']).every(
      rule => inner(rule, 'applyServerSideEncryptionByDefault', 'sseAlgorithm') === 'aws:kms',
    ),
  );
  return [
    ...missing('aws:dynamodb/table:Table', inputs => inner(inputs, 'serverSideEncryption', 'kmsKeyArn')),
    ...missing('aws:sqs/queue:Queue', inputs => inputs['kmsMasterKeyId'] ?? inputs['sqsManagedSseEnabled'] === true),
    ...missing('aws:sns/topic:Topic', inputs => inputs['kmsMasterKeyId']),
    ...missing('aws:cloudwatch/logGroup:LogGroup', inputs => inputs['kmsKeyId']),
    ...missing('aws:lambda/function:Function', inputs => inputs['kmsKeyArn']),
    ...missing('aws:kms/key:Key', inputs => inputs['enableKeyRotation'] === true),
    ...(bucketsWithKeys.length < of(resources, 'aws:s3/bucket:Bucket').length ? ['a bucket has no key'] : []),
  ];
};

const targetArns = (resources: readonly Resource[], type: string): ReadonlySet<unknown> =>
  new Set(
    of(resources, type).flatMap(({ inputs }) => [
      inner(inputs, 'deadLetterConfig', 'arn'),
      inner(inputs, 'destinationConfig', 'onFailure', 'destination'),
      inner(inputs, 'destinationConfig', 'onFailure', 'destinationArn'),
      inner(inputs, 'target', 'deadLetterConfig', 'arn'),
      ...list(inputs['redrivePolicy']).map(policy => inner(JSON.parse(String(policy)), 'deadLetterTargetArn')),
    ]),
  );

const hops = [
  'aws:cloudwatch/eventTarget:EventTarget',
  'aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig',
  'aws:lambda/eventSourceMapping:EventSourceMapping',
  'aws:scheduler/schedule:Schedule',
  'aws:sns/topicSubscription:TopicSubscription',
  'aws:sqs/queue:Queue',
] as const;

/** Every way from one service to another ends in a dead-letter queue that is there. */
const deadLetters: Check = resources => {
  const queues = new Set<unknown>(of(resources, 'aws:sqs/queue:Queue').map(({ arn }) => arn));
  const ends = new Set(hops.flatMap(type => [...targetArns(resources, type)]));
  const isEnd = ({ arn }: Resource): boolean => ends.has(arn);
  const reads = (mapping: Resource): boolean => queues.has(mapping.inputs['eventSourceArn']);
  const problems = hops.flatMap(type =>
    of(resources, type)
      // A dead-letter queue ends there, and a mapping that reads a queue leaves what fails in it.
      .filter(one => !(type === 'aws:sqs/queue:Queue' && isEnd(one)))
      .filter(one => !(type === 'aws:lambda/eventSourceMapping:EventSourceMapping' && reads(one)))
      .filter(one => ![...targetArns([one], type)].some(arn => queues.has(arn)))
      .map(one => `${one.name} has no dead-letter queue`),
  );
  const asynchronous = of(resources, 'aws:lambda/permission:Permission')
    .filter(({ inputs }) => inputs['functionUrlAuthType'] === undefined && inputs['invokedViaFunctionUrl'] !== true) // who calls waits
    .map(({ inputs }) => inputs['function']);
  const handled = new Set(
    of(resources, 'aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig').map(
      ({ inputs }) => inputs['functionName'],
    ),
  );
  return [
    ...problems,
    ...asynchronous
      .filter(name => !handled.has(name))
      .map(name => `${name} is invoked without waiting and has no destination`),
  ];
};

/** Who may write into a dead-letter queue must include who is told to. */
const deadLettersAccept: Check = resources => {
  const policies = new Map(
    of(resources, 'aws:sqs/queuePolicy:QueuePolicy').map(({ inputs }) => [
      inputs['queueUrl'],
      statements(inputs['policy']),
    ]),
  );
  const url = (queue: Resource): string =>
    `https://sqs.${queue.region}.amazonaws.com/${queue.arn.split(':')[4]}/${queue.inputs['name']}`;
  const accepts = (arn: unknown, service: string): boolean => {
    const queue = of(resources, 'aws:sqs/queue:Queue').find(one => one.arn === arn);
    const said = queue === undefined ? [] : (policies.get(url(queue)) ?? []);
    return said.some(({ effect, principal }) => effect === 'Allow' && inner(principal, 'Service') === service);
  };
  const told = [
    ['aws:cloudwatch/eventTarget:EventTarget', 'events.amazonaws.com'],
    ['aws:sns/topicSubscription:TopicSubscription', 'sns.amazonaws.com'],
  ] as const;
  return told.flatMap(([type, service]) =>
    [...targetArns(resources, type)]
      .filter(arn => arn !== undefined && !accepts(arn, service))
      .map(arn => `${arn} does not accept messages of ${service}`),
  );
};

const policied = [
  'aws:sqs/queuePolicy:QueuePolicy',
  'aws:sns/topicPolicy:TopicPolicy',
  'aws:s3/bucketPolicy:BucketPolicy',
  'aws:kms/key:Key',
  'aws:cloudwatch/eventBusPolicy:EventBusPolicy',
] as const;

const isEverybody = (principal: unknown): boolean =>
  principal === '*' || list(inner(principal, 'AWS')).includes('*') || list(inner(principal, 'Service')).includes('*');

/** Slack has no AWS credentials: triage checks its signature itself, and can't be called without bound. */
const checksItself = (resources: readonly Resource[], name: unknown): boolean => {
  const fn = of(resources, 'aws:lambda/function:Function').find(one => one.inputs['name'] === name || one.arn === name);
  return /-triage-\d+$/.test(String(fn?.inputs['name'])) && Number(fn?.inputs['reservedConcurrentExecutions']) > 0;
};

const nothingPublic: Check = resources => {
  const blocked = of(resources, 'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock').filter(({ inputs }) =>
    ['blockPublicAcls', 'blockPublicPolicy', 'ignorePublicAcls', 'restrictPublicBuckets'].every(
      name => inputs[name] === true,
    ),
  );
  return [
    ...(blocked.length < of(resources, 'aws:s3/bucket:Bucket').length ? ['a bucket does not block public access'] : []),
    ...policied.flatMap(type =>
      of(resources, type).flatMap(({ name, inputs }) =>
        statements(inputs['policy'])
          .filter(
            ({ effect, principal, condition }) =>
              effect === 'Allow' &&
              (isEverybody(principal) ||
                (inner(principal, 'Service') !== undefined &&
                  condition === undefined &&
                  // `keysDeliver` says why.
                  !(type === 'aws:kms/key:Key' && inner(principal, 'Service') === 'events.amazonaws.com'))),
          )
          .map(() => `${name} lets in everybody, or a service on anybody's behalf`),
      ),
    ),
    ...of(resources, 'aws:lambda/functionUrl:FunctionUrl')
      .filter(({ inputs }) => !checksItself(resources, inputs['functionName']))
      .map(({ name }) => `${name} is a public address`),
    ...of(resources, 'aws:lambda/permission:Permission')
      .filter(({ inputs }) => inputs['sourceArn'] === undefined && !checksItself(resources, inputs['function']))
      .map(({ name }) => `${name} lets a service in for anybody`),
  ];
};

/** Services that act in many accounts' names take our roles on for this one only; Lambda alone has a function of ours behind it. */
const rolesForUs: Check = resources =>
  of(resources, 'aws:iam/role:Role').flatMap(({ name, inputs }) =>
    statements(inputs['assumeRolePolicy'])
      // SST's own call makes those of functions, and the stand-in leaves their principal out.
      .filter(({ principal }) => ![undefined, 'lambda.amazonaws.com'].includes(inner(principal, 'Service') as string))
      .filter(({ condition }) => typeof inner(condition, 'StringEquals', 'aws:SourceAccount') !== 'string')
      .map(() => `${name} is taken on for anybody`),
  );

/** Who calls the function of audit logs decides what is believed to be in them: the groups that it subscribes to, and no other. */
const auditHearsItsGroups: Check = resources => {
  const permissions = of(resources, 'aws:lambda/permission:Permission').filter(
    ({ inputs }) => inputs['principal'] === 'logs.amazonaws.com',
  );
  return of(resources, 'aws:iam/role:Role')
    .filter(({ inputs }) => /-subscribe(-(?!timer)[a-z]+-[a-z-]+-\d)?$/.test(String(inputs['name'])))
    .flatMap(({ name, inputs, region }) => {
      const subscribed = list(inputs['inlinePolicies'])
        .flatMap(one => statements(inner(one, 'policy')))
        .filter(({ actions }) => actions.includes('logs:PutSubscriptionFilter'))
        .flatMap(one => one.resources)
        .filter(arn => arn.endsWith(':*'));
      const heard = permissions
        .filter(one => one.region === region)
        .map(({ inputs: { sourceArn } }) => String(sourceArn));
      return subscribed.length > 0 && [...subscribed].sort().join() === [...heard].sort().join()
        ? []
        : [`${name} subscribes ${subscribed.join(', ')}, and the function is called by ${heard.join(', ')}`];
    });
};

/** IAM User Guide, "IAM and AWS STS quotas": characters of all policies of a role, white space aside. */
const longestPolicies = 10_240;

/** Amazon SQS Developer Guide, "Amazon SQS policy quotas": bytes. */
const longestQueuePolicy = 8_192;

const policiesFit: Check = resources => [
  ...of(resources, 'aws:sqs/queuePolicy:QueuePolicy').flatMap(({ name, inputs }) => {
    const long = Buffer.byteLength(String(inputs['policy']));
    return long > longestQueuePolicy ? [`${name} is a policy of ${long} bytes`] : [];
  }),
  ...of(resources, 'aws:iam/role:Role').flatMap(({ name, inputs }) => {
    const long = list(inputs['inlinePolicies']).reduce<number>(
      (sum, one) => sum + String(inner(one, 'policy')).replace(/\s/g, '').length,
      0,
    );
    return long > longestPolicies ? [`${name} has policies of ${long} characters`] : [];
  }),
];

/** Whoever sends over plain HTTP is refused. */
const tlsOnly: Check = resources =>
  (['aws:sqs/queuePolicy:QueuePolicy', 'aws:sns/topicPolicy:TopicPolicy', 'aws:s3/bucketPolicy:BucketPolicy'] as const)
    .flatMap(type => of(resources, type))
    .filter(
      ({ inputs }) =>
        !statements(inputs['policy']).some(
          ({ effect, condition }) => effect === 'Deny' && inner(condition, 'Bool', 'aws:SecureTransport') === 'false',
        ),
    )
    .map(({ name }) => `${name} takes plain HTTP`);

const logRetention: Check = resources => {
  const groups = of(resources, 'aws:cloudwatch/logGroup:LogGroup');
  const kept = new Set(
    groups.filter(({ inputs }) => Number(inputs['retentionInDays']) > 0).map(({ inputs }) => inputs['name']),
  );
  return [
    ...groups.filter(({ inputs }) => !kept.has(inputs['name'])).map(({ name }) => `${name} keeps logs for ever`),
    ...of(resources, 'aws:lambda/function:Function')
      .filter(({ inputs }) => !kept.has(inner(inputs, 'loggingConfig', 'logGroup')))
      .map(({ name }) => `${name} writes to no log group of ours`),
  ];
};

/** Lambda Developer Guide, "Creating and configuring an Amazon SQS event source mapping". */
const visibility: Check = resources =>
  of(resources, 'aws:lambda/eventSourceMapping:EventSourceMapping').flatMap(({ name, inputs }) => {
    const queue = of(resources, 'aws:sqs/queue:Queue').find(({ arn }) => arn === inputs['eventSourceArn']);
    if (queue === undefined) return [];
    const fn = of(resources, 'aws:lambda/function:Function').find(({ arn }) => arn === inputs['functionName']);
    if (fn === undefined) return [`${name} calls a function that is not there`];
    const [seen, needed] = [Number(queue.inputs['visibilityTimeoutSeconds']), 6 * Number(fn.inputs['timeout'])];
    return seen >= needed ? [] : [`${queue.name} shows messages again after ${seen} s: ${fn.name} needs ${needed}`];
  });

const partialFailures: Check = resources =>
  of(resources, 'aws:lambda/eventSourceMapping:EventSourceMapping')
    .filter(({ inputs }) => !list(inputs['functionResponseTypes']).includes('ReportBatchItemFailures'))
    .map(({ name }) => `${name} takes back whole batches`);

/** What SST's own subscriber leaves out. */
const streams: Check = resources =>
  of(resources, 'aws:lambda/eventSourceMapping:EventSourceMapping')
    .filter(({ inputs }) => String(inputs['eventSourceArn']).includes('/stream/'))
    .flatMap(({ name, inputs }) => [
      ...(inputs['startingPosition'] === 'TRIM_HORIZON' ? [] : [`${name} does not start at the beginning`]),
      ...(inputs['bisectBatchOnFunctionError'] === true ? [] : [`${name} does not bisect`]),
      ...(Number(inputs['maximumRetryAttempts']) > 0 ? [] : [`${name} retries without end`]),
    ]);

const patterns: Check = resources => {
  const rules = of(resources, 'aws:cloudwatch/eventRule:EventRule');
  const buses = Map.groupBy(
    rules.filter(({ inputs }) => String(inputs['eventPattern']).includes('"wildcard"')),
    ({ region, inputs }) => `${region} ${inputs['eventBusName'] ?? 'default'}`,
  );
  return [
    ...rules.flatMap(({ name, inputs }) => {
      const text = String(inputs['eventPattern']);
      if (text.length > quota.characters) return [`${name}: a pattern of ${text.length} characters`];
      try {
        loadPattern(JSON.parse(text));
        return [];
      } catch (error) {
        return [`${name}: ${error}`];
      }
    }),
    ...[...buses]
      .filter(([, on]) => on.length > quota.wildcardRules)
      .map(([bus, on]) => `${bus}: ${on.length} rules with wildcards`),
    ...of(resources, 'aws:lambda/function:Function').flatMap(({ name, inputs }) => {
      const pattern = inner(inputs, 'environment', 'variables', 'FILTER_PATTERN');
      if (pattern === undefined || pattern === '') return [];
      try {
        parseLogsPattern(String(pattern));
        return [];
      } catch (error) {
        return [`${name}: ${error}`];
      }
    }),
  ];
};

/** Self-protection's rules, as they stand at home. */
const guardParts = (resources: readonly Resource[]): readonly string[] =>
  of(resources, 'aws:cloudwatch/eventRule:EventRule')
    .filter(({ region, inputs }) => region === homeRegion && inputs['eventBusName'] === undefined)
    .flatMap(({ inputs }) => /-(guard-(?:keys-)?\d+)$/.exec(String(inputs['name']))?.[1] ?? [])
    .filter((part, index, all) => all.indexOf(part) === index);

/** Each region but the home one sends its candidates, and changes to the watcher, to the home region. */
const everyRegion =
  (regions: readonly string[]): Check =>
  resources =>
    regions.flatMap(region => {
      const names = of(resources, 'aws:cloudwatch/eventRule:EventRule')
        .filter(one => one.region === region)
        .map(({ inputs }) => String(inputs['name']));
      return ['candidates-1', ...guardParts(resources)]
        .map(part => `-${part}`)
        .flatMap(end => (names.some(name => name.endsWith(end)) ? [] : [`${region} has no rule that ends in ${end}`]));
    });

/** Those of every stage, and the hub's where a stage has its function. */
const tablesOf = (resources: readonly Resource[]): readonly Table[] =>
  of(resources, 'aws:lambda/function:Function').some(({ inputs }) => String(inputs['name']).endsWith('-hub'))
    ? [...tables, hubTable]
    : tables;

const tableSchemas: Check = resources =>
  tablesOf(resources).flatMap(schema => {
    const table = of(resources, 'aws:dynamodb/table:Table').find(({ inputs }) =>
      String(inputs['name']).endsWith(`-${schema.name}`),
    );
    if (table === undefined) return [`there is no table ${schema.name}`];
    const { inputs } = table;
    const indexes = list(inputs['globalSecondaryIndexes']).map(index => inner(index, 'name'));
    const wrong = (said: boolean, why: string): readonly string[] => (said ? [] : [`${schema.name}: ${why}`]);
    return [
      ...wrong(inputs['hashKey'] === schema.key.hash, 'another key'),
      ...wrong(
        schema.indexes.every(({ name }) => indexes.includes(name)),
        'an index is missing',
      ),
      ...wrong(inner(inputs, 'ttl', 'attributeName') === schema.ttl, 'items are never forgotten'),
      ...wrong(inner(inputs, 'pointInTimeRecovery', 'enabled') === true, 'no point-in-time recovery'),
      ...wrong(inputs['deletionProtectionEnabled'] === true, 'may be deleted'),
      ...wrong(inputs['billingMode'] === 'PAY_PER_REQUEST', 'capacity must be guessed'),
      ...wrong((schema.stream === undefined) === (inputs['streamEnabled'] !== true), 'its stream'),
    ];
  });

/** Self-protection knows what is ours by its name. */
const names: Check = resources =>
  resources
    .filter(
      ({ type }) =>
        /:(Queue|Topic|Table|EventRule|EventBus|Schedule|Function|MetricAlarm|Dashboard)$/.test(type) &&
        type.startsWith('aws:'),
    )
    .filter(({ inputs }) => !String(inputs['name'] ?? inputs['dashboardName']).startsWith('tripline-production-'))
    .map(({ name }) => `${name} does not carry the stage's name`);

const alarms: Check = resources => {
  const watched = new Set(
    of(resources, 'aws:cloudwatch/metricAlarm:MetricAlarm').map(
      ({ region, inputs }) => `${region} ${inputs['metricName']} ${JSON.stringify(inputs['dimensions'])}`,
    ),
  );
  const ends = new Set(hops.flatMap(type => [...targetArns(resources, type)]));
  return [
    ...of(resources, 'aws:sqs/queue:Queue')
      .filter(({ arn }) => ends.has(arn))
      .filter(
        ({ region, inputs }) =>
          !watched.has(`${region} ApproximateNumberOfMessagesVisible ${JSON.stringify({ QueueName: inputs['name'] })}`),
      )
      .map(({ name, region }) => `nobody hears of messages in ${name} (${region})`),
    ...of(resources, 'aws:lambda/function:Function').flatMap(({ region, inputs }) =>
      ['Errors', 'Throttles']
        .filter(metric => !watched.has(`${region} ${metric} ${JSON.stringify({ FunctionName: inputs['name'] })}`))
        .map(metric => `nobody hears of ${metric} of ${inputs['name']}`),
    ),
  ];
};

/** Two stages of one account: neither counts for the other. */
const stages: Check = resources => [
  ...of(resources, 'aws:cloudwatch/metricAlarm:MetricAlarm')
    .filter(({ inputs }) => inputs['namespace'] === 'Tripline')
    .filter(({ inputs }) => inner(inputs, 'dimensions', 'stage') !== 'production')
    .map(({ name }) => `${name} hears every stage of the account`),
  ...of(resources, 'aws:lambda/function:Function')
    .filter(
      ({ inputs }) =>
        // Pulumi wraps what holds a secret.
        (inner(inputs, 'environment', 'variables', 'STAGE') ??
          inner(inputs, 'environment', 'value', 'variables', 'STAGE')) !== 'production',
    )
    .map(({ name }) => `${name} counts for no stage`),
];

const runtimes: Check = resources =>
  of(resources, 'aws:lambda/function:Function')
    .filter(({ inputs }) => inputs['runtime'] !== 'nodejs24.x' || list(inputs['architectures'])[0] !== 'arm64')
    .map(({ name }) => `${name} runs on something else than nodejs24.x on arm64`);

/** What tells of changes to the watcher passes no function and no table. */
const guard: Check = resources => {
  const topics = of(resources, 'aws:sns/topic:Topic').filter(({ inputs }) => String(inputs['name']).endsWith('-guard'));
  const rules = of(resources, 'aws:cloudwatch/eventRule:EventRule');
  const targets = of(resources, 'aws:cloudwatch/eventTarget:EventTarget');
  const told = targets.filter(({ inputs }) => topics.some(({ arn }) => arn === inputs['arn']));
  /** The patterns of the rules on a bus that tell a topic. */
  const tells = (topic: Resource, bus: unknown): ReadonlySet<unknown> =>
    new Set(
      told
        .filter(({ inputs }) => inputs['arn'] === topic.arn && inputs['eventBusName'] === bus)
        .map(target =>
          rules.find(
            rule =>
              rule.region === target.region &&
              rule.inputs['name'] === target.inputs['rule'] &&
              rule.inputs['eventBusName'] === bus,
          ),
        )
        .map(rule => rule?.inputs['eventPattern']),
    );
  const all = new Set(
    rules
      .filter(({ inputs }) => /-guard-(keys-)?\d+$/.test(String(inputs['name'])))
      .map(({ inputs }) => inputs['eventPattern']),
  );
  const lacks = (where: string, said: ReadonlySet<unknown>): readonly string[] =>
    [...all]
      .filter(pattern => !said.has(pattern))
      .map(pattern => `${where} says nothing of ${String(pattern).slice(0, 200)}`);
  const carried = new Set(
    rules
      .filter(({ inputs }) => String(inputs['name']).includes('-to-witness-'))
      .map(({ inputs }) => inputs['eventPattern']),
  );
  return [
    ...(topics.length >= 2
      ? []
      : ['only one region tells of changes to the watcher: the rule cannot report its own deletion']),
    ...(all.size > 0 ? [] : ['there is no rule for changes to the watcher']),
    ...topics.flatMap(topic =>
      topic.region === homeRegion
        ? [
            ...lacks('home', tells(topic, undefined)),
            ...lacks('home, of other regions,', tells(topic, 'tripline-production-regions')),
          ]
        : lacks('the second region', tells(topic, 'tripline-production-witness')),
    ),
    ...lacks('what is carried to the second region', carried),
    ...told
      .filter(({ inputs }) => inner(inputs, 'inputTransformer', 'inputTemplate') === undefined)
      .map(({ name }) => `${name} sends raw events to people`),
  ];
};

/** A rule puts events on another bus in the name of a role, and without its permission they end as dead letters. */
const carriers: Check = resources =>
  of(resources, 'aws:cloudwatch/eventTarget:EventTarget')
    .filter(({ inputs }) => /:event-bus\//.test(String(inputs['arn'])))
    .filter(({ inputs }) => {
      const role = of(resources, 'aws:iam/role:Role').filter(({ arn }) => arn === inputs['roleArn']);
      return !grants(role).some(
        ({ actions, resources: buses }) =>
          actions.includes('events:PutEvents') && buses.includes(String(inputs['arn'])),
      );
    })
    .map(({ name, region }) => `${name} (${region}) may not put events on its bus`);

/** Who hands things to what a key encrypts, by how AWS's guides tell the key's policy to let them in. */
const keysDeliver: Check = resources => {
  const rules = new Set(of(resources, 'aws:cloudwatch/eventRule:EventRule').map(({ arn }) => arn));
  const senders = (policy: string): readonly string[] =>
    statements(policy)
      .filter(({ effect }) => effect === 'Allow')
      .flatMap(({ principal }) => list(inner(principal, 'Service')).map(String));
  const uses = [
    ...of(resources, 'aws:sns/topicPolicy:TopicPolicy').map(({ inputs }) => ({
      to: of(resources, 'aws:sns/topic:Topic').find(({ arn }) => arn === inputs['arn']),
      services: senders(String(inputs['policy'])),
    })),
    ...of(resources, 'aws:sqs/queuePolicy:QueuePolicy').map(({ inputs, region }) => ({
      to: of(resources, 'aws:sqs/queue:Queue').find(
        one => one.region === region && String(inputs['queueUrl']).endsWith(`/${one.inputs['name']}`),
      ),
      services: senders(String(inputs['policy'])),
    })),
    ...of(resources, 'aws:cloudwatch/logGroup:LogGroup').map(to => ({
      to,
      services: [`logs.${to.region}.amazonaws.com`],
    })),
  ];
  return [
    ...(rules.size > 0 ? [] : ['there is no rule']),
    ...uses.flatMap(({ to, services }) => {
      const name = to?.inputs['kmsMasterKeyId'] ?? to?.inputs['kmsKeyId'];
      if (to === undefined || name === undefined) return []; // SQS's own key lets everybody in who may send
      const key = of(resources, 'aws:kms/key:Key').find(({ arn }) => arn === name);
      if (key === undefined || key.region !== to.region) return [`${to.name} has the key of another region`];
      const allowed = (service: string) =>
        statements(key.inputs['policy']).filter(
          ({ effect, principal, actions }) =>
            effect === 'Allow' &&
            list(inner(principal, 'Service')).includes(service) &&
            ['kms:Decrypt', 'kms:GenerateDataKey'].every(action => actions.includes(action)),
        );
      return services.flatMap(service => [
        ...(allowed(service).length > 0 ? [] : [`${service} cannot use the key of ${to.name} (${to.region})`]),
        // SNS Developer Guide: `aws:SourceAccount` and `aws:SourceArn` are not supported for EventBridge to encrypted topics.
        ...(service === 'events.amazonaws.com' && !allowed(service).some(({ condition }) => condition === undefined)
          ? [`EventBridge tells KMS no source, and the key of ${to.name} (${to.region}) asks for it`]
          : []),
      ]);
    }),
  ];
};

/** In each of these regions audit logs are heard by functions there, which keep what they find at home. */
const auditRegions =
  (regions: readonly string[]): Check =>
  resources =>
    regions.flatMap(region => {
      const here = (type: string) => of(resources, type).filter(one => one.region === region);
      const functions = here('aws:lambda/function:Function');
      const variable = (fn: Resource, name: string): unknown => inner(fn.inputs, 'environment', 'variables', name);
      const audit = functions.find(({ inputs }) => String(inputs['name']).endsWith('-audit'));
      const subscribe = functions.find(({ inputs }) => String(inputs['name']).endsWith('-subscribe'));
      if (audit === undefined || subscribe === undefined) return [`nobody hears audit logs in ${region}`];
      const invoked = here('aws:lambda/permission:Permission').some(
        ({ inputs }) =>
          inputs['principal'] === 'logs.amazonaws.com' && String(inputs['sourceArn']).includes(`:logs:${region}:`),
      );
      return [
        ...(invoked ? [] : [`CloudWatch Logs may not call ${audit.name}`]),
        ...(variable(subscribe, 'AUDIT_FUNCTION') === audit.arn ? [] : [`${subscribe.name} names another function`]),
        ...[audit, subscribe]
          .filter(fn => (variable(fn, 'HOME_REGION') === undefined) !== (region === homeRegion))
          .map(fn => `${fn.name} looks for the tables in the wrong region`),
      ];
    });

/** An alarm tells a topic, or is forwarded by its region's rule. */
const alarmsTell: Check = resources => {
  const forwarded = new Set(
    of(resources, 'aws:cloudwatch/eventRule:EventRule')
      .filter(({ inputs }) => String(inputs['name']).endsWith('-alarms'))
      .map(({ region }) => region),
  );
  return of(resources, 'aws:cloudwatch/metricAlarm:MetricAlarm')
    .filter(({ inputs, region }) =>
      region === homeRegion ? list(inputs['alarmActions']).length === 0 : !forwarded.has(region),
    )
    .map(({ name, region }) => `${name} (${region}) tells nobody`);
};

/** Every check by what it asserts. */
/**
 * @param regions the enabled ones but the home region
 * @param heard those with clusters whose audit logs are in CloudWatch Logs
 */
export const checks = (regions: readonly string[], heard: readonly string[]): Readonly<Record<string, Check>> => ({
  'every action of every role is exact': exactActions,
  'every resource of every role is exact, but where AWS forces a wildcard': exactResources,
  'functions may do what their code does, and nothing else': needed(join(import.meta.dirname, '../..')),
  'no managed policy is attached': noManagedPolicies,
  'everything at rest is encrypted': encryption,
  'every hop has a dead-letter queue': deadLetters,
  'every dead-letter queue accepts whoever is told to use it': deadLettersAccept,
  'nothing is public': nothingPublic,
  'policies fit their quota': policiesFit,
  'services take our roles on for this account only': rolesForUs,
  'audit logs come from the groups that are subscribed': auditHearsItsGroups,
  'nothing takes plain HTTP': tlsOnly,
  'every log group forgets': logRetention,
  "every queue hides a message for six times its function's time-out": visibility,
  'every mapping reports partial failures': partialFailures,
  'streams start at the beginning, bisect, and give up': streams,
  'every pattern fits its quota and is one that AWS takes': patterns,
  'every enabled region forwards': everyRegion(regions),
  'the tables are those of core/tables.ts': tableSchemas,
  "everything carries the stage's name": names,
  'somebody hears of every dead letter, error and throttle': alarms,
  'metrics of one stage are not those of another': stages,
  'functions run on nodejs24.x, arm64': runtimes,
  'keys let in whoever delivers to what they encrypt': keysDeliver,
  'audit logs are heard in every region that has clusters': auditRegions(heard),
  'every alarm tells somebody': alarmsTell,
  'whoever carries events to another bus may put them there': carriers,
  'changes to the watcher are told without it, from two regions': guard,
  'the canary may steer nothing, and its call is denied': canary,
  'a canary that does not come back, or is not sent, is an alarm': canaryAlarm,
});
