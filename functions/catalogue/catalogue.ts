import { compile, type Matcher } from '../../core/compile.ts';
import type { Settings } from '../../core/settings.ts';
import { detections, knowledge } from '../../detections/index.ts';
import { requirements } from './requirements.ts';

export { detections };

/** The catalogue under the settings: loaded by the deps when an event is first to be judged. */
export const matcher = (settings: Settings): Matcher => compile(detections, knowledge, settings, requirements);

/** Some detections of the catalogue under the settings, alone: nothing is learned. */
export const matcherOf = (ids: readonly string[], settings: Settings): Matcher =>
  compile(
    detections.filter(({ id }) => ids.includes(id)),
    [],
    settings,
    requirements,
  );
