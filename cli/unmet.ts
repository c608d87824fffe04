import { unmetIn } from '../core/config/catalogue.ts';
import type { Settings } from '../core/settings.ts';
import { detections } from '../detections/index.ts';
import type { Io } from './io.ts';
import { shown } from './shown.ts';

/** Says on standard error what of the settings holds for nothing: of detections that are not there, or asked of no event. A deployment refuses it. */
export const tellUnmet = (command: string, settings: Settings, io: Io): void => {
  for (const { where, what } of unmetIn(detections, settings))
    io.stderr.write(`tripline ${command}: ${shown(`${where}: ${what}`)}\n`);
};
