import * as v from 'valibot';
import { account, bucketName, keyPrefix, secret } from './values.ts';

const networkId = (prefix: 'subnet-' | 'sg-') =>
  v.pipe(v.string(), v.regex(new RegExp(`^${prefix}[0-9a-f]{8,17}$`), `an id like "${prefix}0123456789abcdef0"`));

/** What a stage is made of beyond what every one has. */
export const deployment = v.optional(
  v.strictObject({
    archives: v.optional(
      v.array(
        v.strictObject({
          bucket: bucketName,
          prefix: v.optional(keyPrefix, 'AWSLogs/'),
          key: v.optional(
            v.pipe(
              v.string(),
              v.regex(/^arn:[\w-]+:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/, 'the ARN of a KMS key, not of an alias'),
            ),
          ),
        }),
      ),
      [],
    ),
    hub: v.optional(
      v.pipe(
        v.string(),
        v.regex(/^arn:[\w-]+:events:[a-z0-9-]+:\d{12}:event-bus\/[\w./-]{1,256}$/, 'the ARN of an event bus'),
      ),
    ),
    gathers: v.optional(
      v.pipe(
        v.array(account),
        v.maxLength(100, 'a rule of EventBridge names no more than a hundred: gather the others by another stage'),
      ),
      [],
    ),
    heartbeat: v.optional(secret),
    tracing: v.optional(v.boolean(), false),
    canary: v.optional(
      v.strictObject({
        regions: v.optional(v.boolean(), true),
        clusters: v.optional(v.array(v.pipe(v.string(), v.minLength(1))), []),
        minutes: v.optional(
          v.pipe(v.number(), v.integer(), v.minValue(15, 'a round takes minutes: 15 at least'), v.maxValue(60)),
          30,
        ),
      }),
      {},
    ),
    evidence: v.optional(
      v.strictObject({
        retentionDays: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(3_650)), 365),
      }),
    ),
    network: v.optional(
      v.strictObject({
        subnets: v.pipe(
          v.array(networkId('subnet-')),
          v.minLength(1, 'name at least one subnet'),
          v.maxLength(16, 'Lambda takes sixteen at most'),
        ),
        securityGroups: v.pipe(
          v.array(networkId('sg-')),
          v.minLength(1, 'name at least one security group'),
          v.maxLength(5, 'Lambda takes five at most'),
        ),
      }),
    ),
  }),
  {},
);
