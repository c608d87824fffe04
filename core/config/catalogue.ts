import { isCanary } from '../canary.ts';
import type { AnyDetection } from '../detection.ts';
import { isPosture } from '../inventory/resolve.ts';
import { PatternError } from '../pattern/fault.ts';
import { loadPattern, nothing } from '../pattern/load.ts';
import type { Group } from '../pattern/node.ts';
import type { Settings } from '../settings.ts';
import { vocabularies } from '../vocabularies.ts';
import { slipsIn } from '../vocabulary.ts';
import { matchesAny } from '../wildcard.ts';
import { namedBy, slipsInSuppression } from './suppressed.ts';

/** Something that the settings speak of and that is not there, or ask for and that never is. */
export interface Unmet {
  /** Where in the settings, `channels.0.detections`. */
  readonly where: string;
  /** What is wrong and what to do, as one clause. */
  readonly what: string;
}

const listed = "'tripline detections' lists them";

/** A pattern that can't be loaded asks nothing here: it is told where it is compiled. */
const loaded = (pattern: unknown): Group => {
  try {
    return loadPattern(pattern);
  } catch (fault) {
    if (fault instanceof PatternError) return nothing;
    throw fault;
  }
};

/** Exemptions that ask what no event can answer: they would hold for nothing. */
const deafExemptions = (detections: readonly Pick<AnyDetection, 'id' | 'on'>[], settings: Settings): readonly Unmet[] =>
  detections.flatMap(({ id, on }) =>
    (settings.detections[id]?.exemptions ?? []).flatMap(({ when }, index) =>
      slipsIn(loaded(when), vocabularies[on]).map(what => ({
        where: `detections.${id}.exemptions.${index}.when`,
        what,
      })),
    ),
  );

/** Thresholds of what does not count: they would change nothing. */
const idleThresholds = (
  detections: readonly Pick<AnyDetection, 'id' | 'state'>[],
  settings: Settings,
): readonly Unmet[] =>
  detections
    .filter(({ id, state }) => settings.detections[id]?.threshold !== undefined && state === undefined)
    .map(({ id }) => ({
      where: `detections.${id}.threshold`,
      what: 'this detection looks at single events and counts nothing',
    }));

/** Whether a name, or a name with wildcards, is of something that makes findings: what an inventory finds is in no list, so that its wildcards are believed. */
const isFound = (ids: readonly string[], name: string): boolean =>
  ids.some(id => matchesAny([name], id)) || (name.includes('*') ? name.startsWith('posture/') : isPosture(name));

/** By which the watch says that it hears nothing: they are stored where no suppression is looked up. */
const unhidden: readonly string[] = ['pipeline/source-silent', 'pipeline/canary-lost'];

/** What a suppression's pattern asks that no finding answers to: it would hide nothing, and nobody would see why. */
export const unmetBySuppression = (
  detections: readonly Pick<AnyDetection, 'id'>[],
  when: unknown,
): readonly string[] => {
  const ids = detections.map(({ id }) => id);
  const pattern = loaded(when);
  return [
    ...namedBy(pattern)
      .filter(id => !isFound(ids, id) && !id.startsWith('pipeline/'))
      .map(id => `no detection is called "${id}": ${listed}`),
    ...namedBy(pattern)
      .filter(id => unhidden.includes(id) || isCanary(id))
      .map(id => `no suppression hides "${id}": where it is to be quiet, its status is set under \`detections\``),
    ...slipsInSuppression(pattern),
  ];
};

/**
 * What the settings say of detections that no detection answers to: a slip, or one that was renamed or removed since. What is said
 * there holds for nothing, and a channel that hears only such detections hears nothing.
 */
export const unmetIn = (
  detections: readonly Pick<AnyDetection, 'id' | 'on' | 'state'>[],
  settings: Settings,
): readonly Unmet[] => {
  const ids = detections.map(({ id }) => id);
  return [
    ...Object.keys(settings.detections)
      .filter(id => !ids.includes(id) && !isPosture(id))
      .map(id => ({ where: `detections.${id}`, what: `there is no such detection: ${listed}` })),
    ...settings.channels.flatMap(({ detections: heard = [] }, index) =>
      heard
        .filter(one => !isFound(ids, one))
        .map(one => ({ where: `channels.${index}.detections`, what: `no detection is called "${one}": ${listed}` })),
    ),
    ...settings.suppressions.flatMap(({ when }, index) =>
      unmetBySuppression(detections, when).map(what => ({ where: `suppressions.${index}.when`, what })),
    ),
    ...deafExemptions(detections, settings),
    ...idleThresholds(detections, settings),
  ];
};
