import type { Key, Severity, StateRule, Verdict } from '../detection.ts';
import type { Source } from '../event.ts';
import type { View } from '../fact.ts';
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
  /** Names of the steps, in order. */
  readonly steps: readonly string[];
  /** False: they may come in any order. Default true. */
  readonly ordered?: boolean;
  /** Which step an event is, or undefined for none. */
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
  const scope = (view: View<S>, key: Key, bucket: number): string =>
    [rule.id, view.event.account, view.event.cluster, ...Object.values(key), bucket].join('#');
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
      const whole = answer === undefined ? [] : wholeSequences([answer.item, ...answer.also], rule);
      const own = rule.alone && whole.every(({ eventId }) => eventId !== id);
      return [
        ...whole.map((moment): Verdict => ({ ...moment, severity: rule.severity, note: rule.note })),
        ...(own && (rule.step(view) === rule.of || rule.step(view) === undefined) ? [{ eventId: id, time }] : []),
      ];
    },
  };
};

/** The found step's events that stand in a whole sequence: the latest steps before, the earliest after, first to last in time. */
const wholeSequences = (
  items: readonly Item[],
  { steps, of, within, ordered = true }: Pick<Sequence<Source>, 'steps' | 'of' | 'within' | 'ordered'>,
): readonly Moment[] => {
  const moments = new Map(
    steps.map(step => [
      step,
      items
        .flatMap(item => item[step] ?? [])
        .map(read)
        .sort((a, b) => a.time - b.time),
    ]),
  );
  const at = steps.indexOf(of);
  if (!ordered) return (moments.get(of) ?? []).filter(({ time }) => isAmong(time, steps, moments, within));
  return (moments.get(of) ?? []).filter(({ time }) => {
    let first: number | undefined = time;
    for (const step of steps.slice(0, at).reverse()) {
      const limit: number | undefined = first;
      first = limit === undefined ? undefined : moments.get(step)?.findLast(one => one.time <= limit)?.time;
    }
    let last: number | undefined = time;
    for (const step of steps.slice(at + 1)) {
      const limit: number | undefined = last;
      last = limit === undefined ? undefined : moments.get(step)?.find(one => one.time >= limit)?.time;
    }
    return first !== undefined && last !== undefined && last - first <= within;
  });
};

/** Whether some span of time that holds a moment holds every step too: the span may begin at any step's moment. */
const isAmong = (
  time: number,
  steps: readonly string[],
  moments: ReadonlyMap<string, readonly Moment[]>,
  within: number,
): boolean =>
  [...moments.values()]
    .flat()
    .some(
      ({ time: start }) =>
        start <= time &&
        time <= start + within &&
        steps.every(step => moments.get(step)?.some(one => one.time >= start && one.time <= start + within)),
    );
