import { ofAbsentStage } from '../core/doctor/absence.ts';
import { type Check, unknown } from '../core/doctor/check.ts';
import { doctorPolicy } from '../core/doctor/permissions.ts';
import { settingsChecks } from '../core/doctor/settings.ts';
import { inLanes } from '../core/lanes.ts';
import { legalStage, stagePrefix } from '../core/stage.ts';
import { detections } from '../detections/index.ts';
import { type Look, looks } from './doctor-looks.ts';
import { isLoggedOut } from './fault.ts';
import { type Command, flags, UsageError } from './io.ts';
import { progressOn } from './progress.ts';
import { loadSettings } from './settings.ts';
import { jsonLine, jsonPage, shown } from './shown.ts';

export const usage: Command['usage'] = `usage: tripline doctor [--stage NAME] [--all | --json] [--strict]
       tripline doctor --policy [--stage NAME]

Checks that a deployed stage works: the trail in every enabled region, clusters' audit logs, rules and filters as derived, functions and
what feeds them, subscriptions, dead letters, the quarantine, announcements, canaries, clock, quotas. Without --stage, it checks only the
settings. Region and credentials are those of the AWS SDK; AWS_ENDPOINT_URL points it at an emulator. Exit codes for cron: 0 good, 1
something is bad, 2 something could not be checked.
  --stage NAME     the stage as deployed (npx sst deploy --stage NAME)
  --all            also show what is good
  --json           one check per line
  --strict         treat weak as bad
  --policy         print the IAM policy that it needs, and nothing else
  --settings FILE  the settings (default tripline.config.ts)`;

/** Looks at once: each waits for one region's answers. */
const together = 6;

/**
 * Gives 1 where something is bad (with `--strict`, weak), else 2 where something could not be looked at.
 * @throws Error where nobody is logged in
 */
export const run: Command['run'] = async (argv, io) => {
  const { values, positionals } = flags(argv, {
    stage: { type: 'string' },
    all: { type: 'boolean' },
    json: { type: 'boolean' },
    strict: { type: 'boolean' },
    policy: { type: 'boolean' },
    settings: { type: 'string' },
  });
  if (positionals.length > 0) throw new UsageError(`it takes no arguments, not '${positionals[0]}'`);
  if (values.policy) {
    io.stdout.write(jsonPage(doctorPolicy(values.stage ?? '*')));
    return 0;
  }
  const settings = await loadSettings(values.settings);
  const now = Date.now();
  const stage = values.stage === undefined ? undefined : legalStage(values.stage);
  const looked: Check[] = [...settingsChecks(detections, settings, now)];
  if (stage !== undefined) {
    const progress = progressOn(io);
    for await (const some of looks(stagePrefix(stage), settings, now)) {
      const found = new Map<string, readonly Check[]>();
      await inLanes(some, together, async ([name, look]) => {
        progress.say(name);
        found.set(name, await attempt(name, look));
      });
      // In the order in which they are listed, whoever answered first.
      looked.push(...some.flatMap(([name]) => found.get(name) ?? []));
    }
    progress.end();
  }
  const checks = stage === undefined ? looked : ofAbsentStage(looked, stage, settings.home);
  const told = values.all || values.json ? checks : checks.filter(({ state }) => state !== 'good');
  for (const check of told) io.stdout.write(values.json ? jsonLine(check) : `${shownCheck(check)}\n`);
  const count = (state: Check['state']): number => checks.filter(one => one.state === state).length;
  (values.json ? io.stderr : io.stdout).write(
    `${count('good')} good, ${count('weak')} weak, ${count('bad')} bad, ${count('unknown')} not checked\n`,
  );
  if (count('bad') > 0 || (values.strict && count('weak') > 0)) return 1;
  return count('unknown') > 0 ? 2 : 0;
};

const shownCheck = ({ name, state, says, todo }: Check): string =>
  [`${state.padEnd(8)}${shown(name)}: ${shown(says)}`, ...(todo === undefined ? [] : [`        ${shown(todo)}`])].join(
    '\n',
  );

/** What fails to be looked at is said, and holds up nothing else. @throws where nobody is logged in: every look would say the same */
const attempt = async (name: string, look: Look): Promise<readonly Check[]> => {
  try {
    return await look();
  } catch (error) {
    if (isLoggedOut(error)) throw error;
    const why = error instanceof Error ? `${error.name}: ${error.message}`.slice(0, 200) : 'unknown';
    return [
      unknown(
        name,
        `It could not be checked (${why}).`,
        'Give these credentials the right to read it, then try again.',
      ),
    ];
  }
};
