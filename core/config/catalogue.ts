import type { AnyDetection } from '../detection.ts';
import type { Settings } from '../settings.ts';
import { matchesAny } from '../wildcard.ts';

/** Something that the settings speak of and that is not there. */
export interface Unmet {
  /** Where in the settings, `channels.0.detections`. */
  readonly where: string;
  readonly what: string;
}

/**
 * What the settings say of detections that no detection answers to: a slip, or one that was renamed or removed since. What is said
 * there holds for nothing, and a channel that hears only such detections hears nothing.
 */
export const unmetIn = (detections: readonly Pick<AnyDetection, 'id'>[], settings: Settings): readonly Unmet[] => {
  const ids = detections.map(({ id }) => id);
  return [
    ...Object.keys(settings.detections)
      .filter(id => !ids.includes(id))
      .map(id => ({ where: `detections.${id}`, what: 'there is no such detection' })),
    ...settings.channels.flatMap(({ detections: heard = [] }, index) =>
      heard
        .filter(one => !ids.some(id => matchesAny([one], id)))
        .map(one => ({ where: `channels.${index}.detections`, what: `no detection is called "${one}"` })),
    ),
  ];
};
