import { archivesOf } from '../core/archives.ts';
import type { Settings } from '../core/settings.ts';
import { guardPatterns } from '../core/targets/eventbridge/guard.ts';
import { objectPatterns } from '../core/targets/eventbridge/objects.ts';
import type { EventPattern } from '../core/targets/eventbridge/pack.ts';

/** A rule of EventBridge as a stage deploys it. */
interface Rule {
  readonly name: string;
  /** Absent: it holds ids that only the deployment knows. */
  readonly pattern?: string;
  readonly state: string;
  /** Absent: the default bus. */
  readonly bus?: string;
}

/**
 * The rules that a stage has in a region.
 * @param prefix of the stage's resources, `tripline-prod-`
 * @param patterns those that candidates are found by
 */
export const rulesOf = (
  region: string,
  prefix: string,
  settings: Settings,
  patterns: readonly EventPattern[],
): readonly Rule[] => {
  const isHome = region === settings.home;
  const guards = guardPatterns(prefix, settings);
  const objects = objectPatterns(archivesOf(settings));
  return [
    ...patterns.map(({ pattern, readOnly }, index) => ({
      name: `${prefix}candidates-${index + 1}`,
      pattern,
      state: readOnly ? 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS' : 'ENABLED',
    })),
    ...guards.map((pattern, index) => ({ name: `${prefix}guard-${index + 1}`, pattern, state: 'ENABLED' })),
    { name: `${prefix}guard-keys-1`, state: 'ENABLED' },
    ...(isHome
      ? [
          {
            name: `${prefix}forwarded`,
            state: 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS',
            bus: `${prefix}regions`,
          },
          ...objects.map((pattern, index) => ({ name: `${prefix}archive-${index + 1}`, pattern, state: 'ENABLED' })),
          ...guards.flatMap((pattern, index) => [
            { name: `${prefix}guard-${index + 1}-told`, pattern, state: 'ENABLED', bus: `${prefix}regions` },
            { name: `${prefix}to-witness-guard-${index + 1}`, pattern, state: 'ENABLED' },
          ]),
        ]
      : [{ name: `${prefix}alarms`, state: 'ENABLED' }]),
  ];
};
