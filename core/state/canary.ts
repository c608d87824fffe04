import { patience } from '../canary.ts';
import type { StateRule } from '../detection.ts';
import type { Source } from '../event.ts';
import type { View } from '../fact.ts';
import { rows } from '../tables.ts';
import type { Item, Observation } from './observation.ts';

/**
 * What is known of a canary, a day an item: rounds that were `called` (`TIME ROUND`), calls that could not be made (`failed`,
 * `TIME REASON`), and times of events that came back and were told (`returned`, `TIME TOLD`). Times are ISO, 24 characters.
 */
const day = 24 * 60 * 60_000;
/** Of each a day; the schedule makes 96 at most, and a retry more. */
const cap = 400;

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
const scopeOf = (name: string, time: number): string => `${rows.canary}${name}#${dayOf(time)}`;
const iso = (time: number): string => new Date(time).toISOString();
const lasting = (time: number) => ({ cap, quiet: true, expires: time + 8 * day, read: false }) as const;

/** A round is called, by which the pipeline knows it when it comes back. */
export const callOf = (name: string, round: string, time: number): Observation => ({
  scope: scopeOf(name, time),
  add: { called: [`${iso(time)} ${round}`] },
  ...lasting(time),
});

/** The call of a round could not be made: nothing will come back of it. @param time the round's */
export const failureOf = (name: string, why: string, time: number): Observation => ({
  scope: scopeOf(name, time),
  add: { failed: [`${iso(time)} ${why.slice(0, 160)}`] },
  ...lasting(time),
});

/** A round came back: its event's time, and when it was told. */
export const returnOf = (name: string, event: number, told: number): Observation => ({
  scope: scopeOf(name, event),
  add: { returned: [`${iso(event)} ${iso(told)}`] },
  ...lasting(event),
});

/** That there are such canaries: what the doctor looks for. */
export const rosterOf = (names: readonly string[], now: number): Observation => ({
  scope: `canaries#${dayOf(now)}`,
  add: { names },
  ...lasting(now),
});
/** Asks which canaries there are, today and yesterday. */
export const askRoster = (now: number): Observation => ({
  scope: `canaries#${dayOf(now)}`,
  also: [`canaries#${dayOf(now - day)}`],
  expires: now,
});
/** The canaries in what {@link askRoster} was answered. */
export const namesIn = (items: readonly Item[]): readonly string[] =>
  [...new Set(items.flatMap(item => item['names'] ?? []))].sort();

/** Asks for what is known of a canary today and yesterday. */
export const askCanary = (name: string, time: number): Observation => ({
  scope: scopeOf(name, time),
  also: [scopeOf(name, time - day)],
  expires: time,
});

/** How a canary is. All times in milliseconds since 1970. */
export interface CanaryState {
  /** The newest event that came back, and how long after it that was told. */
  readonly returned?: { readonly event: number; readonly took: number };
  /** When the first round was called that has not come back, of those later than what did. */
  readonly waiting?: number;
  /** The newest call, where it could not be made. */
  readonly failed?: { readonly at: number; readonly why: string };
}

/** CloudTrail writes whole seconds, and by a clock of its own. */
const slack = 60_000;

interface Entry {
  readonly at: number;
  readonly rest: string;
}

/** In order of time; those of one time stand in one item, which is sorted. */
const entries = (items: readonly Item[], set: string): readonly Entry[] =>
  items
    .flatMap(item => item[set] ?? [])
    .map(member => ({ at: Date.parse(member.slice(0, 24)), rest: member.slice(25) }))
    .sort((a, b) => a.at - b.at);

/** What the items of {@link askCanary} say. */
export const canaryState = (items: readonly Item[]): CanaryState => {
  const failures = entries(items, 'failed');
  const last = entries(items, 'returned').at(-1)?.at;
  // Told twice where the teller died between telling and marking: the first time counts.
  const told = entries(items, 'returned').find(({ at }) => at === last);
  const failed = new Set(failures.map(({ at }) => at));
  const calls = entries(items, 'called').filter(({ at }) => !failed.has(at));
  const waiting = calls.find(({ at }) => last === undefined || at > last + slack)?.at;
  const failure = failures.at(-1);
  return {
    ...(told === undefined ? {} : { returned: { event: told.at, took: Date.parse(told.rest) - told.at } }),
    ...(waiting === undefined ? {} : { waiting }),
    ...(failure === undefined || failure.at < (calls.at(-1)?.at ?? 0)
      ? {}
      : { failed: { at: failure.at, why: failure.rest } }),
  };
};

/** Since when a canary is late: the first of its rounds that should have been back by now. */
export const lateSince = ({ waiting }: CanaryState, now: number): number | undefined =>
  waiting !== undefined && now - waiting > patience ? waiting : undefined;

/**
 * Fires on a round that this stage called. Whoever copies the mark makes no finding: the round ends in 64 bits that only the
 * state table and the record of the call itself hold.
 */
export const knownRound = <S extends Source>(
  nameOf: (view: View<S>) => string,
  roundOf: (view: View<S>) => string,
): StateRule<S> => ({
  kind: 'known round',
  doc: 'Fires where the state table holds the round as called, today or the day before.',
  observe: view => [askCanary(nameOf(view), view.event.time)],
  decide: (view, _, answers) => {
    const round = roundOf(view);
    const items = answers.flatMap(({ item, also }) => [item, ...also]);
    const isCalled = round !== '' && entries(items, 'called').some(({ rest }) => rest === round);
    return isCalled ? [{ eventId: view.event.id, time: view.event.time }] : [];
  },
});
