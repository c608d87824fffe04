import type { Item, Observation } from './observation.ts';

/**
 * How one step of a story waits for another that is told by a different field, or a different stream: the first leaves a trace under
 * a name that the second can work out from its own fields. Traces lie in buckets as long as the second may come later.
 */
export interface Trace {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Who left it, or what else tells one from another. */
  readonly by: string;
}

const day = 86_400_000;
/** Traces of one name in one bucket; more are `pipeline/limit-reached`. */
const cap = 64;

const bucketOf = (time: number, within: number): number => Math.floor(time / within) * within;

/** Leaves a trace. @param within milliseconds, the same where it is looked for */
export const leaveTrace = (name: string, { time, by }: Trace, within: number): Observation => {
  const bucket = bucketOf(time, within);
  return {
    scope: `${name}#${bucket}`,
    add: { traces: [`${new Date(time).toISOString()} ${by.slice(0, 512)}`] },
    cap,
    expires: bucket + 2 * within + day,
  };
};

/** The items in which traces of a name may lie that were left so long before a time, or at it. */
export const traceScopes = (name: string, time: number, within: number): readonly string[] => {
  const bucket = bucketOf(time, within);
  return [`${name}#${bucket}`, `${name}#${bucket - within}`];
};

/** Traces among items that were left so long before a time, or at it, oldest first. */
export const tracesIn = (items: readonly Item[], time: number, within: number): readonly Trace[] =>
  items
    .flatMap(item => item['traces'] ?? [])
    .map(member => ({ time: Date.parse(member.slice(0, 24)), by: member.slice(25) }))
    .filter(trace => trace.time <= time && trace.time >= time - within)
    .sort((a, b) => a.time - b.time);

/** Those who left traces, each once. */
export const whoIn = (traces: readonly Trace[]): readonly string[] => [...new Set(traces.map(({ by }) => by))].sort();
