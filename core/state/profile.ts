import type { Item } from './observation.ts';

/** Names the item of what is known of an instance profile; `knowledge/instance-profiles` fills it. IAM is global: no region. */
export const profileScope = (account: string, profile: string): string => `instance-profile#${account}#${profile}`;

/** One change as stored: sorts by time within a set. @param time milliseconds since 1970 */
export const roleChange = (time: number, role: string): string => `${new Date(time).toISOString()} ${role}`;

/** Every role that was seen put into a profile before a time, oldest first. */
export const rolesBefore = (item: Item, time: number): readonly string[] => {
  const at = new Date(time).toISOString();
  // A change of that very moment sorts behind it: its role follows.
  return (item['added'] ?? []).filter(change => change < at).map(change => change.slice(25));
};

/**
 * The role that a profile carried at a time, or undefined where none was seen put into it. A profile holds one role (IAM User
 * Guide, "Instance profiles"), so the last one added counts, unless it was removed since.
 */
export const roleAt = (item: Item, time: number): string | undefined => {
  const at = new Date(time).toISOString();
  const before = (set: string) => (item[set] ?? []).filter(change => change.slice(0, 24) <= at);
  const last = before('added').at(-1);
  if (last === undefined) return undefined;
  const [when, role] = [last.slice(0, 24), last.slice(25)];
  const gone = before('removed').some(change => change.slice(25) === role && change.slice(0, 24) > when);
  return gone ? undefined : role;
};
