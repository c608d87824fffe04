import {
  clockSkew,
  countOverdue,
  findCanaries,
  findDeadLetters,
  findFilter,
  findFunctions,
  findRule,
  findSubscriptions,
} from '../adapters/doctor.ts';
import { clientsOf, take } from '../adapters/inventory.ts';
import { canariesCheck, canaryCheck } from '../core/doctor/canary.ts';
import { bad, type Check, unknown } from '../core/doctor/check.ts';
import { settingsChecks } from '../core/doctor/settings.ts';
import {
  clockCheck,
  clusterChecks,
  deadLetterCheck,
  dueCheck,
  filterCheck,
  functionCheck,
  ruleCheck,
  subscriptionCheck,
  trailCheck,
} from '../core/doctor/stage.ts';
import { regionsOf } from '../core/inventory/tasks.ts';
import type { Settings } from '../core/settings.ts';
import { eventBridgeFilter } from '../core/targets/eventbridge.ts';
import { logsFilter } from '../core/targets/logs.ts';
import { detections, knowledge } from '../detections/index.ts';
import { loadSettings } from './inputs.ts';
import { flags, type Io, UsageError } from './io.ts';
import { progressOn } from './progress.ts';
import { shown } from './table.ts';

export const usage = `usage: tripline doctor [--stage NAME] [--all | --json] [--strict]

Looks whether a deployed stage is awake: trail, clusters' audit logs, rules and filters as derived, functions, subscriptions,
dead letters, announcements, canaries, clock; and, without --stage, only what the settings leave undone. Uses the SDK's usual credentials;
AWS_ENDPOINT_URL points it at an emulator. Exit codes for cron: 0 well, 1 something is bad, 2 something could not be looked at.
  --stage NAME     the stage as deployed (npx sst deploy --stage NAME)
  --all            also what is good
  --json           one check a line
  --strict         what is weak counts as bad
  --settings FILE  a tripline.config.ts`;

/** Longer than the announcer and its sweep take together. */
const patience = 15 * 60_000;

export const run = async (argv: readonly string[], io: Io): Promise<number> => {
  const { values, positionals } = flags(argv, {
    stage: { type: 'string' },
    all: { type: 'boolean' },
    json: { type: 'boolean' },
    strict: { type: 'boolean' },
    settings: { type: 'string' },
  });
  if (positionals.length > 0) throw new UsageError(`it takes no arguments, not '${positionals[0]}'`);
  const settings = await loadSettings(values.settings ?? 'tripline.config.ts');
  const now = Date.now();
  const checks: Check[] = [...settingsChecks(detections, settings, now)];
  if (values.stage !== undefined) {
    const progress = progressOn(io);
    for (const [name, look] of looks(`tripline-${values.stage}-`, settings, now)) {
      progress.say(name);
      checks.push(...(await attempt(name, look)));
    }
    progress.end();
  }
  const told = values.all || values.json ? checks : checks.filter(({ state }) => state !== 'good');
  for (const check of told) io.stdout.write(values.json ? `${JSON.stringify(check)}\n` : `${shownCheck(check)}\n`);
  const count = (state: Check['state']): number => checks.filter(one => one.state === state).length;
  (values.json ? io.stderr : io.stdout).write(
    `${count('good')} good, ${count('weak')} weak, ${count('bad')} bad, ${count('unknown')} not looked at\n`,
  );
  if (count('bad') > 0 || (values.strict && count('weak') > 0)) return 1;
  return count('unknown') > 0 ? 2 : 0;
};

const shownCheck = ({ name, state, says, todo }: Check): string =>
  [`${state.padEnd(8)}${shown(name)}: ${shown(says)}`, ...(todo === undefined ? [] : [`        ${shown(todo)}`])].join(
    '\n',
  );

type Look = () => Promise<readonly Check[]>;

/** What fails to be looked at is said, and holds up nothing else. */
const attempt = async (name: string, look: Look): Promise<readonly Check[]> => {
  try {
    return await look();
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 200) : 'unknown';
    return [
      unknown(
        name,
        `It could not be looked at (${why}).`,
        'Give these credentials the right to read it, then try again.',
      ),
    ];
  }
};

const looks = (prefix: string, settings: Settings, now: number): readonly (readonly [string, Look])[] => {
  const { home } = settings;
  const nobody = () => false;
  const { patterns } = eventBridgeFilter(detections, knowledge, settings);
  const { pattern } = logsFilter(detections, knowledge, settings);
  const groups = settings.clusters.flatMap(({ name, kind, audit }) =>
    audit === undefined
      ? kind === 'eks'
        ? [`/aws/eks/${name}/cluster`]
        : []
      : 'logGroup' in audit
        ? [audit.logGroup]
        : [],
  );
  return [
    ['clock', async () => [clockCheck(await clockSkew(home))]],
    [
      'trail',
      async () => {
        const part = await take('trails', clientsOf(home), nobody);
        return part.kind === 'trails' ? [trailCheck(part.trails)] : [];
      },
    ],
    ...regionsOf(settings).flatMap((region): (readonly [string, Look])[] => [
      [
        `clusters ${region}`,
        async () => {
          const part = await take('clusters', clientsOf(region), nobody);
          return part.kind === 'clusters' ? clusterChecks(region, part.clusters, settings) : [];
        },
      ],
      ...patterns.map(({ pattern: one, readOnly }, index): readonly [string, Look] => {
        const name = `${prefix}candidates-${index + 1}`;
        const state = readOnly ? 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' : 'ENABLED';
        return [
          `rule ${name} ${region}`,
          async () => [ruleCheck(region, { name, pattern: one, state }, await findRule(region, name))],
        ];
      }),
      [
        `dead letters ${region}`,
        async () =>
          (await findDeadLetters(region, prefix)).map(({ name, messages }) =>
            deadLetterCheck(`${name} ${region}`, messages),
          ),
      ],
    ]),
    ...groups.map((group): readonly [string, Look] => [
      `audit log ${group}`,
      async () => [filterCheck(group, pattern, await findFilter(home, group, `${prefix}audit`))],
    ]),
    ['functions', async () => functionsOf(prefix, await findFunctions(home, prefix), settings)],
    [
      'alerts',
      async () => {
        const found = await findSubscriptions(home, `${prefix}alerts`);
        if (found === undefined) return [bad('alerts', 'There is no topic for alerts.', 'Deploy the stage again.')];
        if (found.length === 0)
          return [
            bad('alerts', 'Nobody is subscribed to the alerts.', 'Set `channels` in tripline.config.ts and deploy.'),
          ];
        return found.map(one => subscriptionCheck(one.endpoint, one.arn));
      },
    ],
    ['announcements', async () => [dueCheck(await countOverdue(home, `${prefix}findings`, now - patience))]],
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
  ];
};

/** Functions without which nothing is detected or said. */
const needed = ['cloudtrail', 'audit', 'announce', 'sweep', 'subscribe'];

const functionsOf = (
  prefix: string,
  found: Awaited<ReturnType<typeof findFunctions>>,
  { deployment: { canary } }: Settings,
): readonly Check[] => {
  const canaries = canary.regions || canary.clusters.length > 0 ? ['canary'] : [];
  const names = new Set([
    ...[...needed, ...canaries].map(part => `${prefix}${part}`),
    ...found.map(({ name }) => name),
  ]);
  // A deployment replaces them together: the median tells when that was.
  const times = found.map(({ modified }) => modified).sort();
  const deployed = times[Math.floor((times.length - 1) / 2)];
  return [...names].sort().map(name =>
    functionCheck(
      name,
      found.find(one => one.name === name),
      deployed,
    ),
  );
};
