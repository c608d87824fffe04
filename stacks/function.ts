import settings from '../tripline.config.ts';
import { bundling } from './bundling.ts';
import type { Key } from './key.ts';
import { logical, named } from './names.ts';
import { home, inside, type Place, roleName, within } from './place.ts';

/** What a function may do: exact actions on exact resources. */
export interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly $util.Input<string>[];
  /** Of a table: the partition keys that it is for, or is not for, `*` and `?` as IAM has them; absent: all. */
  readonly keys?: { readonly like: readonly string[] } | { readonly not: readonly string[] };
}

/**
 * Every action that is granted with keys names items by them, so that the condition always has something to compare (DynamoDB
 * Developer Guide, "Using IAM policy conditions for fine-grained access control": `dynamodb:LeadingKeys` with `ForAllValues`).
 */
const conditionOf = (keys: NonNullable<Grant['keys']>) => ({
  test: `ForAllValues:${'like' in keys ? 'StringLike' : 'StringNotLike'}`,
  variable: 'dynamodb:LeadingKeys',
  values: [...('like' in keys ? keys.like : keys.not)],
});

export interface Lambda {
  readonly fn: sst.aws.Function;
  readonly name: string;
  readonly logs: aws.cloudwatch.LogGroup;
  /** Seconds. */
  readonly timeout: number;
}

interface Options {
  /** Under `functions/`. */
  readonly file: string;
  readonly does: string;
  /** Seconds. */
  readonly timeout: number;
  /** Megabytes: at 1,769 a function has one whole processor (Lambda Developer Guide, "Configure Lambda function memory"). */
  readonly memory: number;
  readonly grants: readonly Grant[];
  readonly environment: Readonly<Record<string, $util.Input<string>>>;
  /** Of the function's own region. */
  readonly key: Key;
  /** At home where nothing is said. */
  readonly place?: Place;
  /** Never more than so many at once. */
  readonly reserved?: number;
  /** Calls clusters' API servers: it runs in the settings' subnets, where there are any. */
  readonly callsClusters?: boolean;
  /** Has an address that anybody may call: it must check by itself who does. */
  readonly isPublic?: boolean;
}

/** Days that the functions' own logs are kept. */
const logDays = 90;

/**
 * A Lambda function with a log group of its own. SST would attach AWSLambdaBasicExecutionRole, which writes to every log group
 * of the account; it is taken away, and writing to the one group is granted.
 */
export const lambda = (part: string, options: Options): Lambda => {
  const name = named(part);
  const { place = home } = options;
  const network = options.callsClusters === true ? settings.deployment.network : undefined;
  const logs = new aws.cloudwatch.LogGroup(
    logical(within(place, `${part} logs`)),
    { name: `/aws/lambda/${name}`, retentionInDays: logDays, kmsKeyId: options.key.arn },
    inside(place),
  );
  const grants: readonly Grant[] = [
    { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [$interpolate`${logs.arn}:*`] },
    // Its environment, and whatever it reads and writes, is encrypted with the stage's key.
    { actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [options.key.arn] },
    ...(settings.deployment.tracing ? [tracing] : []),
    ...(network === undefined ? [] : [attaching]),
    ...options.grants,
  ];
  const fn = new sst.aws.Function(
    logical(within(place, `${part} function`)),
    {
      name,
      handler: `functions/${options.file}.handler`,
      description: options.does,
      runtime: 'nodejs24.x',
      architecture: 'arm64',
      timeout: `${options.timeout} seconds`,
      memory: `${options.memory} MB`,
      environment: { ...options.environment, STAGE: $app.stage },
      permissions: grants.map(({ actions, resources, keys }) => ({
        actions: [...actions],
        resources: [...resources],
        ...(keys === undefined ? {} : { conditions: [conditionOf(keys)] }),
      })),
      logging: { format: 'json', logGroup: logs.name },
      ...(options.reserved === undefined ? {} : { concurrency: { reserved: options.reserved } }),
      ...(options.isPublic === true ? { url: { authorization: 'none' as const, cors: false } } : {}),
      nodejs: bundling,
      transform: {
        role: role => {
          role.managedPolicyArns = [];
          // Self-protection, `foreign write` and the canary's detection know it by its name, of which SST would cut the beginning.
          role.name = roleName(place, part);
        },
        function: one => {
          one.tracingConfig = { mode: settings.deployment.tracing ? 'Active' : 'PassThrough' };
          one.kmsKeyArn = options.key.arn;
          if (network !== undefined)
            one.vpcConfig = { subnetIds: [...network.subnets], securityGroupIds: [...network.securityGroups] };
        },
      },
    },
    inside(place),
  );
  return { fn, name, logs, timeout: options.timeout };
};

/** X-Ray takes no resource (Service Authorization Reference, "Actions, resources, and condition keys for AWS X-Ray"). */
const tracing: Grant = { actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], resources: ['*'] };

/**
 * What Lambda needs to put a function into subnets; it uses it by itself, and none of it takes a narrower resource that could be
 * named before (Lambda Developer Guide, "Giving Lambda functions access to resources in an Amazon VPC": required IAM permissions).
 */
const attaching: Grant = {
  actions: [
    'ec2:AssignPrivateIpAddresses',
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:UnassignPrivateIpAddresses',
  ],
  resources: ['*'],
};
