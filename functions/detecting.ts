import { detect } from '../core/pipeline.ts';
import type { Read } from '../core/read/contract.ts';
import { deps } from './deps.ts';
import type { Meter } from './meter.ts';

/** Replayed logs say nothing about how fast findings are made. */
const day = 24 * 60 * 60 * 1000;

/** Judges what was read and counts it. Tables and the quarantine are reached only when there is something to write. */
export const detectCounted = async (
  reads: Iterable<Read> | AsyncIterable<readonly Read[]>,
  meter: Meter,
): Promise<void> => {
  const { store, findings, quarantine, now } = deps();
  const counts = await detect(reads, {
    match: isQuiet(reads) ? nothing : await deps().match(),
    store: {
      observe: async observations => (observations.length === 0 ? [] : store().observe(observations)),
      postpone: items => store().postpone(items),
      due: (before, limit) => store().due(before, limit),
      done: items => store().done(items),
    },
    findings: {
      fold: async (matches, at) => {
        const { suppressing } = await import('./suppressing.ts');
        await findings().fold(await suppressing(matches, meter), at);
        for (const { time } of matches) if (at - time < day) meter.latency('EventToFinding', at - time);
      },
    },
    quarantine: { keep: rejected => quarantine().keep(rejected) },
    now: now(),
  });
  meter.add('EventsRead', counts.read);
  meter.add('EventsMatched', counts.matched);
  meter.add('RecordsQuarantined', counts.rejected);
  meter.add('RecordsSkipped', counts.skipped);
  meter.add('RuleErrors', counts.ruleErrors);
};

const nothing = (): readonly never[] => [];

/** Whether none of a batch can be what a rule is about. What comes in pieces is not looked at before it is judged. */
const isQuiet = (reads: Iterable<Read> | AsyncIterable<readonly Read[]>): boolean =>
  Array.isArray(reads) && !reads.some((read: Read) => read.kind === 'event' && deps().concerns(read.event));
