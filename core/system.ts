import type { Severity } from './detection.ts';
import type { AnyEvent } from './event.ts';
import type { LoadedDetection } from './load.ts';
import type { Match } from './match.ts';
import type { Settings } from './settings.ts';

/** What the pipeline says about itself: matches that no pattern makes. */
export interface System {
  /** A rule threw. */
  failed(detection: string, event: AnyEvent, cause: unknown): readonly Match[];
  /** A cap kept something out. @param limit which, e.g. `state of cloudtrail/launch-burst` */
  limited(limit: string, event: AnyEvent): readonly Match[];
}

const defaults: { readonly [id: string]: { readonly severity: Severity; readonly window: number } } = {
  'pipeline/rule-failed': { severity: 'high', window: 86_400_000 },
  'pipeline/limit-reached': { severity: 'medium', window: 86_400_000 },
};

/** @param find where the pipeline's own detections stand, their version, window and severity are theirs */
export const systemOf = (find: (id: string) => LoadedDetection | undefined, settings: Settings): System => {
  const about = (id: string, event: AnyEvent, key: Match['key'], title: string): readonly Match[] => {
    const own = find(id);
    const set = settings.detections[id];
    if (set?.status === 'off') return [];
    const { account, region, cluster, source, id: eventId, time } = event;
    return [
      {
        detection: id,
        version: own?.version() ?? 'built-in',
        ...{ account, region, cluster, source, eventId, time, key, title },
        window: own?.window ?? defaults[id]?.window ?? 3_600_000,
        severity: set?.severity ?? own?.severity ?? defaults[id]?.severity ?? 'high',
        status: set?.status ?? 'alerting',
        principals: [],
        resources: [],
        addresses: [],
        notes: [],
        evidence: null,
      },
    ];
  };
  return {
    failed: (detection, event, cause) =>
      about('pipeline/rule-failed', event, { detection }, `The detection ${detection} failed: ${causeOf(cause)}`),
    limited: (limit, event) => about('pipeline/limit-reached', event, { limit }, `A limit was reached: ${limit}`),
  };
};

/** Messages that the language itself makes of code, not of data: an event's strings must not travel in an error. */
const safe: ReadonlySet<string> = new Set(['TypeError', 'RangeError', 'ReferenceError']);

const causeOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return 'it threw something that is not an error';
  return safe.has(cause.name) ? `${cause.name}: ${cause.message.slice(0, 160)}` : cause.name;
};
