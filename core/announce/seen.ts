import type { Finding, Window } from '../finding.ts';

/** How common a finding is: how many windows of its case lie in the days up to its newest event. */
export interface Seen {
  readonly windows: number;
  readonly days: number;
  /** False: read the windows as "at least", for older ones were not read. */
  readonly exact: boolean;
  /** The newest window is the case's only one: nothing earlier is known of it. */
  readonly first: boolean;
}

const days = 30;

/**
 * Counts a case's windows. @param windows its newest, any number of them; they are all that it has where one of them reaches back
 * to its first event
 * @returns undefined where there is no window
 */
export const seenOf = (finding: Finding, windows: readonly Window[]): Seen | undefined => {
  if (windows.length === 0) return undefined;
  const since = finding.last - days * 24 * 60 * 60_000;
  const oldest = Math.min(...windows.map(({ bucket }) => bucket));
  const isWhole = oldest <= finding.first;
  return {
    windows: windows.filter(({ last }) => last >= since).length,
    days,
    exact: isWhole || oldest < since,
    first: isWhole && windows.length === 1,
  };
};

const ordinal = (n: number): string => {
  const ending = n % 100 > 10 && n % 100 < 14 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${ending}`;
};

/** "first time here", "3rd window in 30 days"; '' where the data says neither. */
export const seenText = (seen: Seen | undefined): string => {
  if (seen === undefined) return '';
  if (seen.first) return 'first time here';
  if (seen.windows < 1 || (seen.windows === 1 && !seen.exact)) return '';
  return `${seen.exact ? '' : 'at least the '}${ordinal(seen.windows)} window in ${seen.days} days`;
};
