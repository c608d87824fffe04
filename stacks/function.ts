import settings from '../tripline.config.ts';
import type { Key } from './key.ts';
import { logical, named } from './names.ts';
import { home, inside, type Place, within } from './place.ts';

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
  /** Of the function's own region. */
  readonly key: Key;
  /** At home where nothing is said. */
  readonly place?: Place;
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
  const { place = home } = options;
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
      environment: { ...options.environment, STAGE: $app.stage, NODE_OPTIONS: '--enable-source-maps' },
      permissions: grants.map(({ actions, resources }) => ({ actions: [...actions], resources: [...resources] })),
      logging: { format: 'json', logGroup: logs.name },
      ...(options.reserved === undefined ? {} : { concurrency: { reserved: options.reserved } }),
      ...(options.isPublic === true ? { url: { authorization: 'none' as const, cors: false } } : {}),
      nodejs: {
        format: 'esm',
        minify: true,
        sourcemap: true,
        // The SDK's ES modules tree-shake, its CommonJS does not: half the size, half the cold start.
        esbuild: { mainFields: ['module', 'main'] },
      },
      transform: {
        role: role => {
          role.managedPolicyArns = [];
        },
        function: one => {
          one.tracingConfig = { mode: settings.deployment.tracing ? 'Active' : 'PassThrough' };
          one.kmsKeyArn = options.key.arn;
        },
      },
    },
    inside(place),
  );
  return { fn, name, logs, timeout: options.timeout };
};

/** X-Ray takes no resource (Service Authorization Reference, "Actions, resources, and condition keys for AWS X-Ray"). */
const tracing: Grant = { actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'], resources: ['*'] };
