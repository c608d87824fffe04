import { BlockList, isIP } from 'node:net';
import * as v from 'valibot';
import { canaryDetections } from './canary.ts';
import { severities } from './detection.ts';
import type { Pattern } from './pattern/language.ts';
import type { Settings, Suppression } from './settings.ts';
import { loadSuppression, mostDays } from './suppress.ts';
import { matchesAny } from './wildcard.ts';

/** A settings file that may leave anything out: every member has a safe default. */
export type Config = v.InferInput<typeof schema>;

/** The settings are wrong. `problems` has one line each: where, what, what to do. */
export class ConfigError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`tripline.config.ts is not valid:\n${problems.map(problem => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

const account = v.pipe(v.string(), v.regex(/^\d{12}$/, 'an account id is twelve digits, in quotes: "111122223333"'));
const region = v.pipe(v.string(), v.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region reads like "eu-west-1"'));
const clusterName = v.pipe(v.string(), v.minLength(1, 'a cluster needs its name'), v.maxLength(253));

const isRange = (text: string): boolean => {
  const [address = '', bits, more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more !== undefined) return false;
  if (bits === undefined) return true;
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
};
const range = v.pipe(
  v.string(),
  v.check(isRange, 'an address ("203.0.113.10") or a range ("10.0.0.0/16", "2001:db8::/56")'),
);
const notEverything = v.check(
  (text: string) => !/\/0+$/.test(text),
  'a range of the whole world would clear everybody',
);
const ranges = v.optional(v.array(v.pipe(range, notEverything)), []);

/** Wildcards: `*` stands for any run of characters. One that is nothing but stars would name everybody. */
const wildcard = v.pipe(
  v.string(),
  v.minLength(1, 'must not be empty'),
  v.check(text => /[^*]/.test(text), 'a wildcard of stars alone would name everybody: say more'),
);
const wildcards = v.optional(v.array(wildcard), []);
const principals = v.optional(
  v.strictObject({
    arns: v.optional(v.array(wildcard)),
    users: v.optional(v.array(wildcard)),
    groups: v.optional(v.array(wildcard)),
  }),
  {},
);

const family = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9*-]+(\.[a-z0-9*-]+)?$/, 'a family or type like "m7g", "p*", "*.metal", in lower case'),
);
const families = v.array(family);

const cluster = v.strictObject({
  name: clusterName,
  kind: v.optional(v.picklist(['eks', 'kubeadm']), 'eks'),
  role: v.optional(v.picklist(['workload', 'management']), 'workload'),
  account: v.optional(account),
  region: v.optional(region),
  audit: v.optional(
    v.union(
      [
        v.strictObject({ logGroup: v.string(), streamPrefix: v.optional(v.string()) }),
        v.strictObject({ bucket: v.string(), prefix: v.string() }),
      ],
      'where the audit log is: { logGroup, streamPrefix? } or { bucket, prefix }',
    ),
  ),
  vpcRanges: v.optional(v.array(v.pipe(range, notEverything))),
  podRanges: v.optional(v.array(v.pipe(range, notEverything))),
  nodeRoles: v.optional(v.array(wildcard)),
  allowedFamilies: v.optional(families),
  disallowedFamilies: v.optional(families),
  clusterApiNamespaces: v.optional(v.array(wildcard)),
  reader: v.optional(v.boolean()),
});

const controller = v.pipe(
  v.strictObject({
    kind: v.picklist(['karpenter', 'cluster-api', 'eks', 'kubeadm']),
    roles: v.optional(v.array(v.pipe(wildcard, v.startsWith('arn:', 'a role ARN, wildcards allowed')))),
    serviceAccounts: v.optional(
      v.array(v.pipe(wildcard, v.startsWith('system:serviceaccount:', '"system:serviceaccount:NAMESPACE:NAME"'))),
    ),
    cluster: v.optional(clusterName),
  }),
  v.check(
    one => (one.roles?.length ?? 0) + (one.serviceAccounts?.length ?? 0) > 0,
    'a controller needs at least one of `roles`, `serviceAccounts`',
  ),
);

const day = v.pipe(v.string(), v.isoDate('a day like "2026-12-31"'));
const pattern = v.custom<Pattern>(
  value => typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0,
  'a pattern in the rule language: an object that says something (docs/language.md)',
);
const detectionId = v.pipe(
  v.string(),
  v.regex(/^[a-z]+\/[a-z0-9-]+$/, 'a detection id like "cloudtrail/launch-burst"'),
);
const detectionSettings = v.strictObject({
  status: v.optional(v.picklist(['alerting', 'watching', 'off'])),
  severity: v.optional(v.picklist(severities)),
  threshold: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  exemptions: v.optional(
    v.array(
      v.strictObject({
        when: pattern,
        reason: v.pipe(v.string(), v.minLength(5, 'say why, for whoever reads it next year')),
        owner: v.optional(v.string()),
        expires: day,
      }),
    ),
  ),
});

const suppression = v.pipe(
  v.strictObject({
    id: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]{1,60}$/, 'a short name like "load-test"')),
    when: pattern,
    reason: v.pipe(v.string(), v.minLength(5, 'say why, for whoever reads it next year')),
    owner: v.pipe(v.string(), v.minLength(1, 'say who answers for it')),
    from: day,
    expires: day,
  }),
  v.check(
    one => Date.parse(one.expires) > Date.parse(one.from),
    'it ends before it begins: `expires` is a day after `from`',
  ),
  v.check(
    one => Date.parse(one.expires) - Date.parse(one.from) <= mostDays * 86_400_000,
    `lasts longer than ${mostDays} days: end it sooner and look again then`,
  ),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    try {
      loadSuppression(dataset.value as Suppression);
    } catch (error) {
      addIssue({ message: error instanceof Error ? error.message : String(error) });
    }
  }),
);

const clock = v.pipe(v.string(), v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day like "08:30"'));
const timeZone = v.pipe(
  v.string(),
  v.check(name => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
    } catch {
      return false;
    }
  }, 'an IANA time zone like "Europe/Berlin"'),
);

const secret = v.pipe(v.string(), v.regex(/^[A-Z][A-Za-z0-9]*$/, 'the name of an SST secret, like "SlackWebhook"'));
const routing = {
  minimum: v.optional(v.picklist(severities)),
  accounts: v.optional(v.array(account)),
  clusters: v.optional(v.array(wildcard)),
  detections: v.optional(v.array(wildcard)),
};
const slackId = (letters: string, what: string) =>
  v.pipe(v.string(), v.regex(new RegExp(`^[${letters}][A-Z0-9]{5,20}$`), what));
const channel = v.variant('kind', [
  v.strictObject({
    kind: v.literal('email'),
    address: v.pipe(v.string(), v.email('an e-mail address')),
    ...routing,
  }),
  v.strictObject({ kind: v.literal('slack'), secret, channel: v.optional(v.string()), ...routing }),
  v.strictObject({
    kind: v.literal('slack-app'),
    token: secret,
    channel: slackId('CG', 'a Slack channel id like "C0123456789" (the channel\'s details show it)'),
    triage: v.optional(
      v.strictObject({
        signing: secret,
        users: v.pipe(
          v.array(slackId('UW', 'a Slack user id like "U0123456789" (the profile shows it)')),
          v.minLength(1, 'name at least one user: nobody else may act'),
        ),
        team: slackId('TE', 'a Slack workspace id like "T0123456789"'),
      }),
    ),
    ...routing,
  }),
  v.strictObject({
    kind: v.literal('pagerduty'),
    secret,
    region: v.optional(v.picklist(['us', 'eu'])),
    ...routing,
  }),
  v.strictObject({
    kind: v.literal('webhook'),
    address: v.pipe(v.string(), v.url('an https address'), v.startsWith('https://', 'an https address')),
    secret,
    ...routing,
  }),
]);

/** AWS managed policies that a worker node may carry (EKS User Guide, "Amazon EKS node IAM role"). */
const usualNodePolicies = [
  'AmazonEKSWorkerNodePolicy',
  'AmazonEKSWorkerNodeMinimalPolicy',
  'AmazonEC2ContainerRegistryReadOnly',
  'AmazonEC2ContainerRegistryPullOnly',
  'AmazonEKS_CNI_Policy',
  'AmazonSSMManagedInstanceCore',
];

/** Accelerated and bare-metal families: nothing that a cluster should launch unasked (EC2 instance type naming). */
const usualDisallowed = ['p*', 'g*', 'trn*', 'inf*', 'dl*', 'vt*', 'f*', 'u-*', 'mac*', '*.metal*'];

const networkId = (prefix: 'subnet-' | 'sg-') =>
  v.pipe(v.string(), v.regex(new RegExp(`^${prefix}[0-9a-f]{8,17}$`), `an id like "${prefix}0123456789abcdef0"`));

const deployment = v.optional(
  v.strictObject({
    archives: v.optional(
      v.array(
        v.strictObject({
          bucket: v.pipe(v.string(), v.minLength(3)),
          prefix: v.optional(v.string(), 'AWSLogs/'),
          key: v.optional(v.pipe(v.string(), v.regex(/^arn:[\w-]+:kms:/, 'the ARN of a KMS key'))),
        }),
      ),
      [],
    ),
    hub: v.optional(v.pipe(v.string(), v.regex(/^arn:[\w-]+:events:.+:event-bus\/.+/, 'the ARN of an event bus'))),
    gathers: v.optional(v.array(account), []),
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
        subnets: v.pipe(v.array(networkId('subnet-')), v.minLength(1, 'name at least one subnet')),
        securityGroups: v.pipe(v.array(networkId('sg-')), v.minLength(1, 'name at least one security group')),
      }),
    ),
  }),
  {},
);

const schema = v.strictObject({
  accounts: v.optional(v.array(account), []),
  home: v.optional(region, 'us-east-1'),
  approvedRegions: v.optional(v.array(region), []),
  clusters: v.optional(v.array(cluster), []),
  controllers: v.optional(v.array(controller), []),
  platform: principals,
  gitops: principals,
  nodeRoles: wildcards,
  secretReaders: principals,
  exemptNamespaces: wildcards,
  families: v.optional(
    v.strictObject({ allowed: v.optional(families, []), disallowed: v.optional(families, usualDisallowed) }),
    {},
  ),
  network: v.optional(
    v.strictObject({
      egress: ranges,
      ranges,
      onPrem: ranges,
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
      ids: v.optional(v.array(v.pipe(v.string(), v.startsWith('ami-', 'an image id, "ami-…"'))), []),
      owners: v.optional(v.array(v.string()), []),
    }),
    {},
  ),
  selectorTags: v.optional(v.array(v.pipe(v.string(), v.minLength(1))), ['karpenter.sh/discovery']),
  imageSelectorTags: v.optional(v.array(wildcard), ['karpenter.sh/*', '*ami-type*']),
  businessHours: v.optional(
    v.strictObject({
      timeZone,
      days: v.optional(v.array(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(7))), [1, 2, 3, 4, 5]),
      from: v.optional(clock, '08:00'),
      to: v.optional(clock, '18:00'),
      holidays: v.optional(v.array(day), []),
    }),
  ),
  nodePolicies: v.optional(v.array(wildcard), usualNodePolicies),
  maximumNodeAge: v.optional(v.pipe(v.string(), v.regex(/^\d+(h|d)$/, 'a duration like "72h"')), '72h'),
  detections: v.optional(v.record(detectionId, detectionSettings), {}),
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

const whereOf = (issue: v.BaseIssue<unknown>): string => v.getDotPath(issue) ?? 'the settings';

const whatOf = (issue: v.BaseIssue<unknown>): string => {
  if (issue.type === 'strict_object' && issue.expected === 'never')
    return 'no such setting: check its spelling (core/settings.ts lists them all)';
  if (issue.received === 'undefined') return 'is missing';
  return issue.message;
};

/** What one schema can't say: things that stand in two places at once. */
const conflicts = (settings: Settings): readonly string[] => {
  const problems: string[] = [];
  const names = settings.clusters.map(one => one.name);
  for (const name of new Set(names.filter((one, index) => names.indexOf(one) !== index)))
    problems.push(`clusters: "${name}" stands twice: name each cluster once`);
  for (const [index, one] of settings.controllers.entries())
    if (one.cluster !== undefined && !names.includes(one.cluster))
      problems.push(`controllers.${index}.cluster: no cluster is named "${one.cluster}": add it to \`clusters\``);
  for (const [index, one] of settings.deployment.canary.clusters.entries())
    if (!settings.clusters.some(({ name, kind }) => kind === 'eks' && matchesAny([one], name)))
      problems.push(`deployment.canary.clusters.${index}: no EKS cluster of \`clusters\` is named "${one}"`);
  const { canary } = settings.deployment;
  for (const id of canary.regions || canary.clusters.length > 0 ? canaryDetections : [])
    if ((settings.detections[id]?.status ?? 'alerting') !== 'alerting')
      problems.push(`detections.${id}.status: its canary would never be back: switch it off in \`deployment.canary\``);
  for (const [index, one] of settings.clusters.entries())
    if (one.reader === true && one.kind !== 'eks')
      problems.push(
        `clusters.${index}.reader: only EKS keeps bodies from its audit log: give "${one.name}" an audit policy that logs them`,
      );
  const { egress, ranges: own } = settings.network;
  const ours = new BlockList();
  for (const text of own) addRange(ours, text);
  for (const [index, text] of egress.entries()) {
    const [address = ''] = text.split('/');
    if (ours.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'))
      problems.push(`network.egress.${index}: ${text} lies inside network.ranges: egress is what the internet sees`);
  }
  return problems;
};

/** Puts "10.0.0.0/8", "192.0.2.1" or an IPv6 range into a block list; the text must be valid. */
const addRange = (listed: BlockList, text: string): void => {
  const [address = '', bits] = text.split('/');
  const type = isIP(address) === 6 ? 'ipv6' : 'ipv4';
  if (bits === undefined) listed.addAddress(address, type);
  else listed.addSubnet(address, Number(bits), type);
};

/**
 * Checks settings and fills in their defaults; `defineConfig({})` is valid.
 * @throws ConfigError with every problem at once: where, what, what to do.
 */
export const defineConfig = (config: Config): Settings => {
  const parsed = v.safeParse(schema, config);
  if (!parsed.success) throw new ConfigError(parsed.issues.map(issue => `${whereOf(issue)}: ${whatOf(issue)}`));
  const settings = parsed.output as Settings; // the schema says what the type says; optional members may be undefined
  const problems = conflicts(settings);
  if (problems.length > 0) throw new ConfigError(problems);
  return settings;
};
