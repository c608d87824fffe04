import { detect } from '../core/pipeline.ts';
import type { Read } from '../core/read/contract.ts';
import { deps } from './deps.ts';
import type { Meter } from './meter.ts';
import { suppressing } from './suppressing.ts';

/** Replayed logs say nothing about how fast findings are made. */
const day = 24 * 60 * 60 * 1000;

/** Judges what was read and counts it. Tables and the quarantine are reached only when there is something to write. */
export const detectCounted = async (
  reads: Iterable<Read> | AsyncIterable<readonly Read[]>,
  meter: Meter,
): Promise<void> => {
  const { match, store, findings, quarantine, now } = deps();
  const counts = await detect(reads, {
    match: match(),
    store: {
      observe: async observations => (observations.length === 0 ? [] : store().observe(observations)),
      postpone: items => store().postpone(items),
      due: (before, limit) => store().due(before, limit),
      done: items => store().done(items),
    },
    findings: {
      fold: async (matches, at) => {
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
  if (counts.overLimit > 0) meter.add('MatchesOverLimit', counts.overLimit);
};
