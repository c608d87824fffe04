import { archiveArns } from '../core/archives.ts';
import { guardPatterns, keyPattern, keysAPattern } from '../core/targets/eventbridge/guard.ts';
import settings from '../tripline.config.ts';
import type { Key } from './key.ts';
import { prefix } from './names.ts';

/** A rule of self-protection: its part of the name, and its pattern. */
export interface Guarding {
  readonly part: string;
  readonly pattern: $util.Input<string>;
}

/**
 * The rules of every change to this stage's resources, to the trails, logs and buckets that feed it, and to its keys and those that
 * archives are read with: as many as their quota asks for, the same in every region.
 */
export const guarding = (keys: readonly Key[]): readonly Guarding[] => {
  const foreign = archiveArns(settings).keys.map(arn => arn.slice(arn.lastIndexOf('/') + 1));
  const ids: readonly $util.Input<string>[] = [...keys.map(({ keyId }) => keyId), ...foreign];
  return [
    ...guardPatterns(prefix(), settings).map((pattern, index) => ({ part: `guard-${index + 1}`, pattern })),
    ...Array.from({ length: Math.ceil(ids.length / keysAPattern) }, (_, index) => ({
      part: `guard-keys-${index + 1}`,
      pattern: $util.all(ids.slice(index * keysAPattern, (index + 1) * keysAPattern)).apply(keyPattern),
    })),
  ];
};
