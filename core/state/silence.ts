import { askHeard, marksIn } from './heard.ts';
import type { Answer, Observation } from './observation.ts';

const hour = 3_600_000;
const day = 24 * hour;

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

/**
 * Whether a stream is silent: nothing for an hour and for twice its longest pause of the days before. One that was never heard
 * is not silent but absent, and one that was heard in a single quarter of an hour has no usual pause: nothing is said of either.
 */
export const silenceOf = (answers: readonly Answer[], now: number): Silence | undefined => {
  const heard = marksIn(answers.flatMap(({ item, also }) => [item, ...also])).filter(mark => mark <= now);
  const last = heard.at(-1);
  if (last === undefined || heard.length < 2) return undefined;
  const usual = Math.max(...heard.slice(1).map((mark, at) => mark - (heard[at] ?? mark)));
  const since = last + Math.max(hour, 2 * usual);
  return since <= now ? { last, since, usual } : undefined;
};
