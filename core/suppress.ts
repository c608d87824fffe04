import { isCanary } from './canary.ts';
import type { Finding, Window } from './finding.ts';
import type { Json, JsonObject } from './json.ts';
import type { Match } from './match.ts';
import { type Check, compilePattern } from './pattern/compile.ts';
import { loadPattern } from './pattern/load.ts';
import type { Group } from './pattern/node.ts';
import { redactLine } from './redact.ts';
import type { Suppression } from './settings.ts';

/** Days that a suppression may last unless somebody insists. */
export const mostDays = 90;
const day = 86_400_000;

/** The instant a suppression ends: a day ends with it (UTC). NaN where it is no date. */
export const endOf = ({ expires }: Pick<Suppression, 'expires'>): number =>
  Date.parse(expires) + (/^\d{4}-\d\d-\d\d$/.test(expires) ? day : 0);

/**
 * What a suppression's pattern is over: `finding` (detection, account, region, cluster, severity, title, key, principals,
 * resources, addresses) and `event` (the redacted record, as `tripline findings show` has it).
 */
type Subject = JsonObject;

const members = [
  'detection',
  'account',
  'region',
  'cluster',
  'severity',
  'title',
  'key',
  'principals',
  'resources',
  'addresses',
] as const satisfies readonly (keyof Match & keyof Finding)[];

const subjectOf = (finding: Match | Finding, event: Json): Subject => ({
  finding: Object.fromEntries(members.map(member => [member, finding[member]])),
  event,
});

/** A suppression with its pattern compiled. */
export interface Loaded {
  readonly suppression: Suppression;
  readonly holds: Check;
  readonly from: number;
  readonly until: number;
}

/** @throws where a pattern asks for a member that nothing has: it would hide nothing, and nobody would see why */
const checkNames = ({ fields, or }: Group): void => {
  for (const { name, node } of fields) {
    if (name !== 'finding' && name !== 'event')
      throw new Error('a pattern is over "finding" and "event": {"finding": {"detection": ["…"]}}');
    if (name === 'finding' && node.is === 'group') checkMembers(node);
  }
  or.forEach(checkNames);
};

const checkMembers = ({ fields, or }: Group): void => {
  const other = fields.find(({ name }) => !members.some(member => member === name));
  if (other !== undefined) throw new Error(`a finding has no "${other.name}": it has ${members.join(', ')}`);
  or.forEach(checkMembers);
};

/** @throws where a pattern or a date is none: the message says which suppression, and what is wrong */
export const loadSuppression = (suppression: Suppression): Loaded => {
  const where = `suppression ${suppression.id}`;
  const [from, until] = [Date.parse(suppression.from), endOf(suppression)];
  if (Number.isNaN(from) || Number.isNaN(until))
    throw new Error(`${where}: its dates are no ISO dates, e.g. "2026-12-31"`);
  try {
    const pattern = loadPattern(suppression.when);
    checkNames(pattern);
    return { suppression, holds: compilePattern(pattern), from, until };
  } catch (cause) {
    throw new Error(`${where}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
};

/** The suppression that hides this, of those that hold at a time; the first of them. */
const hiding = (loaded: readonly Loaded[], subject: Subject, time: number): Suppression | undefined =>
  loaded.find(one => time >= one.from && time < one.until && one.holds({ record: subject }))?.suppression;

/**
 * A match as it is folded: one that a suppression hides is stored and counted like any other, but it is `watching`, so that
 * nothing is announced because of it, and it says among its notes what hid it. Judged by the event's time: pure.
 * That a canary came back is never hidden: nobody is told of it, and the canary would be lost.
 */
export const suppressed = (match: Match, loaded: readonly Loaded[]): Match => {
  if (match.status !== 'alerting' || loaded.length === 0 || isCanary(match.detection)) return match;
  const by = hiding(loaded, subjectOf(match, match.evidence?.toJSON() ?? null), match.time);
  if (by === undefined) return match;
  return { ...match, status: 'watching', notes: [...match.notes, noteOf(by)] };
};

/** What stands on a finding that a suppression touched. */
const noteOf = ({ id, reason, owner, expires }: Suppression): string =>
  redactLine(`suppressed by ${id} until ${expires}: ${reason} (${owner})`, 300);

/** Whether a suppression would have hidden a stored finding: every window's event, as far as it is kept as evidence. */
export const wouldHide = (loaded: Loaded, finding: Finding, windows: readonly Window[]): boolean =>
  windows.length > 0 && windows.every(({ evidence }) => loaded.holds({ record: subjectOf(finding, evidence) }));
