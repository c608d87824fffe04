import { keepYoung } from '../../adapters/young.ts';
import { type DetectDeps, detect } from '../../core/pipeline.ts';
import type { Read } from '../../core/read/contract.ts';
import { timely } from '../../core/read/timely.ts';
import { keptRole } from '../../core/usage/kept-role.ts';
import { deps } from '../deps/deps.ts';
import type { Meter } from '../invocation/meter.ts';

/** Replayed logs say nothing about how fast findings are made. */
const day = 24 * 60 * 60 * 1000;

/** Where what was judged goes. Tables are reached only when there is something to write. */
export const detecting = (meter: Meter): Pick<DetectDeps, 'store' | 'findings'> => {
  const { store, findings } = deps();
  return {
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
  };
};

/** Whether this process judged before: the first time it loads what of Node it needs, and a few events leave nothing that grows old. */
let judged = false;
const few = 1_000;

/** Judges what was read and counts it. Tables and the quarantine are reached only when there is something to write. */
export const detectCounted = async (given: readonly Read[], meter: Meter): Promise<void> => {
  const { settings, quarantine, now, askFor } = deps();
  const reads = timely(given, now());
  const asked = askFor === undefined ? undefined : (await import('./readings.ts')).gather();
  if (judged || reads.length > few) keepYoung();
  judged = true;
  const judge = isQuiet(reads) ? nothing : await deps().match();
  const counts = await detect(reads, {
    match: event => {
      asked?.see(event);
      return judge(event);
    },
    ...detecting(meter),
    quarantine: { keep: rejected => quarantine().keep(rejected) },
    keep: async events =>
      events.some(event => event.source === 'cloudtrail' && keptRole(event.record, settings) !== undefined)
        ? (await import('../../core/usage/kept.ts')).usageMarks(events, settings)
        : [],
    now: now(),
  });
  meter.add('EventsRead', counts.read);
  meter.add('EventsMatched', counts.matched);
  meter.add('RecordsQuarantined', counts.rejected);
  meter.add('RecordsSkipped', counts.skipped);
  meter.add('RuleErrors', counts.ruleErrors);
  if (counts.overLimit > 0) meter.add('MatchesOverLimit', counts.overLimit);
  // Last: where it fails the batch is delivered again, and judging it twice counts nothing twice.
  const events = asked?.all() ?? [];
  if (askFor === undefined || events.length === 0) return;
  await askFor(events);
  meter.add('ReadingsAsked', events.length);
};

const nothing = (): readonly never[] => [];

/** Whether none of a batch can be what a rule is about. */
const isQuiet = (reads: readonly Read[]): boolean =>
  !reads.some(read => read.kind === 'event' && deps().concerns(read.event));
