/** What one invocation counted. Names are CloudWatch metric names in the namespace `Tripline`. */
export interface Meter {
  add(name: Count, by: number): void;
  /** Milliseconds from an event's time to the moment its finding was stored. */
  latency(ms: number): void;
}

export type Count =
  | 'EventsRead'
  | 'EventsMatched'
  | 'RecordsQuarantined'
  | 'RecordsSkipped'
  | 'RuleErrors'
  | 'JudgedAgain'
  | 'Announced'
  | 'AnnouncementsFailed'
  | 'SweepLeft'
  | 'Escalated'
  | 'SuppressionsEnded'
  | 'MatchesSuppressed'
  | 'FindingsInStorm'
  | 'TriageDone'
  | 'TriageRefused'
  | 'InventoryTasks'
  | 'InventoryFailed'
  | 'InventoryLeft'
  | 'PostureViolations'
  | 'FindingsGathered'
  | 'FindingsOutdated';

/** CloudWatch User Guide, "Embedded metric format specification": an array holds at most 100 values of one metric. */
const mostValues = 100;

export interface Meters extends Meter {
  /** Counts by name, for the log line. */
  counts(): { readonly [name: string]: number };
  /** One line in CloudWatch's embedded metric format, from which metrics are made without a call; undefined: nothing was counted. */
  emf(name: string, now: number): string | undefined;
}

export const newMeter = (): Meters => {
  const counts = new Map<string, number>();
  const latencies: number[] = [];
  return {
    add: (name, by) => void counts.set(name, (counts.get(name) ?? 0) + by),
    latency: ms => void (latencies.length < mostValues && latencies.push(Math.max(0, ms))),
    counts: () => Object.fromEntries(counts),
    emf: (name, now) => {
      if (counts.size === 0 && latencies.length === 0) return undefined;
      const values = {
        ...Object.fromEntries(counts),
        ...(latencies.length === 0 ? {} : { EventToFinding: latencies }),
      };
      return JSON.stringify({
        _aws: {
          Timestamp: now,
          CloudWatchMetrics: [
            {
              Namespace: 'Tripline',
              Dimensions: [['function']],
              Metrics: Object.keys(values).map(metric => ({
                Name: metric,
                Unit: metric === 'EventToFinding' ? 'Milliseconds' : 'Count',
              })),
            },
          ],
        },
        function: name,
        ...values,
      });
    },
  };
};
