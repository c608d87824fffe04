import { type Severity, severities } from '../detection.ts';
import { retentionDays } from '../tables.ts';
import { type Attribute, type Attributes, claim, elements, n, number, numbers, s, strings, text } from './attribute.ts';
import type { CaseContent } from './case.ts';
import type { Ranked } from './ranked.ts';

// What items of cases and of windows both hold.

/** When the table forgets an item (seconds), from its newest event (ms). */
export const expiry = (time: number): Attribute => n(Math.floor(time / 1_000) + retentionDays * 86_400);

/** A capped set as attributes. */
export const rankedItem = (name: string, set: Ranked): Attributes => ({
  [name]: strings(set.members),
  [`${name}At`]: numbers(set.times),
  [`${name}Full`]: { BOOL: set.full },
});

/** A capped set from its attributes. */
export const ranked = (item: Attributes, name: string): Ranked => ({
  members: elements(item, name).flatMap(element => ('S' in element ? [element.S] : [])),
  times: elements(item, `${name}At`).flatMap(element => ('N' in element ? [Number(element.N)] : [])),
  full: claim(item, `${name}Full`),
});

/** The match that speaks for the others, as attributes. */
export const bestItem = (best: CaseContent['best']): Attributes => ({
  severity: s(best.severity),
  title: s(best.title),
  version: s(best.version),
  source: s(best.source),
  region: s(best.region),
  bestAt: n(best.time),
  bestEvent: s(best.eventId),
  shown: { BOOL: best.shown },
});

const severityOf = (item: Attributes): Severity => severities.find(name => name === text(item, 'severity')) ?? 'high';

/** That match from its attributes. */
export const best = (item: Attributes): CaseContent['best'] => ({
  severity: severityOf(item),
  shown: claim(item, 'shown'),
  time: number(item, 'bestAt'),
  eventId: text(item, 'bestEvent'),
  title: text(item, 'title'),
  version: text(item, 'version'),
  source: text(item, 'source') === 'kubernetes' ? 'kubernetes' : 'cloudtrail',
  region: text(item, 'region'),
});
