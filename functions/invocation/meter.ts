/** What one invocation counted. Names are CloudWatch metric names in the namespace `Tripline`. */
export interface Meter {
  add(name: Count, by: number): void;
  /** Milliseconds from an event's time. */
  latency(name: Latency, ms: number): void;
}

/** Until its finding was stored; until a channel took its announcement; the same of a canary's event. */
export type Latency = 'EventToFinding' | 'EventToAlert' | 'CanaryEventToAlert';

/** What is counted, as CloudWatch is told of it. */
export type Count =
  | 'EventsRead'
  | 'EventsMatched'
  | 'RecordsQuarantined'
  | 'RecordsSkipped'
  | 'RuleErrors'
  | 'MatchesOverLimit'
  | 'JudgedAgain'
  | 'SourcesSilent'
  | 'Announced'
  | 'AnnouncementsFailed'
  | 'SweepLeft'
  | 'Escalated'
  | 'SuppressionsEnded'
  | 'SuppressionsSaid'
  | 'MatchesSuppressed'
  | 'FindingsInStorm'
  | 'TriageDone'
  | 'TriageRefused'
  | 'InventoryTasks'
  | 'InventoryFailed'
  | 'InventoryLeft'
  | 'PostureResolved'
  | 'PostureViolations'
  | 'CanariesUncalled'
  | 'CanariesLate'
  | 'ReadingsAsked'
  | 'ObjectsRead'
  | 'ObjectsUnread'
  | 'EvidenceKept'
  | 'FindingsGathered'
  | 'FindingsOutdated';

/** CloudWatch User Guide, "Embedded metric format specification": an array holds at most 100 values of one metric. */
const mostValues = 100;

/** A meter that can be read. */
export interface Meters extends Meter {
  /** Counts by name, for the log line. */
  counts(): { readonly [name: string]: number };
  /** One line in CloudWatch's embedded metric format, from which metrics are made without a call; undefined: nothing was counted. */
  emf(of: Dimensions, now: number): string | undefined;
}

/** What metrics are told apart by: two stages of one account share none. */
export interface Dimensions {
  readonly stage: string;
  readonly function: string;
}

/** An invocation's meter, with nothing counted. */
export const newMeter = (): Meters => {
  const counts = new Map<string, number>();
  const latencies = new Map<Latency, number[]>();
  return {
    add: (name, by) => void counts.set(name, (counts.get(name) ?? 0) + by),
    latency: (name, ms) => {
      const known = latencies.get(name) ?? [];
      if (known.length < mostValues) latencies.set(name, [...known, Math.max(0, ms)]);
    },
    counts: () => Object.fromEntries(counts),
    emf: (of, now) => {
      if (counts.size === 0 && latencies.size === 0) return undefined;
      const units = [
        ...[...counts.keys()].map(metric => ({ Name: metric, Unit: 'Count' })),
        ...[...latencies.keys()].map(metric => ({ Name: metric, Unit: 'Milliseconds' })),
      ];
      return JSON.stringify({
        _aws: {
          Timestamp: now,
          CloudWatchMetrics: [
            {
              Namespace: 'Tripline',
              Dimensions: [['stage', 'function']],
              Metrics: units,
            },
          ],
        },
        ...of,
        ...Object.fromEntries(counts),
        ...Object.fromEntries(latencies),
      });
    },
  };
};
