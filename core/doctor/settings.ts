import { unmetIn } from '../config/catalogue.ts';
import type { AnyDetection } from '../detection.ts';
import { isSet, type Settings, type Suppression } from '../settings.ts';
import { endOf } from '../suppress.ts';
import { matchesAny } from '../wildcard.ts';
import { bad, type Check, good, weak } from './check.ts';

/** Days before its end at which an exemption is spoken of. */
const soon = 14;
const day = 86_400_000;
const days = (count: number): string => (count === 1 ? '1 day' : `${count} days`);

/** What the settings leave undone or get wrong: detections that only watch or do not exist, controllers guessed by name, exemptions that end. */
export const settingsChecks = (
  detections: readonly AnyDetection[],
  settings: Settings,
  now: number,
): readonly Check[] => [
  force(detections, settings),
  ...misnamed(detections, settings),
  ...(settings.controllers.some(one => (one.roles?.length ?? 0) > 0)
    ? []
    : [
        weak(
          'controllers',
          'No controller is named: they are recognised by their usual names, which lowers severities.',
          'Set `controllers` in tripline.config.ts.',
        ),
      ]),
  ...exemptions(settings, now),
  ...suppressionChecks(settings.suppressions, now),
];

const force = (detections: readonly AnyDetection[], settings: Settings): Check => {
  const lacking = new Map<string, number>();
  let watching = 0;
  let off = 0;
  for (const { id, requires = [] } of detections) {
    const status = settings.detections[id]?.status;
    if (status === 'off') off++;
    const lacks = requires.filter(name => !isSet(settings, name));
    if (status !== 'off' && (status === 'watching' || lacks.length > 0)) watching++;
    for (const name of lacks) lacking.set(name, (lacking.get(name) ?? 0) + 1);
  }
  const alerting = detections.length - watching - off;
  const says = `${alerting} of ${detections.length} detections alert, ${watching} only watch, ${off} are off.`;
  if (lacking.size === 0) return good('detections', says);
  const names = [...lacking].toSorted(([, a], [, b]) => b - a).map(([name, count]) => `\`${name}\` (${count})`);
  return weak(
    'detections',
    says,
    `Set ${names.join(', ')} in tripline.config.ts; 'tripline detections' shows which of them each detection lacks.`,
  );
};

/** What is said of a detection or cluster that does not exist holds for none: a slip, or one that was renamed. */
const misnamed = (detections: readonly AnyDetection[], settings: Settings): readonly Check[] => [
  ...unmetIn(detections, settings).map(({ where, what }) =>
    bad(`settings ${where}`, `It matches nothing: ${what}.`, 'Correct it in tripline.config.ts.'),
  ),
  ...settings.channels.flatMap(({ clusters = [], accounts = [] }, index) => [
    ...unnamed(
      clusters,
      settings.clusters.map(({ name }) => name),
    ).map(one =>
      weak(
        `settings channels.${index}.clusters`,
        `No cluster of the settings is called "${one}": the channel may never be told about it.`,
        'Correct it, or add the cluster to `clusters`.',
      ),
    ),
    ...unnamed(accounts, settings.accounts).map(one =>
      weak(
        `settings channels.${index}.accounts`,
        `${one} is not one of \`accounts\`: the channel may never be told about it.`,
        'Correct it, or add it to `accounts`.',
      ),
    ),
  ]),
];

/** Wildcards that none of what the settings name answers to; where they name nothing, nothing can be said. */
const unnamed = (wildcards: readonly string[], names: readonly string[]): readonly string[] =>
  names.length === 0 ? [] : wildcards.filter(one => !names.some(name => matchesAny([one], name)));

const exemptions = (settings: Settings, now: number): readonly Check[] =>
  Object.entries(settings.detections).flatMap(([id, { exemptions: all = [] }]) =>
    all.flatMap(({ expires, reason, owner }): readonly Check[] => {
      const left = Math.ceil((Date.parse(expires) + day - now) / day);
      if (left > soon) return [];
      const whose = `The exemption "${reason}"${owner === undefined ? '' : ` of ${owner}`}`;
      return [
        left <= 0
          ? weak(
              `exemption of ${id}`,
              `${whose} ended on ${expires} and does nothing.`,
              'Remove it, or renew it with a reason.',
            )
          : weak(
              `exemption of ${id}`,
              `${whose} ends in ${days(left)}.`,
              'Fix what it exempts, or renew it with a reason.',
            ),
      ];
    }),
  );

/** Suppressions that end soon: what they silence will be heard again. */
export const suppressionChecks = (all: readonly Suppression[], now: number): readonly Check[] =>
  all.flatMap((one): readonly Check[] => {
    const left = Math.ceil((endOf(one) - now) / day);
    if (left <= 0 || left > soon) return [];
    return [
      weak(
        `suppression ${one.id}`,
        `The suppression "${one.reason}" of ${one.owner} ends in ${days(left)}: what it hides is announced again.`,
        'Fix what it hides, or make a new one with a reason: tripline suppress.',
      ),
    ];
  });
