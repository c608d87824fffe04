import type { Finding } from '../finding.ts';
import { isPosture } from '../inventory/resolve.ts';
import type { Settings } from '../settings.ts';
import { isGuarded } from './guarded.ts';
import { isWorked } from './life.ts';

const hour = 60 * 60 * 1_000;
/**
 * Milliseconds after a finding's newest event: longer than a function of the version before is still at work, to which the detection may
 * not be off. A detection that is not there may be another version's, which runs beside this one or comes back after a rollback.
 */
const quiet = { off: hour, removed: 24 * hour } as const;

/** Why nothing comes to a finding any more; undefined: something may. */
const endOf = (
  { detection }: Finding,
  known: ReadonlySet<string>,
  settings: Settings,
): keyof typeof quiet | undefined => {
  if (settings.detections[detection]?.status === 'off') return 'off';
  // What the pipeline and the inventory find is in no list.
  return known.has(detection) || detection.startsWith('pipeline/') || isPosture(detection) ? undefined : 'removed';
};

/** Whether somebody is at it, found it to be true, or wants it open. */
export const isTakenUp = ({ status, assignee, disposition, worked }: Finding): boolean =>
  status !== 'open' ||
  assignee !== undefined ||
  disposition === 'true-positive' ||
  (isWorked(worked, 'open') && worked.who !== 'tripline');

/**
 * Whether a finding ends because its detection was switched off or removed: of one that nobody took up, that is not guarded, of which all
 * was said, and to which nothing came for a while. What people are at, and what nobody may silence in passing, they end themselves.
 * @param known ids of the catalogue's detections
 * @param now milliseconds since 1970
 */
export const endedBy = (
  finding: Finding,
  known: ReadonlySet<string>,
  settings: Settings,
  now: number,
): keyof typeof quiet | undefined => {
  if (isTakenUp(finding) || isGuarded(finding) || finding.due !== undefined) return undefined;
  const why = endOf(finding, known, settings);
  return why !== undefined && finding.last <= now - quiet[why] ? why : undefined;
};
