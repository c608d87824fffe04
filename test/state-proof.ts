import type { AnyDetection, Example, StateRule } from '../core/detection.ts';
import type { Event } from '../core/event.ts';
import type { LoadedDetection } from '../core/load.ts';
import type { Answer } from '../core/state/observation.ts';

/** A part of a detection, and the detection without it; of what is about time, the examples without theirs. */
export interface Variant {
  readonly clause: string;
  readonly without: LoadedDetection;
  readonly told?: (example: Example) => Example;
  /** Only a near miss proves it: matches come out differently in any case. */
  readonly byMiss?: true;
}

/** Forms whose events must lie within a span. */
const spanned: ReadonlySet<string> = new Set(['threshold', 'distinct', 'sum', 'sequence']);

/** What only the inventory teaches: no example's event does. */
const untaught: ReadonlySet<string> = new Set(['recall-owner']);

/** What examples must prove of a state: that it waits for other events, for which, and for how long. */
export const stateVariants = (loaded: LoadedDetection): readonly Variant[] => {
  const { state, ...stateless } = loaded.detection;
  if (state === undefined || untaught.has(state.kind)) return [];
  const alone = { ...loaded, detection: stateless as AnyDetection };
  const forgetful = { ...loaded, detection: { ...stateless, state: blank(state as StateRule) } as AnyDetection };
  return [
    { clause: 'state: that other events count', without: alone, byMiss: true },
    ...(state.kind === 'absence' ? [{ clause: 'state: what must not stay away', without: forgetful }] : []),
    ...(spanned.has(state.kind)
      ? [
          { clause: 'state.within: that later is too late', without: loaded, told: stretched(0) },
          { clause: 'state.within: how far apart is near enough', without: loaded, told: stretched(1_000) },
        ]
      : []),
  ];
};

/** An example whose events lie so many times as far from its own. */
const stretched =
  (times: number) =>
  (example: Example): Example => {
    const { time } = example.event;
    const moved = (event: Event): Event => ({ ...event, time: time + times * (event.time - time) });
    const { after = [], later = [] } = example;
    return { ...example, after: after.map(moved), later: later.map(moved) };
  };

/** A state that finds nothing stored, whatever there is. */
const blank = ({ again, ...state }: StateRule): StateRule => ({
  ...state,
  decide: (view, key, answers) => state.decide(view, key, answers.map(emptied)),
  ...(again && { again: (view, key, answers) => again(view, key, answers.map(emptied)) }),
});

const emptied = ({ also, full }: Answer): Answer => ({ item: {}, also: also.map(() => ({})), full });
