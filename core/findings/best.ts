import { type Severity, severities } from '../detection.ts';
import type { Source } from '../event.ts';
import type { Json } from '../json.ts';
import type { Match } from '../match.ts';
import { once } from '../once.ts';
import { redactLine } from '../redact.ts';
import { boundedTime } from './identity.ts';

/** The match that speaks for a window or a case: what title, severity, version, source and region are taken from. */
export interface Best {
  readonly severity: Severity;
  /** Whether the match had a record to show; of an earlier event that a stateful detection names only the id is known. */
  readonly shown: boolean;
  readonly time: number;
  readonly eventId: string;
  readonly title: string;
  readonly version: string;
  readonly source: Source;
  readonly region: string;
}

/** The place of a severity in their order, 0 for the lowest. */
export const rank = (severity: Severity): number => severities.indexOf(severity);

/** What a match brings to what its window shows. */
export const bestOf = (match: Match): Best => ({
  severity: match.severity,
  shown: match.evidence !== null,
  time: boundedTime(match.time),
  eventId: redactLine(match.eventId, 128),
  title: redactLine(match.title),
  version: redactLine(match.version, 64),
  source: match.source,
  region: redactLine(match.region, 64),
});

/** One match or more of one finding. */
export type Matches = readonly [Match, ...Match[]];

/** The matches of which one speaks, by what needs no redaction: severity, evidence and time. Of a flood they are few. */
export const foremost = (matches: Matches): Matches => {
  let found: [Match, ...Match[]] = [matches[0]];
  for (const match of matches.slice(1)) {
    const order = comparePlain(match, found[0]);
    if (order < 0) found = [match];
    else if (order === 0) found.push(match);
  }
  return found;
};

/** As {@link compareBest} begins. */
const comparePlain = (a: Match, b: Match): number =>
  rank(b.severity) - rank(a.severity) ||
  Number(b.evidence !== null) - Number(a.evidence !== null) ||
  boundedTime(a.time) - boundedTime(b.time);

/** Numbers compare as numbers, so that of "9 calls" and "10 calls" the later count speaks. Made when two titles differ: it reads ICU's rules. */
const collator = once(() => new Intl.Collator('en', { numeric: true }));

/**
 * Below zero where `a` speaks rather than `b`: the more severe, then one with evidence, then the earlier, then the lesser
 * event id; of one event, which a stateful detection may report again with a greater count, the greater title.
 * A total order, so that any order of joins agrees; zero only for equals.
 */
export const compareBest = (a: Best, b: Best): number =>
  rank(b.severity) - rank(a.severity) ||
  Number(b.shown) - Number(a.shown) ||
  a.time - b.time ||
  compare(a.eventId, b.eventId) ||
  collator().compare(b.title, a.title) ||
  compare(identity(a), identity(b));

const identity = (best: Best): string => JSON.stringify([best.title, best.version, best.source, best.region]);

const compare = (a: string, b: string): number => {
  if (a === b) return 0;
  return a < b ? -1 : 1;
};

/** The match's record without secrets, as JSON; '' where it has none. */
export const evidenceOf = (match: Match): string => (match.evidence === null ? '' : JSON.stringify(match.evidence));

/** Evidence as it was written by {@link evidenceOf}; null where there is none. */
export const parseEvidence = (evidence: string): Json => (evidence === '' ? null : (JSON.parse(evidence) as Json)); // our own JSON
