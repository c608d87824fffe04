import type { Source } from '../../core/event.ts';
import { Evidence } from '../../core/evidence/record.ts';
import { findingId } from '../../core/findings/identity.ts';
import type { Match } from '../../core/match.ts';
import type { Settings } from '../../core/settings.ts';
import { deps } from '../deps/deps.ts';

const id = 'pipeline/source-silent';
const day = 24 * 60 * 60 * 1_000;

/** What is missing of a source. `time` and `eventId` are the same however often it is seen. */
export interface Missing {
  readonly source: Source;
  readonly account: string;
  readonly cluster: string;
  readonly name: string;
  readonly eventId: string;
  readonly time: number;
  readonly title: string;
  readonly why: string;
}

/** The match of `pipeline/source-silent`: none where the settings switch it off. */
export const aboutSource = (settings: Settings, missing: Missing): readonly Match[] => {
  const set = settings.detections[id];
  if (set?.status === 'off') return [];
  const { source, account, cluster, name, eventId, time, title, why } = missing;
  return [
    {
      detection: id,
      version: 'built-in',
      ...{ source, account, cluster, eventId, time, title },
      region: settings.home,
      key: { source: name },
      window: day,
      severity: set?.severity ?? 'high',
      status: set?.status ?? 'alerting',
      principals: [],
      resources: cluster === '' ? [account] : [cluster],
      addresses: [],
      notes: [why],
      evidence: new Evidence({ source: name, why }),
    },
  ];
};

/** A source that is there. */
export interface Present extends Pick<Missing, 'account' | 'cluster' | 'name'> {
  /** Milliseconds since 1970: when it was last known to be there. */
  readonly at: number;
}

/**
 * Resolves the findings of sources that are there again: what was known to be missing later stays open, and so does what somebody else
 * changed meanwhile. What is still to be announced waits for that, so that a silence is heard of before its end.
 * @param who by whom the trail says it was resolved
 * @returns how many were resolved
 */
export const resolveSources = async (present: readonly Present[], who: string, note: string): Promise<number> => {
  if (present.length === 0) return 0;
  const { findings, now } = deps();
  const heard = new Map(
    present.map(({ account, cluster, name, at }) => [
      findingId({ detection: id, account, cluster, key: { source: name } }),
      at,
    ]),
  );
  let resolved = 0;
  for (const finding of await findings().cases([...heard.keys()])) {
    const isOver = finding.due === undefined && (heard.get(finding.id) ?? 0) > finding.last;
    if (finding.status === 'resolved' || !isOver) continue;
    if ((await findings().work(finding, { act: 'resolve' }, { who, at: now(), note })) === 'set') resolved++;
  }
  return resolved;
};
