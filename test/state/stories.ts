import { overlay } from '../../core/cloudtrail/example.ts';
import { compile, type Matcher } from '../../core/compile.ts';
import type { AnyDetection, AnyKnowledge, Example } from '../../core/detection.ts';
import type { AnyEvent } from '../../core/event.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import type { Findings } from '../../core/finding.ts';
import { memoryFindings } from '../../core/findings/memory.ts';
import { detect } from '../../core/pipeline.ts';
import { rejudge } from '../../core/rejudge.ts';
import type { Settings } from '../../core/settings.ts';
import { memoryStore } from '../../core/state/memory.ts';
import type { Store } from '../../core/state/observation.ts';
import { files } from '../catalogue.ts';

/** A detection that keeps state, and one of its examples as a list of events, oldest first. */
export interface Story {
  readonly detection: AnyDetection;
  readonly name: string;
  readonly events: readonly AnyEvent[];
  readonly match: Matcher;
}

const knowledge: readonly AnyKnowledge[] = files.flatMap(file => file.knowledge ?? []);

/** Every example of a detection that keeps state, under its settings. */
export const storiesOf = (detection: AnyDetection): readonly Story[] => {
  const matchers = new Map<string, Matcher>();
  const examples: readonly Example[] = [...detection.examples.matches, ...detection.examples.misses];
  return examples.map(({ name, event, after = [], later = [], settings = {} }) => {
    const key = JSON.stringify(settings);
    const all = overlay(exampleSettings as never, settings as never) as unknown as Settings; // both are JSON
    const match = matchers.get(key) ?? compile([detection], knowledge, all);
    matchers.set(key, match);
    const told = [...after, event, ...later] as readonly AnyEvent[];
    // An event that an example names twice is one event.
    const events = [...new Map(told.map(one => [one.id, one])).values()].sort((a, b) => a.time - b.time);
    return { detection, name, events, match };
  });
};

export const stateful: readonly AnyDetection[] = files
  .flatMap(file => file.detection ?? [])
  .filter(({ state }) => state !== undefined);

/** When an event arrives, milliseconds after it happened. */
export interface Arrival {
  readonly event: AnyEvent;
  readonly at: number;
}

export interface World {
  readonly store: Store;
  readonly findings: Findings;
}

/** Delivers events as they arrive, so many together, and judges again what is due whenever a batch has come. */
const tell = async (
  { match }: Story,
  arrivals: readonly Arrival[],
  batches: readonly number[],
  { store, findings }: World,
): Promise<void> => {
  const order = [...arrivals].sort((a, b) => a.at - b.at);
  const quarantine = { keep: async () => undefined };
  let now = 0;
  for (let start = 0, turn = 0; start < order.length; turn++) {
    const some = order.slice(start, start + Math.max(1, batches[turn % batches.length] ?? 1));
    start += some.length;
    now = Math.max(now, ...some.map(({ at }) => at));
    await detect(
      some.map(({ event }) => ({ kind: 'event', event }) as const),
      { match, store, findings, quarantine, now },
    );
    await rejudge({ match, store, findings }, now);
  }
  // Nobody speaks any more; what is due by its own time still is judged.
  await rejudge({ match, store, findings }, now + 2 * 3_600_000);
};

/** What was found, in words that compare: everything that must not depend on the order. */
export const linesOf = (findings: ReturnType<typeof memoryFindings>): readonly string[] =>
  findings
    .list()
    .map(({ finding, windows }) =>
      JSON.stringify([
        finding.detection,
        finding.key,
        finding.severity,
        finding.title,
        finding.count,
        ...[finding.principals, finding.resources, finding.addresses].map(names => [...names].sort()),
        windows.map(({ bucket, count, eventIds }) => [bucket, count, [...eventIds].sort()]).sort(),
      ]),
    )
    .sort();

/** Tells a story in memory. */
export const toldInMemory = async (
  story: Story,
  arrivals: readonly Arrival[],
  batches: readonly number[],
): Promise<readonly string[]> => {
  const findings = memoryFindings();
  await tell(story, arrivals, batches, { store: memoryStore(), findings });
  return linesOf(findings);
};
