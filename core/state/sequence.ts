import type { Key, Severity, StateRule, Verdict } from '../detection.ts';
import type { Source } from '../event.ts';
import type { View } from '../fact.ts';
import { between, firstAt, perBurst } from './burst.ts';
import type { Item } from './observation.ts';
import { checkParts } from './span.ts';

/**
 * Sigma correlation rules 2.1, `temporal_ordered`: steps that follow each other for one key within a span of time; `temporal`, where
 * any order will do.
 */
export interface Sequence<S extends Source> {
  /** Names the state: the detection's id. */
  readonly id: string;
  readonly doc: string;
  /** Milliseconds from the first step to the last. */
  readonly within: number;
  /** Names of the steps, in order, each once: what is to come several times is for `threshold`. */
  readonly steps: readonly string[];
  /** False: they may come in any order. Default true. */
  readonly ordered?: boolean;
  /** Which step an event is; undefined, or a word that is none of them: no step. */
  readonly step: (view: View<S>) => string | undefined;
  /** The step whose events are found. */
  readonly of: string;
  /** Whether such an event is a finding without the others; the sequence then only raises it. */
  readonly alone: boolean;
  /** Severity of a whole sequence. */
  readonly severity: Severity;
  readonly note: string;
}

interface Moment {
  readonly time: number;
  readonly eventId: string;
}

const write = ({ time, eventId }: Moment): string => `${time}#${eventId}`;

const read = (member: string): Moment => {
  const split = member.indexOf('#');
  return { time: Number(member.slice(0, split)), eventId: member.slice(split + 1) };
};

/** Kept past its end as long as records may be late, and a day more for redelivery. */
const kept = 86_400_000;

/**
 * Ordered steps on event time. An event adds itself to the bucket of its own time and reads the neighbours, which together hold
 * every sequence that it can be part of; whole sequences only become more as the sets grow.
 */
export const sequence = <S extends Source>(rule: Sequence<S>): StateRule<S> => {
  checkParts(rule.id, { within: rule.within });
  if (rule.steps.length < 2 || !rule.steps.includes(rule.of))
    throw new Error(`state of ${rule.id}: of: "${rule.of}": one of its steps, of which there are two at least`);
  if (new Set(rule.steps).size < rule.steps.length)
    throw new Error(
      `state of ${rule.id}: steps: ${rule.steps.join(', ')}: each once, for one event would be all of a name: for several of a kind use threshold`,
    );
  const scope = (view: View<S>, key: Key, bucket: number): string =>
    [rule.id, view.event.account, view.event.cluster, ...Object.values(key), bucket].join('#');
  const found = perBurst(items =>
    wholeSequences(items, rule).map(moment => ({ ...moment, severity: rule.severity, note: rule.note })),
  );
  return {
    kind: 'sequence',
    doc: rule.doc,
    observe: (view, key) => {
      const step = rule.step(view);
      if (step === undefined) return [];
      const { time, id } = view.event;
      const bucket = Math.floor(time / rule.within) * rule.within;
      return [
        {
          scope: scope(view, key, bucket),
          add: { [step]: [write({ time, eventId: id })] },
          expires: bucket + rule.within + kept,
          also: [scope(view, key, bucket - rule.within), scope(view, key, bucket + rule.within)],
        },
      ];
    },
    decide: (view, _key, [answer]) => {
      const { id, time } = view.event;
      const whole = answer === undefined ? [] : found([answer.item, ...answer.also], 0);
      const step = rule.step(view);
      const isAlone = rule.alone && (step === rule.of || step === undefined) && !holds(whole, { time, eventId: id });
      // All of them: a step may complete those of its kind that came before it, and those after.
      const all = between(whole, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
      return isAlone ? [...all, { eventId: id, time }] : all;
    },
  };
};

/** Whether an event is among verdicts, which are in order of time. */
const holds = (verdicts: readonly Verdict[], { time, eventId }: Moment): boolean => {
  for (let at = firstAt(verdicts, time); verdicts[at]?.time === time; at++)
    if (verdicts[at]?.eventId === eventId) return true;
  return false;
};

/**
 * The found step's events that stand in a whole sequence, in order of time. Ordered: the latest steps before and the earliest after,
 * no further from first to last than the span.
 */
const wholeSequences = (
  items: readonly Item[],
  { steps, of, within, ordered = true }: Pick<Sequence<Source>, 'steps' | 'of' | 'within' | 'ordered'>,
): readonly Moment[] => {
  const moments = steps.map(step =>
    items
      .flatMap(item => item[step] ?? [])
      .map(read)
      .sort((a, b) => a.time - b.time),
  );
  const at = steps.indexOf(of);
  const all = moments[at] ?? [];
  if (!ordered) return among(all, moments, within);
  return all.filter(({ time }) => {
    let first: number | undefined = time;
    for (const before of moments.slice(0, at).reverse())
      first = first === undefined ? undefined : latest(before, first);
    let last: number | undefined = time;
    for (const after of moments.slice(at + 1))
      last = last === undefined ? undefined : after[firstAt(after, last)]?.time;
    return first !== undefined && last !== undefined && last - first <= within;
  });
};

/** The latest of those times that is not behind a time. */
const latest = (moments: readonly Moment[], time: number): number | undefined => {
  let at = firstAt(moments, time);
  while (moments[at]?.time === time) at++;
  return moments[at - 1]?.time;
};

/** Those that lie in some span of time that holds every step; a span may begin at any step's moment. */
const among = (all: readonly Moment[], moments: readonly (readonly Moment[])[], within: number): readonly Moment[] => {
  const starts = moments
    .flat()
    .filter(({ time }) => moments.every(step => (step[firstAt(step, time)]?.time ?? Number.NaN) <= time + within))
    .sort((a, b) => a.time - b.time);
  return all.filter(({ time }) => (latest(starts, time) ?? Number.NaN) >= time - within);
};
