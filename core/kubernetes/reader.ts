import type { StateRule } from '../detection.ts';
import type { View } from '../fact.ts';
import { nameLearned, revoked, revokedScope } from '../state/learned.ts';
import type { Answer, Item, Observation } from '../state/observation.ts';
import { said } from './said.ts';

const day = 86_400_000;
/** Days are kept in items of so many, so that no set grows without end. */
const period = 30 * day;
/** A cluster teaches who its readers are for so long after its first one was seen. */
const learning = 7 * day;
/** A reader is new for at least so long after it was first seen: longer than records are late, so that order decides nothing. */
const fresh = day / 2;

/** Adds the event's day to what a scope was seen on, and reads this period and the one before. */
const seenOn = (scope: string, time: number): Observation => {
  const index = Math.floor(time / period);
  return {
    scope: `${scope}#${index}`,
    add: { days: [new Date(time).toISOString().slice(0, 10)] },
    cap: 40,
    expires: (index + 3) * period,
    also: [`${scope}#${index - 1}`],
  };
};

const daysIn = ({ item, also }: Answer): readonly string[] => [item, ...also].flatMap((one: Item) => one['days'] ?? []);

/** Whether a scope was seen on a day that ended so long before a time. */
const seenBefore = (answer: Answer | undefined, time: number): boolean =>
  answer !== undefined && daysIn(answer).some(one => Date.parse(one) + day <= time);

/** Whether who reads is a program that may be learned; people are never. */
const isLearned = (view: View<'kubernetes'>): boolean =>
  said(view, 'principal.form') === 'service-account' && said(view, 'secret.kind').startsWith('all-');

/**
 * Reads of named secrets, and people's lists, fire at once. A service account's list or watch of all secrets fires on the first day
 * it is seen, once the cluster has been watched for a week: those seen before belong to backup, secret sync and GitOps.
 */
export const newReader = (id: string): StateRule<'kubernetes'> => ({
  kind: 'first-seen',
  doc: 'A service account that lists or watches all secrets fires only while it is new: not in the first week of a cluster, and not once it was seen on an earlier day of the last 30 to 60.',
  observe: (view, key) => {
    if (!isLearned(view)) return [];
    const { account, cluster, time } = view.event;
    const scope = [id, account, cluster, 'reader', ...Object.values(key)].join('#');
    const own = seenOn(scope, time);
    return [
      { ...own, also: [...(own.also ?? []), revokedScope(scope)] },
      seenOn([id, account, cluster, 'cluster'].join('#'), time),
      nameLearned(account, { kind: 'reader', subject: `${said(view, 'principal.id')} in ${cluster}`, scope }, time),
    ];
  },
  decide: (view, _key, [reader, cluster]) => {
    const { id: eventId, time } = view.event;
    const own = { eventId, time };
    if (!isLearned(view)) return [own];
    const taken = revoked(reader?.also.at(-1)).size > 0;
    if ((!taken && seenBefore(reader, time - fresh)) || !seenBefore(cluster, time - learning)) return [];
    return [{ ...own, note: 'a reader that was never seen here before' }];
  },
});
