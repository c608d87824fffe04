import { compile, type Matcher } from '../core/compile.ts';
import type { Settings } from '../core/settings.ts';
import { detections, knowledge } from '../detections/index.ts';
import { requirements } from './requirements.ts';

export { detections };

/** The catalogue under the settings: loaded by the deps when an event is first to be judged. */
export const matcher = (settings: Settings): Matcher => compile(detections, knowledge, settings, requirements);
