import type { AnyDetection } from '../detection.ts';
import { isPosture } from '../inventory/resolve.ts';
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
  // What an inventory finds is told by settings as a detection is; there is no list of it, so that its wildcards are believed.
  const isFound = (name: string): boolean =>
    ids.some(id => matchesAny([name], id)) || (name.includes('*') ? name.startsWith('posture/') : isPosture(name));
  return [
    ...Object.keys(settings.detections)
      .filter(id => !ids.includes(id) && !isPosture(id))
      .map(id => ({ where: `detections.${id}`, what: 'there is no such detection' })),
    ...settings.channels.flatMap(({ detections: heard = [] }, index) =>
      heard
        .filter(one => !isFound(one))
        .map(one => ({ where: `channels.${index}.detections`, what: `no detection is called "${one}"` })),
    ),
  ];
};
