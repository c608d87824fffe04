import type { Item, Observation } from './observation.ts';

/**
 * What was learned can be listed and revoked. Whoever learns names its item in the index of the account; revoking adds to the item,
 * so that it too is idempotent and bears any order.
 */
export type LearnedKind = 'egress' | 'controller' | 'reader';

export interface LearnedName {
  readonly kind: LearnedKind;
  /** What is learned, or who: an address, a role, a service account. */
  readonly subject: string;
  /** The item that holds it; of one that is kept in periods, without the period. */
  readonly scope: string;
}

const kept = 90 * 86_400_000;

/** Names the index of what an account learned. */
export const learnedIndex = (account: string): string => `learned#${account}`;

/** Puts a name into the index. Past 1,000 names the list is not whole, which is no finding: what is learned is learned all the same. */
export const nameLearned = (account: string, { kind, subject, scope }: LearnedName, time: number): Observation => ({
  scope: learnedIndex(account),
  add: { names: [JSON.stringify([kind, subject.slice(0, 200), scope])] },
  cap: 1_000,
  quiet: true,
  read: false,
  expires: time + kept,
});

/** The names in an index. */
export const learnedNames = (item: Item): readonly LearnedName[] =>
  (item['names'] ?? []).flatMap(name => {
    const [kind, subject, scope] = JSON.parse(name) as readonly string[]; // as `nameLearned` wrote it
    return kind !== undefined && subject !== undefined && scope !== undefined
      ? [{ kind: kind as LearnedKind, subject, scope }]
      : [];
  });

/** Names the item in which the revocations of a learned item stand. */
export const revokedScope = (scope: string): string => `revoked#${scope}`;

/** Takes back what was learned. @param what a trait of it, or `*` for all */
export const revoke = (scope: string, what: string, time: number): Observation => ({
  scope: revokedScope(scope),
  add: { revoked: [`${new Date(time).toISOString()} ${what.slice(0, 200)}`] },
  cap: 1_000,
  expires: time + 400 * 86_400_000,
});

/** What was taken back. */
export const revoked = (item: Item | undefined): ReadonlySet<string> =>
  new Set((item?.['revoked'] ?? []).map(one => one.slice(25)));
