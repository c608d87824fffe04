import { prepare } from '../core/prepare.ts';
import { detections, knowledge } from '../detections/index.ts';
import settings from '../tripline.config.ts';

/** What the functions need not work out at each start: `stacks/bundle.mjs` runs this, so that what is wrong stops a deployment. */
export const { gate, requirements } = prepare(detections, knowledge, settings);
