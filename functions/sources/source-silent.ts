import type { Source } from '../../core/event.ts';
import { Evidence } from '../../core/evidence/record.ts';
import type { Match } from '../../core/match.ts';
import type { Settings } from '../../core/settings.ts';

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
