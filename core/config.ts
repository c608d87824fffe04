import * as v from 'valibot';
import { channel } from './config/channels.ts';
import { cluster, controller } from './config/clusters.ts';
import { conflicts } from './config/conflicts.ts';
import { deployment } from './config/deployment.ts';
import { detections, suppression } from './config/detections.ts';
import {
  account,
  clock,
  day,
  families,
  principals,
  ranges,
  region,
  timeZone,
  wildcards,
  words,
} from './config/values.ts';
import { problemOf } from './config/wrong.ts';
import type { Settings } from './settings.ts';

/** A settings file that may leave anything out: every member has a safe default. */
export type Config = v.InferInput<typeof schema>;

/** Problems that an error shows: one slip in a list may be in each of a thousand lines. */
const mostShown = 30;

/** The settings are wrong. `problems` has one line each: where, what, what to do. */
export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`tripline.config.ts ${invalid(problems)}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** What is wrong with a settings file, behind its name. */
export const invalid = (problems: readonly string[]): string => {
  const more = problems.length - mostShown;
  const lines = [...problems.slice(0, mostShown), ...(more > 0 ? [`${more} more of this kind or another`] : [])];
  return `is not valid:\n${lines.map(line => `  - ${line}`).join('\n')}`;
};

/** AWS managed policies that a worker node may carry (EKS User Guide, "Amazon EKS node IAM role"). */
const usualNodePolicies = [
  'AmazonEKSWorkerNodePolicy',
  'AmazonEKSWorkerNodeMinimalPolicy',
  'AmazonEC2ContainerRegistryReadOnly',
  'AmazonEC2ContainerRegistryPullOnly',
  'AmazonEKS_CNI_Policy',
  'AmazonSSMManagedInstanceCore',
];

/** Names that parameters of images are given; AWS's own, `/aws/service/…`, nobody else can write. */
const usualImageParameters = [
  'ami*',
  '*/ami*',
  '*-ami*',
  '*_ami*',
  '*AMI*',
  '*image-id*',
  '*image_id*',
  '*imageId*',
  '*ImageId*',
];

/** Names that terraform-aws-eks and guides give to Karpenter's queue; its getting-started guide names it as the cluster. */
const usualInterruptionQueues = ['Karpenter-*', 'karpenter-*', '*-karpenter*'];

/** Accelerated and bare-metal families: nothing that a cluster should launch unasked (EC2 instance type naming). */
const usualDisallowed = ['p*', 'g*', 'trn*', 'inf*', 'dl*', 'vt*', 'f*', 'u-*', 'mac*', '*.metal*'];

const schema = v.strictObject({
  accounts: v.optional(v.array(account), []),
  home: v.optional(region, 'us-east-1'),
  approvedRegions: v.optional(v.array(region), []),
  clusters: v.optional(v.array(cluster), []),
  controllers: v.optional(v.array(controller), []),
  platform: principals,
  gitops: principals,
  nodeRoles: v.optional(wildcards, []),
  secretReaders: principals,
  exemptNamespaces: v.optional(wildcards, []),
  families: v.optional(
    v.strictObject({ allowed: v.optional(families, []), disallowed: v.optional(families, usualDisallowed) }),
    {},
  ),
  network: v.optional(
    v.strictObject({
      egress: v.optional(ranges, []),
      ranges: v.optional(ranges, []),
      onPrem: v.optional(ranges, []),
      endpoints: v.optional(
        v.record(
          v.pipe(v.string(), v.startsWith('vpce-', 'a VPC endpoint id, "vpce-…"')),
          v.strictObject({ vpc: v.optional(v.string()), account: v.optional(account) }),
        ),
        {},
      ),
    }),
    {},
  ),
  approvedImages: v.optional(
    v.strictObject({
      ids: v.optional(
        v.array(v.pipe(v.string(), v.regex(/^ami-[0-9a-f]+$/, 'an image id like "ami-0123456789abcdef0"'))),
        [],
      ),
      owners: v.optional(v.array(words), []),
    }),
    {},
  ),
  selectorTags: v.optional(v.array(words), ['karpenter.sh/discovery']),
  imageSelectorTags: v.optional(wildcards, ['karpenter.sh/*', '*ami-type*']),
  imageParameters: v.optional(wildcards, usualImageParameters),
  interruptionQueues: v.optional(
    v.pipe(
      wildcards,
      v.everyItem(one => !/[/:]/.test(one), 'names of queues, not their addresses or ARNs'),
    ),
    usualInterruptionQueues,
  ),
  businessHours: v.optional(
    v.strictObject({
      timeZone,
      days: v.optional(
        v.pipe(
          v.array(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(7))),
          v.minLength(1, 'name a day at least'),
        ),
        [1, 2, 3, 4, 5],
      ),
      from: v.optional(clock, '08:00'),
      to: v.optional(clock, '18:00'),
      holidays: v.optional(v.array(day), []),
    }),
  ),
  nodePolicies: v.optional(wildcards, usualNodePolicies),
  maximumNodeAge: v.optional(v.pipe(v.string(), v.regex(/^\d+(h|d)$/, 'a duration like "72h"')), '72h'),
  detections: v.optional(detections, {}),
  suppressions: v.optional(v.array(suppression), []),
  channels: v.optional(v.array(channel), []),
  announcing: v.optional(
    v.strictObject({
      escalateMinutes: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(1_440)), 15),
      stormFindings: v.optional(v.pipe(v.number(), v.integer(), v.minValue(2), v.maxValue(400)), 10),
    }),
    {},
  ),
  deployment,
  latenessMinutes: v.optional(v.pipe(v.number(), v.minValue(1), v.maxValue(120)), 15),
});

/**
 * Checks settings and fills in their defaults; `defineConfig({})` is valid.
 * @throws ConfigError with every problem at once: where, what, what to do.
 */
export const defineConfig = (config: Config): Settings => {
  const parsed = v.safeParse(schema, config);
  if (!parsed.success) throw new ConfigError(parsed.issues.map(issue => problemOf(issue, schema)));
  const settings = parsed.output as Settings; // the schema says what the type says; optional members may be undefined
  const problems = conflicts(settings);
  if (problems.length > 0) throw new ConfigError(problems);
  return settings;
};
