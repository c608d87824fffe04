import { askHeard, leastSilence, longestPause, marksIn, silentAfter } from './heard.ts';
import type { Answer, Observation } from './observation.ts';

const day = 86_400_000;

/** Asks for the marks of a stream of today, yesterday and the day before. @param now milliseconds since 1970 */
export const askSilence = (stream: string, now: number): readonly Observation[] => [
  { ...askHeard(stream, now - 2 * day), expires: now },
  { ...askHeard(stream, now), expires: now },
];

/** A stream that used to speak and has been silent for longer than it usually is. */
export interface Silence {
  /** When it was last heard, and when that became too long ago: milliseconds since 1970, the same whoever looks when. */
  readonly last: number;
  readonly since: number;
  /** Milliseconds: its longest pause while it spoke. */
  readonly usual: number;
}

const heardUntil = (answers: readonly Answer[], now: number): readonly number[] =>
  marksIn(answers.flatMap(({ item, also }) => [item, ...also])).filter(mark => mark <= now);

/** When a stream was last heard in these two days, in milliseconds since 1970; undefined: it was not. */
export const lastHeard = (answers: readonly Answer[], now: number): number | undefined =>
  heardUntil(answers, now).at(-1);

/**
 * When a stream was last heard that may have been silent in these two days, or speaks since less; milliseconds since 1970. Undefined
 * where it was heard at least once an hour: of such a stream no silence is known that could be over.
 */
export const heardAgain = (answers: readonly Answer[], now: number): number | undefined => {
  const heard = heardUntil(answers, now);
  const [first = now] = heard;
  const isSteady = first <= now - 2 * day + leastSilence && (longestPause(heard) ?? 0) < leastSilence;
  return isSteady ? undefined : heard.at(-1);
};

/**
 * Whether a stream is silent: nothing for an hour and for twice its longest pause of the days before. One that was never heard
 * is not silent but absent, and one that was heard in a single quarter of an hour has no usual pause: nothing is said of either.
 */
export const silenceOf = (answers: readonly Answer[], now: number): Silence | undefined => {
  const heard = heardUntil(answers, now);
  const last = heard.at(-1);
  const usual = longestPause(heard);
  if (last === undefined || usual === undefined) return undefined;
  const since = last + silentAfter(usual);
  return since <= now ? { last, since, usual } : undefined;
};
