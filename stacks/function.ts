import settings from '../tripline.config.ts';
import { bundling } from './bundling.ts';
import type { Key } from './key.ts';
import { logical, named } from './names.ts';

/** What a function may do: exact actions on exact resources. */
export interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly $util.Input<string>[];
}

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
  readonly key: Key;
  /** Never more than so many at once. */
  readonly reserved?: number;
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
  const logs = new aws.cloudwatch.LogGroup(logical(`${part} logs`), {
    name: `/aws/lambda/${name}`,
    retentionInDays: logDays,
    kmsKeyId: options.key.arn,
  });
  const grants: readonly Grant[] = [
    { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [$interpolate`${logs.arn}:*`] },
    // Its environment, and whatever it reads and writes, is encrypted with the stage's key.
    { actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [options.key.arn] },
    ...(settings.deployment.tracing ? [tracing] : []),
    ...options.grants,
  ];
  const fn = new sst.aws.Function(logical(`${part} function`), {
    name,
    handler: `functions/${options.file}.handler`,
    description: options.does,
    runtime: 'nodejs24.x',
    architecture: 'arm64',
    timeout: `${options.timeout} seconds`,
    memory: `${options.memory} MB`,
    environment: { ...options.environment, STAGE: $app.stage },
    permissions: grants.map(({ actions, resources }) => ({ actions: [...actions], resources: [...resources] })),
    logging: { format: 'json', logGroup: logs.name },
    ...(options.reserved === undefined ? {} : { concurrency: { reserved: options.reserved } }),
    ...(options.isPublic === true ? { url: { authorization: 'none' as const, cors: false } } : {}),
    nodejs: bundling,
    transform: {
      role: role => {
        role.managedPolicyArns = [];
      },
      function: one => {
        one.tracingConfig = { mode: settings.deployment.tracing ? 'Active' : 'PassThrough' };
        one.kmsKeyArn = options.key.arn;
      },
    },
  });
  return { fn, name, logs, timeout: options.timeout };
};

/** X-Ray takes no resource (Service Authorization Reference, "Actions, resources, and condition keys for AWS X-Ray"). */
const tracing: Grant = { actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], resources: ['*'] };
