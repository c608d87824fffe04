import type { Match } from '../../core/match.ts';
import type { Meter } from '../invocation/meter.ts';
import { silenced } from './silenced.ts';

/** Matches as they are to be folded; those that a suppression hides are counted. */
export const suppressing = async (matches: readonly Match[], meter: Meter): Promise<readonly Match[]> => {
  const all = await silenced(matches);
  const hidden = all.filter((match, at) => match !== matches[at]).length;
  if (hidden > 0) meter.add('MatchesSuppressed', hidden);
  return all;
};
