import {
  accountAt,
  clockSkew,
  countOverdue,
  countQuarantined,
  findCanaries,
  findDeadLetters,
  findFilter,
  findMappings,
  findRule,
  findSubscriptions,
  heldSuppressions,
  openFindings,
} from '../adapters/doctor.ts';
import { clientsOf, take } from '../adapters/inventory.ts';
import { concurrencyOf, countRules, enabledRegions } from '../adapters/quotas.ts';
import { auditGroups } from '../core/audit-groups.ts';
import { accountCheck } from '../core/doctor/account.ts';
import { canariesCheck, canaryCheck } from '../core/doctor/canary.ts';
import { bad, type Check, good, weak } from '../core/doctor/check.ts';
import { clusterChecks, filterCheck, ruleCheck, trailCheck } from '../core/doctor/feeds.ts';
import { concurrencyQuota, rulesQuota } from '../core/doctor/quotas.ts';
import { suppressionChecks } from '../core/doctor/settings.ts';
import {
  clockCheck,
  deadLetterCheck,
  dueCheck,
  mappingCheck,
  ownFindingsCheck,
  quarantineCheck,
  subscriptionCheck,
} from '../core/doctor/stage.ts';
import type { Trail } from '../core/inventory/aws.ts';
import { regionsOf } from '../core/inventory/tasks.ts';
import { settingsIn } from '../core/own-clusters.ts';
import { partitionOf, witnessOf } from '../core/partition.ts';
import type { Settings } from '../core/settings.ts';
import { eventBridgeFilter } from '../core/targets/eventbridge/filter.ts';
import type { EventPattern } from '../core/targets/eventbridge/pack.ts';
import { logsFilter } from '../core/targets/logs/filter.ts';
import { detections, knowledge } from '../detections/index.ts';
import { functionsOf, hearing, needed } from './doctor-functions.ts';
import { rulesOf } from './doctor-rules.ts';

/** One look at a deployed stage: what fails in it is its own. */
export type Look = () => Promise<readonly Check[]>;
/** A look and what it is at, in the words of the check that stands for it where it fails. */
export type Named = readonly [name: string, look: Look];

/** Longer than the announcer and its sweep take together. */
const patience = 15 * 60_000;
const day = 86_400_000;
/** Days of the quarantine that are looked at. */
const quarantineDays = 9;
/** What the pipeline says of itself. */
const own = detections.flatMap(({ id }) => (id.startsWith('pipeline/') ? [id] : []));

const nobody = () => false;

/**
 * Everything that is looked at, in groups whose looks are independent: the account's regions come first, since rules stand in each.
 * @param prefix of the stage's resources, `tripline-prod-`
 */
export async function* looks(prefix: string, settings: Settings, now: number): AsyncGenerator<readonly Named[]> {
  let enabled: readonly string[] | undefined;
  let account: string | undefined;
  yield [
    [
      'account',
      async () => {
        account = await accountAt(settings.home);
        return [accountCheck(account, settings)];
      },
    ],
    [
      'regions',
      async () => {
        enabled = await enabledRegions(settings.home);
        return [good('regions', `${enabled.length} regions are enabled.`)];
      },
    ],
  ];
  // A stage stands in every enabled region; where they can't be asked for, in those that the settings speak of at least.
  const regions = [...new Set([settings.home, ...(enabled ?? regionsOf(settings))])];
  const { patterns } = eventBridgeFilter(detections, knowledge, settings);
  const ours = settingsIn(settings, account);
  yield [...ofAccount(regions, ours), ...regions.flatMap(region => ofRegion(region, prefix, settings, patterns))];
  // Where the regions can't be asked for, the second one is known only where it is IAM's.
  const witness =
    enabled === undefined && isGlobal(settings.home) ? undefined : witnessOf(settings.home, enabled ?? []);
  yield [...ofStage(prefix, settings, ours, now), ...(witness === undefined ? [] : [guardIn(witness, prefix)])];
}

const isGlobal = (region: string): boolean => partitionOf(region).global === region;

/** The guard's topic of the second region: each mail address confirms it by itself, and its rules see those at home go. */
const guardIn = (region: string, prefix: string): Named => [
  `guard ${region}`,
  async () => subscribers(region, `${prefix}guard`, 'guard', `guard ${region}`),
];

const ofAccount = (regions: readonly string[], settings: Settings): readonly Named[] => [
  ['clock', async () => [clockCheck(await clockSkew(settings.home))]],
  [
    'trail',
    async () => {
      const byRegion = new Map<string, readonly Trail[]>();
      for (const region of regions) {
        const part = await take('trails', clientsOf(region), nobody);
        if (part.kind === 'trails') byRegion.set(region, part.trails);
        // A multi-region trail is in the answer of every region: one that is whole says it for all.
        if (
          part.kind === 'trails' &&
          part.trails.some(one => one.multiRegion && one.logging && one.management === 'all')
        )
          return trailCheck(new Map(regions.map(one => [one, part.trails])));
      }
      return trailCheck(byRegion);
    },
  ],
  ...regionsOf(settings).map(
    (region): Named => [
      `clusters ${region}`,
      async () => {
        const part = await take('clusters', clientsOf(region), nobody);
        return part.kind === 'clusters' ? clusterChecks(region, part.clusters, settings) : [];
      },
    ],
  ),
];

const ofRegion = (
  region: string,
  prefix: string,
  settings: Settings,
  patterns: readonly EventPattern[],
): readonly Named[] => {
  const rules = rulesOf(region, prefix, settings, patterns);
  return [
    ...rules.map(
      (rule): Named => [
        `rule ${rule.name} ${region}`,
        async () => [ruleCheck(region, rule, await findRule(region, rule.name, rule.bus))],
      ],
    ),
    [`quota of rules ${region}`, async () => [rulesQuota(region, await countRules(region))]],
    [
      `dead letters ${region}`,
      async () =>
        (await findDeadLetters(region, prefix)).map(({ name, messages }) =>
          deadLetterCheck(`${name} ${region}`, messages),
        ),
    ],
  ];
};

/** @param ours the settings with the clusters of the account alone: filters are derived from all of them */
const ofStage = (prefix: string, settings: Settings, ours: Settings, now: number): readonly Named[] => {
  const { home } = settings;
  const findings = `${prefix}findings`;
  const { pattern } = logsFilter(detections, knowledge, settings);
  const groups = auditGroups(ours, undefined);
  const away = [...new Set(groups.map(({ region }) => region))].filter(region => region !== home).sort();
  const here = (name: string, region: string): string => (region === home ? name : `${name} ${region}`);
  const parts = needed(ours).map(({ part }) => part);
  const days = Array.from({ length: quarantineDays }, (_, back) =>
    new Date(now - (quarantineDays - 1 - back) * day).toISOString().slice(0, 10),
  );
  return [
    ...groups.map(
      ({ group, region }): Named => [
        `audit log ${here(group, region)}`,
        async () => {
          const { ours, others } = await findFilter(region, group, `${prefix}audit`);
          return [filterCheck(here(group, region), pattern, ours, others)];
        },
      ],
    ),
    ['functions', async () => functionsOf(home, prefix, parts, name => name)],
    ...away.map(
      (region): Named => [
        `functions ${region}`,
        async () => functionsOf(region, prefix, hearing, name => here(name, region)),
      ],
    ),
    ...needed(ours)
      .filter(({ polls }) => polls)
      .map(
        ({ part }): Named => [
          `source of ${prefix}${part}`,
          async () => mappingCheck(`${prefix}${part}`, await findMappings(home, `${prefix}${part}`)),
        ],
      ),
    ['quota of concurrency', async () => [concurrencyQuota(await concurrencyOf(home))]],
    ...['alerts', 'guard'].map((topic): Named => [topic, async () => subscribers(home, `${prefix}${topic}`, topic)]),
    ['announcements', async () => [dueCheck(await countOverdue(home, findings, now - patience))]],
    [
      'canaries',
      async () => {
        const found = await findCanaries(home, `${prefix}state`, now);
        return [
          ...canariesCheck(
            found.map(([name]) => name),
            settings,
          ),
          ...found.map(([name, state]) => canaryCheck(name, state, settings, now)),
        ];
      },
    ],
    ['pipeline', async () => [ownFindingsCheck(await openFindings(home, findings, own))]],
    ['suppressions', async () => suppressionChecks(await heldSuppressions(home, findings), now)],
    [
      'quarantine',
      async () => {
        const counted = await countQuarantined(home, `${prefix}quarantine-`.slice(0, 37).toLowerCase(), days);
        return counted === undefined
          ? [bad('quarantine', 'There is no bucket for records that could not be read.', 'Deploy the stage again.')]
          : [quarantineCheck(counted)];
      },
    ],
  ];
};

const subscribers = async (
  region: string,
  name: string,
  topic: string,
  called: string = topic,
): Promise<readonly Check[]> => {
  const found = await findSubscriptions(region, name);
  if (found === undefined) return [bad(called, `There is no topic ${name}.`, 'Deploy the stage again.')];
  if (found.length === 0)
    return [
      topic === 'guard'
        ? weak(
            called,
            `Nobody is subscribed to the topic ${name}: nobody is told of changes to Tripline itself.`,
            'Add a channel of kind email to `channels` in tripline.config.ts: only those are told, without any function in between.',
          )
        : bad(called, `Nobody is subscribed to the topic ${name}.`, 'Set `channels` in tripline.config.ts and deploy.'),
    ];
  return found.map(one => subscriptionCheck(called, one.endpoint, one.arn));
};
