import type { Key, StateRule, Verdict } from '../detection.ts';
import type { View } from '../fact.ts';
import type { Item } from './observation.ts';

/** Names the item of what is known of an instance; `knowledge/instances` fills it. */
export const instanceScope = (account: string, instance: string): string => `instance#${account}#${instance}`;

/** How long what is read but never written may be kept: there is nothing to keep. */
const hour = 3_600_000;

/** What is known of one instance. */
export interface KnownInstance {
  /** Its launch was seen (otherwise nothing below means anything by its absence). */
  readonly launchSeen: boolean;
  /** `node`: launched for a cluster, by its tags, template or controller; `other`: launched, and not for one. */
  readonly kind: 'node' | 'other' | 'unknown';
  /** Principals that launched it, most stable name. */
  readonly launchedBy: readonly string[];
  readonly clusters: readonly string[];
}

/** Reads what is known of an instance off its stored item. */
export const knownInstance = (item: Item): KnownInstance => {
  const clusters = item['cluster'] ?? [];
  const launchSeen = item['launched'] !== undefined;
  return {
    launchSeen,
    kind: clusters.length > 0 ? 'node' : launchSeen ? 'other' : 'unknown',
    launchedBy: item['launchedBy'] ?? [],
    clusters,
  };
};

/**
 * A rule that recalls what is known of the instance in its key before it concludes. Keys without an instance (`none`) are judged
 * as unknown.
 * @param judge what follows for the event: undefined = no finding
 */
export const recallInstance = (
  doc: string,
  judge: (known: KnownInstance, view: View<'cloudtrail'>, key: Key) => Omit<Verdict, 'eventId' | 'time'> | undefined,
): StateRule<'cloudtrail'> => ({
  kind: 'recall-instance',
  doc,
  observe: ({ event }, key) =>
    key['instance'] === undefined
      ? []
      : [{ scope: instanceScope(event.account, key['instance']), expires: event.time + hour }],
  decide: (view, key, answers) => {
    const verdict = judge(knownInstance(answers[0]?.item ?? {}), view, key);
    return verdict === undefined ? [] : [{ eventId: view.event.id, time: view.event.time, ...verdict }];
  },
});

/**
 * For what is only bad on a node: full force on an instance known to be one, nothing on one known not to be, and one step lower,
 * said in the finding, where the launch was never seen.
 */
export const onNodes = (): StateRule<'cloudtrail'> =>
  recallInstance(
    'Full severity on an instance whose launch was seen and was for a cluster; medium where the launch was not seen; nothing on any other.',
    known => {
      if (known.kind === 'other') return undefined;
      if (known.kind === 'node') return { note: `a node of ${known.clusters.join(', ')}` };
      return { severity: 'medium', note: 'its launch was not seen, so it may be no node' };
    },
  );
