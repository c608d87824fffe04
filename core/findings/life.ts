import type { Act, Disposition, Finding, FindingStatus, Worked } from '../finding.ts';
import { redactLine } from '../redact.ts';
import type { CaseLife } from './case.ts';

/** What people do to a finding. */
export type Change =
  | { readonly act: 'acknowledge' }
  /** `seen`: up to the newest event that was seen and not up to now, so that whatever is later opens the case. */
  | { readonly act: 'resolve'; readonly disposition?: Disposition; readonly upTo?: 'seen' }
  /** Silence for a while: new participants and a higher severity are still news. */
  | { readonly act: 'suppress'; readonly until: number }
  | { readonly act: 'reopen' }
  /** '' takes it off whoever has it. */
  | { readonly act: 'assign'; readonly to: string }
  | { readonly act: 'judge'; readonly disposition: Disposition }
  | { readonly act: 'note' };

/** Who changes a finding, when (milliseconds since 1970), and what they have to say about it. */
export interface By {
  readonly who: string;
  readonly at: number;
  readonly note?: string;
}

/** Acts that a finding's trail keeps; of more the newest stay, and `acts` says how many there were. */
export const trailCap = 100;
/** Bytes of one note. */
export const noteBytes = 1_024;

const after: { readonly [A in Change['act']]?: FindingStatus } = {
  acknowledge: 'acknowledged',
  resolve: 'resolved',
  suppress: 'suppressed',
  reopen: 'open',
};

/** What an act did, in a few words of ours and what was given with it. */
const detailOf = (change: Change): string => {
  if (change.act === 'assign') return change.to;
  if (change.act === 'suppress') return new Date(change.until).toISOString();
  return 'disposition' in change ? (change.disposition ?? '') : '';
};

/**
 * A case's life after somebody changed it. Pure; the caller writes it on the condition that the case is still as it was read.
 * Resolving covers events up to now and up to the newest event that was seen; a status that changed is news for the announcer.
 * @param finding as it was read: who it concerns must have been seen by who resolves it
 * @throws where the change makes no sense on this finding: the message says why
 */
export const changed = (life: CaseLife, finding: Pick<Finding, 'last'>, change: Change, by: By): CaseLife => {
  const who = redactLine(by.who.trim(), 200);
  if (who === '') throw new Error('say who changes the finding: its trail names everybody');
  if (change.act === 'note' && (by.note ?? '').trim() === '') throw new Error('a note needs a text');
  if (change.act === 'suppress' && !(change.until > by.at)) throw new Error('a suppression ends in the future');
  const note = redactLine((by.note ?? '').trim(), noteBytes);
  const detail = redactLine(detailOf(change), 200);
  const act: Act = {
    at: by.at,
    who,
    act: change.act,
    ...(detail === '' ? {} : { detail }),
    ...(note === '' ? {} : { note }),
  };
  const { assignee, suppressedUntil, ...kept } = life;
  const status = after[change.act] ?? life.status;
  const isNews = status !== life.status || change.act === 'suppress';
  const until = change.act === 'suppress' ? change.until : status === 'suppressed' ? suppressedUntil : undefined;
  const disposition = 'disposition' in change ? change.disposition : undefined;
  return {
    ...kept,
    status,
    trail: [...life.trail, act].slice(-trailCap),
    acts: life.acts + 1,
    ...assigned(change, assignee),
    ...(disposition === undefined ? {} : { disposition, judged: { who, at: by.at } }),
    ...(until === undefined ? {} : { suppressedUntil: until }),
    ...(change.act === 'resolve'
      ? { resolvedAt: change.upTo === 'seen' ? finding.last : Math.max(by.at, finding.last) }
      : {}),
    // Who resolves what is resolved is no news: that it was said stays marked.
    ...(status === 'resolved' && isNews ? needed(life) : {}),
    ...(isNews ? { worked: { status, who, at: by.at }, due: by.at } : {}),
  };
};

/** Kinds of marks of which the newest alone is asked for, and those that are about one state of a case and never asked for in another. */
const newestCounts = ['window', 'since', 'escalated'] as const;
const aboutOne = /^(reopened|resolved|acknowledged|suppressed)#/;

/**
 * The marks of what was said that a resolved case may need again, and how many were dropped: a case that opens and closes every day
 * would else grow by several a day for as long as it lives.
 */
const needed = ({ transitions, dropped = 0 }: CaseLife): Pick<CaseLife, 'transitions' | 'dropped'> => {
  const newest = newestCounts.map(kind =>
    transitions
      .filter(mark => mark.startsWith(`${kind}#`))
      .sort()
      .at(-1),
  );
  const kept = transitions.filter(
    mark => !aboutOne.test(mark) && (newest.includes(mark) || !newestCounts.some(kind => mark.startsWith(`${kind}#`))),
  );
  if (kept.length === transitions.length) return { transitions };
  return { transitions: kept, dropped: dropped + transitions.length - kept.length };
};

/** Marks of what was said that a settled case no longer needs: whatever opens it next has a mark of its own. */
const passing = /^(reopened|resolved|acknowledged|suppressed|window)#/;

/**
 * A canary's case after its round came back: resolved up to its newest event, as benign, without an entry in the trail and
 * without being news, so that a case of forty-eight rounds a day stays as small as it was.
 */
export const settled = (life: CaseLife, finding: Pick<Finding, 'last'>, by: By): CaseLife => {
  const { worked: _worked, suppressedUntil: _until, ...kept } = life;
  return {
    ...kept,
    status: 'resolved',
    resolvedAt: finding.last,
    disposition: 'benign',
    judged: { who: redactLine(by.who, 200), at: by.at },
    transitions: life.transitions.filter(mark => !passing.test(mark)),
  };
};

const assigned = (change: Change, before: string | undefined): { readonly assignee?: string } => {
  const now = change.act === 'assign' ? redactLine(change.to.trim(), 200) : (before ?? '');
  return now === '' ? {} : { assignee: now };
};

/** Whether a suppression of this one finding has ended. */
export const hasEnded = ({ status, suppressedUntil }: Pick<Finding, 'status' | 'suppressedUntil'>, now: number) =>
  status === 'suppressed' && suppressedUntil !== undefined && suppressedUntil <= now;

/** Whether `worked` still says how the status came about: an event that reopened the case does not ask anybody. */
export const isWorked = (worked: Worked | undefined, status: FindingStatus): worked is Worked =>
  worked !== undefined && worked.status === status;
