import { inventoryActions } from '../../../core/inventory/permissions.ts';
import { rows, suppressionsKey } from '../../../core/tables.ts';
import type { Resource } from '../mocks.ts';
import { sentBy } from '../sends.ts';
import { type Check, grants, inner, keysOf, list, of, statements } from './resource.ts';

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

/** No action is a wildcard. */
export const exactActions: Check = resources =>
  grants(resources).flatMap(({ role, actions }) =>
    actions.filter(action => action.includes('*')).map(action => `${role} may ${action}`),
  );

/** No resource is a wildcard but where AWS forces one. */
export const exactResources: Check = resources =>
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
export const needed =
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
export const canary: Check = resources => {
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

const changes = /^dynamodb:(?:BatchWriteItem|DeleteItem|PutItem|UpdateItem)$/;

/** Rows that a function which says something may write: of what was said, and what is counted for it. */
const ofSaying = [rows.said, rows.thread, rows.storm, rows.canary];

/**
 * Suppressions lie among the findings, and are marked as told by who announces; nobody else of us writes them. Who only says
 * something, whoever's words it hears, deletes and changes nothing but the rows of what was said.
 */
export const rowsApart: Check = resources =>
  grants(resources)
    .filter(({ actions }) => actions.some(action => changes.test(action)))
    .flatMap(({ role, actions, resources: targets, condition }) => {
      const keys = keysOf(condition) ?? { like: ['*'] };
      const writes = (table: RegExp): boolean => targets.some(target => table.test(target));
      const silences =
        writes(/:table\/[^/]*-findings$/) &&
        !/^(?:Announce|Sweep)Function/.test(role) &&
        !('not' in keys ? keys.not.includes(suppressionsKey) : keys.like.every(key => /^\?{16}$/.test(key)));
      const says = 'like' in keys && keys.like.every(key => ofSaying.some(row => key.startsWith(row)));
      const judges = /^(?:Audit|Canary|Cloudtrail|Inventory|PostureReader|Sweep)Function/.test(role);
      return [
        ...(silences ? [`${role} may write suppressions`] : []),
        ...(writes(/:table\/[^/]*-state$/) && !says && (!judges || actions.includes('dynamodb:DeleteItem'))
          ? [`${role} may change any state`]
          : []),
      ];
    });

/** Managed policies change without us. */
export const noManagedPolicies: Check = resources => [
  ...of(resources, 'aws:iam/role:Role').flatMap(role =>
    list(role.inputs['managedPolicyArns']).map(arn => `${role.name} has the managed policy ${arn}`),
  ),
  ...of(resources, 'aws:iam/rolePolicyAttachment:RolePolicyAttachment').map(
    one => `${one.name} attaches a managed policy`,
  ),
];

/** Services that act in many accounts' names take our roles on for this one only; Lambda alone has a function of ours behind it. */
export const rolesForUs: Check = resources =>
  of(resources, 'aws:iam/role:Role').flatMap(({ name, inputs }) =>
    statements(inputs['assumeRolePolicy'])
      // SST's own call makes those of functions, and the stand-in leaves their principal out.
      .filter(({ principal }) => ![undefined, 'lambda.amazonaws.com'].includes(inner(principal, 'Service') as string))
      .filter(({ condition }) => typeof inner(condition, 'StringEquals', 'aws:SourceAccount') !== 'string')
      .map(() => `${name} is taken on for anybody`),
  );

/** IAM User Guide, "IAM and AWS STS quotas": characters of all policies of a role, white space aside. */
const longestPolicies = 10_240;

/** Amazon SQS Developer Guide, "Amazon SQS policy quotas": bytes. */
const longestQueuePolicy = 8_192;

/** Policies stay within what IAM and SQS take. */
export const policiesFit: Check = resources => [
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
