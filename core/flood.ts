import { hash } from 'node:crypto';
import { boundedTime, findingId } from './findings/identity.ts';
import { handOf } from './hand.ts';
import type { Match } from './match.ts';
import { rememberedText } from './remembered.ts';
import type { Observation, Store } from './state/observation.ts';

/** Findings that one detection may make of one severity in an account (and cluster) in an hour of event time. */
export const mostFindings = 500;

const hour = 3_600_000;
const day = 24 * hour;
/** Longer than any queue keeps a message (SQS: 14 days), so that a late delivery finds what was decided. */
const kept = 30 * day;

/** Hands of which what was too much is a finding of its own, of one flood. */
export const mostHands = 20;

const isExempt = ({ detection }: Match): boolean => detection.startsWith('pipeline/');

const hourOf = ({ time }: Match): number => Math.floor(boundedTime(time) / hour) * hour;

/** Detections, accounts, clusters and severities are few together. */
const floodOf = rememberedText(text => hash('sha256', text).slice(0, 16));

/** The item in which the findings of an hour are counted. A graver finding is never kept out by a flood of lesser ones. */
const scopeOf = (match: Match, of = ''): string => {
  const { detection, account, cluster, severity } = match;
  const flood = floodOf(JSON.stringify([detection, account, cluster, severity]));
  return `flood#${flood}#${of}${new Date(hourOf(match)).toISOString()}`;
};

/** Which finding of which hour and severity a match asks to make: what {@link asking} says, in short. */
const nameOf = (match: Match): string => `${findingId(match)} ${match.severity} ${hourOf(match)}`;

/** Eight characters of the finding's id: that two of 500 share them changes one count by one. */
const asking = (match: Match): Observation => ({
  scope: scopeOf(match),
  add: { findings: [findingId(match).slice(0, 8)] },
  cap: mostFindings,
  expires: hourOf(match) + kept,
  read: false,
});

/** Twelve characters of hash: an item of twenty stays small, however long the names are that an impersonator chooses. */
const nameOfHand = (hand: string): string => hash('sha256', hand).slice(0, 12);

/** Asks whether what is too much of this hand may be a finding of its own. */
const askingHand = (match: Match, hand: string): Observation => ({
  scope: scopeOf(match, 'hands#'),
  add: { hands: [nameOfHand(hand)] },
  cap: mostHands,
  expires: hourOf(match) + kept,
  read: false,
});

/** The match as part of the one finding that says that there were too many. Whom and what it names, its record and severity stay. */
const joined = (match: Match, by: string | undefined): Match => ({
  ...match,
  detection: 'pipeline/limit-reached',
  version: 'built-in',
  key: { limit: `findings of ${match.detection} in an hour`, ...(by === undefined ? {} : { by }) },
  window: day,
  title: `More than ${mostFindings} findings of ${match.detection} in an hour: what came after them${by === undefined ? '' : ` by ${by}`} is joined here`,
  // What told the findings apart is all that is left of them: it is named with what else the match names.
  resources: [...new Set([...Object.values(match.key), ...match.resources])],
  notes: [...match.notes, 'each event is counted here; its own finding was not made'],
});

/** The hand whose own finding each match is joined into; undefined: that of all others, for nobody is named or there are too many hands. */
const ownHands = async (
  beyond: readonly Match[],
  store: Pick<Store, 'observe'>,
): Promise<ReadonlyMap<Match, string | undefined>> => {
  const named = beyond.flatMap(match => {
    const hand = handOf(match.principals);
    return hand === undefined ? [] : [{ match, hand, observation: askingHand(match, hand) }];
  });
  const askedBy = ({ hand, observation }: (typeof named)[number]): string => `${observation.scope} ${hand}`;
  const asked = new Map(named.map(one => [askedBy(one), one.observation]));
  const answers = asked.size === 0 ? [] : await store.observe([...asked.values()]);
  const tooMany = new Set([...asked.keys()].filter((_, at) => answers[at]?.full === true));
  return new Map(named.map(one => [one.match, tooMany.has(askedBy(one)) ? undefined : one.hand]));
};

/**
 * Lets through what findings may still be made of, and joins what lies beyond the bound into one finding of the day for each hand, up
 * to twenty, so that no sender makes as many findings as calls, and none hides what another does. A finding that was let in stays in,
 * and one that was kept out stays out, for the whole hour and whatever is delivered again: every event is in one finding. Which of a
 * flood are let in depends on who comes first.
 * @returns the matches to fold, as many as were given
 * @throws where the store fails: fold them as they are, then deliver them again
 */
export const bounded = async (matches: readonly Match[], store: Pick<Store, 'observe'>): Promise<readonly Match[]> => {
  const asked = new Map<string, Observation>();
  const names = matches.map(match => (isExempt(match) ? undefined : nameOf(match)));
  for (const [at, match] of matches.entries()) {
    const name = names[at];
    if (name !== undefined && !asked.has(name)) asked.set(name, asking(match));
  }
  if (asked.size === 0) return matches;
  const answers = await store.observe([...asked.values()]);
  const out = new Set([...asked.keys()].filter((_, at) => answers[at]?.full === true));
  if (out.size === 0) return matches;
  const isOut = (at: number): boolean => out.has(names[at] ?? '');
  const hands = await ownHands(
    matches.filter((_, at) => isOut(at)),
    store,
  );
  return matches.map((match, at) => (isOut(at) ? joined(match, hands.get(match)) : match));
};
