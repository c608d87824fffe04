import type { Finding } from '../finding.ts';
import { instanceScope } from '../state/instance.ts';
import { joinedScope } from '../state/node.ts';
import type { Item } from '../state/observation.ts';
import { isTakenUp } from './ended.ts';

/** What a finding says was missing, and where it would be known by now. */
interface Missed {
  readonly scope: (account: string, instance: string) => string;
  /** The set of that item which holds when it was, as ISO text. */
  readonly set: string;
  /** Milliseconds after the finding's first event by which it had to be. */
  readonly within: number;
  readonly why: 'launched' | 'joined';
}

const minute = 60 * 1_000;

/** Detections of what did not follow, or go before: a record that comes later than `latenessMinutes` shows that it did. */
const missed: { readonly [detection: string]: Missed } = {
  'lineage/node-never-launched': { scope: instanceScope, set: 'launched', within: 0, why: 'launched' },
  'lineage/instance-never-joined': { scope: joinedScope, set: 'joined', within: 15 * minute, why: 'joined' },
};

/** Later than that no record comes: EventBridge and Lambda give up on an event after a day. */
const latest = 48 * 60 * minute;

/** The item that would say by now that a finding's event was no absence; undefined: nothing would, or somebody is at it. */
export const belatedScope = (finding: Finding, now: number): string | undefined => {
  const { instance } = finding.key;
  const isWaiting = finding.due === undefined && !isTakenUp(finding) && finding.last > now - latest;
  return instance === undefined || !isWaiting ? undefined : missed[finding.detection]?.scope(finding.account, instance);
};

/** Whether what was missing was there in time, by that item. Critical ones, too: with it at hand the rule would have found nothing. */
export const isBelated = ({ detection, first }: Finding, item: Item): Missed['why'] | undefined => {
  const { set = '', within = 0, why } = missed[detection] ?? {};
  return (item[set] ?? []).some(at => Date.parse(at) <= first + within) ? why : undefined;
};
