import { type Severity, severities } from '../detection.ts';
import type { Source } from '../event.ts';
import type { Json } from '../json.ts';
import type { Match } from '../match.ts';
import { redact, redactLine } from '../redact.ts';
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

/** Numbers compare as numbers, so that of "9 calls" and "10 calls" the later count speaks. */
const collator = new Intl.Collator('en', { numeric: true });

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
  collator.compare(b.title, a.title) ||
  compare(identity(a), identity(b));

const identity = (best: Best): string => JSON.stringify([best.title, best.version, best.source, best.region]);

const compare = (a: string, b: string): number => {
  if (a === b) return 0;
  return a < b ? -1 : 1;
};

/** The match's record without secrets, as JSON; '' where it has none. */
export const evidenceOf = (match: Match): string =>
  match.evidence === null ? '' : JSON.stringify(redact(match.evidence));

/** Evidence as it was written by {@link evidenceOf}; null where there is none. */
export const parseEvidence = (evidence: string): Json => (evidence === '' ? null : (JSON.parse(evidence) as Json)); // our own JSON
