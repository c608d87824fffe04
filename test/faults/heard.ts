import type { AnyEvent } from '../../core/event.ts';
import type { Match } from '../../core/match.ts';
import type { Settings } from '../../core/settings.ts';
import { silent, streams } from '../../functions/sources/silence.ts';

const minute = 60_000;
const hour = 60 * minute;
const quarter = 15 * minute;
const day = 24 * hour;

/** Names the stream an event belongs to, as its items in the state table begin. */
const nameOf = ({ source, account, cluster }: Pick<AnyEvent, 'source' | 'account' | 'cluster'>): string =>
  source === 'cloudtrail' ? `heard#cloudtrail#${account}` : `heard#kubernetes#${account}#${cluster}`;

const nameOfSilence = ({ eventId, notes }: Match): string => `${eventId} ${notes}`;

/**
 * What is known of streams at any moment, by a reckoning of its own: a stream is silent where its newest stored mark is an hour
 * and twice its longest pause old. Events come late here, so that a stream may well have been silent when somebody looked.
 */
export const heardStreams = (settings: Settings) => {
  const marks = new Map<string, Set<number>>();
  const possible = new Map<string, Match>();
  let lookedAt: number | undefined;

  const silences = (now: number): readonly Match[] =>
    streams(settings, undefined).flatMap(stream => {
      const from = Math.floor((now - 2 * day) / day) * day;
      const heard = [...(marks.get(nameOf(stream)) ?? [])]
        .filter(mark => mark >= from && mark <= now)
        .sort((a, b) => a - b);
      const last = heard.at(-1);
      if (last === undefined || heard.length < 2) return [];
      const usual = heard.reduce((longest, mark, at) => Math.max(longest, mark - (heard[at - 1] ?? mark)), 0);
      const since = last + Math.max(hour, 2 * usual);
      return since <= now ? silent(stream, { last, since, usual }, settings) : [];
    });
  const look = (now: number): Map<string, Match> => {
    const found = new Map(silences(now).map(match => [nameOfSilence(match), match]));
    for (const [name, match] of found) possible.set(name, match);
    return found;
  };

  return {
    /** A mark was stored. @param scope `heard#…#<day>` */
    learn: (scope: string, stored: readonly string[]): void => {
      const name = scope.slice(0, scope.lastIndexOf('#'));
      const known = marks.get(name) ?? new Set();
      marks.set(name, known);
      for (const mark of stored) known.add(Date.parse(mark));
      if (lookedAt !== undefined) look(lookedAt);
    },
    /** Somebody looks for silences while other things may happen. @returns what was silent from the first moment on */
    during: async <T>(
      now: number,
      work: () => Promise<T>,
    ): Promise<{ readonly sure: ReadonlyMap<string, Match>; readonly end: T }> => {
      const sure = look(now);
      lookedAt = now;
      try {
        return { sure, end: await work() };
      } finally {
        lookedAt = undefined;
      }
    },
    /** What was silent when somebody looked. The longest pause of one silence may be told twice, as late events fill it. */
    possible: (): ReadonlyMap<string, Match> => possible,
    /** How the stored marks differ from those that these events leave, once all of them are acknowledged. */
    differing: (events: readonly AnyEvent[]): readonly string[] => {
      const lines = (all: Iterable<readonly [string, number]>) =>
        new Set([...all].map(([name, mark]) => `${name} at ${new Date(mark).toISOString()}`));
      const expected = lines(events.map(event => [nameOf(event), Math.floor(event.time / quarter) * quarter] as const));
      const stored = lines([...marks].flatMap(([name, some]) => [...some].map(mark => [name, mark] as const)));
      return [
        ...[...expected.difference(stored)].map(line => `not marked as heard: ${line}`),
        ...[...stored.difference(expected)].map(line => `marked as heard for no reason: ${line}`),
      ];
    },
  };
};

export type HeardStreams = ReturnType<typeof heardStreams>;
