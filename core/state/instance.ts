import { said } from '../cloudtrail/said.ts';
import type { Key, StateRule, Verdict } from '../detection.ts';
import type { View } from '../fact.ts';
import type { Item } from './observation.ts';
import { recall } from './recall.ts';

/** Names the item of what is known of an instance; `knowledge/instances` fills it. */
export const instanceScope = (account: string, instance: string): string => `instance#${account}#${instance}`;

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

/** What may still turn out while the launch was not seen. */
const seen = { launchSeen: true, launchedBy: [], clusters: [] } as const;
const possible: readonly KnownInstance[] = [
  { ...seen, launchSeen: false, kind: 'unknown' },
  { ...seen, kind: 'node', clusters: ['unnamed'] },
  { ...seen, kind: 'other' },
];

/**
 * A rule that recalls what is known of an instance before it concludes. Where the launch was not seen, and would make a difference,
 * nothing is said until its record must have come; then it is judged as unknown. Where there is no instance, it is unknown.
 * @param judge what follows for the event: undefined = no finding
 * @param instanceOf whose: that of the key, where nothing else is said
 */
export const recallInstance = (
  doc: string,
  judge: (known: KnownInstance, view: View<'cloudtrail'>, key: Key) => Omit<Verdict, 'eventId' | 'time'> | undefined,
  instanceOf: (view: View<'cloudtrail'>, key: Key) => string | undefined = (_view, key) => key['instance'],
): StateRule<'cloudtrail'> => {
  const mayChange = (known: KnownInstance, view: View<'cloudtrail'>, key: Key): boolean =>
    !known.launchSeen &&
    instanceOf(view, key) !== undefined &&
    new Set(possible.map(one => JSON.stringify(judge(one, view, key)))).size > 1;
  return recall({
    kind: 'recall-instance',
    doc: `${doc} Where the launch was not seen it is judged when its record must have come.`,
    scopes: (view, key) => {
      const instance = instanceOf(view, key);
      return instance === undefined ? [] : [instanceScope(view.event.account, instance)];
    },
    conclude: (view, key, [item = {}]) => {
      const known = knownInstance(item);
      if (view.again === undefined && mayChange(known, view, key)) return [];
      return [judge(known, view, key) ?? []].flat();
    },
    again: (view, key, [item = {}]) =>
      mayChange(knownInstance(item), view, key) ? { after: view.event.time } : undefined,
  });
};

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

/** For what a principal may do to the instances that it launched itself: fires on those that another launched. */
export const launchedByAnother = (): StateRule<'cloudtrail'> =>
  recallInstance(
    'Fires where the launch of the instance was seen and was by another principal; silent where it was not seen.',
    (known, view) =>
      known.launchSeen && !known.launchedBy.includes(said(view, 'principal.id'))
        ? { note: `it was launched by ${known.launchedBy.join(', ')}` }
        : undefined,
  );
